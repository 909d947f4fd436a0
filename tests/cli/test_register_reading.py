"""Commands that only read leave nothing behind where there is no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

REGISTERS = Path(__file__).parent.parent / "app" / "registers"
ASKED = [
    ("register", "list"), ("register", "show", "plants"), ("register", "query", "plants"),
    ("register", "measures"), ("access", "list"), ("tasks", "seed"), ("tasks", "issues"),
]  # fmt: skip


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_reading_makes_no_database(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = REGISTERS.as_posix()
    settings = f'pack = "{tiny_pack.as_posix()}"\nregister_folders = ["{folder}"]\n'
    (tmp_path / "dafeng.toml").write_text(settings, "utf-8")
    answer = dafeng(*words)
    assert "Traceback" not in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["dafeng.toml"]
