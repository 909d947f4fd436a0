"""Reports: one self-contained HTML page and an XLSX workbook, drawn from tables.

Examples
--------
>>> from dafeng.report import PAGES
>>> PAGES[0].id
'cover'
"""

from __future__ import annotations

from dafeng.report.context import ReportContext, ReportMeta
from dafeng.report.html import render_report
from dafeng.report.page import Page
from dafeng.report.pages import PAGES
from dafeng.report.workbook import write_workbook

__all__ = ["PAGES", "Page", "ReportContext", "ReportMeta", "render_report", "write_workbook"]
