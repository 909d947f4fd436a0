"""Territorial and consumption views: what arises in a province, and what its neighbours use of it.

- without_power_export = territorial - emissions of the net electricity sent out
- consumption = territorial - carried by electricity and by making coke sent out + the same received

Carbon of coal and coke shipped is a memo item: it burns, and is counted, where it arrives. Every figure
carries the four axes of :class:`dafeng.scenario.Scope`. A receiving province must add what the sending one
takes off, at the sender's factor: then the consumption views add up to the territorial totals. What goes to
a province that is not known stands in a row without partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.inventory.combustion import sum_known
from dafeng.inventory.guideline.activity_contracts import ConsumptionView
from dafeng.inventory.guideline.activity_lines import weakest_grade
from dafeng.inventory.guideline.transfers import Carried, value_transfers
from dafeng.scenario import Boundary, PowerExport, Process, Scope
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROCESSES: Mapping[str, Process] = {"co2_fuel_combustion": "energy_only", "co2_total": "with_process"}
"""Variable of the inventory -> process axis of the scope."""
MOVED = ("power_exchange", "coke_making")
"""Items that leave one consumption view and enter another; the others are memo items."""


def list_territorial(*sources: pl.DataFrame) -> pl.DataFrame:
    """Return territorial CO2 by year and process scope from inventories, earlier ones first in rank.

    Parameters
    ----------
    *sources : polars.DataFrame
        ``region, year, variable, value, source_id, grade`` [Mt]; of two figures of the same year and variable
        that of the earlier frame counts, unless it is missing.

    Returns
    -------
    polars.DataFrame
        ``region, year, process, value_mt, source_id, grade``
    """
    rows = [
        frame.filter(pl.col("variable").is_in(list(PROCESSES)) & pl.col("value").is_not_null()).select(
            "region", "year", "source_id", "grade", rank=pl.lit(place), value_mt=pl.col("value"),
            process=pl.col("variable").replace_strict(PROCESSES, return_dtype=pl.String),
        )
        for place, frame in enumerate(sources)
    ]  # fmt: skip
    keys = ["region", "year", "process"]
    first = pl.concat(rows).sort([*keys, "rank"]).unique(keys, keep="first", maintain_order=True)
    return first.select(*keys, "value_mt", "source_id", "grade")


def total_emissions(emissions: pl.DataFrame) -> pl.DataFrame:
    """Return the totals of an inventory as :func:`list_territorial` takes them.

    Parameters
    ----------
    emissions : Emissions
        Combustion is the sum of its ``total`` rows over fuels; missing as soon as one of them is.

    Returns
    -------
    polars.DataFrame
        ``region, year, variable, value, source_id, grade`` [Mt]
    """
    keys = ["region", "year", "variable"]
    whole = emissions.filter(pl.col("sector") == "total")
    rows = whole.filter(
        ((pl.col("variable") == "co2_total") & pl.col("fuel").is_null())
        | ((pl.col("variable") == "co2_fuel_combustion") & pl.col("fuel").is_not_null())
    )
    return rows.group_by(keys, maintain_order=True).agg(
        sum_known("value").alias("value"), pl.col("source").first().alias("source_id"),
        pl.col("quality").max().alias("grade"),
    )  # fmt: skip


def view_consumption(
    territorial: pl.DataFrame, transfers: pl.DataFrame, factors: pl.DataFrame
) -> pl.DataFrame:
    """Return the territorial and consumption views of every region and year with a territorial total.

    Parameters
    ----------
    territorial : polars.DataFrame
        ``region, year, process, value_mt, source_id, grade``, as of :func:`list_territorial` [Mt CO2].
    transfers : EnergyTransfer
    factors : Factors

    Returns
    -------
    ConsumptionView
        A view that rests on a transfer without a figure is empty and says why. A region and year without
        any transfer of electricity has an empty exchange: not published is not zero.
    """
    carried = value_transfers(transfers, factors)
    rows: list[dict[str, Any]] = []
    for region, year in territorial.select("region", "year").unique(maintain_order=True).iter_rows():
        mine = [c for c in carried if c.year == year and region in {c.sender, c.receiver}]
        rows += _exchange_rows(region, year, mine)
        base = territorial.filter((pl.col("region") == region) & (pl.col("year") == year))
        for total in base.to_dicts():
            rows += _view_rows(total, mine)
    schema = empty_table(ConsumptionView).schema
    data = {name: [row.get(name) for row in rows] for name in schema}
    return check(pl.DataFrame(data, schema=schema), ConsumptionView)


def _scope(boundary: Boundary, power_export: PowerExport, process: Process) -> dict[str, str]:
    return Scope(boundary=boundary, power_export=power_export, process=process).model_dump()


def _exchange_rows(region: str, year: int, mine: list[Carried]) -> list[dict[str, Any]]:
    """Return one row per item, partner and variant; what is received is negative."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    scope = _scope("production", "included", "energy_only")
    for part in mine:
        sign = 1.0 if part.sender == region else -1.0
        partner = part.receiver if part.sender == region else part.sender
        key = (part.item, partner, part.variant)
        made = {
            "region": region, "year": year, **scope, "item": part.item, "partner": partner,
            "variant": part.variant, "energy": _times(sign, part.energy), "energy_unit": part.energy_unit,
            "factor": part.factor, "factor_unit": part.factor_unit,
            "value_mt": _times(sign, part.value_mt), "source_id": part.source_id, "grade": part.grade,
            "note_zh": part.note_zh, "note_en": part.note_en,
        }  # fmt: skip
        rows[key] = _merge(rows[key], made) if key in rows else made
    if not any(part.item == "power_exchange" for part in mine):
        rows["none",] = {
            "region": region, "year": year, **scope, "item": "power_exchange", "variant": "year_factor",
            "grade": "C", "note_zh": "没有公布的外送或调入电量",
            "note_en": "no electricity sent out is published",
        }  # fmt: skip
    return list(rows.values())


