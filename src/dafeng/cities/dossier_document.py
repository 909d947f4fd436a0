"""The file of one city's peak plan as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.cities.dossier import derive_standing
from dafeng.cities.facts import SourceMarks
from dafeng.cities.notice_document import list_sources
from dafeng.document import Attachment, DocumentTable, OfficialDocument, Paragraph
from dafeng.period import latest_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.cities.facts import Facts
    from dafeng.cities.wording import Wording
    from dafeng.document import Part

Row = dict[str, Any]


def compose_dossier(
    facts: Facts, city: str, observations: Sequence[Row], wording: Wording
) -> OfficialDocument:
    """Return the file of a city.

    Parameters
    ----------
    facts : Facts
        With ``cities.dossiers``, ``cities.plans`` and ``cities.plan_events``.
    city : str
        Division code.
    observations : sequence of dict
        Published figures of the city known on the day (rows of ``tracking.observations``).
    wording : Wording

    Returns
    -------
    OfficialDocument
    """
    marks = SourceMarks(facts)
    rows = [row for row in facts.rows("cities.dossiers") if row["region"] == city]
    own = [row for row in rows if row["city_target_id"] is not None]
    missing = [row for row in rows if row["city_target_id"] is None]
    name = wording.name(facts.regions[city])
    parts: list[Part] = [
        Paragraph(wording.say("dossier.day", day=wording.day(facts.as_of))),
        Paragraph(wording.say("dossier.head.targets"), "heading"),
        Paragraph(wording.say("dossier.counts", own=len(own), missing=len(missing))),
        _targets_table(facts, own, "dossier.table.targets", wording, marks)
        if own
        else Paragraph(wording.say("dossier.targets_none")),
        Paragraph(wording.say("dossier.head.figures"), "heading"),
        _figures_part(facts, observations, wording, marks),
        Paragraph(wording.say("dossier.head.procedure"), "heading"),
        *_procedure_parts(facts, city, wording, marks),
        Paragraph(wording.say("dossier.head.approval"), "heading"),
        *_approval_parts(facts, city, wording),
    ]
    attachments = []
    if missing:
        table = _targets_table(facts, missing, "dossier.annex", wording, marks)
        attachments.append(Attachment(wording.say("dossier.annex"), (table,)))
    attachments.append(list_sources(marks, wording))
    return OfficialDocument(
        kind="dossier", title=wording.say("dossier.title", city=name), language=wording.language,
        parts=tuple(parts), attachments=tuple(attachments),
    )  # fmt: skip


def newest_figures(observations: Sequence[Row], city: str) -> list[Row]:
    """Return the newest figure of each series of a city; of equal periods the better graded one."""
    own = [row for row in observations if row["region"] == city]
    ordered = sorted(own, key=lambda row: (row["series_id"], row["period"], _reversed_grade(row["grade"])))
    return list({row["series_id"]: row for row in ordered}.values())


def _reversed_grade(grade: str) -> int:
    return -ord(grade)


def _targets_table(
    facts: Facts, rows: Sequence[Row], title: str, wording: Wording, marks: SourceMarks
) -> DocumentTable:
    cells = tuple(
        (
            wording.name(facts.targets[row["target_id"]]), str(row["target_year"] or "—"),
            _goal(facts, row["city_target_id"], wording), _goal(facts, row["province_target_id"], wording),
            wording.term("dossier_comparison", row["comparison"]),
            _seen(row, wording), marks.mark([row["target_source_id"], row["source_id"] or ""]),
        )
        for row in rows
    )  # fmt: skip
    names = ("target", "year", "own", "province", "comparison", "seen", "source")
    header = tuple(wording.say(f"column.{name}") for name in names)
    return DocumentTable(wording.say(title), header, cells, (4, 1.3, 2.4, 2.4, 2, 3, 1.6))


def _goal(facts: Facts, target_id: str | None, wording: Wording) -> str:
    if target_id is None:
        return "—"
    given = facts.assigned.get(target_id)
    return wording.goal(facts.targets[target_id], given["value"] if given else None)


def _seen(row: Row, wording: Wording) -> str:
    if row["observed"] is None:
        return "—"
    seen = wording.seen(row["observed"], row["observed_unit"], row["bound"])
    scope = "" if row["relation"] == "same" else f" {wording.term('series_relation', row['relation'])}"
    return f"{seen}（{wording.period(row['period'])}）{scope}"


def _figures_part(
    facts: Facts, observations: Sequence[Row], wording: Wording, marks: SourceMarks
) -> DocumentTable | Paragraph:
    if not observations:
        return Paragraph(wording.say("dossier.figures_none"))
    series = facts.by_key("tracking.series", "series_id")
    cells = tuple(
        (
            wording.name(series[row["series_id"]]), wording.seen(row["value"], row["unit"], row["bound"]),
            wording.period(row["period"]), wording.name(series[row["series_id"]], "scope") or "—",
            row["grade"],
            marks.mark(row["source_id"]),
        )
        for row in observations
    )  # fmt: skip
    names = ("target", "seen", "period", "scope", "grade", "source")
    header = tuple(wording.say(f"column.{name}") for name in names)
    return DocumentTable(wording.say("dossier.table.figures"), header, cells, (4, 2.4, 1.6, 3.4, 1, 1.3))


def _procedure_parts(facts: Facts, city: str, wording: Wording, marks: SourceMarks) -> list[Part]:
    events = [row for row in facts.rows("cities.plan_events") if row["region"] == city]
    if not events:
        return [Paragraph(wording.say("dossier.procedure_none"))]
    standing = derive_standing(city, events)
    cells = tuple(
        (
            row["date"], wording.term("city_plan_event", row["kind"]),
            wording.name(facts.agencies[row["agency_id"]]) if row["agency_id"] else "—",
            wording.name(row, "text"), row["document_number"] or "—", marks.mark(row["source_id"]),
        )
        for row in sorted(events, key=lambda row: latest_date(row["date"]))
    )  # fmt: skip
    names = ("date", "event", "unit_name", "text", "number", "source")
    header = tuple(wording.say(f"column.{name}") for name in names)
    texts = {row["event_id"]: f"{row['date']} {wording.name(row, 'text')}" for row in events}
    said = (
        wording.say("dossier.open", events=wording.listed(texts[each] for each in standing.unanswered))
        if standing.unanswered
        else wording.say("dossier.open_none")
    )
    table = DocumentTable(wording.say("dossier.table.events"), header, cells, (2, 1.3, 2.5, 5, 2, 1.2))
    return [table, Paragraph(said)]


def _approval_parts(facts: Facts, city: str, wording: Wording) -> list[Part]:
    plans = [row for row in facts.rows("cities.plans") if row["region"] == city]
    events = [row for row in facts.rows("cities.plan_events") if row["region"] == city]
    derived = derive_standing(city, events).statuses[0]
    said = [
        wording.say(
            "dossier.plan", title=wording.name(facts.documents[row["document_id"]], "title"),
            status=wording.term("city_plan_status", row["status"]),
            derived=wording.term("city_plan_status", derived), number=row["approval_number"] or "—",
            day=row["approved_on"] or "—", year=row["peak_year"] or "—",
        )
        for row in plans
    ]  # fmt: skip
    return [Paragraph(text) for text in said or [wording.say("dossier.plan_none")]]
