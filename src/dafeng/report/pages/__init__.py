"""The pages of the report in their order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.report.pages.assessment import PAGE as ASSESSMENT
from dafeng.report.pages.balance import PAGE as BALANCE
from dafeng.report.pages.city_accounts import PAGE as CITY_ACCOUNTS
from dafeng.report.pages.city_map import PAGE as CITY_MAP
from dafeng.report.pages.city_sheets import PAGE as CITY_SHEETS
from dafeng.report.pages.cover import PAGE as COVER
from dafeng.report.pages.decomposition import PAGE as DECOMPOSITION
from dafeng.report.pages.department_sheets import PAGE as DEPARTMENT_SHEETS
from dafeng.report.pages.emissions import PAGE as EMISSIONS
from dafeng.report.pages.flow import PAGE as FLOW
from dafeng.report.pages.headlines import PAGE as HEADLINES
from dafeng.report.pages.hindcast import PAGE as HINDCAST
from dafeng.report.pages.methane import PAGE as METHANE
from dafeng.report.pages.method import PAGE as METHOD
from dafeng.report.pages.methods_compared import PAGE as METHODS_COMPARED
from dafeng.report.pages.peak import PAGE as PEAK
from dafeng.report.pages.peak_test import PAGE as PEAK_TEST
from dafeng.report.pages.power_capacity import PAGE as POWER_CAPACITY
from dafeng.report.pages.power_certificate import PAGE as POWER_CERTIFICATE
from dafeng.report.pages.power_cost import PAGE as POWER_COST
from dafeng.report.pages.power_forecast import PAGE as POWER_FORECAST
from dafeng.report.pages.power_storage import PAGE as POWER_STORAGE
from dafeng.report.pages.power_week import PAGE as POWER_WEEK
from dafeng.report.pages.registers import PAGE as REGISTERS
from dafeng.report.pages.registers_budgets import PAGE as REGISTERS_BUDGETS
from dafeng.report.pages.rules import PAGE as RULES
from dafeng.report.pages.scenarios import PAGE as SCENARIOS
from dafeng.report.pages.spread import PAGE as SPREAD
from dafeng.report.pages.targets import PAGE as TARGETS
from dafeng.report.pages.territorial_consumption import PAGE as TERRITORIAL_CONSUMPTION
from dafeng.report.pages.uncertainty import PAGE as UNCERTAINTY
from dafeng.report.pages.unknown import PAGE as UNKNOWN
from dafeng.report.pages.warning_skill import PAGE as WARNING_SKILL
from dafeng.report.pages.warnings import PAGE as WARNINGS
from dafeng.report.pages.wedges import PAGE as WEDGES

if TYPE_CHECKING:
    from dafeng.report.page import Page

PAGES: tuple[Page, ...] = (
    COVER, HEADLINES, EMISSIONS, DECOMPOSITION, FLOW, BALANCE, METHODS_COMPARED, METHANE, UNCERTAINTY,
    TERRITORIAL_CONSUMPTION, PEAK, WEDGES, HINDCAST, SPREAD, SCENARIOS,
    POWER_CAPACITY, POWER_WEEK, POWER_STORAGE, POWER_COST, POWER_CERTIFICATE, POWER_FORECAST,
    TARGETS, WARNINGS, WARNING_SKILL, PEAK_TEST, ASSESSMENT, CITY_SHEETS, DEPARTMENT_SHEETS, CITY_ACCOUNTS,
    CITY_MAP, REGISTERS, REGISTERS_BUDGETS, UNKNOWN, RULES, METHOD,
)  # fmt: skip

__all__ = ["PAGES"]
