"""The made-up province of the report tests."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dafeng.report import render_report

if TYPE_CHECKING:
    from dafeng.report import ReportContext

MADE = runpy.run_path(str(Path(__file__).with_name("made_province.py")))


@pytest.fixture(scope="session")
def made() -> dict:
    return MADE


@pytest.fixture(scope="session")
def context() -> ReportContext:
    return MADE["make_context"]()


@pytest.fixture(scope="session")
def page(context: ReportContext) -> str:
    return render_report(context)
