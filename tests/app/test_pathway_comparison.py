"""A file of another model beside the published scenarios of the pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.app.pathway_comparison import read_comparison
from dafeng.errors import InputRefused
from dafeng.pathway.exchange import ComparisonRow
from dafeng.table import check

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

HEAD = "Model,Scenario,Region,Variable,Unit,2030,2060\n"


def test_a_wide_file_lies_beside_what_is_published(shanxi: Pack, tmp_path: Path) -> None:
    file = tmp_path / "eps.csv"
    file.write_text(
        HEAD
        + "EPS,NDC,Shanxi,Emissions|CO2|Energy,Gt CO2/yr,0.61,0.05\n"
        + "EPS,NDC,Shaanxi,Emissions|CO2|Energy,Gt CO2/yr,0.31,0.03\n"
        + "EPS,NDC,Shanxi,Capacity|Electricity|Wind and Solar,GW,130,420\n"
    )
    rows, found = read_comparison(shanxi, [file])
    check(rows, ComparisonRow)
    values = {row["row_id"]: row["value"] for row in rows.iter_rows(named=True)}
    assert values["EPS/NDC/Emissions|CO2|Energy/2030"] == pytest.approx(610)
    assert values["EPS/NDC/Capacity|Electricity|Wind and Solar/2060"] == 420
    assert values["SC05-peak"] == 675.22
    assert [finding.code for finding in found] == ["comparison_region"]
    assert "CN-SN" in found[0].text("zh")


def test_a_file_of_the_neighbour_is_refused(shanxi: Pack, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text(HEAD + "EPS,NDC,Shaanxi,Emissions|CO2|Energy,Mt CO2/yr,310,30\n")
    with pytest.raises(InputRefused, match="Shaanxi"):
        read_comparison(shanxi, [file])


def test_without_files_only_the_pack_speaks(shanxi: Pack) -> None:
    rows, found = read_comparison(shanxi)
    assert rows.height >= 8
    assert not found
