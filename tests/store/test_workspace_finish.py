"""A run whose process ends while it moves its files into place is finished by the next one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from dafeng.store import Manifest, open_workspace
from dafeng.store.workspace import BUILDING, MANIFEST

if TYPE_CHECKING:
    from pathlib import Path


def commit(root: Path, content: bytes) -> None:
    with open_workspace(root) as workspace:
        workspace.add_files("report", "key", {"a.html": content, "b.html": content}, {})
        workspace.commit(Manifest(stages=workspace.stages))


def leave_half_moved(root: Path, *, manifest: bytes | None = None) -> None:
    """Leave what a process leaves that is killed between the first and the second file."""
    made = root.parent / "made"
    commit(made, b"new")
    stale = root / f"{BUILDING}1"
    stale.mkdir()
    shutil.move(made / "a.html", root / "a.html")
    shutil.move(made / "b.html", stale / "b.html")
    (stale / MANIFEST).write_bytes((made / MANIFEST).read_bytes() if manifest is None else manifest)


def test_the_rest_of_a_killed_run_is_moved_into_place(tmp_path: Path) -> None:
    root = tmp_path / "out"
    commit(root, b"old")
    leave_half_moved(root)
    with open_workspace(root) as workspace:
        assert workspace.keeps("report", "key")
    assert [(root / name).read_bytes() for name in ("a.html", "b.html")] == [b"new", b"new"]
    assert not (root / f"{BUILDING}1").exists()


def test_without_a_whole_manifest_nothing_is_moved(tmp_path: Path) -> None:
    root = tmp_path / "out"
    commit(root, b"old")
    leave_half_moved(root, manifest=b'{"stages": {"report"')
    with open_workspace(root) as workspace:
        assert not workspace.keeps("report", "key"), "the first file is new: the stage is computed again"
    assert (root / "b.html").read_bytes() == b"old"
