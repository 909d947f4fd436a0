"""Contracts of the audit: what it reads beside a balance, and what it says."""

from __future__ import annotations

from dafeng.table import Table, column

GROUPS = ("identity", "plausibility", "time_series", "cross_source", "structure", "firm")


class AuditFindings(Table):
    """What the rules of the audit found, suppressed findings included."""

    rule: str = column(zh="规则", en="Rule")
    group: str = column(choices=GROUPS, zh="规则类别", en="Group of rules")
    severity: str = column(vocabulary="severity", zh="严重程度", en="Severity")
    region: str = column(nullable=True, zh="地区", en="Region")
    year: int = column(unit="year", nullable=True, zh="年份", en="Year")
    variable: str = column(nullable=True, zh="变量", en="Variable")
    row: str = column(nullable=True, zh="项目或行业", en="Row or sector")
    fuel: str = column(nullable=True, zh="能源品种", en="Fuel")
    firm_id: str = column(nullable=True, zh="单位代码", en="Code of the firm")
    unit: str = column(nullable=True, zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    expected: float = column(unit="unit", nullable=True, zh="应有数值", en="Expected value")
    difference: float = column(unit="unit", nullable=True, zh="差额", en="Difference")
    text_zh: str = column(zh="说明（中文）", en="Explanation in Chinese")
    text_en: str = column(zh="说明（英文）", en="Explanation in English")
    file: str = column(nullable=True, zh="文件", en="File")
    sheet: str = column(nullable=True, zh="工作表", en="Sheet")
    place: str = column(nullable=True, zh="单元格", en="Cell")
    suppressed: bool = column(zh="已豁免", en="Suppressed")
    reason: str = column(nullable=True, zh="豁免理由", en="Reason of the suppression")
    by: str = column(nullable=True, zh="豁免人", en="Suppressed by")
    on: str = column(nullable=True, form="published", zh="豁免日期", en="Suppressed on")


class AuditRules(Table):
    """The catalogue of audit rules."""

    rule: str = column(key=True, zh="规则", en="Rule")
    group: str = column(choices=GROUPS, zh="规则类别", en="Group of rules")
    severity: str = column(vocabulary="severity", zh="严重程度", en="Severity")
    name_zh: str = column(zh="名称（中文）", en="Name in Chinese")
    name_en: str = column(zh="名称（英文）", en="Name in English")
    why_zh: str = column(zh="依据（中文）", en="Reason in Chinese")
    why_en: str = column(zh="依据（英文）", en="Reason in English")
    thresholds: str = column(zh="阈值及来源", en="Thresholds and their sources")


class AuditSeries(Table):
    """Yearly figures of any subject, one row a region, year, variable and source."""

    region: str = column(zh="地区", en="Region")
    year: int = column(unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(zh="变量", en="Variable")
    sector: str = column(nullable=True, zh="行业", en="Sector")
    fuel: str = column(nullable=True, zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    source: str = column(nullable=True, zh="来源或版本", en="Source or vintage")


class FirmPurchase(Table):
    """Energy bought, used and in stock by firm and energy (form 205-1)."""

    firm_id: str = column(key=True, zh="单位代码", en="Code of the firm")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    energy: str = column(key=True, zh="能源名称", en="Energy")
    unit: str = column(zh="计量单位", en="Unit")
    opening_stock: float = column(unit="unit", nullable=True, zh="期初库存量", en="Opening stock")
    purchase: float = column(unit="unit", nullable=True, zh="购进量", en="Bought")
    own_output: float = column(unit="unit", nullable=True, zh="自产量", en="Own output")
    use_total: float = column(unit="unit", nullable=True, zh="消费量合计", en="Use, total")
    industrial_use: float = column(unit="unit", nullable=True, zh="工业生产消费", en="Use in production")
    raw_material_use: float = column(unit="unit", nullable=True, zh="用于原材料", en="Use as raw material")
    other_use: float = column(unit="unit", nullable=True, zh="非工业生产消费", en="Use outside production")
    transport_use: float = column(unit="unit", nullable=True, zh="运输工具消费", en="Use of vehicles")
    sent_on: float = column(unit="unit", nullable=True, zh="拨出或销售量", en="Sent on or sold")
    closing_stock: float = column(unit="unit", nullable=True, zh="期末库存量", en="Closing stock")
    coefficient: float = column(
        unit="1", nullable=True, zh="采用折标系数", en="Coal equivalent used (tce a unit)"
    )
    reference_coefficient: float = column(
        unit="1", nullable=True, zh="参考折标系数", en="Reference coal equivalent (tce a unit)"
    )


class FirmTransformation(Table):
    """Energy put into and got out of transformation by firm and process (form 205-2)."""

    firm_id: str = column(key=True, zh="单位代码", en="Code of the firm")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    process: str = column(key=True, vocabulary="balance_rows", zh="加工转换过程", en="Process")
    energy: str = column(key=True, zh="能源名称", en="Energy")
    unit: str = column(zh="计量单位", en="Unit")
    input: float = column(unit="unit", nullable=True, zh="投入量", en="Input")
    output: float = column(unit="unit", nullable=True, zh="产出量", en="Output")
    coefficient: float = column(
        unit="1", nullable=True, zh="采用折标系数", en="Coal equivalent used (tce a unit)"
    )


class FirmUnitEnergy(Table):
    """Energy use for one unit of product by firm (form 205-3)."""

    firm_id: str = column(key=True, zh="单位代码", en="Code of the firm")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    product: str = column(key=True, zh="产品", en="Product")
    unit: str = column(zh="计量单位", en="Unit")
    unit_energy: float = column(
        unit="unit", nullable=True, zh="单位产品能耗", en="Energy of one unit of product"
    )
    energy_tce: float = column(
        unit="tce", nullable=True, zh="能源消费量（分子）", en="Energy used (numerator)"
    )
    output: float = column(
        unit="output_unit", nullable=True, zh="产品产量（分母）", en="Output (denominator)"
    )
    output_unit: str = column(nullable=True, zh="产量单位", en="Unit of the output")
    output_value: float = column(
        unit="value_unit", nullable=True, zh="工业总产值", en="Value of the firm's output"
    )
    value_unit: str = column(nullable=True, zh="产值单位", en="Unit of the value")
