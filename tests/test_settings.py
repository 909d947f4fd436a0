"""One file, one model: the default file gives the defaults, and every mistake is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.errors import InputRefused
from dafeng.settings import FILE_NAME, Settings, default_toml, read_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_the_default_file_gives_the_defaults_and_explains_every_key(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(default_toml(), "utf-8")
    read = read_settings(path)
    assert read == Settings()
    assert read.model_fields_set == set(Settings.model_fields)
    assert all(
        f"# {info.description}\n{name} = " in default_toml() for name, info in Settings.model_fields.items()
    )


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings() == Settings()
    (tmp_path / FILE_NAME).write_text('language = "en"\n', "utf-8")
    assert read_settings() == Settings(language="en")


def test_a_mark_of_utf8_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes('\ufeffpack = "省"\n'.encode())
    assert read_settings(path).pack == "省"


def test_every_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('language = "fr"\nmax_file_mb = 0\nlangauge = "zh"\n', "utf-8")
    with pytest.raises(InputRefused) as caught:
        read_settings(path)
    assert {f.code for f in caught.value.findings} == {"setting_invalid"}
    assert {f.params["key"] for f in caught.value.findings} == {"language", "max_file_mb", "langauge"}
    assert {f.place.file for f in caught.value.findings} == {str(path)}


@pytest.mark.parametrize(
    "raw",
    [
        b"language = ",
        b'pack = "\xff"',
        b"a = 1\na = 2",
        b"a = " + b"[" * 5000 + b"]" * 5000,
        b"a = " + b"{b=" * 5000 + b"1" + b"}" * 5000,
        b"a = " + b"9" * 5000,
    ],
    ids=["cut off", "encoding", "repeated", "brackets", "braces", "digits"],
)
def test_broken_toml(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(raw)
    with pytest.raises(InputRefused) as caught:
        read_settings(path)
    assert [f.code for f in caught.value.findings] == ["toml_invalid"]


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputRefused) as caught:
            read_settings(path)
        assert caught.value.findings[0].code == "file_missing"


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.toml"
    path.write_text(default_toml(), "utf-8")

    def fail(self: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", fail)
    with pytest.raises(InputRefused) as caught:
        read_settings(path)
    assert caught.value.findings[0].code == "file_missing"
