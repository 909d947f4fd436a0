"""Units of an expression: what a product is measured in, and the factors that make its parts agree."""

from __future__ import annotations

import re
from functools import lru_cache

from dafeng.errors import UnitError
from dafeng.units import conversion_factor, pint_expression

PLAIN = "1"
PERCENT = frozenset({"%", "pp"})
COUNTED = frozenset({PLAIN, "year"})
"""A calendar year and a pure number of years may stand for each other."""
_MADE = re.compile(r"\(.*\)[*/]\(.*\)")


@lru_cache(maxsize=4096)
def unit_factor(unit: str, target: str) -> float:
    """Return the number by which values in ``unit`` are multiplied to be in ``target``.

    Raises
    ------
    UnitError
        ``unit_unknown`` or ``unit_mismatch``.
    """
    if unit == target or {unit, target} == COUNTED:
        return 1.0
    return conversion_factor(unit, target)


@lru_cache(maxsize=1024)
def check_unit(unit: str) -> None:
    """Refuse a unit that nobody knows.

    Raises
    ------
    UnitError
        ``unit_unknown``.
    """
    conversion_factor(unit, unit)


def product_unit(first: str | None, second: str | None, sign: str) -> tuple[str | None, float]:
    """Return the unit of a product or quotient, and the factor that brings it there; None is a bare number.

    Shares in % are taken as such, and a quotient of units of one dimension is a pure number, so that
    ``capacity * share`` stays a capacity and ``tonnes / ten_thousand_tonnes`` may be compared with 1.1.

    Examples
    --------
    >>> product_unit("MW", "%", "*"), product_unit("t", "10^4 t", "/")
    (('MW', 0.01), ('1', 0.0001))
    >>> product_unit("gce/kWh", "10^4 kWh", "*")[0]
    '(1e-3 kgce/(kWh))*(1e4 kWh)'
    """
    if second in {None, PLAIN}:
        return (second if first is None else first), 1.0
    if first in {None, PLAIN} and sign == "*":
        return second, 1.0
    if sign == "*" and second in PERCENT:
        return first, unit_factor(str(second), PLAIN)
    if sign == "*" and first in PERCENT:
        return second, unit_factor(str(first), PLAIN)
    above, below = first or PLAIN, second or PLAIN
    if sign == "/":
        if below in PERCENT and above not in PERCENT:
            return above, 1 / unit_factor(below, PLAIN)
        try:
            return PLAIN, unit_factor(above, below)
        except UnitError:
            pass
    return f"({pint_expression(above)}){sign}({pint_expression(below)})", 1.0


def is_made(unit: str) -> bool:
    """Return whether a unit was made by a product: a bare number beside it could mean anything."""
    return _MADE.fullmatch(unit) is not None
