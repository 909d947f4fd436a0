"""The yearly assessment report: emissions, targets, warnings, cities and bodies, tasks, scope."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dafeng.document import Attachment, DocumentTable, Paragraph
from dafeng.report.documents.emissions import (
    chart_total,
    list_input_sources,
    tabulate_totals,
    tell_groups,
    tell_published,
    tell_total,
    tell_uncertainty,
)
from dafeng.report.documents.targets import (
    SHOWN,
    list_targets,
    serious,
    tabulate_targets,
    tabulate_warnings,
    tell_targets,
    tell_tasks,
)
from dafeng.report.figures import number

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument, Part
    from dafeng.report.documents.case import DocumentCase, Row
    from dafeng.report.documents.targets import TargetLine

JUDGED = ("met", "missed", "on_track", "off_track")


def compose_yearly(case: DocumentCase) -> OfficialDocument:
    """Return the assessment report of a year.

    Parameters
    ----------
    case : DocumentCase
        With ``tracking.verdicts``; emissions and evaluation are told where the reader may see them.

    Returns
    -------
    OfficialDocument
    """
    say, lines = case.say, list_targets(case)
    period = case.period.text(case.language)
    parts: list[Part] = [
        Paragraph(say("yearly.opening", region=case.region, period=period) + case.say_known()),
        Paragraph(say("yearly.head.emissions"), "heading"),
        *tell_total(case), *chart_total(case), *tabulate_totals(case),
        *tell_groups(case, "sector_groups")[:1],
        Paragraph(say("yearly.head.targets"), "heading"), *tell_targets(case, lines), *_judged(case, lines),
        Paragraph(say("yearly.head.warnings"), "heading"), *_warned(case, lines),
        Paragraph(say("yearly.head.evaluation"), "heading"), *_evaluated(case),
        Paragraph(say("yearly.head.tasks"), "heading"), *tell_tasks(case),
        Paragraph(say("yearly.head.scope"), "heading"), *tell_published(case)[:1], *tell_uncertainty(case),
        Paragraph(say("scope", version=case.context.meta.totals_version)),
    ]  # fmt: skip
    attachments = (
        [Attachment(say("yearly.attached.targets"), (tabulate_targets(case, lines),))] if lines else []
    )
    attachments.append(Attachment(say("attached.sources"), (list_input_sources(case),)))
    return case.document(
        "yearly", say("yearly.title", region=case.region, period=period), parts, attachments,
    )  # fmt: skip


def _judged(case: DocumentCase, lines: list[TargetLine]) -> list[Part]:
    judged = [line for line in lines if line.verdict in JUDGED]
    return [tabulate_targets(case, judged, case.say("targets.judged"))] if judged else []


def _warned(case: DocumentCase, lines: list[TargetLine]) -> list[Part]:
    warned = serious(lines)
    if not warned:
        return [Paragraph(case.say("warnings.none"))]
    shown = warned[:SHOWN]
    return [tabulate_warnings(case, shown, case.say("warnings.table")), Paragraph(case.say("warnings.note"))]


def _evaluated(case: DocumentCase) -> list[Part]:
    """Return how many cities and bodies were scored, and the ranks; who has no figures is not ranked."""
    rows = [row for row in case.context.rows("evaluation.results") if row["year"] == case.period.year]
    if not rows:
        return [Paragraph(case.say("evaluation.none", period=case.period.text(case.language)))]
    parts: list[Part] = []
    for kind in ("city", "department"):
        own = [row for row in rows if row["subject_kind"] == kind]
        for pack in dict.fromkeys(row["rule_pack"] for row in own):
            parts += _evaluated_by(case, kind, pack, [row for row in own if row["rule_pack"] == pack])
    return parts


def _evaluated_by(case: DocumentCase, kind: str, pack: str, rows: list[Row]) -> list[Part]:
    names = [row for row in case.context.rows("evaluation.rules") if row["rule_pack"] == pack]
    document = case.wording.name(names[0], "document") if names else pack
    ranked = sorted((row for row in rows if row["rank"] is not None), key=lambda row: row["rank"])
    outcomes = Counter(row["outcome"] for row in rows)
    told = case.wording.listed(
        case.say("count.of", name=case.term("evaluation_outcome", code), count=count)
        for code, count in outcomes.most_common()
    )
    said = case.say(
        f"evaluation.{kind}", document=document, count=len(rows), ranked=len(ranked), outcomes=told
    )
    parts: list[Part] = [Paragraph(said)]
    if ranked:
        cells = tuple(
            (str(row["rank"]), case.wording.name(row), number(row["points"], 2),
             number(row["points_judged"], 2), f"{row['rank_best']}—{row['rank_worst']}")
            for row in ranked
        )  # fmt: skip
        header = case.header("rank", "name", "points", "points_judged", "rank_range")
        parts.append(DocumentTable(case.say(f"evaluation.table.{kind}"), header, cells))
    return parts
