"""Every page of the workbench in a real browser: no console message, no serious fault that axe-core finds."""

from __future__ import annotations

import importlib
import os
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1440,900",
)  # fmt: skip
FURTHER = ("/targets/T1.2a-3", "/plan/clauses/C2.1.1", "/plan/agencies/drc", "/plan?q=%E7%85%A4%E7%94%B5")
"""Pages that are not in the navigation: one of each kind."""
pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def address(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("portal")
    url = str(folder / "portal.sqlite")
    member = {"region": "*", "agency": None, "valid_from": "2020-01-01", "granted_by": "test",
              "granted_at": "2020-01-01T00:00:00+08:00", "actor": "official"}  # fmt: skip
    with open_database(url) as database:
        for role in ("administrator", "lead_office"):
            add_member(database, member | {"role": role})
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as portal:
        who = Visitor(portal.book_of("official"), "session", csrf="proof")
        app = make_application(portal, lambda _request: who)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


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


def complaints(browser: Any) -> list[str]:
    return [
        entry["message"] for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}
    ]


def faults_of(browser: Any, axe: Any, address: str, path: str, language: str) -> list[Any]:
    """Return console messages and serious findings of a page."""
    browser.get(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    assert browser.execute_script("return document.documentElement.lang.slice(0, 2)") == language
    found = axe.run(browser, options={"resultTypes": ["violations"]})
    serious = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    return serious + complaints(browser)


def test_no_page_has_a_console_message_or_a_serious_fault(browser: Any, address: str) -> None:
    axe = pytest.importorskip("axe_core_python.selenium").Axe()
    browser.get(f"{address}/")
    links = "return Array.from(document.querySelectorAll('.portal-menu a')).map(a => a.getAttribute('href'))"
    paths = [*dict.fromkeys(browser.execute_script(links)), *FURTHER]
    assert len(paths) > 25
    faults = {
        path: found
        for place, path in enumerate(paths)
        if (found := faults_of(browser, axe, address, path, ("zh", "en")[place % 2]))
    }
    assert faults == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_overview_fits_a_phone_and_its_menu_opens(browser: Any, address: str, language: str) -> None:
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        browser.get(f"{address}/?lang={language}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        menu = browser.find_element("css selector", ".portal-menu")
        menu.find_element("tag name", "summary").click()
        assert menu.find_element("css selector", 'a[href="/targets"]').is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_number_opens_its_source_and_escape_closes_it(browser: Any, address: str) -> None:
    browser.get(f"{address}/targets?lang=zh")
    browser.execute_script("document.querySelector('td.seen .num').click()")
    box = browser.find_element("id", "trace")
    assert "数据出处" in box.text or "来源" in box.text
    browser.find_element("tag name", "body").send_keys("\ue00c")
    assert not box.is_displayed()


def test_charts_draw_and_their_tooltip_obeys_the_policy(browser: Any, address: str) -> None:
    browser.get(f"{address}/accounts/emissions?lang=zh")
    assert browser.execute_script("return document.querySelectorAll('.chart svg path').length") > 10
    browser.execute_script(
        "echarts.getInstanceByDom(document.querySelector('.chart')).dispatchAction("
        "{type: 'showTip', seriesIndex: 0, dataIndex: 1})"
    )
    mark = "return getComputedStyle(document.querySelector('.tip i')).backgroundColor"
    assert browser.execute_script(mark) != "rgba(0, 0, 0, 0)"
    assert complaints(browser) == []


def test_the_large_screen_turns_by_itself_and_holds(browser: Any, address: str) -> None:
    screen = {"width": 1920, "height": 1080, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        browser.get(f"{address}/screen?lang=zh")
        shown = "return Array.from(document.querySelectorAll('.slide')).map(s => getComputedStyle(s).display)"
        assert browser.execute_script(shown).count("flex") == 1
        assert browser.execute_script("return document.documentElement.scrollHeight") <= 1080
        body = browser.find_element("tag name", "body")
        body.send_keys("\ue014")
        assert browser.execute_script(shown)[1] == "flex"
        body.send_keys(" ")
        assert browser.find_element("id", "pause").get_attribute("aria-pressed") == "true"
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_everything_reads_without_script(browser: Any, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/targets?lang=zh&verdict=met")
        assert "新能源和清洁能源装机占比" in browser.find_element("id", "main").text
        browser.get(f"{address}/screen?lang=zh")
        assert "目标预警" in browser.find_element("id", "slides").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
