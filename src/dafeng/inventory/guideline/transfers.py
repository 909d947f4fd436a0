"""What crosses the border of a province: electricity, coal and coke, and the emissions they carry.

- Electricity [10^8 kWh] x grid factor of the sending province [kg CO2/kWh] x 0.1 = Mt. A year without a
  published factor has no figure; the nearest year's factor is a variant of its own, never a filler.
- Coke [10^4 t] x emissions of making it [t/t] x 0.01 = Mt, and its carbon as a memo item.
- Coal [10^4 t] x CO2 of burning it in power plants [t/t] x 0.01 = Mt, a memo item: it arises where it burns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.compute import ceads_factors
from dafeng.inventory.guideline.activity_contracts import EnergyTransfer
from dafeng.inventory.guideline.activity_lines import Factor, find_factor, weakest_grade
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GRID_FACTOR = "ef_grid_electricity"
COKE_FACTOR = "ef_co2_coke_making"
FACTOR_UNITS = {GRID_FACTOR: "kg CO2/kWh", COKE_FACTOR: "t CO2/t"}
"""Unit in which a factor of this account must be given."""
MT_PER_ELECTRICITY = 0.1
"""Mt CO2 per (10^8 kWh x kg CO2/kWh)."""
MT_PER_MASS = 0.01
"""Mt CO2 per (10^4 t x t CO2/t)."""
ROWS_OUT = ("sending_out_to_other_provinces", "export")
ROWS_IN = ("moving_in_from_other_provinces", "import")
COAL = ("Raw_Coal", "Cleaned_Coal", "Other_Washed_Coal", "Briquettes")
COKE_MAKING = Factor(
    COKE_FACTOR, 0.18400, "t CO2/t", "EFDB_COKE_CN", "C", 0.12945, 0.22269
)  # fmt: skip
"""Mean and range of three coke ovens of two Chinese steel works (via the IPCC emission factor database)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Emissions that one transfer carries, under one variant of the factor.

    ``value_mt`` is None where no factor or no quantity is known; ``note_*`` says which.
    """

    item: str
    variant: str
    sender: str | None
    receiver: str | None
    year: int
    energy: float | None
    energy_unit: str
    factor: float | None
    factor_unit: str
    value_mt: float | None
    source_id: str | None
    grade: str
    note_zh: str | None = None
    note_en: str | None = None


def list_balance_transfers(balances: pl.DataFrame) -> pl.DataFrame:
    """Return what balance tables say was sent out and moved in, partner not known.

    Parameters
    ----------
    balances : Balances
        Signs as in the yearbook: sent out is negative.

    Returns
    -------
    EnergyTransfer
        Net for electricity (gross flows of the same line meet on the border); gross for fuels sent out.
    """
    wanted = balances.filter(pl.col("row").is_in([*ROWS_OUT, *ROWS_IN]) & pl.col("value").is_not_null())
    out = wanted.filter(pl.col("row").is_in(ROWS_OUT) & pl.col("fuel").is_in([*COAL, "Coke"]))
    power = wanted.filter(pl.col("fuel") == "Electricity")
    keys = ["region", "year", "fuel", "unit"]
    rows = [
        frame.group_by(keys, maintain_order=True).agg(
            -pl.col("value").sum(), pl.col("source_id").first(), pl.col("grade").max()
        )
        for frame in (out, power)
    ]
    return _as_transfers(pl.concat(rows).to_dicts())


def list_power_exchange(
    balances: pl.DataFrame, published: pl.DataFrame, output: pl.DataFrame, use: pl.DataFrame
) -> pl.DataFrame:
    """Return net electricity sent out by year: the balance table, else published, else output minus use.

    Parameters
    ----------
    balances : Balances
    published, output, use : polars.DataFrame
        ``region, year, value, source_id, grade`` [10^8 kWh]: net export as published, generation, use.

    Returns
    -------
    EnergyTransfer
        A province that takes more than it sends is the receiver.
    """
    power = list_balance_transfers(balances).filter(pl.col("fuel") == "Electricity")
    done = {(row["sender"] or row["receiver"], row["year"]) for row in power.iter_rows(named=True)}
    rows = [row for row in published.to_dicts() if (row["region"], row["year"]) not in done]
    done |= {(row["region"], row["year"]) for row in rows}
    both = output.join(use, on=["region", "year"], suffix="_use").to_dicts()
    rows += [
        {
            "region": row["region"], "year": row["year"], "value": row["value"] - row["value_use"],
            "source_id": f"{row['source_id']};{row['source_id_use']}",
            "grade": weakest_grade(row["grade"], row["grade_use"]),
            "note_zh": "发电量减用电量", "note_en": "generation minus consumption",
        }
        for row in both if (row["region"], row["year"]) not in done
    ]  # fmt: skip
    named = [{"fuel": "Electricity", "unit": "10^8 kWh", **row} for row in rows]
    return pl.concat([power, _as_transfers(named)])


def _as_transfers(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Return net outflows as transfers; a negative one is received instead of sent."""
    made = []
    for row in rows:
        value = row["value"]
        inward = isinstance(value, float) and value < 0
        ends = {"sender": None if inward else row["region"], "receiver": row["region"] if inward else None}
        made.append({**row, **ends, "value": abs(value) if isinstance(value, float) else value})
    schema = empty_table(EnergyTransfer).schema
    data = {name: [row.get(name) for row in made] for name in schema}
    return check(pl.DataFrame(data, schema=schema), EnergyTransfer)


