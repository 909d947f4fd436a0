"""The past of a province as the pathways need it: drivers, CO2 and electricity by sector group, power.

Every figure keeps the day from which it was known, so that the same tables can be read as they stood on any
date. Tables without a date of publication (economy, products) count as known from the end of March of the
next year, when the yearly communiqué is out; CO2 and electricity by sector are cut at the base year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.period import latest_date, parse_period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RECORD = {"series": pl.String, "year": pl.Int64, "value": pl.Float64, "known_on": pl.Date, "rank": pl.Int64}
FIRST_VINTAGE = "first_published"
ROUND = 100
"""What the rank of a figure given as "about" is worse by: it counts where no exact one is known."""
OBSERVED = {
    "generation_total": "generation_total",
    "generation_thermal": "generation_thermal",
    "electricity_total": "elec_consumption_balance",
    "generation_wind": "generation_wind",
    "generation_solar": "generation_solar",
    "capacity_wind": "capacity_wind",
    "capacity_solar": "capacity_solar",
    "capacity_wind_pv": "wind_pv_capacity",
    "energy_total": "energy_consumption_total",
}
"""Series of the history -> observed series of the pack that it is read from."""


@dataclass(frozen=True, eq=False)
class History:
    """What is known of the past.

    Attributes
    ----------
    records : DataFrame
        Columns series, year, value, known_on, rank: every version of every figure with a date. Series are the
        drivers and the names of :data:`OBSERVED`.
    group_co2 : DataFrame
        Columns group, year, value: CO2 of combustion by sector group [Mt].
    group_electricity : DataFrame
        Columns group, year, value: final use of electricity by sector group [10^8 kWh].
    as_of : date or None
        Day whose knowledge it is; None: today's.
    """

    records: pl.DataFrame
    group_co2: pl.DataFrame
    group_electricity: pl.DataFrame
    as_of: date | None = None

    @cached_property
    def drivers(self) -> pl.DataFrame:
        """Drivers: columns driver, year, value; see :func:`read_drivers`."""
        return _pick_drivers(self.records, self.as_of)

    @cached_property
    def _picked(self) -> pl.DataFrame:
        return _pick(self.records, self.as_of)

    def series(self, name: str) -> pl.DataFrame:
        """Return year and value of a driver or of a series of :data:`OBSERVED`, ascending."""
        if name in terms.entries("pathway_drivers"):
            return self.drivers.filter(pl.col("driver") == name).select("year", "value")
        return self._picked.filter(pl.col("series") == name).select("year", "value")

    def restrict(self, base_year: int, as_of: date | None) -> History:
        """Return the history as it stood on a day, with sectors up to the base year only.

        Parameters
        ----------
        base_year : int
        as_of : date or None
        """
        past = pl.col("year") <= base_year
        known = self.records if as_of is None else self.records.filter(pl.col("known_on") <= as_of)
        return replace(
            self, records=known, group_co2=self.group_co2.filter(past),
            group_electricity=self.group_electricity.filter(past), as_of=as_of,
        )  # fmt: skip


def read_drivers(tables: Mapping[str, pl.DataFrame], region: str, as_of: date | None = None) -> pl.DataFrame:
    """Return the drivers of the pathways by year.

    Bounds never count; figures given as "about" count where no exact one is known. Of several values for a
    year the one of the best grade counts, then the one known last; with a day given,
    first publications go before revised series, whose day is not known. A yearly index (previous year = 100)
    is chained from 100 in the year before its first one, over the last run of years without a gap. Years of
    net power export without a figure are generation less consumption of the energy yearbook.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of the province pack: economy, observations, products.
    region : str
        Code of the province.
    as_of : date, optional
        Only what was known on that day; default everything.

    Returns
    -------
    DataFrame
        Columns driver, year, value, in the units of the vocabulary ``pathway_drivers``.

    Raises
    ------
    InputRefused
        ``pathway_driver_missing``, one finding per required driver without a value.
    """
    return _pick_drivers(_read_records(tables, region), as_of)


def gather_history(
    tables: Mapping[str, pl.DataFrame], emissions: pl.DataFrame, region: str, as_of: date | None = None
) -> History:
    """Return the history of a province from its pack and its computed inventory.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of the province pack: economy, observations, products, energy, sector_emissions.
    emissions : Emissions
        Computed inventory; its years replace published CO2 by sector.
    region : str
        Code of the province.
    as_of : date, optional
        Only what was known on that day.

    Raises
    ------
    InputRefused
        ``pathway_driver_missing``.
    """
    own = pl.col("region") == region
    computed = _sum_groups(_combustion(emissions.filter(own)))
    published = _sum_groups(_combustion(tables["sector_emissions"].filter(own)))
    earlier = published.join(computed.select("year").unique(), on="year", how="anti")
    final = tables["energy"].filter(own & (pl.col("variable") == "final_consumption"))
    use = final.filter((pl.col("fuel") == "Electricity") & (pl.col("sector") != "total"))
    records = _read_records(tables, region)
    known = records if as_of is None else records.filter(pl.col("known_on") <= as_of)
    history = History(
        known,
        pl.concat([earlier, computed]).sort("group", "year"),
        _sum_groups(use),
        as_of,
    )
    _ = history.drivers
    return history


def _combustion(emissions: pl.DataFrame) -> pl.DataFrame:
    """Return the cells by sector and fuel of combustion CO2; years with an unknown cell are left out."""
    cells = emissions.filter(
        (pl.col("variable") == "co2_fuel_combustion")
        & (pl.col("sector") != "total")
        & pl.col("fuel").is_not_null()
    ).select("year", "sector", "value")
    return cells.filter(pl.col("value").is_not_null().all().over("year"))


def _sum_groups(cells: pl.DataFrame) -> pl.DataFrame:
    """Return values above zero by sector group: group, year, value."""
    groups = {code: row["group"] for code, row in terms.entries("sectors").items()}
    named = cells.with_columns(
        group=pl.col("sector").replace_strict(groups, return_dtype=pl.String),
        year=pl.col("year").cast(pl.Int64),
    )
    ordered = named.sort("group", "year", "sector", "value")  # a sum depends on the order in its last digit
    summed = ordered.group_by("group", "year", maintain_order=True).agg(
        pl.col("value").cast(pl.Float64).sum()
    )
    return summed.filter(pl.col("value") > 0).sort("group", "year")


def _read_records(tables: Mapping[str, pl.DataFrame], region: str) -> pl.DataFrame:
    """Return every version of every dated figure: series, year, value, known_on, rank."""
    parts = [pl.DataFrame(schema=RECORD)]
    for driver, row in terms.entries("pathway_drivers").items():
        reader = {"economy": _economy, "products": _products, "observations": _observations}[row["table"]]
        parts.append(reader(tables[row["table"]], region, driver, row["key"]))
    parts += [_observations(tables["observations"], region, name, key) for name, key in OBSERVED.items()]
    return pl.concat(parts)


def _economy(table: pl.DataFrame, region: str, name: str, key: str) -> pl.DataFrame:
    own = table.filter((pl.col("region") == region) & (pl.col("variable") == key))
    revised = (pl.col("vintage") != FIRST_VINTAGE).cast(pl.Int64)
    return _undated(own, name, _grade() * 2 + revised)


def _products(table: pl.DataFrame, region: str, name: str, key: str) -> pl.DataFrame:
    own = table.filter(
        (pl.col("region") == region) & (pl.col("sector") == key) & pl.col("value").is_not_null()
    )
    return _undated(own, name, _grade() * 2)


def _undated(rows: pl.DataFrame, name: str, rank: pl.Expr) -> pl.DataFrame:
    return rows.select(
        series=pl.lit(name), year=pl.col("year").cast(pl.Int64), value=pl.col("value").cast(pl.Float64),
        known_on=pl.date(pl.col("year") + 1, 3, 31), rank=rank,
    )  # fmt: skip


def _observations(table: pl.DataFrame, region: str, name: str, key: str) -> pl.DataFrame:
    own = table.filter(
        (pl.col("region") == region) & (pl.col("series_id") == key) & pl.col("bound").is_in(["eq", "about"])
        & pl.col("known_on").is_not_null()
    ).with_columns(rank=_grade() * 2 + (pl.col("bound") == "about").cast(pl.Int64) * ROUND)  # fmt: skip
    rows = [
        (name, parse_period(period).start.year, value, latest_date(known_on), rank)
        for period, value, known_on, rank in own.select("period", "value", "known_on", "rank").iter_rows()
        if parse_period(period).kind == "year"
    ]
    return pl.DataFrame(rows, schema=RECORD, orient="row")


def _grade() -> pl.Expr:
    order = {grade: place for place, grade in enumerate(sorted(terms.codes("grade")))}
    return pl.col("grade").replace_strict(order, return_dtype=pl.Int64)


def _pick(records: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Return one value for each series and year: best grade, then known last; see :func:`read_drivers`."""
    known = records if as_of is None else records.filter(pl.col("known_on") <= as_of)
    # the last bit of the rank marks a revised series: last choice in a replay, first choice today
    order = pl.col("rank") if as_of is not None else (pl.col("rank") // 2) * 2 + 1 - pl.col("rank") % 2
    return (
        known.with_columns(order=order)
        .sort("series", "year", "order", "known_on", "value", descending=[False, False, False, True, False])
        .unique(["series", "year"], keep="first", maintain_order=True)
        .select("series", "year", "value")
    )


def _pick_drivers(records: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    picked = _pick(records, as_of)
    parts, missing = [], []
    for driver, row in terms.entries("pathway_drivers").items():
        own = picked.filter(pl.col("series") == driver).select("year", "value")
        if row["kind"] == "index":
            own = _chain_index(own)
        if driver == "power_export":
            own = _complete_export(own, picked)
        if own.is_empty() and row["required"] == "yes":
            params = {"driver": driver, "table": row["table"], "key": row["key"]}
            missing.append(Finding("pathway_driver_missing", params=params))
        parts.append(own.select(driver=pl.lit(driver), year="year", value="value"))
    if missing:
        raise InputRefused(missing)
    return pl.concat(parts)


def _chain_index(index: pl.DataFrame) -> pl.DataFrame:
    """Return the level of an index of yearly change, 100 in the year before its first one."""
    rows = list(index.iter_rows())
    start = 0
    for place in range(1, len(rows)):
        if rows[place][0] != rows[place - 1][0] + 1:
            start = place
    if not rows:
        return index
    levels = [(rows[start][0] - 1, 100.0)]
    for year, change in rows[start:]:
        levels.append((year, levels[-1][1] * change / 100.0))
    return pl.DataFrame(levels, schema={"year": pl.Int64, "value": pl.Float64}, orient="row")


def _complete_export(known: pl.DataFrame, picked: pl.DataFrame) -> pl.DataFrame:
    """Return net export with open years as generation less consumption of the energy yearbook."""
    made = picked.filter(pl.col("series") == "generation_total").select("year", made="value")
    used = picked.filter(pl.col("series") == "electricity_total").select("year", used="value")
    derived = made.join(used, on="year").select("year", value=pl.col("made") - pl.col("used"))
    opened = derived.join(known, on="year", how="anti")
    return pl.concat([known, opened]).sort("year")
