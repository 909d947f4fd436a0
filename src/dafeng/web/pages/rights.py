"""Rights: the one relation, listed, explained, exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from fastapi.responses import Response

from dafeng import terms
from dafeng.access.contracts import Permissions
from dafeng.access.grants import EVERYTHING, MEMBERS, STEP
from dafeng.app.register_access import AccessQuestion, explain_access, list_access
from dafeng.app.register_book import judge
from dafeng.errors import InputRefused
from dafeng.report.words import both, term
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import columns_of
from dafeng.web.drawing import draw, phrase
from dafeng.web.page import Body, Route, WebPage, signed_in

if TYPE_CHECKING:
    from dafeng.errors import Finding
    from dafeng.web.page import Asking

SHOWN = 200
"""Lines of the relation on one page; the file holds all."""


@dataclass(frozen=True, slots=True)
class RightsQuestion:
    """What is asked for on the page; empty texts ask for all."""

    user: str = ""
    action: str = ""
    resource: str = ""
    row: str = ""

    def access(self) -> AccessQuestion:
        """Return the question to the relation."""
        return AccessQuestion(self.user or None, (self.action,) if self.action else (), self.resource or None)


def show(asking: Asking) -> Body:
    """Draw the lines that are asked for, and why or why not where user, action and resource are named."""
    question = _read(asking)
    findings: tuple[Finding, ...] = ()
    lines, told = pl.DataFrame(schema={spec.name: spec.dtype for spec in columns_of(Permissions)}), None
    try:
        lines = list_access(asking.book, question.access())
        if question.user and question.action and question.resource:
            told = explain_access(
                asking.book, question.user, question.action, question.resource, question.row or None
            )
    except InputRefused as error:
        findings = error.findings
    offset = int(page) if (page := asking.request.query_params.get("from", "0")[:9]).isdecimal() else 0
    html = draw(
        "rights.html", asking=asking, question=question, findings=findings, total=lines.height, told=told,
        lines=lines.slice(offset, SHOWN).to_dicts(), offset=offset, size=SHOWN, words=_words(asking),
        actions=_actions(asking), resources=_resources(asking),
        others=judge(asking.book, "see", MEMBERS).allowed,
    )  # fmt: skip
    return Body(html, status=422 if findings else 200)


def export(asking: Asking) -> Response:
    """Return the lines that are asked for as a file."""
    lines = list_access(asking.book, _read(asking).access())
    headers = {"Content-Disposition": 'attachment; filename="rights.csv"'}
    return Response(table_as_csv(lines), media_type="text/csv; charset=utf-8", headers=headers)


def _read(asking: Asking) -> RightsQuestion:
    query = asking.request.query_params
    return RightsQuestion(
        *(query.get(name, "").strip()[:100] for name in ("user", "action", "resource", "row"))
    )


def _actions(asking: Asking) -> list[tuple[str, str]]:
    """Return the actions of the relation with their names in the language of the visitor."""
    return [(one, _plain_action(one, asking)) for one in asking.book.grants["action"].unique().sort()]


def _plain_action(action: str, asking: Asking) -> str:
    if action.startswith(STEP):
        return action
    return terms.name("access_action", action, asking.language)


def _resources(asking: Asking) -> list[tuple[str, str]]:
    """Return the resources of the relation with the titles of registers."""
    registers, zh = asking.book.library.registers, asking.language == "zh"
    found = sorted({*asking.book.grants["resource"], *registers} - {EVERYTHING})
    own = terms.entries("access_resource")
    return [
        (
            one,
            f"{registers[one].zh if zh else registers[one].en} ({one})" if one in registers
            else terms.name("access_resource", one, asking.language) if one in own else one,
        )
        for one in found
    ]  # fmt: skip


def _words(asking: Asking) -> dict[str, Any]:
    """Return what codes of the relation are called."""
    tables, registers = asking.portal.pack.tables, asking.book.library.registers
    regions = tables["regions"].select("code", "name_zh", "name_en").iter_rows()
    agencies = tables["agencies"].select("agency_id", "name_zh", "name_en").iter_rows()
    every = {EVERYTHING: phrase("web.rights.all")}
    return {
        "action": {one: term("access_action", one) for one in terms.codes("access_action")},
        "resource": every
        | {one: term("access_resource", one) for one in terms.codes("access_resource")}
        | {one.id: both(one.zh, one.en) for one in registers.values()},
        "region": every | {code: both(zh, en) for code, zh, en in regions},
        "agency": every | {code: both(zh, en) for code, zh, en in agencies},
        "maker": every, "role": {one: term("access_role", one) for one in terms.codes("access_role")},
    }  # fmt: skip


PAGE = WebPage(
    "rights", "/rights", "权限", "Rights", "system", 30, show, signed_in,
    routes=(Route("/rights/export", export),),
)  # fmt: skip