def check_transfers(transfers: pl.DataFrame, file: str, rows: pl.Series) -> list[Finding]:
    """Return findings for transfers whose fuel, unit or ends do not fit.

    Parameters
    ----------
    transfers : EnergyTransfer
    file : str
        Named in the findings.
    rows : polars.Series
        Row numbers as the user counts them.
    """
    carried = ("Electricity", "Coke", *COAL)
    found = []
    for number, row in zip(rows, transfers.iter_rows(named=True), strict=True):
        place = Place(file, row=number)
        if row["sender"] == row["receiver"]:
            found.append(Finding("transfer_ends", place, {"end": row["sender"] or "—"}))
        if row["fuel"] not in carried:
            params = {"value": row["fuel"], "vocabulary": ", ".join(carried), "suggestion": ""}
            found.append(Finding("code_unknown", Place(file, row=number, column="fuel"), params))
            continue
        expected = terms.entries("fuels")[row["fuel"]]["activity_unit"]
        if row["unit"] != expected:
            params = {"what": row["fuel"], "value": row["unit"], "expected": expected}
            found.append(Finding("unit_wrong", Place(file, row=number, column="unit"), params))
    return found


def value_transfers(transfers: pl.DataFrame, factors: pl.DataFrame) -> list[Carried]:
    """Return the emissions that transfers carry.

    Parameters
    ----------
    transfers : EnergyTransfer
    factors : Factors
        ``ef_grid_electricity`` [kg CO2/kWh] by province and year; ``ef_co2_coke_making`` [t CO2/t] if known.

    Raises
    ------
    InputRefused
        ``unit_wrong``: a factor in another unit.
    """
    _check_units(factors)
    carried = []
    for row in transfers.iter_rows(named=True):
        if row["fuel"] == "Electricity":
            carried += _value_power(row, factors)
        elif row["fuel"] == "Coke":
            own = find_factor(factors, row["sender"] or row["receiver"], row["year"], COKE_FACTOR)
            carried.append(_carry(row, "coke_making", "plain", own or COKE_MAKING, MT_PER_MASS))
            carried.append(_carry(row, "coke_potential", "plain", _burning("Coke"), MT_PER_MASS))
        elif row["fuel"] in COAL:
            carried.append(_carry(row, "coal_potential", "plain", _burning(row["fuel"]), MT_PER_MASS))
    return carried


def _check_units(factors: pl.DataFrame) -> None:
    own = factors.filter(pl.col("variable").is_in(list(FACTOR_UNITS)))
    problems = [
        Finding(
            "unit_wrong", Place("factors", column="unit"),
            {"what": variable, "value": unit, "expected": FACTOR_UNITS[variable]},
        )
        for variable, unit in own.select("variable", "unit").unique(maintain_order=True).iter_rows()
        if unit != FACTOR_UNITS[variable]
    ]  # fmt: skip
    if problems:
        raise InputRefused(problems)


def _value_power(row: Mapping[str, object], factors: pl.DataFrame) -> list[Carried]:
    owner, year = str(row["sender"] or row["receiver"]), row["year"]
    assert isinstance(year, int)
    nearest = find_factor(factors, owner, year, GRID_FACTOR)
    if nearest is not None and nearest.year == year:
        return [_carry(row, "power_exchange", "year_factor", nearest, MT_PER_ELECTRICITY)]
    none = _carry(row, "power_exchange", "year_factor", None, MT_PER_ELECTRICITY)
    if nearest is None:
        return [none]
    note = (f"借用{nearest.year}年因子", f"factor of {nearest.year}")
    lent = replace(nearest, grade=weakest_grade(nearest.grade, "C"))
    return [none, _carry(row, "power_exchange", "nearest_factor", lent, MT_PER_ELECTRICITY, note)]


def _burning(fuel: str) -> Factor | None:
    """Return CO2 of a fuel burnt in power plants, by the factors of the first method."""
    rows = ceads_factors().filter((pl.col("sector") == "power_heat") & (pl.col("fuel") == fuel))
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    return Factor(f"burning_{fuel}", row["factor"], row["unit"], row["source_id"], row["grade"])


def _carry(
    row: Mapping[str, object], item: str, variant: str, factor: Factor | None, scale: float,
    note: tuple[str, str] | None = None,
) -> Carried:  # fmt: skip
    quantity = row["value"]
    assert quantity is None or isinstance(quantity, float)
    notes = [(row.get("note_zh"), row.get("note_en")), note or (None, None)]
    if factor is None:
        notes.append(("当年没有公布的因子", "no factor published for the year"))
    if quantity is None:
        notes.append(("数量未公布", "quantity not published"))
    zh, en = ([str(pair[i]) for pair in notes if pair[i]] for i in (0, 1))
    sources = [row["source_id"], factor.source_id if factor else None]
    expected = FACTOR_UNITS[GRID_FACTOR if item == "power_exchange" else COKE_FACTOR]
    return Carried(
        item=item, variant=variant, sender=_text(row["sender"]), receiver=_text(row["receiver"]),
        year=int(str(row["year"])), energy=quantity, energy_unit=str(row["unit"]),
        factor=factor.value if factor else None, factor_unit=factor.unit if factor else expected,
        value_mt=None if quantity is None or factor is None else quantity * factor.value * scale,
        source_id=";".join(str(s) for s in sources if s) or None,
        grade=weakest_grade(str(row["grade"]), factor.grade if factor else None),
        note_zh="；".join(zh) or None, note_en="; ".join(en) or None,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
