"""``/registers/{id}``: rows of a register, filtered, searched, sorted, by pages; exports, templates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dafeng.app.register_export import ExportRequest, export_rows
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question
from dafeng.app.register_restricted import list_hidden
from dafeng.app.register_rows import read_row
from dafeng.app.register_show import show_register
from dafeng.app.register_template import write_template
from dafeng.doors.problems import status_of
from dafeng.errors import InputRefused
from dafeng.register.template import check_form
from dafeng.web.page import Body
from dafeng.web.registers.address import address, go_to, write_out
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import find_register, list_shown, name_code, show_value, tell_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Response

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register
    from dafeng.web.page import Asking
    from dafeng.web.registers.marks import ShownColumn

SIZES, USUAL_SIZE = (25, 50, 100, 200), 50
FIRST_COLUMNS = 7
"""Columns that are shown unless the visitor chooses."""
OPERATORS = ("=", "!=", ">=", "<=", ">", "<", "contains", "starts", "in", "below", "missing", "present")
KEPT_S = 31_536_000


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """What the address of a page of rows asks.

    Parameters
    ----------
    search, state, region, agency : str
        Words; codes.
    where : tuple of str
        Further conditions.
    sort : str
        Column, ``-`` before one that descends.
    page, size : int
        Page from 1; rows of a page.
    withdrawn : bool
        Also withdrawn rows.
    """

    search: str = ""
    state: str = ""
    region: str = ""
    agency: str = ""
    where: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    size: int = USUAL_SIZE
    withdrawn: bool = False

    def params(self) -> list[tuple[str, str]]:
        """Return it as it stands in an address."""
        pairs = [("q", self.search), ("state", self.state), ("region", self.region), ("agency", self.agency)]
        pairs += [("where", one) for one in self.where]
        pairs += [("sort", self.sort), ("withdrawn", "1" if self.withdrawn else "")]
        pairs += [("size", str(self.size) if self.size != USUAL_SIZE else "")]
        return [*pairs, ("page", str(self.page) if self.page > 1 else "")]

    def question(self, register: Register) -> Question:
        """Return it as the use cases ask."""
        own = [f"state={self.state}"] if self.state else []
        own += [f"{register.region} below {self.region}"] if self.region and register.region else []
        own += [f"{register.agency}={self.agency}"] if self.agency and register.agency else []
        sort = (self.sort,) if self.sort else ()
        offset = (self.page - 1) * self.size
        return Question((*own, *self.where), self.search, sort, self.size, offset, self.withdrawn)


def read_asked(asked: Any) -> RowsAsked:
    """Return what an address or a form asks; numbers that are none become the first page."""
    size, page = asked.get("size", ""), asked.get("page", "")
    return RowsAsked(
        asked.get("q", ""), asked.get("state", ""), asked.get("region", ""), asked.get("agency", ""),
        tuple(one for one in asked.getlist("where") if one.strip()), asked.get("sort", ""),
        int(page) if page.isdecimal() and len(page) < 8 and int(page) else 1,
        int(size) if size in {str(one) for one in SIZES} else USUAL_SIZE,
        asked.get("withdrawn") == "1",
    )  # fmt: skip


def show_rows(asking: Asking) -> Body | Response:
    """Draw a page of rows, or lead to the address that holds a new condition."""
    book, query = asking.book, asking.request.query_params
    register = find_register(book, asking.request.path_params["register_id"])
    asked = read_asked(query)
    condition = _new_condition(query)
    if condition:
        asked = replace(asked, where=(*asked.where, condition), page=1)
        return go_to(f"/registers/{register.id}", asked.params())
    shown = list_shown(book, register)
    chosen, headers = _choose_columns(asking, register, shown)
    told, status, lines, total = [], 200, [], 0
    try:
        answer = query_rows(book, register.id, asked.question(register))
        lines, total = _draw_lines(book, register, chosen, answer.frame.to_dicts()), answer.total
    except InputRefused as error:
        told, status = tell_all(error.findings), status_of(error)
    view = show_register(book, register.id)
    html = draw(
        "registers_rows.html", asking=asking, register=register, allowed=view.allowed, asked=asked,
        shown=shown, chosen=chosen, lines=lines, total=total, told=told, sizes=SIZES, operators=OPERATORS,
        pages=max(1, -(-total // asked.size)), choices=_choices(book, register),
        link=_links(register, asked), sendable=not check_form(register, book.today),
        done=query.get("done", ""),
    )  # fmt: skip
    return Body(html, (register.zh, register.en), status=status, headers=headers)


def _new_condition(query: Any) -> str:
    """Return the condition that the fields for a new one make; empty without them."""
    name, sign, value = query.get("field", ""), query.get("operator", ""), query.get("value", "").strip()
    if not name or sign not in OPERATORS or (not value and sign not in {"missing", "present"}):
        return ""
    return f"{name} {sign}" if sign in {"missing", "present"} else f"{name} {sign} {value}"


def _links(register: Register, asked: RowsAsked) -> Any:
    """Return a maker of addresses of this page with something else asked."""

    def link(path: str = "", **changes: Any) -> str:
        if "without" in changes:
            left = tuple(one for place, one in enumerate(asked.where) if place != changes.pop("without"))
            changes["where"] = left
        changes.setdefault("page", 1)
        return address(f"/registers/{register.id}{path}", replace(asked, **changes).params())

    return link


def _choose_columns(
    asking: Asking, register: Register, shown: Mapping[str, ShownColumn]
) -> tuple[list[ShownColumn], dict[str, str]]:
    """Return the columns that are shown, and the header that keeps a choice in the browser."""
    query, cookie = asking.request.query_params, f"dafeng_columns_{register.id}"
    wanted = query.getlist("columns")
    headers = {}
    if wanted and query.get("keep") == "1":
        kept = ".".join(name for name in wanted if name in shown)
        headers["Set-Cookie"] = (
            f"{cookie}={kept}; Max-Age={KEPT_S}; Path=/registers/{register.id}; HttpOnly; SameSite=Lax"
        )
    wanted = wanted or asking.request.cookies.get(cookie, "").split(".")
    hidden = list_hidden(asking.book, register)
    names = [name for name in dict.fromkeys(wanted) if name in shown and name not in hidden]
    if not names:
        first = [register.label, *register.key, register.region, *(field.id for field in register.fields)]
        kinds = {name for name in shown if shown[name].kind == "geometry"} | hidden | {""}
        names = [name for name in dict.fromkeys(first) if name not in kinds][:FIRST_COLUMNS]
        names += ["state", "changed_at"]
    return [shown[name] for name in names], headers


def _draw_lines(
    book: Book, register: Register, chosen: list[ShownColumn], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {
            "row_id": row["row_id"], "withdrawn": row["withdrawn"],
            "label": row.get(register.label) if row.get(register.label) is not None else row["row_id"],
            "cells": [
                (column, show_value(book, register, column, row.get(column.id), whole=False))
                for column in chosen
            ],
        }
        for row in rows
    ]  # fmt: skip


def _choices(book: Book, register: Register) -> dict[str, list[tuple[str, Any]]]:
    """Return the codes among which the filters choose."""
    kinds = book.library.pack_kinds
    provinces = {"province", "city"}
    regions = book.pack.tables["regions"]
    upper = set(regions.filter(regions["level"].is_in(list(provinces)))["code"])
    made: dict[str, list[tuple[str, Any]]] = {"region": [], "agency": []}
    if register.region:
        made["region"] = [
            (code, name_code(kinds["region"], code))
            for code in kinds["region"].codes
            if code in upper and code not in kinds["region"].retired
        ]
    if register.agency:
        made["agency"] = [
            (code, name_code(kinds["agency"], code))
            for code in kinds["agency"].codes
            if code not in kinds["agency"].retired
        ]
    return made


def find_by_key(asking: Asking) -> Response:
    """Lead to the row that stands under a key."""
    register = find_register(asking.book, asking.request.path_params["register_id"])
    row = read_row(asking.book, register, asking.request.query_params.get("key", ""))
    return go_to(f"/registers/{register.id}/rows/{row['row_id']}")


def export(asking: Asking) -> Response:
    """Hand out the rows of a question that the visitor may export."""
    params = asking.request.path_params
    register = find_register(asking.book, params["register_id"])
    question = read_asked(asking.request.query_params).question(register)
    form = params["form"]
    name = f"{register.zh} {asking.book.now()[:10]}.{form}"

    def write(path: Any) -> None:
        export_rows(asking.book, ExportRequest(register.id, path, question, form))

    return write_out(name, write)


def hand_template(asking: Asking) -> Response:
    """Hand out the form of a register, for use in the house or for outsiders."""
    register = find_register(asking.book, asking.request.path_params["register_id"])
    outsiders = asking.request.query_params.get("outsiders") == "1"

    def write(path: Any) -> None:
        write_template(asking.book, register.id, path, outsiders=outsiders)

    return write_out(f"{register.zh} 填报表.xlsx", write)


def list_options(asking: Asking) -> dict[str, list[dict[str, str]]]:
    """Return rows whose words match, for a field that points to this register."""
    register = find_register(asking.book, asking.request.path_params["register_id"])
    words = asking.request.query_params.get("q", "")[:200]
    answer = query_rows(asking.book, register.id, Question(search=words, limit=20))
    return {
        "options": [
            {
                "key": "/".join(str(row.get(name) or "") for name in register.key),
                "label": str(row.get(register.label) or ""),
            }
            for row in answer.frame.iter_rows(named=True)
        ]
    }
