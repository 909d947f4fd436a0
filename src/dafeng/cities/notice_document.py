"""Drafts of reminders, interview notices, letters of feedback and circulars, made of the results.

A draft has no number, no date of issue and no seal. Measures that it names are the plan's own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dafeng.cities.facts import SourceMarks
from dafeng.cities.notices import EVERYBODY, notice_rules
from dafeng.document import Attachment, DocumentTable, OfficialDocument, Paragraph

if TYPE_CHECKING:
    from dafeng.cities.facts import Facts
    from dafeng.cities.notices import Notice
    from dafeng.cities.wording import Wording
    from dafeng.document import Part

Row = dict[str, Any]
COMPUTED_DIGITS = 3
"""Digits of a figure that is computed and not published. [1]"""
WHOLE_DIGITS = 6
"""Digits of a schedule or yearly need of :data:`SMALL` and more. [1]"""
SMALL = 100.0
"""Above it a computed figure has :data:`WHOLE_DIGITS`. [1]"""
BEHIND = ("missed", "off_track")
WARNED = ("red", "amber")
NO_LEVEL = "cannot_judge"
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


def compose_notice(
    facts: Facts, notice: Notice, wording: Wording, *, plan_document: str = ""
) -> OfficialDocument:
    """Return the draft of a notice.

    Parameters
    ----------
    facts : Facts
    notice : Notice
    wording : Wording
    plan_document : str
        Id of the document whose targets are checked.

    Returns
    -------
    OfficialDocument
    """
    compose = _compose_circular if notice.kind == "circular" else _compose_letter
    return compose(facts, notice, wording, facts.documents.get(plan_document, {}))


def list_sources(marks: SourceMarks, wording: Wording) -> Attachment:
    """Return the sources that a document cites, numbered as in its text."""
    rows = tuple(
        (f"[{place}]", wording.name(row, "title"), wording.half(row["publisher"]), row["date"] or "—")
        for place, row in marks.cited
    )
    header = tuple(wording.say(f"sources.{name}") for name in ("number", "name", "publisher", "date"))
    title = wording.say("sources.title")
    return Attachment(title, (DocumentTable("", header, rows, (1, 6, 3, 2)),))


def _compose_letter(facts: Facts, notice: Notice, wording: Wording, plan: Row) -> OfficialDocument:
    marks = SourceMarks(facts)
    name = notice.subject.name_zh if wording.language == "zh" else notice.subject.name_en
    parts: list[Part] = [
        Paragraph(_opening(facts, notice, wording, plan)),
        Paragraph(wording.say("head.facts"), "heading"),
    ]
    for place, target_id in enumerate(notice.target_ids):
        head = wording.say(
            "target.head",
            place=_numeral(place, wording),
            name=name_target(facts, facts.targets[target_id], wording),
        )
        parts += [
            Paragraph(head, "subheading"),
            Paragraph(describe_target(facts, target_id, wording, marks)),
        ]
    parts += [
        Paragraph(
            wording.say(
                "evaluation.result", outcome=wording.term("evaluation_outcome", row["outcome"]),
                why=wording.name(row, "why"),
            )
        )
        for row in facts.rows("evaluation.results")
        if row["subject_id"] == notice.subject.subject_id and "evaluation_failed" in notice.triggers
    ]  # fmt: skip
    parts += [Paragraph(wording.say("head.measures"), "heading"), *_measures(facts, notice, wording)]
    closing = "closing.notice" if notice.kind == "interview" else "closing.letter"
    parts += [
        Paragraph(wording.say("head.requests"), "heading"),
        Paragraph(
            wording.say(
                f"{notice.kind}.request", due=wording.say("due.open"), place=wording.say("place.open")
            )
        ),
        Paragraph(wording.say("contact.open")),
        Paragraph(wording.say(closing)),
    ]
    title = wording.say(f"{notice.kind}.title", name=name)
    return _draft(notice, wording, (title, name), parts, (list_sources(marks, wording),))


def describe_target(facts: Facts, target_id: str, wording: Wording, marks: SourceMarks) -> str:
    """Return what is known of a target: goal, figure, schedule, level, verdict, with sources."""
    target, given = facts.targets[target_id], facts.assigned.get(target_id)
    verdict, warning = facts.verdicts.get(target_id), facts.warnings.get(target_id)
    setter = given or target
    said = [
        wording.say(
            "target.goal", goal=say_goal(facts, target, wording),
            year=target["target_year"] or "—",
            document=wording.name(facts.documents[setter["document_id"]], "title"),
            mark=marks.mark(setter["source_id"]),
        ),
        _say_seen(facts, verdict, wording, marks),
    ]  # fmt: skip
    if warning is not None and warning["required"] is not None:
        required = _say_computed(warning["required"], warning["unit"], wording)
        said.append(wording.say("target.required", required=required))
    if warning is not None:
        key = "target.level" if warning["is_official"] else "target.level_analogy"
        said.append(wording.say(key, level=wording.term("warning_level", warning["level"])))
        if warning["needed_per_year"] is not None and warning["level"] in {"red", "amber"}:
            step = "pp" if warning["unit"] == "%" else warning["unit"]
            needed = _say_computed(warning["needed_per_year"], step, wording)
            said.append(wording.say("target.needed", needed=needed))
    if verdict is not None:
        name = wording.term("verdict", verdict["verdict"])
        said.append(wording.say("target.verdict", verdict=name, why=wording.name(verdict, "why")))
    return ("" if wording.language == "zh" else " ").join(said)


def name_target(facts: Facts, target: Row, wording: Wording) -> str:
    """Return the name of a target, with its city or country where that is not the province."""
    name = wording.name(target)
    if target["region"] == facts.region:
        return name
    place = wording.name(facts.regions[target["region"]])
    return f"{place}{name}" if wording.language == "zh" else f"{place}: {name}"


def say_goal(facts: Facts, target: Row, wording: Wording) -> str:
    """Return what a target asks for, with the number that a later document gives it."""
    given = facts.assigned.get(target["target_id"])
    return wording.goal(target, given["value"] if given else None)


def say_outcome(facts: Facts, verdict: Row, wording: Wording) -> str:
    """Return the figure of a verdict with its bound; one that we computed with three digits.

    A figure in another unit than the target is named by its series: a rank is no share.
    """
    value = verdict["observed"]
    series = facts.published_series.get(verdict["series_id"])
    if value is not None and series is None and facts.published_series:
        value = float(f"{value:.{COMPUTED_DIGITS}g}")
    seen = wording.seen(value, verdict["unit"], verdict["bound"])
    if value is None or series is None or _same_unit(facts.targets[verdict["target_id"]], verdict):
        return seen
    name = wording.name(series)
    return f"{seen}（{name}）" if wording.language == "zh" else f"{seen} ({name})"


def _same_unit(target: Row, verdict: Row) -> bool:
    return target["unit"] == verdict["unit"] or target["value"] is None


def _say_computed(value: float, unit: str | None, wording: Wording) -> str:
    """Return a figure that was computed, with as many digits as the explanation of a warning gives it."""
    digits = COMPUTED_DIGITS if abs(value) < SMALL else WHOLE_DIGITS
    return wording.amount(float(f"{value:.{digits}g}"), unit)


def _say_seen(facts: Facts, verdict: Row | None, wording: Wording, marks: SourceMarks) -> str:
    if verdict is None or verdict["observed"] is None:
        return wording.say("target.unseen")
    return wording.say(
        "target.seen", seen=say_outcome(facts, verdict, wording),
        period=wording.period(verdict["period"]), grade=verdict["grade"] or "—",
        mark=marks.mark(verdict["source_id"]),
    )  # fmt: skip


def _measures(facts: Facts, notice: Notice, wording: Wording) -> list[Paragraph]:
    """Return the plan's own measures for the targets, each once; or that there are none."""
    rows = {row["lever_id"]: row for target_id in notice.target_ids for row in facts.measures_of(target_id)}
    said = [
        wording.say(
            "measure.line", name=wording.name(row), parameter=wording.name(row, "parameter"),
            clauses=wording.listed(facts.clauses[each]["label"] for each in row["clause_ids"].split(";")),
        )
        for row in rows.values()
    ]  # fmt: skip
    listed = [*said, wording.say("measure.note")] if said else [wording.say("measure.none")]
    return [Paragraph(text) for text in (*listed, wording.say("measure.frame"))]


