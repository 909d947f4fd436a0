"""The marginal abatement cost curve: reductions from attribution, costs from the inputs, weak ones marked.

A step is as wide as the Shapley value of its lever, so that overlaps are shared and the widths of all levers
sum to what the scenario avoids. Negative costs are kept. Levers without a known cost, and levers that do not
lower emissions in the year, stand apart. Where more than a set share of the abatement rests on weak costs or
on none, the curve is refused: the rows may be listed, not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.pack.pathway_schema import LeverCosts
from dafeng.pathway.attribution_contracts import Wedge
from dafeng.pathway.cost_contracts import CostStep
from dafeng.pathway.money import TonneCost, check_rate, convert_prices
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

ONE_CURVE = ("scenario", "reference", "boundary", "power_export", "process", "gases")
DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True, eq=False)
class CostCurve:
    """A marginal abatement cost curve, or why it is not drawn.

    Attributes
    ----------
    table : CostStep
        Drawn levers from the cheapest to the dearest, then those without a known cost, then those that do not
        lower emissions.
    year, price_year, present_year : int
        Price and present year are ``None`` where no cost is known.
    discount_rate : float
        [1/a].
    weak_share : float
        Share of the abatement that rests on weak costs or on none [1].
    weak_limit : float
        Largest share with which the curve is drawn [1].
    refused : Finding or None
        ``cost_curve_weak`` or ``cost_curve_empty``: do not draw.
    """

    table: pl.DataFrame
    year: int
    price_year: int | None
    present_year: int | None
    discount_rate: float
    weak_share: float
    weak_limit: float
    refused: Finding | None


@dataclass(frozen=True, slots=True)
class _Priced:
    cost: TonneCost
    weak: bool
    row: Mapping[str, Any]


def draw_cost_curve(
    wedges_by_lever: pl.DataFrame,
    costs: pl.DataFrame,
    year: int,
    discount_rate: float,
    weak_limit: float = 0.5,
    *,
    present_year: int | None = None,
    deflator: Mapping[int, float] | None = None,
) -> CostCurve:
    """Return the cost curve of a year.

    The cost of a lever is that of the year, interpolated between the years that are given; outside them the
    nearest holds and counts as weak. A demonstration value counts as weak too.

    Parameters
    ----------
    wedges_by_lever : Wedge
        Wedges of one scenario, reference and scope; the rows of the view ``lever`` are taken.
    costs : LeverCosts
        In prices of one year, or of several with a deflator; the latest price year is used.
    year : int
    discount_rate : float
        Real rate of the present value, at least 0 [1/a].
    weak_limit : float
        Largest share of the abatement on weak costs or none [1].
    present_year : int, optional
        Year to which costs are discounted; default their price year.
    deflator : mapping of int to float, optional
        Price level by year.

    Raises
    ------
    TableError
        If a table breaks its contract.
    InputRefused
        ``curves_several`` where the wedges are of several scenarios or scopes, ``curve_year_missing``,
        ``deflator_missing`` where price years differ and no deflator bridges them, ``series_negative``,
        ``series_not_finite``, ``share_outside``.
    """
    check_rate(discount_rate)
    if not 0 <= weak_limit <= 1:
        raise InputRefused.of("share_outside", what="weak_limit", value=weak_limit)
    wedges = _wedges_of_year(check(wedges_by_lever, Wedge), year)
    costs = check(costs, LeverCosts).filter(pl.col("lever_id").is_in(wedges["group"].to_list()))
    price_year: int | None = costs["price_year"].max() if costs.height else None  # type: ignore[assignment]
    present = present_year if present_year is not None else price_year
    priced = {} if price_year is None else _price_levers(costs, year, price_year, deflator)
    factor = 1.0 if present is None else (1.0 + discount_rate) ** (present - year)
    table = _stack_steps(
        [_step(row, priced.get(row["group"]), factor, present) for row in wedges.iter_rows(named=True)]
    )
    weak_share, refused = _judge(table, weak_limit)
    return CostCurve(table, year, price_year, present, discount_rate, weak_share, weak_limit, refused)


def _wedges_of_year(wedges: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the levers of one scenario in one year."""
    rows = wedges.filter(pl.col("view") == "lever")
    if rows.select(ONE_CURVE).n_unique() > 1:
        differ = [name for name in ONE_CURVE if rows[name].n_unique() > 1]
        raise InputRefused.of("curves_several", columns=", ".join(differ))
    found = rows.filter(pl.col("year") == year)
    if found.is_empty():
        years = rows["year"].unique().sort().to_list()
        span = f"{years[0]}..{years[-1]}" if years else "-"
        raise InputRefused.of("curve_year_missing", year=year, years=span)
    return found


