"""``dafeng register measures``: figures, the rows behind, and what the asker may not see."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

REGISTERS = Path(__file__).parent.parent / "app" / "registers"
MEASURES = """
[[measures]]
id = "capacity"
zh = "装机容量"
en = "Capacity"
unit = "10^4 kW"
expr = "sum(capacity_mw)"
by_region = "city"

[[measures]]
id = "cost"
zh = "投资"
en = "Cost"
unit = "10^4 CNY"
expr = "sum(cost)"
"""
PLANTS = [("P1", "西安", 100, 500), ("P2", "宝鸡", 200, 900)]


@cache
def read_once(name: str) -> Pack:
    return read_pack(name)


@pytest.fixture
def office(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a caller in a folder with two plants."""
    monkeypatch.setattr("dafeng.app.register_book.read_pack", read_once)
    folder = tmp_path / "registers"
    shutil.copytree(REGISTERS, folder)
    plants = folder / "plants.toml"
    plants.write_text(plants.read_text("utf-8") + MEASURES, "utf-8")
    settings = f'pack = "{tiny_pack.as_posix()}"\nregister_folders = ["{folder.as_posix()}"]\n'
    (tmp_path / "dafeng.toml").write_text(settings, "utf-8")
    for code, city, size, cost in PLANTS:
        said = {"code": code, "kind": "new", "name": code, "city": city, "capacity_mw": size, "cost": cost}
        words = [word for name, value in said.items() for word in ("--set", f"{name}={value}")]
        assert dafeng("register", "add", "plants", *words, "--source", "test").code == 0
    return dafeng


def test_figures_come_with_the_rows_behind(office: Callable[..., Any]) -> None:
    told = json.loads(office("register", "measures", "plants", "--format", "json").out)
    assert [(row["measure_id"], row["value"], row["rows"]) for row in told] == [
        ("capacity", 30.0, 2), ("cost", 1400.0, 2),
    ]  # fmt: skip
    by_city = json.loads(office("register", "measures", "plants", "--regions", "--format", "json").out)
    assert {row["region"]: row["value"] for row in by_city if row["measure_id"] == "capacity"} == {
        "CN-SN": 30.0, "610100": 10.0, "610300": 20.0,
    }  # fmt: skip
    behind = json.loads(office("register", "measures", "plants", "--rows", "--format", "json").out)
    assert [(row["label"], row["value"]) for row in behind if row["measure_id"] == "cost"] == [
        ("P1", 500.0), ("P2", 900.0),
    ]  # fmt: skip
    assert "装机容量" in office("register", "measures").out


def test_who_may_not_see_a_figure_of_a_row_does_not_get_it_here(office: Callable[..., Any]) -> None:
    for words in (("root", "--role", "administrator"), ("guest", "--role", "reader", "--actor", "root")):
        assert office("access", "grant", *words, "--from", "2026-01-01").code == 0
    asked = ("register", "measures", "plants", "--rows", "--format", "json", "--actor", "guest")
    behind = json.loads(office(*asked).out)
    values = {(row["measure_id"], row["label"]): row["value"] for row in behind}
    assert values == {
        ("capacity", "P1"): 100.0, ("capacity", "P2"): 200.0, ("cost", "P1"): None, ("cost", "P2"): None,
    }  # fmt: skip


def test_an_unknown_register_is_refused(office: Callable[..., Any]) -> None:
    answer = office("register", "measures", "plant")
    assert answer.code == 2
    assert "plants" in answer.err
