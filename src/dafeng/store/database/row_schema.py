"""Which stored columns of a register are for few eyes, and in which ones words are searched."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dafeng.register.expression import names_in, parse_expression
from dafeng.register.schema import schema_of

if TYPE_CHECKING:
    from dafeng.register.model import Register

SEARCHED_KINDS = frozenset({"text", "uscc", "link"})


@lru_cache(maxsize=512)
def restricted_columns(register: Register) -> frozenset[str]:
    """Return the columns for who may ``see_restricted``: fields so marked, and formulas over them."""
    hidden = {field.id for field in register.fields if field.restricted}
    for formula in register.formulas:
        if any(name.path[0] in hidden for name in names_in(parse_expression(formula.expr))):
            hidden.add(formula.id)
    return frozenset(hidden & set(schema_of(register)))


@lru_cache(maxsize=512)
def searched_columns(register: Register) -> tuple[str, ...]:
    """Return the columns in which words are searched: label, key and texts that everybody may see."""
    wanted = dict.fromkeys((register.label, *register.key))
    wanted |= dict.fromkeys(field.id for field in register.fields if field.kind in SEARCHED_KINDS)
    stored, hidden = schema_of(register), restricted_columns(register)
    return tuple(name for name in wanted if name in stored and name not in hidden)
