"""What a page of the workbench is, and what its handlers get and give."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request
    from markupsafe import Markup

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.doors.visitor import Visitor
    from dafeng.errors import Language

Group = Literal["home", "plan", "accounts", "pathway", "power", "cities", "registers", "data", "system"]
GROUPS: tuple[Group, ...] = (
    "home", "plan", "accounts", "pathway", "power", "cities", "registers", "data", "system",
)  # fmt: skip
"""Parts of the navigation in their order; their names stand in the word table as ``web.group.<id>``."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request to a page.

    Parameters
    ----------
    request : Request
        As it came; path parameters, query, form.
    portal : Portal
        Who answers.
    visitor : Visitor
        Who asks.
    language : {"zh", "en"}
        In which language he reads.
    form : mapping
        Fields of a form that was sent (already read and bounded); empty for GET.
    """

    request: Request
    portal: Portal
    visitor: Visitor
    language: Language
    form: Any = field(default_factory=dict)

    @property
    def book(self) -> Book:
        """The book in the name of the visitor."""
        return self.visitor.book

    @property
    def is_fragment(self) -> bool:
        """Whether only the part of a page is asked for (htmx)."""
        return self.request.headers.get("HX-Request") == "true"


@dataclass(frozen=True, slots=True)
class Body:
    """What a handler gives: the inside of the page; the frame is drawn around it.

    Parameters
    ----------
    html : Markup
        Drawn with autoescape.
    title : (str, str), optional
        Chinese and English title where it differs from that of the page.
    data : mapping or Markup, optional
        For the scripts, as JSON in ``<script type="application/json" id="page-data">``; Markup is JSON that
        was written already.
    scripts, styles : tuple of str
        Assets beside those of the page.
    status : int
        HTTP status.
    headers : mapping
        Further headers.
    lead : Markup or str
        One sentence under the heading.
    actions : Markup or str
        Buttons beside the heading.
    crumbs : tuple of (str, str, str)
        Address, Chinese and English name of the pages above this one.
    """

    html: Markup
    title: tuple[str, str] | None = None
    data: Any = None
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lead: Markup | str = ""
    actions: Markup | str = ""
    crumbs: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A further address of a page: details, fragments, forms.

    Parameters
    ----------
    path : str
        As FastAPI writes it: ``/registers/{register_id}``.
    handler : callable
        Takes :class:`Asking`, gives :class:`Body` or a response. A plain function runs in a worker thread.
    methods : tuple of str
        HTTP methods.
    max_bytes : int
        Largest body. [B]
    """

    path: str
    handler: Callable[[Asking], Any]
    methods: tuple[str, ...] = ("GET",)
    max_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class WebPage:
    """One page of the workbench.

    Parameters
    ----------
    id : str
        ASCII; also the part of the word table ``web.<id>.…``.
    path : str
        Address.
    title_zh, title_en : str
        Heading and entry of the navigation.
    group : str
        Part of the navigation.
    order : int
        Place within the group.
    handler : callable
        Draws the page.
    allowed : callable
        Takes :class:`Asking`; whether the visitor may open it. What may not be opened is not in the
        navigation and answers like a page that is not there (asking to sign in, without sign-in).
    routes : tuple of Route
        Further addresses; ``allowed`` guards them too.
    scripts, styles : tuple of str
        Assets.
    listed : bool
        Whether it stands in the navigation.
    quick : bool
        Whether its own address answers within milliseconds, as a page does whose drawing is kept.
    """

    id: str
    path: str
    title_zh: str
    title_en: str
    group: Group
    order: int
    handler: Callable[[Asking], Any]
    allowed: Callable[[Asking], bool]
    routes: tuple[Route, ...] = ()
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    listed: bool = True
    quick: bool = False


def everybody(_asking: Asking) -> bool:
    """Allow everybody, also without sign-in."""
    return True


def signed_in(asking: Asking) -> bool:
    """Allow who has signed in."""
    return asking.visitor.signed_in


def needs_tables(*table_ids: str) -> Callable[[Asking], bool]:
    """Allow who may see at least one of these tables of the last run."""

    def allowed(asking: Asking) -> bool:
        return not set(table_ids).isdisjoint(asking.portal.data.visible_tables(asking.book))

    return allowed


def needs_every_table(*table_ids: str) -> Callable[[Asking], bool]:
    """Allow who may see all these tables of the last run."""

    def allowed(asking: Asking) -> bool:
        return set(table_ids).issubset(asking.portal.data.visible_tables(asking.book))

    return allowed


@cache
def all_pages() -> tuple[WebPage, ...]:
    """Return every page, by group and order; modules under ``dafeng.web.pages`` are found by themselves."""
    package = importlib.import_module("dafeng.web.pages")
    pages: list[WebPage] = []
    for module in pkgutil.iter_modules(package.__path__):
        found = importlib.import_module(f"dafeng.web.pages.{module.name}")
        pages += getattr(found, "PAGES", None) or ([found.PAGE] if hasattr(found, "PAGE") else [])
    return tuple(sorted(pages, key=lambda page: (GROUPS.index(page.group), page.order, page.id)))
