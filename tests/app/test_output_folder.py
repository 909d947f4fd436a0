"""What may stand in a folder of results before a run writes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.app.output_folder import CHUNKS, check_place, list_files, read_earlier
from dafeng.errors import InputRefused
from dafeng.store import Manifest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pack_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text("", "utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    for path, code in ((tmp_path, "output_is_pack"), (tmp_path / "file", "output_not_writable")):
        with pytest.raises(InputRefused) as caught:
            check_place(path)
        assert caught.value.findings[0].code == code


def test_a_new_and_an_empty_folder_are_free(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "new"):
        check_place(path)
        assert list_files(path) == set()
        assert read_earlier(path) == Manifest()


def test_marks_of_a_run_under_way_do_not_count(tmp_path: Path) -> None:
    for name in (CHUNKS, ".building-abc"):
        (tmp_path / name).mkdir()
    (tmp_path / ".lock").write_text("", "utf-8")
    (tmp_path / "notes.txt").write_text("", "utf-8")
    assert list_files(tmp_path) == {"notes.txt"}


@pytest.mark.parametrize("text", ["", "[", "[" * 20_000, '{"stages": 3}', '{"foreign": 1}'])
def test_a_manifest_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    assert read_earlier(tmp_path) == Manifest()


def test_a_manifest_of_ours_is_read(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(Manifest(as_of="2026-01-01").model_dump_json(), "utf-8")
    assert read_earlier(tmp_path).as_of == "2026-01-01"
