"""Contracts of the assessment accounts: scopes and rules as data, terms and GDP in, accounts and gaps out."""

from __future__ import annotations

from dafeng.table import Table, column

FIRST_YEAR, LAST_YEAR = 1949, 2100


class AssessmentScope(Table):
    """A named, dated scope: what is measured, on which electricity basis, by which document."""

    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    quantity: str = column(choices=("co2", "energy"), zh="考核量", en="Quantity")
    power_trade: bool = column(zh="是否计电力调入调出", en="Counts power trade")
    electricity_basis: str = column(
        vocabulary="electricity_basis", nullable=True, zh="电力折算基准", en="Electricity basis"
    )
    valid_from_year: int = column(unit="year", nullable=True, zh="有效期起", en="Valid from")
    valid_to_year: int = column(unit="year", nullable=True, zh="有效期止", en="Valid to")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    grade: str = column(vocabulary="grade", zh="规则的证据等级", en="Grade of the rule")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class ScopeTerm(Table):
    """A term of a scope with its sign; a limited term counts at most a share of another one."""

    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    term: str = column(key=True, vocabulary="assessment_term", zh="构成项", en="Term")
    sign: int = column(unit="1", low=-1, high=1, zh="符号", en="Sign")
    required: bool = column(zh="是否必需", en="Required")
    limit_term: str = column(
        vocabulary="assessment_term", nullable=True, zh="限额所依的项", en="Term of the limit"
    )
    limit_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="限额比例", en="Share of the limit"
    )
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    grade: str = column(vocabulary="grade", zh="规则的证据等级", en="Grade of the rule")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class PriceBase(Table):
    """Which year's prices the GDP of a span of years is stated in."""

    first_year: int = column(key=True, unit="year", zh="起始年", en="First year")
    last_year: int = column(unit="year", zh="终止年", en="Last year")
    base_year: int = column(unit="year", zh="价格基年", en="Price base year")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    document_zh: str = column(nullable=True, zh="文件（中文）", en="Document (Chinese)")
    document_en: str = column(nullable=True, zh="文件（英文）", en="Document (English)")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class AssessmentTerms(Table):
    """The known terms by region and year; an empty value is a term that is not known."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    term: str = column(key=True, vocabulary="assessment_term", zh="构成项", en="Term")
    stage: str = column(key=True, vocabulary="figure_stage", zh="数据阶段", en="Stage")
    power_factor: str = column(key=True, vocabulary="power_factor_rule", zh="电力因子取法", en="Power factor")
    unit: str = column(choices=("Mt CO2", "10^4 tce"), zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class GdpIndex(Table):
    """GDP growth by vintage as published, with nominal GDP of the same vintage where there is one."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    vintage: str = column(key=True, zh="版本", en="Vintage")
    gdp_index: float = column(
        unit="1", nullable=True, low=50, high=200, zh="指数（上年＝100）", en="Index (previous year = 100)"
    )
    gdp_nominal: float = column(unit="unit", nullable=True, low=0, zh="现价总量", en="GDP at current prices")
    unit: str = column(choices=("10^8 CNY",), zh="总量单位", en="Unit of GDP")


