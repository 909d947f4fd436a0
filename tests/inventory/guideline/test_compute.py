"""The second inventory as a whole, from the pack and from hand-made tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pytest

from dafeng.app.accounts_stage import add_cement, guideline_inputs, take_accounts
from dafeng.errors import InputRefused
from dafeng.inventory.guideline import (
    GuidelineInputs,
    compute_guideline,
    list_factors,
    no_activities,
    no_factors,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.stages import RunContext
    from dafeng.pack import Pack

    Make = Callable[..., pl.DataFrame]


def inputs(energy: pl.DataFrame, **more: Any) -> GuidelineInputs:
    return GuidelineInputs(energy, no_activities(), no_factors(), **more)


def context(pack: Pack) -> RunContext:
    return cast("RunContext", SimpleNamespace(pack=pack, accept_findings=True))


def test_every_category_is_estimated_or_says_what_is_missing(energy: Make) -> None:
    made = compute_guideline(inputs(energy([("final_consumption", "transport", "Gasoline", 1.0)])))
    lines = made.lines
    assert {"1A3", "1B1ai1", "2A1", "2C3", "3A1", "4A"} <= set(lines["category"])
    missing = lines.filter(pl.col("value").is_null())
    assert set(missing["notation"]) <= {"NE", "IE"}
    assert missing.filter(pl.col("note_zh").is_null() | pl.col("note_en").is_null()).is_empty()
    status = {(r["category"], r["subject"], r["gas"]): r["status"] for r in made.completeness.to_dicts()}
    assert status["1A3", "Gasoline", "CO2"] == "estimated"
    assert status["2A2", "lime_output", "CO2"] == "no_activity"
    assert made.steps[0].rows == lines.height


def test_completeness_tells_a_missing_factor_from_a_missing_activity(energy: Make) -> None:
    table = energy(
        [
            ("final_consumption", "chemicals", "Other_Energy", 1.0),
            ("final_consumption", "chemicals", "Coke", None),
        ]
    )
    made = compute_guideline(inputs(table))
    status = {(r["subject"], r["gas"]): r["status"] for r in made.completeness.to_dicts()}
    assert status["Other_Energy", "CO2"] == "no_factor"
    assert status["Coke", "CO2"] == "no_activity"


def test_implausible_use_stops_unless_it_is_accepted(energy: Make) -> None:
    table = energy([("final_consumption", "transport", "Gasoline", -1.0)])
    with pytest.raises(InputRefused) as refused:
        compute_guideline(inputs(table))
    assert refused.value.findings[0].code == "findings_stop"
    made = compute_guideline(inputs(table, accept_findings=True))
    assert made.lines.filter((pl.col("fuel") == "Gasoline") & (pl.col("gas") == "CO2"))["value"].item() < 0


def test_a_sector_that_does_not_exist_is_refused(energy: Make) -> None:
    with pytest.raises(InputRefused):
        compute_guideline(inputs(energy([("final_consumption", "industry", "Gasoline", 1.0)])))


def test_more_raw_material_than_industry_uses_is_told(energy: Make) -> None:
    table = energy(
        [
            ("final_consumption", "chemicals", "Naphtha", 10.0),
            ("non_energy_use", "non_energy_use", "Naphtha", 12.0),
        ]
    )
    made = compute_guideline(inputs(table, accept_findings=True))
    notes = [finding for finding in made.findings if finding.code == "feedstock_exceeds_use"]
    assert [note.params["value"] for note in notes] == ["2.00"]


def test_the_pack_gives_all_tables_and_no_partial_total(shanxi: Pack) -> None:
    result = take_accounts(context(shanxi))
    assert set(result.tables) == {
        f"accounts.{name}"
        for name in ("lines", "totals", "methods", "method_gap", "reference", "completeness", "factors")
    }
    totals = result.tables["accounts.totals"].frame
    open_totals = totals.filter(~pl.col("complete"))
    assert open_totals["total_kt"].is_null().all()
    assert open_totals["not_estimated"].is_not_null().all()
    whole = totals.filter(pl.col("complete"))
    assert (whole["total_kt"] - whole["estimated_kt"]).abs().max() == 0.0
    power = whole.filter((pl.col("category") == "1A3") & (pl.col("gas") == "CO2") & (pl.col("year") == 2022))
    assert power["total_kt"].item() > 0
    assert "CO2e" in totals["gas"].to_list()  # the pack chose a set


def test_cement_of_the_products_counts_where_no_activity_says_so(shanxi: Pack) -> None:
    given = guideline_inputs(context(shanxi)).activities.filter(pl.col("activity") == "cement_output")
    products = shanxi.tables["products"].filter(pl.col("sector") == "cement")
    assert given.height == products.height
    again = add_cement(given, shanxi.tables["products"])
    assert again.height == given.height


def test_every_factor_in_use_is_listed_with_its_source(shanxi: Pack) -> None:
    periods = pl.DataFrame(
        {"region": ["CN-SX"], "year": [2022]}, schema={"region": pl.String, "year": pl.Int64}
    )
    listed = list_factors(periods, shanxi.tables["factors"])
    valued = listed.filter(pl.col("value").is_not_null())
    assert valued["source_id"].is_not_null().all()
    known = set(shanxi.tables["sources"]["source_id"])
    assert {source for cell in valued["source_id"] for source in cell.split(";")} <= known
    assert {"heat_value", "ef_co2_clinker", "ef_ch4_combustion"} <= set(listed["variable"])
    assert listed.filter(pl.col("variable") == "ef_co2_ammonia")["value"].to_list() == [None]
