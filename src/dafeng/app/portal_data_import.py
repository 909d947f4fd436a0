"""Data that somebody sends are checked as the accounts would check them; nothing is kept unless asked.

A balance, time series or forms of firms are audited; energy use gives an inventory besides. What is kept
stands by its hash in the folder of attachments, with who sent it, when, and what was found, for the editors
of the pack.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from dafeng.app.audit_file import (
    AuditRequest,
    FirmRequest,
    SeriesRequest,
    findings_bytes,
    run_audit,
    run_firm_audit,
    run_series_audit,
)
from dafeng.app.portal_uploads import UploadLimits, inspect_upload
from dafeng.app.register_book import require
from dafeng.balance.io import ReadOptions
from dafeng.errors import InputRefused
from dafeng.inventory import ceads_factors, compute_inventory, read_energy
from dafeng.settings import read_settings
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from dafeng.app.audit_file import AuditAnswer
    from dafeng.app.portal_uploads import Upload
    from dafeng.app.register_book import Book
    from dafeng.errors import Finding

DataKind = Literal["balance", "energy", "series", "firms"]
KINDS: tuple[DataKind, ...] = ("balance", "energy", "series", "firms")
RESOURCE = "imports"
FOLDER = "imports"
ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class DataWish:
    """What was sent and what is wanted.

    Parameters
    ----------
    kind : {"balance", "energy", "series", "firms"}
        What it is: an energy balance (XLSX, XLS, CSV), energy use by sector and fuel (CSV), time series
        (CSV), purchases and use of firms (form 205-1, CSV).
    name : str
        As the sender calls the file.
    source : bytes or binary stream
        The file.
    accept_findings : bool
        Go on in spite of implausible values.
    keep : bool
        Keep the file with what was found.
    """

    kind: DataKind
    name: str
    source: bytes | BinaryIO
    accept_findings: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """What was found.

    Parameters
    ----------
    upload : Upload
        The file as it was taken.
    findings : tuple of Finding
        What reading and computing found.
    audit : AuditAnswer, optional
        What the rules of the audit found.
    emissions : polars.DataFrame, optional
        CO2 of energy use (Emissions).
    kept : bool
        Whether the file is kept now.
    """

    upload: Upload
    findings: tuple[Finding, ...] = ()
    audit: AuditAnswer | None = None
    emissions: pl.DataFrame | None = None
    kept: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether an error stands."""
        return self.audit is not None and self.audit.exit_negative

    def as_file(self, suffix: str) -> bytes:
        """Return the findings of the audit (``.xlsx``, ``.csv``), or the inventory (``.csv``)."""
        if self.emissions is not None:
            return table_as_csv(self.emissions)
        if self.audit is None:
            return b""
        return findings_bytes(self.audit.report, suffix)


def check_data(book: Book, wish: DataWish) -> DataAnswer:
    """Check what was sent, and keep it where asked.

    Raises
    ------
    InputRefused, TableError
        ``access_refused``; what an upload is refused for; every structural defect of the file.
    """
    require(book, "add", RESOURCE)
    most = read_settings().max_file_mb * 2**20
    upload = inspect_upload(wish.name, wish.source, UploadLimits(most))
    with TemporaryDirectory(prefix="dafeng-") as folder:
        path = Path(folder) / upload.name
        path.write_bytes(upload.content)
        answer = _CHECKS[wish.kind](path, wish)
    answer = replace(answer, upload=upload, findings=(*upload.notes, *answer.findings))
    if not wish.keep:
        return answer
    _keep(book, wish, answer)
    return replace(answer, kept=True)


def _check_balance(path: Path, wish: DataWish) -> DataAnswer:
    made = run_audit(AuditRequest(path, options=ReadOptions(accept_findings=wish.accept_findings)))
    return DataAnswer(_NOTHING, made.read, made)


def _check_energy(path: Path, wish: DataWish) -> DataAnswer:
    energy = read_energy(path)
    made = compute_inventory(
        energy.frame, ceads_factors(), accept_findings=wish.accept_findings, file=path.name
    )
    return DataAnswer(_NOTHING, made.findings, emissions=made.emissions)


def _check_series(path: Path, _wish: DataWish) -> DataAnswer:
    made = run_series_audit(SeriesRequest((path,)))
    return DataAnswer(_NOTHING, made.read, made)


def _check_firms(path: Path, _wish: DataWish) -> DataAnswer:
    made = run_firm_audit(FirmRequest(path))
    return DataAnswer(_NOTHING, made.read, made)


_CHECKS: dict[DataKind, Callable[[Path, DataWish], DataAnswer]] = {
    "balance": _check_balance, "energy": _check_energy, "series": _check_series, "firms": _check_firms,
}  # fmt: skip
_NOTHING: Any = None


def _keep(book: Book, wish: DataWish, answer: DataAnswer) -> None:
    """Write the file and what is known of it; the same file is kept once, by who sent it last."""
    folder = book.attachments / FOLDER / answer.upload.sha256
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes_atomically(folder / "content", answer.upload.content)
    counts = {}
    if answer.audit is not None:
        standing = answer.audit.report.table.filter(~pl.col("suppressed"))
        counts = dict(standing["severity"].value_counts().iter_rows())
    about = {
        "name": answer.upload.name, "kind": wish.kind, "actor": book.actor, "at": book.now(),
        "size_bytes": answer.upload.size_bytes, "errors": counts.get("error", 0),
        "warnings": counts.get("warning", 0),
    }  # fmt: skip
    write_bytes_atomically(folder / ABOUT, json.dumps(about, ensure_ascii=False).encode())


def list_kept(book: Book) -> list[dict[str, Any]]:
    """Return what is kept, the newest first: sha256, name, kind, actor, at, size_bytes, errors, warnings.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    require(book, "add", RESOURCE)
    folder = book.attachments / FOLDER
    found = [
        {"sha256": path.parent.name, **json.loads(path.read_text("utf-8"))}
        for path in (folder.glob(f"*/{ABOUT}") if folder.is_dir() else ())
    ]
    return sorted(found, key=lambda one: str(one["at"]), reverse=True)


def read_kept(book: Book, sha256: str) -> tuple[str, bytes]:
    """Return name and content of a kept file.

    Raises
    ------
    InputRefused
        ``access_refused``, ``portal_file_unknown``.
    """
    for one in list_kept(book):
        if one["sha256"] == sha256:
            return str(one["name"]), (book.attachments / FOLDER / sha256 / "content").read_bytes()
    raise InputRefused.of("portal_file_unknown", file=ascii(sha256)[1:65])
