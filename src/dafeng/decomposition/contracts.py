"""Contracts of decomposition: what moved emissions from year to year, and the totals behind it."""

from __future__ import annotations

from dafeng.table import Table, column


class EmissionEffects(Table):
    """Effects of the factors of an identity on combustion CO2; those of a step sum to its change."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    identity: str = column(key=True, vocabulary="identity", zh="恒等式", en="Identity")
    from_year: int = column(key=True, unit="year", zh="起始年", en="From")
    to_year: int = column(key=True, unit="year", zh="终止年", en="To")
    factor: str = column(key=True, vocabulary="driver", zh="因素", en="Factor")
    value_mt: float = column(unit="Mt", zh="效应", en="Effect")
    cumulative_mt: float = column(unit="Mt", zh="自首年累计效应", en="Effect since the first year")
    ratio: float = column(unit="1", nullable=True, zh="乘法效应", en="Multiplicative effect")


class EmissionDrivers(Table):
    """What the identities are made of, by year: combustion CO2, fossil energy burnt, population, output."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    co2_mt: float = column(unit="Mt", low=0, zh="燃烧 CO₂", en="Combustion CO₂")
    energy_tj: float = column(unit="TJ", low=0, zh="化石能源燃烧量", en="Fossil energy burnt")
    population: float = column(unit="population_unit", nullable=True, low=0, zh="人口", en="Population")
    population_unit: str = column(nullable=True, zh="人口单位", en="Unit of population")
    gdp: float = column(
        unit="gdp_unit", nullable=True, low=0, zh="地区生产总值（不变价）", en="GDP (constant prices)"
    )
    gdp_unit: str = column(nullable=True, zh="地区生产总值单位", en="Unit of GDP")
    population_vintage: str = column(nullable=True, zh="人口版本", en="Vintage of population")
    gdp_vintage: str = column(nullable=True, zh="生产总值版本", en="Vintage of GDP")
    sources: str = column(form="list", zh="人口和生产总值的来源", en="Sources of population and GDP")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
