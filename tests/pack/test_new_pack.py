"""An empty pack is a valid pack, and the description leaves nothing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pack import PACK_TABLES, PackConfig, describe_pack, read_pack, write_empty_pack
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("code", ["CN-SN", "CN-SX", "CN-NM", "CN-XZ"])
def test_an_empty_pack_is_valid_and_empty(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "new"
    write_empty_pack(folder, terms.name("provinces", code, "zh"))
    pack = read_pack(str(folder))
    assert pack.config.pack.region == code
    assert all(frame.is_empty() for frame in pack.tables.values())
    assert set(pack.tables) == set(PACK_TABLES)
    assert pack.boundaries == ""


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    write_empty_pack(tmp_path, "610000")
    assert read_pack(str(tmp_path)).config.pack.id == "shaanxi"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    keep = tmp_path / "mine.txt"
    keep.write_text("mine", "utf-8")
    for folder in (tmp_path, keep):
        with pytest.raises(InputRefused) as caught:
            write_empty_pack(folder, "陕西")
        assert caught.value.findings[0].code == "pack_exists"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_province_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        write_empty_pack(tmp_path / "new", "Shansi")
    assert caught.value.findings[0].code == "term_unknown"
    assert not (tmp_path / "new").exists()


def section(name: str) -> str:
    text = describe_pack()
    start = text.index(f"## `{name}`")
    return text[start : text.find("\n## ", start)]


@pytest.mark.parametrize("name", list(PACK_TABLES))
def test_every_file_and_column_is_described(name: str) -> None:
    described = section(f"{name}.csv")
    for spec in columns_of(PACK_TABLES[name]):
        (line,) = [line for line in described.splitlines() if line.startswith(f"| `{spec.name}` |")]
        assert spec.zh in line
        assert spec.en in line
        assert ("必填 required" in line) != spec.nullable
        assert (f"vocabulary: {spec.vocabulary}" in line) == bool(spec.vocabulary)
        assert (spec.references in line) if spec.references else ("refers to" not in line)


def keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for name, info in model.model_fields.items():
        kind = info.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel)
        found += keys(kind, f"{prefix}{name}.") if nested else [f"{prefix}{name}"]  # type: ignore[arg-type]
    return found


def test_every_setting_of_a_pack_is_described() -> None:
    described = section("pack.toml")
    for key in keys(PackConfig):
        (line,) = [line for line in described.splitlines() if line.startswith(f"| `{key}` |")]
        assert "None |" not in line.split("|")[2] + "|"


def test_the_template_mentions_every_setting(tmp_path: Path) -> None:
    write_empty_pack(tmp_path, "陕西")
    text = (tmp_path / "pack.toml").read_text("utf-8")
    missing = [key for key in keys(PackConfig) if key.rpartition(".")[2] not in text]
    assert missing in ([], ["decisions.co2_scope"])
    assert (tmp_path / "FIELDS.md").read_text("utf-8") == describe_pack()
