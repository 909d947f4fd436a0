"""The command line: ``dafeng noun verb [INPUT] --output PATH --format table|csv|json``.

Exit codes: 0 done, 1 a defect of ours, 2 input refused, 3 negative answer, 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from dafeng.errors import LANGUAGES, DafengError, InputRefused, Interrupted

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]

SHOWN = 200
"""Characters of a path that are repeated."""


def main() -> None:
    """Run the command line and leave with the exit code of what happened."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character is no failure
    try:
        _call()
    except DafengError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _tell(Interrupted.of("interrupted"))
        sys.exit(Interrupted.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.filename is None:
            raise
        _tell(InputRefused.of("path_unusable", path=str(error.filename)[:SHOWN], reason=error.strerror))
        sys.exit(InputRefused.exit_code)


def _call() -> None:
    """Run the commands; typer turns an interrupt into an exit without a word, which is undone here."""
    from dafeng.cli.commands import app

    try:
        app(prog_name="dafeng")
    except SystemExit as left:
        if left.code == Interrupted.exit_code:
            raise KeyboardInterrupt from left
        raise


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(error: DafengError) -> None:
    """Say what went wrong on standard error, Chinese first."""
    heads = {"zh": "错误", "en": "error"}
    for language in LANGUAGES:
        sys.stderr.write(f"{heads[language]} [{error.findings[0].code}] {error.text(language)}\n")
