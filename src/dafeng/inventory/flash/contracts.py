"""Contracts of the flash estimate: benchmarks, estimates and their past errors."""

from __future__ import annotations

from dafeng.table import Table, column

MEASURES = ("co2", "energy")
SPANS = ("month", "quarter", "ytd")
RULES = ("indicator", "carried", "sum")


class FlashBenchmark(Table):
    """Yearly inventory by flash group: what the months are tied to."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    measure: str = column(key=True, choices=MEASURES, zh="核算量", en="Measure")
    group: str = column(key=True, vocabulary="flash_group", zh="分组", en="Group")
    unit: str = column(choices=("Mt CO2", "10^4 tce"), zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="年度值", en="Value of the year")
    known_on: str = column(form="published", zh="可用日期", en="Known on")


class FlashEstimates(Table):
    """Estimate of a month, quarter and year to date by group, with the same span a year before."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    measure: str = column(key=True, choices=MEASURES, zh="核算量", en="Measure")
    group: str = column(key=True, vocabulary="flash_group", zh="分组", en="Group")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    month: int = column(key=True, unit="1", low=2, high=12, zh="期号（月）", en="Month of the issue")
    span: str = column(key=True, choices=SPANS, zh="时段", en="Span")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="估计值", en="Estimate")
    previous: float = column(unit="unit", nullable=True, zh="上年同期", en="Same span of last year")
    change_share: float = column(unit="1", nullable=True, zh="同比", en="Change on last year")
    lower: float = column(unit="unit", nullable=True, zh="预测区间下限", en="Lower end of the interval")
    upper: float = column(unit="unit", nullable=True, zh="预测区间上限", en="Upper end of the interval")
    rule: str = column(choices=RULES, zh="规则", en="Rule")
    item: str = column(vocabulary="flash_item", nullable=True, zh="带动指标", en="Indicator")
    benchmark_year: int = column(unit="year", zh="基准年", en="Benchmark year")
    benchmark_share: float = column(unit="1", nullable=True, zh="占基准年比重", en="Share of the benchmark")


class FlashMonths(Table):
    """Estimates of the total month by month; January and February stand together."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    measure: str = column(key=True, choices=MEASURES, zh="核算量", en="Measure")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    first_month: int = column(key=True, unit="1", low=1, high=12, zh="起月", en="First month")
    last_month: int = column(unit="1", low=1, high=12, zh="止月", en="Last month")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="估计值", en="Estimate")


class FlashIndicators(Table):
    """The published indicators of an issue: month, year to date, change; missing ones are null."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    item: str = column(key=True, vocabulary="flash_item", zh="指标", en="Item")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    month: int = column(key=True, unit="1", low=2, high=12, zh="月份", en="Month")
    unit: str = column(zh="计量单位", en="Unit")
    month_value: float = column(unit="unit", nullable=True, zh="当月", en="Value of the month")
    month_change_share: float = column(unit="1", nullable=True, zh="当月同比", en="Change of the month")
    ytd_value: float = column(unit="unit", nullable=True, zh="累计", en="Year to date")
    ytd_change_share: float = column(unit="1", nullable=True, zh="累计同比", en="Change of the year to date")
    known_on: str = column(nullable=True, zh="公布日期", en="Published on")
    source: str = column(nullable=True, zh="来源", en="Source")


class FlashErrors(Table):
    """What an issue of December said of a year and what the inventory said later."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    measure: str = column(key=True, choices=MEASURES, zh="核算量", en="Measure")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    origin: str = column(choices=("replay", "archive"), zh="出处", en="Origin")
    made_on: str = column(form="published", zh="制作日期", en="Made on")
    benchmark_year: int = column(unit="year", zh="基准年", en="Benchmark year")
    unit: str = column(zh="单位", en="Unit")
    estimate: float = column(unit="unit", zh="快报", en="Flash estimate")
    published: float = column(unit="unit", zh="年度清单", en="Yearly inventory")
    error_share: float = column(unit="1", zh="误差", en="Error")


class FlashScores(Table):
    """How good past issues were, and the interval that follows from their errors."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    measure: str = column(key=True, choices=MEASURES, zh="核算量", en="Measure")
    issues: int = column(unit="1", low=0, zh="期数", en="Issues")
    unit: str = column(zh="单位", en="Unit")
    bias_share: float = column(unit="1", nullable=True, zh="平均误差", en="Mean error")
    mean_absolute_error: float = column(
        unit="unit", nullable=True, zh="平均绝对误差", en="Mean absolute error"
    )
    mape_share: float = column(
        unit="1", nullable=True, zh="平均绝对百分误差", en="Mean absolute percentage error"
    )
    level_share: float = column(unit="1", zh="名义覆盖率", en="Nominal coverage")
    half_width_share: float = column(unit="1", nullable=True, zh="区间半宽（对数）", en="Half-width (log)")
    coverage_share: float = column(unit="1", nullable=True, zh="实际覆盖率", en="Coverage of past issues")
