"""Three made cities: a rich one, a heavy one that grows fast, a poor one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.cities.figures import FigureSet, choose_figures
from dafeng.cities.split_question import SplitQuestion
from dafeng.pack.tracking_schema import CityFigures
from dafeng.table import frame_of

if TYPE_CHECKING:
    import polars as pl

BASE, TARGET = 2020, 2025
MADE = {
    "R": {"gdp_constant": 6000, "energy_total": 2000, "population": 900, "fiscal_revenue": 600,
          "secondary_share": 30, "coal_share": 40, "growth": 1.25},
    "H": {"gdp_constant": 1500, "energy_total": 2400, "population": 300, "fiscal_revenue": 120,
          "secondary_share": 60, "coal_share": 85, "growth": 1.45},
    "P": {"gdp_constant": 500, "energy_total": 200, "population": 300, "fiscal_revenue": 30,
          "secondary_share": 30, "coal_share": 55, "growth": 1.30},
}  # fmt: skip
UNITS = {
    "gdp_constant": "10^8 CNY", "gdp_current": "10^8 CNY", "gdp_growth": "%", "energy_total": "10^4 tce",
    "co2_total": "10^4 t CO2", "population": "10^4 person", "fiscal_revenue": "10^8 CNY",
    "secondary_share": "%", "coal_share": "%",
}  # fmt: skip


def figure(region: str, year: int, item: str, value: float | None, **more: object) -> dict[str, object]:
    """Return a row of city figures."""
    price = BASE if item == "gdp_constant" else None
    return {
        "region": region, "year": year, "item": item, "unit": UNITS[item], "value": value,
        "price_base_year": price, "source_id": "made", "grade": "B", **more,
    }  # fmt: skip


def rows_of_three() -> list[dict[str, object]]:
    """Return the rows of the three cities."""
    rows = []
    for city, items in MADE.items():
        for item, value in items.items():
            if item != "growth":
                rows.append(figure(city, BASE, item, float(value)))
        rows.append(figure(city, TARGET, "gdp_constant", items["gdp_constant"] * items["growth"]))
    return rows


def figures(rows: list[dict[str, object]] | None = None) -> FigureSet:
    """Return rows, by default those of the three cities, as chosen figures."""
    return choose_figures(frame(rows))


def frame(rows: list[dict[str, object]] | None = None) -> pl.DataFrame:
    """Return rows as a table."""
    return frame_of(rows if rows is not None else rows_of_three(), CityFigures)


def question(quantity: str = "energy_intensity", fall: float = 0.15) -> SplitQuestion:
    """Return the question to split a fall among the three."""
    return SplitQuestion("T", quantity, BASE, TARGET, fall, "W", tuple(MADE))
