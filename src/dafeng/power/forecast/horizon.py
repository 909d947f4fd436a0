"""Horizons: which leads a forecast covers and from which leads it learns."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)
"""Quantiles of every forecast; the first and the last bound the 80 % interval."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Leads of a forecast.

    Parameters
    ----------
    id : str
        Code of ``forecast_horizon``.
    after, last : float
        Leads that are foretold and scored: longer than the first, at most the second. [h]
    learn_after : float
        Training may use leads longer than this; near leads teach the same power curve. [h]
    lagged : bool
        Whether the last measured output is a feature: it helps for hours, not for days.
    """

    id: str
    after: float
    last: float
    learn_after: float
    lagged: bool


HORIZONS: dict[str, Horizon] = {
    "ultra_short": Horizon("ultra_short", 0.0, 4.0, 0.0, lagged=True),
    "day_ahead": Horizon("day_ahead", 24.0, 48.0, 12.0, lagged=False),
    "medium": Horizon("medium", 48.0, 168.0, 24.0, lagged=False),
}
"""Id -> horizon: 4 h, the second day, the third to the seventh day."""
