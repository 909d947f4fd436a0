"""The book of registers: definitions, database, actor, rights and clock, opened together.

Every use case of the registers takes a :class:`Book` and asks :func:`require` before it acts. On this machine
the name of the actor is what he says it is; who proves it (the portal) opens the book in his name.
"""

from __future__ import annotations

import getpass
import hashlib
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from dafeng.access.contracts import Permissions
from dafeng.access.decision import Decision, Scope, decide
from dafeng.access.explanation import Explanation
from dafeng.access.grants import EVERYTHING, collect_grants
from dafeng.access.relation import (
    PUBLIC,
    close_regions,
    first_use_members,
    public_member,
    relate_permissions,
    standing_members,
)
from dafeng.app.clock import parse_day
from dafeng.app.register_sources import read_register_texts
from dafeng.errors import Finding, InputRefused, Place
from dafeng.pack import read_pack
from dafeng.period import CST
from dafeng.register.query import Viewer
from dafeng.settings import read_settings
from dafeng.table import frame_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from dafeng.pack import Pack
    from dafeng.register.library import Library
    from dafeng.store.database import Database

DATABASE_VARIABLE = "DAFENG_DATABASE_URL"
SQLITE = "sqlite:///"
LONGEST_ACTOR = 64
"""Longest name of an actor. [characters]"""


def read_clock() -> datetime:
    """Return the time in China Standard Time."""
    return datetime.now(CST)


@dataclass(frozen=True, slots=True)
class BookRequest:
    """Which book, in whose name.

    Parameters
    ----------
    pack : str
        Name or folder.
    database_url : str, optional
        URL, or path of a SQLite file; default: the environment variable ``DAFENG_DATABASE_URL``, else the
        setting.
    actor : str, optional
        Who acts; default: the setting, else, as long as there are no members, the user of this machine.
    as_of : str, optional
        Day on which ``today`` of formulas and alerts stands; default today. Rights are always those of today.
    attachments : Path, optional
        Folder of attachments; default: the setting.
    register_folders : tuple of Path, optional
        Further definitions; default: the setting.
    clock : callable
        Gives the time with its offset.
    reads : bool
        Nothing will be written: where there is no SQLite file yet, none is made and the book is empty.
    """

    pack: str
    database_url: str | None = None
    actor: str | None = None
    as_of: str | None = None
    attachments: Path | None = None
    register_folders: tuple[Path, ...] | None = None
    clock: Callable[[], datetime] = read_clock
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """An open book.

    Parameters
    ----------
    pack, library, database
        The province as data, the registers in force, where their rows stand.
    actor : str
        Who acts.
    first_use : bool
        Nobody is a member yet: the local user acts in every role.
    roles : frozenset of str
        Roles of the actor today, for whatever region.
    grants : polars.DataFrame
        What roles may do (Grants).
    permissions : polars.DataFrame
        What the actor may do (Permissions).
    regions : polars.DataFrame
        ``ancestor``, ``descendant``.
    today : datetime.date
        Day of formulas and alerts.
    attachments : Path
        Folder of attachments.
    notes : tuple of Finding
        What the opening has to tell.
    clock : callable
        Time.
    shelter : TemporaryDirectory, optional
        Where an empty book stands that nobody keeps.
    """

    pack: Pack
    library: Library
    database: Database
    actor: str
    first_use: bool
    roles: frozenset[str]
    grants: pl.DataFrame
    permissions: pl.DataFrame
    regions: pl.DataFrame
    today: date
    attachments: Path
    notes: tuple[Finding, ...] = ()
    clock: Callable[[], datetime] = field(default=read_clock, repr=False)
    shelter: TemporaryDirectory[str] | None = field(default=None, repr=False)

    def now(self) -> str:
        """Return the time as it is stored: ``2026-11-22T09:30:00+08:00``."""
        return self.clock().astimezone(CST).isoformat(timespec="seconds")

    def viewer(self, action: str = "see") -> Viewer:
        """Return for whom rows are read."""
        return Viewer(self.actor, action)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()
        if self.shelter is not None:
            self.shelter.cleanup()

    def __enter__(self) -> Self:
        """Return the book."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the book."""
        self.close()


