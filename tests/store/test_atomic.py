"""A file is whole or untouched, and nothing stays behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import pytest

from dafeng.errors import InputRefused
from dafeng.store import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def writer(content: bytes, error: BaseException | None = None) -> Callable[[BinaryIO], None]:
    def write(stream: BinaryIO) -> None:
        stream.write(content)
        if error is not None:
            raise error

    return write


def test_a_new_file_and_its_folders_appear(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "结果.csv"
    write_atomically(path, writer(b"new"))
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["结果.csv"]


def test_an_old_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old and much longer")
    write_atomically(path, writer(b"new"))
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(1), MemoryError()])
@pytest.mark.parametrize("old", [b"old", None])
def test_a_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, error: BaseException, old: bytes | None
) -> None:
    path = tmp_path / "x.csv"
    if old is not None:
        path.write_bytes(old)
    with pytest.raises(type(error)):
        write_atomically(path, writer(b"half", error))
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if old is None else [old])


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    with pytest.raises(InputRefused) as caught:
        write_atomically(path, writer(b"half", OSError(28, "No space left on device")))
    assert caught.value.findings[0].code == "output_not_writable"
    assert "No space left" in caught.value.text("zh")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"old"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(InputRefused):
        write_atomically(tmp_path / "x" / "y.csv", writer(b"new"))
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomically(tmp_path / "x", writer(b"new"))
    assert (tmp_path / "x").stat().st_mode == plain.stat().st_mode
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "y", writer(b"new"))
    finally:
        os.umask(before)
    assert (tmp_path / "y").stat().st_mode & 0o777 == 0o600
