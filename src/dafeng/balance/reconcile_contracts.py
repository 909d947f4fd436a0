"""Contracts of reconciliation: observations in; cells, adjustments, sources and identities out."""

from __future__ import annotations

from dafeng.balance.contracts import FIRST_YEAR, LAST_YEAR
from dafeng.table import Table, column


class BalanceObservations(Table):
    """What sources say of the cells of a balance; several sources may give the same cell.

    A row without a value asks for the cell to be derived. Signs as in the yearbook. Reliability is a relative
    standard deviation or an evidence grade with its default; bounds and locks hold for the cell.
    """

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    source: str = column(key=True, zh="来源", en="Source")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")
    relative_sd: float = column(
        unit="1", nullable=True, low=0, zh="相对标准差", en="Relative standard deviation"
    )
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    lower: float = column(unit="unit", nullable=True, zh="下限", en="Lower bound")
    upper: float = column(unit="unit", nullable=True, zh="上限", en="Upper bound")
    locked: bool = column(nullable=True, zh="锁定", en="Locked")


class ReconciledCells(Table):
    """Cells of the closed balance beside what was observed.

    ``observed`` is the mean of the sources weighted by their precision; ``multiplier`` is the change of the
    objective per unit by which a lock or an active bound is moved.
    """

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="平差后", en="Reconciled")
    observed: float = column(unit="unit", nullable=True, zh="观测值（加权平均）", en="Observed (weighted)")
    adjustment: float = column(unit="unit", nullable=True, zh="调整量", en="Adjustment")
    adjustment_sigma: float = column(
        unit="1", nullable=True, zh="调整量（标准差的倍数）", en="Adjustment (in sd)"
    )
    sd_before: float = column(unit="unit", nullable=True, low=0, zh="平差前标准差", en="Sd before")
    sd_after: float = column(unit="unit", nullable=True, low=0, zh="平差后标准差", en="Sd after")
    state: str = column(vocabulary="cell_state", zh="状态", en="State")
    multiplier: float = column(unit="1", nullable=True, zh="乘子（每计量单位）", en="Multiplier (per unit)")


class Adjustments(Table):
    """How far each observation was moved."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    source: str = column(key=True, zh="来源", en="Source")
    unit: str = column(zh="计量单位", en="Unit")
    observed: float = column(unit="unit", zh="观测值", en="Observed")
    sd: float = column(unit="unit", low=0, zh="标准差", en="Standard deviation")
    value: float = column(unit="unit", zh="平差后", en="Reconciled")
    adjustment: float = column(unit="unit", zh="调整量", en="Adjustment")
    adjustment_sigma: float = column(unit="1", zh="调整量（标准差的倍数）", en="Adjustment (in sd)")


class SourcePull(Table):
    """How hard each source was pulled, hardest first by the root mean square."""

    source: str = column(key=True, zh="来源", en="Source")
    cells: int = column(unit="1", low=0, zh="观测数", en="Observations")
    rms_sigma: float = column(
        unit="1", low=0, zh="调整量均方根（标准差的倍数）", en="Root mean square of adjustments (in sd)"
    )
    largest_sigma: float = column(
        unit="1", low=0, zh="最大调整量（标准差的倍数）", en="Largest adjustment (in sd)"
    )
    largest_cell: str = column(zh="调整最大的单元格", en="Cell adjusted most")
    chi_square: float = column(unit="1", low=0, zh="卡方贡献", en="Part of chi-square")


class IdentityResiduals(Table):
    """What each identity missed before and after; before is empty where a cell was not observed."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    identity: str = column(key=True, zh="恒等式", en="Identity")
    item: str = column(key=True, zh="品种或项目", en="Fuel or row")
    unit: str = column(zh="计量单位", en="Unit")
    before: float = column(unit="unit", nullable=True, zh="平差前差额", en="Residual before")
    after: float = column(unit="unit", zh="平差后差额", en="Residual after")