def open_book(request: BookRequest) -> Book:
    """Open pack, registers and database in the name of an actor.

    Raises
    ------
    InputRefused
        The pack or a register is refused; ``access_actor_missing`` (there are members and nobody is named),
        ``access_actor_invalid``, ``access_not_a_member``; the database cannot be opened.
    """
    from dafeng.register.library import read_library  # noqa: PLC0415 (compiles expressions)
    from dafeng.store.database import install_registers, open_database  # noqa: PLC0415 (sqlalchemy)

    settings = read_settings()
    pack = read_pack(request.pack)
    folders = request.register_folders
    if folders is None:
        folders = tuple(Path(name) for name in settings.register_folders)
    texts, notes = read_register_texts(pack, folders)
    library = read_library(texts, pack.tables, pack.boundaries)
    grants = collect_grants(library.registers.values())
    url, shelter = _find_place(request)
    database = open_database(url)
    try:
        notes += install_registers(database, library.registers.values(), pack.tables["regions"])
        day = request.clock().astimezone(CST).date()
        members, first_use = read_standing(database, request.actor or settings.actor, day)
        refresh_permissions(database, grants, members, day)
        actor = _name_actor(request.actor or settings.actor, members, first_use=first_use)
    except BaseException:
        database.close()
        if shelter is not None:
            shelter.cleanup()
        raise
    own = members.filter(pl.col("actor") == actor)
    return Book(
        pack=pack, library=library, database=database, actor=actor, first_use=first_use,
        roles=frozenset(own["role"]), grants=grants, permissions=relate_permissions(grants, own, day),
        regions=close_regions(pack.tables["regions"]),
        today=parse_day(request.as_of) if request.as_of else day,
        attachments=request.attachments or Path(settings.attachments), notes=notes, clock=request.clock,
        shelter=shelter,
    )  # fmt: skip


def _find_place(request: BookRequest) -> tuple[str, TemporaryDirectory[str] | None]:
    """Return the address of the database; for one who only reads what is not there yet, one in a shelter."""
    url = locate_database(request.database_url)
    if not request.reads or not lacks_file(url):
        return url, None
    shelter = TemporaryDirectory(prefix="dafeng-", ignore_cleanup_errors=True)
    return str(Path(shelter.name) / "empty.sqlite"), shelter


def act_as(book: Book, actor: str | None) -> Book:
    """Return the same book in the name of somebody else, whom the caller has to prove (the portal).

    Members are read anew and the relation follows the day, so that a long-lived process stays right.

    Raises
    ------
    InputRefused
        ``access_actor_missing``, ``access_actor_invalid``, ``access_not_a_member``.
    """
    day = book.clock().astimezone(CST).date()
    members, first_use = read_standing(book.database, actor or "", day)
    refresh_permissions(book.database, book.grants, members, day)
    named = _name_actor(actor or "", members, first_use=first_use)
    own = members.filter(pl.col("actor") == named)
    return replace(
        book, actor=named, first_use=first_use, roles=frozenset(own["role"]),
        permissions=relate_permissions(book.grants, own, day),
    )  # fmt: skip


def make_request(
    pack: str | None = None,
    database: str | None = None,
    actor: str | None = None,
    as_of: str | None = None,
    *,
    reads: bool = False,
) -> BookRequest:
    """Return a request with what the settings say where nothing is given."""
    return BookRequest(pack or read_settings().pack, database, actor, as_of, reads=reads)


def locate_database(given: str | None = None) -> str:
    """Return URL or path of the database: given, or of the environment, or of the settings."""
    return given or os.environ.get(DATABASE_VARIABLE) or read_settings().database


def lacks_file(url: str) -> bool:
    """Return whether an address is that of a SQLite file which is not there."""
    is_file = "://" not in url or url.startswith(SQLITE)
    return is_file and not Path(url.removeprefix(SQLITE)).expanduser().is_file()


def new_id(book: Book | None = None) -> str:
    """Return a new id of a batch or a row, ordered by time (26 characters)."""
    from dafeng.store.database import new_row_id  # noqa: PLC0415 (sqlalchemy)

    moment = book.clock() if book is not None else datetime.now(UTC)
    return new_row_id(int(moment.timestamp() * 1000))


