"""The gap between own and other figures by part: exact, and honest about what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory.assessment import (
    Assessed,
    AssessmentFigure,
    OwnSide,
    assess,
    chain_gdp,
    explain_gap,
    find_scope,
    list_figures,
    split_revision,
)

from .conftest import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., pl.DataFrame]

VALUES = {
    "co2_fossil_energy": [100.0, 102.0], "co2_non_energy_use": [7.0, 8.0],
    "co2_industrial_process": [5.0, 5.5], "co2_net_power_import": [-20.0, -25.0],
}  # fmt: skip


def figure(scope: str, variable: str, period: str, value: float, unit: str) -> dict[str, object]:
    return {
        "region": "P", "period": period, "scope": scope, "variable": variable, "stage": "final_approved",
        "power_factor": "given", "unit": unit, "value": value, "grade": "A",
    }  # fmt: skip


def own_side(
    make_terms: Maker,
    make_index: Maker,
    other: dict[int, float] | None = None,
    known: pl.DataFrame | None = None,
) -> OwnSide:
    terms = make_terms(VALUES)
    gdp = chain_gdp(make_index([103.0, 108.0]))
    parts = [assess(terms, find_scope(code), gdp) for code in ("ci_13_14", "ci_2026", "ci_13_14_territorial")]
    joined = Assessed(pl.concat([p.accounts for p in parts]), pl.concat([p.terms for p in parts]))
    revised = {"P": other} if other else {}
    return OwnSide(joined, terms if known is None else known, {"P": {2020: 1.03, 2021: 1.08}}, revised)


def test_a_level_gap_is_split_into_scope_terms_and_rest(make_terms: Maker, make_index: Maker) -> None:
    approved = fill(AssessmentFigure, [figure("ci_2026", "co2", "2021", 73.0, "Mt CO2")])
    known = make_terms({"co2_industrial_process": [None, 5.0]}, stage="final_approved")
    gap = explain_gap(own_side(make_terms, make_index, known=known), approved)
    old = gap.filter(pl.col("own_scope") == "ci_13_14")
    parts = {(row["part"], row["term"]): row["value"] for row in old.iter_rows(named=True)}
    # own 102 − 25 = 77 against 73: +8 non-energy use kept, −5.5 process left out, 0.5 of process revised
    assert parts[("scope", "co2_non_energy_use")] == pytest.approx(8.0)
    assert parts[("scope", "co2_industrial_process")] == pytest.approx(-5.5)
    assert parts[("term", "co2_industrial_process")] == pytest.approx(0.5)
    assert parts[("rest", "total")] == pytest.approx(1.0)
    assert sum(parts.values()) == pytest.approx(77.0 - 73.0)


def test_a_change_is_split_into_quantity_and_gdp_when_the_other_gdp_is_known(
    make_terms: Maker, make_index: Maker
) -> None:
    approved = fill(AssessmentFigure, [figure("ci_13_14", "carbon_intensity_change", "2021", -10.0, "%")])
    gap = explain_gap(own_side(make_terms, make_index, {2021: 1.085}), approved)
    same = gap.filter(pl.col("own_scope") == "ci_13_14")
    parts = dict(same.select("part", "value").iter_rows())
    own = 100 * (77.0 / 80.0 / 1.08 - 1)
    assert set(parts) == {"quantity", "gdp"}
    assert sum(parts.values()) == pytest.approx(own + 10.0, abs=1e-12)
    assert parts["gdp"] > 0  # the own GDP grew less, so the own intensity stands higher


def test_without_the_other_gdp_the_remainder_stays_unexplained(make_terms: Maker, make_index: Maker) -> None:
    approved = fill(AssessmentFigure, [figure("ci_13_14", "carbon_intensity_change", "2021", -10.0, "%")])
    gap = explain_gap(own_side(make_terms, make_index), approved)
    assert gap.filter(pl.col("own_scope") == "ci_13_14")["part"].to_list() == ["rest"]
    assert gap.filter(pl.col("own_scope") == "ci_13_14_territorial")["part"].to_list() == ["scope", "rest"]


def test_figures_without_an_own_value_are_left_aside(make_terms: Maker, make_index: Maker) -> None:
    rows = [
        figure("ci_13_14", "co2", "1999", 1.0, "Mt CO2"),
        figure("ci_13_14", "co2", "2021-06 ytd", 1.0, "Mt CO2"),
        figure("ci_13_14", "carbon_intensity", "2021", 1.0, "t CO2/10^4 CNY"),
    ]  # fmt: skip
    assert explain_gap(own_side(make_terms, make_index), fill(AssessmentFigure, rows)).is_empty()


def test_own_estimates_stand_beside_what_was_given(make_terms: Maker, make_index: Maker) -> None:
    own = own_side(make_terms, make_index).assessed
    given = fill(AssessmentFigure, [figure("ci_13_14", "carbon_intensity_change", "2021", -10.0, "%")])
    figures = list_figures(own, given.drop("power_factor"))
    same = figures.filter(
        (pl.col("scope") == "ci_13_14")
        & (pl.col("variable") == "carbon_intensity_change")
        & (pl.col("period") == "2021")
    )
    values = dict(same.select("stage", "value").iter_rows())
    assert values["own_estimate"] == pytest.approx(100 * (77.0 / 80.0 / 1.08 - 1))
    assert values["final_approved"] == -10.0


def test_equal_sides_have_no_revision() -> None:
    assert split_revision((1.02, 1.05), (1.02, 1.05)) == (0.0, 0.0)
