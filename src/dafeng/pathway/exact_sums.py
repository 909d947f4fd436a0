"""Parts that sum to their total to the last digit: rounding onto one grid, residue to the largest remainders.

Floating-point parts of a total rarely add up to it exactly. Here every part becomes a whole multiple of one
quantum, a power of two, chosen so that all partial sums are exact; what rounding leaves over goes, one
quantum each, to the parts that rounding cut most (the method of largest remainders), in the order of the
parts where two are alike. A part that is exactly zero stays zero.
"""

from __future__ import annotations

from fractions import Fraction
from math import frexp, fsum, ldexp
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
MANTISSA = 53
"""Bits of a double."""
LEAST_POWER = -1074
"""Power of two of the smallest double."""


def spread_residue(parts: Array, totals: Array) -> Array:
    """Return the parts, moved by rounding errors at most, so that they sum to their totals.

    Parameters
    ----------
    parts : ndarray, shape (part, ...)
        Finite numbers whose sums differ from the totals by rounding only.
    totals : ndarray, shape (...)
        What the parts have to sum to.

    Returns
    -------
    ndarray, shape (part, ...)
        The exact sum of the parts is the total, and floating-point summation finds it in any order. Where
        parts cancel so strongly that no grid of doubles holds both them and the total, the sum is the nearest
        that doubles of their size can give.

    Examples
    --------
    >>> 0.1 + 0.2 == 0.3
    False
    >>> sum(spread_residue(np.array([0.1, 0.2]), np.array(0.3)).tolist()) == 0.3
    True
    """
    flat = parts.reshape(parts.shape[0], -1)
    columns = [
        _spread_column(column.tolist(), float(total))
        for column, total in zip(flat.T, totals.reshape(-1), strict=True)
    ]
    return np.array(columns, dtype=np.float64).T.reshape(parts.shape)


def round_to_total(parts: Array, total: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return whole numbers near the parts that sum to a whole total.

    Parameters
    ----------
    parts : ndarray, shape (part, ...)
        Numbers whose sum is near the total.
    total : ndarray of int, shape (...)

    Returns
    -------
    ndarray of int, shape (part, ...)

    Examples
    --------
    >>> round_to_total(np.array([1.4, 1.4, 0.0, 1.2]), np.array(4)).tolist()
    [2, 1, 0, 1]
    """
    flat = parts.reshape(parts.shape[0], -1)
    columns = [
        _largest_remainders([Fraction(value) for value in column.tolist()], int(whole))
        for column, whole in zip(flat.T, total.reshape(-1), strict=True)
    ]
    return np.array(columns, dtype=np.int64).T.reshape(parts.shape)


def _spread_column(parts: Sequence[float], total: float) -> list[float]:
    """Return one set of parts on the grid on which all partial sums are exact."""
    reach = max(fsum(max(part, 0.0) for part in parts), fsum(max(-part, 0.0) for part in parts), abs(total))
    if reach == 0:
        return list(parts)
    exponent = frexp(reach)[1] - MANTISSA
    for power in (exponent - 1, exponent, exponent + 1):  # the finest on which all partial sums are exact
        quantum = Fraction(2) ** max(power, LEAST_POWER)
        units = Fraction(total) / quantum
        if units.denominator != 1:
            break
        whole = _largest_remainders([Fraction(part) / quantum for part in parts], int(units))
        if max(sum(k for k in whole if k > 0), -sum(k for k in whole if k < 0)) <= 1 << MANTISSA:
            return [ldexp(float(k), max(power, LEAST_POWER)) for k in whole]
    return _absorb(list(parts), total)


def _absorb(parts: list[float], total: float) -> list[float]:
    """Return the parts with the residue on the smallest one that is not zero: the finest grid there is."""
    smallest = min((abs(part), place) for place, part in enumerate(parts) if part)[1]
    for _ in range(3):
        residue = fsum([total, *(-part for part in parts)])
        if residue == 0 or parts[smallest] + residue == parts[smallest]:
            break
        parts[smallest] += residue
    return parts


def _largest_remainders(parts: Sequence[Fraction], total: int) -> list[int]:
    """Return whole numbers that sum to the total; residues go to the largest remainders."""
    whole = [round(part) for part in parts]
    places = [place for place, part in enumerate(parts) if part] or list(range(len(parts)))
    residue = total - sum(whole)
    step = 1 if residue > 0 else -1
    each, rest = divmod(abs(residue), len(places))
    order = sorted(places, key=lambda place: (step * (whole[place] - parts[place]), place))
    for rank, place in enumerate(order):
        whole[place] += step * (each + (rank < rest))
    return whole
