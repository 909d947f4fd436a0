"""Contracts of the nowcast: what a year will come to, by the months that are known, and how good that was."""

from __future__ import annotations

from dafeng.table import Table, column


class Nowcasts(Table):
    """The year of an item as estimated from its months: mean, quantiles, the year before."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    item: str = column(key=True, vocabulary="flash_item", zh="指标", en="Item")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    through_month: int = column(unit="1", low=0, high=12, zh="已知至（月）", en="Known through month")
    unit: str = column(zh="计量单位", en="Unit")
    known: float = column(unit="unit", nullable=True, zh="已知累计", en="Known so far")
    mean: float = column(unit="unit", zh="全年估计", en="Estimate of the year")
    p05: float = column(unit="unit", zh="5% 分位", en="5th percentile")
    p10: float = column(unit="unit", zh="10% 分位", en="10th percentile")
    p50: float = column(unit="unit", zh="中位数", en="Median")
    p90: float = column(unit="unit", zh="90% 分位", en="90th percentile")
    p95: float = column(unit="unit", zh="95% 分位", en="95th percentile")
    previous: float = column(unit="unit", nullable=True, zh="上年", en="Year before")
    change_share: float = column(unit="1", nullable=True, zh="比上年", en="Change on the year before")
    method: str = column(vocabulary="nowcast_method", zh="方法", en="Method")
    years: int = column(unit="a", low=0, zh="所用历史年数", en="Years of history")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class NowcastScores(Table):
    """Scores of past nowcasts in a rolling backtest, each method on the same cases."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    item: str = column(key=True, vocabulary="flash_item", zh="指标", en="Item")
    through_month: int = column(
        key=True, unit="1", low=0, high=12, zh="已知至（月）", en="Known through month"
    )
    method: str = column(key=True, vocabulary="nowcast_method", zh="方法", en="Method")
    cases: int = column(unit="1", low=0, zh="例数", en="Cases")
    unit: str = column(zh="计量单位", en="Unit")
    crps: float = column(unit="unit", nullable=True, low=0, zh="连续分级概率评分", en="CRPS")
    crps_ratio: float = column(
        unit="1", nullable=True, low=0, zh="评分与季节朴素法之比", en="CRPS over that of seasonal-naive"
    )
    coverage80_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="80% 区间覆盖率", en="Coverage of the 80 % interval"
    )
    coverage90_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="90% 区间覆盖率", en="Coverage of the 90 % interval"
    )
    bias_share: float = column(unit="1", nullable=True, zh="平均相对误差", en="Mean relative error")
    mape_share: float = column(
        unit="1", nullable=True, low=0, zh="平均绝对相对误差", en="Mean absolute relative error"
    )


class YearToDate(Table):
    """The months of a year to date beside the path: what would be used up by now on the required path."""

    measure: str = column(key=True, choices=("co2", "energy"), zh="核算量", en="Measure")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    month: int = column(key=True, unit="1", low=1, high=12, zh="至月", en="Through month")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="累计值", en="Year to date")
    previous: float = column(unit="unit", nullable=True, zh="上年同期", en="Same span of last year")
    path_whole: float = column(unit="unit", nullable=True, zh="全年路径值", en="Path of the whole year")
    path_to_date: float = column(unit="unit", nullable=True, zh="路径的同期值", en="Path to date")
    gap: float = column(unit="unit", nullable=True, zh="与路径之差", en="Above (+) or below (−) the path")
    path_zh: str = column(nullable=True, zh="路径依据（中文）", en="Which path (Chinese)")
    path_en: str = column(nullable=True, zh="路径依据（英文）", en="Which path (English)")
