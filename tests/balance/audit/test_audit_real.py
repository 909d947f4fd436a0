"""The audit finds what is known to be odd in real data, by name and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng import terms
from dafeng.balance import Balance
from dafeng.balance.audit import AuditReport, audit_balance, audit_series
from dafeng.balance.audit.io import read_series
from dafeng.pack import Pack  # noqa: TC001 - the type of a fixture

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.data
ROWS_FIELDS = ["region", "year", "row", "fuel", "unit", "value", "grade"]


@pytest.fixture(scope="module")
def balance_2007(shanxi: Pack) -> Balance:
    return Balance(shanxi.tables["balances"].select(ROWS_FIELDS), "cesy_2005")


@pytest.fixture(scope="module")
def report_2007(balance_2007: Balance) -> AuditReport:
    return audit_balance(balance_2007)


def of_rule(report: AuditReport, rule: str) -> pl.DataFrame:
    return report.table.filter(pl.col("rule") == rule)


def years_of(report: AuditReport, rule: str, fuel: str) -> list[int]:
    return of_rule(report, rule).filter(pl.col("fuel") == fuel)["year"].to_list()


def test_the_difference_of_raw_coal_is_shown_and_is_an_error(report_2007: AuditReport) -> None:
    rows = {row["fuel"]: row for row in of_rule(report_2007, "statistical_difference").iter_rows(named=True)}
    assert set(rows) == {"Coal_Total", "Raw_Coal", "Coke"}
    assert (rows["Raw_Coal"]["value"], rows["Raw_Coal"]["severity"]) == (-17000.0, "error")
    assert "28.2%" in rows["Raw_Coal"]["text_zh"]  # 17000 / 60321, production
    assert "26.4%" in rows["Raw_Coal"]["text_en"]  # 17000 / (60321 + 4144.36), with arrivals
    assert (rows["Coke"]["value"], rows["Coke"]["severity"]) == (500.0, "warning")
    assert report_2007.has_errors


def test_the_official_table_closes_and_adds_up_but_for_the_opening_stock(report_2007: AuditReport) -> None:
    identities = report_2007.table.filter(pl.col("group") == "identity")
    assert set(identities["rule"]) == {
        "identity_supply", "stock_opening_missing", "statistical_difference", "total_missing",
    }  # fmt: skip
    gaps = of_rule(report_2007, "identity_supply")
    # the copy holds the closing stock (negative) and lacks the opening one: all gaps are positive
    assert gaps["difference"].min() > 0
    stocked = {
        "Raw_Coal",
        "Cleaned_Coal",
        "Other_Washed_Coal",
        "Briquettes",
        "Coke",
        "Diesel_Oil",
        "Fuel_Oil",
    }
    assert stocked <= set(gaps["fuel"])
    assert not {"Natural_Gas", "Electricity", "Other_Gas", "Other_Energy"} & set(gaps["fuel"])
    raw = gaps.filter(pl.col("fuel") == "Raw_Coal")["difference"].item()
    assert raw == pytest.approx(15878.79 - (60321 + 4144.36 - 46240.74 - 2927 - 1865.21))


def test_the_row_of_stocks_looks_like_closing_stock_only(report_2007: AuditReport) -> None:
    row = of_rule(report_2007, "stock_opening_missing").row(0, named=True)
    assert (row["row"], row["severity"]) == ("stock_change", "note")
    assert f"of {of_rule(report_2007, 'identity_supply').height} fuels" in row["text_en"]


def test_the_total_of_raw_material_coal_is_blank(report_2007: AuditReport) -> None:
    row = of_rule(report_2007, "total_missing").row(0, named=True)
    assert (row["row"], row["fuel"], row["severity"]) == ("industry_non_energy_use", "Coal_Total", "note")


def test_washed_coal_holds_more_energy_than_raw_coal_at_reference_values(report_2007: AuditReport) -> None:
    found = report_2007.table.filter(pl.col("group") == "plausibility")
    assert found["rule"].to_list() == ["washing_energy"]
    least = (14975.82 * 263.44 + 3155.2 * 83.63) / (19648.54 * 209.08)
    assert found["value"].item() == pytest.approx(least)


@pytest.fixture(scope="module")
def production(data_dir: Path) -> AuditReport:
    return audit_series(read_series(data_dir / "accounts" / "shanxi_energy_production_consumption.csv"))


def test_coal_use_changes_its_definition_in_2020(production: AuditReport) -> None:
    assert 2020 in years_of(production, "series_definition", "Coal_Total")
    row = of_rule(production, "series_definition").filter(fuel="Coal_Total", year=2020).row(0, named=True)
    assert row["value"] == pytest.approx(36185.866)
    assert "51331.6" in row["text_zh"]


def test_total_energy_breaks_in_1996(production: AuditReport) -> None:
    found = production.table.filter(variable="consumption", fuel="Total_Energy")
    assert found.select("rule", "year").rows() == [("series_definition", 1996)]


def test_missing_years_of_coal_output_are_named(production: AuditReport) -> None:
    assert years_of(production, "series_gap", "Raw_Coal") == [2010]


def test_the_series_of_electricity_is_calm(production: AuditReport) -> None:
    assert production.table.filter(fuel="Electricity").is_empty()


def test_two_vintages_of_gdp_differ(shanxi: Pack) -> None:
    economy = shanxi.tables["economy"].filter(pl.col("variable") == "gdp")
    series = economy.select(
        "region", "year", "variable", "unit", "value", source="vintage",
        sector=pl.lit(None, pl.String), fuel=pl.lit(None, pl.String),
    )  # fmt: skip
    found = of_rule(audit_series(series), "sources_differ")
    by_year = {row["year"]: row for row in found.iter_rows(named=True)}
    assert (by_year[2014]["value"], by_year[2014]["expected"]) == pytest.approx((12761.49, 12094.7), abs=0.1)
    assert by_year[2014]["severity"] == "warning"


def test_the_terminal_is_below_the_yearbook_in_2018(data_dir: Path) -> None:
    folder = data_dir / "accounts"
    terminal = read_series(folder / "shanxi_power.csv", {"electricity_consumption": "consumption"})
    yearbook = read_series(folder / "shanxi_energy_production_consumption.csv")
    found = of_rule(audit_series(pl.concat([yearbook, terminal])), "sources_differ")
    power = {row["year"]: row for row in found.filter(fuel="Electricity").iter_rows(named=True)}
    assert sorted([power[2018]["value"], power[2018]["expected"]]) == pytest.approx([2160.0, 2275.66])
    assert {2018, 2019, 2020, 2021, 2022} <= set(power)
    assert all(power[year]["severity"] == "warning" for year in (2018, 2019, 2020, 2021, 2022))
    assert not {2010, 2013, 2015, 2016} & set(power)


def test_cities_exceed_the_province(data_dir: Path) -> None:
    names = ("cities_co2_ceads_1997_2019.csv", "shanxi_co2_ceads_total.csv")
    series = pl.concat([read_series(data_dir / "accounts" / name) for name in names])
    found = of_rule(audit_series(series), "parts_exceed_whole")
    shares = {row["year"]: row["value"] / row["expected"] for row in found.iter_rows(named=True)}
    assert shares[2007] == pytest.approx(1.17, abs=0.005)
    assert shares[2015] == pytest.approx(1.05, abs=0.005)
    assert shares[2017] == pytest.approx(1.08, abs=0.005)


def test_provinces_exceed_the_country(data_dir: Path) -> None:
    names = ("provinces_co2_ceads_totals_1997_2019.csv", "china_co2_ceads_national.csv")
    series = pl.concat([read_series(data_dir / "accounts" / name) for name in names])
    found = of_rule(audit_series(series), "parts_exceed_whole")
    shares = {row["year"]: row["value"] / row["expected"] for row in found.iter_rows(named=True)}
    assert shares[2019] == pytest.approx(1.109, abs=0.0006)
    assert found.filter(year=2019)["severity"].item() == "error"
    assert 1997 not in shares  # 0.4 % is within the bound


def test_population_of_the_cities_adds_up_and_its_index_is_left_alone(data_dir: Path) -> None:
    folder = data_dir / "accounts"
    series = pl.concat(
        [read_series(folder / name) for name in ("cities_socioeconomic.csv", "shanxi_economy.csv")]
    )
    found = audit_series(series, parts={"CN-SX": 11}).table.filter(pl.col("group") == "cross_source")
    assert found.filter(variable="population").is_empty()
    assert found.filter(variable="gdp_index", rule="parts_exceed_whole").is_empty()
    assert not found.filter(variable="gdp_nominal", rule="parts_fall_short").is_empty()  # -6 % in early years


def inventory(data_dir: Path, source: str) -> pl.DataFrame:
    series = read_series(data_dir / "accounts" / "shanxi_energy_inventory_ceads_2014_2022.csv")
    return series.filter((pl.col("year") == 2021) & (pl.col("variable") == "final_consumption")).with_columns(
        source=pl.lit(source)
    )


def test_rows_of_a_real_release_that_slip_by_one_are_found(data_dir: Path) -> None:
    good = inventory(data_dir, "b_release")
    sectors = [code for code in terms.entries("sectors") if code != "total"]
    block = sectors[5:25]
    moved = dict(zip(block, sectors[6:26], strict=True))
    last = pl.col("sector") == sectors[25]
    bad = inventory(data_dir, "a_release").filter(~last).with_columns(pl.col("sector").replace(moved))
    found = of_rule(audit_series(pl.concat([good, bad])), "rows_shifted")
    assert found.height >= 1
    assert all("-1" in text for text in found["text_zh"])
    slipped = of_rule(audit_series(pl.concat([good, inventory(data_dir, "a_release")])), "rows_shifted")
    assert slipped.is_empty()


def test_two_releases_of_the_official_table(balance_2007: Balance) -> None:
    wrong = balance_2007.cells.with_columns(
        value=pl.when((pl.col("row") == "transport") & (pl.col("fuel") == "Diesel_Oil"))
        .then(1533.5)
        .otherwise(pl.col("value"))
    )
    report = audit_balance(Balance(wrong, "cesy_2005"), others=[balance_2007])
    row = of_rule(report, "decimal_slip").row(0, named=True)
    assert (row["row"], row["fuel"], row["value"], row["expected"]) == (
        "transport",
        "Diesel_Oil",
        1533.5,
        153.35,
    )
    assert of_rule(report, "release_differs").height == 1
    assert of_rule(audit_balance(balance_2007, others=[balance_2007]), "release_differs").is_empty()


def as_balance_rows(series: pl.DataFrame) -> Balance:
    """Return the published energy inventory as a balance: industries summed up, inputs negative."""
    rows, fuels = (sorted(terms.codes(name)) for name in ("balance_rows", "fuels"))
    whole = {"total": "final_consumption", "non_energy_use": "industry_non_energy_use"}
    whole |= dict.fromkeys(terms.codes("sectors") - {*rows, "total"}, "industry")
    frame = series.with_columns(
        row=pl.col("sector").replace(whole),
        value=pl.when(pl.col("variable") == "transformation_input").then(-pl.col("value")).otherwise("value"),
    )
    homes = frame.filter(pl.col("row").str.starts_with("residential_")).with_columns(
        row=pl.lit("residential")
    )
    key = ["region", "year", "row", "fuel", "unit"]
    cells = pl.concat([frame, homes]).group_by(key, maintain_order=True).agg(pl.col("value").sum())
    known = cells.filter(pl.col("row").is_in(rows) & pl.col("fuel").is_in(fuels))
    return Balance(known.with_columns(grade=pl.lit("A")).select(ROWS_FIELDS), "any")


def test_the_two_known_slips_of_the_published_inventories(data_dir: Path) -> None:
    series = read_series(data_dir / "accounts" / "shanxi_energy_inventory_ceads_2014_2022.csv")
    report = audit_balance(as_balance_rows(series))
    found = of_rule(report, "identity_transformation").sort("year")
    assert found.select("year", "fuel").rows() == [(2016, "Other_Coking_Products"), (2022, "Coke_Oven_Gas")]
    assert found["difference"].abs().to_list() == pytest.approx([1.05, 30.11], abs=0.006)
    assert of_rule(report, "identity_final").is_empty()  # 47 sectors = total in nine years