def _opening(facts: Facts, notice: Notice, wording: Wording, plan: Row) -> str:
    basis = next(
        (row for row in notice_rules().iter_rows(named=True) if row["rule_id"] in notice.rule_ids), None
    )
    number = plan.get("number") or ""
    keys = {"circular": "circular.opening", "interview": "interview.opening"}
    return wording.say(
        keys.get(notice.kind, "opening"),
        basis=wording.name(basis or notice_rules().row(0, named=True), "basis"),
        plan=wording.name(plan, "title"), number=wording.say("plan.number", number=number) if number else "",
        day=wording.day(facts.as_of),
    )  # fmt: skip


def _compose_circular(facts: Facts, notice: Notice, wording: Wording, plan: Row) -> OfficialDocument:
    marks = SourceMarks(facts)
    region = wording.name(facts.regions[facts.region])
    named = _list_checked(facts, plan)
    own = [each for each in named if facts.targets[each[0]]["kind"] != "parameter"]
    counts = Counter(row["verdict"] for _, row in own)
    listed = wording.listed(_count("verdict", code, n, wording) for code, n in counts.most_common())
    parts: list[Part] = [
        Paragraph(_opening(facts, notice, wording, plan)),
        Paragraph(wording.say("circular.head.all"), "heading"),
        Paragraph(
            wording.say(
                "circular.counts", total=len(own),
                counts=listed,
            )
        ),
        *_say_parameters(len(named) - len(own), wording),
        Paragraph(_say_levels(facts, own, wording)),
        Paragraph(wording.say("circular.head.behind"), "heading"),
        *_behind(facts, own, wording, marks),
        Paragraph(wording.say("circular.head.cities"), "heading"),
        *_say_cities(facts, wording),
        Paragraph(wording.say("circular.head.next"), "heading"),
        Paragraph(wording.say("circular.next", due=wording.say("due.open"))),
    ]  # fmt: skip
    rows = tuple(
        (
            name_target(facts, facts.targets[target_id], wording),
            say_goal(facts, facts.targets[target_id], wording),
            say_outcome(facts, row, wording), wording.period(row["period"]),
            wording.term("verdict", row["verdict"]),
            _say_level(facts.warnings.get(target_id, {}), wording) or "—",
            marks.mark(row["source_id"]),
        )
        for target_id, row in own
    )  # fmt: skip
    names = ("target", "goal", "seen", "period", "verdict", "level", "source")
    header = tuple(wording.say(f"column.{name}") for name in names)
    attached = wording.say("circular.attached")
    table = DocumentTable("", header, rows, (5, 3, 3, 2, 2, 2, 1.5))
    title = wording.say("circular.title", region=region)
    attachments = (Attachment(attached, (table,)), list_sources(marks, wording))
    return _draft(notice, wording, (title, wording.say("everybody")), parts, attachments)


