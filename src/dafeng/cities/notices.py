"""Which result leads to which draft: rules as data, applied to the tables of a run. People issue drafts.

A subject is a city, a department with a task, or a body that only receives letters. Of several rules that
fit one target of a subject the one of the highest order holds; targets of one kind of notice go into one
draft.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dafeng.cities.departments import INFORMED_KINDS
from dafeng.cities.notice_contracts import NoticeRules
from dafeng.period import earliest_date, latest_date
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    import polars as pl

    from dafeng.cities.facts import Facts

Row = dict[str, Any]
EVERYBODY = "all"
"""Subject of a circular."""
VERDICT_TRIGGERS = {"missed": "target_missed", "off_track": "off_track"}
LEVEL_TRIGGERS = {"red": "warning_red", "amber": "warning_amber"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a notice concerns."""

    subject_id: str
    kind: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One draft that the rules ask for.

    Parameters
    ----------
    kind : str
        ``reminder``, ``circular``, ``interview``, ``feedback``.
    subject : Subject
        Whom it concerns.
    target_ids : tuple of str
        Targets that it names; empty for the whole board or for an evaluation.
    rule_ids : tuple of str
        Rules that led to it.
    triggers : tuple of str
        What led to it.
    as_of : date
        Day of the results.
    """

    kind: str
    subject: Subject
    target_ids: tuple[str, ...]
    rule_ids: tuple[str, ...]
    triggers: tuple[str, ...]
    as_of: date

    @property
    def notice_id(self) -> str:
        """Return the id: day, kind, subject, and the target where the notice is about a single one."""
        own = f"-{self.target_ids[0]}" if len(self.target_ids) == 1 and self.kind != "circular" else ""
        return f"{self.as_of.isoformat()}-{self.kind}-{self.subject.subject_id}{own}"


@cache
def notice_rules() -> pl.DataFrame:
    """Return which result leads to which draft, as :class:`NoticeRules`."""
    text = files("dafeng.cities").joinpath("notice_rules.csv").read_text("utf-8")
    rows = [
        {k: v or None for k, v in row.items()} | {"order": int(row["order"])}
        for row in csv.DictReader(text.splitlines())
    ]
    return frame_of(rows, NoticeRules)


def list_subjects(facts: Facts) -> dict[str, Subject]:
    """Return everybody that a notice may concern: cities, departments with a task, informed bodies."""
    found = {
        row["code"]: Subject(row["code"], "city", row["name_zh"], row["name_en"] or row["name_zh"])
        for row in facts.cities
    }
    tasked = {facts.current_body(row["agency_id"]) for row in facts.rows("plan.clause_agencies")}
    for agency_id in sorted(tasked):
        row = facts.agencies[agency_id]
        kind = "department" if row["kind"] == "department" and row["scored"] else ""
        kind = "informed" if row["kind"] in INFORMED_KINDS else kind
        if kind:
            found[agency_id] = Subject(agency_id, kind, row["name_zh"], row["name_en"])
    return found


def plan_notices(
    facts: Facts, rules: pl.DataFrame, earlier_red: Collection[str] = ()
) -> tuple[Notice, ...]:  # fmt: skip
    """Return the drafts that the results ask for.

    Parameters
    ----------
    facts : Facts
        Verdicts, warnings and results of a run; a table that was not made leads to nothing.
    rules : NoticeRules
    earlier_red : collection of str
        Targets whose warning was of level 1 in the issue before.

    Returns
    -------
    tuple of Notice
        By kind, then by subject.
    """
    subjects = list_subjects(facts)
    valid = [row for row in rules.iter_rows(named=True) if _is_valid(row, facts.as_of)]
    chosen: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for subject_id, target_id, triggers in _occasions(facts, subjects, earlier_red):
        rule = _strongest(valid, subjects[subject_id].kind, triggers)
        if rule is not None:
            chosen.setdefault((rule["kind"], subject_id), []).append((target_id, rule))
    found = [
        _notice(kind, subjects[subject_id], hits, facts.as_of) for (kind, subject_id), hits in chosen.items()
    ]
    everybody = Subject(EVERYBODY, "", "", "")
    found += [
        Notice(row["kind"], everybody, (), (row["rule_id"],), (row["trigger"],), facts.as_of)
        for row in valid
        if row["subject_kind"] is None
    ]
    return tuple(sorted(found, key=lambda each: (each.kind, each.subject.subject_id)))


def triggers_of(facts: Facts, target_id: str, earlier_red: Collection[str] = ()) -> tuple[str, ...]:
    """Return what the results of one target may lead to."""
    found = []
    verdict, warning = facts.verdicts.get(target_id), facts.warnings.get(target_id)
    if verdict is not None and verdict["verdict"] in VERDICT_TRIGGERS:
        found.append(VERDICT_TRIGGERS[verdict["verdict"]])
    if warning is not None and warning["level"] in LEVEL_TRIGGERS:
        found.append(LEVEL_TRIGGERS[warning["level"]])
        if warning["level"] == "red" and target_id in earlier_red:
            found.append("warning_red_twice")
    return tuple(found)


def _occasions(
    facts: Facts, subjects: dict[str, Subject], earlier_red: Collection[str]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (subject, target, triggers); an evaluation concerns no single target."""
    for target_id, target in facts.targets.items():
        triggers = triggers_of(facts, target_id, earlier_red)
        if not triggers:
            continue
        if target["region"] in subjects:
            yield target["region"], target_id, triggers
        elif target["region"] == facts.region:
            for body in facts.bodies_of(target_id):
                if body in subjects:
                    yield body, target_id, triggers
    for row in facts.rows("evaluation.results"):
        failed = row["outcome"] == "failed" or row["grade_name"] == "fail"
        if failed and row["subject_id"] in subjects:
            yield row["subject_id"], "", ("evaluation_failed",)


def _strongest(rules: Sequence[Row], subject_kind: str, triggers: tuple[str, ...]) -> Row | None:
    fitting = [row for row in rules if row["subject_kind"] == subject_kind and row["trigger"] in triggers]
    return max(fitting, key=lambda row: int(row["order"]), default=None)


def _notice(kind: str, subject: Subject, hits: list[tuple[str, Row]], as_of: date) -> Notice:
    return Notice(
        kind, subject,
        tuple(dict.fromkeys(target_id for target_id, _ in hits if target_id)),
        tuple(dict.fromkeys(rule["rule_id"] for _, rule in hits)),
        tuple(dict.fromkeys(rule["trigger"] for _, rule in hits)),
        as_of,
    )  # fmt: skip


def _is_valid(row: Row, day: date) -> bool:
    begun = row["valid_from"] is None or earliest_date(row["valid_from"]) <= day
    return begun and (row["valid_to"] is None or day <= latest_date(row["valid_to"]))