class ConstantGdp(Table):
    """GDP at constant prices of the base that the rules state; one vintage a chain."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    vintage: str = column(key=True, zh="版本", en="Vintage")
    gdp_ratio: float = column(unit="1", nullable=True, zh="比上年（倍）", en="Ratio to the year before")
    base_year: int = column(unit="year", nullable=True, zh="价格基年", en="Price base year")
    volume_ratio: float = column(unit="1", nullable=True, zh="比基年（倍）", en="Ratio to the base year")
    gdp_constant: float = column(unit="unit", nullable=True, zh="不变价总量", en="GDP at constant prices")
    unit: str = column(choices=("10^8 CNY",), zh="总量单位", en="Unit of GDP")


class AssessmentAccount(Table):
    """Own estimate by scope: value, intensity, yearly and cumulative reduction (a fall is positive)."""

    region: str = column(key=True, zh="地区", en="Region")
    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    power_factor: str = column(key=True, vocabulary="power_factor_rule", zh="电力因子取法", en="Power factor")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    unit: str = column(choices=("Mt CO2", "10^4 tce"), zh="单位", en="Unit")
    missing_terms: str = column(
        form="list", vocabulary="assessment_term", nullable=True, zh="缺少的构成项", en="Missing terms"
    )
    left_out_terms: str = column(
        form="list",
        vocabulary="assessment_term",
        nullable=True,
        zh="未计入的可选项",
        en="Optional terms left out",
    )
    partial: bool = column(zh="是否部分口径", en="Partial")
    in_force: bool = column(zh="口径当年是否有效", en="Scope in force in that year")
    vintage: str = column(nullable=True, zh="生产总值版本", en="GDP vintage")
    base_year: int = column(unit="year", nullable=True, zh="价格基年", en="Price base year")
    intensity: float = column(unit="intensity_unit", nullable=True, zh="强度", en="Intensity")
    intensity_unit: str = column(
        choices=("t CO2/10^4 CNY", "tce/10^4 CNY"), zh="强度单位", en="Unit of intensity"
    )
    reduction_share: float = column(unit="1", nullable=True, zh="比上年下降", en="Yearly reduction")
    cumulative_share: float = column(unit="1", nullable=True, zh="累计下降", en="Cumulative reduction")
    cumulative_from_year: int = column(unit="year", nullable=True, zh="累计起点年", en="Cumulative since")
    cumulative_by: str = column(
        vocabulary="cumulative_by", nullable=True, zh="累计算法", en="How it is accumulated"
    )
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class AccountTerm(Table):
    """What each term adds to an account; after a limit, and signed."""

    region: str = column(key=True, zh="地区", en="Region")
    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    power_factor: str = column(key=True, vocabulary="power_factor_rule", zh="电力因子取法", en="Power factor")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    term: str = column(key=True, vocabulary="assessment_term", zh="构成项", en="Term")
    given: float = column(unit="unit", nullable=True, zh="给出的数值", en="Value given")
    contribution: float = column(
        unit="unit", nullable=True, zh="计入的数值（带符号）", en="Contribution (signed)"
    )
    unit: str = column(choices=("Mt CO2", "10^4 tce"), zh="单位", en="Unit")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class AssessmentFigure(Table):
    """Own estimate, preliminary feedback and final approved figure side by side."""

    region: str = column(key=True, zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    variable: str = column(key=True, vocabulary="assessed_variable", zh="变量", en="Variable")
    stage: str = column(key=True, vocabulary="figure_stage", zh="数据阶段", en="Stage")
    power_factor: str = column(key=True, vocabulary="power_factor_rule", zh="电力因子取法", en="Power factor")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    document_date: str = column(form="published", nullable=True, zh="文件日期", en="Date of document")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class AssessmentGap(Table):
    """Own estimate minus a feedback or approved figure, term by term; the parts sum to the gap exactly."""

    region: str = column(key=True, zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    variable: str = column(key=True, vocabulary="assessed_variable", zh="变量", en="Variable")
    own_scope: str = column(key=True, vocabulary="assessment_scopes", zh="自测口径", en="Own scope")
    power_factor: str = column(key=True, vocabulary="power_factor_rule", zh="电力因子取法", en="Power factor")
    other_scope: str = column(key=True, vocabulary="assessment_scopes", zh="对照口径", en="Other scope")
    stage: str = column(key=True, vocabulary="figure_stage", zh="对照数据阶段", en="Stage compared with")
    part: str = column(key=True, vocabulary="gap_part", zh="差额构成", en="Part of the gap")
    term: str = column(key=True, zh="构成项（total 为不分项）", en="Term (total: not by term)")
    value: float = column(unit="unit", zh="差额（自测减对照）", en="Gap (own minus other)")
    unit: str = column(zh="单位", en="Unit")


class PowerTrade(Table):
    """Net power sent out and its CO2 by each factor: generation minus consumption."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    generation_twh: float = column(unit="TWh", nullable=True, zh="发电量", en="Generation")
    consumption_twh: float = column(unit="TWh", nullable=True, zh="电力消费量", en="Consumption")
    net_export_twh: float = column(unit="TWh", nullable=True, zh="净调出电量", en="Net export")
    own_factor: float = column(
        unit="factor_unit", nullable=True, zh="本省平均发电因子", en="Own mean factor of generation"
    )
    published_factor: float = column(
        unit="factor_unit", nullable=True, zh="公布的电网因子", en="Published grid factor"
    )
    factor_unit: str = column(choices=("kg CO2/kWh",), zh="因子单位", en="Unit of factor")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
