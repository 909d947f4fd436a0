"""A solution that says how it was found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.program import Solution

if TYPE_CHECKING:
    from dafeng.power.program import LinearProgram

Report = Callable[[int, int], None]
"""Takes how much is done of how much; a total of 0 is unknown."""


@dataclass(frozen=True)
class Outcome(Solution):
    """A solution, or why there is none, and the method that found it."""

    method: str = ""

    @classmethod
    def without_plan(cls, program: LinearProgram, status: str, method: str, start: float) -> Outcome:
        """Return an outcome without values; nothing costs less than the infeasible."""
        x, y = np.full(program.columns, np.nan), np.full(program.rows, np.nan)
        bound = float("inf") if status == "infeasible" else float("-inf")
        return cls(status, float("nan"), bound, x, y, time.monotonic() - start, method)
