"""The value of a formula in a year, with all that its operands carry: bound, grade, day, sources."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from dafeng.tracking.formula import Call, Name, Node, Number

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = frozenset({"eq", "about"})
ABOVE, BELOW = frozenset({"ge", "gt"}), frozenset({"le", "lt"})
FLIPPED = {"eq": "eq", "about": "about", "ge": "le", "gt": "lt", "le": "ge", "lt": "gt"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a year and what it rests on.

    Parameters
    ----------
    value : float
        In the unit of its name.
    bound : str
        Code of the vocabulary ``bound``.
    grade : str
        Evidence grade; of a result, the worst of its operands.
    known_on : date
        When it became known; of a result, the latest of its operands.
    assumed : bool
        The day is assumed and not published.
    sources : frozenset of str
        Where it was read.
    since : int or None
        First year of the span that it describes; None for the year itself.
    until : date or None
        Day that it describes, if the year is not over; None for the whole year or its end.
    """

    value: float
    bound: str = "eq"
    grade: str = "A"
    known_on: date = date.min
    assumed: bool = False
    sources: frozenset[str] = frozenset()
    since: int | None = None
    until: date | None = None


class Evaluation:
    """One formula over all years; every part is worked out once a year.

    Parameters
    ----------
    look_up : callable
        ``(name, year)`` -> the figure of a series or account, None where there is none.
    """

    def __init__(self, look_up: Callable[[str, int], Figure | None]) -> None:
        self._look_up = look_up
        self._done: dict[tuple[int, int], Figure | None] = {}

    def value(self, node: Node, year: int) -> Figure | None:
        """Return the figure of a part in a year; None if any operand lacks one or nothing follows from it."""
        key = id(node), year
        if key not in self._done:
            self._done[key] = self._work_out(node, year)
        return self._done[key]

    def _work_out(self, node: Node, year: int) -> Figure | None:
        if isinstance(node, Number):
            return Figure(node.value)
        if isinstance(node, Name):
            return self._look_up(node.name, year)
        if isinstance(node, Call):
            return self._call(node, year)
        return combine(node.sign, self.value(node.left, year), self.value(node.right, year))

    def _call(self, node: Call, year: int) -> Figure | None:
        if node.function == "previous":
            return self.value(node.part, year - 1)
        if node.function == "sum_years":
            return self._sum(node, year)
        base = self.value(node.part, node.year)
        if base is None or year < node.year:
            return None
        if node.function == "at":
            return base if year == node.year else replace(base, since=node.year + 1)
        if year == node.year or base.value <= 0:
            return None
        ratio = combine("/", self.value(node.part, year), base)
        made = combine("*", combine("-", ratio, Figure(1.0)), Figure(100.0))
        return made and replace(made, since=node.year + 1)

    def _sum(self, node: Call, year: int) -> Figure | None:
        if year < node.year:
            return None
        total = self.value(node.part, node.year)
        for each in range(node.year + 1, year + 1):
            total = combine("+", total, self.value(node.part, each))
            if total is None:
                return None
        return total and replace(total, since=node.year)


def combine(sign: str, left: Figure | None, right: Figure | None) -> Figure | None:
    """Return what two figures make; None if one is missing, a divisor is zero or no bound follows.

    Parameters
    ----------
    sign : {"+", "-", "*", "/"}
    left, right : Figure or None

    Examples
    --------
    >>> combine("-", Figure(10.0, "ge"), Figure(4.0, "le")).bound
    'ge'
    >>> combine("-", Figure(10.0, "ge"), Figure(4.0, "ge")) is None
    True
    """
    if left is None or right is None or (sign == "/" and right.value == 0):
        return None
    bound = _bound_of(sign, left, right)
    value = _apply(sign, left.value, right.value)
    if bound is None or not math.isfinite(value):
        return None
    spans = [figure.since for figure in (left, right) if figure.since is not None]
    days = [figure.until for figure in (left, right) if figure.until is not None]
    return Figure(
        value, bound, max(left.grade, right.grade), max(left.known_on, right.known_on),
        left.assumed or right.assumed, left.sources | right.sources, min(spans, default=None),
        max(days, default=None),
    )  # fmt: skip


def _apply(sign: str, left: float, right: float) -> float:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right


def _bound_of(sign: str, left: Figure, right: Figure) -> str | None:
    if sign in "+-":
        return _join(left.bound, right.bound if sign == "+" else FLIPPED[right.bound])
    if {left.bound, right.bound} <= LEVELS:
        return "about" if "about" in (left.bound, right.bound) else "eq"
    if sign == "/" and right.bound not in LEVELS:
        # only a divisor known to stay above zero bounds a quotient
        return _signed(FLIPPED[right.bound], left) if right.bound in ABOVE and right.value > 0 else None
    bounded, other = (left, right) if right.bound in LEVELS else (right, left)
    return _signed(bounded.bound, other)


def _signed(bound: str, factor: Figure) -> str | None:
    """Return the bound of a product with an exact factor."""
    if factor.bound != "eq":
        return None
    if factor.value == 0:
        return "eq"
    return bound if factor.value > 0 else FLIPPED[bound]


def _join(one: str, other: str) -> str | None:
    """Return the bound of a sum."""
    if one in ("eq", other):
        return other
    if other == "eq":
        return one
    pair = {one, other}
    if pair <= ABOVE:
        return "gt"
    return "lt" if pair <= BELOW else None
