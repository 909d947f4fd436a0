"""Contracts of the peak test: verdicts on series and how often the rule is wrong on such series."""

from __future__ import annotations

from dafeng.table import Table, column


class PeakVerdicts(Table):
    """Has a series peaked: the verdict with everything that a reader needs to judge it."""

    series_id: str = column(key=True, zh="序列", en="Series")
    region: str = column(key=True, zh="地区", en="Region")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(zh="名称（英文）", en="Name (English)")
    verdict: str = column(vocabulary="peak_verdict", zh="结论", en="Verdict")
    first_year: int = column(unit="year", zh="首年", en="First year")
    last_year: int = column(unit="year", zh="末年", en="Last year")
    peak_year: int = column(unit="year", zh="最高年", en="Year of the maximum")
    peak: float = column(unit="unit", zh="最高值", en="Maximum")
    latest: float = column(unit="unit", zh="末年值", en="Latest value")
    unit: str = column(zh="单位", en="Unit")
    near_ties: str = column(form="list", nullable=True, zh="接近最高的年份", en="Near ties")
    years_since: int = column(unit="1", low=0, zh="最高年以来年数", en="Steps since the maximum")
    slope_share: float = column(
        unit="1", nullable=True, zh="最高年以后的年变化率", en="Yearly change after the maximum"
    )
    p_falling: float = column(
        unit="1", nullable=True, low=0, high=1, zh="下降检验的p值", en="p-value of the fall"
    )
    noise_share: float = column(unit="1", low=0, zh="年际波动", en="Noise from year to year")
    noise_ar1: float = column(unit="1", low=-1, high=1, zh="波动的自相关", en="Its autocorrelation")
    noise_basis: str = column(vocabulary="peak_noise", zh="波动的依据", en="Basis of the noise")
    false_alarm_share: float = column(
        unit="1", low=0, high=1, zh="平台误判为达峰的比率", en="Plateaus called peaked"
    )
    false_alarm_growing_share: float = column(
        unit="1", low=0, high=1, zh="增长误判为达峰的比率", en="Growing series called peaked"
    )
    hit_share: float = column(unit="1", low=0, high=1, zh="下降被认出的比率", en="Declines found")
    confirmable_after: int = column(
        unit="1", nullable=True, low=0, zh="转折后几年可确认", en="Steps after the turn until it can confirm"
    )
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    why_zh: str = column(zh="说明（中文）", en="Explanation (Chinese)")
    why_en: str = column(zh="说明（英文）", en="Explanation")


class PeakSeries(Table):
    """The yearly figures that were tested, as known on the day of the run."""

    series_id: str = column(key=True, zh="序列", en="Series")
    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    known_assumed: bool = column(zh="日期为推定", en="Day is assumed")
    source_ids: str = column(form="list", zh="来源", en="Sources")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")


class PeakErrorRates(Table):
    """Verdicts of the rule on simulated series whose truth is known, by years since the turn."""

    series_id: str = column(key=True, zh="序列", en="Series")
    region: str = column(key=True, zh="地区", en="Region")
    years_since: int = column(key=True, unit="1", low=0, zh="转折后年数", en="Steps since the turn")
    truth: str = column(key=True, vocabulary="peak_truth", zh="真实情形", en="Truth")
    verdict: str = column(key=True, vocabulary="peak_verdict", zh="结论", en="Verdict")
    share: float = column(unit="1", low=0, high=1, zh="比率", en="Share")
    standard_error: float = column(unit="1", low=0, high=1, zh="抽样误差", en="Sampling error")
    samples: int = column(unit="1", low=1, zh="模拟次数", en="Simulated series")
