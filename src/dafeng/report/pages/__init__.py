"""The pages of the report in their order; each stands in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.report.pages.city_map import PAGE as CITY_MAP
from dafeng.report.pages.cover import PAGE as COVER
from dafeng.report.pages.emissions import PAGE as EMISSIONS
from dafeng.report.pages.flow import PAGE as FLOW
from dafeng.report.pages.headlines import PAGE as HEADLINES
from dafeng.report.pages.method import PAGE as METHOD
from dafeng.report.pages.rules import PAGE as RULES
from dafeng.report.pages.targets import PAGE as TARGETS
from dafeng.report.pages.unknown import PAGE as UNKNOWN

if TYPE_CHECKING:
    from dafeng.report.page import Page

PAGES: tuple[Page, ...] = (COVER, HEADLINES, EMISSIONS, FLOW, TARGETS, CITY_MAP, UNKNOWN, RULES, METHOD)

__all__ = ["PAGES"]
