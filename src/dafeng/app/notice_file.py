"""``dafeng notice draft``: drafts that the results ask for, as files, each with its first record."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.document_file import check_suffix, make_wording, write_document
from dafeng.app.follow_up_file import read_follow_ups, start_notices
from dafeng.app.run_tables import gather_facts, read_run_day, read_run_tables
from dafeng.cities.follow_up import FIRST_STATE
from dafeng.cities.notice_document import compose_notice
from dafeng.cities.notices import EVERYBODY, list_subjects, notice_rules, plan_notices
from dafeng.errors import Finding, InputRefused, NegativeAnswer
from dafeng.report.official import check_length
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from dafeng.app.run_tables import RunFacts
    from dafeng.cities.facts import Facts
    from dafeng.cities.notices import Notice
    from dafeng.document import OfficialDocument
    from dafeng.errors import Language

ISSUE_DAYS = 100
"""How long before the results the issue before them may lie: a quarter and some days. [d]"""
_UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """Which drafts to make.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    output : Path
        A file (``.docx``, ``.html``, ``.md``), or the folder of all drafts.
    drafted_by : str
        Whom the record names.
    kind, subject, target : str, optional
        Only this kind, this subject (id or name), this target; none of them asks for all drafts.
    as_of : date, optional
        Day of the results.
    run_folder, earlier_run : Path, optional
        Folder of ``dafeng run``; folder of the issue before, for “level 1 twice in a row”.
    language : {"zh", "en"}
        Language of the drafts.
    """

    pack: str
    output: Path
    drafted_by: str
    kind: str | None = None
    subject: str | None = None
    target: str | None = None
    as_of: date | None = None
    run_folder: Path | None = None
    earlier_run: Path | None = None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice, its document and the file that holds it."""

    notice: Notice
    document: OfficialDocument
    path: Path


@dataclass(frozen=True, slots=True)
class DraftsMade:
    """What was written, and what was left alone because people have gone on with it."""

    drafts: tuple[Draft, ...]
    kept: tuple[str, ...]


def draft_notice(request: DraftRequest) -> Draft:
    """Write the one draft that is asked for, and its first record beside it.

    Raises
    ------
    InputRefused
        ``id_unknown``, ``document_form_unknown``, ``document_too_long``, ``notice_in_use``, or as
        :func:`~dafeng.app.run_tables.gather_facts`.
    NegativeAnswer
        ``notice_not_asked_for``: no result leads to such a notice.
    """
    check_suffix(request.output)
    gathered = gather_facts(request.pack, request.as_of, request.run_folder)
    planned = _planned(gathered.facts, request)
    subject = _find_subject(gathered.facts, request.subject)
    _check_target(gathered.facts, request.target)
    fitting = [
        _about(each, request.target)
        for each in planned
        if each.kind == request.kind
        and each.subject.subject_id == subject
        and (request.target is None or request.target in each.target_ids)
    ]
    if not fitting:
        raise NegativeAnswer.of(
            "notice_not_asked_for", kind=request.kind, subject=subject,
            target=request.target or "—", day=gathered.facts.as_of,
        )  # fmt: skip
    draft = _compose(gathered, fitting[0], request, request.output)
    if draft.notice.notice_id in _in_use(request.output.parent):
        raise InputRefused.of("notice_in_use", notice=draft.notice.notice_id)
    write_document(draft.document, draft.path)
    start_notices(request.output.parent, [_first_row(draft.notice, request)])
    return draft


def draft_all_notices(request: DraftRequest, suffix: str = ".docx") -> DraftsMade:
    """Write every draft that the results ask for into a folder, and their first records.

    Raises
    ------
    InputRefused
        As :func:`draft_notice`.
    """
    gathered = gather_facts(request.pack, request.as_of, request.run_folder)
    planned = [each for each in _planned(gathered.facts, request) if request.kind in {None, each.kind}]
    used = _in_use(request.output)
    drafts = [
        _compose(gathered, each, request, request.output / f"{_file_name(each.notice_id)}{suffix}")
        for each in planned
        if each.notice_id not in used
    ]
    for draft in drafts:
        write_document(draft.document, draft.path)
    start_notices(request.output, [_first_row(draft.notice, request) for draft in drafts])
    kept = tuple(each.notice_id for each in planned if each.notice_id in used)
    return DraftsMade(tuple(drafts), kept)