def _merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two rows of the same item and partner as one; a factor that differs is left out."""
    merged = {**first, "grade": weakest_grade(first["grade"], second["grade"])}
    for name in ("energy", "value_mt"):
        merged[name] = _sum([first[name], second[name]])
    merged["factor"] = first["factor"] if first["factor"] == second["factor"] else None
    return merged


def _view_rows(total: Mapping[str, Any], mine: list[Carried]) -> list[dict[str, Any]]:
    region, year, process = total["region"], total["year"], total["process"]
    common = {"region": region, "year": year, "source_id": total["source_id"]}
    rows = [
        common | _scope("production", "included", process)
        | {"item": "territorial", "variant": "plain", "value_mt": total["value_mt"], "grade": total["grade"]}
    ]  # fmt: skip
    power = [part for part in mine if part.item == "power_exchange"]
    variants = ["year_factor"]
    if any(part.variant == "nearest_factor" for part in power):
        variants.append("nearest_factor")
    for variant in variants:
        chosen = _choose(power, variant)
        coke = [part for part in mine if part.item == "coke_making"]
        sent = [part for part in chosen if part.sender == region]
        views: list[tuple[str, Boundary, list[Carried]]] = [
            ("without_power_export", "production", sent), ("consumption", "consumption", chosen + coke),
        ]  # fmt: skip
        for item, boundary, parts in views:
            moved = _sum([_times(1.0 if p.sender == region else -1.0, p.value_mt) for p in parts])
            moved = moved if chosen else None
            rows.append(
                common | _scope(boundary, "excluded", process)
                | _explain(item, known=moved is not None, coke=bool(coke))
                | {"item": item, "variant": variant,
                   "value_mt": None if moved is None else total["value_mt"] - moved,
                   "grade": weakest_grade(total["grade"], *(p.grade for p in parts))}
            )  # fmt: skip
    return rows


def _choose(power: list[Carried], variant: str) -> list[Carried]:
    """Return one valuation of every exchange: the variant where there is one, else the year's own."""
    if variant == "year_factor":
        return [part for part in power if part.variant == variant]
    lent = {(p.sender, p.receiver) for p in power if p.variant == variant}
    return [p for p in power if p.variant == variant or (p.sender, p.receiver) not in lent]


def _explain(item: str, *, known: bool, coke: bool) -> dict[str, str | None]:
    if not known:
        return {
            "note_zh": "外送电量或其因子没有公布，不能扣除",
            "note_en": "the electricity sent out or its factor is not published, so nothing can be taken off",
        }
    if item == "consumption" and not coke:
        return {
            "note_zh": "只调整电力；外送焦炭没有公布",
            "note_en": "adjusted for electricity only; coke sent out is not published",
        }
    return {"note_zh": None, "note_en": None}


def _times(sign: float, value: float | None) -> float | None:
    return None if value is None else sign * value


def _sum(values: Iterable[float | None]) -> float | None:
    """Return the sum, or None if any part of it is not known."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total
