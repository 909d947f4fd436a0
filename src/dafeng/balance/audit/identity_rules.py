"""Identities: what must add up in a single balance table, within the rounding of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import audit_rule
from dafeng.balance.audit.slips import find_slips
from dafeng.balance.audit.tolerance import find_last_digits, tolerance_of
from dafeng.balance.contracts import BalanceCells
from dafeng.balance.difference import TABLE_FUEL, sum_inflow
from dafeng.balance.identities import DIFFERENCE, Identity, fuel_identities, row_identities
from dafeng.balance.stock import CHANGE, OPENING, name_as_change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.balance.model import ElectricityBasis

KEY = ("region", "year", "fuel", "unit")
CELL = ("region", "year", "row", "unit")


@dataclass(frozen=True, slots=True)
class BalanceCase:
    """What the rules of a single balance read.

    Parameters
    ----------
    cells : polars.DataFrame
        BalanceCells without empty cells, with ``half_digit`` and ``noise`` of their table [unit].
    bounds : mapping
        Value of each bound by name.
    measure : str
        ``physical`` or ``coal_equivalent``.
    electricity : ElectricityBasis, optional
        How electricity is counted in coal equivalent.
    """

    cells: pl.DataFrame
    bounds: Mapping[str, float]
    measure: str
    electricity: ElectricityBasis | None = None


def with_digits(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells that hold a value, with the last digit of their table."""
    known = cells.filter(pl.col("value").is_not_null())
    digits = find_last_digits(known)
    return known.join(digits, on=["region", "year", "unit"], how="left", maintain_order="left").with_columns(
        pl.col("half_digit", "noise").fill_null(0.0)
    )


def _sum_parts(case: BalanceCase, identity: Identity) -> pl.DataFrame:
    """Return per key the sum of the parts that are there, how many, and the total (null where blank)."""
    key = list(KEY if identity.axis == "row" else CELL)
    codes, weights = zip(*identity.parts, strict=True)
    weight = pl.DataFrame({identity.axis: codes, "weight": weights})
    cells = case.cells
    parts = cells.join(weight, on=identity.axis, how="inner", maintain_order="left")
    sums = parts.group_by(key, maintain_order=True).agg(
        expected=(pl.col("value") * pl.col("weight")).sum(), parts=pl.len().cast(pl.Float64),
    )  # fmt: skip
    totals = cells.filter(pl.col(identity.axis) == identity.total).select(*key, "value")
    return totals.join(sums, on=key, how="full", coalesce=True, maintain_order="left_right").join(
        cells.select("region", "year", "unit", "half_digit", "noise").unique(maintain_order=True),
        on=["region", "year", "unit"], how="left", maintain_order="left",
    )  # fmt: skip


def _find_broken(case: BalanceCase, identity: Identity) -> pl.DataFrame:
    sums = _sum_parts(case, identity).filter(pl.col("value").is_not_null() & pl.col("parts").is_not_null())
    wide = (pl.col("value") - pl.col("expected")).abs() > tolerance_of(pl.col("parts") + 1)
    broken = sums.filter(wide).with_columns(pl.lit(identity.total).alias(identity.axis))
    return find_slips(case.cells, broken, identity)


def _name_stocks(case: BalanceCase) -> BalanceCase:
    return BalanceCase(name_as_change(case.cells), case.bounds, case.measure, case.electricity)


def _row_identity(name: str) -> Identity:
    return next(identity for identity in row_identities() if identity.id == name)


def _has_rows(case: BalanceCase, *codes: str) -> pl.DataFrame:
    """Return the cells of those tables in which all these rows stand somewhere."""
    held = [pl.col("row").eq(code).any().over("region", "year") for code in codes]
    return case.cells.filter(pl.all_horizontal(held))


