"""Cities and provincial bodies: the official map with ranks, a sheet for each; what is not known is blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.errors import InputRefused
from dafeng.report.city_sheet import DOSSIERS, CityBook
from dafeng.report.evaluation_view import RESULTS
from dafeng.report.pages.city_accounts import PAGE as ACCOUNTS
from dafeng.report.pages.city_map import PAGE as MAP
from dafeng.report.pages.city_sheets import PAGE as SHEETS
from dafeng.report.pages.department_sheets import (
    DEPARTMENT,
    DEPARTMENTS,
    INFORMED,
    DepartmentBook,
    describe_body,
)
from dafeng.report.pages.department_sheets import PAGE as BODIES
from dafeng.web.drawing import draw
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body, Route, WebPage, needs_tables
from dafeng.web.report_part import draw_pages, draw_part

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext
    from dafeng.report.page import Page
    from dafeng.web.page import Asking
    from dafeng.web.report_part import Part

PATH, BODY_PATH = "/cities", "/departments"
CITY_PAGES: tuple[Page, ...] = (MAP, SHEETS)
Row = dict[str, Any]


def show_cities(asking: Asking) -> Body:
    """Draw the map and the table of all cities, with links to their sheets."""
    part = draw_pages(asking, *CITY_PAGES)
    links = keep_drawn(asking, "cities-links", lambda: _link_cities(_context(asking)))
    return Body(links + part.html, data=part.data, scripts=part.scripts)


def show_city(asking: Asking) -> Body:
    """Draw the sheet of one city.

    Raises
    ------
    InputRefused
        ``portal_page_unknown`` for what is no city of the province.
    """
    code = str(asking.request.path_params["code"])
    book = CityBook(_context(asking))
    if code not in book.codes:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    row = book.board.regions.get(code, {})
    names = row.get("name_zh") or code, row.get("name_en") or row.get("name_zh") or code

    def render(context: ReportContext) -> Markup:
        fresh = CityBook(context)
        return draw(
            "cities_sheet.html", city=fresh.describe(code), speaks=fresh.speaks(code),
            standing=_standing(fresh, code), around=_around(fresh.codes, code, fresh), path=PATH,
        )  # fmt: skip

    part: Part = keep_drawn(asking, ("city", code), lambda: draw_part(_context(asking), render))
    return Body(part.html, names, part.data, part.scripts)


def show_bodies(asking: Asking) -> Body:
    """Draw the table of provincial bodies with links to their sheets."""
    part = draw_pages(asking, BODIES)
    links = keep_drawn(asking, "departments-links", lambda: _link_bodies(_context(asking)))
    return Body(links + part.html, data=part.data, scripts=part.scripts)


def show_body(asking: Asking) -> Body:
    """Draw the sheet of one provincial body.

    Raises
    ------
    InputRefused
        ``portal_page_unknown`` for a body without tasks.
    """
    code = asking.request.path_params["code"]
    book = DepartmentBook(_context(asking))
    codes = book.bodies(DEPARTMENT) + book.bodies(INFORMED)
    if code not in codes:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    names = book.board.body_names(code)

    def render(context: ReportContext) -> Markup:
        fresh = DepartmentBook(context)
        return draw(
            "departments_sheet.html", body=describe_body(fresh, code),
            state=fresh.evaluation.say_rank(fresh.evaluation.standing(code)), path=BODY_PATH,
        )  # fmt: skip

    part: Part = keep_drawn(asking, ("department", code), lambda: draw_part(_context(asking), render))
    return Body(part.html, (names[0], names[1]), part.data, part.scripts)


def show_accounts(asking: Asking) -> Body:
    """Draw the accounts of the cities."""
    return draw_pages(asking, ACCOUNTS).body()


def _context(asking: Asking) -> ReportContext:
    return asking.portal.data.context(asking.book)


def _link_cities(context: ReportContext) -> Markup:
    """Return links to all cities; a city of which nothing is published is marked so."""
    book = CityBook(context)
    rows = [{"code": code, "name": book.name(code), "blank": not book.speaks(code)} for code in book.codes]
    return draw("cities_links.html", rows=rows, path=PATH, kind="cities")


def _link_bodies(context: ReportContext) -> Markup:
    book = DepartmentBook(context)
    rows = [
        {"code": code, "name": describe_body(book, code)["name"], "blank": False}
        for code in book.bodies(DEPARTMENT) + book.bodies(INFORMED)
    ]
    return draw("cities_links.html", rows=rows, path=BODY_PATH, kind="departments")


def _standing(book: CityBook, code: str) -> Row:
    """Return rank, points and plan of a city; blank where nobody judged it."""
    standing = book.evaluation.standing(code)
    return {
        "rank": book.evaluation.say_rank(standing), "plan": book.plan_status(code),
        "points": book.evaluation.say_points(standing) if standing else None,
    }  # fmt: skip


def _around(codes: list[str], code: str, book: CityBook) -> list[Row]:
    """Return the cities before and after one in the list."""
    at = codes.index(code)
    near = {"prev": codes[at - 1] if at else None, "next": codes[at + 1] if at + 1 < len(codes) else None}
    return [{"code": one, "name": book.name(one), "rel": rel} for rel, one in near.items() if one]


PAGES = [
    WebPage(
        "cities", PATH, "设区市地图与排名", "Cities: map and ranks", "cities", 0, show_cities,
        needs_tables(DOSSIERS, RESULTS, *MAP.needs), routes=(Route(PATH + "/{code:int}", show_city),),
        styles=("cities.css",),
    ),
    WebPage(
        "departments", BODY_PATH, "部门", "Departments", "cities", 20, show_bodies, needs_tables(DEPARTMENTS),
        routes=(Route(BODY_PATH + "/{code}", show_body),), styles=("cities.css",),
    ),
    WebPage(
        "city-accounts", PATH + "/accounts", ACCOUNTS.title_zh, ACCOUNTS.title_en, "cities", 10,
        show_accounts, needs_tables(*ACCOUNTS.needs),
    ),
]  # fmt: skip
