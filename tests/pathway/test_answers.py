"""Tables of the peak against a direct count over the draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pathway.answers import PeakTables, summarise_peak
from dafeng.pathway.ensemble import Ensemble, EnsembleSpec, run_ensemble
from dafeng.pathway.peak import PeakReading
from dafeng.scenario import Scope

from .made_simulator import MadeSimulator

SCOPES = (Scope(), Scope(gases="all"))


@pytest.fixture(scope="module")
def drawn() -> Ensemble:
    spec = EnsembleSpec(draws=512, seed=3, scopes=SCOPES, gwp={"CH4": 28.0})
    return run_ensemble(MadeSimulator(), spec)


@pytest.fixture(scope="module")
def tables(drawn: Ensemble) -> PeakTables:
    return summarise_peak("plan", drawn)


def test_the_distribution_sums_to_one_and_to_the_summary(tables: PeakTables) -> None:
    by_scope = tables.distribution.group_by("gases").agg(pl.col("share").sum())
    assert by_scope["share"].to_list() == pytest.approx([1.0, 1.0])
    for row in tables.summary.iter_rows(named=True):
        mine = tables.distribution.filter(pl.col("gases") == row["gases"])
        known = mine.filter((pl.col("kind") != "none") & (pl.col("year") <= 2030))
        assert known["share"].sum() == pytest.approx(row["peaked_share"])
        for kind in ("plateau", "none"):
            assert mine.filter(pl.col("kind") == kind)["share"].sum() == pytest.approx(row[f"{kind}_share"])
        assert 0 < row["peaked_share"] < 1
        assert f" {round(100 * row['peaked_share'])} " in row["words_en"]
        assert (row["draws"], row["by_year"]) == (512, 2030)


def test_shares_by_a_direct_count(drawn: Ensemble, tables: PeakTables) -> None:
    totals = drawn.totals[SCOPES[0]]
    top = drawn.years[totals.argmax(axis=0)]
    row = tables.summary.row(0, named=True)
    assert row["peaked_share"] == (top <= 2030).mean()
    assert row["level_p50"] == pytest.approx(np.median(totals.max(axis=0)))
    assert row["p50_year"] == np.sort(top)[255]
    assert tables.summary["unit"].to_list() == ["Mt CO2", "Mt CO2e"]


def test_emissions_are_added_up_with_both_ends(drawn: Ensemble, tables: PeakTables) -> None:
    totals = drawn.totals[SCOPES[0]]
    near = tables.cumulative.filter((pl.col("gases") == "co2") & (pl.col("to_year") == 2030)).row(
        0, named=True
    )
    assert near["from_year"] == 2022
    assert near["mean"] == pytest.approx(totals[:9].sum(axis=0).mean())
    assert near["p05"] < near["p25"] < near["p50"] < near["p75"] < near["p95"]
    far = tables.cumulative.filter((pl.col("gases") == "co2") & (pl.col("to_year") == 2060))
    assert far["p95"][0] == pytest.approx(np.quantile(totals.sum(axis=0), 0.95))
    none = summarise_peak("plan", drawn, reading=PeakReading(until_years=(2021, 2061)))
    assert none.cumulative.is_empty()


def test_the_fan_has_every_year(drawn: Ensemble, tables: PeakTables) -> None:
    fan = tables.fan.filter(pl.col("gases") == "co2")
    assert fan["year"].to_list() == drawn.years.tolist()
    assert fan["p50"].to_list() == pytest.approx(np.median(drawn.totals[SCOPES[0]], axis=1))


def test_history_can_hold_the_peak_of_one_scope(drawn: Ensemble) -> None:
    history = {SCOPES[0]: [[2020, 9000.0], [2021, 8000.0]]}
    found = summarise_peak("plan", drawn, history).summary
    assert found["peaked_share"][0] == 1.0
    assert found["words_en"][0] == "in more than 99 of 100 futures"
    assert found["peaked_error"][0] > 0
    assert found["p95_year"][0] == 2020
    assert found["peaked_share"][1] < 1


def test_a_quantile_beyond_the_horizon_is_missing_and_no_plateau_has_no_years(drawn: Ensemble) -> None:
    up = np.linspace(100, 200, 39)[:, None]
    hump = np.array([*np.linspace(100, 200, 10), *np.linspace(190, 10, 29)])[:, None]
    totals = np.concatenate([np.repeat(up, 6, axis=1), np.repeat(hump, 4, axis=1)], axis=1)
    row = summarise_peak("trend", replace(drawn, totals={SCOPES[0]: totals})).summary.row(0, named=True)
    assert (row["p05_year"], row["p50_year"], row["p95_year"]) == (2031, None, None)
    assert (row["none_share"], row["peaked_share"]) == (0.6, 0.0)
    assert (row["plateau_from_year"], row["plateau_to_year"]) == (None, None)
    flat = summarise_peak("frozen", replace(drawn, totals={SCOPES[0]: np.full((39, 3), 7.0)}))
    row = flat.summary.row(0, named=True)
    assert (row["plateau_share"], row["plateau_from_year"], row["plateau_to_year"]) == (1.0, 2022, 2060)
    assert flat.distribution["year"].to_list() == [2022]


def test_a_horizon_that_ends_too_early_is_refused(drawn: Ensemble) -> None:
    with pytest.raises(InputRefused) as refused:
        summarise_peak("plan", drawn, reading=PeakReading(by_year=2060))
    assert "2060 ≥ 2060" in refused.value.text("en")
