"""The report in a real browser: opens, speaks two languages, shows sources, filters, fits a phone."""

from __future__ import annotations

import importlib
import os
import runpy
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.report import render_report

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1280,900",
)  # fmt: skip
pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = runpy.run_path(str(Path(__file__).parent.parent / "report" / "made_province.py"))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(made["make_context"]()), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    missing = [name for name, found in (("chromium", BROWSER), ("chromedriver", DRIVER)) if not found]
    must_run = os.environ.get("CI", "").lower() == "true"
    if missing and not must_run:
        pytest.skip(f"no {' and no '.join(missing)} on this machine")
    load = importlib.import_module if must_run else pytest.importorskip
    webdriver = load("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def visible_text(browser: Any) -> str:
    return browser.execute_script("return document.body.innerText")


def count_rows(browser: Any) -> int:
    return browser.execute_script("return document.querySelectorAll('tr.target:not([hidden])').length")


def test_opens_without_console_errors_and_draws_charts(browser: Any, address: str) -> None:
    browser.get(address)
    assert browser.execute_script("return document.documentElement.dataset.ready") == "true"
    drawn = browser.execute_script("return document.querySelectorAll('.chart svg path').length")
    assert drawn > 10
    assert [entry for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}] == []
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in loaded if not name.startswith("data:")] == []


def test_language_switch_changes_the_text_both_ways(browser: Any, address: str) -> None:
    browser.get(address + "?lang=zh")
    assert "测试省碳达峰进展报告" in visible_text(browser)
    assert "Target board" not in visible_text(browser)
    switch = browser.find_element("id", "language")
    switch.click()
    assert "Target board" in visible_text(browser)
    assert "目标看板" not in visible_text(browser)
    assert browser.title == "Carbon-peak progress report of Testland"
    assert browser.execute_script("return document.documentElement.lang") == "en"
    assert "Raw coal" in browser.execute_script("return document.querySelector('#chart-flow').textContent")
    switch.click()
    assert browser.title == "测试省碳达峰进展报告"
    assert "原煤" in browser.execute_script("return document.querySelector('#chart-flow').textContent")


@pytest.mark.parametrize("ending", ["?lang=en", "#en"])
def test_address_chooses_the_language(browser: Any, address: str, ending: str) -> None:
    browser.get("about:blank")
    browser.get(address + ending)
    assert "Main points" in visible_text(browser)


def test_number_opens_its_source_and_escape_closes_it(browser: Any, address: str) -> None:
    browser.get(address + "?lang=zh")
    browser.execute_script("document.querySelector('tr.target[data-verdict=met] .seen .num').click()")
    box = browser.find_element("id", "trace")
    assert box.is_displayed()
    assert "统计年鉴" in box.text
    assert "统计局" in box.text
    assert "A · 官方" in box.text
    browser.find_element("tag name", "body").send_keys("\ue00c")
    assert not box.is_displayed()


def test_keyboard_focus_opens_the_source(browser: Any, address: str) -> None:
    browser.get(address + "?lang=en")
    browser.execute_script("document.querySelector('tr.target[data-verdict=met] .seen .num').focus()")
    assert "Yearbook" in browser.find_element("id", "trace").text


def test_filter_chip_group_and_document(browser: Any, address: str) -> None:
    browser.get(address + "?lang=zh")
    assert count_rows(browser) == 3
    browser.execute_script("document.querySelector('.chip[data-verdict=needs_decision]').click()")
    assert count_rows(browser) == 1
    assert "显示 1 项" in visible_text(browser)
    browser.execute_script("document.querySelector('.chip[data-verdict=\"\"]').click()")
    browser.execute_script("document.querySelector('[data-group=agency]').click()")
    assert browser.execute_script("return document.querySelectorAll('tbody.by-agency').length") == 3
    choose_all = "const s = document.querySelector('#board-document'); s.value = '';"
    browser.execute_script(choose_all + "s.dispatchEvent(new Event('change'))")
    assert "显示 4 项" in visible_text(browser)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_horizontal_overflow_on_a_phone(browser: Any, address: str, language: str) -> None:
    screen = {"width": 375, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        browser.get(address + f"?lang={language}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 375
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_readable_without_script(browser: Any, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(address)
        assert "浏览器未启用脚本" in browser.find_element("id", "main").text
        assert "目标甲" in browser.find_element("id", "board").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
