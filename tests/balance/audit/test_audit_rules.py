"""Every rule of the catalogue finds what it is for and is silent where nothing is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import polars as pl
import pytest
from tests.balance.audit.made_tables import (
    LEAVES,
    Cells,
    as_balance,
    calm_series,
    changed,
    firm_forms,
    in_coal_equivalent,
    purchases,
    series_of,
    total_up,
    transformations,
    unit_energies,
)

from dafeng import terms
from dafeng.balance.audit import (
    AuditOptions,
    AuditReport,
    audit_balance,
    audit_firms,
    audit_series,
    rules,
    rules_table,
    thresholds,
)
from dafeng.balance.audit.catalogue import CHECKS, audit_rule
from dafeng.balance.audit.plausibility_rules import heat_contents

GOOD = total_up(LEAVES)
Bad = Callable[[], AuditReport]


def put(row: str, fuel: str, value: float) -> Callable[[Cells], object]:
    return lambda cells: cells.update({(row, fuel): value})


def add(row: str, fuel: str, value: float) -> Callable[[Cells], object]:
    return lambda cells: cells.update({(row, fuel): cells[row, fuel] + value})


def alone(change: Callable[[Cells], object]) -> Bad:
    return lambda: audit_balance(as_balance(changed(change)))


def beside(change: Callable[[Cells], object]) -> Bad:
    return lambda: audit_balance(as_balance(changed(change)), others=[as_balance(GOOD)])


def shift_sectors(cells: Cells) -> None:
    """Move the rows from agriculture to construction one row down, as a slipped paste does."""
    rows = ["agriculture", "industry", "industry_non_energy_use", "construction", "transport"]
    for fuel in {fuel for _, fuel in cells}:
        values = [cells.pop((row, fuel), None) for row in rows]
        for row, value in zip(rows[1:], values, strict=False):
            if value is not None:
                cells[row, fuel] = value


def swap(cells: Cells, one: str = "Coke", two: str = "Electricity") -> None:
    other = {one: two, two: one}
    moved = {(row, other.get(fuel, fuel)): value for (row, fuel), value in cells.items()}
    cells.clear()
    cells.update(moved)


def scale(fuel: str, factor: float) -> Callable[[Cells], object]:
    return lambda cells: cells.update({key: v * factor for key, v in cells.items() if key[1] == fuel})


def copy_closing_stock(cells: Cells) -> None:
    """Let the row of stocks hold closing stock alone, as in a copy that lacks the opening one."""
    for fuel in ("Diesel_Oil", "Petroleum_Total", "Gasoline"):
        cells["stock_change", fuel] = cells.get(("stock_change", fuel), 0.0) - 50.0


def copy_column(cells: Cells) -> None:
    cells.update({(row, "Heat"): value for (row, fuel), value in dict(cells).items() if fuel == "Coke"})
    for key in [key for key in cells if key[1] == "Heat" and (key[0], "Coke") not in cells]:
        del cells[key]


def with_value(year: int, factor: float, fuel: str = "Coke") -> pl.DataFrame:
    frame = calm_series(fuel)
    return frame.with_columns(
        value=pl.when(pl.col("year") == year).then(pl.col("value") * factor).otherwise("value")
    )


def from_year(year: int, factor: float, fuel: str = "Coke") -> pl.DataFrame:
    frame = calm_series(fuel)
    return frame.with_columns(
        value=pl.when(pl.col("year") >= year).then(pl.col("value") * factor).otherwise("value")
    )


def with_old_unit() -> pl.DataFrame:
    old = pl.when(pl.col("year") < 2005).then(pl.lit("t")).otherwise("unit")
    return calm_series().with_columns(unit=old)


def series(*frames: pl.DataFrame, parts: dict[str, int] | None = None) -> Bad:
    return lambda: audit_series(pl.concat(frames), parts=parts)


def firms(
    purchase: list[dict[str, object]] | None = None,
    transformation: list[dict[str, object]] | None = None,
    unit_energy: list[dict[str, object]] | None = None,
) -> Bad:
    return lambda: audit_firms(*firm_forms(purchase, transformation, unit_energy))


def edited(rows: list[dict[str, object]], place: int, **values: object) -> list[dict[str, object]]:
    return [row | values if n == place else row for n, row in enumerate(rows)]


CITY = {2019: 60.0}
BALANCE: dict[str, Bad] = {
    "identity_supply": alone(add("total_primary_supply", "Raw_Coal", 10)),
    "identity_stock": alone(
        lambda cells: cells.update({("opening_stock", "Raw_Coal"): 9e5, ("closing_stock", "Raw_Coal"): -1.0})
    ),
    "stock_opening_missing": alone(copy_closing_stock),
    "identity_transformation": alone(add("transformation_total", "Coke", 10)),
    "identity_final": alone(add("final_consumption", "Coke", 10)),
    "identity_households": alone(add("residential", "Electricity", 5)),
    "identity_fuels": alone(add("industry", "Coal_Total", 7)),
    "identity_closing": alone(put("statistical_difference", "Coke", 50)),
    "identity_total_consumption": alone(add("total_consumption", "Raw_Coal", 9)),
    "total_missing": alone(lambda cells: cells.pop(("final_consumption", "Coke"))),
    "non_energy_within_industry": alone(put("industry_non_energy_use", "Raw_Coal", 5000)),
    "transmission_within_loss": alone(put("loss_transmission", "Electricity", 25)),
    "sign": alone(put("agriculture", "Raw_Coal", -100)),
    "statistical_difference": alone(put("statistical_difference", "Coke", 50)),
    "power_efficiency": alone(put("thermal_power", "Electricity", 1100)),
    "heating_efficiency": alone(put("heating_supply", "Heat", 2500)),
    "coking_efficiency": alone(put("coking", "Coke_Oven_Gas", 200)),
    "gas_works_efficiency": alone(put("gas_works", "Other_Gas", 40)),
    "washing_energy": alone(put("coal_washing", "Cleaned_Coal", 2600)),
    "washing_yield": alone(put("coal_washing", "Other_Washed_Coal", 1000)),
    "coke_per_coal": alone(put("coking", "Coke", 1000)),
    "electricity_loss_share": alone(put("loss", "Electricity", 200)),
    "process_sign": alone(put("thermal_power", "Coke", 50)),
    "heat_content": lambda: audit_balance(as_balance(GOOD), others=[in_coal_equivalent(GOOD, "Coke")]),
    "release_differs": beside(add("industry", "Coke", 3)),
    "rows_shifted": beside(shift_sectors),
    "columns_swapped": beside(swap),
    "unit_slip": beside(scale("Coke", 0.01)),
    "decimal_slip": beside(put("industry", "Coke", 8010)),
    "column_repeated": alone(copy_column),
}
SERIES: dict[str, Bad] = {
    "series_break": series(from_year(2006, 1.6)),
    "series_outlier": series(with_value(2006, 1.6)),
    "series_definition": series(from_year(2006, 0.6), calm_series("Diesel_Oil"), calm_series("Gasoline", 30)),
    "series_decimal": series(with_value(2006, 10)),
    "series_repeated": series(calm_series(), calm_series()),
    "series_unit": lambda: audit_series(with_old_unit()),
    "series_gap": series(calm_series().filter(pl.col("year") != 2004)),
    "series_constant": series(series_of({2000: 5, 2001: 7, 2002: 7, 2003: 7, 2004: 8})),
    "sources_differ": series(calm_series(), calm_series(source="b", start=104)),
    "parts_exceed_whole": series(
        series_of({2019: 100}), series_of(CITY, region="120100"), series_of(CITY, region="120200")
    ),
    "parts_fall_short": series(
        series_of({2019: 200}),
        series_of(CITY, region="120100"),
        series_of(CITY, region="120200"),
        parts={"CN-TJ": 2},
    ),
}
LAST, NOW = purchases(2019), purchases()
OLD_UNITS = unit_energies(2019)
FIRMS: dict[str, Bad] = {
    "firm_stock": firms(edited(NOW, 0, closing_stock=99.0)),
    "firm_use_parts": firms(edited(NOW, 0, other_use=900.0)),
    "firm_use_within": firms(edited(NOW, 0, raw_material_use=90000.0)),
    "firm_negative": firms(edited(NOW, 0, purchase=-5.0)),
    "firm_coefficient": firms(edited(NOW, 0, coefficient=1.2)),
    "firm_total": firms(edited(NOW, 2, use_total=40000.0)),
    "firm_efficiency": firms(None, edited(transformations(), 1, output=62000.0)),
    "firm_input_within": firms(None, edited(transformations(), 0, input=60000.0)),
    "firm_unit_energy_ratio": firms(None, None, edited(unit_energies(), 4, energy_tce=9000.0)),
    "firm_unit_energy_last_year": firms(
        None, None, [*unit_energies(), *edited(OLD_UNITS, 3, unit_energy=800.0)]
    ),
    "firm_unit_energy_peers": firms(None, None, edited(unit_energies(), 3, unit_energy=1500.0)),
    "firm_use_last_year": firms([*NOW, *edited(LAST, 0, use_total=9000.0)]),
    "firm_energy_output": firms(
        [*purchases(firm="91140003"), *edited(purchases(2019, "91140003"), 2, use_total=9000.0)],
        None,
        [*unit_energies(), *OLD_UNITS],
    ),
    "firm_electricity_output": firms(
        [*purchases(firm="91140003"), *edited(purchases(2019, "91140003"), 1, use_total=900.0)],
        None,
        [*unit_energies(), *OLD_UNITS],
    ),
    "firm_missing": firms([*NOW, *LAST, *purchases(2019, "gone")]),
}
CASES = BALANCE | SERIES | FIRMS


def sound() -> list[AuditReport]:
    return [
        audit_balance(as_balance(GOOD), others=[as_balance(GOOD), in_coal_equivalent(GOOD)]),
        audit_series(pl.concat([calm_series(), calm_series("Diesel_Oil", 20), calm_series(source="b")])),
        audit_firms(
            *firm_forms(
                [*NOW, *LAST], [*transformations(), *transformations(2019)], [*unit_energies(), *OLD_UNITS]
            )
        ),
        audit_series(
            pl.concat(
                [series_of({2019: 120}), series_of(CITY, region="120100"), series_of(CITY, region="120200")]
            ),
            parts={"CN-TJ": 2},
        ),
    ]


@pytest.mark.parametrize("rule", [rule.id for rule in rules()])
def test_a_rule_finds_its_case(rule: str) -> None:
    found = CASES[rule]().table
    assert rule in found["rule"].to_list()


def test_no_rule_finds_anything_in_sound_data() -> None:
    for report in sound():
        assert report.table.select("rule", "text_en").rows() == []
        assert report.findings == ()


@pytest.mark.parametrize("rule", [rule.id for rule in rules()])
def test_a_finding_says_what_and_where_in_both_languages(rule: str) -> None:
    row = CASES[rule]().table.filter(pl.col("rule") == rule).row(0, named=True)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in row["text_zh"])
    assert "{" not in row["text_zh"] + row["text_en"]
    assert "None" not in row["text_zh"] + row["text_en"]
    assert row["region"] or row["firm_id"]
    assert row["year"] is not None
    if row["value"] is not None and row["expected"] is not None:
        assert row["difference"] == pytest.approx(row["value"] - row["expected"])


def test_a_cell_that_slipped_by_a_power_of_ten_is_named() -> None:
    cells = dict(GOOD) | {("industry", "Raw_Coal"): 10030.0}
    stands = pl.DataFrame(
        [("CN-TJ", 2019, row, fuel, "t.xlsx", "甲", f"{row}/{fuel}") for row, fuel in cells],
        schema=["region", "year", "row", "fuel", "file", "sheet", "place"], orient="row",
    )  # fmt: skip
    report = audit_balance(as_balance(cells), options=AuditOptions(places=stands))
    found = {row["rule"]: row for row in report.table.iter_rows(named=True)}
    for rule in ("identity_final", "identity_fuels"):
        assert "疑似“工业、原煤”一格差十倍（10030，应为 1003）" in found[rule]["text_zh"]
        assert "Industry, Raw coal is 10 times off (10030, 1003 would fit)" in found[rule]["text_en"]
        assert found[rule]["place"] == "industry/Raw_Coal"
    wan = audit_balance(as_balance(dict(GOOD) | {("residential", "Heat"): 19990000.0})).table
    assert "“居民生活、热力”一格差万倍" in " ".join(wan.filter(pl.col("rule") == "identity_final")["text_zh"])
    plain = CASES["identity_final"]().table.filter(pl.col("rule") == "identity_final")
    assert "疑似" not in plain["text_zh"].item()


def test_a_process_has_the_place_of_its_product() -> None:
    cells = dict(GOOD) | {("coking", "Coke"): 1000.0}
    stands = pl.DataFrame(
        [("CN-TJ", 2019, "coking", "Coke", "t.xlsx", "甲", "G20")],
        schema=["region", "year", "row", "fuel", "file", "sheet", "place"], orient="row",
    )  # fmt: skip
    table = audit_balance(as_balance(cells), options=AuditOptions(places=stands)).table
    assert table.filter(pl.col("rule") == "coke_per_coal")["place"].to_list() == ["G20"]


def test_chinese_texts_have_chinese_units() -> None:
    for rule in ("identity_final", "series_decimal", "decimal_slip", "unit_slip"):
        row = CASES[rule]().table.filter(pl.col("rule") == rule).row(0, named=True)
        assert "10^" not in row["text_zh"]
    assert "相差十倍" in CASES["decimal_slip"]().table.filter(rule="decimal_slip")["text_zh"][0]
    assert "10^4 t" in CASES["identity_final"]().table.filter(rule="identity_final")["text_en"][0]


def test_every_row_of_the_catalogue_has_a_function_and_every_function_a_row() -> None:
    ids = [rule.id for rule in rules()]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(CHECKS)
    assert set(ids) == set(CASES)
    assert all((rule.check.__doc__ or "").strip() for rule in rules())


@pytest.mark.parametrize("spoil", [
    add("stock_change", "Petroleum_Total", 90),  # a gap of the other sign
    put("import", "Coke", 10),  # a gap of a fuel without stock
    put("opening_stock", "Gasoline", 3),  # the row is there
], ids=["other_sign", "no_stock", "row_there"])  # fmt: skip
def test_other_gaps_of_supply_do_not_tell_of_an_opening_stock(spoil: Callable[[Cells], object]) -> None:
    def change(cells: Cells) -> None:
        copy_closing_stock(cells)
        spoil(cells)

    rules_found = audit_balance(as_balance(changed(change))).table["rule"].to_list()
    assert "identity_supply" in rules_found
    assert "stock_opening_missing" not in rules_found


def test_a_name_cannot_be_taken_twice() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        audit_rule("sign")(lambda case: case)


def test_every_bound_is_for_a_rule_and_says_where_it_comes_from() -> None:
    ids = {rule.id for rule in rules()}
    code = "\n".join(
        p.read_text("utf-8") for p in files("dafeng.balance.audit").iterdir() if p.name.endswith(".py")
    )
    for bound in thresholds().values():
        assert set(bound.rules) <= ids
        assert bound.source.strip()
        assert f'bounds["{bound.id}"]' in code
    text = files("dafeng.balance.audit").joinpath("thresholds.csv").read_text("utf-8")
    assert len(list(csv.DictReader(text.splitlines()))) == len(thresholds())


def test_the_catalogue_shows_bounds_with_their_sources() -> None:
    shown = dict(rules_table().select("rule", "thresholds").iter_rows())
    assert "Iglewicz and Hoaglin 1993" in shown["series_break"]
    assert "no source" in shown["statistical_difference"]


def test_empty_tables_have_no_findings() -> None:
    forms = firm_forms()
    balance = as_balance(GOOD)
    empty = replace(balance, cells=balance.cells.clear())
    reports = [
        audit_balance(empty, others=[empty, balance]), audit_balance(balance, others=[empty]),
        audit_series(calm_series().clear()), audit_firms(*(form.clear() for form in forms)),
    ]  # fmt: skip
    assert [report.table.height for report in reports] == [0, 0, 0, 0]


@pytest.mark.parametrize("value", [0.0, None])
def test_zeros_and_blanks_everywhere_are_no_defect_of_ours(value: float | None) -> None:
    nothing = pl.lit(value, pl.Float64)
    balance = as_balance(GOOD)
    blank = replace(balance, cells=balance.cells.with_columns(value=nothing))
    inputs = pl.when(pl.col("value") < 0).then(nothing).otherwise("value")
    half = replace(balance, cells=balance.cells.with_columns(value=inputs))
    series = pl.concat([calm_series(), calm_series(source="b")]).with_columns(value=nothing)
    forms = [form.with_columns(pl.col(pl.Float64) * nothing) for form in firm_forms([*NOW, *LAST])]
    assert (
        audit_balance(blank, others=[balance, half])
        .table.filter(pl.col("group") == "plausibility")
        .is_empty()
    )
    assert not audit_balance(half).table.is_empty()
    assert audit_series(series).table.filter(pl.col("rule") != "series_constant").is_empty()
    assert audit_firms(*forms).table.is_empty()


def test_ranges_of_heat_content_hold_the_value_that_the_accounts_use() -> None:
    ranges = {fuel: (low, high) for fuel, low, high in heat_contents().iter_rows()}
    for row in terms.rows("calorific"):
        low, high = ranges[row["fuel"]]
        assert low <= float(row["tj_per_activity_unit"]) <= high


def test_a_form_without_closing_stocks_is_not_judged_by_them() -> None:
    rows = [row | {"closing_stock": None} for row in NOW]
    assert firms(rows)().table.is_empty()


def test_a_year_that_stands_twice_with_another_figure_is_an_error() -> None:
    twice = audit_series(pl.concat([calm_series(), calm_series().head(1)])).table
    assert twice.select("rule", "severity").rows() == [("series_repeated", "note")]
    other = pl.concat([calm_series(), series_of({2000: 103.0})])
    assert audit_series(other).table.filter(rule="series_repeated")["severity"].to_list() == ["error"]
