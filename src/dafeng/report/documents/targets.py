"""Targets, warnings and tasks as documents tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.document import DocumentTable, Paragraph
from dafeng.report.documents.case import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dafeng.document import Part
    from dafeng.report.documents.case import DocumentCase, Row

SHOWN = 8
"""Rows of a table in the text; all stand in the attachments."""
SERIOUS = ("red", "amber")
_ORDER = ("missed", "off_track", "on_track", "met")


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target with its verdict and its warning, in words and numbers."""

    target_id: str
    name: str
    year: int | None
    goal: str
    seen: str
    verdict: str
    level: str
    why: str
    bodies: str
    observed: float | None
    required: float | None
    unit: str | None


def list_targets(case: DocumentCase, wanted: Iterable[str] | None = None) -> list[TargetLine]:
    """Return targets with a verdict: red and amber ones first, then missed, behind, on schedule, the others.

    Parameters
    ----------
    case : DocumentCase
    wanted : iterable of str, optional
        Ids; default: all targets that the reader may see.
    """
    facts = case.facts
    ids = None if wanted is None else set(wanted)
    verdicts = facts.by_key("tracking.verdicts", "target_id")
    lines = [
        _line(case, target, verdicts[code])
        for code, target in facts.targets.items()
        if code in verdicts and (ids is None or code in ids)
    ]
    return sorted(lines, key=_order)


def _order(line: TargetLine) -> tuple[int, int, int, str]:
    verdict = _ORDER.index(line.verdict) if line.verdict in _ORDER else len(_ORDER)
    level = LEVELS.index(line.level) if line.level in SERIOUS else len(LEVELS)
    return level, verdict, line.year or 9999, line.target_id


def _line(case: DocumentCase, target: Row, verdict: Row) -> TargetLine:
    words = case.wording
    warning = case.facts.warnings.get(target["target_id"], {})
    bodies = [case.facts.agencies[code] for code in case.facts.bodies_of(target["target_id"])]
    seen = words.seen(verdict["observed"], verdict["unit"], verdict["bound"])
    if verdict["observed"] is not None:
        seen = case.say("seen", value=seen, period=words.period(verdict["period"]))
    name = words.name(target)
    region = case.facts.regions.get(target["region"], {})
    if region.get("level") == "city":
        name = case.say("of_region", region=words.name(region), name=name)
    same = warning.get("observed") is not None and warning.get("required") is not None
    return TargetLine(
        target["target_id"], name, target["target_year"], words.goal(target), seen, verdict["verdict"],
        warning.get("level") or "cannot_judge", words.name(warning, "why") or words.name(verdict, "why"),
        words.listed(words.name(body) for body in bodies),
        warning["observed"] if same else None, warning["required"] if same else None,
        warning["unit"] if same else None,
    )  # fmt: skip


def tabulate_targets(case: DocumentCase, lines: Sequence[TargetLine], title: str = "") -> DocumentTable:
    """Return targets as a table: name, goal, newest figure, verdict."""
    rows = tuple((line.name, line.goal, line.seen, case.term("verdict", line.verdict)) for line in lines)
    header = case.header("target", "goal", "seen", "verdict")
    return DocumentTable(title, header, rows, (3.6, 2.6, 2.4, 1.5))


def tabulate_warnings(case: DocumentCase, lines: Sequence[TargetLine], title: str = "") -> DocumentTable:
    """Return warnings as a table: target, level, why, who answers."""
    rows = tuple((line.name, case.term("warning_level", line.level), line.why, line.bodies) for line in lines)
    return DocumentTable(title, case.header("target", "level", "why", "bodies"), rows, (2.6, 1.2, 4.0, 2.4))


def tell_targets(case: DocumentCase, lines: Sequence[TargetLine]) -> list[Part]:
    """Return the counts of verdicts and of levels in words; what is not judged is told as such."""
    if not lines:
        return [Paragraph(case.say("targets.none"))]
    verdicts, levels = [line.verdict for line in lines], [line.level for line in lines]
    return [
        Paragraph(case.say("targets.tally", count=len(lines), tally=case.tally("verdict", verdicts))),
        Paragraph(case.say("warnings.tally", tally=case.tally("warning_level", levels))),
    ]  # fmt: skip


def tell_tasks(case: DocumentCase) -> list[Part]:
    """Return where the tasks stand; says so where no register of tasks can be read."""
    if case.tasks is None:
        return [Paragraph(case.say("tasks.none"))]
    parts: list[Part] = [Paragraph(case.say("tasks.counts", **case.tasks.counts))]
    if case.tasks.late:
        header = case.header("number", "task", "body", "days")
        rows = case.tasks.late[:SHOWN]
        parts.append(DocumentTable(case.say("tasks.late"), header, rows, (1.8, 4.4, 2.6, 1.2)))
    return parts


def serious(lines: Sequence[TargetLine]) -> list[TargetLine]:
    """Return the targets with a red or amber level, red first."""
    return [line for line in lines if line.level in SERIOUS]
