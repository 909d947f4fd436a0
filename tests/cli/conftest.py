"""The command line, called as a user calls it but without a new process each time."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from dafeng.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """Exit code and what was said."""

    code: int
    out: str
    err: str


@pytest.fixture
def dafeng(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Return a caller of the command line in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERMINAL_WIDTH", "200")

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["dafeng", *map(str, words)])
        before = signal.getsignal(signal.SIGTERM)
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        else:
            code = 0
        finally:
            signal.signal(signal.SIGTERM, before)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call
