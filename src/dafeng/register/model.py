"""A register (台账) as data: fields, lists, formulas, rules, lifecycle, figures, rights, legal basis.

One file is one register; tables, templates, checks and pages follow from it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dafeng.errors import Finding, Place
from dafeng.register.fields import (
    TAKEN,
    Child,
    Identifier,
    Record,
    RegisterField,
    Words,
    is_taken,
    raise_defects,
    repeated,
    unfit,
)
from dafeng.table import Suggestion

Expression = Annotated[str, Field(min_length=1, max_length=400)]
"""A formula of :mod:`dafeng.register.expression`."""
RowAction = Literal[
    "see",
    "see_restricted",
    "add",
    "edit",
    "import",
    "export",
    "correct",
    "undo",
    "withdraw",
    "attach",
    "send",
]
"""What may be done with the rows of a register beside its transitions."""


class LegalBasis(Record):
    """Why the register may be kept."""

    zh: Words
    """In our own words, Chinese."""
    en: Words
    """In our own words, English."""
    document: str = ""
    """Number of the document."""
    source_id: str = ""
    """Source of the pack."""


class FormInfo(Record):
    """What a form for outsiders must print; without any of it the form cannot be sent."""

    number: str = ""
    """表号."""
    issuer: str = ""
    """制定机关."""
    approval: str = ""
    """批准或备案文号."""
    valid_until: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}(-[0-9]{2})?)?$")] = ""
    """有效期至: 2027-06 or 2027-06-30."""


class Formula(Record):
    """A computed field."""

    id: Identifier
    """Name of the column."""
    zh: Words
    """Chinese name."""
    en: Words
    """English name."""
    unit: str = "1"
    """Unit of the result; the units of the formula are converted into it."""
    expr: Expression
    """Over the row and its lists."""
    kind: Literal["number", "integer", "boolean", "text", "date"] = "number"
    """What it gives; an integer is rounded, half away from zero."""


class Rule(Record):
    """What must hold for every row."""

    id: Identifier
    """Name of the rule."""
    expr: Expression
    """True where the row is good; a missing value judges nothing."""
    severity: Literal["error", "warning"] = "error"
    """An error refuses the row, a warning is told."""
    zh: Words
    """What is wrong and how to mend it, Chinese."""
    en: Words
    """What is wrong and how to mend it, English."""
    field: str = ""
    """Field whose cell is marked; empty: the row."""
    states: tuple[Identifier, ...] = ()
    """Only rows in these states; empty: all."""


class Alert(Record):
    """What somebody should look at (a deadline that comes near), as of a day."""

    id: Identifier
    """Name of the alert."""
    expr: Expression
    """True where the alert is up; may use ``today``."""
    level: Literal["red", "amber", "note"] = "amber"
    """How urgent."""
    zh: Words
    """Chinese text."""
    en: Words
    """English text."""


class State(Record):
    """A state of the lifecycle."""

    code: Identifier
    """What is stored."""
    zh: Words
    """Chinese name."""
    en: Words
    """English name."""
    final: bool = False
    """Nothing may be edited any more."""
    open_to: tuple[Identifier, ...] = ()
    """Only these roles, and who may ``correct`` the row, still change it; empty: whoever may edit it."""


class Transition(Record):
    """A step from one state to another."""

    id: Identifier
    """Name of the step; as an action it is called ``step.<id>``."""
    zh: Words
    """Chinese name."""
    en: Words
    """English name."""
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """States from which it may be taken."""
    target: Identifier
    """State after it."""
    roles: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Roles that may take it."""
    requires: tuple[Identifier, ...] = ()
    """Fields that must be filled."""
    when: str = ""
    """Expression that must hold."""
    evidence: bool = False
    """At least one attachment must be there."""
    reason: bool = False
    """A reason must be given (returning, rejecting, blocking)."""
    other_person: bool = False
    """Who last edited the row, or took the step before, may not take it (review by a second person)."""
    not_maker: bool = False
    """With ``other_person``: nor may who made the row, whatever others did with it since."""


