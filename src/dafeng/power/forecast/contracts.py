"""Tables of forecasts: what is read, what is foretold, how good it was."""

from __future__ import annotations

from dafeng.table import Table, column


class StationPower(Table):
    """Measured output of stations, regular in time; an empty power is missing, never zero.

    Times are labels of the start of the interval, China Standard Time unless an offset is written.
    """

    station: str = column(key=True, zh="场站", en="Station")
    time: str = column(key=True, zh="时刻", en="Time")
    power: float = column(unit="unit", nullable=True, zh="功率", en="Power")
    unit: str = column(zh="单位", en="Unit")
    capacity_mw: float = column(unit="MW", low=0, nullable=True, zh="装机容量", en="Capacity")
    curtailed: bool = column(nullable=True, zh="限电", en="Curtailed")


class StationWeather(Table):
    """Weather for stations, every further column a variable; measured weather is issued when it is valid."""

    station: str = column(key=True, zh="场站", en="Station")
    issued: str = column(key=True, zh="起报时刻", en="Issued")
    valid: str = column(key=True, zh="有效时刻", en="Valid")


class ForecastValue(Table):
    """A forecast: the expected output and its quantiles, per interval."""

    station: str = column(key=True, zh="场站", en="Station")
    issued: str = column(key=True, zh="起报时刻", en="Issued")
    valid: str = column(key=True, zh="有效时刻", en="Valid")
    lead_hours: float = column(unit="hour", low=0, zh="预见期", en="Lead")
    model: str = column(vocabulary="forecast_model", zh="模型", en="Model")
    weather: str = column(vocabulary="forecast_weather", zh="天气资料", en="Weather")
    capacity_mw: float = column(unit="MW", low=0, nullable=True, zh="装机容量", en="Capacity")
    power_mw: float = column(unit="MW", low=0, nullable=True, zh="预测功率", en="Power foretold")
    output_share: float = column(unit="1", low=0, high=1, zh="预测出力率", en="Output foretold")
    p10_share: float = column(unit="1", low=0, high=1, zh="10%分位", en="10 % quantile")
    p25_share: float = column(unit="1", low=0, high=1, zh="25%分位", en="25 % quantile")
    p50_share: float = column(unit="1", low=0, high=1, zh="中位数", en="Median")
    p75_share: float = column(unit="1", low=0, high=1, zh="75%分位", en="75 % quantile")
    p90_share: float = column(unit="1", low=0, high=1, zh="90%分位", en="90 % quantile")


class ForecastScore(Table):
    """How good forecasts were on times that training had not seen; shares of capacity."""

    station: str = column(key=True, zh="场站", en="Station")
    kind: str = column(choices=("wind", "pv"), zh="种类", en="Kind")
    horizon: str = column(key=True, vocabulary="forecast_horizon", zh="预测时效", en="Horizon")
    weather: str = column(key=True, vocabulary="forecast_weather", zh="天气资料", en="Weather")
    model: str = column(key=True, vocabulary="forecast_model", zh="模型", en="Model")
    measure: str = column(key=True, vocabulary="forecast_measure", zh="评分", en="Score")
    rule: str = column(key=True, zh="规则编号（none 为不属于规则）", en="Rule (none: of no rule)")
    value: float = column(unit="1", nullable=True, zh="数值", en="Value")
    low: float = column(unit="1", nullable=True, zh="95%区间下限", en="Low end of the 95 % interval")
    high: float = column(unit="1", nullable=True, zh="95%区间上限", en="High end of the 95 % interval")
    threshold: float = column(unit="1", nullable=True, zh="合格线", en="Threshold")
    passed: bool = column(nullable=True, zh="是否达到", en="Reached")
    points: int = column(unit="1", low=0, zh="点数", en="Points")
    days: int = column(unit="day", low=0, zh="天数", en="Days")
    folds: int = column(unit="1", low=1, zh="滚动训练次数", en="Times trained")
    train_from: str = column(form="published", zh="训练始于", en="Training from")
    test_from: str = column(form="published", zh="检验始于", en="Test from")
    test_to: str = column(form="published", zh="检验止于", en="Test to")


class NormalisedGeneration(Table):
    """What a year would have generated in the weather of all the years that are known."""

    station: str = column(key=True, zh="场站", en="Station")
    year: int = column(key=True, unit="year", low=1950, high=2100, zh="年份", en="Year")
    observed_share: float = column(unit="1", low=0, nullable=True, zh="实际出力率", en="Output observed")
    weather_share: float = column(unit="1", low=0, zh="当年天气下的出力率", en="Output in its own weather")
    normal_share: float = column(unit="1", low=0, zh="多年天气下的出力率", en="Output in the mean weather")
    deviation_share: float = column(
        unit="1", low=0, nullable=True, zh="天气年际标准差", en="Spread between weather years"
    )
    index_ratio: float = column(unit="1", low=0, zh="天气指数", en="Weather index")
    normalised_share: float = column(
        unit="1", low=0, nullable=True, zh="天气校正后的出力率", en="Output corrected for weather"
    )
    covered_share: float = column(unit="1", low=0, high=1, zh="天气覆盖", en="Share of the year covered")
    weather_years: int = column(unit="a", low=1, zh="天气年数", en="Weather years")
