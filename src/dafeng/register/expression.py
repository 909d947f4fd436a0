"""The language of formulas, rules and figures of a register: its grammar.

Names of fields and earlier formulas, ``state``, ``today``; ``list.field`` inside an aggregate; ``link.field``
of the linked row; numbers, 'text', true, false; ``+ - * /``, comparisons, ``in (…)``, ``and or not``,
``a if c else b`` and the functions of :data:`FUNCTIONS`. Nothing else can be written: the text is read by
:mod:`ast` and only what stands here is taken from it; nothing is ever run as Python.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.errors import DafengError

MAX_LENGTH = 400
"""Longest expression. [characters]"""
MAX_PARTS = 360
"""Most parts of the tree that Python makes of it."""
MAX_DEPTH = 40
"""Deepest nesting."""
AGGREGATES = frozenset({"sum", "mean", "min", "max", "count", "first", "last"})
"""Functions over the lines of a list, or over rows in a figure; a condition may stand second."""
FUNCTIONS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(sorted(AGGREGATES), (1, 2)),
    "count": (0, 2), "percent": (1, 1), "abs": (1, 1), "round": (1, 2), "coalesce": (2, 20),
    "missing": (1, 1), "days": (2, 2), "months": (2, 2), "year": (1, 1), "date": (1, 1), "least": (2, 20),
    "greatest": (2, 20), "contains": (2, 2), "starts": (2, 2), "quantity": (2, 2),
}  # fmt: skip
"""Function -> fewest and most arguments."""
COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or true or false."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or ``list.field``, or ``link.field``."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as it is written."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Operation:
    """A sign and its parts: arithmetic, comparison, ``and``, ``or``, ``not``, ``neg``, ``if`` (c, a, b)."""

    sign: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """``x in (…)``."""

    part: Node
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    function: str
    parts: tuple[Node, ...]


Node = Literal | Name | Operation | Member | Call


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Node:
    """Return the tree of an expression.

    Parameters
    ----------
    text : str
        At most :data:`MAX_LENGTH` characters.

    Raises
    ------
    InputRefused
        ``register_expression_long``, ``register_expression_unreadable`` (no expression),
        ``register_expression_part`` (something that the language does not have).

    Examples
    --------
    >>> sorted(map(str, names_in(parse_expression("sum(lines.tce, lines.kind == 'in') / capacity"))))
    ['capacity', 'lines.kind', 'lines.tce']
    """
    if len(text) > MAX_LENGTH:
        raise InputRefused.of("register_expression_long", length=len(text), most=MAX_LENGTH)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputRefused.of("register_expression_unreadable", expression=text) from error
    parts = sum(1 for _ in ast.walk(tree))
    if parts > MAX_PARTS:
        raise InputRefused.of("register_expression_long", length=parts, most=MAX_PARTS)
    return _read(tree, text, 0)


def names_in(node: Node) -> frozenset[Name]:
    """Return the names that an expression reads."""
    return frozenset(part for part in walk(node) if isinstance(part, Name))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    if isinstance(node, Operation | Call):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Member):
        yield from walk(node.part)


def _read(tree: ast.AST, text: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise InputRefused.of("register_expression_long", length=depth, most=MAX_DEPTH)
    if isinstance(tree, ast.Constant):
        return _read_constant(tree, text)
    if isinstance(tree, ast.Name | ast.Attribute):
        return _read_name(tree, text)
    if isinstance(tree, ast.Compare):
        return _read_comparison(tree, text, depth)
    if isinstance(tree, ast.Call):
        return _read_call(tree, text, depth)
    return _read_operation(tree, text, depth)


def _read_operation(tree: ast.AST, text: str, depth: int) -> Node:
    if isinstance(tree, ast.BinOp) and type(tree.op) in _ARITHMETIC:
        return Operation(_ARITHMETIC[type(tree.op)], _read_all((tree.left, tree.right), text, depth))
    if isinstance(tree, ast.BoolOp):
        sign = "and" if isinstance(tree.op, ast.And) else "or"
        return Operation(sign, _read_all(tree.values, text, depth))
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd | ast.Not):
        part = _read(tree.operand, text, depth + 1)
        if isinstance(tree.op, ast.UAdd):
            return part
        return Operation("not" if isinstance(tree.op, ast.Not) else "neg", (part,))
    if isinstance(tree, ast.IfExp):
        return Operation("if", _read_all((tree.test, tree.body, tree.orelse), text, depth))
    raise _refuse(tree, text)


def _read_all(trees: tuple[ast.expr, ...] | list[ast.expr], text: str, depth: int) -> tuple[Node, ...]:
    return tuple(_read(tree, text, depth + 1) for tree in trees)


def _read_name(tree: ast.Name | ast.Attribute, text: str) -> Node:
    if isinstance(tree, ast.Name):
        if tree.id in {"true", "false"}:
            return Literal(tree.id == "true")
        path: tuple[str, ...] = (tree.id,)
    elif isinstance(tree.value, ast.Name):
        path = (tree.value.id, tree.attr)
    else:
        raise _refuse(tree, text)
    if not all(_NAME.fullmatch(part) for part in path):
        raise _refuse(tree, text)
    return Name(path)


def _read_comparison(tree: ast.Compare, text: str, depth: int) -> Node:
    """Return ``a < b`` and ``a in (…)``; ``a < b < c`` is ``a < b and b < c``."""
    sides = (tree.left, *tree.comparators)
    made: list[Node] = []
    for left, sign, right in zip(sides, tree.ops, sides[1:], strict=False):
        if isinstance(sign, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple | ast.List) or not right.elts or len(tree.ops) > 1:
                raise _refuse(tree, text)
            values = _read_all(right.elts, text, depth)
            if not all(isinstance(value, Literal) for value in values):
                raise _refuse(right, text)
            literals = tuple(value for value in values if isinstance(value, Literal))
            member = Member(_read(left, text, depth + 1), literals)
            made.append(Operation("not", (member,)) if isinstance(sign, ast.NotIn) else member)
        elif type(sign) in COMPARISONS:
            made.append(Operation(COMPARISONS[type(sign)], _read_all((left, right), text, depth)))
        else:
            raise _refuse(tree, text)
    return made[0] if len(made) == 1 else Operation("and", tuple(made))


def _read_call(tree: ast.Call, text: str, depth: int) -> Node:
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    fewest, most = FUNCTIONS.get(name, (1, 0))
    if tree.keywords or not fewest <= len(tree.args) <= most:
        raise _refuse(tree, text)
    return Call(name, _read_all(tree.args, text, depth))


def _read_constant(tree: ast.Constant, text: str) -> Literal:
    value = tree.value
    if isinstance(value, bool | str):
        return Literal(value)
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return Literal(number)
    raise _refuse(tree, text)


def _refuse(tree: ast.AST, text: str) -> DafengError:
    part = ast.get_source_segment(text.strip(), tree) or text
    known = KnownNames([*FUNCTIONS, "+ - * /", "== != < <= > >=", "in", "and or not", "if else"])
    return InputRefused.of("register_expression_part", expression=text, part=part[:80], known=known)
