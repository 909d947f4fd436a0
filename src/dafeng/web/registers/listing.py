"""``/registers``: what registers there are, what the visitor may do there, what needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_list import RegisterQuestion, find_alerts, find_registers, list_fields
from dafeng.app.register_show import show_register
from dafeng.errors import InputRefused
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import action_names, find_register, name_code, seen_registers, tell_all

if TYPE_CHECKING:
    from dafeng.app.register_book import Book
    from dafeng.web.page import Asking

MOST_ALERTS = 300
"""Alerts that a page shows; the most urgent come first."""


def show_list(asking: Asking) -> Body:
    """Draw the list of the registers that the visitor may see."""
    book, asked = asking.book, asking.request.query_params
    question = RegisterQuestion(
        asked.get("q", "")[:200], asked.get("clause", "")[:40], asked.get("system", "")[:20],
        asked.get("agency", "")[:80], asked.get("filled") == "1",
    )  # fmt: skip
    told: list[Any] = []
    try:
        found = find_registers(book, question)
    except InputRefused as error:
        found, told = find_registers(book, RegisterQuestion(words=question.words)), tell_all(error.findings)
    seen = seen_registers(book)
    rows = found.filter(pl.col("register_id").is_in(seen)).sort(pl.col("clause_ids").fill_null("~"))
    agencies = sorted(
        {one.lead_agency for name, one in book.library.registers.items() if name in seen} - {""}
    )
    names = book.library.pack_kinds["agency"]
    html = draw(
        "registers_list.html", asking=asking, question=question, told=told, total=len(seen),
        lines=[_line(book, row) for row in rows.iter_rows(named=True)],
        agencies=[(code, name_code(names, code)) for code in agencies],
    )  # fmt: skip
    return Body(html)


def _line(book: Book, row: dict[str, Any]) -> dict[str, Any]:
    kinds = book.library.pack_kinds
    codes = (row["clause_ids"] or "").split(";") if row["clause_ids"] else []
    return {
        **row,
        "name": both(row["name_zh"], row["name_en"]),
        "agency": name_code(kinds["agency"], row["lead_agency"]) if row["lead_agency"] else "",
        "clauses": [(code, name_code(kinds["clause"], code)) for code in codes],
        "actions": action_names(_allowed(book, row["register_id"])),
    }


def _allowed(book: Book, register_id: str) -> list[str]:
    own = book.permissions.filter(pl.col("resource").is_in([register_id, "*"]))
    return own["action"].unique().to_list()


def show_about(asking: Asking) -> Body:
    """Draw the definition of a register: purpose, basis, fields, lists, rules, states, rights."""
    book = asking.book
    register = find_register(book, asking.request.path_params["register_id"])
    view = show_register(book, register.id)
    kinds = book.library.pack_kinds
    states = {state.code: both(state.zh, state.en) for state in register.states}
    grants = view.grants.filter(~pl.col("action").str.starts_with("step."))
    rights = grants.group_by("role", "region", "agency", "rows", maintain_order=True).agg("action")
    html = draw(
        "registers_about.html", asking=asking, register=register, states=states,
        allowed=view.allowed, fields=list_fields(book.library, register.id).to_dicts(),
        rights=[
            {**row, "actions": action_names(row["action"])}
            for row in rights.sort("role").iter_rows(named=True)
        ],
        clauses=[(code, name_code(kinds["clause"], code)) for code in register.clause_ids],
        agency=name_code(kinds["agency"], register.lead_agency) if register.lead_agency else None,
        lists={child.id: both(child.zh, child.en) for child in register.lists},
    )  # fmt: skip
    return Body(html, (register.zh, register.en))


def show_alerts(asking: Asking) -> Body:
    """Draw what somebody should look at in rows that the visitor may see, urgent ones first."""
    book = asking.book
    wanted = asking.request.query_params.get("register", "")
    register = find_register(book, wanted) if wanted else None
    level = asking.request.query_params.get("level", "")
    found = find_alerts(book, register.id if register else None, level if level in LEVELS else None)
    names = {one.id: both(one.zh, one.en) for one in book.library.registers.values()}
    regions, agencies = book.library.pack_kinds["region"], book.library.pack_kinds["agency"]
    lines = [
        {
            **row, "register": names[row["register_id"]], "text": both(row["text_zh"], row["text_en"]),
            "where": name_code(regions, row["region"]) if row["region"] else "",
            "who": name_code(agencies, row["agency"]) if row["agency"] else "",
        }
        for row in found.head(MOST_ALERTS).iter_rows(named=True)
    ]  # fmt: skip
    counts = dict(found.group_by("level").len().iter_rows())
    html = draw(
        "registers_alerts.html", asking=asking, lines=lines, total=found.height, counts=counts,
        level=level, register=register,
    )  # fmt: skip
    return Body(html, ("台账提醒", "Alerts of the registers"))


LEVELS = ("red", "amber", "note")
