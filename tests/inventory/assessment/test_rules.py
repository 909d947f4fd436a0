"""Scopes, terms and price bases are sound data."""

from __future__ import annotations

import polars as pl
import pytest

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.inventory.assessment import (
    find_price_base,
    find_scope,
    list_price_bases,
    list_scope_terms,
    list_scopes,
)


def test_every_scope_of_the_vocabulary_has_a_rule_and_terms() -> None:
    assert set(list_scopes()["scope"]) == terms.codes("assessment_scopes")
    assert set(list_scope_terms()["scope"]) == terms.codes("assessment_scopes")


def test_terms_belong_to_the_quantity_of_their_scope() -> None:
    joined = list_scope_terms().join(list_scopes().select("scope", "quantity"), on="scope")
    assert joined.filter(~pl.col("term").str.starts_with(pl.col("quantity") + "_")).is_empty()


def test_power_trade_counts_where_the_scope_says_so() -> None:
    for code in list_scopes()["scope"]:
        scope = find_scope(code)
        assert scope.power_trade == (scope.sign("co2_net_power_import") == 1), code


def test_the_definition_from_2026_swaps_non_energy_use_for_processes() -> None:
    old, new = find_scope("ci_13_14"), find_scope("ci_2026")
    assert (old.sign("co2_non_energy_use"), new.sign("co2_non_energy_use")) == (0, -1)
    assert (old.sign("co2_industrial_process"), new.sign("co2_industrial_process")) == (0, 1)
    assert (old.holds(2025), old.holds(2026), new.holds(2025), new.holds(2026)) == (True, False, False, True)


def test_certificates_are_limited_by_the_document() -> None:
    row = list_scope_terms().filter(pl.col("term") == "energy_certificates").row(0, named=True)
    assert (row["limit_share"], row["limit_term"], row["required"]) == (0.5, "energy_saving_needed", False)
    assert row["document_number"] == "发改环资〔2024〕113号"


def test_an_uncertain_rule_is_graded_and_explained() -> None:
    for rules in (list_scopes(), list_scope_terms()):
        assert rules.filter((pl.col("grade") == "C") & pl.col("note_zh").is_null()).is_empty()


def test_price_bases_do_not_overlap() -> None:
    years = [
        year
        for a, b in list_price_bases().select("first_year", "last_year").rows()
        for year in range(a, b + 1)
    ]
    assert len(years) == len(set(years))
    assert [find_price_base(year) for year in (2015, 2016, 2020, 2021, 2026)] == [
        None,
        2015,
        2015,
        2020,
        2025,
    ]


def test_a_scope_is_found_by_name_and_a_stranger_is_refused() -> None:
    assert find_scope("碳排放强度口径（2026年起）").code == "ci_2026"
    with pytest.raises(InputRefused, match="nothing"):
        find_scope("nothing")