def _price_levers(
    costs: pl.DataFrame, year: int, price_year: int, deflator: Mapping[int, float] | None
) -> dict[str, _Priced]:
    """Return the cost of each lever in the year, in prices of the price year."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in costs.sort("lever_id", "year").iter_rows(named=True):
        rows.setdefault(row["lever_id"], []).append(row)
    return {lever: _price_lever(found, year, price_year, deflator) for lever, found in rows.items()}


def _price_lever(
    rows: Sequence[Mapping[str, Any]], year: int, price_year: int, deflator: Mapping[int, float] | None
) -> _Priced:
    values = [
        convert_prices(
            TonneCost(row["cost_cny_per_t"], row["price_year"]), price_year, deflator
        ).cost_cny_per_t
        for row in rows
    ]
    before = max((place for place, row in enumerate(rows) if row["year"] <= year), default=0)
    after = min((place for place, row in enumerate(rows) if row["year"] >= year), default=len(rows) - 1)
    span = rows[after]["year"] - rows[before]["year"]
    share = (year - rows[before]["year"]) / span if span else 0.0
    cost = values[before] + share * (values[after] - values[before])
    outside = not rows[0]["year"] <= year <= rows[-1]["year"]
    weak = outside or any(row["weak"] or row["state"] == DEMONSTRATION for row in (rows[before], rows[after]))
    return _Priced(TonneCost(cost, price_year), weak, rows[before])


def _step(
    wedge: Mapping[str, Any], priced: _Priced | None, factor: float, present: int | None
) -> dict[str, Any]:
    """Return the row of a lever, without its place on the curve."""
    kept = {name: wedge[name] for name in (*ONE_CURVE, "year", "zh", "en", "reduction_mt")}
    status = "no_abatement" if wedge["reduction_mt"] <= 0 else "no_cost" if priced is None else "drawn"
    cost = None if priced is None else priced.cost.cost_cny_per_t
    return kept | {
        "lever_id": wedge["group"],
        "status": status,
        "cost_cny_per_t": cost,
        "present_cost_cny_per_t": None if cost is None else cost * factor,
        "price_year": None if priced is None else priced.cost.price_year,
        "present_year": None if priced is None else present,
        "weak": priced is not None and priced.weak,
        **{
            name: None if priced is None else priced.row[name] for name in ("source_id", "note_zh", "note_en")
        },
    }


def _stack_steps(steps: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return the rows in their order, with their places on the axis of reductions."""
    place = {"drawn": 0, "no_cost": 1, "no_abatement": 2}
    ordered = sorted(
        steps,
        key=lambda step: (
            place[step["status"]],
            step["cost_cny_per_t"] if step["status"] == "drawn" else -step["reduction_mt"],
            step["lever_id"],
        ),
    )
    frame = pl.DataFrame(
        ordered,
        infer_schema_length=None,
        schema_overrides={
            "cost_cny_per_t": pl.Float64, "present_cost_cny_per_t": pl.Float64, "price_year": pl.Int64,
            "present_year": pl.Int64, "source_id": pl.String, "note_zh": pl.String, "note_en": pl.String,
        },
    )  # fmt: skip
    drawn = pl.col("status") == "drawn"
    to = pl.col("reduction_mt").cum_sum()  # drawn levers come first
    return check(
        frame.with_columns(
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            from_mt=pl.when(drawn).then(to.shift(1, fill_value=0.0)),
            to_mt=pl.when(drawn).then(to),
        ),
        CostStep,
    )


def _judge(table: pl.DataFrame, weak_limit: float) -> tuple[float, Finding | None]:
    """Return the share of the abatement that is weak or without cost, and why the curve is refused."""
    abating = table.filter(pl.col("status") != "no_abatement")
    whole = float(abating["reduction_mt"].sum())
    if not whole:
        return 0.0, Finding("cost_curve_empty", params={"year": table["year"][0]})
    firm = abating.filter((pl.col("status") == "drawn") & ~pl.col("weak"))["reduction_mt"]
    share = 1.0 - float(firm.sum()) / whole
    if share > weak_limit:
        percent = {"share": f"{100 * share:.0f}%", "limit": f"{100 * weak_limit:.0f}%"}
        return share, Finding("cost_curve_weak", params=percent)
    return share, None
