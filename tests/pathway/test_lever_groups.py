"""Groups of levers: one group a lever, names, the limit, both packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.decomposition import PLAYERS_LIMIT
from dafeng.errors import InputRefused
from dafeng.pack import read_pack
from dafeng.pathway.lever_groups import group_levers

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.pathway.lever_groups import View

VIEWS: tuple[View, ...] = ("lever", "clause", "agency", "sector")


@pytest.mark.parametrize("view", VIEWS)
def test_groups_part_the_levers(shanxi: Pack, view: View) -> None:
    active = shanxi.tables["levers"]["lever_id"].to_list()
    groups = group_levers(shanxi.tables, view, active)
    members = [lever for group in groups for lever in group.levers]
    assert sorted(members) == sorted(active)
    assert len({group.id for group in groups}) == len(groups)
    assert view == "lever" or len(groups) <= PLAYERS_LIMIT
    for group in groups:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in group.zh), group
        assert group.en.isascii() or view == "lever"


def test_clauses_are_parts_of_the_plan_by_the_first_clause(shanxi: Pack) -> None:
    groups = {
        group.id: group
        for group in group_levers(shanxi.tables, "clause", ["L_power_export", "L_h2_truck", "L_ccus"])
    }
    assert {name: set(group.levers) for name, group in groups.items()} == {
        "C2.1": {"L_power_export"}, "C2.2": {"L_h2_truck"}, "C3.1": {"L_ccus"},
    }  # fmt: skip
    assert (groups["C2.2"].zh, groups["C3.1"].en) == ("新能源替代", "Peaking in industry")


def test_agencies_are_the_first_that_share_the_task(shanxi: Pack) -> None:
    groups = {
        group.id: group for group in group_levers(shanxi.tables, "agency", ["L_wind_pv", "L_cmm_capture"])
    }
    assert {name: set(group.levers) for name, group in groups.items()} == {
        "drc": {"L_wind_pv"}, "energy_bureau": {"L_cmm_capture"},
    }  # fmt: skip
    assert groups["drc"].zh == "省发展改革委"


def test_the_smallest_groups_become_others(shanxi: Pack) -> None:
    active = shanxi.tables["levers"]["lever_id"].to_list()
    free = group_levers(shanxi.tables, "sector", active, None)
    groups = group_levers(shanxi.tables, "sector", active, 5)
    assert len(free) > PLAYERS_LIMIT
    assert len(groups) == 5
    assert groups[-1].id == "others"
    sizes = sorted((len(group.levers) for group in free), reverse=True)
    assert sorted((len(group.levers) for group in groups[:-1]), reverse=True) == sizes[:4]
    assert len(groups[-1].levers) == sum(sizes[4:])
    assert len(group_levers(shanxi.tables, "lever", active)) == len(active)


def test_an_agency_that_no_one_names(shanxi: Pack) -> None:
    tables = {**shanxi.tables, "clause_agencies": shanxi.tables["clause_agencies"].clear()}
    assert [group.id for group in group_levers(tables, "agency", ["L_wind_pv"])] == ["unassigned"]


@pytest.mark.parametrize("view", VIEWS)
def test_another_province(tiny_pack: Path, view: View) -> None:
    (group,) = group_levers(read_pack(tiny_pack).tables, view, ["L1"])
    names = {"lever": "示例杠杆", "clause": "示例章", "agency": group.zh, "sector": "电力"}
    assert (group.zh, group.levers) == (names[view], frozenset({"L1"}))


def test_unknown_levers_are_named_with_a_suggestion(shanxi: Pack) -> None:
    with pytest.raises(InputRefused, match="did you mean L_wind_pv"):
        group_levers(shanxi.tables, "clause", ["L_windpv", "L_cdq"])
    with pytest.raises(InputRefused):
        group_levers(shanxi.tables, "clause", [])