def judge(book: Book, action: str, resource: str, row: Mapping[str, Any] | None = None) -> Decision:
    """Return whether the actor may do something, and why.

    Parameters
    ----------
    book : Book
        Open book.
    action : str
        ``see``, ``edit``, ``step.accept``, ….
    resource : str
        Register or ``members``.
    row : mapping, optional
        Row with ``scope_region``, ``scope_agency`` and ``created_by``; default: any row of the resource.
    """
    scope: Scope | str = resource
    if row is not None:
        scope = Scope(resource, row.get("scope_region"), row.get("scope_agency"), row.get("created_by"))
    return decide(book.permissions, book.actor, action, scope, book.regions)


def require(book: Book, action: str, resource: str, row: Mapping[str, Any] | None = None) -> Decision:
    """Return the decision that allows an action, or refuse with what would be needed.

    Parameters
    ----------
    book, action, resource, row
        As for :func:`judge`.

    Raises
    ------
    InputRefused
        ``access_refused`` with the explanation.
    """
    decision = judge(book, action, resource, row)
    if not decision.allowed:
        raise InputRefused([refusal(book, decision)])
    return decision


def refusal(book: Book, decision: Decision) -> Finding:
    """Return what to say of a decision that refuses."""
    why = Explanation(decision, book.permissions, book.grants)
    return Finding("access_refused", Place(), {"explanation": why})


def read_standing(database: Database, named: str, day: date) -> tuple[pl.DataFrame, bool]:
    """Return the members of the day with the public, and whether this is the first use."""
    from dafeng.store.database import read_members  # noqa: PLC0415 (sqlalchemy)

    members = read_members(database)
    if members.is_empty():
        local = first_use_members(check_actor(_local_user() if named in {"", PUBLIC} else named), day)
        return pl.concat([local, public_member(day)]), True
    return pl.concat([standing_members(members, day), public_member(day)]), False


def _local_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for its user
        return "local"


def check_actor(name: str) -> str:
    """Return a name that may stand in history."""
    if name != name.strip() or not name.isprintable() or not 0 < len(name) <= LONGEST_ACTOR:
        raise InputRefused.of("access_actor_invalid", actor=repr(name), longest=LONGEST_ACTOR)
    return name


def _name_actor(named: str, members: pl.DataFrame, *, first_use: bool) -> str:
    """Return who acts.

    Raises
    ------
    InputRefused
        Nobody is named, or the named one is no member today.
    """
    if named == PUBLIC:
        return PUBLIC
    if first_use:
        return str(members["actor"][0])
    if not named:
        raise InputRefused.of("access_actor_missing")
    if check_actor(named) not in set(members["actor"]):
        raise InputRefused.of("access_not_a_member", actor=named)
    return named


def refresh_permissions(database: Database, grants: pl.DataFrame, members: pl.DataFrame, day: date) -> None:
    """Write the relation anew if it does not follow from these grants and members of this day.

    One line of nobody (an empty subject is no actor) bears the hash of what the relation was made from; it is
    written in the same transaction, so that an equal hash means an equal relation.

    Parameters
    ----------
    database : Database
        Where.
    grants, members : polars.DataFrame
        Grants; Members of the day.
    day : datetime.date
        Day.
    """
    from dafeng.store.database import read_permissions, renew_permissions  # noqa: PLC0415 (sqlalchemy)

    if read_permissions(database, "")["resource"].to_list() == [_stamp(grants, members)["resource"]]:
        return

    def relate(present: pl.DataFrame) -> pl.DataFrame:
        """Return the relation of those who are members when it is written; of the first use before them."""
        own = members
        if not present.is_empty():
            own = pl.concat([standing_members(present, day), public_member(day)])
        stamp = frame_of([_stamp(grants, own)], Permissions)
        return pl.concat([stamp, relate_permissions(grants, own, day)]).sort(keys_of(Permissions))

    renew_permissions(database, relate)


def _stamp(grants: pl.DataFrame, members: pl.DataFrame) -> dict[str, str]:
    text = grants.write_csv() + members.write_csv()
    return {**_STAMP, "resource": hashlib.sha256(text.encode()).hexdigest()}


_STAMP = {
    "subject": "", "action": "stamp", "region": EVERYTHING, "agency": EVERYTHING, "maker": EVERYTHING,
    "role": "administrator", "basis_zh": "本关系表的版本", "basis_en": "edition of this relation",
}  # fmt: skip
