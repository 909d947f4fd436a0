"""Every table of a run: its id, contract and titles, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng import balance, inventory, tracking
from dafeng.app.power_contracts import PowerAlternatives
from dafeng.balance.audit import AuditFindings
from dafeng.cities import contracts as cities
from dafeng.decomposition.contracts import EmissionDrivers, EmissionEffects
from dafeng.inventory import assessment, city_accounts, guideline, uncertainty
from dafeng.inventory.guideline.activity_contracts import ConsumptionView, MethaneVariant
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.pack import PACK_TABLES, DecisionsTaken
from dafeng.pathway import answers as peak_answers
from dafeng.pathway import contracts as pathways
from dafeng.pathway.attribution_contracts import Wedge, WedgeTotal
from dafeng.pathway.cost_contracts import CostStep
from dafeng.pathway.discovery_tables import DiscoveryBox, DiscoveryLimit, DiscoveryStep
from dafeng.pathway.scoring import HindcastScore, HindcastSummary
from dafeng.pathway.security import SecurityMarks
from dafeng.pathway.sensitivity import SensitivityIndex
from dafeng.pathway.stock import StockPath
from dafeng.pathway.target_outlook import TargetOutlook
from dafeng.pathway.tornado import TornadoBar
from dafeng.power import contracts as power
from dafeng.power import link_contracts as links
from dafeng.power import market_contracts as market
from dafeng.power.forecast.contracts import ForecastScore
from dafeng.register import contracts as registers
from dafeng.register import whole_contracts as wholes
from dafeng.result import NamedTable
from dafeng.tracking import indicator_contracts as indicators
from dafeng.tracking.nowcast import contracts as nowcasts
from dafeng.tracking.peak_contracts import PeakErrorRates, PeakSeries, PeakVerdicts
from dafeng.tracking.warning import contracts as warnings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.table import Table

TABLES: dict[str, tuple[type[Table], str, str]] = {
    "plan.documents": (PACK_TABLES["documents"], "文件", "Documents"),
    "plan.clauses": (PACK_TABLES["clauses"], "条款", "Clauses"),
    "plan.agencies": (PACK_TABLES["agencies"], "责任部门", "Agencies"),
    "plan.clause_agencies": (PACK_TABLES["clause_agencies"], "条款与部门", "Clauses and agencies"),
    "plan.systems": (PACK_TABLES["systems"], "要求建设的系统", "Ordered systems"),
    "plan.levers": (PACK_TABLES["levers"], "政策杠杆", "Levers"),
    "plan.indicators": (PACK_TABLES["indicators"], "指标", "Indicators"),
    "plan.targets": (PACK_TABLES["targets"], "目标", "Targets"),
    "plan.links": (PACK_TABLES["target_links"], "目标之间的关系", "Links between targets"),
    "plan.open_questions": (PACK_TABLES["open_questions"], "待决问题", "Open questions"),
    "pack.sources": (PACK_TABLES["sources"], "来源", "Sources"),
    "pack.regions": (PACK_TABLES["regions"], "行政区划", "Regions"),
    "pack.economy": (PACK_TABLES["economy"], "经济与人口", "Economy and population"),
    "pack.factors": (PACK_TABLES["factors"], "本省因子", "Factors of the province"),
    "inventory.emissions": (inventory.Emissions, "二氧化碳排放", "CO2 emissions"),
    "inventory.comparison": (inventory.Comparison, "测算与公布对照", "Computed beside published"),
    "inventory.flow": (inventory.EnergyFlow, "能源流向", "Energy flow"),
    "inventory.undrawn": (inventory.UndrawnEnergy, "未画入的能源", "Energy not drawn"),
    "inventory.energy": (PACK_TABLES["energy"], "用能量", "Energy use"),
    "inventory.products": (PACK_TABLES["products"], "产量", "Product output"),
    "inventory.factors": (inventory.CarbonFactor, "排放因子", "Emission factors"),
    "inventory.published": (PACK_TABLES["published_emissions"], "公布的排放", "Published emissions"),
    "inventory.calorific": (inventory.CalorificValue, "平均低位发热量", "Average net calorific values"),
    "inventory.findings": (inventory.InventoryFinding, "可疑数据", "Implausible values"),
    "inventory.city_totals": (city_accounts.CityTotal, "各市排放", "Emissions of the cities"),
    "inventory.city_accounts": (
        city_accounts.CityAccount,
        "各市账户（分部分、品种）",
        "City accounts by part and fuel",
    ),
    "inventory.city_benchmark": (
        city_accounts.CityBenchmark,
        "各市与全省衔接",
        "Cities benchmarked to the province",
    ),
    "inventory.city_rules": (city_accounts.CityRule, "各市核算规则", "Rule of the city accounts"),
    "pathway.scenarios": (pathways.ScenarioLever, "情景与杠杆", "Scenarios and their levers"),
    "pathway.calibration": (pathways.Calibration, "基年校准", "Calibration of the base year"),
    "pathway.parameters": (pathways.ModelParameter, "引擎参数", "Parameters of the engine"),
    "pathway.peak": (peak_answers.PeakSummary, "达峰概率、年份与峰值", "Peak: probability, year, level"),
    "pathway.peak_years": (peak_answers.PeakDistribution, "达峰年分布", "Distribution of the peak year"),
    "pathway.cumulative": (peak_answers.CumulativeEmissions, "累计排放", "Cumulative emissions"),
    "pathway.fan": (peak_answers.FanChart, "逐年排放区间", "Yearly emissions, range"),
    "pathway.emissions": (pathways.PathwayEmissions, "分环节排放", "Emissions by chain"),
    "pathway.quantities": (pathways.PathwayQuantity, "其他结果", "Other results"),
    "pathway.targets": (TargetOutlook, "目标展望", "Outlook of the targets"),
    "pathway.security": (SecurityMarks, "保供底线", "Floors of energy security"),
    "pathway.wedges": (Wedge, "减排归属", "Attribution of the reduction"),
    "pathway.wedge_totals": (WedgeTotal, "减排总量", "Total reduction"),
    "pathway.costs": (CostStep, "减排成本", "Abatement costs"),
    "pathway.cost_verdict": (pathways.CostRefusal, "成本曲线可否绘制", "Whether the cost curve may be drawn"),
    "pathway.assumptions": (
        pathways.AssumptionTest,
        "哪些假定决定答案",
        "Assumptions that decide the answer",
    ),
    "pathway.tornado": (TornadoBar, "不确定性影响", "What moves the result"),
    "pathway.sensitivity": (SensitivityIndex, "方差归属", "Shares of the variance"),
    "pathway.boxes": (DiscoveryBox, "不能达峰的情形", "Futures that miss the peak"),
    "pathway.box_limits": (DiscoveryLimit, "不能达峰情形的条件", "Limits of these futures"),
    "pathway.box_steps": (DiscoveryStep, "情形搜索过程", "Search for these futures"),
    "pathway.hindcast": (HindcastScore, "后报评分", "Hindcast scores"),
    "pathway.hindcast_summary": (HindcastSummary, "后报总评", "Hindcast summary"),
    "pathway.fleet": (StockPath, "现有机组按役龄退役后的剩余", "Today's units left as they retire by age"),
    "pathway.published": (PACK_TABLES["published_scenarios"], "他人公布的情景", "Published scenarios"),
    "pathway.lever_ranges": (
        PACK_TABLES["lever_ranges"],
        "杠杆的现状与幅度",
        "Levers today and their bounds",
    ),
    "pathway.lever_effects": (PACK_TABLES["lever_effects"], "杠杆的作用", "Effects of the levers"),
    "pathway.driver_outlooks": (PACK_TABLES["driver_outlooks"], "驱动量的前景", "Outlooks of the drivers"),
    "power.capacity": (power.PowerCapacity, "电力装机", "Power capacity"),
    "power.energy": (power.PowerEnergy, "发电、利用小时与煤耗", "Output, hours and coal rate"),
    "power.storage": (power.PowerStorage, "储能运行", "Operation of storage"),
    "power.corridors": (power.PowerCorridorYear, "外送通道", "Corridors"),
    "power.system": (power.PowerYear, "电力系统逐年结果", "Power system by year"),
    "power.hourly": (power.PowerHour, "逐时出力", "Dispatch hour by hour"),
    "power.prices": (power.PowerPrice, "逐时影子价格与排放因子", "Shadow prices and factors hour by hour"),
    "power.limit_prices": (power.PowerLimitPrice, "限制的影子价格", "Shadow prices of limits"),
    "power.costs": (power.PowerCost, "电力成本", "Cost of power"),
    "power.targets": (power.PowerJudged, "电力目标的模型结论", "Power targets judged by the model"),
    "power.certificate": (power.PowerCertificate, "求解凭证", "Certificate of the solve"),
    "power.alternatives": (PowerAlternatives, "近优方案的容量范围", "Capacities of near-optimal plans"),
    "power.profiles": (power.PowerProfileUse, "所用曲线", "Profiles in use"),
    "power.response": (power.PowerResponse, "逐时模型的简化式", "Reduced form of the hourly model"),
    "power.forecast_scores": (ForecastScore, "功率预报评分", "Scores of power forecasts"),
    "power.response_runs": (links.ResponseDesign, "简化式所依据的调度", "Dispatches behind the reduced form"),
    "power.grid_factors": (links.GridFactor, "电网排放因子", "Emission factors of the grid"),
    "power.indicators": (links.PowerIndicator, "模型给出的指标", "Indicators as modelled"),
    "power.abatement": (links.PowerAbatement, "电力减排成本", "Cost of abatement in power"),
    "power.tariff_hours": (links.TariffHour, "分时电价逐时比价", "Hourly ratios of the tariff"),
    "power.tariff_effect": (links.TariffEffect, "负荷响应的作用", "What the answer of the load does"),
    "market.spot": (market.SpotPrice, "现货价格", "Spot prices"),
    "market.spot_months": (market.SpotMonth, "现货价格按月", "Spot prices by month"),
    "market.clearing": (market.ClearingResult, "出清结果", "Clearing results"),
    "market.clearing_months": (market.ClearingMonth, "出清结果按月", "Cleared energy by month"),
    "market.settlement": (market.SettlementLine, "辅助服务结算", "Settlement of ancillary services"),
    "market.settlement_sums": (market.SettlementSum, "辅助服务结算合计", "Settlement by service"),
    "power.demands": (PACK_TABLES["power_demands"], "所用电力需求", "Demand that was met"),
    "power.technologies": (PACK_TABLES["power_technologies"], "机组类别", "Technology classes"),
    "power.corridors_given": (PACK_TABLES["power_corridors"], "外送通道的参数", "Corridors as given"),
    "power.parameters": (PACK_TABLES["power_parameters"], "机组参数", "Parameters of the classes"),
    "power.statistics": (PACK_TABLES["power_statistics"], "公布的电力统计", "Published power statistics"),
    "assessment.scopes": (assessment.AssessmentScope, "考核口径", "Assessment scopes"),
    "assessment.scope_terms": (assessment.ScopeTerm, "考核口径的构成项", "Terms of the assessment scopes"),
    "assessment.price_bases": (assessment.PriceBase, "价格基年", "Price base years"),
    "assessment.power": (assessment.PowerTrade, "电力调出和因子", "Net power export and factors"),
    "assessment.gdp": (assessment.ConstantGdp, "不变价生产总值", "GDP at constant prices"),
    "assessment.accounts": (
        assessment.AssessmentAccount,
        "考核口径自测数",
        "Own estimates by assessment scope",
    ),
    "assessment.terms": (assessment.AccountTerm, "自测数的构成", "Terms of the own estimates"),
    "assessment.figures": (
        assessment.AssessmentFigure,
        "自测、反馈、核定数",
        "Own, feedback and approved figures",
    ),
    "assessment.gap": (assessment.AssessmentGap, "自测与核定的差额", "Gaps between own and approved figures"),
    "accounts.lines": (guideline.EmissionLine, "第二法清单", "Inventory by the second method"),
    "accounts.totals": (guideline.CategoryTotal, "第二法分类合计", "Totals by category, second method"),
    "accounts.methods": (guideline.MethodTotal, "两种方法对照", "Both methods side by side"),
    "accounts.method_gap": (guideline.MethodGap, "两种方法差额的原因", "The gap between the methods by term"),
    "accounts.reference": (
        guideline.ReferenceComparison,
        "参考法与部门法",
        "Reference and sectoral approach",
    ),
    "accounts.completeness": (guideline.Coverage, "第二法完整性", "Completeness of the second method"),
    "accounts.factors": (guideline.GuidelineFactor, "第二法因子", "Factors of the second method"),
    "uncertainty.totals": (
        uncertainty.TotalUncertainty,
        "排放总量的不确定性",
        "Uncertainty of total emissions",
    ),
    "uncertainty.approach1": (
        uncertainty.PropagatedRow,
        "误差传播（IPCC 表3.2）",
        "Error propagation (IPCC table 3.2)",
    ),
    "uncertainty.approach2": (uncertainty.SimulatedRow, "蒙特卡洛模拟", "Monte Carlo simulation"),
    "uncertainty.key_categories": (
        uncertainty.KeyCategoryRow,
        "关键类别（IPCC 表4.2、4.3）",
        "Key categories (IPCC tables 4.2, 4.3)",
    ),
    "uncertainty.known_parts": (
        uncertainty.KnownPart,
        "已知和缺少的不确定性",
        "Known and missing uncertainties",
    ),
    "tracking.verdicts": (tracking.Verdicts, "目标结论", "Verdicts"),
    "tracking.variants": (tracking.Variants, "不同读法下的结论", "Verdicts by reading"),
    "tracking.rules": (tracking.JudgingRules, "判定规则", "How targets are judged"),
    "tracking.decisions": (DecisionsTaken, "已作的决定", "Decisions taken"),
    "tracking.series": (PACK_TABLES["series"], "观测序列", "Observed series"),
    "tracking.observations": (PACK_TABLES["observations"], "公布的结果", "Published outcomes"),
    "tracking.indicator_series": (PACK_TABLES["indicator_series"], "指标与序列", "Indicators and series"),
    "tracking.values": (indicators.IndicatorValues, "指标逐年值", "Values of indicators"),
    "tracking.accounts": (indicators.AccountValues, "算式可用的账户量", "Accounts that formulas read"),
    "register.list": (registers.RegisterList, "台账目录", "Registers"),
    "register.fields": (registers.RegisterFields, "台账字段", "Fields of the registers"),
    "register.measures": (registers.MeasureValues, "台账汇总指标", "Figures over the rows of registers"),
    "register.measure_rows": (registers.MeasureRows, "汇总指标的各行", "Rows behind the figures"),
    "register.alerts": (registers.RegisterAlerts, "台账提醒", "Alerts of the registers"),
    "register.systems": (wholes.SystemCover, "方案系统建设情况", "Ordered systems and what serves them"),
    "register.budgets": (wholes.CityBudgets, "两高项目与碳预算", "Two-high projects beside city budgets"),
    "register.budget_rows": (wholes.BudgetRows, "两高项目与碳预算的各行", "Rows behind the city budgets"),
    "register.figures": (indicators.DatedFigures, "算式可用的台账指标", "Register figures for formulas"),
    "tracking.indicator_formulas": (PACK_TABLES["indicator_formulas"], "指标算式", "Formulas of indicators"),
    "tracking.paths": (indicators.RequiredPaths, "应达路径", "Required paths"),
    "tracking.replay": (indicators.ReplayedVerdicts, "历年回放", "Replay of past years"),
    "tracking.barometer": (warnings.BarometerRules, "晴雨表规则", "Rules of the official level"),
    "tracking.warnings": (warnings.Warnings, "预警", "Warnings"),
    "tracking.warning_scores": (warnings.WarningScores, "预警阈值的检验", "Test of the warning thresholds"),
    "tracking.reliability": (warnings.Reliability, "概率的可靠性", "Reliability of the probabilities"),
    "tracking.nowcasts": (nowcasts.Nowcasts, "全年预估", "Nowcasts"),
    "tracking.nowcast_scores": (nowcasts.NowcastScores, "预估评分", "Scores of nowcasts"),
    "tracking.year_to_date": (nowcasts.YearToDate, "累计值与路径", "Year to date beside the path"),
    "tracking.peak_tests": (PeakVerdicts, "达峰检验", "Peak test"),
    "tracking.peak_series": (PeakSeries, "达峰检验所用序列", "Series of the peak test"),
    "tracking.peak_errors": (PeakErrorRates, "达峰检验的误判率", "Error rates of the peak test"),
    "cities.figures": (PACK_TABLES["city_figures"], "各市数据", "Figures of the cities"),
    "cities.allocation": (cities.Allocation, "目标分解", "Targets split to the cities"),
    "cities.allocation_check": (cities.AllocationCheck, "分解校核", "Do the parts reach the whole"),
    "cities.dossiers": (cities.CityDossiers, "各市方案档案", "Files of the cities' plans"),
    "cities.plans": (PACK_TABLES["city_plans"], "各市方案", "Plans of the cities"),
    "cities.plan_events": (PACK_TABLES["city_plan_events"], "各市方案办理", "Procedure of the cities' plans"),
    "evaluation.rules": (cities.EvaluationRules, "考核规则", "Rules of evaluation"),
    "evaluation.scores": (cities.EvaluationScores, "考核计分", "Scores by item"),
    "evaluation.results": (cities.EvaluationResults, "考核结果", "Results of the evaluation"),
    "evaluation.appeals": (PACK_TABLES["evaluation_appeals"], "申诉", "Appeals"),
    "evaluation.departments": (cities.DepartmentTargets, "部门承担的目标", "Targets of each body"),
    "evaluation.follow_ups": (cities.FollowUps, "文书与跟进", "Notices and follow-up"),
    "accounts.methane": (EmissionLine, "煤矿甲烷", "Coal-mine methane"),
    "accounts.methane_factors": (MethaneVariant, "煤矿甲烷各因子对照", "Coal-mine methane by factor"),
    "accounts.consumption": (ConsumptionView, "本地与消费侧排放", "Territorial and consumption views"),
    "balance.cells": (PACK_TABLES["balances"], "能源平衡表", "Energy balance"),
    "balance.flow": (balance.BalanceFlow, "能源平衡流向", "Flow of the energy balance"),
    "balance.undrawn": (balance.UndrawnCells, "平衡流向未画入", "Balance not drawn"),
    "balance.differences": (balance.BalanceDifference, "平衡差额", "Statistical differences"),
    "balance.audit": (AuditFindings, "核查结果", "Audit findings"),
    "decomposition.effects": (EmissionEffects, "排放变化的因素", "Drivers of the change of emissions"),
    "decomposition.drivers": (EmissionDrivers, "分解所用的总量", "Totals behind the decomposition"),
}
"""Every table of a run: id -> contract, Chinese and English title."""


def name_tables(frames: Mapping[str, pl.DataFrame]) -> dict[str, NamedTable]:
    """Return frames as the tables of a run, with the contract and titles of :data:`TABLES`."""
    return {table_id: NamedTable(table_id, frame, *TABLES[table_id]) for table_id, frame in frames.items()}
