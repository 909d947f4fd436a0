"""Nothing outside the output folder is read, moved or deleted, and a failing disk is told in words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.provenance import hash_bytes
from dafeng.result import NamedTable, Result
from dafeng.store import Manifest, open_workspace
from dafeng.table import Table, column


class Words(Table):
    """Words by year."""

    year: int = column(key=True, unit="year", zh="年份", en="Year")
    word: str = column(zh="词", en="Word")


def result_of(word: str) -> Result:
    frame = pl.DataFrame({"year": [2020], "word": [word]})
    return Result("room", {"room.words": NamedTable("room.words", frame, Words, "词", "Words")})


def write(root: Path, word: str = "a") -> None:
    with open_workspace(root) as workspace:
        workspace.add_result(result_of(word), word, {})
        workspace.add_files("report", word, {"report.html": word.encode()}, {})
        workspace.commit(Manifest(stages=workspace.stages))


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".lock"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an output folder with results; beside it ``victim.txt`` and ``mine/note.txt``."""
    root = tmp_path / "out"
    write(root)
    (tmp_path / "victim.txt").write_bytes(b"precious")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_bytes(b"precious")
    return root


def plant(root: Path, change: dict[str, Any]) -> None:
    path = root / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["stages"]["room"] |= change
    path.write_text(json.dumps(manifest), "utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "../victim.txt", "tables/../../victim.txt", "{}/victim.txt", "./../victim.txt", "..", ".", "",
        "tables/..", "manifest.json", ".lock", "C:\\x.txt", "C:x.txt", "..\\victim.txt", "\\\\host\\x",
        "//host/x", "a\u0000b",
    ],
)  # fmt: skip
def test_a_manifest_that_names_files_elsewhere_is_no_manifest(out: Path, name: str) -> None:
    name = name.format(out.parent)
    plant(out, {"files": {name: hash_bytes(b"precious")}, "tables": []})
    with open_workspace(out) as workspace:
        assert workspace.previous == Manifest()
    write(out, "b")
    assert (out.parent / "victim.txt").read_bytes() == b"precious"
    assert {p.name for p in out.iterdir()} == {".lock", "manifest.json", "report.html", "tables"}


def test_a_name_that_no_file_can_have_is_not_kept(out: Path) -> None:
    plant(out, {"files": {"x" * 5000: hash_bytes(b"")}, "tables": []})
    with open_workspace(out) as workspace:
        assert not workspace.keeps("room", "a")
    write(out, "b")


def test_a_manifest_that_names_a_file_behind_a_link_is_no_manifest(out: Path) -> None:
    (out / "link").symlink_to(out.parent / "mine")
    plant(out, {"files": {"link/note.txt": hash_bytes(b"precious")}, "tables": []})
    write(out, "b")
    assert (out.parent / "mine" / "note.txt").read_bytes() == b"precious"


@pytest.mark.parametrize(
    "change",
    [
        {"tables": [{"id": "../../x"}]},
        {"tables": [{"id": "other"}]},
        {"tables": [{}]},
        {"steps": [{"unknown": 1}]},
        {"steps": [{}]},
    ],
)
def test_a_manifest_whose_tables_or_steps_cannot_be_is_no_manifest(out: Path, change: dict[str, Any]) -> None:
    plant(out, change)
    with open_workspace(out) as workspace:
        assert workspace.previous == Manifest()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"stages":' * 100_000, "9" * 5000])
def test_a_manifest_of_thousands_of_brackets_is_no_manifest(out: Path, text: str) -> None:
    (out / "manifest.json").write_text(text, "utf-8")
    with open_workspace(out) as workspace:
        assert workspace.previous == Manifest()


def test_a_lock_file_is_never_emptied(out: Path) -> None:
    (out / ".lock").write_bytes(b"text")
    write(out, "b")
    assert (out / ".lock").read_bytes() == b"text"


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system cannot refuse links")
@pytest.mark.parametrize("target", ["victim.txt", "absent.txt"])
def test_a_link_as_lock_file_is_refused(out: Path, target: str) -> None:
    (out / ".lock").unlink()
    (out / ".lock").symlink_to(out.parent / target)
    before = snapshot(out.parent)
    with pytest.raises(InputRefused) as caught:
        write(out, "b")
    (finding,) = caught.value.findings
    assert (finding.code, finding.params["path"]) == ("output_not_writable", out / ".lock")
    assert snapshot(out.parent) == before


@pytest.mark.parametrize("target", ["mine", "absent", "out/tables"])
def test_a_link_as_tables_folder_is_refused(out: Path, target: str) -> None:
    (out / "tables").rename(out / "old")
    (out / "tables").symlink_to(out.parent / target)
    before = snapshot(out.parent)
    with pytest.raises(InputRefused) as caught:
        write(out, "b")
    assert [f.code for f in caught.value.findings] == ["output_not_writable"]
    assert snapshot(out.parent) == before
    assert not list(out.glob(".building-*"))


def test_a_link_that_stays_inside_is_followed(out: Path) -> None:
    (out / "tables").rename(out / "kept")
    (out / "tables").symlink_to("kept")
    write(out, "b")
    assert pl.read_parquet(out / "kept" / "room.words.parquet")["word"].to_list() == ["b"]


def test_a_link_in_place_of_the_building_folder_is_refused(out: Path) -> None:
    (out / f".building-{os.getpid()}").symlink_to(out.parent / "mine")
    with pytest.raises(InputRefused) as caught:
        write(out, "b")
    assert caught.value.findings[0].code == "output_not_writable"
    assert (out.parent / "mine" / "note.txt").read_bytes() == b"precious"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".html", "manifest.json"])
def test_a_full_disk_is_told_in_words(out: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(out)
    whole = Path.write_bytes

    def fail(self: Path, content: bytes) -> int:
        if self.name.endswith(suffix):
            raise OSError(28, "No space left on device")
        return whole(self, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(InputRefused) as caught:
        write(out, "b")
    assert caught.value.findings[0].code == "output_not_writable"
    assert "No space left" in caught.value.text("zh")
    assert snapshot(out) == before


def test_a_move_that_fails_is_told_in_words(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputRefused) as caught:
        write(out, "b")
    assert caught.value.findings[0].code == "output_not_writable"


def test_a_file_that_cannot_be_read_is_not_kept(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with open_workspace(out) as workspace:
        monkeypatch.setattr(Path, "read_bytes", fail)
        assert not workspace.keeps("room", "a")


def test_formulas_are_disarmed_in_csv_and_kept_in_parquet(tmp_path: Path) -> None:
    write(tmp_path, "=1+1")
    assert "2020,'=1+1" in (tmp_path / "tables/room.words.csv").read_text("utf-8")
    assert pl.read_parquet(tmp_path / "tables/room.words.parquet")["word"].to_list() == ["=1+1"]
