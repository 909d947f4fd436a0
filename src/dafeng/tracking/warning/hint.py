"""The own hint beside the official level: a colour by the chance of a miss, and chances in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.tracking.warning.barometer import CANNOT_JUDGE

if TYPE_CHECKING:
    from dafeng.tracking.warning.goals import Chance


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Chance of a miss above which the hint turns; no document sets them.

    Parameters
    ----------
    red_miss, amber_miss : float
        [1]

    Raises
    ------
    InputRefused
        ``setting_invalid`` if they are not in order between 0 and 1.
    """

    red_miss: float = 0.8
    amber_miss: float = 0.5

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if not 0 <= self.amber_miss <= self.red_miss <= 1:
            reason = f"0 ≤ {self.amber_miss} ≤ {self.red_miss} ≤ 1"
            raise InputRefused.of("setting_invalid", key="warning_amber_miss", reason=reason)

    def level(self, chance: Chance) -> str:
        """Return the hint for a chance, by its strictest reading.

        An outcome that is published but can be read as met or missed gives none.
        """
        if chance.low is None or (chance.basis == "settled" and chance.low != chance.high):
            return CANNOT_JUDGE
        miss = round(1 - chance.low, 10)
        return "red" if miss > self.red_miss else "amber" if miss > self.amber_miss else "green"


def say_tenths(chance: float, counted: str = "次") -> tuple[str, str]:
    """Return a chance as cases out of ten, Chinese and English: few yearly figures carry no more digits.

    Parameters
    ----------
    chance : float
        [1]
    counted : str
        Chinese measure word of what is counted.

    Examples
    --------
    >>> say_tenths(0.34)
    ('约有 3 次', 'about 3')
    >>> say_tenths(0.02)
    ('不到 1 次', 'fewer than 1')
    """
    if chance < 0.05:
        return f"不到 1 {counted}", "fewer than 1"
    if chance > 0.95:
        return f"超过 9 {counted}", "more than 9"
    count = floor(10 * chance + 0.5)
    return f"约有 {count} {counted}", f"about {count}"
