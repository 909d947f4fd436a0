"""The bytes of a file that somebody gives: never more than the limit, whatever the file says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from dafeng.errors import InputRefused
from dafeng.files import read_bytes


def refusal(path: Path, limit: int) -> str:
    with pytest.raises(InputRefused) as caught:
        read_bytes(path, limit)
    return caught.value.findings[0].code


def test_a_file_up_to_the_limit_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 10)
    assert read_bytes(path, 10) == b"x" * 10
    assert refusal(path, 9) == "file_too_large"
    path.write_bytes(b"")
    assert read_bytes(path, 10) == b""


def test_a_large_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 10)
    monkeypatch.setattr(Path, "open", None)
    assert refusal(path, 9) == "file_too_large"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
def test_a_device_that_tells_no_size_is_read_to_the_limit_only() -> None:
    assert refusal(Path("/dev/zero"), 1000) == "file_too_large"


def test_what_is_no_file_is_told_in_words(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv", 10) == "file_missing"
    assert refusal(tmp_path, 10**6) == "path_unusable"
