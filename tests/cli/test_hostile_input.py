"""Files that are damaged or meant to do harm are refused in words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dafeng import table

if TYPE_CHECKING:
    from collections.abc import Callable

    Dafeng = Callable[..., Any]

DEEP = "[" * 5000 + "]" * 5000


def said(answer: Any, *names: str) -> list[str]:
    """Return which of some names the refusal says; none where it is no refusal in words."""
    if answer.code != 2 or "Traceback" in answer.err:
        return [answer.err]
    return [name for name in names if name in answer.err]


@pytest.fixture
def copy(tiny_pack: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pack, tmp_path / "broken"))


@pytest.mark.parametrize("line", [f"deep = {DEEP}", "long = " + "9" * 5000], ids=["brackets", "digits"])
def test_a_pack_with_absurd_toml(dafeng: Dafeng, copy: Path, line: str) -> None:
    path = copy / "pack.toml"
    path.write_text(f"{line}\n{path.read_text('utf-8')}", "utf-8")
    assert said(dafeng("pack", "check", copy), "pack.toml", "TOML") == ["pack.toml", "TOML"]


def test_a_pack_with_deep_boundaries(dafeng: Dafeng, copy: Path) -> None:
    (copy / "boundaries.geojson").write_text(f'{{"features": {"[" * 100_000}', "utf-8")
    assert said(dafeng("pack", "check", copy), "boundaries.geojson") == ["boundaries.geojson"]


def test_settings_with_absurd_toml(dafeng: Dafeng, tmp_path: Path) -> None:
    (tmp_path / "dafeng.toml").write_text(f"deep = {DEEP}\n", "utf-8")
    assert said(dafeng("plan", "targets"), "dafeng.toml", "TOML") == ["dafeng.toml", "TOML"]


@pytest.mark.parametrize("name", ["pack.toml", "targets.csv", "boundaries.geojson"])
def test_a_file_of_a_pack_that_cannot_be_read(
    dafeng: Dafeng, copy: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.open

    def fail(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == copy / name:
            raise PermissionError(13, "Permission denied")
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", fail)
    assert said(dafeng("pack", "check", copy), name, "Permission denied") == [name, "Permission denied"]


def test_thousands_of_equal_mistakes_cost_one_search(
    dafeng: Dafeng, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = []
    original = table.get_close_matches
    monkeypatch.setattr(
        table, "get_close_matches", lambda *a, **k: searches.append(a[0]) or original(*a, **k)
    )
    rows = "".join(f"CN-SX,{1950 + n % 150},final_consumption,s{n},Raw_Cxxl,10^4 t,1\n" for n in range(2000))
    (tmp_path / "in.csv").write_text(f"region,year,variable,sector,fuel,unit,value\n{rows}", "utf-8")
    answer = dafeng("inventory", "run", "--energy", "in.csv", "--output", "out.csv")
    assert said(answer, "Raw_Coal", "1999") == ["Raw_Coal", "1999"]
    assert searches == ["raw_cxxl"]
