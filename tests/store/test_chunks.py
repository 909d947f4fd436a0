"""Chunks as files: what is damaged is not there, what is there is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.store.chunks import FolderChunks

if TYPE_CHECKING:
    from pathlib import Path

KEY = "ab" * 32
CHUNK = {"totals": np.random.default_rng(1).normal(size=(2, 39, 50)), "quantity.gdp": np.ones((2, 50))}


@pytest.fixture
def kept(tmp_path: Path) -> FolderChunks:
    chunks = FolderChunks(tmp_path / "kept")
    chunks.save(KEY, 1024, CHUNK)
    return chunks


def only_file(chunks: FolderChunks) -> Path:
    return next(path for path in chunks.folder.rglob("*") if path.is_file())


def test_a_chunk_comes_back_bit_by_bit(kept: FolderChunks) -> None:
    found = kept.load(KEY, 1024)
    assert found is not None
    assert found.keys() == CHUNK.keys()
    assert all((found[name] == CHUNK[name]).all() for name in CHUNK)
    assert len(list(kept.folder.rglob("*.*"))) == 1


def test_another_key_or_draw_is_not_there(kept: FolderChunks) -> None:
    assert kept.load("cd" * 32, 1024) is None
    assert kept.load(KEY, 0) is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.97, 0.999])
def test_a_file_that_is_cut_off_is_not_trusted(kept: FolderChunks, share: float) -> None:
    raw = only_file(kept).read_bytes()
    only_file(kept).write_bytes(raw[: int(len(raw) * share)])
    assert kept.load(KEY, 1024) is None


def test_a_flipped_bit_is_noticed_wherever_numbers_stand(kept: FolderChunks) -> None:
    path = only_file(kept)
    raw = path.read_bytes()
    for place in range(300, len(raw) - 600, 997):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 8]) + raw[place + 1 :])
        found = kept.load(KEY, 1024)
        assert found is None or all(
            name in CHUNK and np.array_equal(part, CHUNK[name]) for name, part in found.items()
        )


@pytest.mark.parametrize("raw", [b"", b"\x93NUMPY", b"PK\x03\x04", b"\x80\x04N.", b"no numbers"])
def test_something_else_is_not_trusted(kept: FolderChunks, raw: bytes) -> None:
    only_file(kept).write_bytes(raw)
    assert kept.load(KEY, 1024) is None
    kept.save(KEY, 1024, CHUNK)
    assert kept.load(KEY, 1024) is not None


def test_a_plain_array_in_place_of_a_chunk_is_not_trusted(kept: FolderChunks) -> None:
    with only_file(kept).open("wb") as stream:
        np.save(stream, np.zeros(3))
    assert kept.load(KEY, 1024) is None


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputRefused):
        FolderChunks(tmp_path / "file").save(KEY, 0, CHUNK)
