"""Law of the check of a table: the quick look never passes what pandera would refuse."""

from __future__ import annotations

import math
from unittest.mock import patch

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dafeng import table
from dafeng.errors import TableError
from dafeng.table import Table, check, column


class Kiln(Table):
    """A made-up contract."""

    year: int = column(unit="year", low=1990, high=2100, zh="年份", en="Year")
    share: float = column(unit="1", nullable=True, low=0, high=1, zh="比重", en="Share")
    least: float = column(unit="t", low=0, zh="下限", en="Least")
    states: str = column(nullable=True, form="list", choices=("open", "shut"), zh="状态", en="States")
    closed: bool = column(nullable=True, zh="关闭", en="Closed")


NUMBERS = st.sampled_from([-0.5, 0.0, 0.3, 1.0, 1.5, math.nan, math.inf, -math.inf])
COLUMNS = {
    "year": st.sampled_from([1989, 1990, 2050, 2100, 2101, None]),
    "share": NUMBERS | st.none(),
    "least": NUMBERS | st.none(),
    "states": st.sampled_from(["open", "shut", "open;shut", "ajar", "open;ajar", "", ";", None]),
    "closed": st.sampled_from([True, False, None]),
}
TYPES = {
    "year": pl.Int64,
    "share": pl.Float64,
    "least": pl.Float64,
    "states": pl.String,
    "closed": pl.Boolean,
}
WRONG = {
    "year": pl.Int32,
    "share": pl.Float32,
    "least": pl.Int64,
    "states": pl.Categorical,
    "closed": pl.Int8,
}


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(0, 3))
    values = {name: draw(st.lists(of, min_size=height, max_size=height)) for name, of in COLUMNS.items()}
    frame = pl.DataFrame(values, schema=TYPES)
    fault = draw(st.sampled_from(["", "", "", "missing", "unknown", "type"]))
    name = draw(st.sampled_from(sorted(TYPES)))
    if fault == "type":
        return frame.with_columns(pl.col(name).cast(WRONG[name], strict=False))
    return frame.drop(name) if fault == "missing" else frame.with_columns(more=1) if fault else frame


def findings(frame: pl.DataFrame) -> list[object]:
    try:
        assert check(frame, Kiln).columns == list(TYPES)
    except TableError as error:
        return [(f.code, f.place, str(dict(f.params))) for f in error.findings if f.code != "code_unknown"]
    return []


@settings(deadline=None, max_examples=150)
@given(frames())
@example(pl.DataFrame({name: [None] for name in TYPES}, schema=TYPES))
def test_the_quick_look_finds_what_pandera_finds(frame: pl.DataFrame) -> None:
    quick = findings(frame)
    with patch.object(table, "_is_sound", return_value=False):
        assert quick == findings(frame)