def _behind(
    facts: Facts, own: list[tuple[str, Row]], wording: Wording, marks: SourceMarks
) -> list[Paragraph]:
    """Return one line a target that is missed, off track or of level 1 or 2."""
    found = []
    for target_id, row in own:
        warning = facts.warnings.get(target_id, {})
        warned = warning.get("level") in WARNED
        if row["verdict"] not in BEHIND and not warned:
            continue
        states = [wording.term("verdict", row["verdict"])]
        states += [_say_level(warning, wording)] if warned else []
        target = facts.targets[target_id]
        bodies = wording.listed(wording.name(facts.agencies[each]) for each in facts.bodies_of(target_id))
        found.append(
            wording.say(
                "circular.behind_line", name=name_target(facts, target, wording),
                goal=say_goal(facts, target, wording),
                seen=say_outcome(facts, row, wording), period=wording.period(row["period"]),
                mark=marks.mark(row["source_id"]), state=wording.listed(states), bodies=bodies or "—",
            )
        )  # fmt: skip
    return [Paragraph(text) for text in found or [wording.say("circular.behind_none")]]


def _list_checked(facts: Facts, plan: Row) -> list[tuple[str, Row]]:
    """Return the plan's targets with a verdict, those of the cities, and any other that is behind."""
    cities = {row["code"] for row in facts.cities}
    return [
        (target_id, row)
        for target_id, row in facts.verdicts.items()
        if (target := facts.targets[target_id])["document_id"] == plan.get("document_id")
        or target["region"] in cities
        or (target["region"] == facts.region and row["verdict"] in BEHIND)
    ]


