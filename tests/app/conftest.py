"""A book over the second province with two small registers, for several actors."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.access.membership import Membership
from dafeng.app.register_access import grant_role
from dafeng.app.register_book import Book, BookRequest, act_as, open_book
from dafeng.app.register_edit import add_row
from dafeng.period import CST
from dafeng.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REGISTERS = Path(__file__).parent / "registers"
NOW = datetime(2026, 11, 22, 9, 30, 0, 500_000, tzinfo=CST)
PEOPLE = (
    ("root", "administrator", "*", None),
    ("ann", "agency", "*", None),
    ("carl", "city", "610100", None),
    ("dora", "city", "610300", None),
    ("eve", "enterprise", "610100", None),
    ("rita", "reviewer", "*", None),
    ("rob", "reader", "*", None),
)
"""A clerk of the province, one of each city, a firm, a reviewer and a reader."""


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory, tiny_pack: Path) -> Iterator[Book]:
    """Return a book that is opened once; its definitions serve every test."""
    folder = tmp_path_factory.mktemp("book")
    request = BookRequest(
        str(tiny_pack), str(folder / "empty.sqlite"), "me", attachments=folder / "files",
        register_folders=(REGISTERS,), clock=lambda: NOW,
    )  # fmt: skip
    with open_book(request) as book:
        yield book


@pytest.fixture
def first_book(empty_book: Book, tmp_path: Path) -> Iterator[Book]:
    """Return a book with a database of its own, used for the first time by ``me``."""
    with _copy_of(empty_book, tmp_path) as book:
        yield act_as(book, "me")


@pytest.fixture(scope="session")
def filled_book(empty_book: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Return a book with members, a maker in each city and a plant of each maker; not to be written to."""
    day = date(2026, 1, 1)
    with _copy_of(empty_book, tmp_path_factory.mktemp("filled")) as book:
        grant_role(act_as(book, "me"), Membership(*PEOPLE[0], day))
        root = act_as(book, "root")
        for person in PEOPLE[1:]:
            grant_role(root, Membership(*person, day))
        ann = act_as(root, "ann")
        for number, city in ((1, "610100"), (2, "610300")):
            then = NOW - timedelta(milliseconds=400 - number)  # ids of rows follow the time
            ann = replace(ann, clock=lambda at=then: at)
            maker = {"code": f"M{number}", "name": f"厂{number}", "city": city, "energy": 1000.0 * number}
            add_row(ann, "makers", {**maker, "contact": f"联系人{number}", "source": "s"})
            add_row(ann, "plants", plant(number, city))
        yield root


@pytest.fixture
def books(filled_book: Book, tmp_path: Path) -> Iterator[Callable[[str], Book]]:
    """Return the book of each actor over a copy of the filled one."""
    with _copy_of(filled_book, tmp_path) as book:
        yield lambda actor: act_as(book, actor)


def _copy_of(book: Book, folder: Path) -> Book:
    """Return the book over a copy of its database."""
    target = folder / "registers.sqlite"
    with sqlite3.connect(str(book.database.engine.url.database)) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
    return replace(book, database=open_database(str(target)), attachments=folder / "files")


def plant(number: int, city: str, **further: Any) -> dict[str, Any]:
    """Return the values of a plant."""
    return {
        "code": f"P{number}", "kind": "new", "name": f"电站{number}", "maker": f"M{number}", "city": city,
        "capacity_mw": 100.0 * number, "cost": 6000.0, "remark": "secret words", "source": "s", "grade": "A",
        "due_on": "2026-01-31", **further,
    }  # fmt: skip
