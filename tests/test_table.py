"""Contracts: what the check refuses, and where it says the defect is."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dafeng.errors import LANGUAGES, TableError
from dafeng.table import Suggestion, Table, check, column, columns_of, empty_table, keys_of


class Kiln(Table):
    """A made-up contract with one column of every sort."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    output_kt: float = column(unit="kt", nullable=True, low=0, zh="产量", en="Output")
    share: float = column(unit="1", low=0, high=1, zh="比重", en="Share")
    state: str = column(choices=("open", "shut"), zh="状态", en="State")
    gases: str = column(form="list", vocabulary="gases", nullable=True, zh="气体", en="Gases")


GOOD: dict[str, list[Any]] = {
    "region": ["CN-SX", "CN-SN"],
    "year": [2020, 2020],
    "output_kt": [1.5, None],
    "share": [0.0, 1.0],
    "state": ["open", "shut"],
    "gases": ["CO2;CH4", None],
}


def frame(**changed: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({**GOOD, **changed})


def defects(broken: pl.DataFrame) -> list[tuple[str, int | None, str]]:
    with pytest.raises(TableError) as caught:
        check(broken, Kiln, name="kilns")
    assert {f.place.file for f in caught.value.findings} == {"kilns"}
    return [(f.code, f.place.row, f.place.column) for f in caught.value.findings]


def test_a_good_table_comes_back_in_the_order_of_the_contract() -> None:
    mixed = frame().select(reversed(list(GOOD)))
    assert check(mixed, Kiln).columns == list(GOOD)
    assert check(mixed, Kiln).rows() == frame().rows()


def test_what_a_contract_says_can_be_read() -> None:
    specs = {spec.name: spec for spec in columns_of(Kiln)}
    assert list(specs) == list(GOOD)
    assert keys_of(Kiln) == ["region", "year"]
    assert (specs["output_kt"].unit, specs["output_kt"].nullable, specs["output_kt"].low) == ("kt", True, 0)
    assert (specs["year"].dtype, specs["share"].dtype, specs["state"].dtype) == (
        pl.Int64,
        pl.Float64,
        pl.String,
    )
    assert specs["state"].choices == ("open", "shut")


def test_an_empty_table_fulfils_its_contract() -> None:
    assert check(empty_table(Kiln), Kiln).height == 0


def test_values_of_a_lazy_frame_cannot_be_checked() -> None:
    with pytest.raises(TableError) as caught:
        check(frame().lazy(), Kiln)  # type: ignore[arg-type]
    assert [f.code for f in caught.value.findings] == ["lazy_frame"]


def test_columns_are_strict() -> None:
    assert defects(frame().with_columns(note=pl.lit("x"))) == [("column_unknown", None, "")]
    assert defects(frame().drop("share")) == [("column_missing", None, "")]


@pytest.mark.parametrize("changed", [{"year": [2020.0, 2021.0]}, {"output_kt": [1, 2]}, {"state": [1, 2]}])
def test_no_silent_conversion_of_types(changed: dict[str, list[Any]]) -> None:
    found = defects(frame(**changed))
    assert {column for _, _, column in found} == set(changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"share": [0.5, None]}, ("cell_empty", 3, "share")),
        ({"share": [-0.1, 1.0]}, ("value_out_of_range", 2, "share")),
        ({"share": [0.0, 1.0000001]}, ("value_out_of_range", 3, "share")),
        ({"year": [2020, 2101]}, ("value_out_of_range", 3, "year")),
        ({"output_kt": [None, -1.0]}, ("value_out_of_range", 3, "output_kt")),
        ({"output_kt": [float("nan"), None]}, ("cell_not_finite", 2, "output_kt")),
        ({"output_kt": [None, float("inf")]}, ("cell_not_finite", 3, "output_kt")),
        ({"state": ["open", "ajar"]}, ("code_unknown", 3, "state")),
        ({"region": ["CN-SX", "CN-XX"]}, ("code_unknown", 3, "region")),
        ({"region": ["山西", "CN-SN"]}, ("code_unknown", 2, "region")),
        ({"gases": ["CO2;CH5", None]}, ("code_unknown", 2, "gases")),
        ({"gases": ["", None]}, ("code_unknown", 2, "gases")),
        ({"region": ["CN-SX", "CN-SX"]}, ("key_repeated", 3, "region, year")),
    ],
)
def test_one_defect_is_found_where_it_is(
    changed: dict[str, list[Any]], expected: tuple[str, int, str]
) -> None:
    assert expected in defects(frame(**changed))


def test_everything_at_once() -> None:
    found = defects(frame(share=[2.0, None], state=["ajar", "shut"], region=["CN-SX", "CN-SX"]))
    assert sorted(found) == [
        ("cell_empty", 3, "share"),
        ("code_unknown", 2, "state"),
        ("key_repeated", 3, "region, year"),
        ("value_out_of_range", 2, "share"),
    ]


def test_a_repeated_key_names_its_first_row_and_missing_parts_are_equal() -> None:
    class Loose(Table):
        a: str = column(key=True, nullable=True, zh="甲", en="A")
        b: int = column(key=True, unit="1", zh="乙", en="B")

    repeated = pl.DataFrame({"a": ["x", None, "x", None, "y"], "b": [1, 1, 1, 1, 1]})
    with pytest.raises(TableError) as caught:
        check(repeated, Loose)
    found = [(f.place.row, f.params["first"], f.params["key"]) for f in caught.value.findings]
    assert found == [(4, 2, "x / 1"), (5, 3, " / 1")]


@pytest.mark.parametrize(
    ("written", "meant"), [("raw coal", "Raw_Coal"), ("cok", "Coke"), ("CRUDE_OIL", "Crude_Oil"), ("zzz", "")]
)
def test_the_nearest_name_is_suggested_in_the_spelling_of_the_list(written: str, meant: str) -> None:
    hint = Suggestion(written, ["Raw_Coal", "Coke", "Crude_Oil"])
    assert hint.name == meant
    for language in LANGUAGES:
        assert meant in hint.text(language)
        assert bool(hint.text(language)) == bool(meant)


def test_the_suggestion_stands_in_the_message() -> None:
    with pytest.raises(TableError) as caught:
        check(frame(state=["open", "shutt"]), Kiln)
    assert "did you mean shut" in caught.value.text("en")
    assert "是否为 shut" in caught.value.text("zh")