def _planned(facts: Facts, request: DraftRequest) -> tuple[Notice, ...]:
    return plan_notices(facts, notice_rules(), _earlier_red(facts, request.earlier_run))


def _earlier_red(facts: Facts, folder: Path | None) -> frozenset[str]:
    """Return the targets of level 1 in the issue before: of an earlier run, else of a replayed day.

    Raises
    ------
    InputRefused
        ``run_folder_missing``, ``run_table_broken``, ``earlier_run_not_earlier``.
    """
    if folder is None:
        return _replayed_red(facts)
    day, _pack = read_run_day(folder)
    if day >= facts.as_of:
        raise InputRefused.of("earlier_run_not_earlier", folder=folder, day=day, newest=facts.as_of)
    warnings = read_run_tables(folder, ("tracking.warnings",)).get("tracking.warnings")
    if warnings is None:
        return frozenset()
    return frozenset(warnings.filter(pl.col("level") == "red")["target_id"])


def _replayed_red(facts: Facts) -> frozenset[str]:
    """Return the targets of level 1 on the newest replayed day, if that is at most an issue before."""
    since = (facts.as_of - timedelta(days=ISSUE_DAYS)).isoformat()
    replayed = [
        row for row in facts.rows("tracking.replay") if since <= row["as_of"] < facts.as_of.isoformat()
    ]
    newest = max((row["as_of"] for row in replayed), default="")
    return frozenset(row["target_id"] for row in replayed if row["as_of"] == newest and row["level"] == "red")


def _compose(gathered: RunFacts, notice: Notice, request: DraftRequest, path: Path) -> Draft:
    plan = gathered.pack.config.pack.plan_document
    document = compose_notice(gathered.facts, notice, make_wording(request.language), plan_document=plan)
    if notice.kind == "circular":
        check_length(document)
    return Draft(notice, document, path)


def _about(notice: Notice, target_id: str | None) -> Notice:
    """Return the notice narrowed to one target."""
    return notice if target_id is None else replace(notice, target_ids=(target_id,))


def _in_use(folder: Path) -> frozenset[str]:
    """Return the notices of a folder that are no longer mere drafts."""
    history = read_follow_ups(folder, must_exist=False)
    return frozenset(history.filter(pl.col("state") != FIRST_STATE)["notice_id"])


def _first_row(notice: Notice, request: DraftRequest) -> dict[str, str | None]:
    return {
        "notice_id": notice.notice_id, "recorded_on": notice.as_of.isoformat(),
        "recorded_by": request.drafted_by, "kind": notice.kind, "subject_id": notice.subject.subject_id,
        "target_ids": ";".join(notice.target_ids) or None,
    }  # fmt: skip


def _find_subject(facts: Facts, text: str | None) -> str:
    """Return the id of a subject given by id or name; everybody without one."""
    if text is None or text == EVERYBODY:
        return EVERYBODY
    subjects = list_subjects(facts)
    wanted = text.strip().lower()
    for subject in subjects.values():
        if wanted in {subject.subject_id.lower(), subject.name_zh.lower(), subject.name_en.lower()}:
            return subject.subject_id
    known: Sequence[str] = [*subjects, *(each.name_zh for each in subjects.values())]
    params = {"what": "subject", "value": text, "suggestion": Suggestion(text, known)}
    raise InputRefused([Finding("id_unknown", params=params)])


def _check_target(facts: Facts, target_id: str | None) -> None:
    if target_id is not None and target_id not in facts.targets:
        params = {"what": "target", "value": target_id, "suggestion": Suggestion(target_id, facts.targets)}
        raise InputRefused([Finding("id_unknown", params=params)])


def _file_name(notice_id: str) -> str:
    return _UNSAFE.sub("_", notice_id)