class Measure(Record):
    """A figure over the rows (a derived indicator)."""

    id: Identifier
    """Name of the figure."""
    zh: Words
    """Chinese name."""
    en: Words
    """English name."""
    unit: str
    """Its unit."""
    expr: Expression
    """Over rows: ``sum(x)``, ``sum(x, condition)``, ``count()``, ``mean``, ``min``, ``max``, arithmetic."""
    rows: str = ""
    """Expression that chooses rows; empty: all that are not withdrawn."""
    kind: Literal["stock", "flow", "current"] = "current"
    """``stock``: rows at a year's end (``start``, ``end``); ``flow``: dated in a year; ``current``: today."""
    start: str = ""
    """Date or year field from which a row counts (stock)."""
    end: str = ""
    """Date or year field from which it no longer counts (stock); empty: for good."""
    ended: tuple[Identifier, ...] = ()
    """States in which ``end`` holds, so that a day entered before it is accepted ends nothing; empty: all."""
    waiting: tuple[Identifier, ...] = ()
    """States in which a row of ``rows`` is not verified yet: it is left out and told, never passed over."""
    date: str = ""
    """Date, year or period field (flow); ``list.field`` for lines of a list."""
    by_region: Literal["", "city", "county"] = ""
    """Also for every region of this level."""
    indicator_ids: tuple[str, ...] = ()
    """Indicators of the pack whose scope is the same."""
    scope_zh: str = ""
    """Scope, Chinese."""
    scope_en: str = ""
    """Scope, English."""


class Access(Record):
    """What a role may do with the rows."""

    role: Identifier
    """Role of the vocabulary ``access_role``."""
    actions: Annotated[tuple[RowAction, ...], Field(min_length=1)]
    """Actions."""
    region: Literal["all", "own"] = "all"
    """``own``: rows whose region lies in that of the member."""
    agency: Literal["all", "own"] = "all"
    """``own``: rows whose agency is that of the member."""
    rows: Literal["all", "own"] = "all"
    """``own``: rows that the member made."""


class Duplicates(Record):
    """Which rows may be the same thing under two names."""

    exact: tuple[tuple[Identifier, ...], ...] = ()
    """Groups of fields of which equal values are a duplicate (error)."""
    similar: tuple[Identifier, ...] = ()
    """Name fields compared after the words of legal form, brackets and blanks are taken away (warning)."""
    within: tuple[Identifier, ...] = ()
    """Names are compared only between rows that agree here."""


