"""Import of a file into a register: read, compared, checked, previewed or written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.portal_uploads import UploadLimits, inspect_upload
from dafeng.app.register_book import new_id, require
from dafeng.app.register_import_checks import check_plan, fill_hidden
from dafeng.app.register_import_preview import preview_rows
from dafeng.app.register_write import clean_reason, given_scopes, set_scopes, written_columns
from dafeng.errors import Finding, Place
from dafeng.files import read_bytes
from dafeng.job import Job
from dafeng.parsing import MAX_BYTES
from dafeng.register.changes import BatchHead
from dafeng.register.import_plan import (
    ImportOptions,
    ImportPlan,
    make_changes,
    plan_import,
    rows_with_errors,
)
from dafeng.register.intake import Intake, read_sheet
from dafeng.register.mapping import SavedMapping, parse_mapping
from dafeng.register.outlet import findings_table, point_to_columns, row_labels
from dafeng.register.schema import schema_of
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.app.register_import_checks import CheckedPlan
    from dafeng.register.model import Register

STAGES = ("read", "compare", "check", "write")
"""Stages of the progress, in order."""
_FEW = 0.2
"""Share of the rows of a register above which all are read at once. [1]"""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how.

    Parameters
    ----------
    register_id : str
        Register.
    path : Path
        XLSX, XLS or CSV file.
    options : ImportOptions
        Mode, source, grade, states.
    mapping : str
        Name of a saved mapping; empty: none.
    mapping_file : Path, optional
        A mapping in JSON instead.
    dry_run : bool
        Only say what would happen.
    accept_good : bool
        Write the good rows and send the others back; else one bad row refuses the file.
    errors_to : Path, optional
        Workbook for the sender, written if there is anything to mend.
    reason : str, optional
        Why.
    max_bytes : int
        Limit of the file. [B]
    """

    register_id: str
    path: Path
    options: ImportOptions = field(default_factory=ImportOptions)
    mapping: str = ""
    mapping_file: Path | None = None
    dry_run: bool = False
    accept_good: bool = False
    errors_to: Path | None = None
    reason: str | None = None
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do.

    Parameters
    ----------
    register_id, file, sha256 : str
        Register, file and its hash.
    batch_id : str
        Batch; empty if nothing was written.
    inserted, updated, same, refused : int
        Rows. [1]
    findings : tuple of Finding
        Everything that was found, by row.
    table : polars.DataFrame
        The same as RowFindings.
    preview : polars.DataFrame
        ImportPreview.
    workbook : Path, optional
        What goes back to the sender.
    is_written : bool
        Whether rows were written.
    """

    register_id: str
    file: str
    sha256: str
    batch_id: str
    inserted: int
    updated: int
    same: int
    refused: int
    findings: tuple[Finding, ...]
    table: pl.DataFrame
    preview: pl.DataFrame
    workbook: Path | None = None

    @property
    def is_written(self) -> bool:
        """Whether rows were written."""
        return bool(self.batch_id)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps rows out."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def import_file(book: Book, request: ImportRequest, job: Job | None = None) -> ImportOutcome:
    """Import a file: all rows or none, unless good ones are accepted alone.

    Parameters
    ----------
    book : Book
        Open book.
    request : ImportRequest
        What and how.
    job : Job, optional
        Told of the progress; may cancel until the rows are written.

    Returns
    -------
    ImportOutcome
        With ``errors`` and without a batch if the file was refused.

    Raises
    ------
    InputRefused
        The file cannot be read as a sheet of the register; ``access_refused``; ``register_mapping_unknown``;
        ``row_changed`` if somebody writes at the same time.
    """
    job = job or Job()
    register = book.library.register(request.register_id)
    require(book, "import", register.id)
    if request.options.with_states:
        require(book, "correct", register.id)
    job.advance("read", 0, len(STAGES))
    raw = read_bytes(request.path, request.max_bytes)
    if raw:  # the reader of sheets tells of an empty file
        inspect_upload(request.path.name, raw, UploadLimits(request.max_bytes))
    mapping = find_mapping(book, register, request)
    intake = read_sheet(raw, request.path.name, register, book.library, mapping, max_bytes=request.max_bytes)
    digest = sha256(raw).hexdigest()
    del raw
    job.advance("compare", 1, len(STAGES))
    existing = _read_existing(book, register, intake)
    sent, intake = intake.frame, fill_hidden(book, register, intake, existing)
    plan = plan_import(register, intake, existing, request.options)
    job.advance("check", 2, len(STAGES))
    checked = check_plan(book, register, intake, plan, existing, sent)
    notes = _tell_known(book, register, digest)
    checked, plan = replace(checked, findings=(*notes, *checked.findings)), checked.plan
    workbook = _send_back(book, register, intake, checked, request)
    refused = int(checked.bad.sum())
    whole = any(finding.severity == "error" for finding in checked.findings)
    stays_out = whole and (not request.accept_good or not _is_by_row(checked))
    good = plan.filter(~checked.bad)
    batch = ""
    if not request.dry_run and not stays_out:
        job.advance("write", 3, len(STAGES))
        batch = _write(book, register, good, checked, _head(book, register, request, digest), job)
    if stays_out and not request.dry_run:
        good = good.filter(pl.repeat(value=False, n=good.rows.height, eager=True))
    assert plan.places.rows is not None
    labels = row_labels(plan.rows, plan.places.rows, intake.sheet, register)
    return ImportOutcome(
        register_id=register.id, file=request.path.name, sha256=digest, batch_id=batch,
        inserted=good.count("insert"), updated=good.count("update"), same=good.count("same"), refused=refused,
        findings=point_to_columns(register, intake.sent, checked.findings),
        table=findings_table(register, checked.findings, labels),
        preview=preview_rows(register, plan, checked.bad, existing), workbook=workbook,
    )  # fmt: skip


def find_mapping(book: Book, register: Register, request: ImportRequest) -> SavedMapping | None:
    """Return the mapping that a request names.

    Raises
    ------
    InputRefused
        ``register_mapping_unknown``, ``row_mapping_invalid``.
    """
    from dafeng.store.database import read_mapping  # noqa: PLC0415 (sqlalchemy)

    if request.mapping_file is not None:
        text = read_bytes(request.mapping_file, request.max_bytes).decode("utf-8", "replace")
        return parse_mapping(text, register, book.library, file=request.mapping_file.name)
    if not request.mapping:
        return None
    text = read_mapping(book.database, register.id, request.mapping)
    return parse_mapping(text, register, book.library, file=request.mapping)


def save_mapping_file(book: Book, register_id: str, path: Path, name: str = "") -> SavedMapping:
    """Check a mapping and keep it under its name, so that it is never asked again.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    path : Path
        JSON file.
    name : str
        Name; empty: that of the file.

    Raises
    ------
    InputRefused
        ``access_refused``, ``row_mapping_invalid``.
    """
    from dafeng.store.database import save_mapping  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    require(book, "import", register.id)
    text = read_bytes(path).decode("utf-8", "replace")
    mapping = parse_mapping(text, register, book.library, file=path.name)
    mapping = mapping.model_copy(update={"name": name or mapping.name})
    save_mapping(book.database, register.id, mapping.name, mapping.model_dump_json(), book.actor, book.now())
    return mapping


def _read_existing(book: Book, register: Register, intake: Intake) -> pl.DataFrame:
    """Return the rows that stand: those that the file names, or all if they are compared for duplicates."""
    from dafeng.store.database import read_keys, read_rows  # noqa: PLC0415 (sqlalchemy)

    keys = read_keys(book.database, register)
    if keys.is_empty():
        return pl.DataFrame(schema=schema_of(register))
    if register.duplicates.exact or register.duplicates.similar:
        return read_rows(book.database, register)
    found = []
    if all(key in intake.frame.columns for key in register.key):
        found.append(
            keys.join(intake.frame.select(register.key), on=list(register.key), how="semi")["row_id"]
        )
    if "row_id" in intake.frame.columns:
        found.append(intake.frame["row_id"].drop_nulls())
    ids = pl.concat(found).unique() if found else pl.Series("row_id", [], dtype=pl.String)
    if len(ids) > _FEW * keys.height:
        return read_rows(book.database, register)
    return read_rows(book.database, register, row_ids=ids.to_list())


def _tell_known(book: Book, register: Register, digest: str) -> list[Finding]:
    """Return a note if the very same file was imported before."""
    from dafeng.store.database import read_batches  # noqa: PLC0415 (sqlalchemy)

    known = read_batches(book.database, register_id=register.id).filter(pl.col("file_sha256") == digest)
    if known.is_empty():
        return []
    row = known.row(0, named=True)
    params = {"at": row["at"], "actor": row["actor"], "batch": row["batch_id"]}
    return [Finding("row_file_known", Place(str(row["file"] or "")), params, "note")]


def _is_by_row(checked: CheckedPlan) -> bool:
    """Return whether every error belongs to a row of data, so that the other rows can be taken."""
    errors = [f for f in checked.findings if f.severity == "error"]
    one_by_one = (rows_with_errors(checked.plan.places, [f]).any() for f in _one_a_place(errors))
    return all(one_by_one)


def _one_a_place(errors: Sequence[Finding]) -> list[Finding]:
    """Return errors that stand at no row of data for sure, or at the first place of each code."""
    seen: dict[tuple[str, str, bool], Finding] = {}
    for finding in errors:
        seen.setdefault((finding.code, finding.place.sheet, finding.place.row is None), finding)
    return list(seen.values())


def _send_back(
    book: Book, register: Register, intake: Intake, checked: CheckedPlan, request: ImportRequest
) -> Path | None:
    """Write the workbook for the sender if something is wrong."""
    if request.errors_to is None or not any(f.severity == "error" for f in checked.findings):
        return None
    from dafeng.register.template import describe_template  # noqa: PLC0415
    from dafeng.store.register_error_bytes import Returned, error_bytes  # noqa: PLC0415 (xlsxwriter)

    keep = None
    if request.accept_good and not request.dry_run and _is_by_row(checked):
        keep = _rows_of(checked.plan.filter(checked.bad), intake)
    template = describe_template(register, book.library, book.today, filled=True)
    raw = error_bytes(Returned(register, intake.sent, checked.findings, template, keep))
    write_bytes_atomically(request.errors_to, raw)
    return request.errors_to


def _rows_of(plan: ImportPlan, intake: Intake) -> dict[str, set[int]]:
    """Return sheet -> rows, lines of lists included."""
    assert plan.places.rows is not None
    rows = {intake.sheet: {int(row) for row in plan.places.rows}}
    for one in plan.places.lists.values():
        rows.setdefault(one.sheet, set()).update(int(row) for row in one.rows.explode().drop_nulls())
    return rows


def _head(book: Book, register: Register, request: ImportRequest, digest: str) -> BatchHead:
    return BatchHead(
        new_id(book), register.id, "import", book.actor, book.now(), clean_reason(request.reason),
        request.path.name.encode("utf-8", "backslashreplace").decode(), digest,
    )  # fmt: skip


def _write(
    book: Book, register: Register, plan: ImportPlan, checked: CheckedPlan, head: BatchHead, job: Job
) -> str:
    """Write new and changed rows as one batch; nothing if nothing differs."""
    from dafeng.register.compute import compute_formulas  # noqa: PLC0415 (units)
    from dafeng.store.database import insert_frame  # noqa: PLC0415 (sqlalchemy)

    touched = plan.rows.filter(pl.col("_kind") != "same")
    if touched.is_empty():
        return ""
    rows = set_scopes(
        book, register, compute_formulas(register, book.library, touched, checked.linked), checked.linked
    )
    new, old = rows.filter(pl.col("_kind") == "insert"), rows.filter(pl.col("_kind") == "update")

    def report(done: int, total: int) -> None:
        job.advance("write", done, total)

    changes = make_changes(register, old, checked.existing, given_scopes(register))
    wanted = new.select(*written_columns(register), "state")
    return insert_frame(book.database, register, head, wanted, report, changes).batch_id
