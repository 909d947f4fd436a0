"""Contract of the marginal abatement cost curve."""

from __future__ import annotations

from dafeng.pathway.contracts import Scoped
from dafeng.table import column

COST_STATUS = ("drawn", "no_cost", "no_abatement")
"""Has a place on the curve; no cost is known; does not lower emissions in the year."""


class CostStep(Scoped):
    """One lever of a marginal abatement cost curve, the cheapest first; negative costs are kept."""

    reference: str = column(key=True, zh="参照情景", en="Reference")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    rank: int = column(unit="1", low=1, zh="次序", en="Rank")
    lever_id: str = column(key=True, references="levers.lever_id", zh="杠杆", en="Lever")
    zh: str = column(zh="杠杆名（中文）", en="Name of the lever (Chinese)")
    en: str = column(zh="杠杆名（英文）", en="Name of the lever (English)")
    status: str = column(choices=COST_STATUS, zh="状态", en="Status")
    reduction_mt: float = column(unit="Mt", zh="减排量", en="Reduction")
    from_mt: float = column(
        unit="Mt", nullable=True, low=0, zh="累计减排量起", en="Cumulative reduction, from"
    )
    to_mt: float = column(unit="Mt", nullable=True, low=0, zh="累计减排量止", en="Cumulative reduction, to")
    cost_cny_per_t: float = column(unit="CNY/t", nullable=True, zh="单位减排成本", en="Cost of abatement")
    present_cost_cny_per_t: float = column(
        unit="CNY/t", nullable=True, zh="单位减排成本现值", en="Present value of the cost of abatement"
    )
    price_year: int = column(unit="year", nullable=True, zh="价格年份", en="Price year")
    present_year: int = column(unit="year", nullable=True, zh="现值年份", en="Year of the present value")
    weak: bool = column(zh="依据薄弱", en="Weak")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")
