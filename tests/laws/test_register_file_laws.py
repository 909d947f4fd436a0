"""Laws of register files and rows: whatever stands there, it is read or refused with reasons,
never a crash."""

from __future__ import annotations

import copy
import json
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.register.made_registers import GROUPS, PLANTS, library

from dafeng.errors import InputRefused
from dafeng.register.compute import compute_formulas
from dafeng.register.library import read_library
from dafeng.register.schema import entered_schema, rows_frame
from dafeng.register.validate import RowPlaces, validate_rows

if TYPE_CHECKING:
    from random import Random

SOUND = tomllib.loads(PLANTS)
STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, "", "x", "a" * 300, "county", "years.year", "parent.name", [], ["x"], {},
    {"id": "q"}, [[]], "code", "region", "link", "sum(coal)", "coal > 1", "%", "１", "today", "1e999",
    "draft",
]  # fmt: skip
LIBRARY = library()
REGISTER = LIBRARY.register("plants")
LINKED = {"groups": rows_frame([{"code": "g"}], entered_schema(LIBRARY.register("groups")))}


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in inner for found in paths(value, (*path, key)))]


def change(data: Any, random: Random) -> None:
    """Put something strange somewhere, or take something away."""
    *above, last = random.choice(paths(data)[1:])
    for key in above:
        data = data[key]
    if random.random() < 0.75:
        data[last] = random.choice(STRANGE)
    else:
        del data[last]


@settings(max_examples=60, deadline=None)
@given(random=st.randoms(use_true_random=False), times=st.integers(1, 3))
def test_a_damaged_file_is_read_or_refused(random: Random, times: int) -> None:
    data = copy.deepcopy(SOUND)
    for _ in range(times):
        change(data, random)
    try:
        read_library({"groups.toml": GROUPS, "plants.json": json.dumps(data)}, {})
    except InputRefused as error:
        for finding in error.findings:
            assert finding.place.file
            assert finding.text("zh") != finding.text("en")


TEXTS = st.none() | st.text(max_size=12) | st.sampled_from(
    ["2024-02-30", "2024-06", "a", "x;;y", ";", "g", "112,37", "POINT(", '{"type":', "91110000600037341L",
    "\ud7ff", "0"]
)  # fmt: skip
CELLS = {
    pl.String: TEXTS,
    pl.Float64: st.none() | st.floats(),
    pl.Int64: st.none() | st.integers(-(2**63), 2**63 - 1),
}
SCHEMA = {**entered_schema(REGISTER), "source": pl.String(), "grade": pl.String(), "state": pl.String()}


def cells(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: CELLS.get(type(dtype), st.none() | st.booleans()) for name, dtype in schema.items()}
    )


LINES = cells({field.id: SCHEMA["years"].inner.to_schema()[field.id] for field in REGISTER.lists[0].fields})
ROWS = st.tuples(
    cells({name: dtype for name, dtype in SCHEMA.items() if name != "years"}),
    st.none() | st.lists(LINES, max_size=3),
).map(lambda pair: {**pair[0], "years": pair[1]})


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, max_size=3))
def test_any_cells_are_judged(rows: list[dict[str, Any]]) -> None:
    frame = rows_frame(rows, SCHEMA)
    found = validate_rows(REGISTER, LIBRARY, frame, LINKED, RowPlaces("a", rows=pl.Series(range(len(rows)))))
    for finding in found:
        assert finding.text("zh") != finding.text("en")
        assert finding.place.column.partition(".")[0] in {*SCHEMA, ""}
    wrong = {finding.place.row for finding in found if finding.severity == "error"}
    named = {at for at, row in enumerate(rows) if row["code"] is None or not (row["source"] or "").strip()}
    assert named <= wrong
    assert compute_formulas(REGISTER, None, frame).height == len(rows)
