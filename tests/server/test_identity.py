"""Signing in, sessions, keys, lockout, forged requests: through the whole application."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_audit import AuditEntry, record, verify_audit
from dafeng.app.portal_sessions import find_session
from dafeng.crypto import find_suite
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database, tables
from dafeng.store.database.portal_accounts import Account, insert_account, read_account
from dafeng.store.database.portal_audit import walk_audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.store.database import Database

PASSWORD = "Muster-Wort-2026"


class Browser:
    """A client with cookies that sends forms as the pages make them."""

    def __init__(self, portal: Portal, base: str = "http://testserver") -> None:
        self.portal = portal
        self.client = TestClient(make_application(portal), base_url=base, follow_redirects=False)

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> Any:
        page = self.client.get("/sign-in").text
        proof = re.search(r'name="proof" value="([^"]+)"', page)
        assert proof
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        data = {"name": name, "password": password, "proof": proof[1], "csrf": csrf[1] if csrf else ""}
        return self.client.post("/sign-in", data=data | more)

    def csrf(self) -> str:
        found = re.search(r'<meta name="csrf" content="([^"]+)"', self.client.get("/account").text)
        assert found
        return found[1]

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf(), **data})


@pytest.fixture(scope="module")
def opened(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Return one portal for all tests here: opening takes seconds."""
    folder = tmp_path_factory.mktemp("identity")
    url = str(folder / "portal.sqlite")
    with open_database(url) as database:
        add_members(database)
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as portal:
        yield portal


@pytest.fixture
def quick(opened: Portal) -> Iterator[Portal]:
    """Return the portal with three accounts and no session, its members and clock as they were."""
    database, settings, book = opened.public.database, opened.settings, opened.public
    with database.writing("accounts") as connection:
        for table in (tables.account, tables.session, tables.token, tables.member):
            connection.execute(table.delete())
    add_members(database)
    for name in ("administrator", "lead_office", "city"):
        moment = opened.now()
        insert_account(database, Account(name, "local", "test", moment, moment, secret=hashed()))
    opened.forget_rights()
    yield opened
    opened.settings, opened.public = settings, book


