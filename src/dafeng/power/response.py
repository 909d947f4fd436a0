r"""The reduced form in which the pathways know the power system, fitted to runs of the hourly model.

.. math:: c = \mathrm{clip}(c_0 + a\,(s - s_0) - b\,\Delta S / C - f\,\Delta m - g\,\Delta d,\; 0,\; 0.6)

with the curtailed share c of wind and PV, their share s of generation (before curtailment), storage power
added since the base point over the capacity of wind and PV, the fall of the minimum load of coal units and
the reduced share of the peak. All coefficients are at least zero. The three reliefs come from runs of the
same wind and PV, so that the bend of the curve over the share is not taken for a relief; base and slope come
from all runs, without those in which nothing is curtailed and the line says so. It is the form of the power
step of the pathways, which is why the coefficients may stand in for its demonstration values. It holds near
the runs it is fitted to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.contracts import PowerResponse
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COEFFICIENTS = (
    "curtailment_base", "curtailment_slope", "storage_relief", "flexibility_relief", "peak_relief",
)  # fmt: skip
"""Variables of the table that the curtailed share is fitted with, in the order of the columns."""
UNITS = {
    "net_coal_rate": "gce/kWh", "average_factor": "t/MWh", "marginal_factor": "t/MWh",
}  # fmt: skip
"""Unit of a variable of the table; a pure number where it is not named."""
LIMIT = 0.6
"""Most that is curtailed in the reduced form [1]."""
SMALL = 1e-9
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class ResponseRun:
    """One dispatch and where it stands, measured from the base point of the pathways.

    Attributes
    ----------
    share : float
        Wind and PV, before curtailment, over generation [1].
    storage : float
        Storage power added since the base point over the capacity of wind and PV [1].
    min_load_fall : float
        Fall of the minimum load of coal units since the base point [1].
    peak_reduction : float
        Shiftable and interruptible demand over the peak load, more than at the base point [1].
    curtailed : float
        Curtailed share of wind and PV [1].
    coal_rate : float
        Net coal rate of coal power [gce/kWh]; nan without coal.
    level : int
        Runs of one level have the same wind and PV.
    """

    share: float
    storage: float
    min_load_fall: float
    peak_reduction: float
    curtailed: float
    coal_rate: float = math.nan
    level: int = 0


@dataclass(frozen=True, slots=True)
class ResponseFit:
    """Coefficients of the reduced form.

    Attributes
    ----------
    values : mapping of str to float
        By variable of ``power_response``.
    errors : mapping of str to float
        Jackknife standard error: how much a coefficient hangs on single runs.
    rmse : float
        Root mean square of the misfit of the curtailed share over all runs [1].
    runs : int
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    rmse: float
    runs: int


def fit_response(runs: Sequence[ResponseRun], base_share: float) -> ResponseFit:
    """Return the reduced form that is nearest to some runs.

    Parameters
    ----------
    runs : sequence of ResponseRun
        At least one more than there are coefficients.
    base_share : float
        Share of wind and PV at the base point of the pathways [1].

    Raises
    ------
    InputRefused
        ``power_response_runs`` when there are too few runs.
    """
    if len(runs) <= len(COEFFICIENTS):
        raise InputRefused.of("power_response_runs", runs=len(runs), least=len(COEFFICIENTS) + 1)
    design = np.array(
        [[1.0, r.share - base_share, -r.storage, -r.min_load_fall, -r.peak_reduction] for r in runs]
    )
    curtailed = np.array([run.curtailed for run in runs])
    levels = np.array([run.level for run in runs])
    found = _fit(design, curtailed, levels)
    every = np.arange(len(runs))
    without = np.array([_fit(design[every != k], curtailed[every != k], levels[every != k]) for k in every])
    values = dict(zip(COEFFICIENTS, found.tolist(), strict=True))
    errors = dict(zip(COEFFICIENTS, _jackknife(without).tolist(), strict=True))
    values["wind_pv_share_base"] = base_share
    rates = [(run.share - base_share, run.coal_rate) for run in runs if math.isfinite(run.coal_rate)]
    if len(rates) > 2:
        values["net_coal_rate"], errors["net_coal_rate"] = _fit_rate(np.array(rates))
    misfit = np.clip(design @ found, 0.0, LIMIT) - curtailed
    return ResponseFit(values, errors, float(np.sqrt(np.mean(misfit**2))), len(runs))


