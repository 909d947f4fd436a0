"""Laws of profile files: any damage is refused with its row, an undamaged year is taken value for value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.power.profiles.made_files import labels, refusals, text

from dafeng.errors import DafengError
from dafeng.power.profiles import parse_profile
from dafeng.power.profiles.hours import count_hours, list_hours
from dafeng.power.profiles.level import scale_to_level
from dafeng.power.profiles.quality import Labelled, check_hours, check_values

YEAR = 2030
HOURS = count_hours(YEAR)
PLACES = st.integers(1, HOURS - 2)
LABELS = labels(YEAR)


def year_of(values: np.ndarray) -> Labelled:
    return Labelled(list_hours(YEAR), values, np.arange(2, HOURS + 2))


@settings(max_examples=40, deadline=None)
@given(place=PLACES, value=st.one_of(st.floats(max_value=-1e-9, allow_nan=False), st.just(float("nan")),
                                     st.sampled_from([float("inf"), -float("inf")])))  # fmt: skip
def test_a_bad_value_is_named_with_its_row(place: int, value: float) -> None:
    values = np.full(HOURS, 10.0)
    values[place] = value
    rows = {finding.place.row for finding in check_values(year_of(values), "load")}
    assert rows == {place + 2}


@settings(max_examples=40, deadline=None)
@given(place=PLACES, value=st.floats(1.0001, 1e6))
def test_a_factor_over_one_is_named_with_its_row(place: int, value: float) -> None:
    values = np.full(HOURS, 0.2)
    values[place] = value
    assert [(f.code, f.place.row) for f in check_values(year_of(values), "wind")] == [
        ("profile_over_one", place + 2)
    ]


@settings(max_examples=60, deadline=None)
@given(places=st.lists(PLACES, min_size=1, max_size=5, unique=True), twice=st.booleans())
def test_labels_that_are_missing_or_stand_twice_are_always_refused(places: list[int], *, twice: bool) -> None:
    keep = np.ones(HOURS, dtype=int)
    keep[places] = 2 if twice else 0
    index = np.repeat(np.arange(HOURS), keep)
    series = Labelled(list_hours(YEAR)[index], np.ones(len(index)), np.arange(2, len(index) + 2))
    found = check_hours(series, YEAR)
    assert {f.code for f in found} == {"profile_rows", "profile_repeated" if twice else "profile_gap"}
    named = {f.place.row for f in found if f.place.row is not None}
    starts = [place for place in places if twice or place - 1 not in places]
    assert len(named) == len(starts)


@settings(max_examples=40, deadline=None)
@given(first=PLACES, second=PLACES)
def test_swapped_rows_are_refused(first: int, second: int) -> None:
    hours = list_hours(YEAR).copy()
    hours[[first, second]] = hours[[second, first]]
    found = check_hours(Labelled(hours, np.ones(HOURS), np.arange(2, HOURS + 2)), YEAR)
    assert bool(found) == (first != second)
    assert {f.code for f in found} <= {"profile_order"}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-3, 1e6))
def test_a_whole_year_is_taken_value_for_value(seed: int, scale: float) -> None:
    values = np.random.default_rng(seed).random(HOURS) * scale
    read = parse_profile(text(LABELS, [repr(float(v)) for v in values]), "f", YEAR, "load")
    assert (read.values == values).all()


@settings(max_examples=60, deadline=None)
@given(
    raw=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
)
def test_any_bytes_are_refused_in_words(raw: bytes) -> None:
    for start in (b"", b"time,load_mw\n", b"LOCATION,", b"Latitude (decimal degrees):"):
        with pytest.raises(DafengError) as caught:
            parse_profile(start + raw, "f", YEAR, "wind")
        assert all(finding.text("zh") for finding in caught.value.findings)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), mean=st.floats(0.01, 0.7))
def test_a_level_is_reached_within_bounds_and_in_order(seed: int, mean: float) -> None:
    factors = np.random.default_rng(seed).beta(0.7, 3.0, 1000)
    scaled = scale_to_level(factors, mean)
    assert scaled.mean() == pytest.approx(mean, rel=1e-9)
    assert scaled.min() >= 0
    assert scaled.max() <= 1
    assert (np.diff(scaled[np.argsort(factors)]) >= 0).all()


def test_refusals_do_not_depend_on_the_reader_of_the_rows() -> None:
    damaged = [*LABELS]
    del damaged[4000]
    assert refusals(text(damaged, [1.0] * (HOURS - 1))) == [("profile_rows", None), ("profile_gap", 4001)]
