"""What reconciliation says: cells, adjustments by source, identities before and after, a summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from dafeng import terms
from dafeng.balance.identities import DIFFERENCE
from dafeng.balance.reconcile_conflict import CellLabel
from dafeng.balance.reconcile_contracts import Adjustments, IdentityResiduals, ReconciledCells, SourcePull
from dafeng.balance.reconcile_model import TOTAL_CONSUMPTION
from dafeng.table import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.balance.reconcile_model import ReconcileModel
    from dafeng.balance.reconcile_solve import Solution

KEY = ("region", "year", "row", "fuel")
NOISE = 1e-12
"""Share of the largest cell of the fuel below which a figure is the noise of the solver. [1]"""
_NAMES = {"region": pl.String, "year": pl.Int64, "identity": pl.String, "item": pl.String, "unit": pl.String}


@dataclass(frozen=True, slots=True)
class ReconcileSummary:
    """The outcome in a few numbers.

    Parameters
    ----------
    cells, identities, observations : int
        Size of the problem.
    locked, at_bound, derived, undetermined : int
        Cells by state.
    chi_square : float
        Sum over observations of (adjustment / sd) squared. [1]
    freedom : int
        Degrees of freedom.
    p_value : float or None
        Chance of a larger chi-square if the reliabilities are right and errors independent; None without
        freedom.
    largest_residual : float
        Largest residual of an identity as a share of the largest cell of its fuel. [1]
    iterations, rounds : int
        Interior-point iterations (0: no bound acts) and equality systems solved.
    exact : bool
        Whether the solution is exact on its active set.
    """

    cells: int
    identities: int
    observations: int
    locked: int
    at_bound: int
    derived: int
    undetermined: int
    chi_square: float
    freedom: int
    p_value: float | None
    largest_residual: float
    iterations: int
    rounds: int
    exact: bool


def _still(moved: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return figures with those that are noise beside the largest cell of their fuel as zero."""
    return np.where(np.abs(moved) <= NOISE * size, 0.0, moved)


def list_adjustments(model: ReconcileModel, solution: Solution) -> pl.DataFrame:
    """Return how far each observation was moved as :class:`Adjustments`."""
    used = model.observations
    place = used["cell"].to_numpy()
    observed = used["value"].to_numpy()
    moved = _still(solution.value[place] - observed, model.size[place])
    frame = _cells_frame(model, place).with_columns(
        used["source"], observed=used["value"], sd=used["sd"],
        value=pl.Series(observed + moved), adjustment=pl.Series(moved),
        adjustment_sigma=pl.Series(moved / used["sd"].to_numpy()),
    )  # fmt: skip
    return check(frame, Adjustments)


def list_cells_reconciled(
    model: ReconcileModel, solution: Solution, observations: pl.DataFrame
) -> pl.DataFrame:
    """Return the closed balance as :class:`ReconciledCells`, with total consumption computed from it."""
    real = np.array([":" not in row for _, _, row, _ in model.cells])
    place = np.flatnonzero(real)
    observed = np.where(model.weight > 0, model.target, model.fixed)
    free = ~model.locked & (model.weight > 0)
    before = np.where(free, 1.0 / np.sqrt(np.where(free, model.weight, 1.0)), np.nan)
    moved = _still(solution.value - observed, model.size)
    held = solution.at_bound | model.locked
    columns = {
        "value": np.where(solution.undetermined, np.nan, _still(solution.value, model.size)),
        "observed": observed,
        "adjustment": moved,
        "adjustment_sigma": moved / before,
        "sd_before": before,
        "sd_after": np.where(solution.undetermined | model.locked, np.nan, solution.sd),
        "multiplier": np.where(held, solution.multiplier, np.nan),
    }
    states = np.select(
        [model.locked, solution.undetermined, solution.at_bound, _seen(model)],
        ["locked", "undetermined", "at_bound", "observed"], default="derived",
    )  # fmt: skip
    frame = _cells_frame(model, place).with_columns(
        *(pl.Series(name, values[place]).fill_nan(None) for name, values in columns.items()),
        state=pl.Series(states[place].tolist(), dtype=pl.String),
    )
    prior = (pl.col("state") == "derived") & pl.col("observed").is_not_null()
    blank = ("observed", "adjustment", "adjustment_sigma", "sd_before")
    frame = frame.with_columns(
        pl.when(prior).then(None).otherwise(pl.col(name)).alias(name) for name in blank
    )
    frame = _show_difference(frame, observations)
    return check(pl.concat([frame, _total_consumption(frame, observations)], how="diagonal"), ReconciledCells)


