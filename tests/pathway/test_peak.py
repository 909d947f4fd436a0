"""Years of maxima, plateaus, and shares in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dafeng.errors import InputRefused
from dafeng.pathway import peak as module
from dafeng.pathway.peak import KINDS, PeakReading, Peaks, find_peaks, natural_frequency, share_error

YEARS = np.arange(2022, 2034)
values = arrays(np.float64, (12, 5), elements=st.integers(1, 200).map(float))


def kinds(found: Peaks) -> list[str]:
    return [KINDS[kind] for kind in found.kind]


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=float)[:, None]


def test_each_kind_by_hand() -> None:
    peak = [50, 60, 80, 100, 95, 90, 80, 70, 60, 50, 40, 30]
    plateau = [50, 98.5, 99, 98, 100, 99, 98.1, 90, 80, 70, 60, 50]
    late = [50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61]
    start = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 5, 1]
    open_end = [10, 20, 30, 40, 50, 60, 70, 99, 98.5, 100, 99, 98.2]
    found = find_peaks(YEARS, np.array([peak, plateau, late, start, open_end], dtype=float).T)
    assert kinds(found) == ["peak", "plateau", "none", "peak", "plateau"]
    assert found.year.tolist() == [2025, 2026, 2033, 2022, 2031]
    assert found.level.tolist() == [100, 100, 61, 100, 100]
    assert (found.close_from[1], found.close_to[1]) == (2023, 2028)
    assert (found.close_from[4], found.close_to[4]) == (2029, 2033)
    assert found.peaked_by(2025).tolist() == [True, False, False, True, False]
    assert found.peaked_by(2099).tolist() == [True, True, False, True, True]


def test_history_can_hold_the_peak() -> None:
    future = column(*range(100, 88, -1))
    history = [[2019, 90.0], [2020, 120.0], [2021, 119.0], [2022, 5000.0]]
    found = find_peaks(YEARS, future, history)
    assert (found.year[0], found.level[0]) == (2020, 120.0)  # the observation of 2022 is not used
    assert find_peaks(YEARS, future).year[0] == 2022


def test_a_higher_second_hump_undoes_the_first() -> None:
    found = find_peaks(YEARS, column(50, 90, 80, 70, 60, 70, 80, 91, 80, 70, 60, 50))
    assert not found.peaked_by(2023)[0]
    assert found.peaked_by(2029)[0]


def test_the_length_and_the_band_of_a_plateau() -> None:
    four = column(50, 60, 99, 100, 99, 99, 90, 80, 70, 60, 50, 40)
    assert kinds(find_peaks(YEARS, four)) == ["peak"]
    assert kinds(find_peaks(YEARS, four, reading=PeakReading(plateau_years=4))) == ["plateau"]
    wide = PeakReading(band=0.1)
    assert kinds(find_peaks(YEARS, four, reading=wide)) == ["plateau"]
    broken = column(50, 99, 99, 90, 100, 99, 90, 99, 99, 60, 50, 40)
    assert kinds(find_peaks(YEARS, broken)) == ["peak"]  # not in a row


def test_blocks_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    many = np.random.default_rng(3).normal(100, 3, size=(12, 50))
    whole = find_peaks(YEARS, many)
    monkeypatch.setattr(module, "_BLOCK", 7)
    parts = find_peaks(YEARS, many)
    for name in ("year", "level", "kind", "close_from", "close_to"):
        assert (getattr(whole, name) == getattr(parts, name)).all()


@given(values, st.integers(-3, 6), st.integers(-50, 50))
def test_scale_and_time_do_not_count(many: np.ndarray, power: int, shift: int) -> None:
    found, other = find_peaks(YEARS, many), find_peaks(YEARS + shift, many * 2.0**power)
    assert (other.year == found.year + shift).all()
    assert (other.level == found.level * 2.0**power).all()
    assert (other.kind == found.kind).all()
    assert (other.close_from == found.close_from + shift).all()
    assert (other.close_to == found.close_to + shift).all()


@given(values, st.integers(0, 1000))
def test_a_constant_moves_the_level_and_only_lengthens_plateaus(many: np.ndarray, more: int) -> None:
    found, other = find_peaks(YEARS, many), find_peaks(YEARS, many + more)
    assert (other.year == found.year).all()
    assert (other.level == found.level + more).all()
    assert (other.close_from <= found.close_from).all()
    assert (other.close_to >= found.close_to).all()
    assert ((found.kind == other.kind) | (KINDS[1] == np.array(KINDS)[other.kind])).all()


@given(values)
def test_peaked_by_means_that_no_later_year_is_higher(many: np.ndarray) -> None:
    found = find_peaks(YEARS, many)
    last_is_top = many[-1] > many[:-1].max(axis=0)
    for place, year in enumerate(YEARS[:-1]):
        never_higher = many[place + 1 :].max(axis=0) <= many[: place + 1].max(axis=0)
        assert (found.peaked_by(year) == (never_higher & ~last_is_top)).all()
    assert (found.close_from <= found.year).all()
    assert (found.year <= found.close_to).all()


@given(values)
def test_close_years_are_those_in_a_row(many: np.ndarray) -> None:
    found = find_peaks(YEARS, many)
    for draw in range(many.shape[1]):
        close = many[:, draw] >= 0.98 * many[:, draw].max()
        first = last = int(found.year[draw] - YEARS[0])
        while first > 0 and close[first - 1]:
            first -= 1
        while last < YEARS.size - 1 and close[last + 1]:
            last += 1
        assert (found.close_from[draw], found.close_to[draw]) == (YEARS[first], YEARS[last])
        flat = last - first + 1 >= 5 and found.year[draw] != YEARS[-1]
        assert (KINDS[found.kind[draw]] == "plateau") == flat


def test_a_path_below_zero_has_a_peak() -> None:
    found = find_peaks(YEARS, -column(*range(12, 1, -1), 5))
    assert (found.year[0], kinds(found)) == (2032, ["peak"])


@pytest.mark.parametrize(
    ("share", "draws", "zh", "en"),
    [
        (0.3749, 10000, "100 种未来里约有 37 种", "in about 37 of 100 futures"),
        (0.375, 10000, "100 种未来里约有 38 种", "in about 38 of 100 futures"),
        (0.01, 10000, "100 种未来里约有 1 种", "in about 1 of 100 futures"),
        (0.0099, 10000, "100 种未来里不到 1 种", "in fewer than 1 of 100 futures"),
        (0.0, 300, "100 种未来里不到 1 种", "in fewer than 1 of 100 futures"),
        (0.0, 100, "100 种未来里不到 3 种", "in fewer than 3 of 100 futures"),
        (0.0, 1, "100 种未来里不到 99 种", "in fewer than 99 of 100 futures"),
        (0.99, 10000, "100 种未来里约有 99 种", "in about 99 of 100 futures"),
        (0.9901, 10000, "100 种未来里超过 99 种", "in more than 99 of 100 futures"),
        (1.0, 1000000, "100 种未来里超过 99 种", "in more than 99 of 100 futures"),
        (1.0, 60, "100 种未来里超过 95 种", "in more than 95 of 100 futures"),
    ],
)
def test_shares_in_words(share: float, draws: int, zh: str, en: str) -> None:
    assert natural_frequency(share, draws) == (zh, en)


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_nothing_is_ever_certain(share: float, draws: int) -> None:
    zh, en = natural_frequency(share, draws)
    number = int(en.split(" of ")[0].split()[-1])
    assert 1 <= number <= 99
    assert f" {number} 种" in zh


def test_the_error_of_a_share() -> None:
    assert share_error(5000, 10000) == pytest.approx(0.005, rel=1e-4)
    assert share_error(0, 10000) == pytest.approx(share_error(10000, 10000))
    assert 0 < share_error(0, 10000) < 1e-4


@pytest.mark.parametrize(
    ("years", "totals", "history", "code"),
    [
        ([2022, 2023], np.ones((3, 1)), None, "series_length"),
        ([2022], np.ones(1), None, "series_length"),
        ([], np.ones((0, 1)), None, "series_too_short"),
        ([2022], np.ones((1, 0)), None, "series_too_short"),
        ([2022, 2024], np.ones((2, 1)), None, "series_gap"),
        ([2022, 2023], np.ones((2, 1)), [[2020, 1.0]], "series_gap"),
        ([2022, 2023], np.array([[1.0], [np.nan]]), None, "series_not_finite"),
        ([2022, 2023], np.ones((2, 1)), [[2021, np.inf]], "series_not_finite"),
    ],
)
def test_what_is_no_path_is_refused(
    years: list[int], totals: np.ndarray, history: list[list[float]] | None, code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        find_peaks(years, totals, history)
    assert refused.value.findings[0].code == code


def test_settings_and_shares_outside_their_range_are_refused() -> None:
    for wrong in (
        lambda: PeakReading(band=1.0), lambda: PeakReading(band=-0.1), lambda: PeakReading(plateau_years=1),
        lambda: natural_frequency(1.01, 5), lambda: natural_frequency(float("nan"), 5),
        lambda: natural_frequency(0.5, 0),
    ):  # fmt: skip
        with pytest.raises(InputRefused):
            wrong()
