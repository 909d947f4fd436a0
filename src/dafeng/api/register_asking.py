"""What is asked of the rows of a register in a query string, as a question that the book understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.api.answers import read_page
from dafeng.api.filters import OWN, conditions_of, split_list
from dafeng.app.register_question import Question, find_column
from dafeng.errors import Finding, InputRefused, Place
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fastapi import Request

    from dafeng.api.answers import Form
    from dafeng.app.register_book import Book
    from dafeng.register.model import Register

ROW_PARAMETERS = OWN | {"search", "withdrawn", "group", "sum"}
SIGNS: Mapping[str, str] = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": " in ", "below": " below ",
    "contains": " contains ", "starts": " starts ",
}  # fmt: skip
BARE = ("missing", "present")


def read_row_question(request: Request, book: Book, register: Register, form: Form = "json") -> Question:
    """Return the question of a query string: conditions, words, order, page.

    Raises
    ------
    InputRefused
        ``row_query_field``, ``api_filter_value``, ``api_page_invalid``, ``api_query_long``; further defects
        are told when the question is read.
    """
    conditions = [
        _write_condition(find_column(book, register, column).id, operator, value)
        for column, operator, value in conditions_of(request.query_params.multi_items(), ROW_PARAMETERS)
    ]
    given = request.query_params
    limit, offset = read_page(request, form)
    return Question(
        where=tuple(conditions), search=given.get("search", ""), sort=split_list(given.get("sort")),
        limit=limit or 1, offset=offset, withdrawn=given.get("withdrawn", "").lower() in {"true", "1"},
    )  # fmt: skip


def _write_condition(column: str, operator: str, value: str) -> str:
    if operator not in BARE:
        return f"{column}{SIGNS[operator]}{value}"
    wanted = {"true": operator, "1": operator, "": operator, "false": BARE[operator == "missing"]}
    if value.lower() not in wanted:
        params = {"column": column, "value": value[:80], "kind": "Boolean"}
        raise InputRefused([Finding("api_filter_value", Place(column=column), params)])
    return f"{column} {wanted[value.lower()]}"


def choose_columns(request: Request, present: Collection[str]) -> list[str]:
    """Return the columns that are wanted, all by default.

    Raises
    ------
    InputRefused
        ``api_column_unknown``.
    """
    wanted = split_list(request.query_params.get("columns"))
    unknown = [name for name in wanted if name not in present]
    if unknown:
        raise InputRefused(
            Finding(
                "api_column_unknown", params={"column": name[:80], "suggestion": Suggestion(name, present)}
            )
            for name in unknown
        )
    return list(dict.fromkeys(wanted)) or list(present)
