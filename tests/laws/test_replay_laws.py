"""Laws of computed indicators, required paths and replay."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dafeng.pack import read_pack
from dafeng.tracking import Readings, replay_values, replay_verdicts
from dafeng.tracking.formula import parse_formula
from dafeng.tracking.formula_values import Evaluation, Figure, combine
from dafeng.tracking.paths import PathRule, lay_path

SERIES = ("a", "b", "c")
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
YEARS = (2020, 2021, 2022)


def trees() -> st.SearchStrategy[str]:
    """Return formulas as text, of the four operations and of functions of a year."""
    leaves = st.sampled_from(SERIES) | st.integers(1, 9).map(str)
    return st.recursive(
        leaves,
        lambda inner: (
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
            | inner.map(lambda part: f"(-{part})")
        ),
        max_leaves=12,
    )


@settings(deadline=None)
@given(trees(), st.lists(NUMBERS, min_size=3, max_size=3))
def test_a_formula_is_plain_arithmetic(text: str, values: list[float]) -> None:
    assume(any(name in text for name in SERIES))
    figures = dict(zip(SERIES, values, strict=True))
    made = Evaluation(lambda name, _: Figure(figures[name])).value(parse_formula(text), 2020)
    try:
        expected = eval(text, {"__builtins__": {}}, figures)
    except ZeroDivisionError:
        expected = math.nan
    if made is None:
        assert not math.isfinite(expected) or "/" in text
    else:
        assert made.value == expected


@settings(deadline=None)
@given(st.lists(st.floats(1, 1e6), min_size=3, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3))
def test_functions_of_the_year_are_plain_arithmetic(first: list[float], second: list[float]) -> None:
    figures = {"a": dict(zip(YEARS, first, strict=True)), "b": dict(zip(YEARS, second, strict=True))}

    def value(text: str, year: int) -> float:
        made = Evaluation(lambda n, y: Figure(figures[n][y]) if y in figures[n] else None).value(
            parse_formula(text), year
        )
        assert made is not None
        return made.value

    assert value("previous(b)", 2022) == second[1]
    assert value("b - at(b, 2020)", 2022) == second[2] - second[0]
    assert value("sum_years(b, 2020)", 2022) == second[0] + second[1] + second[2]
    assert value("change(a, 2020)", 2021) == (first[1] / first[0] - 1.0) * 100.0


WHOLE = st.integers(-40, 40).map(float)
"""Small whole numbers: results of them that differ stay apart, so that rounding never crosses a bound."""
AWAY = {"eq": 0, "ge": 1, "gt": 1, "le": -1, "lt": -1}
HOLDS: dict[str, Any] = {
    "eq": lambda actual, told: actual == told,
    "ge": lambda actual, told: actual >= told,
    "gt": lambda actual, told: actual > told,
    "le": lambda actual, told: actual <= told,
    "lt": lambda actual, told: actual < told,
}


@st.composite
def bounded(draw: st.DrawFn) -> tuple[Figure, Figure]:
    """Return a figure as published and an exact one that it allows."""
    bound, told = draw(st.sampled_from(sorted(AWAY))), draw(WHOLE)
    least = 1 if bound in {"gt", "lt"} else 0
    actual = told + AWAY[bound] * draw(st.integers(least, 40))
    return Figure(told, bound), Figure(actual)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from("+-*/"), bounded(), bounded())
def test_a_bound_of_a_result_holds_for_every_value_that_its_operands_allow(
    sign: str, left: tuple[Figure, Figure], right: tuple[Figure, Figure]
) -> None:
    made, actual = (combine(sign, one, other) for one, other in zip(left, right, strict=True))
    if made is not None and actual is not None:
        assert HOLDS[made.bound](actual.value, made.value)


@st.composite
def paths(draw: st.DrawFn) -> tuple[PathRule, tuple[int, float], tuple[int, float]]:
    shape = draw(st.sampled_from(["linear", "compound", "milestones"]))
    values = st.floats(0.5, 1e6) if shape == "compound" else NUMBERS
    years = sorted(draw(st.sets(st.integers(2015, 2050), min_size=2, max_size=6)))
    nodes = [(year, draw(values)) for year in years]
    stops = tuple(nodes[1:-1]) if shape == "milestones" else ()
    return PathRule(shape, None, stops), nodes[0], nodes[-1]


@settings(deadline=None)
@given(paths())
def test_a_path_hits_its_base_its_milestones_and_its_goal(
    drawn: tuple[PathRule, tuple[int, float], tuple[int, float]],
) -> None:
    rule, base, goal = drawn
    path = lay_path(rule, base, goal)
    assert path is not None
    for year, value in (base, *rule.milestones, goal):
        assert path.at(year) == value


@settings(deadline=None)
@given(paths())
def test_a_path_is_monotone_between_its_nodes(
    drawn: tuple[PathRule, tuple[int, float], tuple[int, float]],
) -> None:
    path = lay_path(*drawn)
    assert path is not None
    for (start, low), (end, high) in zip(path.nodes, path.nodes[1:], strict=False):
        line = [path.at(year) for year in range(start, end + 1)]
        numbers = [value for value in line if value is not None]
        assert len(numbers) == len(line)
        assert numbers == sorted(numbers, reverse=high < low)


PACK = read_pack("shanxi")
DAYS = [date(2013, 12, 31), date(2020, 6, 30), date(2023, 12, 31)]
BEFORE = replay_verdicts(PACK.tables, DAYS, Readings()), replay_values(PACK.tables, DAYS)
OBSERVED = PACK.tables["observations"]


@settings(deadline=None, max_examples=12)
@given(
    picked=st.lists(
        st.tuples(st.integers(0, OBSERVED.height - 1), st.floats(0, 1e5), st.integers(2024, 2030)),
        min_size=1, max_size=8,
    ),
    drop=st.booleans(),
)  # fmt: skip
def test_what_is_published_later_changes_nothing_of_the_past(
    picked: list[tuple[int, float, int]], *, drop: bool
) -> None:
    """Revisions, contradictions and new years that were published after the last day of a replay."""
    rows = [
        {
            **OBSERVED.row(place, named=True),
            "value": value,
            "known_on": f"{year}-03-01",
            "source_id": f"later{n}",
        }
        for n, (place, value, year) in enumerate(picked)
    ]  # fmt: skip
    more = pl.concat([OBSERVED, pl.DataFrame(rows, schema=OBSERVED.schema)])
    if drop:  # and what was in truth published later may as well be missing
        more = more.filter(pl.col("known_on").is_null() | (pl.col("known_on").str.slice(0, 4) < "2024"))
    milestones = PACK.tables["target_milestones"]
    later = milestones.with_columns(year=pl.col("year") + 1, known_on=pl.lit("2024-02"), value=pl.lit(1.0))
    tables = {**PACK.tables, "observations": more, "target_milestones": pl.concat([milestones, later])}
    assert replay_verdicts(tables, DAYS, Readings()).equals(BEFORE[0])
    assert replay_values(tables, DAYS).equals(BEFORE[1])