class Register(Record):
    """A whole register."""

    id: Identifier
    """Name; equals the name of the file."""
    zh: Words
    """Chinese name."""
    en: Words
    """English name."""
    edition: Annotated[int, Field(ge=1)] = 1
    """Edition of the definition; a change of fields counts it up."""
    kind: Literal["list", "project", "case", "plan", "account", "task", "form"] = "list"
    """What its rows are."""
    about_zh: str = ""
    """What it is for, Chinese."""
    about_en: str = ""
    """What it is for, English."""
    system_ids: tuple[str, ...] = ()
    """Systems of the plan that it serves."""
    clause_ids: tuple[str, ...] = ()
    """Clauses of the plan."""
    target_ids: tuple[str, ...] = ()
    """Targets that its measures speak of."""
    lead_agency: str = ""
    """Agency of the pack that keeps it."""
    basis: LegalBasis
    """Legal basis."""
    form: FormInfo = FormInfo()
    """What a form for outsiders prints."""
    key: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Fields that tell rows apart."""
    label: Identifier
    """Field by which people call a row."""
    region: str = ""
    """Field whose region decides who sees the row."""
    agency: str = ""
    """Field whose agency decides who sees the row."""
    fields: Annotated[tuple[RegisterField, ...], Field(min_length=1, max_length=200)]
    """Fields in the order of the template."""
    lists: tuple[Child, ...] = ()
    """Lists inside a row."""
    formulas: tuple[Formula, ...] = ()
    """Computed fields."""
    rules: tuple[Rule, ...] = ()
    """What must hold."""
    alerts: tuple[Alert, ...] = ()
    """What to look at."""
    states: Annotated[tuple[State, ...], Field(min_length=1)]
    """States; the first one is that of a new row."""
    transitions: tuple[Transition, ...] = ()
    """Steps between them."""
    measures: tuple[Measure, ...] = ()
    """Derived indicators."""
    access: Annotated[tuple[Access, ...], Field(min_length=1)]
    """Who may see and do what."""
    duplicates: Duplicates = Duplicates()
    """What is looked at for rows that stand twice."""

    @property
    def first_state(self) -> str:
        """State of a new row."""
        return self.states[0].code

    @property
    def asked(self) -> tuple[RegisterField, ...]:
        """Fields that a form asks for: all that are not held elsewhere."""
        return tuple(field for field in self.fields if not field.held_in)

    def field(self, name: str) -> RegisterField:
        """Return a field.

        Raises
        ------
        KeyError
            It has no such field.
        """
        for field in self.fields:
            if field.id == name:
                return field
        raise KeyError(name)

    @model_validator(mode="after")
    def _hold_together(self) -> Register:
        raise_defects(_repeated(self) + _dangling(self) + _misused(self))
        return self


def _repeated(register: Register) -> list[Finding]:
    """Return names that stand twice, or that every row has already."""
    columns = [field.id for field in register.fields] + [child.id for child in register.lists]
    columns += [formula.id for formula in register.formulas]
    groups = {
        "fields": columns,
        "rules": [rule.id for rule in register.rules],
        "alerts": [alert.id for alert in register.alerts],
        "states": [state.code for state in register.states],
        "transitions": [step.id for step in register.transitions],
        "measures": [measure.id for measure in register.measures],
    }
    taken = [name for name in columns if is_taken(name)]
    return [finding for path, names in groups.items() for finding in repeated(path, names)] + [
        unfit("fields", *TAKEN, name) for name in taken
    ]


def _dangling(register: Register) -> list[Finding]:
    """Return names that nothing bears: keys, fields of steps and rules, states."""
    fields = [field.id for field in register.fields]
    lists = [child.id for child in register.lists]
    formulas = [formula.id for formula in register.formulas]
    wanted = [
        *(("key", name, fields) for name in register.key),
        ("label", register.label, fields),
        *(("region", name, fields) for name in (register.region,) if name),
        *(("agency", name, fields) for name in (register.agency,) if name),
        *((f"transitions.{step.id}.requires", name, fields + lists)
          for step in register.transitions for name in step.requires),
        *(("duplicates.exact", name, fields) for group in register.duplicates.exact for name in group),
        *(("duplicates.similar", name, fields) for name in register.duplicates.similar),
        *(("duplicates.within", name, fields) for name in register.duplicates.within),
        *((f"rules.{rule.id}.field", rule.field, [*fields, *lists, *formulas])
          for rule in register.rules if rule.field),
        *((f"fields.{f.id}.held_in", f.held_in.split(".")[0], fields) for f in register.fields if f.held_in),
    ]  # fmt: skip
    states = [state.code for state in register.states]
    wanted += [
        (f"transitions.{step.id}", state, states)
        for step in register.transitions
        for state in (*step.sources, step.target)
    ]
    wanted += [(f"rules.{rule.id}.states", state, states) for rule in register.rules for state in rule.states]
    wanted += [(f"measures.{m.id}", code, states) for m in register.measures for code in m.ended + m.waiting]
    return [
        Finding(
            "register_name_unknown", Place(column=path), {"name": name, "suggestion": Suggestion(name, known)}
        )
        for path, name, known in wanted
        if name not in known
    ]


def _misused(register: Register) -> list[Finding]:
    """Return fields whose kind does not fit what they serve for, and steps out of a final state."""
    fields = {field.id: field for field in register.fields}
    found = []
    for name in register.key:
        field = fields.get(name)
        if field and (not field.required or field.kind in {"geometry", "number", "boolean", "codes"}):
            found.append(unfit(
                "key", "主键字段须必填，不能是数值、是否、多选或空间字段",
                "a key field is required and neither a number, a boolean, several codes nor a geometry", name,
            ))  # fmt: skip
    label = fields.get(register.label)
    if label and label.held_in:
        found.append(
            unfit("label", "名称字段不能取自他处", "the label cannot be held elsewhere", register.label)
        )
    for key, name in (("region", register.region), ("agency", register.agency)):
        if name in fields and (fields[name].kind != key or fields[name].held_in):
            found.append(unfit(key, f"应为 {key} 类字段，且不取自他处",
                               f"must be a field of kind {key} of the row itself", name))  # fmt: skip
    for i, grant in enumerate(register.access, 1):
        reaches = {"region": (grant.region, register.region), "agency": (grant.agency, register.agency)}
        for key, (reach, name) in reaches.items():
            if reach == "own" and not name:
                zh, en = f"台账没有写明 {key} 字段，own 无从判断", f"without a field {key} nothing is its own"
                found.append(unfit(f"access.{i}.{key}", zh, en, grant.role))
    final = {state.code for state in register.states if state.final}
    return found + [
        unfit(f"transitions.{step.id}", f"不能离开终态 {state}", f"leaves the final state {state}", step.id)
        for step in register.transitions for state in step.sources if state in final
    ]  # fmt: skip