def predict_curtailment(values: Mapping[str, float], run: ResponseRun) -> float:
    """Return the curtailed share that the reduced form gives for a run [1].

    Examples
    --------
    >>> values = dict.fromkeys(COEFFICIENTS, 0.1) | {"wind_pv_share_base": 0.2}
    >>> round(predict_curtailment(values, ResponseRun(0.4, 0.1, 0.0, 0.0, 0.0)), 6)
    0.11
    """
    line = (
        values["curtailment_base"]
        + values["curtailment_slope"] * (run.share - values["wind_pv_share_base"])
        - values["storage_relief"] * run.storage
        - values["flexibility_relief"] * run.min_load_fall
        - values["peak_relief"] * run.peak_reduction
    )
    return min(max(line, 0.0), LIMIT)


def tabulate_response(
    fit: ResponseFit, scenario: str, year: int, more: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """Return the reduced form as a table.

    Parameters
    ----------
    fit : ResponseFit
    scenario : str
    year : int
    more : mapping of str to float, optional
        Further variables: ``average_factor``, ``marginal_factor``.

    Returns
    -------
    PowerResponse
    """
    values = {**fit.values, "curtailment_rmse": fit.rmse, **(more or {})}
    rows: list[dict[str, Any]] = [
        {
            "scenario": scenario, "year": year, "variable": name, "value": value,
            "unit": UNITS.get(name, "1"), "error": fit.errors.get(name), "runs": float(fit.runs),
        }
        for name, value in values.items()
    ]  # fmt: skip
    return frame_of(rows, PowerResponse)


def _fit(design: Array, curtailed: Array, levels: NDArray[np.int64]) -> Array:
    """Return base, slope and reliefs: reliefs within levels, then base and slope with the reliefs held."""
    from scipy.optimize import nnls  # noqa: PLC0415 - slow to import, only a fit needs it

    inside, change = [], []
    for level in np.unique(levels):
        here = (levels == level) & (curtailed > SMALL)
        if np.count_nonzero(here) > 1:
            inside.append(design[here, 2:] - design[here, 2:].mean(axis=0))
            change.append(curtailed[here] - curtailed[here].mean())
    reliefs = nnls(np.vstack(inside), np.concatenate(change))[0] if inside else np.zeros(3)
    held = design[:, 2:] @ reliefs
    return np.concatenate([_fit_clipped(design[:, :2], curtailed, held), reliefs])


def _fit_clipped(design: Array, curtailed: Array, held: Array) -> Array:
    """Return least-squares coefficients, none negative, of a line that is cut off at zero; a part is held."""
    from scipy.optimize import nnls  # noqa: PLC0415 - slow to import, only a fit needs it

    counts, seen = np.ones(curtailed.size, dtype=bool), set()
    found: Array = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        key = counts.tobytes()
        if key in seen or not counts.any():
            break
        seen.add(key)
        found = np.asarray(nnls(design[counts], (curtailed - held)[counts])[0])
        counts = (curtailed > SMALL) | (design @ found + held > 0)
    return found


def _fit_rate(points: Array) -> tuple[float, float]:
    """Return the coal rate at the base share and its error, from a straight line [gce/kWh]."""

    def intercept(some: Array) -> float:
        if np.ptp(some[:, 0]) < SMALL:
            return float(some[:, 1].mean())
        return float(np.polynomial.polynomial.polyfit(some[:, 0], some[:, 1], 1)[0])

    without = np.array([[intercept(np.delete(points, place, 0))] for place in range(len(points))])
    return intercept(points), float(_jackknife(without)[0])


def _jackknife(without: Array) -> Array:
    """Return standard errors from estimates that each leave out one run, shape (runs, coefficients)."""
    count = without.shape[0]
    spread = without - without.mean(axis=0)
    return np.asarray(np.sqrt((count - 1) / count * np.sum(spread**2, axis=0)))
