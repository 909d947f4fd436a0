"""Contracts of attribution: wedges of groups of levers, and the difference that they sum to."""

from __future__ import annotations

from dafeng.pathway.contracts import Scoped
from dafeng.table import column

VIEWS = ("lever", "clause", "agency", "sector")
"""Ways of putting levers into groups."""


class Wedge(Scoped):
    """What each group of levers takes off a scenario: Shapley values, positive for a reduction."""

    reference: str = column(key=True, zh="参照情景", en="Reference")
    view: str = column(key=True, choices=VIEWS, zh="分组方式", en="View")
    group: str = column(key=True, zh="组", en="Group")
    zh: str = column(zh="组名（中文）", en="Name of the group (Chinese)")
    en: str = column(zh="组名（英文）", en="Name of the group (English)")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    reduction_mt: float = column(unit="Mt", zh="减排量", en="Reduction")
    standard_error_mt: float = column(unit="Mt", nullable=True, low=0, zh="标准误", en="Standard error")
    method: str = column(choices=("exact", "sampled"), zh="算法", en="Method")
    draws: int = column(unit="1", low=1, zh="抽样未来数", en="Draws")
    samples: int = column(unit="1", low=0, zh="抽样次序对数", en="Pairs of orders")


class WedgeTotal(Scoped):
    """What the wedges of a view sum to: emissions without and with the levers."""

    reference: str = column(key=True, zh="参照情景", en="Reference")
    view: str = column(key=True, choices=VIEWS, zh="分组方式", en="View")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    reference_mt: float = column(unit="Mt", zh="参照排放", en="Reference emissions")
    scenario_mt: float = column(unit="Mt", zh="情景排放", en="Scenario emissions")
    reduction_mt: float = column(unit="Mt", zh="减排量", en="Reduction")
    standard_error_mt: float = column(unit="Mt", nullable=True, low=0, zh="标准误", en="Standard error")
    draws: int = column(unit="1", low=1, zh="抽样未来数", en="Draws")