def _show_difference(frame: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with what sources say of statistical differences that a rule has overruled."""
    said = observations.filter((pl.col("row") == DIFFERENCE) & pl.col("value").is_not_null())
    means = said.group_by(KEY, maintain_order=True).agg(_said=pl.col("value").mean())
    joined = frame.join(means, on=KEY, how="left", maintain_order="left")
    overruled = pl.col("_said").is_not_null() & (pl.col("state") != "observed")
    return joined.with_columns(
        observed=pl.when(overruled).then(pl.col("_said")).otherwise(pl.col("observed")),
        adjustment=pl.when(overruled).then(pl.col("value") - pl.col("_said")).otherwise(pl.col("adjustment")),
    ).drop("_said")


def _seen(model: ReconcileModel) -> NDArray[np.bool_]:
    """Return which cells a source gives; the pseudo-source of the difference is none."""
    from dafeng.balance.reconcile_model import PRIOR  # noqa: PLC0415

    seen = np.zeros(len(model.cells), dtype=bool)
    seen[model.observations.filter(pl.col("source") != PRIOR)["cell"].to_numpy()] = True
    return seen


def _total_consumption(cells: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    r"""Return total consumption where the input has it.

    It is not linear, therefore no constraint: final use and losses plus, for a fuel, all transformation input
    (the negative cells), for coal and petroleum products as a whole the net transformation loss.
    """
    asked = observations.filter(pl.col("row") == TOTAL_CONSUMPTION)
    group = ["region", "year", "fuel"]
    given = asked.group_by(group, maintain_order=True).agg(
        pl.col("unit").first(), observed=pl.col("value").mean()
    )
    entries = terms.entries("balance_rows")
    children = [code for code, entry in entries.items() if entry["parent"] == "transformation_total"]
    whole = pl.col("fuel").is_in(sorted(terms.codes("fuel_totals")))
    used = pl.col("value").filter(pl.col("row").is_in(["final_consumption", "loss"])).sum()
    net = pl.col("value").filter(pl.col("row") == "transformation_total").sum()
    inputs = pl.col("value").filter(pl.col("row").is_in(children) & (pl.col("value") < 0)).sum()
    split = pl.col("row").is_in(children).any()
    unknown = pl.col("value").filter(
        pl.col("row").is_in(["final_consumption", "loss", "transformation_total", *children])
    ).is_null().any()  # fmt: skip
    made = cells.group_by(group, maintain_order=True).agg(
        used=used, net=net, inputs=inputs, split=split, unknown=unknown
    )
    taken = pl.when(whole).then(pl.col("net")).when(pl.col("split")).then(pl.col("inputs")).otherwise(
        pl.min_horizontal(pl.col("net"), 0.0)
    )  # fmt: skip
    value = pl.when(~pl.col("unknown")).then(pl.col("used") - taken)
    frame = given.join(made, on=group, how="inner", maintain_order="left").with_columns(value=value)
    return frame.select(
        *group, "unit", "value", "observed", row=pl.lit(TOTAL_CONSUMPTION), state=pl.lit("computed"),
        adjustment=pl.col("value") - pl.col("observed"),
    )  # fmt: skip


def rank_sources(adjustments: pl.DataFrame) -> pl.DataFrame:
    """Return how hard each source was pulled as :class:`SourcePull`, hardest first.

    Parameters
    ----------
    adjustments : Adjustments
    """
    sigma = pl.col("adjustment_sigma")
    hardest = adjustments.sort(sigma.abs(), descending=True, maintain_order=True)
    frame = hardest.group_by("source", maintain_order=True).agg(
        cells=pl.len().cast(pl.Int64), rms_sigma=(sigma**2).mean().sqrt(), largest_sigma=sigma.abs().max(),
        largest_cell=pl.struct(KEY).first(), chi_square=(sigma**2).sum(),
    )  # fmt: skip
    named = [CellLabel(tuple(cell[name] for name in KEY)).text("zh") for cell in frame["largest_cell"]]
    named_frame = frame.with_columns(largest_cell=pl.Series(named, dtype=pl.String))
    return check(named_frame.sort("rms_sigma", descending=True, maintain_order=True), SourcePull)


def list_residuals(model: ReconcileModel, solution: Solution) -> pl.DataFrame:
    """Return what each identity missed before and after as :class:`IdentityResiduals`."""
    observed = np.where(model.locked, model.fixed, np.where(_seen(model), model.target, np.nan))
    known = np.where(np.isnan(observed), 0.0, observed)
    blank = abs(model.matrix) @ np.isnan(observed).astype(float) > 0
    before = np.where(blank, np.nan, model.matrix @ known)
    names = pl.DataFrame(
        model.identities, schema=_NAMES, orient="row"
    )  # fmt: skip
    frame = names.with_columns(
        before=pl.Series(before).fill_nan(None), after=pl.Series(model.matrix @ solution.value)
    )
    return check(frame.filter(~pl.col("identity").str.starts_with("of_which_")), IdentityResiduals)


def summarise(model: ReconcileModel, solution: Solution, cells: pl.DataFrame) -> ReconcileSummary:
    """Return the outcome in a few numbers; ``cells`` are the :class:`ReconciledCells`."""
    used = model.observations
    moved = solution.value[used["cell"].to_numpy()] - used["value"].to_numpy()
    chi_square = float(np.sum((moved / used["sd"].to_numpy()) ** 2))
    counts = dict(cells.group_by("state").len().iter_rows())
    p_value = float(stats.chi2.sf(chi_square, solution.freedom)) if solution.freedom > 0 else None
    return ReconcileSummary(
        cells=cells.height, identities=model.matrix.shape[0], observations=used.height,
        **{name: counts.get(name, 0) for name in ("locked", "at_bound", "derived", "undetermined")},
        chi_square=chi_square, freedom=solution.freedom, p_value=p_value,
        largest_residual=largest_residual(model, solution.value), iterations=solution.iterations,
        rounds=solution.rounds, exact=solution.polished,
    )  # fmt: skip


def largest_residual(model: ReconcileModel, value: NDArray[np.float64]) -> float:
    """Return the largest residual of an identity as a share of the largest cell of its fuel [1]."""
    if not model.matrix.nnz:
        return 0.0
    largest = abs(model.matrix).multiply(model.size).max(axis=1).toarray().ravel()
    return float((np.abs(model.matrix @ value) / largest).max())


def _cells_frame(model: ReconcileModel, place: NDArray[np.int64]) -> pl.DataFrame:
    cells = [model.cells[i] for i in place]
    frame = pl.DataFrame(
        cells, orient="row",
        schema={"region": pl.String, "year": pl.Int64, "row": pl.String, "fuel": pl.String},
    )  # fmt: skip
    return frame.with_columns(unit=pl.Series([model.units[i] for i in place], dtype=pl.String))
