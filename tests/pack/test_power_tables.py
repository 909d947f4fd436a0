"""The tables of the power system: complete, conserved, sourced, and the same against their sources."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.pack import Pack, read_pack
from dafeng.pack.power_schema import POWER_TABLES
from dafeng.power.build_parameters import UNITS

if TYPE_CHECKING:
    from pathlib import Path

MOST_CLASSES = 25
ALL = {"investment", "fixed_cost_share", "lifetime"}
CAPABLE = ALL | {"capacity_credit"}
NEEDED = {
    "coal": CAPABLE | {"coal_rate", "part_load_penalty", "min_load", "online_share", "start_cost", "ramp"},
    "coal_chp": CAPABLE | {"coal_rate", "min_load", "online_share", "heat_ratio", "heat_loss"},
    "gas": CAPABLE | {"efficiency"},
    "hydro": CAPABLE,
    "wind": CAPABLE,
    "pv": CAPABLE,
    "biomass": CAPABLE | {"efficiency", "full_load_hours"},
    "recovered": CAPABLE | {"full_load_hours"},
    "pumped_hydro": CAPABLE | {"duration", "efficiency_store", "efficiency_dispatch"},
    "battery": CAPABLE | {"duration", "efficiency_store", "efficiency_dispatch"},
    "electrolysis": ALL | {"efficiency"},
    "hydrogen_store": ALL,
    "demand_shift": CAPABLE | {"share_of_load", "shift_hours", "variable_cost"},
    "demand_cut": CAPABLE | {"share_of_load", "variable_cost"},
    "ev": {"share_of_load", "shift_hours"},
    "boiler": ALL | {"efficiency"},
    "electric_heat": ALL | {"efficiency"},
    "heat_store": ALL | {"duration"},
}
"""What a class cannot be modelled without, by its kind."""
CNY_PER_EUR = 1 / 0.12
"""Rate of the library itself: its PV of 3,600 CNY/kW is 432 EUR/kW, its 15,039.75 CNY/kW is 1,804.77."""


@pytest.fixture(params=["shanxi", "tiny"])
def pack(request: pytest.FixtureRequest, shanxi: Pack, tiny_pack: Path) -> Pack:
    return shanxi if request.param == "shanxi" else read_pack(str(tiny_pack))


def read_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8", errors="replace").splitlines()))


def test_classes_are_few_and_each_has_what_its_kind_needs(pack: Pack) -> None:
    classes = pack.tables["power_technologies"]
    parameters = pack.tables["power_parameters"]
    assert 0 < classes.height <= MOST_CLASSES
    first = parameters.group_by("subject", "parameter").agg(pl.col("from_year").min())
    known = {(row["subject"], row["parameter"]): row["from_year"] for row in first.iter_rows(named=True)}
    for row in classes.iter_rows(named=True):
        missing = {name for name in NEEDED[row["kind"]] if known.get((row["technology"], name), 2100) > 2020}
        assert not missing, row["technology"]
        if row["fuel"] is not None:
            for name in ("fuel_price", "emission_factor"):
                assert known.get((row["fuel"], name), 2100) <= 2020, row["fuel"]
    subjects = set(classes["technology"]) | set(classes["fuel"].drop_nulls())
    assert set(parameters["subject"]) <= subjects


def test_units_are_those_that_the_model_reads(pack: Pack) -> None:
    for row in pack.tables["power_parameters"].iter_rows(named=True):
        assert row["unit"] in UNITS[row["parameter"]], (row["subject"], row["parameter"])


def test_ranges_hold_the_value_and_shares_stay_below_one(pack: Pack) -> None:
    parameters = pack.tables["power_parameters"]
    for row in parameters.iter_rows(named=True):
        assert row["low"] is None or row["low"] <= row["value"], row
        assert row["high"] is None or row["value"] <= row["high"], row
    shares = {
        "min_load",
        "availability",
        "online_share",
        "capacity_credit",
        "share_of_load",
        "efficiency_store",
    }
    of = parameters.filter(pl.col("parameter").is_in(list(shares)))
    assert of["value"].is_between(0, 1).all()
    rates = parameters.filter(pl.col("parameter") == "coal_rate")["value"]
    assert rates.is_between(260, 430).all()  # gce/kWh, from the best to the worst unit that runs


def test_every_number_has_a_source_or_says_that_it_is_for_demonstration(pack: Pack) -> None:
    for name in POWER_TABLES:
        frame = pack.tables[name]
        if "state" not in frame.columns:
            continue
        bare = frame.filter((pl.col("state") != "demonstration") & pl.col("source_id").is_null())
        assert bare.is_empty(), name
        shown = frame.filter(pl.col("state") == "demonstration")
        assert shown["note_zh"].null_count() == shown["note_en"].null_count() == 0, name
        assert set(shown["grade"]) <= {"C"}, name
        derived = frame.filter(pl.col("state") == "derived")
        assert "A" not in set(derived["grade"]), name


def test_every_cost_names_its_price_year_or_says_that_none_is_stated(pack: Pack) -> None:
    parameters = pack.tables["power_parameters"]
    money = parameters.filter(pl.col("unit").str.starts_with("CNY") & pl.col("price_year").is_null())
    for row in money.iter_rows(named=True):
        assert "price year not stated" in row["note_en"], (row["subject"], row["parameter"])
        assert "价格年份" in row["note_zh"], (row["subject"], row["parameter"])


def test_fleet_stands_in_known_cities_with_years_in_order(pack: Pack) -> None:
    fleet = pack.tables["power_fleet"]
    cities = set(pack.tables["regions"].filter(pl.col("level") == "city")["code"])
    assert set(fleet["city"].drop_nulls()) <= cities
    assert (fleet["built_from"] <= fleet["built_to"]).all()
    assert (fleet["capacity_mw"] > 0).all()


def test_coal_fleet_conserves_the_unit_list_and_agrees_with_the_stock_table(shanxi: Pack) -> None:
    # GEM July 2023: 201 units, 72,202 MW; the Bureau of Statistics gives 72,063 MW at the end of 2023
    kinds = shanxi.tables["power_technologies"].filter(pl.col("kind").is_in(["coal", "coal_chp"]))
    coal = shanxi.tables["power_fleet"].filter(pl.col("technology").is_in(kinds["technology"].to_list()))
    operating = coal.filter(pl.col("status") == "operating")
    assert operating["capacity_mw"].sum() == pytest.approx(72202, abs=1e-6)
    assert operating["units"].sum() == 201
    assert operating["city"].null_count() == 0
    stock = shanxi.tables["stock_ages"].filter(pl.col("stock") == "power_unit")
    for status in ("operating", "construction", "planned"):
        one = coal.filter(pl.col("status") == status)["capacity_mw"].sum()
        assert one == pytest.approx(stock.filter(pl.col("status") == status)["value"].sum()), status
    by_age = dict(operating.group_by("built_from").agg(pl.col("capacity_mw").sum()).iter_rows())
    known = stock.filter(pl.col("status") == "operating").group_by("built_from").agg(pl.col("value").sum())
    assert by_age == {year: pytest.approx(value) for year, value in known.iter_rows()}


@pytest.mark.data
def test_coal_fleet_is_the_source_by_city_age_and_status(shanxi: Pack, data_dir: Path) -> None:
    units = [
        u for u in read_rows(data_dir / "power" / "coal_units_gem_2023-07.csv") if u["status"] == "operating"
    ]
    regions = shanxi.tables["regions"].filter(pl.col("level") == "city")
    names = {row["name_en"]: row["code"] for row in regions.iter_rows(named=True)}
    source: Counter[tuple[str, int]] = Counter()
    for unit in units:
        year = int(float(unit["start_year"]))
        source[names[unit["prefecture"]], year - year % 5] += float(unit["capacity_mw"])  # type: ignore[assignment]
    coal = shanxi.tables["power_fleet"].filter(
        pl.col("technology").str.starts_with("coal_") & (pl.col("status") == "operating")
    )
    found = coal.group_by("city", "built_from").agg(pl.col("capacity_mw").sum())
    assert {(c, y): pytest.approx(mw) for c, y, mw in found.iter_rows()} == dict(source)
    chp = sum(float(u["capacity_mw"]) for u in units if u["chp_flag_pypsa_china"] == "Y")
    assert coal.filter(pl.col("technology") == "coal_chp")["capacity_mw"].sum() == pytest.approx(chp)


@pytest.mark.data
def test_wind_gas_and_mine_gas_are_the_source(shanxi: Pack, data_dir: Path) -> None:
    fleet = shanxi.tables["power_fleet"]
    power = data_dir / "power"
    wind = Counter[str]()
    status = {"pre-construction": "planned", "announced": "planned"}
    for phase in read_rows(power / "wind_phases_gem_2023-05.csv"):
        wind[status.get(phase["status"], phase["status"])] += float(phase["capacity_mw"])  # type: ignore[assignment]
    found = fleet.filter(pl.col("technology") == "wind").group_by("status").agg(pl.col("capacity_mw").sum())
    assert dict(found.iter_rows()) == {key: pytest.approx(mw) for key, mw in wind.items()}
    gas = sum(float(u["capacity_mw"]) for u in read_rows(power / "gas_cbm_units_gem_2023-02.csv"))
    plants = read_rows(power / "powerplants_wri_shanxi.csv")
    mine_gas = sum(float(p["capacity_mw"]) for p in plants if p["fuel"] == "Coal Mine Methane")
    burners = fleet.filter(pl.col("technology").is_in(["gas", "coalbed_gas"]))
    assert burners["capacity_mw"].sum() == pytest.approx(gas + mine_gas)
    hydro = sum(float(p["capacity_mw"]) for p in plants if p["fuel"] == "Hydro")
    listed = fleet.filter(pl.col("technology") == "hydro")["capacity_mw"].sum()
    # without Sanmenxia (Henan, 400 MW), Xilongchi (pumped, 1,200 MW) and half of Wanjiazhai (shared, 540 MW)
    assert listed == pytest.approx(hydro - 400 - 1200 - 540)


TANK = "hydrogen storage tank type 1 including compressor"
LIBRARY = [
    ("wind", "investment", "onwind", "investment", CNY_PER_EUR),
    ("wind", "lifetime", "onwind", "lifetime", 1.0),
    ("wind", "fixed_cost_share", "onwind", "FOM", 0.01),
    ("pv_utility", "investment", "solar-utility", "investment", CNY_PER_EUR),
    ("pv_rooftop", "investment", "solar", "investment", CNY_PER_EUR),
    ("coal_super", "investment", "coal", "investment", CNY_PER_EUR),
    ("coal_super", "variable_cost", "coal", "VOM", CNY_PER_EUR),
    ("coal_super", "fixed_cost_share", "coal", "FOM", 0.01),
    ("electrolysis", "investment", "electrolysis", "investment", CNY_PER_EUR),
    ("electrolysis", "efficiency", "electrolysis", "efficiency", 1.0),
    ("hydrogen_store", "investment", TANK, "investment", CNY_PER_EUR),
    ("heat_store", "investment", "central water tank storage", "investment", CNY_PER_EUR),
    ("electric_heat", "investment", "central resistive heater", "investment", CNY_PER_EUR),
    ("coal_chp", "heat_loss", "central coal CHP", "c_v", 1.0),
    ("gas", "efficiency", "CCGT", "efficiency", 1.0),
    ("coalbed_gas", "efficiency", "OCGT", "efficiency", 1.0),
    ("biomass", "efficiency", "biomass CHP", "efficiency", 1.0),
    ("boiler", "efficiency", "central coal boiler", "efficiency", 1.0),
]  # fmt: skip


@pytest.mark.data
@pytest.mark.parametrize(("subject", "parameter", "item", "name", "scale"), LIBRARY)
def test_parameters_are_those_of_the_library(
    shanxi: Pack, data_dir: Path, subject: str, parameter: str, item: str, name: str, scale: float
) -> None:
    rows = read_rows(data_dir / "power" / "tech_costs_pypsa_china_2020_2060.csv")
    library = {
        int(row["year"]): float(row["value"]) * scale
        for row in rows
        if row["technology"] == item and row["parameter"] == name
    }
    ours = shanxi.tables["power_parameters"].filter(
        (pl.col("subject") == subject) & (pl.col("parameter") == parameter)
    )
    assert ours.height >= 1
    for row in ours.iter_rows(named=True):
        assert row["value"] == pytest.approx(library[row["from_year"]], rel=1e-4), row["from_year"]
        assert row["source_id"] == "PYPSA_CHINA_PIK"


OLDER = ("2015", "2011/2012 base", "2009 to 2024-08")
"""Figures of another scope or without a year, left out."""


@pytest.mark.data
def test_published_figures_are_the_source(shanxi: Pack, data_dir: Path) -> None:
    found = Counter(
        (row["unit"], row["value"]) for row in shanxi.tables["power_statistics"].iter_rows(named=True)
    )
    scales = {"万千瓦": ("MW", 10.0), "亿千瓦时": ("GWh", 100.0), "%": ("%", 1.0), "小时": ("hour", 1.0)}
    rows = read_rows(data_dir / "power" / "published_statistics_shanxi.csv")
    wanted = [row for row in rows if row["date_or_period"] not in OLDER]
    assert len(wanted) == len(rows) - 3
    for row in wanted:
        unit, scale = scales[row["unit"]]
        assert found[unit, round(float(row["value"]) * scale, 3)] > 0, row


@pytest.mark.data
def test_pumped_hydro_costs_are_those_of_the_projects(shanxi: Pack, data_dir: Path) -> None:
    projects = {
        row["county"][-3:]: row for row in read_rows(data_dir / "power" / "pumped_hydro_projects.csv")
    }
    costs = {"浑源县": 8.92341, "垣曲县": 7.96, "侯马市": 7.8}  # bn CNY; of a range the lower end
    for county, cost in costs.items():
        assert str(cost) in projects[county]["investment_billion_cny"]
    capacity = {county: float(projects[county]["capacity_mw"]) for county in costs}
    row = shanxi.tables["power_parameters"].filter(subject="pumped_hydro", parameter="investment")
    mean = 1e6 * sum(costs.values()) / sum(capacity.values())
    assert row["value"].item() == pytest.approx(mean, abs=1)
    each = [1e6 * cost / capacity[county] for county, cost in costs.items()]
    assert (row["low"].item(), row["high"].item()) == (
        pytest.approx(min(each), abs=1),
        pytest.approx(max(each), abs=1),
    )
    fleet = shanxi.tables["power_fleet"].filter(technology="pumped_hydro")
    assert fleet["capacity_mw"].sum() == sum(float(row["capacity_mw"]) for row in projects.values())


def test_coal_rates_give_the_published_grid_factor(shanxi: Pack) -> None:
    # factor of 2022 [t/MWh of all generation], yearbook generation; own use 6 %, load 70 % as in the notes
    tables = shanxi.tables
    fleet = tables["power_fleet"].filter(pl.col("status") == "operating")
    capacity = dict(fleet.group_by("technology").agg(pl.col("capacity_mw").sum()).iter_rows())
    parameters = tables["power_parameters"]
    rates = dict(
        parameters.filter((pl.col("parameter") == "coal_rate") & (pl.col("from_year") == 2020))
        .select("subject", "value").iter_rows()
    )  # fmt: skip
    listed = [name for name in rates if name in capacity]
    full = sum(rates[n] * capacity[n] for n in listed) / sum(capacity[n] for n in listed)
    factor = parameters.filter((pl.col("subject") == "coal") & (pl.col("parameter") == "emission_factor"))[
        "value"
    ][0]
    grid = tables["factors"].filter((pl.col("variable") == "ef_grid_electricity") & (pl.col("year") == 2022))
    made = dict(
        tables["power_statistics"]
        .filter((pl.col("period") == "2022") & (pl.col("measure") == "generation"))
        .select("published_group", "value").iter_rows()
    )  # fmt: skip
    modelled = full / 1000 * 1.015 ** (16 - 20 * 0.70) * (1 - 0.06) * factor
    assert modelled == pytest.approx(grid["value"][0] * made["total"] / made["thermal"], rel=1e-3)


def test_retrofits_that_were_done_are_those_published(shanxi: Pack) -> None:
    published = shanxi.tables["power_statistics"].filter(pl.col("measure") == "retrofitted")
    known = dict(published.select("published_group", "value").iter_rows())
    assert known == {"efficiency": 42210, "heat": 10750, "flexibility": 25350}
    done = shanxi.tables["power_retrofits"].group_by("retrofit").agg(pl.col("done_mw").sum())
    found = dict(done.iter_rows())
    assert (found["flexibility"], found["heat"]) == (25350, 10750)
    fleet = shanxi.tables["power_fleet"].filter(pl.col("status") == "operating")
    taken = shanxi.tables["power_retrofits"].group_by("from_technology").agg(pl.col("done_mw").sum())
    for name, megawatts in taken.iter_rows():
        assert megawatts <= fleet.filter(pl.col("technology") == name)["capacity_mw"].sum(), name


def test_retrofits_do_not_make_a_class_of_another_fuel(pack: Pack) -> None:
    fuel = dict(pack.tables["power_technologies"].select("technology", "fuel").iter_rows())
    for row in pack.tables["power_retrofits"].iter_rows(named=True):
        assert fuel[row["from_technology"]] == fuel[row["to_technology"]] == "coal"
        assert (row["from_technology"] == row["to_technology"]) == (row["added_life_years"] > 0)
        assert (row["done_mw"] is None) == (row["done_year"] is None)


def test_demands_rise_in_years_and_corridors_fit_their_capability(pack: Pack) -> None:
    demands = pack.tables["power_demands"]
    for _, rows in demands.group_by("item"):
        assert rows["year"].is_unique().all()
        assert set(rows["unit"]) == {"GWh"}
    for row in pack.tables["power_corridors"].iter_rows(named=True):
        assert row["energy_gwh"] <= row["capacity_mw"] * 8.76


def test_rules_of_the_plan_are_those_of_the_plan(shanxi: Pack) -> None:
    rules = shanxi.tables["power_rules"]
    of = {(row["rule"], row["from_year"]): row for row in rules.iter_rows(named=True)}
    plan = {key for key, row in of.items() if row["source_id"] == "sx_peak_plan"}
    assert plan == {("peak_shaving", 2025), ("peak_shaving", 2030), ("corridor_renewable", 2023)}
    targets = shanxi.tables["targets"]
    shaving = targets.filter(pl.col("target_id").str.starts_with("T2.2.6-3"))
    assert shaving.height >= 1
    assert of["peak_shaving", 2025]["value"] == 0.05


def test_day_shapes_reach_from_zero_to_one(pack: Pack) -> None:
    shapes = pack.tables["load_shapes"]
    assert set(shapes["day_type"]) == {"workday", "restday"}
    for _, rows in shapes.group_by("day_type"):
        assert sorted(rows["hour"]) == list(range(24))
        assert (rows["level"].min(), rows["level"].max()) == (0.0, 1.0)


def test_levels_of_profiles_follow_from_the_published_figures(shanxi: Pack) -> None:
    rows = shanxi.tables["power_statistics"]

    def find(period: str, measure: str, group: str) -> float:
        match = rows.filter(
            (pl.col("period") == period)
            & (pl.col("measure") == measure)
            & (pl.col("published_group") == group)
        )
        return float(match["value"][0])

    levels = dict(shanxi.tables["profile_levels"].select("profile", "full_load_hours").iter_rows())
    for name in ("wind", "pv"):
        mean = (find("2022", "capacity", name) + find("2023", "capacity", name)) / 2
        assert levels[name] == pytest.approx(find("2023", "generation", name) * 1000 / mean, rel=1e-3)
    hydro = find("2023", "generation", "hydro") * 1000 / find("2023", "capacity", "hydro")
    assert levels["hydro"] == pytest.approx(hydro, rel=1e-3)


def test_periods_of_a_tariff_cover_the_day_once(pack: Pack) -> None:
    tariffs = pack.tables["tariff_periods"].filter(pl.col("start_hour").is_not_null())
    assert tariffs.height
    for _, document in tariffs.group_by("document"):
        whole = document.filter(pl.col("tariff_period").is_in(["peak", "flat", "valley"])).sort("start_hour")
        assert whole["start_hour"][0] == 0
        assert whole["end_hour"][-1] == 24
        for one, other in pairwise(whole.iter_rows(named=True)):
            assert one["end_hour"] == other["start_hour"]


def test_a_tariff_whose_hours_are_not_known_leaves_them_empty(shanxi: Pack) -> None:
    tariffs = shanxi.tables["tariff_periods"]
    unknown = tariffs.filter(pl.col("start_hour").is_null())
    assert set(unknown["tariff_period"]) == {"peak", "valley", "sharp", "deep_valley"}
    assert unknown["months"].null_count() == unknown["end_hour"].null_count() == unknown.height
    old = tariffs.filter(pl.col("start_hour").is_not_null() & (pl.col("tariff_period") == "valley"))
    assert set(old["ratio"]) == {0.45}  # 55 % below the flat price
    assert set(tariffs.filter(pl.col("tariff_period") == "peak")["ratio"]) == {1.6}  # 60 % above it


def test_forecast_rules_have_what_their_formula_needs(pack: Pack) -> None:
    for row in pack.tables["forecast_rules"].iter_rows(named=True):
        assert row["threshold"] is not None
        if row["formula"] == "pass":
            assert row["pass_share"] is not None, row["rule"]


def test_only_what_may_be_shipped_is_shipped(shanxi: Pack) -> None:
    for name in POWER_TABLES:
        text = " ".join(str(value) for row in shanxi.tables[name].iter_rows() for value in row)
        for forbidden in ("Switch", "GEFCom", "CREA", "nc_", "unlic_"):
            assert forbidden not in text, (name, forbidden)
