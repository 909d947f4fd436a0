"""The close-out of a plan period (终期评估) as a document; figures come from tables, with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.cities import closeout
from dafeng.cities.closeout_tables import (
    adjusted_table,
    counts_table,
    due_table,
    evaluation_table,
    name_rules,
    outlook_table,
    unjudged_table,
)
from dafeng.cities.facts import SourceMarks
from dafeng.cities.notice_document import list_sources, name_target
from dafeng.document import Attachment, OfficialDocument, Paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.cities.closeout import DueTarget, PlanPeriod
    from dafeng.cities.facts import Facts
    from dafeng.cities.wording import Wording
    from dafeng.document import Part

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CloseoutCase:
    """What the sections of a close-out share."""

    facts: Facts
    period: PlanPeriod
    wording: Wording
    marks: SourceMarks
    due: Sequence[DueTarget]


def compose_closeout(
    facts: Facts, period: PlanPeriod, wording: Wording, *, plan_document: str = ""
) -> OfficialDocument:
    """Return the close-out of a period.

    Parameters
    ----------
    facts : Facts
        With ``plan.*`` and ``tracking.verdicts``; warnings and results of an evaluation where they were made.
    period : PlanPeriod
    wording : Wording
    plan_document : str
        Id of the document that is closed out.

    Returns
    -------
    OfficialDocument
    """
    case = CloseoutCase(facts, period, wording, SourceMarks(facts), closeout.list_due(facts, period))
    plan = facts.documents.get(plan_document, {})
    span = {"first": period.first, "last": period.last}
    number = wording.say("plan.number", number=plan["number"]) if plan.get("number") else ""
    parts: list[Part] = [
        Paragraph(
            wording.say(
                "closeout.opening", plan=wording.name(plan, "title"), number=number,
                day=wording.day(facts.as_of), **span,
            )
        ),
        *_head("result", case), *_result(case),
        *_outcome("met", case), *_outcome("missed", case),
        *_head("unjudged", case), *_unjudged(case),
        *_head("scope", case), *_scopes(case),
        *_head("adjusted", case), *_adjusted(case),
        *_head("outlook", case), *_outlook(case),
        *_head("bodies", case), *_bodies(case),
    ]  # fmt: skip
    every = wording.say("closeout.every")
    attachments = [Attachment(every, (due_table("", case.due, case),))] if case.due else []
    attachments.append(list_sources(case.marks, wording))
    return OfficialDocument(
        kind="closeout", language=wording.language, parts=tuple(parts), attachments=tuple(attachments),
        title=wording.say("closeout.title", region=wording.name(facts.regions[facts.region]), **span),
        number=wording.say("number.open"), signer=wording.say("signer.open"), date=wording.say("date.open"),
    )  # fmt: skip


def _head(name: str, case: CloseoutCase) -> list[Part]:
    return [Paragraph(case.wording.say(f"closeout.head.{name}"), "heading")]


def _result(case: CloseoutCase) -> list[Part]:
    say, count = case.wording.say, closeout.count_outcomes("", case.due)
    parts: list[Part] = []
    if count.total:
        share = case.wording.amount(round(100 * (count.met + count.missed) / count.total, 1), "%")
        parts.append(
            Paragraph(
                say(
                    "closeout.result", total=count.total, met=count.met, missed=count.missed,
                    unjudged=count.unjudged, adjusted=count.adjusted, share=share,
                )
            )
        )  # fmt: skip
    else:
        parts.append(Paragraph(say("closeout.result_none")))
    repeated = len(closeout.list_repeated(case.facts, case.period))
    if repeated:
        parts.append(Paragraph(say("closeout.repeated", count=repeated)))
    parts.append(Paragraph(say("closeout.undated", count=len(closeout.list_undated(case.facts)))))
    if count.total:
        names = {row: case.wording.term("sector", row) for row in {d.target["sector"] for d in case.due}}
        fields = closeout.count_fields(case.due)
        title = say("closeout.table.fields")
        parts.append(counts_table((title, say("column.field")), fields, names, case.wording, total=True))
    return parts


def _outcome(outcome: str, case: CloseoutCase) -> list[Part]:
    due = [each for each in case.due if each.outcome == outcome]
    if not due:
        return [*_head(outcome, case), Paragraph(case.wording.say("closeout.none"))]
    title = case.wording.say(f"closeout.table.{outcome}")
    return [*_head(outcome, case), due_table(title, due, case)]


def _unjudged(case: CloseoutCase) -> list[Part]:
    """List what cannot be judged by its cause: one table a verdict, the most frequent first."""
    due = [each for each in case.due if each.outcome == "unjudged"]
    if not due:
        return [Paragraph(case.wording.say("closeout.none"))]
    groups: dict[str, list[DueTarget]] = {}
    for each in due:
        groups.setdefault(each.verdict["verdict"], []).append(each)
    parts: list[Part] = [Paragraph(case.wording.say("closeout.unjudged", count=len(due)))]
    for verdict, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        name = case.wording.term("verdict", verdict)
        title = case.wording.say("closeout.table.unjudged", verdict=name, count=len(members))
        parts.append(unjudged_table(title, members, case))
    return parts


def _scopes(case: CloseoutCase) -> list[Part]:
    noted = closeout.list_scope_notes(case.due)
    said = [
        case.wording.say(
            "closeout.scope_line", name=name_target(case.facts, each.target, case.wording),
            scope=case.wording.name(each.target, "scope") or case.wording.name(each.verdict, "why"),
        )
        for each in noted
    ]  # fmt: skip
    return [Paragraph(text, "note") for text in said] or [Paragraph(case.wording.say("closeout.scope_none"))]


def _adjusted(case: CloseoutCase) -> list[Part]:
    rows = closeout.list_adjusted(case.facts)
    return [adjusted_table(rows, case)] if rows else [Paragraph(case.wording.say("closeout.none"))]


def _outlook(case: CloseoutCase) -> list[Part]:
    say, targets = case.wording.say, closeout.list_outlook(case.facts, case.period)
    if not case.facts.has("tracking.warnings"):
        behind = [
            case.wording.name(target)
            for target in targets
            if case.facts.verdicts[target["target_id"]]["verdict"] == "off_track"
        ]
        names = case.wording.listed(behind) or say("closeout.none")
        return [Paragraph(say("closeout.outlook_none", names=names))]
    if not targets:
        return [Paragraph(say("closeout.none"))]
    return [Paragraph(say("closeout.outlook", last=case.period.last)), outlook_table(targets, case)]


def _bodies(case: CloseoutCase) -> list[Part]:
    say, facts = case.wording.say, case.facts
    bodies = closeout.count_bodies(facts, case.due)
    parts: list[Part] = []
    if bodies:
        names = {row.group: case.wording.name(facts.agencies[row.group]) for row in bodies}
        captions = (say("closeout.table.bodies"), say("column.unit_name"))
        parts += [Paragraph(say("closeout.bodies")), counts_table(captions, bodies, names, case.wording)]
    cities = closeout.count_cities(facts, case.due)
    if cities:
        names = {row.group: case.wording.name(facts.regions[row.group]) for row in cities}
        captions = (say("closeout.table.cities"), say("column.city"))
        parts.append(counts_table(captions, cities, names, case.wording))
    blank = [case.wording.name(row) for row in closeout.list_blank_cities(facts, case.due)]
    if blank:
        parts.append(Paragraph(say("closeout.cities_blank", cities=case.wording.listed(blank))))
    return [*parts, *_evaluations(facts.rows("evaluation.results"), case)]


def _evaluations(results: Sequence[Row], case: CloseoutCase) -> list[Part]:
    """Return the results of each rule pack and year; one without any figure as one sentence."""
    say, listed = case.wording.say, case.wording.listed
    if not results:
        return [Paragraph(say("closeout.evaluation_none"))]
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in results:
        if row["subject_kind"] == "informed":  # gets letters and stands in no table of an evaluation
            continue
        groups.setdefault((row["rule_pack"], row["year"]), []).append(row)
    parts: list[Part] = []
    for (pack, year), rows in groups.items():
        if all(row["outcome"] == "no_figures" for row in rows):
            names = listed(case.wording.name(row) for row in rows)
            params = {"rules": name_rules(case, pack), "year": year, "count": len(rows), "subjects": names}
            parts.append(Paragraph(say("closeout.unscored", **params)))
        else:
            parts.append(evaluation_table(rows, case))
    return parts
