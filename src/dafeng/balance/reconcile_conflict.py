"""Why a balance cannot be closed: a smallest set of locks, bounds and identities in contradiction.

An elastic linear programme measures the least amount by which the identities must be missed; its dual
names candidates, and a deletion filter leaves a set that is infeasible while each part of it without one
member is not.

Sources: J. Gleeson, J. Ryan (1990), Identifying minimally infeasible subsystems of inequalities, ORSA
Journal on Computing 2(1) 61-63, doi:10.1287/ijoc.2.1.61; J. W. Chinneck, E. W. Dravnieks (1991), Locating
minimal infeasible constraint sets in linear programs, ORSA Journal on Computing 3(2) 157-168,
doi:10.1287/ijoc.3.2.157.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from dafeng import terms
from dafeng.balance.reconcile_model import NATION
from dafeng.errors import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.balance.reconcile_model import Cell, ReconcileModel
    from dafeng.errors import Language

MISSED = 1e-9
"""Share of the largest cell below which an identity counts as held. [1]"""


@dataclass(frozen=True, slots=True)
class CellLabel:
    """A cell in words, for messages."""

    cell: Cell

    def text(self, language: Language) -> str:
        """Return region, year, row and fuel by name."""
        region, year, row, fuel = self.cell
        shown = terms.entries("balance_rows")[row.rpartition(":")[2]][language]
        place = terms.name("provinces", region, language)
        return f"{place} {year} {shown} · {terms.name('balance_fuels', fuel, language)}"


@dataclass(frozen=True, slots=True)
class IdentityLabel:
    """An identity in words, for messages."""

    name: tuple[str, int, str, str, str]

    def text(self, language: Language) -> str:
        """Return what the identity says and for which fuel or row."""
        region, year, code, item, _ = self.name
        vocabulary = "balance_fuels" if item in terms.codes("balance_fuels") else "balance_rows"
        place = "" if region == NATION else terms.name("provinces", region, language) + " "
        said = _sayings()[code][0 if language == "zh" else 1]
        return f"{place}{year} {said} · {terms.name(vocabulary, item, language)}"


def _sayings() -> dict[str, tuple[str, str]]:
    said = {
        "closing": (
            "平衡差额 = 供应 + 加工转换 − 损失 − 终端消费",
            "difference = supply + transformation - loss - final use",
        ),
        "transfers": ("各省调入与调出之和为零", "moved in and sent out sum to zero over the provinces"),
    }  # fmt: skip
    for code, entry in ({**terms.entries("balance_rows"), **terms.entries("balance_fuels")}).items():
        said[f"sum_{code}"] = (f"{entry['zh']} = 各分项之和", f"{entry['en']} = sum of its parts")
        said[f"of_which_{code}"] = (f"{entry['zh']} ≥ 其中项", f"{entry['en']} >= its of-which row")
    return said


@dataclass(frozen=True, slots=True)
class _Bound:
    """A lock or bound of one cell."""

    cell: int
    low: float
    high: float


def explain_conflict(model: ReconcileModel) -> list[Finding]:
    """Return what contradicts what, in words; empty if nothing does.

    Parameters
    ----------
    model : ReconcileModel

    Returns
    -------
    list of Finding
        ``balance_infeasible`` with the least amount that is missed, then ``conflict_identity`` and
        ``conflict_cell`` for each member of one irreducible set.
    """
    low = np.where(model.locked, model.fixed, model.lower)
    high = np.where(model.locked, model.fixed, model.upper)
    gap, duals, reduced = _elastic(model.matrix, model.size, low, high)
    if gap <= MISSED:
        return []
    lines = [int(i) for i in np.flatnonzero(np.abs(duals) > 1e-9)]
    limited = np.flatnonzero((np.abs(reduced) > 1e-9) & (np.isfinite(low) | np.isfinite(high)))
    bounds = [_Bound(int(i), low[i], high[i]) for i in limited]
    lines, bounds = _filter(model, lines, bounds)
    amount = _gap_of(model, lines, bounds, relative=False)
    unit = model.identities[lines[0]][4] if lines else ""
    summary = {"gap": f"{amount:.6g}", "unit": unit, "count": len(lines) + len(bounds)}
    return [
        Finding("balance_infeasible", params=summary),
        *(
            Finding("conflict_identity", params={"identity": IdentityLabel(model.identities[i])})
            for i in lines
        ),
        *(_say_bound(model, bound) for bound in bounds),
    ]


def _say_bound(model: ReconcileModel, bound: _Bound) -> Finding:
    cell = CellLabel(model.cells[bound.cell])
    unit = model.units[bound.cell]
    if bound.low == bound.high:
        rule = f"= {bound.low:g} {unit}"
    else:
        sides = [f"≥ {bound.low:g}"] * bool(np.isfinite(bound.low)) + [f"≤ {bound.high:g}"] * bool(
            np.isfinite(bound.high)
        )
        rule = f"{', '.join(sides)} {unit}"
    return Finding("conflict_cell", params={"cell": cell, "rule": rule})


def _elastic(
    matrix: sparse.csr_array, size: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the least sum of missed identities in shares of their largest cell, duals and reduced costs."""
    lines, count = matrix.shape
    scale = abs(matrix).multiply(size).max(axis=1).toarray().ravel()
    scaled = sparse.diags_array(1.0 / scale) @ matrix @ sparse.diags_array(size)
    unit = sparse.eye_array(lines)
    cost = np.concatenate([np.zeros(count), np.ones(2 * lines)])
    bounds = np.vstack([
        np.column_stack([low / size, high / size]),
        np.column_stack([np.zeros(2 * lines), np.full(2 * lines, np.inf)]),
    ])  # fmt: skip
    answer = linprog(
        cost, A_eq=sparse.csc_array(sparse.hstack([scaled, unit, -unit])), b_eq=np.zeros(lines),
        bounds=bounds, method="highs",
    )  # fmt: skip
    if answer.x is None:  # a lower bound above an upper one
        return np.inf, np.ones(lines), np.ones(count)
    reduced = answer.lower.marginals + answer.upper.marginals
    return float(answer.fun), answer.eqlin.marginals, reduced[:count]


