"""The workspace: ``tables/*.parquet`` and ``*.csv``, other files of a stage, ``manifest.json``.

A run builds everything in a hidden folder beside the old results and moves it into place at the end, the
manifest last; an interrupted run leaves the old results as they were. A stage whose inputs, parameters
and code have not changed is not computed again: its files are kept.

Nothing outside the folder is touched: a manifest that names a file elsewhere counts as none, and a link
that leads out of the folder is refused.
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
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from dafeng.errors import InputRefused
from dafeng.provenance import Step, hash_bytes
from dafeng.store.lock import open_lock, take_lock
from dafeng.store.table_bytes import table_as_csv, table_as_parquet
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
    not_run: tuple[str, ...] = ()
    """Slow parts that were not asked for."""


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
        """Write the tables of a stage into the building folder.

        Raises
        ------
        InputRefused
            ``output_not_writable``, for example on a full disk.
        """
        files: dict[str, str] = {}
        for table in result.tables.values():
            files |= self._build(f"tables/{table.id}.parquet", table_as_parquet(table.frame))
            files |= self._build(f"tables/{table.id}.csv", table_as_csv(table.frame))
        self.stages[result.id] = StageRecord(
            key=key, inputs=dict(inputs), files=files,
            tables=[_describe_table(table) for table in result.tables.values()],
            steps=[_describe_step(step) for step in result.steps],
            findings=[
                {"code": f.code, "severity": f.severity, "zh": f.text("zh"), "en": f.text("en")}
                for f in result.findings
            ],
        )  # fmt: skip

    def add_files(
        self, stage: str, key: str, contents: Mapping[str, bytes], inputs: Mapping[str, str]
    ) -> None:
        """Write files that are no tables (report, workbook) into the building folder.

        Raises
        ------
        InputRefused
            ``output_not_writable``, for example on a full disk.
        """
        files: dict[str, str] = {}
        for name, content in contents.items():
            files |= self._build(name, content)
        self.stages[stage] = StageRecord(key=key, inputs=dict(inputs), files=files)

    def holds(self, table_id: str) -> bool:
        """Return whether this run wrote or kept a table."""
        name = f"tables/{table_id}.parquet"
        return any(name in record.files for record in self.stages.values())

    def read_table(self, table_id: str) -> pl.DataFrame:
        """Return a table that this run wrote or kept."""
        name = f"tables/{table_id}.parquet"
        staged = self.building / name
        return pl.read_parquet(staged if staged.is_file() else self.root / name)

    def commit(self, manifest: Manifest) -> None:
        """Move everything into place; the manifest last. Interrupts wait until it is done.

        Raises
        ------
        InputRefused
            ``output_not_writable``. A folder that leads out of the output folder is refused before
            anything is moved.
        """
        self._build(MANIFEST, (manifest.model_dump_json(indent=1) + "\n").encode())
        built = [
            name
            for record in manifest.stages.values()
            for name in record.files
            if (self.building / name).is_file()
        ]
        for name in built:
            _refuse_outside(self.root, name)
        with _deferred_interrupts(), _refusing_errors(self.root):
            for name in built:
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                (self.building / name).replace(self.root / name)
            (self.building / MANIFEST).replace(self.root / MANIFEST)
            self._remove_stale(manifest)

    def _build(self, name: str, content: bytes) -> dict[str, str]:
        """Write a file into the building folder; return its name and hash."""
        path = self.building / name
        with _refusing_errors(self.root / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {name: hash_bytes(content)}

    def _intact(self, record: StageRecord) -> bool:
        try:
            return all(
                (self.root / name).is_file() and hash_bytes((self.root / name).read_bytes()) == expected
                for name, expected in record.files.items()
            )
        except OSError:
            return False

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
    with _refusing_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    with _refusing_errors(root / LOCK):
        lock = open_lock(root / LOCK)
    try:
        if not take_lock(lock):
            raise InputRefused.of("run_locked", path=root)
        with _refusing_errors(building):
            for stale in root.glob(f"{BUILDING}*"):
                _finish_commit(root, stale)
                shutil.rmtree(stale, ignore_errors=True)
            building.mkdir()
        try:
            yield Workspace(root, building, _read_manifest(root))
        finally:
            shutil.rmtree(building, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def _refusing_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system into a refusal that names the path."""
    try:
        yield
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=path, reason=error.strerror or error) from error


def _finish_commit(root: Path, stale: Path) -> None:
    """Move the rest of a run into place whose process ended while it did so.

    A building folder that holds a whole manifest holds, or has handed over, everything the manifest names.
    """
    manifest = _read_manifest(stale)
    if not manifest.stages:
        return
    built = [name for record in manifest.stages.values() for name in record.files if (stale / name).is_file()]
    for name in built:
        _refuse_outside(root, name)
    for name in built:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (stale / name).replace(root / name)
    (stale / MANIFEST).replace(root / MANIFEST)


def _read_manifest(root: Path) -> Manifest:
    """Return the manifest of the last run; an empty one if it is absent, damaged or not to be trusted."""
    try:
        manifest = Manifest.model_validate(json.loads((root / MANIFEST).read_text("utf-8")))
        for record in manifest.stages.values():
            _check_record(record, root)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError):
        # a RecursionError, which is a RuntimeError, comes from thousands of nested brackets
        return Manifest()
    return manifest


def _check_record(record: StageRecord, root: Path) -> None:
    """Raise if a record names a file outside the folder, or a table or step that cannot be one."""
    for name in record.files:
        if not _is_inside(name, root):
            raise ValueError(name)
    for table in record.tables:
        if f"tables/{table['id']}.parquet" not in record.files:
            raise ValueError(table["id"])
    for step in record.steps:
        Step(**step)


def _is_inside(name: str, root: Path) -> bool:
    """Return whether a name of the manifest is a plain relative path that stays under the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name != "/".join(parts) or PureWindowsPath(name).anchor or "\\" in name:
        return False
    if parts[0] in {MANIFEST, LOCK} or ".." in parts or parts[0].startswith(BUILDING):
        return False
    return (root / name).resolve().is_relative_to(root.resolve())


def _refuse_outside(root: Path, name: str) -> None:
    """Refuse a file whose folder a link leads out of the output folder."""
    folder = (root / name).parent
    try:
        target = folder.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise InputRefused.of("output_not_writable", path=folder, reason=error) from error
    if not target.is_relative_to(root.resolve()):
        raise InputRefused.of("output_not_writable", path=folder, reason=f"→ {target}")


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
