r"""Weighted least squares under identities, bounds and locks, exact on the set of bounds that act.

.. math:: \min_x \sum_i w_i (x_i - m_i)^2, \quad A x = 0, \quad l \le x \le u, \quad x_L = c

The equality-constrained problem is one sparse symmetric system (Karush, Kuhn and Tucker). If its solution
keeps all bounds it is the answer; else an interior-point solver (Clarabel) finds which bounds act, and
the system is solved exactly on that set, which is mended until bounds and signs of multipliers agree.

Sources: R. Stone, D. G. Champernowne, J. E. Meade (1942), The precision of national income estimates,
Review of Economic Studies 9(2) 111-125, doi:10.2307/2967664; F. van der Ploeg (1982), Reliability and the
adjustment of sequences of large economic accounting matrices, Journal of the Royal Statistical Society A
145(2) 169-194, doi:10.2307/2981533; P. J. Goulart, Y. Chen (2024), Clarabel, arXiv:2405.12762; active-set
step: M. Hintermueller, K. Ito, K. Kunisch (2002), SIAM J. Optim. 13(3) 865-888,
doi:10.1137/S1052623401383558.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse.linalg import SuperLU

    from dafeng.balance.reconcile_model import ReconcileModel

RESIDUAL = 1e-9
"""Largest residual of an identity, as a share of the largest cell of the fuel. [1]"""
SHIFTS = (1e-8, 1e-11, 1e-14)
"""Regularisation of the symmetric system, tried in order; refinement takes it out again. [1]"""
REFINEMENTS = 40
ROUNDS, BLOCK_ROUNDS = 80, 15
"""Equality systems tried; after the first ones only one bound is changed at a time."""
TOLERANCE = 1e-11
"""Of the interior point: near enough that the bounds that act stand out. [1]"""
SLACK = 1e-9
SD_CELLS = 4000
"""Cells up to which standard deviations after adjustment are computed: the cost grows with the square."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The closed balance.

    Attributes
    ----------
    value : ndarray
        Reconciled cells.
    multiplier : ndarray
        Change of the objective per unit of a lock or active bound; 0 elsewhere.
    at_bound, undetermined : ndarray of bool
        Which cells a bound holds, and which the identities leave open.
    sd : ndarray
        Standard deviation after adjustment with locks and active bounds as given; nan where not computed.
    freedom : int
        Degrees of freedom: observations less determined dimensions.
    iterations : int
        Of the interior-point solver; 0 when no bound acts.
    rounds : int
        Equality systems solved.
    polished : bool
        Whether the solution is exact on its active set.
    feasible : bool
        False: locks, bounds and identities contradict each other, and the other figures mean nothing.
    """

    value: NDArray[np.float64]
    multiplier: NDArray[np.float64]
    at_bound: NDArray[np.bool_]
    undetermined: NDArray[np.bool_]
    sd: NDArray[np.float64]
    freedom: int
    iterations: int
    rounds: int
    polished: bool
    feasible: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """The problem in u = (x - centre) / scale, with lines of norm one and locks as equal bounds."""

    curve: NDArray[np.float64]
    matrix: sparse.csc_array
    right: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    largest: NDArray[np.float64]
    """Largest cell of each line, in its norm."""


def solve_model(model: ReconcileModel) -> Solution:
    """Return the weighted least-squares solution of a model.

    Parameters
    ----------
    model : ReconcileModel

    Returns
    -------
    Solution
        Identities hold to ``RESIDUAL``; ``feasible`` is False if nothing satisfies locks, bounds and
        identities.
    """
    problem = _scale(model)
    held = problem.lower == problem.upper
    side = np.where(held, 1, 0)
    system, u, gradient, met = _solve_held(problem, side != 0, problem.lower)
    iterations, rounds, polished = 0, 1, met
    if met and not _within(problem, u).all():
        met, iterations, start, inner = _interior_point(problem)
        if met:
            u, gradient, side, rounds, polished, system = _polish(problem, held, start)
            u = u if polished else inner
    at_bound = (side != 0) & ~held
    return _report(model, problem, system, (u, gradient), (at_bound, iterations, rounds, polished, met))


def _scale(model: ReconcileModel) -> _Scaled:
    observed = model.weight > 0
    centre = np.where(observed, model.target, 0.0)
    scale = np.where(observed, 1.0 / np.sqrt(np.where(observed, model.weight, 1.0)), 0.01 * model.size)
    lower = np.where(model.locked, model.fixed, model.lower)
    upper = np.where(model.locked, model.fixed, model.upper)
    matrix = model.matrix @ sparse.diags_array(scale)
    norm = np.maximum(abs(matrix).max(axis=1).toarray().ravel() if matrix.nnz else np.zeros(0), 1e-300)
    lines = sparse.diags_array(1.0 / norm)
    return _Scaled(
        curve=np.where(observed, 1.0, 0.0),
        matrix=sparse.csc_array(lines @ matrix),
        right=-(model.matrix @ centre) / norm,
        lower=(lower - centre) / scale,
        upper=(upper - centre) / scale,
        centre=centre,
        scale=scale,
        largest=abs(model.matrix).multiply(model.size).max(axis=1).toarray().ravel() / norm,
    )


class _System:
    """The symmetric system of the equality problem with some variables held."""

    def __init__(self, problem: _Scaled, held: NDArray[np.bool_], shift: float) -> None:
        self.problem, self.held, self.shift = problem, held, shift
        self.free = np.flatnonzero(~held)
        self.count = len(self.free)
        columns = problem.matrix[:, self.free]
        self.matrix = columns
        curve = sparse.diags_array(problem.curve[self.free])
        lines = columns.shape[0]
        self.exact = sparse.csc_array(sparse.block_array([[curve, columns.T], [columns, None]]))
        signs = np.concatenate([np.full(self.count, shift), np.full(lines, -shift)])
        self.factor: SuperLU = splu(
            sparse.csc_array(self.exact + sparse.diags_array(signs)),
            permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.01, options={"SymmetricMode": True},
        )  # fmt: skip

    def solve(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
        """Return u, the gradient of the Lagrangian, and whether the equalities are met.

        Parameters
        ----------
        values : ndarray
            Values of the held variables; others are ignored.
        """
        problem = self.problem
        u = np.where(self.held, values, 0.0)
        right = np.concatenate([np.zeros(self.count), problem.right - problem.matrix @ u])
        best = solved = self.factor.solve(right)
        least = np.inf
        for _ in range(REFINEMENTS):
            rest = right - self.exact @ solved
            size = float(np.abs(rest).max(initial=0.0))
            if size < least:
                best, least = solved, size
            if size <= 1e-15 * (1.0 + float(np.abs(right).max(initial=0.0))):
                break
            solved = solved + self.factor.solve(rest)
        u[self.free] = best[: self.count]
        gradient = problem.curve * u + problem.matrix.T @ best[self.count :]
        missed = np.abs(problem.matrix @ u - problem.right)
        met = bool((missed <= RESIDUAL * problem.largest).all())
        return u, gradient, met

    def undetermined(self) -> NDArray[np.bool_]:
        """Return which variables could move without cost; a random push on unobserved ones shows it."""
        open_ones = self.problem.curve[self.free] == 0
        push = np.where(open_ones, np.random.default_rng(1).uniform(0.5, 1.5, self.count), 0.0)
        right = np.concatenate([self.shift * push, np.zeros(self.matrix.shape[0])])
        found = np.zeros(len(self.held), dtype=bool)
        found[self.free] = np.abs(self.factor.solve(right)[: self.count]) > 1e-3
        return found

    def deviations(self) -> NDArray[np.float64]:
        """Return the standard deviation of the solution in units of the scale."""
        found = np.zeros(len(self.held))
        for start in range(0, self.count, 500):
            block = np.arange(start, min(start + 500, self.count))
            right = np.zeros((self.exact.shape[0], len(block)))
            right[block, np.arange(len(block))] = 1.0
            diagonal = self.factor.solve(right)[block, np.arange(len(block))]
            found[self.free[block]] = np.sqrt(np.maximum(diagonal, 0.0))
        return found


def _solve_held(
    problem: _Scaled, held: NDArray[np.bool_], values: NDArray[np.float64]
) -> tuple[_System, NDArray[np.float64], NDArray[np.float64], bool]:
    """Solve with some variables held; where cells of very different certainty meet, with a smaller shift."""
    known = np.where(held, values, 0.0)
    for shift in SHIFTS:
        system = _System(problem, held, shift)
        u, gradient, met = system.solve(known)
        if met:
            break
    return system, u, gradient, met


def _within(problem: _Scaled, u: NDArray[np.float64]) -> NDArray[np.bool_]:
    tolerance = SLACK * np.maximum(1.0, np.abs(u))
    return np.asarray((u >= problem.lower - tolerance) & (u <= problem.upper + tolerance))


def _interior_point(problem: _Scaled) -> tuple[bool, int, NDArray[np.int_], NDArray[np.float64]]:
    """Return if there is a solution, iterations, which bounds act (-1 lower, 1 upper, 0 none), the point."""
    import clarabel  # noqa: PLC0415 - most balances need no interior point

    count = len(problem.curve)
    free = problem.lower < problem.upper
    low = np.flatnonzero(np.isfinite(problem.lower) & free)
    high = np.flatnonzero(np.isfinite(problem.upper) & free)
    held = np.flatnonzero(~free)
    unit = sparse.eye_array(count, format="csr")
    rows = sparse.csc_matrix(sparse.vstack([problem.matrix, unit[held], -unit[low], unit[high]]))
    right = np.concatenate([problem.right, problem.lower[held], -problem.lower[low], problem.upper[high]])
    equal = problem.matrix.shape[0] + len(held)
    cones = [clarabel.ZeroConeT(equal), clarabel.NonnegativeConeT(len(low) + len(high))]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    square = sparse.csc_matrix(sparse.diags_array(problem.curve))
    answer = clarabel.DefaultSolver(square, np.zeros(count), rows, right, cones, settings).solve()
    infeasible = str(answer.status) in {"PrimalInfeasible", "AlmostPrimalInfeasible"}
    side = np.zeros(count, dtype=np.int_)
    acting = np.asarray(answer.z)[equal:] > np.asarray(answer.s)[equal:]
    side[low[acting[: len(low)]]] = -1
    side[high[acting[len(low) :]]] = 1
    point = np.clip(np.asarray(answer.x), problem.lower, problem.upper)
    return not infeasible, int(answer.iterations), side, point


def _polish(
    problem: _Scaled, held: NDArray[np.bool_], side: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int_], int, bool, _System]:
    """Solve exactly on the active set and mend the set until bounds and multipliers agree.

    Changing one bound at a time: K. G. Murty (1974), Mathematical Programming 7, 298-310,
    doi:10.1007/BF01585525.
    """
    side = np.where(held, 1, side)
    for rounds in range(2, ROUNDS):
        bound = np.where(side < 0, problem.lower, problem.upper)
        system, u, gradient, met = _solve_held(problem, side != 0, bound)
        tolerance = SLACK * np.maximum(1.0, np.abs(u))
        pull = SLACK * (1.0 + float(np.abs(gradient).max(initial=0.0)))
        wrong = ~held & (((side < 0) & (gradient < -pull)) | ((side > 0) & (gradient > pull)))
        changed = np.where(wrong, 0, side)
        changed = np.where((side == 0) & (u < problem.lower - tolerance), -1, changed)
        changed = np.where((side == 0) & (u > problem.upper + tolerance), 1, changed)
        if (changed == side).all():
            return u, gradient, side, rounds, met, system
        if rounds > BLOCK_ROUNDS:
            last = np.flatnonzero(changed != side)[-1]
            changed = np.where(np.arange(len(side)) == last, changed, side)
        side = changed
    return u, gradient, side, ROUNDS, False, system


def _report(
    model: ReconcileModel,
    problem: _Scaled,
    system: _System,
    solved: tuple[NDArray[np.float64], NDArray[np.float64]],
    course: tuple[NDArray[np.bool_], int, int, bool, bool],
) -> Solution:
    u, gradient = solved
    at_bound, iterations, rounds, polished, feasible = course
    x = problem.centre + problem.scale * np.where(system.held | (u != 0), u, 0.0)
    bound = np.where(np.abs(x - model.lower) <= np.abs(x - model.upper), model.lower, model.upper)
    x = np.where(at_bound, bound, np.where(model.locked, model.fixed, x))
    sd = np.full(len(x), np.nan)
    if len(x) <= SD_CELLS:
        sd = system.deviations() * problem.scale
    held = at_bound | model.locked
    # the objective is the sum of squares, twice the quadratic form of the system
    multiplier = np.where(held, 2.0 * gradient / problem.scale, 0.0)
    return Solution(
        value=x, multiplier=multiplier, at_bound=at_bound, undetermined=system.undetermined(), sd=sd,
        freedom=_freedom(model, held), iterations=iterations, rounds=rounds, polished=polished,
        feasible=feasible,
    )  # fmt: skip


def _freedom(model: ReconcileModel, held: NDArray[np.bool_]) -> int:
    """Return observations less the dimensions that they determine."""
    moving = np.flatnonzero(~held)
    blind = np.flatnonzero(~held & (model.weight == 0))
    open_all = len(moving) - rank_of(model.matrix[:, moving])
    open_blind = len(blind) - rank_of(model.matrix[:, blind])
    return model.observations.height - (open_all - open_blind)


def rank_of(matrix: sparse.csr_array) -> int:
    """Return the rank of a sparse matrix of identities (coefficients 1 and -1).

    The matrix times its transpose is factorised with a small shift; dependent lines leave pivots of the
    size of the shift.
    """
    if 0 in matrix.shape or not matrix.nnz:
        return 0
    shift = 1e-9
    square = sparse.csc_array(matrix @ matrix.T + shift * sparse.eye_array(matrix.shape[0]))
    factor = splu(square, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return int((np.abs(factor.U.diagonal()) > 1e-6).sum())