@audit_rule("identity_supply")
def check_supply_sum(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose supply rows do not add up to total primary supply."""
    return _find_broken(_name_stocks(case), _row_identity("sum_total_primary_supply"))


@audit_rule("identity_stock")
def check_stock_sum(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose opening and closing stock do not add up to the stock change."""
    return _find_broken(case, _row_identity("sum_stock_change"))


@audit_rule("stock_opening_missing")
def check_opening_stock(case: BalanceCase) -> pl.DataFrame:
    """Find tables whose supply misses its total as it would if the row of stocks were closing stock alone.

    All gaps have one sign, the opposite of the stock figure, and only fuels with such a figure have one.
    """
    stock = case.cells.filter(pl.col("row") == CHANGE).select(*KEY, stock="value")
    broken: pl.DataFrame = check_supply_sum(case)
    gaps = broken.join(stock, on=list(KEY), how="left", maintain_order="left")
    gap = pl.col("value") - pl.col("expected")
    against = (gap * pl.col("stock") < 0).fill_null(value=False)
    tables = gaps.group_by("region", "year", maintain_order=True).agg(
        alike=against.all() & (gap.sign().n_unique() == 1), gaps=pl.len()
    )
    opened = case.cells.filter(pl.col("row") == OPENING)
    alike = tables.filter(pl.col("alike") & (pl.col("gaps") >= case.bounds["stock_gaps"]))
    return alike.join(opened, on=["region", "year"], how="anti", maintain_order="left").with_columns(
        row=pl.lit(CHANGE), value=pl.lit(None, pl.Float64), expected=pl.lit(None, pl.Float64)
    )


@audit_rule("identity_transformation")
def check_transformation_sum(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose transformation rows do not add up to their total."""
    return _find_broken(case, _row_identity("sum_transformation_total"))


@audit_rule("identity_final")
def check_final_sum(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose sectors do not add up to final consumption."""
    return _find_broken(case, _row_identity("sum_final_consumption"))


@audit_rule("identity_households")
def check_household_sum(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose urban and rural households do not add up to households."""
    return _find_broken(case, _row_identity("sum_residential"))


@audit_rule("identity_fuels")
def check_fuel_sums(case: BalanceCase) -> pl.DataFrame:
    """Find rows whose coals or oil products do not add up to the total of their kind."""
    exempt = case.cells.filter(pl.col("row") != "total_consumption")
    reduced = BalanceCase(exempt, case.bounds, case.measure)
    return pl.concat([_find_broken(reduced, identity) for identity in fuel_identities()])


@audit_rule("identity_closing")
def check_closing(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose stated difference is not what is left over; a blank difference is none."""
    cells = _has_rows(case, "total_primary_supply", "final_consumption")
    if cells.is_empty():
        return cells
    closing = _row_identity("closing")
    sums = _sum_parts(BalanceCase(cells, case.bounds, case.measure), closing)
    stated = sums.with_columns(pl.col("value").fill_null(0.0), pl.col("expected", "parts").fill_null(0.0))
    wide = (pl.col("value") - pl.col("expected")).abs() > tolerance_of(pl.col("parts") + 1)
    return find_slips(cells, stated.filter(wide).with_columns(row=pl.lit(DIFFERENCE)), closing)


@audit_rule("identity_total_consumption")
def check_total_consumption(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose total consumption is not final use + losses + transformation input.

    A kind of fuels (all coal, all oil products) counts its net loss in transformation instead of the input.
    """
    totals = list(terms.codes("fuel_totals"))
    own = pl.col("row").is_in(["final_consumption", "loss"])
    processes = [
        code for code, e in terms.entries("balance_rows").items() if e["parent"] == "transformation_total"
    ]
    kind = pl.col("fuel").is_in(totals)
    taken = (
        pl.when(own)
        .then("value")
        .when(kind & (pl.col("row") == "transformation_total"))
        .then(-pl.col("value"))
    )
    taken = taken.when(~kind & pl.col("row").is_in(processes)).then(pl.max_horizontal(-pl.col("value"), 0.0))
    held = _has_rows(case, "final_consumption", "total_consumption", "transformation_total")
    parts = held.with_columns(part=taken).filter(pl.col("part").is_not_null())
    sums = parts.group_by(*KEY, maintain_order=True).agg(expected=pl.col("part").sum(), parts=pl.len())
    stated = held.filter(pl.col("row") == "total_consumption")
    joined = stated.join(sums, on=list(KEY), how="inner", maintain_order="left")
    wide = (pl.col("value") - pl.col("expected")).abs() > tolerance_of(pl.col("parts") + 1.0)
    return joined.filter(wide)


@audit_rule("total_missing")
def check_missing_totals(case: BalanceCase) -> pl.DataFrame:
    """Find blank totals over cells that are not zero, in tables that have this total elsewhere."""
    found = []
    for identity in (*row_identities(), *fuel_identities()):
        if identity.id == "closing":  # a blank difference is none
            continue
        told = name_as_change(case.cells) if identity.total == "total_primary_supply" else case.cells
        held = told.filter(pl.col(identity.axis).eq(identity.total).any().over("region", "year"))
        if identity.axis == "fuel":
            held = held.filter(pl.col("row") != "total_consumption")
        sums = _sum_parts(BalanceCase(held, case.bounds, case.measure), identity)
        blank = pl.col("value").is_null() & (pl.col("expected").abs() > tolerance_of(pl.col("parts") + 1))
        found.append(sums.filter(blank).with_columns(pl.lit(identity.total).alias(identity.axis)))
    columns = ["region", "year", "row", "fuel", "unit", "value", "expected"]
    return pl.concat([frame.select(columns) for frame in found])


@audit_rule("non_energy_within_industry")
def check_non_energy(case: BalanceCase) -> pl.DataFrame:
    """Find fuels of which industry uses more as raw material than in all."""
    return _find_beyond_whole(case, "industry_non_energy_use")


@audit_rule("transmission_within_loss")
def check_transmission(case: BalanceCase) -> pl.DataFrame:
    """Find fuels of which more is lost in transport and distribution than in all."""
    return _find_beyond_whole(case, "loss_transmission")


def _find_beyond_whole(case: BalanceCase, row: str) -> pl.DataFrame:
    """Return the cells of an of-which row that are larger than the row it is part of; blank is zero."""
    parent = terms.entries("balance_rows")[row]["parent"]
    whole = case.cells.filter(pl.col("row") == parent).select(*KEY, expected="value")
    part = case.cells.filter(pl.col("row") == row)
    joined = part.join(whole, on=list(KEY), how="left", maintain_order="left")
    joined = joined.with_columns(pl.col("expected").fill_null(0.0))
    return joined.filter(pl.col("value") - pl.col("expected") > tolerance_of(pl.lit(2.0)))


@audit_rule("sign")
def check_signs(case: BalanceCase) -> pl.DataFrame:
    """Find cells whose sign contradicts their row: sent out positive, final use negative, …."""
    signs = {code: int(entry["sign"]) for code, entry in terms.entries("balance_rows").items()}
    sign = pl.col("row").replace_strict(signs, default=0, return_dtype=pl.Float64)
    wrong = pl.col("value") * sign < -tolerance_of(pl.lit(1.0))
    return case.cells.filter(wrong).with_columns(expected=pl.lit(None, pl.Float64))


@audit_rule("statistical_difference")
def check_difference(case: BalanceCase) -> pl.DataFrame:
    """Show every statistical difference, measured by what came in.

    The share is of all that came in (:func:`~dafeng.balance.difference.sum_inflow`); the bounds set how
    severe it is.
    """
    production = case.cells.filter(pl.col("row") == "indigenous_production")
    base = sum_inflow(case.cells.select(*BalanceCells.to_schema().columns)).join(
        production.select(*TABLE_FUEL, produced="value"), on=TABLE_FUEL, how="left", maintain_order="left"
    )
    stated = case.cells.filter(
        (pl.col("row") == DIFFERENCE) & (pl.col("value").abs() > tolerance_of(pl.lit(1.0)))
    )
    joined = stated.join(base, on=TABLE_FUEL, how="left", maintain_order="left")
    share = pl.when(pl.col("inflow") > 0).then(pl.col("value").abs() / pl.col("inflow"))
    found = joined.with_columns(expected=pl.lit(0.0), share=share)
    found = found.with_columns(
        severity=pl.when(pl.col("share").is_null() | (pl.col("share") >= case.bounds["difference_error"]))
        .then(pl.lit("error"))
        .when(pl.col("share") >= case.bounds["difference_warning"])
        .then(pl.lit("warning"))
        .otherwise(pl.lit("note")),
        of_output=pl.when(pl.col("produced") > 0).then(pl.col("value").abs() / pl.col("produced")),
    )
    return found.with_columns(pl.col("share", "of_output").fill_null(float("nan")))
