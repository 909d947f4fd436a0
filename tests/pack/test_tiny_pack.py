"""A second province is data too, and is never taken for the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.pack import (
    PACK_TABLES,
    Pack,
    read_pack,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_read_and_its_province_is_its_own(tiny_pack: Path, shanxi: Pack) -> None:
    tiny = read_pack(str(tiny_pack))
    assert (tiny.config.pack.id, tiny.config.pack.region) == ("tiny", "CN-SN")
    assert tiny.config.pack.region != shanxi.config.pack.region
    assert set(tiny.tables) == set(PACK_TABLES)
    assert set(tiny.tables["energy"]["region"]) == {"CN-SN"}


def test_it_covers_the_ways_of_comparing(tiny_pack: Path) -> None:
    tables = read_pack(str(tiny_pack)).tables
    assert set(tables["targets"]["comparator"]) == {
        "ge", "about", "le", "falling", "assigned", "capped", "none", "in_place",
    }  # fmt: skip
    assert {"adjusts"} == set(tables["target_links"]["relation"])
    assert tables["energy"]["year"].n_unique() == 2
    cement = tables["products"].filter(pl.col("sector") == "cement")
    assert cement["year"].n_unique() == 1
    inputs = tables["energy"].filter(pl.col("sector") == "thermal_power")
    assert {"Raw_Coal", "Electricity"} <= set(inputs["fuel"])


def test_it_says_that_it_is_invented(tiny_pack: Path) -> None:
    sources = read_pack(str(tiny_pack)).tables["sources"]
    assert sources["title_en"].str.contains("nvented").all()
    assert sources["title_zh"].str.contains("虚构").all()


def test_no_cell_of_one_pack_stands_for_the_other(tiny_pack: Path) -> None:
    for path in (entry for entry in tiny_pack.rglob("*") if entry.is_file()):
        text = path.read_text("utf-8")
        assert "山西" not in text
        assert "CN-SX" not in text
        assert "Shanxi" not in text
