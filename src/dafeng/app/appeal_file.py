"""Use case: add a row to a record of appeals; what stands in it is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.evaluation_file import read_given, read_rules
from dafeng.app.evaluation_stage import check_appeal_record, known_subjects
from dafeng.cities.appeals import EvaluationAppeals, append_appeals
from dafeng.cities.evaluation_checks import GivenTable, spellings_of
from dafeng.cities.evaluation_rules import builtin_rules
from dafeng.pack import read_pack
from dafeng.parsing import MAX_BYTES
from dafeng.period import latest_date
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.lock import hold_lock
from dafeng.table import empty_table, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from dafeng.pack import Pack


@dataclass(frozen=True, slots=True)
class AppealRequest:
    """What to add and where.

    Parameters
    ----------
    record : Path
        CSV file of the record; made if it is not there.
    row : mapping
        Cells of the new row by the columns of EvaluationAppeals, both dates among them; those left out are
        empty.
    pack : str
        Built-in name or folder, for the subjects.
    rules : str
        Id of a rule pack or path of a rule file, for the items; empty for all built-in packs.
    as_of : date
        Day on which bodies stand under their successors.
    max_bytes : int
        Limit of an input file. [B]
    """

    record: Path
    row: Mapping[str, Any]
    pack: str
    rules: str
    as_of: date
    max_bytes: int = MAX_BYTES


def record_appeal(request: AppealRequest) -> pl.DataFrame:
    """Add a row to the record, write it, and return the whole record.

    Raises
    ------
    InputRefused
        The record is defective, the row is on record already or belongs to an appeal that has been decided,
        or it names a subject or item that does not exist; the file is left as it was.
    """
    rules = read_rules(request.rules, request.max_bytes) if request.rules else builtin_rules()
    pack, file = read_pack(request.pack), request.record.name
    added = _new_row(request, pack)
    with hold_lock(request.record.parent / f".{file}.lock"):
        before = empty_table(EvaluationAppeals)
        if request.record.exists():
            before = read_given(request.record, EvaluationAppeals, rules, request.max_bytes).frame
        whole = append_appeals(before, added, file)
        rows = pl.int_range(2, whole.height + 2, eager=True)
        check_appeal_record(pack, GivenTable(whole, rows, file, rules), request.as_of)
        write_bytes_atomically(request.record, whole.write_csv().encode("utf-8"))
    return whole


def _new_row(request: AppealRequest, pack: Pack) -> pl.DataFrame:
    """Return the row with the id of its subject and dates that can be read."""
    for name in ("filed_on", "decided_on"):
        if request.row[name] is not None:
            latest_date(request.row[name])
    ids = spellings_of(known_subjects(pack, request.as_of))
    named = {**request.row, "subject_id": ids.get(request.row["subject_id"], request.row["subject_id"])}
    return frame_of([named], EvaluationAppeals)
