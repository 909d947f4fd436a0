"""Contracts of the second method: one line per category, source, fuel and gas."""

from __future__ import annotations

from dafeng.table import Table, column


class EmissionLine(Table):
    """Emission = activity x factor, with uncertainty, source and grade; or a notation key instead of a value.

    ``value`` may be null: then ``notation`` says why (NE: no usable figure, to be given by the user).
    A negative value is a removal (methane that is used or destroyed).
    """

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    category: str = column(key=True, vocabulary="ipcc_categories", zh="IPCC 类别", en="IPCC category")
    sector: str = column(key=True, zh="部门或活动", en="Sector or activity")
    fuel: str = column(key=True, vocabulary="fuels", nullable=True, zh="能源品种", en="Fuel")
    gas: str = column(key=True, vocabulary="gases", zh="气体", en="Gas")
    activity: float = column(unit="activity_unit", nullable=True, zh="活动水平", en="Activity")
    activity_unit: str = column(nullable=True, zh="活动水平单位", en="Unit of activity")
    factor: float = column(unit="factor_unit", nullable=True, zh="排放因子", en="Emission factor")
    factor_unit: str = column(nullable=True, zh="排放因子单位", en="Unit of factor")
    value: float = column(unit="unit", nullable=True, zh="排放量", en="Emissions")
    unit: str = column(choices=("kt",), zh="单位", en="Unit")
    notation: str = column(vocabulary="notation_key", nullable=True, zh="标记", en="Notation key")
    tier: str = column(choices=("T1", "T2", "T3"), nullable=True, zh="方法层级", en="Tier")
    activity_uncertainty: float = column(
        unit="1",
        nullable=True,
        low=0,
        zh="活动水平不确定性（95% 半宽）",
        en="Uncertainty of activity (95 % half-width)",
    )
    factor_uncertainty: float = column(
        unit="1",
        nullable=True,
        low=0,
        zh="因子不确定性（95% 半宽）",
        en="Uncertainty of factor (95 % half-width)",
    )
    factor_id: str = column(nullable=True, zh="因子编号", en="Factor id")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")