def add_members(database: Database) -> None:
    for name in ("administrator", "lead_office", "city", "auditor", "bank"):
        line = {"actor": name, "role": name, "region": "140200" if name == "city" else "*", "agency": None,
                "valid_from": "2020-01-01", "granted_by": "test",
                "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
        add_member(database, line)


@cache
def hashed() -> str:
    return find_suite("international").hash_password(PASSWORD)


@pytest.fixture
def browser(quick: Portal) -> Browser:
    return Browser(quick)


def acts(portal: Portal) -> list[tuple[str, str, str]]:
    return [(row.actor, row.act, row.outcome) for row in walk_audit(portal.public.database)]


def test_signing_in_opens_what_the_role_may_and_signing_out_closes_it(browser: Browser) -> None:
    assert browser.client.get("/members").headers["location"] == "/sign-in?next=/members"
    answer = browser.sign_in("administrator", next="/members")
    assert (answer.status_code, answer.headers["location"]) == (303, "/members")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.client.get("/members").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert browser.client.get("/members").status_code == 303
    assert acts(browser.portal)[-2:] == [
        ("administrator", "sign_in", "done"), ("administrator", "sign_out", "done"),
    ]  # fmt: skip


def test_over_https_the_cookie_is_bound_to_host_and_scheme(quick: Portal) -> None:
    answer = Browser(quick, "https://testserver").sign_in("city")
    assert answer.headers["set-cookie"].startswith("__Host-dafeng_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_wrong_password_an_unknown_name_and_a_locked_account_are_told_the_same(browser: Browser) -> None:
    told = []
    for name, password in [("city", "wrong"), ("nobody at all", "wrong")]:
        answer = browser.sign_in(name, password)
        assert answer.status_code == 401
        told.append(re.findall(r'<div class="error-summary".*?</div>', answer.text, re.DOTALL))
    assert told[0] == told[1] != []
    for _ in range(browser.portal.settings.sign_in_failures - 1):
        browser.sign_in("city", "wrong")
    answer = browser.sign_in("city")  # the right one, too late
    assert re.findall(r'<div class="error-summary".*?</div>', answer.text, re.DOTALL) == told[0]
    assert browser.client.get("/account").status_code == 303


def test_a_lock_ends_and_the_count_begins_anew(browser: Browser) -> None:
    portal = browser.portal
    for _ in range(portal.settings.sign_in_failures):
        browser.sign_in("city", "wrong")
    assert browser.sign_in("city").status_code == 401
    go_on(portal, timedelta(minutes=portal.settings.lockout_minutes, seconds=5))
    assert browser.sign_in("city", "wrong").status_code == 401
    assert browser.sign_in("city").status_code == 303
    account = read_account(portal.public.database, "city")
    assert account
    assert (account.failures, account.locked_until) == (0, None)


def go_on(portal: Portal, span: timedelta) -> None:
    """Move the clock of a portal."""
    before = portal.public.clock

    def clock() -> datetime:
        return before() + span

    portal.public = replace(portal.public, clock=clock)
    portal.forget_rights()


@pytest.mark.parametrize("kind", ["idle", "absolute"])
def test_a_session_ends_by_idleness_and_by_time(browser: Browser, kind: str) -> None:
    portal = browser.portal
    browser.sign_in("city")
    value = browser.client.cookies["dafeng_session"]
    assert find_session(portal, value)
    if kind == "idle":
        go_on(portal, timedelta(minutes=portal.settings.session_idle_minutes - 1))
        assert find_session(portal, value)
        go_on(portal, timedelta(minutes=portal.settings.session_idle_minutes + 1))
    else:
        go_on(portal, timedelta(hours=portal.settings.session_hours, seconds=1))
    assert find_session(portal, value) is None


def test_signing_in_again_makes_a_new_cookie_and_ends_the_old_one(browser: Browser) -> None:
    browser.sign_in("city")
    first = browser.client.cookies["dafeng_session"]
    browser.sign_in("lead_office")
    assert browser.client.cookies["dafeng_session"] != first
    assert find_session(browser.portal, first) is None


def test_the_cookie_stands_nowhere_in_the_database(browser: Browser) -> None:
    browser.sign_in("city")
    value = browser.client.cookies["dafeng_session"]
    with browser.portal.public.database.reading() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert value not in dump
    assert PASSWORD not in dump
    assert find_suite("international").digest(value.encode()) in dump


def test_a_first_password_must_be_changed_before_anything_else(browser: Browser) -> None:
    browser.sign_in("administrator")
    page = browser.post("/members/accounts", user="bank", act="add").text
    given = re.search(r'class="secret">([^<]+)<', page)
    assert given
    other = Browser(browser.portal)
    assert other.sign_in("bank", given[1]).headers["location"] == "/account/password"
    assert other.client.get("/").headers["location"] == "/account/password"
    assert other.client.get("/api/v1/about").json()["error"]["code"] == "account_password_must_change"
    form = other.client.get("/account/password").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf
    data = {"csrf": csrf[1], "old": given[1], "new": "short", "again": "short"}
    assert other.client.post("/account/password", data=data).status_code == 422
    data |= {"new": "Neues-Wort-2031", "again": "Neues-Wort-2031"}
    assert other.client.post("/account/password", data=data).status_code == 303
    assert other.client.get("/").status_code == 200


def test_a_form_without_its_proof_or_from_elsewhere_is_refused(browser: Browser) -> None:
    browser.sign_in("administrator")
    data = {"user": "bank", "act": "add"}
    assert browser.client.post("/members/accounts", data=data).status_code == 403
    wrong = browser.client.post("/members/accounts", data=data | {"csrf": "guess"})
    assert wrong.status_code == 403
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.client.post(
            "/members/accounts", data=data | {"csrf": browser.csrf()}, headers=header
        )
        assert answer.status_code == 403
    assert read_account(browser.portal.public.database, "bank") is None
    refused = [row for row in acts(browser.portal) if row[1:] == ("POST /members/accounts", "refused")]
    assert refused == [("administrator", "POST /members/accounts", "refused")] * 4
    assert browser.post("/members/accounts", **data).status_code == 200


def test_the_sign_in_form_of_another_browser_is_refused(quick: Portal) -> None:
    page = Browser(quick).client.get("/sign-in").text
    proof = re.search(r'name="proof" value="([^"]+)"', page)
    assert proof
    data = {"name": "city", "password": PASSWORD, "proof": proof[1]}
    assert Browser(quick).client.post("/sign-in", data=data).status_code == 401


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\\b"])
def test_signing_in_leads_to_our_own_pages_only(browser: Browser, back: str) -> None:
    assert browser.sign_in("city", next=back).headers["location"] == "/"


def test_a_key_acts_for_its_owner_within_its_scopes_until_it_is_taken_back(browser: Browser) -> None:
    browser.sign_in("lead_office")
    page = browser.post("/account/tokens", name="monthly export", scope="read", days="30").text
    value = re.search(r"dafeng_[\w-]+", page)
    assert value
    program = TestClient(make_application(browser.portal))
    mine = {"Authorization": f"Bearer {value[0]}"}
    assert program.get("/api/v1/about", headers=mine).status_code == 200
    assert program.get("/api/v1/about", headers={"Authorization": "Bearer dafeng_no"}).status_code == 401
    assert program.get("/members", headers=mine, follow_redirects=False).status_code == 303  # pages take none
    token_id = value[0].split("_")[1]
    assert browser.post("/account/tokens/revoke", token=token_id).status_code == 303
    answer = program.get("/api/v1/about", headers=mine)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_refused")


def test_nobody_touches_the_sessions_and_keys_of_others(browser: Browser) -> None:
    browser.sign_in("lead_office")
    browser.post("/account/tokens", name="mine", scope="read", days="30")
    value = browser.client.cookies["dafeng_session"]
    found = find_session(browser.portal, value)
    assert found
    other = Browser(browser.portal)
    other.sign_in("city")
    assert other.post("/account/sessions/end", session=found.session.digest).status_code == 404
    token = browser.client.get("/account").text
    token_id = re.search(r'name="token" value="(\w+)"', token)
    assert token_id
    assert other.post("/account/tokens/revoke", token=token_id[1]).status_code == 404
    assert find_session(browser.portal, value)


def test_a_disabled_account_and_an_ended_role_lose_everything_at_once(browser: Browser) -> None:
    other = Browser(browser.portal)
    other.sign_in("city")
    browser.sign_in("administrator")
    assert browser.post("/members/accounts", user="city", act="disable").status_code == 303
    assert other.client.get("/account").status_code == 303
    assert other.sign_in("city").status_code == 401
    browser.post("/members/accounts", user="city", act="enable")
    assert other.sign_in("city").status_code == 303
    browser.post("/members/end", user="city", role="city", region="140200")
    assert other.client.get("/account").status_code == 303


def test_an_administrator_gives_himself_no_role_and_does_not_shut_himself_out(browser: Browser) -> None:
    browser.sign_in("administrator")
    assert browser.post("/members/grant", user="administrator", role="approver").status_code == 422
    assert browser.post("/members/accounts", user="administrator", act="disable").status_code == 422
    assert browser.post("/members/grant", user="new one", role="reader").status_code == 303
    assert "approver" not in browser.portal.book_of("administrator").roles


def test_others_cannot_keep_users(browser: Browser) -> None:
    browser.sign_in("city")
    for path in ("/members/grant", "/members/end", "/members/accounts"):
        assert browser.post(path, user="bank", role="administrator", act="add").status_code == 404
    assert browser.client.get("/audit").status_code == 404


def test_the_log_is_chained_and_a_change_is_found(browser: Browser) -> None:
    portal = browser.portal
    record(portal, AuditEntry("a", "x", "done"), AuditEntry("b", "y", "refused", detail={"n": 1}))
    auditor = portal.book_of("auditor")
    check = verify_audit(auditor)
    assert check.rows >= 2
    assert check.broken_at is None
    raw = portal.public.database.engine.raw_connection()
    with pytest.raises(Exception, match="append-only"):
        raw.cursor().execute("UPDATE audit SET actor = 'c' WHERE number = 1")
    raw.rollback()
    raw.cursor().execute("DROP TRIGGER audit_keeps_update")
    raw.cursor().execute("UPDATE audit SET actor = 'c' WHERE number = 1")
    raw.commit()
    raw.close()
    assert verify_audit(auditor).broken_at == 1


def test_every_answer_carries_the_headers_and_a_number(browser: Browser) -> None:
    for path in ("/", "/no-such-page", "/api/v1/about", "/api/v1/no-such", "/sign-in"):
        headers = browser.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


def test_a_defect_tells_nothing_of_the_inside(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("dafeng.app.portal_data.PortalData.edition", fail)
    api = browser.client.get("/api/v1/about")
    assert (api.status_code, api.json()["error"]["code"]) == (500, "internal_error")
    page = browser.client.get("/")
    assert page.status_code == 500
    for answer in (api, page):
        assert "secret inside" not in answer.text
        assert answer.headers["x-request-id"]
        assert "content-security-policy" in answer.headers


def test_what_is_too_large_is_refused_while_it_comes(browser: Browser) -> None:
    def stream() -> Any:
        for _ in range(40):
            yield b"x" * 100_000

    answer = browser.client.post(
        "/sign-in", content=stream(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    told = browser.client.post("/sign-in", content=b"x" * 1_100_000)
    assert told.status_code == 413


def test_too_many_sign_ins_of_one_address_wait(browser: Browser) -> None:
    statuses = [browser.client.post("/sign-in", data={"name": "a"}).status_code for _ in range(16)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_other_host_names_are_refused_where_some_are_set(quick: Portal) -> None:
    quick.settings = quick.settings.model_copy(update={"portal_hosts": ("*.gov.example", "portal.local")})
    app = make_application(quick)
    for host, status in (("a.gov.example", 200), ("portal.local:8100", 200), ("evil.example", 400)):
        assert TestClient(app, base_url=f"http://{host}").get("/sign-in").status_code == status
