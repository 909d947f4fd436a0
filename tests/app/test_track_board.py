"""Use cases of tracking: accounts behind formulas, the replay of a pack, the boards of many packs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.pack_check import check_pack
from dafeng.app.stages import RunContext
from dafeng.app.track_accounts import account_units, list_accounts
from dafeng.app.track_board import count_packs, replay_pack, show_board
from dafeng.app.track_stage import accounts_on, with_accounts
from dafeng.errors import InputRefused
from dafeng.tracking import list_values

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def context(shanxi: Pack) -> RunContext:
    return with_accounts(RunContext(shanxi, TODAY, accept_findings=False))


def test_accounts_have_names_units_and_an_assumed_day(context: RunContext) -> None:
    accounts, units = list_accounts(context.given, TODAY), account_units()
    named = ("co2_total", "ci_13_14_own_generation", "ei_total", "gdp_volume")
    assert {f"accounts.{name}" for name in named} <= set(accounts["name"])
    for name, unit in accounts.select("name", "unit").iter_rows():
        assert units[name] == unit
    assert accounts["known_assumed"].all()
    lags = accounts.select(pl.col("known_on").str.slice(0, 4).cast(pl.Int64) - pl.col("year"))
    assert lags.to_series().unique().to_list() == [2]
    assert list_accounts(context.given, date(2022, 12, 30))["year"].max() == 2019


def test_own_intensities_agree_with_simple_arithmetic(context: RunContext) -> None:
    """Energy +4.5 % from 2020 to 2022, GDP +9.1 % and +4.4 %: about -8.3 % a unit of GDP."""
    values = list_values(context.pack.tables, TODAY, None, list_accounts(context.given, TODAY))
    row = values.row(
        by_predicate=(pl.col("basis_id") == "own_total_energy") & (pl.col("year") == 2022), named=True
    )
    assert row["period"] == "2021..2022"
    assert row["value"] == pytest.approx(((21918.5 / 20980.548) / (1.091 * 1.044) - 1) * 100, abs=0.02)
    assert (row["basis"], row["relation"]) == ("account", "other_scope")


def test_accounts_of_a_past_day_use_nothing_published_later(context: RunContext) -> None:
    day = date(2020, 12, 31)
    before = accounts_on(context, day)
    observed = context.pack.tables["observations"]
    own = pl.col("series_id").is_in(["generation_total", "energy_consumption_total"])
    old = own & (pl.col("period") == "2015")
    revised = observed.filter(old).with_columns(
        value=pl.col("value") * 2, known_on=pl.lit("2025-05"), source_id=pl.lit("revision")
    )
    tables = {**context.pack.tables, "observations": pl.concat([observed, revised])}
    later = with_accounts(replace(context, pack=replace(context.pack, tables=tables)))
    assert not list_accounts(later.given, day).equals(before)
    assert accounts_on(later, day).equals(before)


def test_the_board_shows_level_and_verdict() -> None:
    board = show_board("shanxi", TODAY).board
    row = board.row(by_predicate=pl.col("target_id") == "T1.2b-4", named=True)
    assert (row["verdict"], row["level"]) == ("on_track", "green")


def test_a_replay_has_every_year_end_that_is_over(tiny_pack: Path) -> None:
    replayed = replay_pack(str(tiny_pack), 2020, 2030, date(2025, 6, 30))
    assert replayed["as_of"].unique(maintain_order=True).to_list() == [
        "2022-12-31",
        "2023-12-31",
        "2024-12-31",
    ]
    values = replay_pack(str(tiny_pack), 2023, 2024, TODAY, values=True)
    own = values.filter(pl.col("basis_id") == "wind_plus_solar")
    assert own.select("as_of", "year", "value").rows() == [
        ("2023-12-31", 2022, 75.0), ("2024-12-31", 2022, 75.0), ("2024-12-31", 2023, 105.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(2030, 2031), (2025, 2020), (10**6, 10**7), (-5, 3)])
def test_a_span_without_a_year_end_is_refused(first: int, last: int) -> None:
    with pytest.raises(InputRefused) as refused:
        replay_pack("shanxi", first, last, TODAY)
    assert refused.value.findings[0].code == "replay_span"


def test_packs_are_counted_side_by_side(tiny_pack: Path) -> None:
    counts = count_packs(["shanxi", str(tiny_pack)], TODAY)
    verdicts = counts.filter(pl.col("kind") == "verdict").group_by("region").agg(pl.col("targets").sum())
    assert dict(verdicts.iter_rows()) == {"CN-SX": 123, "CN-SN": 11}
    levels = counts.filter(pl.col("kind") == "warning_level").group_by("region").agg(pl.col("targets").sum())
    assert dict(levels.iter_rows()) == {"CN-SX": 123, "CN-SN": 11}


def test_a_defective_pack_is_named_with_the_others(tiny_pack: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_pack, broken)
    (broken / "series.csv").unlink()
    with pytest.raises(InputRefused) as refused:
        count_packs([str(broken), str(tiny_pack), str(tmp_path / "absent")], TODAY)
    assert {"pack_file_missing", "pack_missing"} <= {finding.code for finding in refused.value.findings}


def test_the_check_of_a_pack_reads_its_formulas_and_paths(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    with (folder / "indicator_formulas.csv").open("a") as file:
        file.write("forest_cover,wrong,forest_cover_sen * 2,%,same,,,错,wrong\n")
    with (folder / "target_milestones.csv").open("a") as file:
        file.write("T1,2024,12,%,,,example,A,,\n")
    with pytest.raises(InputRefused) as refused:
        check_pack(str(folder))
    found = {finding.code: finding for finding in refused.value.findings}
    assert set(found) == {"formula_name_unknown", "milestone_unused"}
    assert found["formula_name_unknown"].place.row == 5
    assert "forest_cover_seen" in found["formula_name_unknown"].text("zh")


@pytest.mark.parametrize(
    ("known_on", "first", "later"), [("2026-09", 985.0, 1010.0), ("2026-02", None, None), ("", None, None)]
)
def test_a_later_publication_revises_and_one_of_the_same_day_contradicts(
    tiny_pack: Path, tmp_path: Path, known_on: str, first: float | None, later: float | None
) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    with (folder / "observations.csv").open("a") as file:
        file.write(f"wind_pv_capacity_seen,CN-SN,2025,1010,10^4 kW,eq,{known_on},example_press,A,,\n")
    if first is None:
        with pytest.raises(InputRefused) as refused:
            show_board(str(folder), TODAY)
        assert {finding.code for finding in refused.value.findings} == {"pack_conflict"}
        return
    for day, value in ((date(2026, 3, 1), first), (TODAY, later)):
        board = show_board(str(folder), day).board
        assert board.row(by_predicate=pl.col("target_id") == "T2", named=True)["observed"] == value
