"""Forecasts of wind and PV from weather forecasts and history: train, foretell, score, aggregate, normalise.

>>> from dafeng.power.forecast import HORIZONS
>>> HORIZONS["ultra_short"].last
4.0
"""

from dafeng.power.forecast.horizon import HORIZONS, LEVELS, Horizon

__all__ = ["HORIZONS", "LEVELS", "Horizon"]
