"""Which rules are used, what a rule file may hold, and what ``pack check`` says of figures."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from dafeng.app.evaluation_file import default_rules, list_packs, read_rules
from dafeng.app.pack_check import check_pack
from dafeng.cities.evaluation_rules import builtin_rules
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("year", "pack"), [
    (2014, "2014"), (2016, "plan13"), (2020, "plan13"), (2023, "2026"), (2027, "2026"),
])  # fmt: skip
def test_the_rules_of_the_year_are_the_default(year: int, pack: str) -> None:
    assert default_rules("cities", year) == pack
    assert default_rules("departments", year) == "departments"


def test_the_list_says_how_many_items_have_no_points() -> None:
    found = dict(list_packs().select("rule_pack", "items_without_points").iter_rows())
    assert found == {"2014": 0, "plan13": 1, "2026": 14, "departments": 1}


def test_a_file_holds_one_rule_pack(tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    file.write_text(builtin_rules().write_csv(), "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_rules(str(file))
    assert refused.value.findings[0].code == "rule_packs_several"


def test_columns_that_may_be_empty_may_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "rule_pack,item_id,part,kind,name_zh,name_en,formula,points_max,document_zh,document_en,grade\n"
        "mine,x,tasks,scored,项,item,awarded,100,文件,document,B\n", "utf-8",
    )  # fmt: skip
    assert read_rules(str(file)).select("item_id", "points_max", "unit").rows() == [("x", 100.0, None)]


def test_pack_check_names_the_defective_figure(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_pack, folder)
    file = folder / "evaluation_figures.csv"
    file.write_text(
        file.read_text("utf-8").replace("610100,2024,other_parts", "610199,2024,other_parts"), "utf-8"
    )
    with pytest.raises(InputRefused) as refused:
        check_pack(str(folder))
    found = refused.value.findings[0]
    assert (found.code, found.place.row) == ("evaluation_subject_unknown", 4)
