"""Floors of energy security: where a scenario falls below one it is marked 不满足保供."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pack.pathway_schema import SecurityFloors
from dafeng.table import KnownNames, Table, check, column, frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import ArrayLike

    from dafeng.pathway.model import Array

_ROUNDING = 1e-9
"""Shortfall, relative to the floor, that is a matter of rounding [1]."""


class SecurityMarks(Table):
    """Each year in which a floor holds, and the share of the futures below it."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    driver: str = column(key=True, vocabulary="pathway_drivers", zh="驱动量", en="Driver")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    floor: float = column(unit="unit", zh="下限", en="Floor")
    median: float = column(unit="unit", zh="中位数", en="Median")
    unit: str = column(zh="单位", en="Unit")
    below_share: float = column(unit="1", low=0, high=1, zh="低于下限的份额", en="Share below the floor")
    mark: str = column(vocabulary="security_mark", zh="保供标记", en="Mark of supply security")
    state: str = column(vocabulary="evidence_state", zh="下限的状态", en="State of the floor")
    source_id: str = column(zh="来源", en="Source")


def mark_security(
    scenario: str,
    years: ArrayLike,
    quantities: Mapping[str, Array],
    floors: pl.DataFrame,
    *,
    tolerated_share: float = 0.5,
) -> pl.DataFrame:
    """Return how a scenario stands to the floors of energy security.

    Parameters
    ----------
    scenario : str
        Id of the scenario.
    years : array_like of int, shape (year,)
    quantities : mapping of str to ndarray, shape (year, draw)
        By driver (``coal_output``, ``power_export``), in the unit of the vocabulary ``pathway_drivers``.
    floors : SecurityFloors
        A floor holds from its year until the next one of the same driver.
    tolerated_share : float
        A year is marked when more than this share [1] of the futures is below; half means that the median is.

    Returns
    -------
    SecurityMarks
        In the unit of the driver.

    Raises
    ------
    InputRefused
        ``setting_invalid`` for a share outside 0 to 1 or a floor of a driver without values.
    UnitError
        If the unit of a floor is not one of its driver.
    """
    if not 0 <= tolerated_share < 1:
        reason = f"0 ≤ {tolerated_share} < 1"
        raise InputRefused.of("setting_invalid", key="tolerated_share", reason=reason)
    calendar = np.asarray(years, dtype=np.int64)
    rows: list[dict[str, Any]] = []
    ordered = check(floors, SecurityFloors).sort("driver", "from_year")
    for (driver,), steps in ordered.group_by("driver", maintain_order=True):
        name = str(driver)
        if name not in quantities:
            reason = KnownNames(quantities).text("en").removeprefix("; ")
            raise InputRefused.of("setting_invalid", key=f"security_floors.{name}", reason=reason)
        unit = terms.entries("pathway_drivers")[name]["unit"]
        held = steps.to_dicts()
        for place in np.flatnonzero(calendar >= held[0]["from_year"]):
            step = [row for row in held if row["from_year"] <= calendar[place]][-1]
            floor = step["floor"] * conversion_factor(step["unit"], unit)
            values = quantities[name][place]
            below = float((values < floor - _ROUNDING * abs(floor)).mean())
            rows.append(
                {"scenario": scenario, "driver": name, "year": int(calendar[place]), "floor": floor,
                 "median": float(np.median(values)), "unit": unit, "below_share": below,
                 "mark": "below" if below > tolerated_share else "kept",
                 "state": step["state"], "source_id": step["source_id"]}
            )  # fmt: skip
    return frame_of(rows, SecurityMarks)
