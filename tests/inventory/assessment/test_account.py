"""Values, intensity, yearly and cumulative reduction; missing terms stay missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.inventory.assessment import assess, chain_gdp, chain_reductions, find_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., pl.DataFrame]


def test_terms_are_added_with_their_signs(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms(
        {
            "co2_fossil_energy": [100.0], "co2_non_energy_use": [7.0],
            "co2_industrial_process": [5.0], "co2_net_power_import": [-20.0],
        }
    )  # fmt: skip
    gdp = chain_gdp(make_index([103.0]))
    values = {
        code: assess(terms, find_scope(code), gdp).accounts["value"][0] for code in ("ci_13_14", "ci_2026")
    }
    assert values == {"ci_13_14": 80.0, "ci_2026": 78.0}


def test_intensity_and_reductions_by_hand(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms({"co2_fossil_energy": [100.0, 102.0, 99.0]})
    gdp = chain_gdp(make_index([103.0, 108.0, 104.0], nominal=1000.0))
    rows = assess(terms, find_scope("ci_13_14_territorial"), gdp).accounts.to_dicts()
    # 102 Mt over 1080 x 10^8 CNY (prices of 2020) = 0.0944 Mt per 10^8 CNY = 9.44 t per 10^4 CNY
    assert rows[1]["intensity"] == pytest.approx(102.0 / 1080.0 * 100)
    assert rows[1]["reduction_share"] == pytest.approx(1 - 1.02 / 1.08)
    assert rows[2]["cumulative_share"] == pytest.approx(1 - 0.99 / (1.08 * 1.04))
    assert (rows[2]["cumulative_from_year"], rows[2]["cumulative_by"]) == (2020, "chain")
    assert rows[0]["reduction_share"] is None


def test_a_missing_required_term_leaves_the_account_empty_and_is_named(
    make_terms: Maker, make_index: Maker
) -> None:
    terms = make_terms({"co2_fossil_energy": [100.0, 101.0], "co2_non_energy_use": [7.0, None]})
    account = assess(terms, find_scope("ci_2026_territorial"), chain_gdp(make_index([103.0, 105.0]))).accounts
    assert account["value"].to_list() == [None, None]
    assert account["missing_terms"].to_list() == [
        "co2_industrial_process", "co2_non_energy_use;co2_industrial_process",
    ]  # fmt: skip


def test_a_gap_year_is_bridged_by_the_ends_and_says_so(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms({"energy_total": [100.0, None, 99.0]})
    rows = assess(
        terms, find_scope("ei_total"), chain_gdp(make_index([103.0, 108.0, 104.0]))
    ).accounts.to_dicts()
    assert rows[2]["reduction_share"] is None
    assert rows[2]["cumulative_share"] == pytest.approx(1 - 0.99 / (1.08 * 1.04))
    assert rows[2]["cumulative_by"] == "endpoints"


def test_a_missing_link_of_gdp_breaks_every_change_across_it(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms({"energy_total": [100.0, 100.0, 99.0]})
    rows = assess(
        terms, find_scope("ei_total"), chain_gdp(make_index([103.0, None, 104.0]))
    ).accounts.to_dicts()
    assert rows[1]["reduction_share"] is None
    assert rows[2]["reduction_share"] == pytest.approx(1 - 0.99 / 1.04)
    assert rows[2]["cumulative_share"] is None


def test_a_vintage_without_nominal_gdp_has_changes_but_no_level(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms({"energy_total": [100.0, 101.0]})
    rows = assess(terms, find_scope("ei_total"), chain_gdp(make_index([103.0, 108.0], nominal=None))).accounts
    assert rows["intensity"].to_list() == [None, None]
    assert rows["reduction_share"][1] == pytest.approx(1 - 1.01 / 1.08)


def test_vintages_are_never_mixed(make_terms: Maker, make_index: Maker) -> None:
    both = pl.concat([make_index([103.0]), make_index([103.5], vintage="v2")])
    with pytest.raises(InputRefused, match="v1, v2"):
        assess(make_terms({"energy_total": [100.0]}), find_scope("ei_total"), chain_gdp(both))


@pytest.mark.parametrize(
    ("bought", "needed", "counted"),
    [(3.0, 10.0, 3.0), (8.0, 10.0, 5.0), (-4.0, 10.0, -4.0), (8.0, -2.0, 0.0)],
)
def test_certificates_count_up_to_half_of_the_saving_and_sales_in_full(
    make_terms: Maker, make_index: Maker, bought: float, needed: float, counted: float
) -> None:
    terms = make_terms(
        {
            "energy_total": [100.0], "energy_raw_material": [10.0], "energy_non_fossil": [5.0],
            "energy_certificates": [bought], "energy_saving_needed": [needed],
        }
    )  # fmt: skip
    row = assess(terms, find_scope("ei_14"), chain_gdp(make_index([103.0]))).accounts.row(0, named=True)
    assert row["value"] == pytest.approx(85.0 - counted)
    assert row["partial"] is False


def test_an_optional_term_that_is_not_given_marks_the_account_as_partial(
    make_terms: Maker, make_index: Maker
) -> None:
    terms = make_terms({"energy_total": [100.0], "energy_raw_material": [10.0], "energy_non_fossil": [5.0]})
    row = assess(terms, find_scope("ei_14"), chain_gdp(make_index([103.0]))).accounts.row(0, named=True)
    assert (row["value"], row["partial"], row["left_out_terms"]) == (85.0, True, "energy_certificates")


def test_a_purchase_without_its_limit_is_not_counted_silently(make_terms: Maker, make_index: Maker) -> None:
    terms = make_terms(
        {
            "energy_total": [100.0],
            "energy_raw_material": [10.0],
            "energy_non_fossil": [5.0],
            "energy_certificates": [2.0],
        }
    )
    row = assess(terms, find_scope("ei_14"), chain_gdp(make_index([103.0]))).accounts.row(0, named=True)
    assert (row["value"], row["missing_terms"]) == (None, "energy_certificates")


def test_a_weak_rule_weakens_the_account(make_terms: Maker, make_index: Maker) -> None:
    values = {
        "co2_fossil_energy": [100.0], "co2_non_energy_use": [7.0], "co2_industrial_process": [5.0],
        "co2_net_power_import": [-20.0],
    }  # fmt: skip
    gdp = chain_gdp(make_index([103.0]))
    graded = {
        code: assess(make_terms(values), find_scope(code), gdp).accounts["grade"][0]
        for code in ("ci_2026", "ci_2026_territorial")
    }
    assert graded == {"ci_2026": "C", "ci_2026_territorial": "B"}


def test_chaining_nothing_is_no_change() -> None:
    assert chain_reductions([]) == 0.0
