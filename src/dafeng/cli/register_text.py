"""A register and a row in words for the terminal, and as facts for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.cli.output import language
from dafeng.cli.register_options import heading_of, headings_of, language_of
from dafeng.cli.register_words import draw_words, names_of_kinds, tell_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dafeng.app.register_show import Link, RegisterView, RowView
    from dafeng.register.library import Library

SYSTEM_SHOWN = ("row_id", "version", "state", "source", "grade", "created_by", "changed_by", "changed_at")


def say(zh: str, en: str) -> str:
    """Return the words in the language of the terminal."""
    return en if language() == "en" else zh


def register_facts(view: RegisterView) -> dict[str, Any]:
    """Return a register for programs."""
    return {
        "register": view.register.model_dump(mode="json"), "grants": view.grants.to_dicts(),
        "allowed": list(view.allowed), "pointing": list(view.pointing),
    }  # fmt: skip


def describe_register(view: RegisterView, library: Library) -> str:
    """Return a register in words: purpose, basis, fields, steps, rules, rights."""
    import polars as pl

    from dafeng.app.register_list import list_fields
    from dafeng.register.contracts import RegisterFields

    one = view.register
    about = say(one.about_zh, one.about_en)
    lines = [
        f"{one.id}  {one.zh} / {one.en}  ({say('版次', 'edition')} {one.edition})", about,
        f"{say('依据', 'basis')}: {say(one.basis.zh, one.basis.en)} {one.basis.document}",
        (f"{say('系统', 'systems')}: {', '.join(one.system_ids) or '—'}   "
        f"{say('条款', 'clauses')}: {', '.join(one.clause_ids) or '—'}   "
        f"{say('牵头', 'lead')}: {_lead(one.lead_agency, library)}"),
        f"{say('主键', 'key')}: {' / '.join(one.key)}",
        f"{say('被引用', 'pointed to by')}: {', '.join(view.pointing) or '—'}",
        _tell_form(view),
    ]  # fmt: skip
    choices = {
        (part, field.id): "; ".join(f"{choice.code} {say(choice.zh, choice.en)}" for choice in field.choices)
        for part, members in (("row", one.fields), *((child.id, child.fields) for child in one.lists))
        for field in members
    }
    fields = list_fields(library, one.id)
    told = [
        choices.get((part, name)) or codes or expr
        for part, name, codes, expr in fields.select("part", "field_id", "codes", "expr").iter_rows()
    ]
    fields = fields.with_columns(pl.Series("codes", told, dtype=pl.String))
    columns = ("part", "field_id", say("name_zh", "name_en"), "kind", "unit", "required", "codes")
    lines.append(draw_words(fields, RegisterFields, columns, names_of_kinds()).rstrip())
    lines += [f"{say('状态', 'states')}: {' · '.join(f'{s.code} {say(s.zh, s.en)}' for s in one.states)}"]
    lines += [
        f"{say('步骤', 'step')} {step.id} {say(step.zh, step.en)}: {', '.join(step.sources)} → {step.target} "
        f"[{', '.join(terms.name('access_role', role, language_of()) for role in step.roles)}]{_needs(step)}"
        for step in one.transitions
    ]  # fmt: skip
    lines += [f"{say('规则', 'rule')} {rule.id}: {rule.expr}  {say(rule.zh, rule.en)}" for rule in one.rules]
    lines += [
        f"{say('提醒', 'alert')} {alert.id}: {alert.expr}  {say(alert.zh, alert.en)}" for alert in one.alerts
    ]
    lines += [f"{say('指标', 'figure')} {m.id} [{m.unit}]: {m.expr}  {say(m.zh, m.en)}" for m in one.measures]
    lines += [f"{say('您可以', 'you may')}: {_actions(view.allowed)}"]
    return "\n".join(line for line in lines if line) + "\n"


def _lead(agency: str, library: Library) -> str:
    names = library.pack_kinds["agency"].names
    return f"{say(*names[agency])} ({agency})" if agency in names else agency or "—"


def _tell_form(view: RegisterView) -> str:
    form = view.register.form
    parts = (form.number, form.issuer, form.approval, form.valid_until)
    if not all(parts):
        return say(
            "对外发放: 否（表号、制定机关、文号、有效期不全）",
            "may be sent to outsiders: no (form data incomplete)",
        )
    return f"{say('对外发放', 'form')}: {' · '.join(parts)}"


def _needs(step: Any) -> str:
    parts = [f"{say('须填', 'needs')} {', '.join(step.requires)}"] if step.requires else []
    told = ((step.evidence, say("须附件", "evidence")), (step.reason, say("须理由", "reason")),
            (step.other_person, say("须他人", "second person")), (bool(step.when), step.when))  # fmt: skip
    parts += [words for wanted, words in told if wanted]
    return f"  {'; '.join(parts)}" if parts else ""


def _actions(actions: Sequence[str]) -> str:
    known = terms.codes("access_action")
    said = [terms.name("access_action", one, language_of()) if one in known else one for one in actions]
    return say("、", ", ").join(said) or "—"


def row_facts(view: RowView) -> dict[str, Any]:
    """Return a row for programs."""
    from dataclasses import asdict

    steps = [
        {"step": one.step.id, "target": one.step.target, "open": not one.findings,
         "against": [{"code": f.code, "zh": f.text("zh"), "en": f.text("en")} for f in one.findings]}
        for one in view.steps
    ]  # fmt: skip
    return {
        "register": view.register.id, "row": dict(view.row), "hidden": list(view.hidden), "steps": steps,
        "allowed": list(view.allowed), "attachments": view.attachments.to_dicts(),
        "links": [asdict(link) for link in view.links], "pointing": [asdict(one) for one in view.pointing],
    }  # fmt: skip


def describe_row(view: RowView, library: Library) -> str:
    """Return a row in words: values, lists, steps, files, links to and from it."""
    one, row, heads = view.register, view.row, headings_of(view.register)
    lines = [f"{one.zh} / {one.en}: {row.get(one.label) or row['row_id']}"]
    if row["withdrawn"]:
        lines.append(say("已撤下", "withdrawn"))
    for name in (*SYSTEM_SHOWN, *(f.id for f in one.fields), *(f.id for f in one.formulas)):
        value = say("（受限）", "(restricted)") if name in view.hidden else _value(view, library, name)
        lines.append(f"  {heads.get(name, name)}: {value}")
    for child in one.lists:
        rows = row.get(child.id) or []
        lines.append(f"  {say(child.zh, child.en)}: {len(rows)}")
        named = {field.id: heading_of(say(field.zh, field.en), field.unit) for field in child.fields}
        for line in rows:
            given = [
                f"{named[name]} {tell_value(value)}" for name, value in line.items() if value is not None
            ]
            lines.append(f"    {' · '.join(given)}")
    lines += [
        f"{say('步骤', 'step')} {o.step.id} {say(o.step.zh, o.step.en)}: {_tell_step(o.findings)}"
        for o in view.steps
    ]
    lines += [f"{say('您可以', 'you may')}: {_actions(view.allowed)}"]
    for file in view.attachments.iter_rows(named=True):
        down = say("  已撤下", "  taken down") if file["withdrawn"] else ""
        lines.append(
            f"{say('附件', 'file')} {file['name']} {file['size_bytes']} B sha256 {file['sha256'][:12]}… "
            f"{file['actor']} {file['at']} {file['purpose'] or ''}{down}"
        )
    for link in view.links:
        lines += list(_tell_link(link, 0))
    for other in view.pointing:
        called = ", ".join(label for _, label in other.rows[:5])
        lines.append(f"← {other.register_id}.{other.field}: {other.total} ({called})")
    return "\n".join(lines) + "\n"


def _value(view: RowView, library: Library, name: str) -> str:
    value = view.row.get(name)
    if value is None:
        return "—"
    if name == "state":
        state = next(s for s in view.register.states if s.code == value)
        return f"{value} {say(state.zh, state.en)}"
    field = next((f for f in view.register.fields if f.id == name), None)
    vocabulary = library.vocabulary(view.register.id, field) if field is not None else None
    if vocabulary is not None:
        number = 1 if language() == "en" else 0
        codes = str(value).split(";") if field is not None and field.kind == "codes" else [str(value)]
        return "; ".join(
            f"{code} {vocabulary.names[code][number]}" if code in vocabulary.names else code for code in codes
        )
    return tell_value(value)


def _tell_step(findings: Sequence[Any]) -> str:
    if not findings:
        return say("可办理", "open to you")
    return "; ".join(finding.text(language_of()) for finding in findings)


def _tell_link(link: Link, depth: int) -> Iterator[str]:
    label = say(link.label_zh, link.label_en)
    called = "" if label == link.key else f" {label}"
    yield f"{'  ' * depth}→ {link.field}: {link.target} {link.key}{called}"
    for further in link.links:
        yield from _tell_link(further, depth + 1)
