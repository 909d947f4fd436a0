"""What one register says of another one, of the pack and of itself: links, held fields, ids, expressions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.errors import DafengError, Finding, Place
from dafeng.register.expression_compile import (
    Compiled,
    CompiledMeasure,
    compile_expression,
    compile_formula,
    compile_measure,
)
from dafeng.register.expression_units import PLAIN, check_unit
from dafeng.register.fields import unfit
from dafeng.register.schema import link_fields, linked_registers
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Measure, Register

DATED = frozenset({"date", "year"})
"""Kinds of field from or to which a row counts."""
LINKED_KEYS = frozenset({"text", "uscc", "integer", "year", "code", "region", "agency", "period", "link"})
"""Kinds of key that a link may hold."""


def check_library(
    library: Library, tables: Mapping[str, pl.DataFrame], files: Mapping[str, str]
) -> list[Finding]:
    """Return everything that does not fit together.

    Parameters
    ----------
    library : Library
        Registers that are sound by themselves.
    tables : mapping of str to polars.DataFrame
        Tables of the pack.
    files : mapping of str to str
        Register -> its file.
    """
    found = []
    for register in library.registers.values():
        links = [*_check_vocabularies(register), *_check_links(register, library)]
        if not links:
            links += _check_expressions(register, library)
        for finding in [*links, *_check_ids(register, tables)]:
            place = Place(files[register.id], column=finding.place.column)
            found.append(Finding(finding.code, place, finding.params, finding.severity))
    return found + _check_cycles(library, files)


def _fields(register: Register) -> Iterator[tuple[str, RegisterField]]:
    """Yield the key path of every field and the field."""
    for field in register.fields:
        yield f"fields.{field.id}", field
    for child in register.lists:
        for field in child.fields:
            yield f"lists.{child.id}.{field.id}", field


def _check_vocabularies(register: Register) -> Iterator[Finding]:
    known = terms.vocabularies()
    for path, field in _fields(register):
        if field.vocabulary and field.vocabulary not in known:
            yield _unknown(f"{path}.vocabulary", field.vocabulary, "terms", known)
        yield from _check_unit(f"{path}.unit", field.unit)
    for part, items in (("formulas", register.formulas), ("measures", register.measures)):
        for item in items:
            yield from _check_unit(f"{part}.{item.id}.unit", item.unit)
    roles = terms.codes("access_role")
    named = [(f"access.{i}.role", rule.role) for i, rule in enumerate(register.access, 1)]
    named += [(f"transitions.{step.id}.roles", role) for step in register.transitions for role in step.roles]
    yield from (_unknown(path, role, "access_role", roles) for path, role in named if role not in roles)


def _check_unit(path: str, unit: str) -> Iterator[Finding]:
    try:
        check_unit(unit or PLAIN)
    except DafengError as error:
        yield from _placed(error, path)


def _unknown(path: str, value: str, table: str, known: object) -> Finding:
    params = {"value": value, "table": table, "suggestion": Suggestion(value, known)}  # type: ignore[arg-type]
    return Finding("register_id_unknown", Place(column=path), params)


def _placed(error: DafengError, path: str) -> Iterator[Finding]:
    for finding in error.findings:
        yield Finding(finding.code, Place(column=path), finding.params)


def _check_links(register: Register, library: Library) -> Iterator[Finding]:
    for path, field in _fields(register):
        if field.kind != "link":
            continue
        target = library.registers.get(field.link)
        if target is None:
            yield _unknown(f"{path}.link", field.link, "registers", library.registers)
        elif len(target.key) != 1 or target.field(target.key[0]).kind not in LINKED_KEYS:
            zh = f"台账 {target.id} 的主键不是单个编码，不能被链接"
            en = f"the key of {target.id} is not one code, so nothing can link to it"
            yield unfit(f"{path}.link", zh, en, field.id)
    for field in register.fields:
        if field.held_in:
            yield from _check_held(register, library, field)


def _check_held(register: Register, library: Library, field: RegisterField) -> Iterator[Finding]:
    path = f"fields.{field.id}.held_in"
    link, _, name = field.held_in.partition(".")
    target = library.registers.get(link_fields(register).get(link, ""))
    if target is None:
        if link not in link_fields(register):
            yield unfit(path, f"{link} 不是链接字段", f"{link} is no field of kind link", field.id)
        return
    held = {other.id: other for other in target.fields}.get(name)
    if held is None:
        yield _unknown(path, name, target.id, [other.id for other in target.fields])
    elif held.held_in:
        yield unfit(path, "所指字段本身取自他处，请直接链接到原台账",
                    "that field is itself held elsewhere: link to where it is held", field.id)  # fmt: skip
    elif (held.kind, held.unit) != (field.kind, field.unit):
        zh = f"类型和单位须与 {target.id}.{name} 相同（{held.kind} {held.unit}）"
        en = f"kind and unit must be those of {target.id}.{name} ({held.kind} {held.unit})"
        yield unfit(path, zh, en, field.id)


def _check_cycles(library: Library, files: Mapping[str, str]) -> list[Finding]:
    """Return registers that link in a circle: no row of either could be entered first."""
    links = {
        register.id: {target for target in linked_registers(register) if target != register.id}
        for register in library.registers.values()
    }
    left = {name: targets & set(links) for name, targets in links.items()}
    while True:
        free = {name for name, targets in left.items() if not targets}
        if not free:
            break
        left = {name: targets - free for name, targets in left.items() if name not in free}
    circle = {name for name in left if any(name in targets for targets in left.values())}
    return [
        Finding(
            "register_cycle", Place(files[name], column="fields"), {"registers": ", ".join(sorted(circle))}
        )
        for name in sorted(circle)
    ]


def _check_ids(register: Register, tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """Yield ids that no table of the pack holds."""
    wanted = [
        ("system_ids", register.system_ids, "systems", "system_id"),
        ("clause_ids", register.clause_ids, "clauses", "clause_id"),
        ("target_ids", register.target_ids, "targets", "target_id"),
        ("lead_agency", (register.lead_agency,), "agencies", "agency_id"),
        ("basis.source_id", (register.basis.source_id,), "sources", "source_id"),
        *(
            (f"measures.{measure.id}.indicator_ids", measure.indicator_ids, "indicators", "indicator_id")
            for measure in register.measures
        ),
    ]
    for path, values, table, column in wanted:
        if table in tables:
            known = set(tables[table][column])
            yield from (_unknown(path, v, table, known) for v in values if v and v not in known)


def _check_expressions(register: Register, library: Library) -> Iterator[Finding]:
    """Yield expressions that cannot be read, make no sense, or do not give what is needed."""
    for formula in register.formulas:
        yield from _tried(f"formulas.{formula.id}.expr", partial(compile_formula, formula, register, library))
    conditions = [
        *((f"rules.{rule.id}.expr", rule.expr) for rule in register.rules),
        *((f"alerts.{alert.id}.expr", alert.expr) for alert in register.alerts),
        *((f"transitions.{step.id}.when", step.when) for step in register.transitions if step.when),
    ]
    for path, text in conditions:
        yield from _tried(path, partial(compile_expression, text, register, library), "boolean")
    for measure in register.measures:
        yield from _check_measure(measure, register, library)


def _tried(path: str, make: Callable[[], Compiled | CompiledMeasure], kind: str = "") -> Iterator[Finding]:
    try:
        made = make()
    except DafengError as error:
        yield from _placed(error, path)
    else:
        if kind and isinstance(made, Compiled) and made.kind != kind:
            yield unfit(path, "应为条件（真或假）", "must be a condition, true or false", made.text)


def _check_measure(measure: Measure, register: Register, library: Library) -> Iterator[Finding]:
    path = f"measures.{measure.id}"
    dated = [
        ("start", measure.start, measure.kind == "stock", DATED),
        ("end", measure.end, False, DATED),
        ("date", measure.date, measure.kind == "flow", DATED | {"period"}),
    ]
    sound = True
    for key, name, needed, kinds in dated:
        for finding in _check_dated(f"{path}.{key}", name, needed=needed, kinds=kinds, register=register):
            sound = False
            yield finding
    if measure.by_region and not register.region:
        yield unfit(f"{path}.by_region", "台账没有地区字段", "the register has no region", measure.id)
    if sound:
        yield from _tried(path, partial(compile_measure, measure, register, library))


def _check_dated(
    path: str, name: str, *, needed: bool, kinds: frozenset[str], register: Register
) -> Iterator[Finding]:
    """Yield what is wrong with the field that dates the rows of a figure."""
    known: dict[str, str] = {field.id: field.kind for field in register.fields}
    known |= {formula.id: formula.kind for formula in register.formulas}
    if path.endswith(".date"):
        known |= {f"{child.id}.{f.id}": f.kind for child in register.lists for f in child.fields}
    if not name:
        if needed:
            yield unfit(path, "此类指标须写明", "this kind of figure needs it", path.split(".")[1])
    elif name not in known:
        yield _unknown(path, name, register.id, known)
    elif known[name] not in kinds:
        yield unfit(path, f"应为 {'、'.join(sorted(kinds))} 类字段",
                    f"must be a field of kind {', '.join(sorted(kinds))}", name)  # fmt: skip
