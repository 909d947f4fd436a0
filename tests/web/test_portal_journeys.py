"""What every role comes to the workbench for, from the sign-in page to the end, in a real browser."""

from __future__ import annotations

import importlib
import os
import shutil
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import uvicorn
from tests.conftest import PORTAL_MEMBERS

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_accounts import change_password, make_account
from dafeng.app.register_edit import add_row
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question
from dafeng.app.register_rows import read_row
from dafeng.app.tasks_seed import write_seed
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.portal import Portal

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1440,900",
)  # fmt: skip
PASSWORD = "Muster-Wort-2026"
FIRM = "911100001000000235"
USUAL = {"number": 1.0, "integer": 1, "year": 2025, "boolean": True, "date": "2026-01-05"}
PROJECT = {"project_code": "GF-1", "project_name": "余热利用", "firm": FIRM, "county": "140212",
           "investment": "1,200", "source": "企业申报表"}  # fmt: skip
pytestmark = pytest.mark.web


@dataclass(frozen=True)
class Site:
    """A served portal, a browser, and what looks for faults.

    Parameters
    ----------
    portal : Portal
        For what stands behind the pages.
    address : str
    browser : selenium.webdriver.Chrome
    axe : axe_core_python.selenium.Axe
    gone : type of Exception
        What the browser says of an element of a page that was left.
    """

    portal: Portal
    address: str
    browser: Any
    axe: Any
    gone: type[Exception]

    def open(self, path: str) -> None:
        self.browser.get(self.address + path)

    def one(self, selector: str) -> Any:
        return self.browser.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        return list(self.browser.find_elements("css selector", selector))

    @property
    def path(self) -> str:
        return str(self.browser.current_url).removeprefix(self.address).partition("?")[0]

    @property
    def text(self) -> str:
        return str(self.one("#main").text)

    def fill(self, selector: str, value: str) -> None:
        """Put a value into a field as a person does; into a selection by its code."""
        field = self.one(selector)
        if field.tag_name == "select":
            self.browser.execute_script("arguments[0].value = arguments[1]", field, value)
            assert field.get_attribute("value") == value
            return
        if field.get_attribute("type") != "file":
            field.clear()
        field.send_keys(value)

    def press(self, selector: str) -> None:
        """Press a button or a link, and wait for the page that comes."""
        button = self.one(selector)
        root = self.one("html")
        self.browser.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button
        )
        button.click()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                root.is_enabled()
            except self.gone:
                if self.browser.execute_script("return document.readyState") == "complete":
                    return
            time.sleep(0.02)
        raise AssertionError(f"no page came after {selector}")

    def wait_for(self, selector: str) -> Any:
        """Return an element that a script of the page draws a moment later."""
        deadline = time.monotonic() + 20
        while not self.all(selector):
            assert time.monotonic() < deadline, selector
            time.sleep(0.02)
        return self.one(selector)

    def open_step(self, step: str) -> None:
        self.browser.execute_script("arguments[0].open = true", self.one(f"#step-{step}"))

    def sign_in(self, name: str, password: str = PASSWORD, language: str = "zh") -> None:
        """Sign in on the page for it, whoever was signed in before."""
        self.open("/assets/absent")
        self.browser.delete_all_cookies()
        self.browser.get_log("browser")  # the absent page is on record
        self.open(f"/sign-in?lang={language}")
        self.fill("#name", name)
        self.fill("#password", password)
        self.press("form.sign-in button")

    def check_page(self) -> None:
        """Assert that the page has no message in the console and no serious fault."""
        found = self.axe.run(self.browser, options={"resultTypes": ["violations"]})
        serious = [
            (one["id"], one["nodes"][0]["html"][:200])
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        said = [one["message"] for one in self.browser.get_log("browser") if one["level"] == "SEVERE"]
        assert (self.browser.current_url, serious, said) == (self.browser.current_url, [], [])

    def fill_required(self, values: dict[str, str]) -> None:
        """Fill the form of a row: what is given, and something usual where a field is required."""
        for name, value in values.items():
            self.fill(f'[name="f.{name}"]', value)
        for entry in self.all("fieldset.rg-grid .rg-entry:has(.rg-must)"):
            field = entry.find_element("css selector", "[name^='f.']")
            if not field.get_attribute("value"):
                options = field.find_elements("css selector", "option:not([value=''])")
                code = options[0].get_attribute("value") if options else "1"
                self.fill(f'[name="{field.get_attribute("name")}"]', code)

    def rows(self, actor: str, register: str) -> pl.DataFrame:
        return query_rows(self.portal.book_of(actor), register, Question()).frame


@pytest.fixture(scope="module")
def portal(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Return a portal with a member and an account a role, the tasks of the plan and a firm."""
    folder = tmp_path_factory.mktemp("journeys")
    url = str(folder / "portal.sqlite")
    member = {"valid_from": "2020-01-01", "granted_by": "test", "granted_at": "2020-01-01T00:00:00+08:00"}
    with open_database(url) as database:
        for actor, (role, region, own) in PORTAL_MEMBERS.items():
            agency = "drc" if own else None
            add_member(database, member | {"actor": actor, "role": role, "region": region, "agency": agency})
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as opened:
        write_seed(opened.book_of("lead_office"))
        complete(opened, "firms", {"uscc": FIRM, "county": "140212"})
        yield opened


def complete(portal: Portal, register_id: str, values: dict[str, Any]) -> str:
    """Add a row, as the administrator, with something usual where a field is required."""
    book = portal.book_of("administrator")
    given: dict[str, Any] = {"source": "test", **values}
    for field in book.library.register(register_id).asked:
        if field.required and field.id not in given:
            vocabulary = book.library.vocabulary(register_id, field)
            given[field.id] = vocabulary.codes[0] if vocabulary else USUAL.get(field.kind, "测试")
    return add_row(book, register_id, given).row_ids[0]


def open_account(portal: Portal, actor: str) -> None:
    """Make an account whose first password was changed already."""
    made = make_account(portal, actor, "test")
    assert made is not None
    change_password(portal, actor, made.password, PASSWORD)


@pytest.fixture(scope="module")
def site(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    missing = [name for name, found in (("chromium", BROWSER), ("chromedriver", DRIVER)) if not found]
    must_run = os.environ.get("CI", "").lower() == "true"
    if missing and not must_run:
        pytest.skip(f"no {' and no '.join(missing)} on this machine")
    load = importlib.import_module if must_run else pytest.importorskip
    webdriver, axe = load("selenium.webdriver"), load("axe_core_python.selenium").Axe()
    server = uvicorn.Server(
        uvicorn.Config(make_application(portal), port=0, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield Site(portal, address, browser, axe, load("selenium.common.exceptions").WebDriverException)
    browser.quit()
    server.should_exit = True
    thread.join()


def test_the_public_reads_and_is_asked_for_nothing(site: Site) -> None:
    site.open("/?lang=zh")
    assert site.one("h1").text == "总览"
    assert "项目标" in site.one(".first-line").text
    assert site.all("ul.verdict-row li")
    assert not site.all("form[method=post]")
    assert not site.all("meta[name=csrf]")
    site.check_page()
    site.press(".portal-tools .language")
    assert site.one("h1").text == "Overview"
    site.check_page()
    site.open("/targets?lang=zh")
    assert site.all("td.seen")
    site.open("/registers")
    assert site.path == "/sign-in", "what is not public asks who one is"
    site.check_page()
    site.fill("#name", "lead_office")
    site.fill("#password", "not the password")
    site.press("form.sign-in button")
    assert site.one("[role=alert]").text
    assert site.path == "/sign-in"


def test_a_self_assessment_is_filed_reviewed_and_accepted(site: Site) -> None:
    """City, reviewer and lead office, each signed in by himself."""
    for name in ("city", "reviewer", "lead_office"):
        open_account(site.portal, name)
    site.sign_in("city")
    assert "city" in site.one(".portal-tools .account summary").text
    assert not site.all('a[href="/members"]')
    period = datetime.now().astimezone().strftime("%Y")
    site.open(f"/self-assessments?period={period}")
    assert len(site.all('form[action="/self-assessments/make"]')) == 1, "only its own"
    site.press('form[action="/self-assessments/make"] button')
    here = site.path
    assert len(site.all("textarea[name$=own_words]")) > 20
    site.fill("form.rg-form [name='f.summary']", "总体顺利")
    site.fill("form.rg-form [name='f.own_total']", "88")
    site.fill("[name='i.0.own_score']", "很高")
    site.press("button.rg-main")
    assert "不是数字" in site.text
    site.browser.get_log("browser")  # the refused form is on record
    site.fill("[name='i.0.own_score']", "9.5")
    site.fill("[name='i.0.own_words']", "已完成")
    site.press("button.rg-main")
    assert site.one("[role=status].rg-done").text
    site.check_page()
    site.open_step("submit")
    site.press("#step-submit button")
    assert not site.all("button.rg-main"), "what was submitted cannot be changed"

    site.sign_in("reviewer")
    site.open(here)
    assert not site.all("#step-approve form"), "who reviews does not approve"
    site.open_step("review")
    site.fill("#step-review [name='f.review_opinion']", "同意报送")
    site.press("#step-review button")
    assert "同意报送" in site.text
    site.check_page()

    site.sign_in("lead_office")
    site.open(here)
    site.open_step("approve")
    site.press("#step-approve button")
    site.check_page()
    book = site.portal.book_of("city")
    row = read_row(book, book.library.register("self_assessments"), here.rpartition("/")[2])
    assert (row["state"], row["own_total"], row["items"][0]["own_score"]) == ("approved", 88.0, 9.5)


def test_an_agency_accepts_a_task_on_the_board(site: Site) -> None:
    open_account(site.portal, "agency")
    site.sign_in("agency")
    waiting = site.one(".my-tasks")
    assert waiting.location["y"] > site.one(".first-line").location["y"], "the headline comes first"
    site.open("/tasks?lang=zh")
    site.check_page()
    card = "section[aria-labelledby=tk-assigned] li[data-card]"
    title = site.one(f"{card} h3").text
    site.one(f"{card} summary").click()
    site.press(f"{card} button[type=submit]")
    assert site.one("[role=status].rg-done").text
    assert title in site.one("section[aria-labelledby=tk-under_way]").text
    site.check_page()
    site.open("/")
    link = site.wait_for(".task-strip a").get_attribute("href").removeprefix(site.address)
    site.open(link)
    assert site.path == link
    assert site.all("#main .rg-state")
    site.check_page()


def test_an_enterprise_files_its_row(site: Site) -> None:
    open_account(site.portal, "enterprise")
    site.sign_in("enterprise")
    assert not site.all('a[href="/tasks"]'), "the board is not for firms"
    site.open("/registers/climate_finance/add?lang=zh")
    site.check_page()
    site.fill_required(PROJECT)
    site.press("button.rg-main")
    assert "请留意" in site.text, "what is written is told with its remarks"
    site.check_page()
    site.press("#main a[href*='/rows/']")
    assert "余热利用" in site.text
    site.check_page()
    row = site.rows("enterprise", "climate_finance").row(0, named=True)
    assert (row["project_name"], row["investment"], row["changed_by"]) == ("余热利用", 1200.0, "enterprise")
    assert site.rows("city", "climate_finance")["project_name"].to_list() == ["余热利用"]


def test_a_verifier_verifies_with_evidence(site: Site, tmp_path: Path) -> None:
    row_id = complete(site.portal, "export_footprints", {
        "footprint_no": "CF-1", "product_name": "钢轨", "firm": FIRM, "county": "140212",
        "authority": "commerce", "data_year": 2025,
        "stages": [{"stage": "production", "item": "轧制", "emission": 1.2, "data_kind": "primary"}],
    })  # fmt: skip
    report = tmp_path / "核查报告.pdf"
    report.write_bytes(b"%PDF-1.4 report")
    open_account(site.portal, "verifier")
    site.sign_in("verifier")
    site.open(f"/registers/export_footprints/rows/{row_id}?lang=zh")
    site.check_page()
    site.open_step("verify")
    site.fill("#step-verify [name='f.verifier']", "某核查机构")
    site.fill("#step-verify [name=evidence]", str(report))
    site.press("#step-verify button")
    assert "核查报告.pdf" in site.text
    site.check_page()
    row = site.rows("verifier", "export_footprints").row(0, named=True)
    assert (row["state"], row["verifier"], row["changed_by"]) == ("verified", "某核查机构", "verifier")


def test_a_bank_files_and_reads_its_own_only(site: Site) -> None:
    other = complete(site.portal, "climate_finance", {
        "project_code": "GF-9", "project_name": "别家项目", "county": "140302", "authority": "ecology",
        "firm": FIRM,
    })  # fmt: skip
    open_account(site.portal, "bank")
    site.sign_in("bank", language="en")
    site.open("/registers/climate_finance/add")
    site.fill_required({**PROJECT, "project_code": "GF-B", "project_name": "本行项目"})
    site.press("button.rg-main")
    site.check_page()
    site.open("/registers/climate_finance")
    assert "本行项目" in site.text
    assert "别家项目" not in site.text
    site.check_page()
    site.open(f"/registers/climate_finance/rows/{other}")
    assert "别家项目" not in site.text
    assert site.rows("bank", "climate_finance")["project_name"].to_list() == ["本行项目"]


def test_a_statistician_checks_a_file_and_nothing_is_kept(site: Site, tmp_path: Path) -> None:
    energy = site.portal.pack.tables["energy"].filter(pl.col("year") == 2022)
    file = tmp_path / "energy.csv"
    energy.write_csv(file)
    open_account(site.portal, "statistician")
    site.sign_in("statistician")
    site.open("/data-import?lang=zh")
    site.check_page()
    site.fill("#i-kind", "energy")
    site.fill("#i-file", str(file))
    site.one("[name=accept]").click()
    site.press("button[value=page]")
    whole = site.portal.data.whole_frame("inventory.emissions").filter(
        (pl.col("year") == 2022) & (pl.col("sector") == "total")
        & (pl.col("variable") == "co2_fuel_combustion")
    )  # fmt: skip
    assert f"{whole['value'].sum():,.2f}" in site.text
    site.check_page()
    assert not (site.portal.request.attachments / "imports").exists()  # type: ignore[operator]


def test_an_auditor_reads_the_log_and_checks_that_it_is_whole(site: Site) -> None:
    open_account(site.portal, "auditor")
    site.sign_in("auditor")
    site.open("/audit?lang=zh")
    assert "auditor" in site.one("table.data tbody tr").text, "the newest entry is his own sign-in"
    site.press('a[href="/audit/verify"]')
    assert "逐条相连" in site.one("[role=status]").text
    site.check_page()
    site.open("/registers/tasks")
    assert not site.all('#main form[method=post], a[href$="/add"]'), "an auditor changes nothing"
    site.check_page()


def test_an_administrator_opens_an_account_that_must_change_its_password(site: Site) -> None:
    open_account(site.portal, "administrator")
    site.sign_in("administrator")
    site.open("/members?lang=zh")
    site.fill("#m-user", "newcomer")
    site.fill("#m-role", "reader")
    site.press("form[action='/members/grant'] button")
    site.fill("#a-user", "newcomer")
    site.press("button[name=act][value=add]")
    first = site.one("code.secret").text
    assert len(first) > 15
    site.check_page()
    site.open("/rights?lang=zh")
    for field, value in (("user", "newcomer"), ("action", "edit"), ("resource", "firms")):
        site.fill(f"#r-{field}", value)
    site.press("form.filters button[type=submit]")
    assert "不可以" in site.one("[role=status]").text
    site.check_page()

    site.sign_in("newcomer", first)
    assert site.path == "/account/password"
    site.check_page()
    site.open("/targets")
    assert site.path == "/account/password", "nothing else before the password is changed"
    for field, value in (("old", first), ("new", PASSWORD), ("again", PASSWORD)):
        site.fill(f"#{field}", value)
    site.press("form.sign-in button")
    site.open("/")
    assert "newcomer" in site.one(".portal-tools .account summary").text
    assert "没有需要我办理的任务" in site.wait_for(".my-tasks .dims p.muted:last-child").text
    site.one(".portal-tools .account summary").click()
    site.press(".portal-tools form[action='/sign-out'] button")
    assert site.all('.portal-tools a[href="/sign-in"]')
