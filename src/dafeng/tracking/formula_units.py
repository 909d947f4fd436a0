"""Units of a formula: what its result is measured in, and the factors that make its parts agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import UnitError
from dafeng.tracking.formula import Call, Name, Node, Number, Operation
from dafeng.units import conversion_factor, pint_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN = "1"
PERCENT = frozenset({"%", "pp"})


def convert_formula(node: Node, units: Mapping[str, str | None], target: str | None) -> Node:
    """Return the formula with the factors that bring its result into a unit.

    Parameters
    ----------
    node : Node
        Of :func:`~dafeng.tracking.formula.parse_formula`.
    units : mapping of str to str or None
        Unit of every name; None is a plain number.
    target : str or None
        Unit of the result. A ratio becomes per cent by ``percent(x)`` alone, so that ``100 * a / b`` is never
        multiplied twice.

    Raises
    ------
    UnitError
        ``unit_unknown``; ``unit_mismatch`` if parts that are added, or the result, have other dimensions.

    Examples
    --------
    >>> from dafeng.tracking.formula import parse_formula
    >>> made = convert_formula(parse_formula("a / b"), {"a": "10^8 t", "b": "1"}, "10^4 t")
    >>> made.right.value
    10000.0
    """
    made, unit = _resolve(node, units)
    wanted = target or PLAIN
    if unit == wanted:
        return made
    if (wanted in PERCENT) != (unit in PERCENT):
        raise UnitError.of("unit_mismatch", unit=unit, target=wanted)
    return _scaled(made, conversion_factor(unit, wanted))


def _resolve(node: Node, units: Mapping[str, str | None]) -> tuple[Node, str]:
    if isinstance(node, Number):
        return node, PLAIN
    if isinstance(node, Name):
        return node, units[node.name] or PLAIN
    if isinstance(node, Call):
        return _resolve_call(node, units)
    (left, first), (right, second) = (_resolve(part, units) for part in (node.left, node.right))
    if node.sign in "+-":
        return Operation(node.sign, left, _scaled(right, _factor(second, first))), first
    return Operation(node.sign, left, right), _product(first, second, node.sign)


def _resolve_call(node: Call, units: Mapping[str, str | None]) -> tuple[Node, str]:
    part, unit = _resolve(node.part, units)
    if node.function == "percent":
        share = _scaled(part, conversion_factor(unit, PLAIN)) if unit != PLAIN else part
        return _scaled(share, 100.0), "%"
    return Call(node.function, part, node.year), "%" if node.function == "change" else unit


def _factor(unit: str, target: str) -> float:
    """Return the factor between two units that are added; a plain number adds to nothing measured."""
    if unit == target:
        return 1.0
    if PLAIN in (unit, target):
        raise UnitError.of("unit_mismatch", unit=unit, target=target)
    return conversion_factor(unit, target)


def _product(first: str, second: str, sign: str) -> str:
    if second == PLAIN:
        return first
    if sign == "/" and first == second:
        return PLAIN
    if first == PLAIN and sign == "*":
        return second
    return f"({pint_expression(first)}){sign}({pint_expression(second)})"


def _scaled(node: Node, factor: float) -> Node:
    return node if factor == 1.0 else Operation("*", node, Number(factor))
