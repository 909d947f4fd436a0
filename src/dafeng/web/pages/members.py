"""Users: their roles, granted and ended, and the accounts with which they sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse

from dafeng import terms
from dafeng.access.grants import MANAGE, MEMBERS
from dafeng.access.membership import Membership
from dafeng.access.relation import PUBLIC
from dafeng.app.clock import parse_day
from dafeng.app.portal_accounts import (
    ACCOUNTS,
    add_account,
    disable_account,
    list_accounts,
    reset_password,
)
from dafeng.app.register_access import end_role, grant_role, list_members
from dafeng.app.register_book import judge
from dafeng.doors.audit_trail import add_detail
from dafeng.errors import InputRefused
from dafeng.report.words import both, term
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage

if TYPE_CHECKING:
    import polars as pl
    from fastapi import Response
    from markupsafe import Markup

    from dafeng.app.portal_accounts import NewSecret
    from dafeng.errors import Finding
    from dafeng.web.page import Asking

EVERYWHERE = ("全省", "whole province")
ROLES = tuple(sorted(terms.codes("access_role") - {PUBLIC}))


def sees_members(asking: Asking) -> bool:
    """Allow who may see the members."""
    return judge(asking.book, "see", MEMBERS).allowed


def show(asking: Asking, findings: tuple[Finding, ...] = (), made: NewSecret | None = None) -> Body:
    """Draw users, roles and accounts."""
    book, tables = asking.book, asking.portal.pack.tables
    keeps = judge(book, MANAGE, ACCOUNTS).allowed
    regions = _names(tables["regions"], "code")
    agencies = _names(tables["agencies"], "agency_id")
    html = draw(
        "members.html", asking=asking, findings=findings, made=made,
        every="all" in asking.request.query_params, keeps=keeps,
        members=list_members(book, every="all" in asking.request.query_params).to_dicts(),
        grants=judge(book, MANAGE, MEMBERS).allowed, agencies=agencies,
        regions={"*": both(*EVERYWHERE), **regions},
        accounts=list_accounts(asking.portal, book) if judge(book, "see", ACCOUNTS).allowed else [],
        role_names={role: term("access_role", role) for role in ROLES}, options=_options(asking),
        today=book.today.isoformat(), now=asking.portal.now(), public=PUBLIC,
    )  # fmt: skip
    return Body(html, status=422 if findings else 200, headers={"Cache-Control": "no-store"})


def grant(asking: Asking) -> Body | Response:
    """Give a role to somebody else: who keeps the roles gives himself none."""
    form = {name: str(asking.form.get(name, "")).strip() for name in asking.form}
    try:
        wanted = Membership(
            form.get("user", ""), form.get("role", ""), form.get("region") or "*", form.get("agency") or None,
            parse_day(form.get("from") or None), parse_day(form["to"]) if form.get("to") else None,
        )  # fmt: skip
        if wanted.actor == asking.visitor.actor:
            raise InputRefused.of("access_own_role", actor=wanted.actor)
        grant_role(asking.book, wanted)
    except InputRefused as error:
        return show(asking, error.findings)
    add_detail(asking.request, user=wanted.actor, role=wanted.role, region=wanted.region)
    asking.portal.forget_rights()
    return RedirectResponse("/members", 303)


def end(asking: Asking) -> Body | Response:
    """End a role; it counts no more at once."""
    form = {name: str(asking.form.get(name, "")) for name in ("user", "role", "region")}
    try:
        end_role(asking.book, form["user"], form["role"], None, form["region"] or None)
    except InputRefused as error:
        return show(asking, error.findings)
    add_detail(asking.request, **form)
    asking.portal.forget_rights()
    return RedirectResponse("/members", 303)


def keep_account(asking: Asking) -> Body | Response:
    """Make an account, give it a new password, disable it or let it sign in again."""
    user, act = str(asking.form.get("user", "")).strip(), str(asking.form.get("act", ""))
    portal, book = asking.portal, asking.book
    add_detail(asking.request, user=user, act=act)
    made = None
    try:
        if act == "add":
            made = add_account(portal, book, user, "oidc" if asking.form.get("kind") == "oidc" else "local")
        elif act == "reset":
            made = reset_password(portal, book, user)
        else:
            disable_account(portal, book, user, disabled=act == "disable")
    except InputRefused as error:
        return show(asking, error.findings)
    return show(asking, made=made) if made else RedirectResponse("/members#accounts", 303)


def _names(table: pl.DataFrame, key: str) -> dict[str, Markup]:
    """Return the names of a table of the pack by their code."""
    return {code: both(zh, en) for code, zh, en in table.select(key, "name_zh", "name_en").iter_rows()}


def _options(asking: Asking) -> dict[str, list[tuple[str, str]]]:
    """Return what the form offers, in the language of the visitor: an option holds plain text only."""
    tables, language = asking.portal.pack.tables, asking.language
    everywhere = ("*", EVERYWHERE[0 if language == "zh" else 1])
    named = f"name_{language}"
    return {
        "role": [(role, terms.name("access_role", role, language)) for role in ROLES],
        "region": [everywhere, *tables["regions"].select("code", named).unique("code").sort("code").rows()],
        "agency": tables["agencies"].select("agency_id", named).unique("agency_id").sort("agency_id").rows(),
    }


PAGE = WebPage(
    "members", "/members", "用户和角色", "Users and roles", "system", 20, show, sees_members,
    routes=(
        Route("/members/grant", grant, ("POST",), max_bytes=10_000),
        Route("/members/end", end, ("POST",), max_bytes=10_000),
        Route("/members/accounts", keep_account, ("POST",), max_bytes=10_000),
    ),
    styles=("identity.css",),
)  # fmt: skip
