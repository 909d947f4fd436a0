"""The monthly page in a real browser: the fullest page there is prints on one sheet of A4."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from dafeng.report.monthly_page import render_monthly

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=4000", "--no-pdf-header-footer",
)  # fmt: skip
MADE = Path(__file__).parents[1] / "report" / "made_monthly.py"
pytestmark = pytest.mark.web


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_prints_on_one_sheet(tmp_path: Path, language: str) -> None:
    if BROWSER is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no browser")
        pytest.skip("no chromium on this machine")
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(render_monthly(runpy.run_path(str(MADE))["make_sheet"]()), "utf-8")
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}"]
    subprocess.run(
        [*command, f"{page.as_uri()}?lang={language}"], check=True, capture_output=True, timeout=120
    )
    raw = pdf.read_bytes()
    assert [int(count) for count in re.findall(rb"/Count (\d+)", raw)] == [1]
    width, height = (float(v) for v in re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", raw)[0])
    assert (round(width), round(height)) == (595, 842)  # A4 in points
