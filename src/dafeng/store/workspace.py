"""The workspace: ``tables/*.parquet`` and ``*.csv``, other files of a stage, ``manifest.json``.

A run builds everything in a hidden folder beside the old results and moves it into place at the end, the
manifest last; an interrupted run leaves the old results as they were. A stage whose inputs, parameters
and code have not changed is not computed again: its files are kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from dafeng.errors import InputRefused
from dafeng.provenance import hash_bytes
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dafeng.provenance import Step
    from dafeng.result import NamedTable, Result

MANIFEST = "manifest.json"
BUILDING = ".building-"
LOCK = ".lock"


class StageRecord(BaseModel):
    """What the manifest says of one stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """Hash of inputs, parameters and code."""
    inputs: dict[str, str] = {}
    """Input name -> SHA-256."""
    files: dict[str, str]
    """Relative path -> SHA-256."""
    tables: list[dict[str, Any]] = []
    """Id, titles, row count, columns with unit, words and key."""
    steps: list[dict[str, Any]] = []
    """What was done, in order."""
    findings: list[dict[str, str]] = []
    """What the user should look at."""


class Manifest(BaseModel):
    """``manifest.json``: versions, inputs, steps, files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    versions: dict[str, str] = {}
    """dafeng, its main libraries, Python; the version of the totals."""
    pack: dict[str, str] = {}
    """Id, version, region."""
    as_of: str = ""
    """Date of the verdicts."""
    stages: dict[str, StageRecord] = {}


@dataclass(slots=True)
class Workspace:
    """An open workspace: read the old results, stage the new ones, then commit.

    Parameters
    ----------
    root : Path
        The output folder.
    building : Path
        Hidden folder of this run.
    previous : Manifest
        Of the last completed run; empty if there is none.
    """

    root: Path
    building: Path
    previous: Manifest
    stages: dict[str, StageRecord] = field(default_factory=dict)

    def keeps(self, stage: str, key: str) -> bool:
        """Return whether the old files of a stage are whole and still valid; if so, keep them."""
        record = self.previous.stages.get(stage)
        if record is None or record.key != key or not self._intact(record):
            return False
        self.stages[stage] = record
        return True

    def add_result(self, result: Result, key: str, inputs: Mapping[str, str]) -> None:
        """Write the tables of a stage into the building folder."""
        files: dict[str, str] = {}
        described = []
        for table in result.tables.values():
            base = self.building / "tables"
            base.mkdir(parents=True, exist_ok=True)
            table.frame.write_parquet(base / f"{table.id}.parquet", compression="zstd", statistics=False)
            table.frame.write_csv(base / f"{table.id}.csv", include_bom=True)
            for suffix in ("parquet", "csv"):
                name = f"tables/{table.id}.{suffix}"
                files[name] = hash_bytes((self.building / name).read_bytes())
            described.append(_describe_table(table))
        self.stages[result.id] = StageRecord(
            key=key, inputs=dict(inputs), files=files, tables=described,
            steps=[_describe_step(step) for step in result.steps],
            findings=[
                {"code": f.code, "severity": f.severity, "zh": f.text("zh"), "en": f.text("en")}
                for f in result.findings
            ],
        )  # fmt: skip

    def add_files(
        self, stage: str, key: str, contents: Mapping[str, bytes], inputs: Mapping[str, str]
    ) -> None:
        """Write files that are no tables (report, workbook) into the building folder."""
        for name, content in contents.items():
            path = self.building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        hashes = {name: hash_bytes(content) for name, content in contents.items()}
        self.stages[stage] = StageRecord(key=key, inputs=dict(inputs), files=hashes)

    def read_table(self, table_id: str) -> pl.DataFrame:
        """Return a table that this run wrote or kept."""
        name = f"tables/{table_id}.parquet"
        staged = self.building / name
        return pl.read_parquet(staged if staged.is_file() else self.root / name)

    def commit(self, manifest: Manifest) -> None:
        """Move everything into place; the manifest last. Interrupts wait until it is done."""
        text = manifest.model_dump_json(indent=1)
        (self.building / MANIFEST).write_text(text + "\n", "utf-8")
        with _deferred_interrupts():
            for record in manifest.stages.values():
                for name in record.files:
                    if (self.building / name).is_file():
                        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                        (self.building / name).replace(self.root / name)
            (self.building / MANIFEST).replace(self.root / MANIFEST)
            self._remove_stale(manifest)

    def _intact(self, record: StageRecord) -> bool:
        for name, expected in record.files.items():
            path = self.root / name
            if not path.is_file() or hash_bytes(path.read_bytes()) != expected:
                return False
        return True

    def _remove_stale(self, manifest: Manifest) -> None:
        """Delete files that an earlier run wrote and this one no longer makes."""
        current = {name for record in manifest.stages.values() for name in record.files}
        earlier = {name for record in self.previous.stages.values() for name in record.files}
        for name in earlier - current:
            with contextlib.suppress(OSError):
                (self.root / name).unlink()


@contextmanager
def open_workspace(root: Path) -> Iterator[Workspace]:
    """Open a workspace for one run; clean up whatever happens.

    Raises
    ------
    InputRefused
        ``run_locked`` if another run writes there, ``output_not_writable``.
    """
    building = root / f"{BUILDING}{os.getpid()}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / LOCK).open("w")
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=root, reason=error.strerror or error) from error
    with lock:
        _take_lock(lock.fileno(), root)
        for stale in root.glob(f"{BUILDING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        building.mkdir()
        try:
            yield Workspace(root, building, _read_manifest(root / MANIFEST))
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _take_lock(descriptor: int, root: Path) -> None:
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputRefused.of("run_locked", path=root) from error


def _read_manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        return Manifest()


@contextmanager
def _deferred_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    old = {
        number: signal.signal(number, lambda n, _frame: received.append(n))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    if received:
        signal.raise_signal(received[0])


def _describe_table(table: NamedTable) -> dict[str, Any]:
    columns = [
        {"name": c.name, "type": str(c.dtype), "unit": c.unit, "zh": c.zh, "en": c.en, "key": c.key}
        for c in columns_of(table.contract)
    ]
    return {"id": table.id, "zh": table.zh, "en": table.en, "rows": table.frame.height, "columns": columns}


def _describe_step(step: Step) -> dict[str, Any]:
    parameters = dict(step.parameters)
    return {"name": step.name, "zh": step.zh, "en": step.en, "parameters": parameters, "rows": step.rows}
