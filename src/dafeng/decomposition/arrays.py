"""What the decompositions ask of an array before they touch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def read_non_negative(values: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return the values as floats.

    Parameters
    ----------
    values : array_like
        Any shape.
    what : str
        Name of the array, for the message.

    Raises
    ------
    InputRefused
        ``series_not_finite`` or ``series_negative``.
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise InputRefused.of("series_not_finite", what=what)
    if (array < 0).any():
        raise InputRefused.of("series_negative", what=what)
    return array


def read_positive(values: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return the values as floats, all above zero.

    Parameters
    ----------
    values : array_like
        Any shape.
    what : str
        Name of the array, for the message.

    Raises
    ------
    InputRefused
        ``series_not_finite``, ``series_negative`` or ``series_not_positive``.
    """
    array = read_non_negative(values, what)
    if (array == 0).any():
        raise InputRefused.of("series_not_positive", what=what)
    return array