def _say_parameters(count: int, wording: Wording) -> list[Paragraph]:
    return [Paragraph(wording.say("circular.parameters", count=count))] if count else []


def _say_level(warning: Row, wording: Wording) -> str:
    """Return a level of warning, marked where the rule does not name the quantity; empty without one."""
    level = wording.term("warning_level", warning.get("level"))
    if not level or warning["level"] == NO_LEVEL or warning["is_official"]:
        return level
    return wording.say("circular.analogy", level=level)


def _say_levels(facts: Facts, own: list[tuple[str, Row]], wording: Wording) -> str:
    warnings = [facts.warnings[key] for key, _ in own if key in facts.warnings]
    if not warnings:
        return wording.say("circular.levels_none")
    counts = Counter(row["level"] for row in warnings)
    listed = wording.listed(_count("warning_level", code, n, wording) for code, n in counts.most_common())
    official = sum(row["is_official"] and row["level"] != NO_LEVEL for row in warnings)
    return wording.say("circular.levels", counts=listed, official=official)


def _say_cities(facts: Facts, wording: Wording) -> list[Paragraph]:
    """Name the cities with targets of their own, and those about which nothing is published."""
    with_targets = {row["region"] for row in facts.targets.values()}
    seen = {
        facts.targets[key]["region"] for key, row in facts.verdicts.items() if row["observed"] is not None
    }
    named = [wording.name(row) for row in facts.cities if row["code"] in with_targets]
    blank = [wording.name(row) for row in facts.cities if row["code"] not in seen]
    said = []
    if named:
        said.append(wording.say("circular.cities_named", cities=wording.listed(named)))
    if blank:
        said.append(wording.say("circular.cities_blank", cities=wording.listed(blank)))
    return [Paragraph(text) for text in said]


def _draft(
    notice: Notice, wording: Wording, title: tuple[str, str], parts: list[Part],
    attachments: tuple[Attachment, ...],
) -> OfficialDocument:  # fmt: skip
    """Return the draft; what only a person may fill in stays open. ``title`` is (title, addressee)."""
    return OfficialDocument(
        kind=notice.kind, title=title[0], language=wording.language, parts=tuple(parts),
        number=wording.say("number.open"), addressee=title[1], signer=wording.say("signer.open"),
        date=wording.say("date.open"), attachments=attachments,
        copy_to=(wording.say("copy.open"),) if notice.subject.subject_id != EVERYBODY else (),
    )  # fmt: skip


def _count(vocabulary: str, code: str, count: int, wording: Wording) -> str:
    return wording.say("count.item", name=wording.term(vocabulary, code), count=count)


def _numeral(place: int, wording: Wording) -> str:
    return NUMERALS[place] if wording.language == "zh" and place < len(NUMERALS) else str(place + 1)
