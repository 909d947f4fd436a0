"""The self-assessment as an official document: to the lead office, with items and an index of evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.document import Attachment, DocumentTable, OfficialDocument, Paragraph
from dafeng.register.tasks_assessment import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.document import Part
    from dafeng.register.tasks_period import ReportPeriod
    from dafeng.register.tasks_wording import TaskWording
    from dafeng.register.template import FormBlock

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AssessmentCase:
    """A self-assessment and what belongs to it.

    Parameters
    ----------
    row : mapping
        Row of the register.
    period : ReportPeriod
    form : FormBlock
        What the form prints.
    subject, addressee : str
        Name of the body; to whom it reports.
    steps : sequence of mapping
        Steps taken: ``at``, ``actor``, ``name`` of the step, ``reason``.
    evidence : sequence of mapping
        EvidenceIndex.
    words : TaskWording
    """

    row: Mapping[str, Any]
    period: ReportPeriod
    form: FormBlock
    subject: str
    addressee: str
    steps: Sequence[Mapping[str, Any]]
    evidence: Sequence[Mapping[str, Any]]
    words: TaskWording


def form_line(form: FormBlock, words: TaskWording) -> str:
    """Return the line that a form prints: its legal marks, or that it is for internal use."""
    if form.internal:
        return words.say("form.internal")
    if words.language == "zh":
        return "　".join(f"{zh}：{value}" for zh, _, value in form.lines)
    return "; ".join(f"{en}: {value}" for _, en, value in form.lines)


def compose_assessment(case: AssessmentCase) -> OfficialDocument:
    """Return a self-assessment as a document; what is not written stays open.

    Parameters
    ----------
    case : AssessmentCase

    Returns
    -------
    OfficialDocument
    """
    words, row, say = case.words, case.row, case.words.say
    items = list(row["items"] or ())
    period = case.period.text(words.language)
    opening = say(
        "assess.opening", period=period, subject=case.subject,
        day=_day(row["as_of"], words),
    )  # fmt: skip
    parts: list[Part] = [
        Paragraph(form_line(case.form, words), "note"), Paragraph(opening),
        *_summary(case, items), *_targets(items, words), *_tasks(items, words),
        *_written("measures_taken", "assess.head.measures", items, words),
        *_written("problems", "assess.head.problems", items, words),
        *_procedure(case),
    ]  # fmt: skip
    return OfficialDocument(
        kind="self_assessment", title=say("assess.title", period=period),
        language=words.language, parts=tuple(parts), number=say("number.open"), addressee=case.addressee,
        signer=case.subject, date=say("date.open"), attachments=_attachments(case, items),
        is_draft=row["state"] != "approved",
    )  # fmt: skip


def evidence_table(evidence: Iterable[Mapping[str, Any]], words: TaskWording) -> DocumentTable:
    """Return the index of evidence: file, hash, where it belongs, who added it."""
    rows = tuple(
        (
            line["name"], _broken(line["sha256"]), line["label"], f"{line['actor']} {line['at'][:10]}",
        )
        for line in evidence
    )  # fmt: skip
    return DocumentTable("", words.header("file", "hash", "belongs", "added"), rows, (2.0, 3.4, 2.0, 1.6))


def _summary(case: AssessmentCase, items: Sequence[Row]) -> list[Part]:
    say, row = case.words.say, case.row
    kinds = Counter(item["item_kind"] for item in items)
    figures = say("assess.count_figures", count=kinds["figure"]) if kinds["figure"] else ""
    answered = sum(any(item[name] is not None for name in OWN) for item in items)
    parts: list[Part] = [
        Paragraph(say("assess.head.summary"), "heading"),
        Paragraph(
            say(
                "assess.counts", items=len(items), targets=kinds["target"], tasks=kinds["task"],
                figures=figures, answered=answered,
                scored=sum(item["own_score"] is not None for item in items),
            )
        ),
        Paragraph(row["summary"] or say("assess.summary_none")),
    ]  # fmt: skip
    if row["subject_kind"] == "informed":
        parts.append(Paragraph(say("assess.unscored")))
    elif row["own_total"] is not None:
        rule = say("assess.rule", rule=row["rule"]) if row["rule"] else ""
        parts.append(Paragraph(say("assess.total", score=f"{row['own_total']:g}", rule=rule)))
    return parts


def _targets(items: Sequence[Row], words: TaskWording) -> list[Part]:
    parts: list[Part] = [Paragraph(words.say("assess.head.targets"), "heading")]
    targets = [item for item in items if item["item_kind"] == "target"]
    if not targets:
        return [*parts, Paragraph(words.say("assess.no_targets"))]
    counted = Counter(item["verdict"] for item in targets if item["verdict"])
    named = [f"{terms.name('verdict', code, words.language)} {n}" for code, n in counted.most_common()]
    judged = [item for item in targets if item["figure"]]
    parts.append(Paragraph(words.say("assess.verdicts", counts=words.listed(named))))
    return [*parts, _figure_table("assess.table.targets", judged, words)] if judged else parts


def _tasks(items: Sequence[Row], words: TaskWording) -> list[Part]:
    parts: list[Part] = [Paragraph(words.say("assess.head.tasks"), "heading")]
    tasks = [item for item in items if item["item_kind"] == "task"]
    if not tasks:
        return [*parts, Paragraph(words.say("assess.no_tasks"))]
    counted = Counter(words.half(item["task_state"] or "—") for item in tasks)
    named = words.listed(f"{name} {n}" for name, n in counted.most_common())
    return [*parts, Paragraph(words.say("assess.states", counts=named))]


def _written(field: str, head: str, items: Sequence[Row], words: TaskWording) -> list[Part]:
    lines = [
        Paragraph(words.say("assess.line", name=item["name"], text=item[field]))
        for item in items
        if item[field]
    ]
    return [Paragraph(words.say(head), "heading"), *(lines or [Paragraph(words.say("assess.none_written"))])]


def _procedure(case: AssessmentCase) -> list[Part]:
    say = case.words.say
    parts: list[Part] = [Paragraph(say("assess.head.procedure"), "heading")]
    if case.row["review_opinion"]:
        parts.append(Paragraph(say("assess.opinion", text=case.row["review_opinion"])))
    if not case.steps:
        return [*parts, Paragraph(say("assess.no_steps"))]
    rows = tuple(
        (step["at"][:16].replace("T", " "), step["actor"], step["name"], step["reason"] or "—")
        for step in case.steps
    )
    header = case.words.header("when", "who", "step", "reason")
    return [*parts, DocumentTable(say("assess.table.steps"), header, rows, (1.6, 1.2, 1.0, 3.0))]


def _attachments(case: AssessmentCase, items: Sequence[Row]) -> tuple[Attachment, ...]:
    say, words = case.words.say, case.words
    kinds = (("target", "targets"), ("figure", "figures"))
    tables: list[Part] = []
    for kind, name in kinds:
        members = [item for item in items if item["item_kind"] == kind]
        if members:
            tables.append(_figure_table(f"assess.table.{name}", members, words))
    tasks = [item for item in items if item["item_kind"] == "task"]
    if tasks:
        rows = tuple(
            (item["item_no"], item["name"], item["item_due"] or "—", words.half(item["task_state"] or "—"))
            for item in tasks
        )
        header = words.header("no", "task", "due", "state")
        tables.append(DocumentTable(say("assess.table.tasks"), header, rows, (1.8, 3.4, 1.3, 1.1)))
    own = [item for item in items if any(item[name] is not None for name in OWN)]
    if own:
        tables.append(_own_table(own, words))
    evidence: tuple[Part, ...] = (Paragraph(say("assess.no_evidence")),)
    if case.evidence:
        evidence = (evidence_table(case.evidence, words),)
    found = [Attachment(say("assess.attached.items"), tuple(tables))] if tables else []
    return (*found, Attachment(say("assess.attached.evidence"), evidence))


def _figure_table(title: str, items: Iterable[Mapping[str, Any]], words: TaskWording) -> DocumentTable:
    rows = tuple(
        (
            item["item_no"], item["name"], words.half(item["goal"] or "—"),
            words.half(item["figure"]) if item["figure"] else words.say("no_figure"),
            item["figure_period"] or "—", item["figure_grade"] or "—",
            terms.name("verdict", item["verdict"], words.language) if item["verdict"] else "—",
        )
        for item in items
    )  # fmt: skip
    header = words.header("no", "item", "goal", "figure", "period", "grade", "verdict")
    return DocumentTable(words.say(title), header, rows, (1.3, 2.4, 1.7, 1.7, 1.0, 0.6, 1.2))


def _own_table(items: Iterable[Mapping[str, Any]], words: TaskWording) -> DocumentTable:
    rows = tuple(
        (
            item["item_no"], item["name"], item["own_words"] or "—",
            "—" if item["own_score"] is None else f"{item['own_score']:g}",
        )
        for item in items
    )  # fmt: skip
    header = words.header("no", "item", "own_words", "own_score")
    return DocumentTable(words.say("assess.table.own"), header, rows, (1.4, 2.4, 4.2, 0.9))


def _day(text: str, words: TaskWording) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日" if words.language == "zh" else text


def _broken(digest: str) -> str:
    """Return a hash in groups of eight, so that it breaks inside a cell."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))
