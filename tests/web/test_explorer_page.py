"""The explorer in a real browser: a slider moves the answer and the link, nothing breaks the policy."""

from __future__ import annotations

import importlib
import os
import shutil
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.portal import Portal

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1440,1000",
)  # fmt: skip
PATIENCE_S = 30.0
pytestmark = pytest.mark.web


@pytest.fixture
def address(portal: Portal) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    application = make_application(portal, lambda _request: Visitor(portal.book_of("lead_office"), "session"))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE_S)
    listening.close()


@pytest.fixture
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


def wait_until(browser: Any, script: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = browser.execute_script(script)
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(script)


def test_a_slider_moves_the_answer_and_the_link(browser: Any, address: str) -> None:
    browser.get(f"{address}/pathways?scenario=plan")
    before = wait_until(browser, "return document.getElementById('explorer-message').innerText")
    assert (
        browser.execute_script("return document.querySelectorAll('input[type=range]:not([hidden])').length")
        > 60
    )
    browser.execute_script(
        "const one = document.querySelector('[data-for=\"d-L_wind_pv\"]'); one.value = 300;"
        "one.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    wait_until(browser, f"return document.getElementById('explorer-message').innerText !== {before!r}")
    assert browser.execute_script("return document.getElementById('d-L_wind_pv').value") == "300"
    wait_until(browser, "return location.search === '?scenario=plan&L_wind_pv=300'")
    wait_until(
        browser,
        "return document.getElementById('explorer-wedges') && !document.querySelector('[hx-trigger^=every]')",
    )
    assert "4,096" in browser.execute_script("return document.querySelector('.explorer-error').innerText")
    browser.refresh()
    assert browser.execute_script("return document.getElementById('d-L_wind_pv').value") == "300"
    assert [one for one in browser.get_log("browser") if "favicon" not in one["message"]] == []
