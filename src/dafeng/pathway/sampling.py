"""Points of the unit cube by draw number: a future is the same in every chunk and on every machine.

The sequence is the scrambled Sobol sequence of :class:`scipy.stats.qmc.Sobol` (direction numbers of Joe and
Kuo 2008, doi:10.1137/070709359; scrambling of Matoušek 1998, doi:10.1006/jcom.1998.0489) from its first point
on: a sequence without its first point is no longer balanced (Owen 2020, arXiv:2008.08051).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from dafeng.errors import InputRefused

Array = NDArray[np.float64]
BITS = 30
"""Binary digits of a coordinate; the sequence has 2**BITS points."""
DIMENSION_LIMIT = int(qmc.Sobol.MAXDIM)
"""Most coordinates that the direction numbers serve."""


def sobol_points(dimensions: int, start: int, count: int, seed: int) -> Array:
    """Return the points number ``start`` to ``start + count - 1`` of a scrambled Sobol sequence.

    Parameters
    ----------
    dimensions : int
        Coordinates of a point.
    start : int
        Number of the first point, from 0.
    count : int
        Points wanted.
    seed : int
        Seed of the scrambling.

    Returns
    -------
    ndarray, shape (count, dimensions)
        Points [1] at the middle of the cells of the sequence: half a cell, 2**-31, above scipy's numbers and
        so never 0 or 1.

    Raises
    ------
    InputRefused
        ``inputs_too_many``; ``setting_invalid`` for a number below its range or past the end of the
        sequence.

    Notes
    -----
    Any split into chunks gives the same bits. Shares and means keep the balance of the sequence when the
    number of draws is a power of two.

    Examples
    --------
    >>> whole = sobol_points(3, 0, 8, seed=1)
    >>> bool((sobol_points(3, 5, 3, seed=1) == whole[5:]).all())
    True
    """
    if dimensions > DIMENSION_LIMIT:
        raise InputRefused.of("inputs_too_many", limit=DIMENSION_LIMIT, have=dimensions)
    for key, value, low in (
        ("dimensions", dimensions, 1),
        ("start", start, 0),
        ("draws", count, 0),
        ("seed", seed, 0),
    ):
        if value < low:
            raise InputRefused.of("setting_invalid", key=key, reason=f"{value} < {low}")
    if start + count > 2**BITS:
        raise InputRefused.of("setting_invalid", key="draws", reason=f"{start + count} > 2^{BITS}")
    sequence = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=seed)
    points = np.empty((count, dimensions))
    done = 0
    if start:
        sequence.fast_forward(start)
    elif count:
        points[:1] = sequence.random(
            1
        )  # one point alone: scipy warns when the first call asks for another count
        done = 1
    if count > done:
        points[done:] = sequence.random(count - done)
    points += 0.5 ** (BITS + 1)
    return points
