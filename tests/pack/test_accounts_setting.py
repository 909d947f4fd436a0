"""The set of warming potentials of a pack: known, or nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from dafeng.errors import InputRefused
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack


def test_the_built_in_pack_chose_one(shanxi: Pack) -> None:
    assert shanxi.config.accounts.gwp_set == "AR5"


def test_without_the_setting_there_is_no_default(tiny_pack: Path) -> None:
    assert read_pack(str(tiny_pack)).config.accounts.gwp_set == ""


def test_an_unknown_set_is_refused(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    config = folder / "pack.toml"
    config.write_text(config.read_text("utf-8") + '\n[accounts]\ngwp_set = "AR7"\n', "utf-8")
    with pytest.raises(InputRefused) as refused:
        read_pack(str(folder))
    assert "AR6" in refused.value.text("en")
