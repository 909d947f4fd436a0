"""Codes and their spellings: one meaning or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.register.made_registers import library

from dafeng import terms
from dafeng.register.library import read_library
from dafeng.register.vocabulary import agencies_vocabulary, regions_vocabulary, terms_vocabulary

if TYPE_CHECKING:
    from dafeng.pack import Pack


def regions(rows: list[tuple[str, str, str | None, str, str, str | None]]) -> pl.DataFrame:
    names = ["code", "name_zh", "short_name_zh", "level", "parent_code", "valid_to"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        pl.lit(None, dtype=pl.String).alias("name_en")
    )


MADE = regions(
    [
        ("P", "甲省", "甲", "province", "", None),
        ("1", "东市", "东", "city", "P", None), ("2", "西市", "西", "city", "P", None),
        ("11", "城区", None, "county", "1", None), ("21", "城区", None, "county", "2", None),
        ("12", "河县", "河", "county", "1", "2018"), ("13", "河区", "河", "county", "1", None),
        ("14", "矿区", None, "county", "1", "2018"), ("22", "矿区", None, "county", "2", None),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("城区", None), ("东市城区", "11"), ("东城区", "11"), ("西市城区", "21"), ("甲省西市城区", "21"),
        (" 西市 城区 ", "21"), ("河县", "12"), ("河区", "13"), ("河", "13"), ("东市河", "13"), ("矿区", "22"),
        ("东市矿区", "14"), ("14", "14"), ("东市", "1"), ("南市", None), ("p", "P"),
    ],
)  # fmt: skip
def test_spellings_of_regions(text: str, code: str | None) -> None:
    assert regions_vocabulary(MADE).resolve(text) == code


def test_successors_of_retired_regions() -> None:
    assert regions_vocabulary(MADE).retired == {"12": "13", "14": ""}


def test_regions_of_a_real_pack(shanxi: Pack) -> None:
    found = read_library({}, shanxi.tables).pack_kinds["region"]
    table = shanxi.tables["regions"]
    assert set(found.codes) == set(table["code"])
    # every county can be written with the name of its city before it
    both = table.join(
        table.select("code", "name_zh"), left_on="parent_code", right_on="code", suffix="_above"
    )
    for row in both.filter(pl.col("level") == "county").iter_rows(named=True):
        assert found.resolve(row["name_zh_above"] + row["name_zh"]) == row["code"]


def test_bodies_that_ended() -> None:
    table = pl.DataFrame(
        {
            "agency_id": ["old", "new"], "name_zh": ["旧局", "新局"], "full_name_zh": [None, "省新局"],
            "name_en": ["Old", "New"], "valid_to": ["2023", None], "successor_id": ["new", None],
        }
    )  # fmt: skip
    found = agencies_vocabulary(table)
    assert found.retired == {"old": "new"}
    assert found.resolve("省新局") == "new"


def test_choices_and_terms() -> None:
    made = library()
    plants = made.register("plants")
    kinds = made.vocabulary("plants", plants.field("kind"))
    assert kinds is not None
    assert (kinds.codes, kinds.names["b"], kinds.resolve("SECOND")) == (
        ("a", "b", "c"),
        ("乙", "Second"),
        "b",
    )
    assert made.vocabulary("plants", plants.field("coal")) is None
    assert made.origin("plants", plants.field("parent_name")).id == "name"
    assert set(terms_vocabulary("grade").codes) == terms.codes("grade")
