"""Self-assessments: what is filled in beforehand, what comes back from the body, what was touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dafeng import terms
from dafeng.errors import Finding, Place
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.register.tasks_period import ReportPeriod

GIVEN = (
    "item_no", "item_kind", "clause", "name", "goal", "item_due", "figure", "figure_period", "figure_source",
    "figure_grade", "verdict", "level", "task_state",
)  # fmt: skip
"""Columns that are filled in beforehand and never asked for."""
OWN = ("own_words", "own_score", "measures_taken", "problems")
"""Columns that belong to the body."""
SUMMARY = ("summary", "own_total", "rule", "signer")
"""Fields of the whole form that belong to the body."""

KINDS = {"target": "目标", "task": "任务", "figure": "本市数据"}
"""Kind of an item -> how the form calls it."""
HEADINGS = {
    "item_no": ("编号", "Number"), "item_kind": ("类别", "Kind"), "clause": ("条款", "Clause"),
    "name": ("事项", "Item"), "goal": ("要求", "What is asked"), "item_due": ("期限", "Due"),
    "figure": ("最新数据", "Latest figure"), "figure_period": ("数据时期", "Period of the figure"),
    "figure_source": ("来源", "Source"), "figure_grade": ("证据等级", "Grade"),
    "verdict": ("结论", "Verdict"), "level": ("预警等级", "Level of warning"),
    "task_state": ("任务状态", "State of the task"),
    "own_words": ("自评意见", "In own words"), "own_score": ("自评得分", "Own score"),
    "measures_taken": ("已采取的措施", "Measures taken"), "problems": ("存在的问题", "Problems"),
}  # fmt: skip
"""Column of the form -> its headings."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who assesses himself.

    Parameters
    ----------
    id : str
        Code of the city or id of the body.
    kind : {"city", "department", "informed"}
    name_zh, name_en : str
        Its name.
    agency, region : str
        Where the form belongs: the body and the region that decide who sees it.
    """

    id: str
    kind: Literal["city", "department", "informed"]
    name_zh: str
    name_en: str
    agency: str
    region: str


def compose_items(
    tasks: Iterable[Mapping[str, Any]],
    targets: Iterable[Mapping[str, Any]],
    figures: Iterable[Mapping[str, Any]],
) -> list[Row]:
    """Return the items of a form: targets first, then figures, then tasks; columns of the body are empty.

    Parameters
    ----------
    tasks, targets, figures : iterable of mapping
        With any of :data:`GIVEN`; what is not there is empty.
    """
    rows = []
    for kind, members in (("target", targets), ("figure", figures), ("task", tasks)):
        for member in members:
            given = {name: member.get(name) for name in GIVEN} | {"item_kind": kind}
            rows.append(given | dict.fromkeys(OWN))
    return rows


def title_form(subject: Subject, period: ReportPeriod) -> str:
    """Return the title of a form in Chinese."""
    return f"{subject.name_zh}{period.text('zh')}碳达峰任务自评"


def renew_items(old: Sequence[Mapping[str, Any]], new: Sequence[Row]) -> list[Row]:
    """Return new items that keep what the body wrote on the old ones.

    An item that is no longer there is kept if the body wrote on it: nobody's words are lost.
    """
    written = {row["item_no"]: row for row in old}
    kept = [
        {**row, **{name: written[row["item_no"]][name] for name in OWN}} if row["item_no"] in written else row
        for row in new
    ]
    present = {row["item_no"] for row in new}
    orphans = [
        dict(row) for row in old if row["item_no"] not in present and any(row[n] is not None for n in OWN)
    ]
    return [*kept, *orphans]


def show_item(item: Mapping[str, Any]) -> dict[str, str]:
    """Return what is filled in beforehand as the form shows it, in Chinese; nothing for a missing value."""
    shown = {name: "" if item[name] is None else str(item[name]) for name in GIVEN}
    shown["item_kind"] = KINDS[item["item_kind"]]
    for name in ("goal", "figure", "task_state"):
        shown[name] = shown[name].split(" / ")[0]
    for name, vocabulary in (("verdict", "verdict"), ("level", "warning_level")):
        shown[name] = terms.name(vocabulary, shown[name], "zh") if shown[name] else ""
    return {name: " ".join(text.split()) for name, text in shown.items()}


def merge_answers(
    items: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]], places: Sequence[Place]
) -> tuple[list[Row], list[Finding]]:
    """Return the items with the answers of the body, and what is wrong with what came back.

    Parameters
    ----------
    items : sequence of mapping
        Items as they stand in the register.
    answers : sequence of mapping
        Lines of the form that came back: :data:`GIVEN` as text, :data:`OWN`.
    places : sequence of Place
        Where each line stands.

    Returns
    -------
    rows, findings
        Findings ``task_item_unknown``, ``task_item_repeated``, ``task_prefilled_changed`` (a cell that was
        filled in beforehand reads differently: correct it at its source, not in the form).
    """
    known = {row["item_no"]: dict(row) for row in items}
    findings: list[Finding] = []
    seen: set[str] = set()
    for answer, place in zip(answers, places, strict=True):
        number = str(answer["item_no"])
        if number not in known:
            params = {"item": number, "suggestion": Suggestion(number, known)}
            findings.append(Finding("task_item_unknown", place, params))
            continue
        if number in seen:
            findings.append(Finding("task_item_repeated", place, {"item": number}))
            continue
        seen.add(number)
        findings += _find_touched(show_item(known[number]), answer, place)
        known[number] |= {name: answer[name] for name in OWN}
    return list(known.values()), findings


def _find_touched(shown: Mapping[str, str], answer: Mapping[str, Any], place: Place) -> list[Finding]:
    found = []
    for name in GIVEN:
        came = "" if answer[name] is None else " ".join(str(answer[name]).split())
        if shown[name] != came:
            where = Place(place.file, place.sheet, place.row, HEADINGS[name][0])
            params = {"item": shown["item_no"], "held": shown[name] or "—", "came": came or "—"}
            found.append(Finding("task_prefilled_changed", where, params))
    return found