def _gap_of(model: ReconcileModel, lines: list[int], bounds: list[_Bound], *, relative: bool = True) -> float:
    """Return the least amount that some identities are missed by when only some bounds hold."""
    if not lines:
        return 0.0
    part = sparse.csr_array(model.matrix[lines])
    low, high = np.full(part.shape[1], -np.inf), np.full(part.shape[1], np.inf)
    for bound in bounds:
        low[bound.cell], high[bound.cell] = bound.low, bound.high
    used = np.flatnonzero(abs(part).sum(axis=0))
    size = model.size[used] if relative else np.full(len(used), float(model.size[used].max()))
    gap, _, _ = _elastic(sparse.csr_array(part[:, used]), size, low[used], high[used])
    return gap if relative else gap * float(size[0])


def _filter(model: ReconcileModel, lines: list[int], bounds: list[_Bound]) -> tuple[list[int], list[_Bound]]:
    """Drop every member without which the rest still contradicts itself."""
    if _gap_of(model, lines, bounds) <= MISSED:  # the dual named too few
        lines = list(range(model.matrix.shape[0]))
        low = np.where(model.locked, model.fixed, model.lower)
        high = np.where(model.locked, model.fixed, model.upper)
        limited = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
        bounds = [_Bound(int(i), low[i], high[i]) for i in limited]
    for bound in list(bounds):
        rest = [other for other in bounds if other is not bound]
        if _gap_of(model, lines, rest) > MISSED:
            bounds = rest
    for line in list(lines):
        others = [other for other in lines if other != line]
        if _gap_of(model, others, bounds) > MISSED:
            lines = others
    return lines, bounds
