"""A small language for computed indicators: names of series, ``accounts.NAME``, numbers, + - * /, functions.

``registers.REGISTER.MEASURE`` is a figure over the rows of a register (台账).

Functions of ``x`` in the year that is computed: ``previous(x)`` is the year before, ``at(x, 2020)`` a fixed
year, ``change(x, 2020)`` the change since a year in %, ``sum_years(x, 2021)`` the sum since a year, the year
included, ``percent(x)`` a ratio in %. Nothing else can be written: no other calls, no attributes, no powers.
"""

from __future__ import annotations

import ast
import math
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
"""Longest formula. [characters]"""
MAX_PARTS = 120
"""Most numbers, names and operations of a formula."""
MAX_DEPTH = 40
"""Deepest nesting of a formula."""
ACCOUNTS = "accounts"
"""What stands before the dot of a figure of the system's own accounts."""
REGISTERS = "registers"
"""What stands before the dots of a figure over the rows of a register."""
WITH_YEAR = frozenset({"at", "change", "sum_years"})
FUNCTIONS = frozenset({"percent", "previous", *WITH_YEAR})
YEARS = range(1949, 2101)
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A plain number."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A series, ``accounts.NAME`` or ``registers.REGISTER.MEASURE``."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Two parts and ``+``, ``-``, ``*`` or ``/``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A function of a part, with its year where it has one."""

    function: str
    part: Node
    year: int = 0


Node = Number | Name | Operation | Call


@lru_cache(maxsize=1024)
def parse_formula(text: str) -> Node:
    """Return the tree of a formula.

    Parameters
    ----------
    text : str
        At most :data:`MAX_LENGTH` characters.

    Raises
    ------
    InputRefused
        ``formula_too_long``, ``formula_unreadable`` (no expression), ``formula_part_unknown`` (something that
        the language does not have), ``formula_without_name`` (numbers only).

    Examples
    --------
    >>> sorted(names_in(parse_formula("percent(wind / accounts.total)")))
    ['accounts.total', 'wind']
    """
    if len(text) > MAX_LENGTH:
        raise InputRefused.of("formula_too_long", length=len(text), most=MAX_LENGTH)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputRefused.of("formula_unreadable", formula=text) from error
    parts = sum(1 for _ in ast.walk(tree))
    if parts > 3 * MAX_PARTS:
        raise InputRefused.of("formula_too_long", length=parts, most=3 * MAX_PARTS)
    node = _read(tree, text, 0)
    if not names_in(node):
        raise InputRefused.of("formula_without_name", formula=text)
    return node


def names_in(node: Node) -> frozenset[str]:
    """Return the series and accounts that a formula reads."""
    return frozenset(part.name for part in _walk(node) if isinstance(part, Name))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Operation):
        yield from _walk(node.left)
        yield from _walk(node.right)
    elif isinstance(node, Call):
        yield from _walk(node.part)


def _read(tree: ast.AST, text: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise InputRefused.of("formula_too_long", length=depth, most=MAX_DEPTH)
    if isinstance(tree, ast.Constant):
        return Number(_read_number(tree, text))
    if isinstance(tree, ast.Name):
        return Name(tree.id)
    if isinstance(tree, ast.Attribute) and (dotted := _read_dotted(tree)):
        return Name(dotted)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        part = _read(tree.operand, text, depth + 1)
        return Operation("*", Number(-1.0), part) if isinstance(tree.op, ast.USub) else part
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
        sides = (_read(side, text, depth + 1) for side in (tree.left, tree.right))
        return Operation(_OPERATORS[type(tree.op)], *sides)
    if isinstance(tree, ast.Call):
        return _read_call(tree, text, depth)
    raise _refuse(tree, text)


def _read_dotted(tree: ast.Attribute) -> str:
    """Return the name of a figure of this system; empty for any other name with dots."""
    if isinstance(tree.value, ast.Name) and tree.value.id == ACCOUNTS:
        return f"{ACCOUNTS}.{tree.attr}"
    inner = tree.value
    if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == REGISTERS:
        return f"{REGISTERS}.{inner.attr}.{tree.attr}"
    return ""


def _read_call(tree: ast.Call, text: str, depth: int) -> Node:
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    wanted = 2 if name in WITH_YEAR else 1
    if name not in FUNCTIONS or tree.keywords or len(tree.args) != wanted:
        raise _refuse(tree, text)
    part = _read(tree.args[0], text, depth + 1)
    if name not in WITH_YEAR:
        return Call(name, part)
    year = tree.args[1].value if isinstance(tree.args[1], ast.Constant) else None
    if not isinstance(year, int) or isinstance(year, bool) or year not in YEARS:
        raise _refuse(tree.args[1], text)
    return Call(name, part, year)


def _read_number(tree: ast.Constant, text: str) -> float:
    try:
        number = float(tree.value) if type(tree.value) in (int, float) else math.nan  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _refuse(tree, text)
    return number


def _refuse(tree: ast.AST, text: str) -> DafengError:
    part = ast.get_source_segment(text.strip(), tree) or text
    return InputRefused.of(
        "formula_part_unknown",
        formula=text,
        part=part[:80],
        known=KnownNames([*FUNCTIONS, "+", "-", "*", "/"]),
    )
