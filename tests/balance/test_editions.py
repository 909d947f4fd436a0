"""Editions: layouts as data, recognised by what a table holds."""

from __future__ import annotations

import pytest

from dafeng import terms
from dafeng.balance import detect_edition, editions, find_edition
from dafeng.balance.editions import edition_folds
from dafeng.balance.labels import match_label, match_unit
from dafeng.errors import InputRefused

EDITIONS = editions().values()


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.code)
def test_every_row_and_column_is_known_once_and_its_labels_are_read_back(edition) -> None:
    rows = [label.code for label in edition.rows]
    fuels = [label.code for label in edition.columns]
    assert len(rows) == len(set(rows))
    assert len(fuels) == len(set(fuels))
    assert set(rows) <= terms.codes("balance_rows")
    assert set(fuels) <= terms.codes("balance_fuels")
    for label in edition.rows:
        for name in (label.zh, label.en):
            codes = match_label("balance_rows", name)
            assert label.code in codes
            assert len({terms.entries("balance_rows")[code]["section"] for code in codes}) == len(codes)
    for label in edition.columns:
        assert (
            match_label("balance_fuels", label.zh) == match_label("balance_fuels", label.en) == {label.code}
        )
        assert match_unit(label.unit_zh) == match_unit(label.unit) == label.unit
        assert label.unit == terms.entries("balance_fuels")[label.code]["activity_unit"]
    assert edition.note_zh
    assert edition.note_en


def test_the_two_layouts_differ_where_the_yearbooks_do() -> None:
    old, new = find_edition("yearbook_2005"), find_edition("yearbook_2010")
    assert "recovery_of_energy" in old.row_codes - new.row_codes
    assert {"recovered_energy", "gas_liquefaction", "refinery_reinput"} <= new.row_codes - old.row_codes
    assert {"LNG", "Gangue", "Blast_Furnace_Gas", "Naphtha"} <= new.fuel_codes - old.fuel_codes
    assert old.fuel_codes <= new.fuel_codes
    assert (len(old.columns), len(new.columns)) == (22, 32)


def test_an_edition_is_told_by_a_row_by_a_fuel_or_by_the_year() -> None:
    assert detect_edition(["recovery_of_energy"], ["Raw_Coal"], [2030]).code == "yearbook_2005"
    assert detect_edition(["import"], ["LNG"], [1999]).code == "yearbook_2010"
    assert detect_edition(["import"], ["Coke"], [2006]).code == "yearbook_2005"
    assert detect_edition(["import"], ["Coke"], [2015, 2020]).code == "yearbook_2010"


def test_what_fits_several_or_none_is_refused_with_the_reason() -> None:
    with pytest.raises(InputRefused) as several:
        detect_edition(["import"], ["Coke"], [2008])
    assert several.value.findings[0].code == "balance_edition_ambiguous"
    assert "--edition" in several.value.text("en")
    with pytest.raises(InputRefused) as none:
        detect_edition(["recovery_of_energy"], ["LNG"], [2007])
    assert "yearbook_2005: LNG" in none.value.text("en")
    assert "yearbook_2010: recovery_of_energy" in none.value.text("en")
    with pytest.raises(InputRefused):
        find_edition("yearbook_1066")


def test_folds_keep_unit_and_group() -> None:
    fuels = terms.entries("fuels")
    for fuel, into in edition_folds().items():
        assert fuels[fuel]["activity_unit"] == fuels[into]["activity_unit"]
        assert fuels[fuel]["total"] == fuels[into]["total"]


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("一、可供本地区消费的能源量", "total_primary_supply"), ("  １．火力发电 ", "thermal_power"),
        ("(1) 火力发电 Thermal Power", "thermal_power"), ("#用作原料、材料", "industry_non_energy_use"),
        ("其中：用作原料、材料", "industry_non_energy_use"),
        ("外省(区、市)调入量", "moving_in_from_other_provinces"),
        ("本省（区、市）调出量（－）", "sending_out_to_other_provinces"), ("城　镇", "residential_urban"),
        ("库存增(-)、减(+)量", "stock_change"), ("Stock Change", "stock_change"),
        ("5.炼油", "petroleum_refineries"),
    ],
)  # fmt: skip
def test_labels_are_read_as_people_write_them(label: str, code: str) -> None:
    assert match_label("balance_rows", label) == {code}


@pytest.mark.parametrize("label", ["火力发申", "", "1.", "合计", "原煤 Coke", "注：不含西藏"])
def test_what_merely_resembles_a_label_is_none(label: str) -> None:
    assert not match_label("balance_rows", label)
    assert not match_label("balance_fuels", label)
