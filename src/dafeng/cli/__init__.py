"""The command line: ``dafeng noun verb [INPUT] --output PATH --format table|csv|json``.

Exit codes: 0 done, 1 a defect of ours, 2 input refused, 3 negative answer, 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from dafeng.errors import LANGUAGES, DafengError

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with the exit code of what happened."""
    from dafeng.cli.commands import app

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(prog_name="dafeng")
    except DafengError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        from dafeng.errors import Interrupted

        _tell(Interrupted.of("interrupted"))
        sys.exit(Interrupted.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(error: DafengError) -> None:
    """Say what went wrong on standard error, Chinese first."""
    heads = {"zh": "错误", "en": "error"}
    for language in LANGUAGES:
        sys.stderr.write(f"{heads[language]} [{error.findings[0].code}] {error.text(language)}\n")
