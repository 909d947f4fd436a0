"""Which class a table or file has, who may see it, from which day, and which of its rows.

A rule of the general list (``access/releases.csv``) is overridden by one of the pack (``releases.csv``) and
that by an approved row of the register :data:`REGISTER`, so that a release has history and steps.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.access.grants import EVERYTHING
from dafeng.access.releases import Release, ReleaseClass, find_release, general_releases, list_releases
from dafeng.provenance import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.register_book import Book
    from dafeng.pack import Pack

TableClass = ReleaseClass
REGISTER = "data_releases"
APPROVED = "released"
CLOSED = "closed"
SHARED_LEVELS = ("country", "province")
"""Levels of regions whose rows everybody sees who may see the class for any region."""
OWN_SOURCES = ("own_accounts", "register")
"""Sources that stand for figures of our own: estimates, and sums over registers."""
BY_TARGET = "target_id"
"""Column whose region is that of the target which it names."""
RULES_KEPT_S = 2.0
"""How long a process goes on with releases that another process may have changed. [s]"""
MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Releases:
    """The rules in force on a day, closest last; equal ones are one to caches.

    Parameters
    ----------
    rules : tuple of Release
        General ones, then those of the pack, then those of the register.
    """

    rules: tuple[Release, ...] = field(compare=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the rules by their content, so that comparing them is cheap."""
        object.__setattr__(self, "digest", hash_bytes(repr([_told(rule) for rule in self.rules]).encode()))

    def of(self, name: str) -> Release:
        """Return the rule of a table or file: of the register, else of the pack, else the general one."""
        return _find(self, name)


def _told(rule: Release) -> tuple[object, ...]:
    return (
        rule.pattern, rule.kind, sorted(rule.circle), rule.region_by, rule.own_by, rule.origin,
        rule.embargoed, rule.opens_on,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _find(releases: Releases, name: str) -> Release:
    for origin in ("register", "pack"):
        found = find_release(name, (rule for rule in releases.rules if rule.origin == origin))
        if found.origin == origin:
            return found
    return find_release(name, (rule for rule in releases.rules if rule.origin == "general"))


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor may see of the tables of a run: hashable, so that equal ones share their pages.

    Parameters
    ----------
    lines : frozenset of (action, resource, region)
        Lines of the relation that speak of classes and tables.
    roles : frozenset of str
        Roles of the actor.
    releases : Releases
        Rules of the day.
    """

    lines: frozenset[tuple[str, str, str]]
    roles: frozenset[str]
    releases: Releases

    def regions(self, name: str, kind: ReleaseClass | None = None) -> frozenset[str]:
        """Return the regions in which a table or file may be seen, ``*`` for all; empty if not at all.

        Parameters
        ----------
        name : str
            Table or file.
        kind : {"public", "internal", "sensitive"}, optional
            As if it had this class; default: the class that it has.
        """
        release = self.releases.of(name)
        if release.circle and release.circle.isdisjoint(self.roles):
            return frozenset()
        names = {f"class.{kind or release.kind}", f"table.{name}", EVERYTHING}
        seen = self._regions("see", names)
        if not release.embargoed:
            return seen
        early = self._regions("see_embargoed", names)
        if EVERYTHING in seen:
            return early
        return seen if EVERYTHING in early else seen & early

    def sees(self, name: str) -> bool:
        """Return whether a table or file may be seen at all."""
        return bool(self.regions(name))

    def sees_whole(self, name: str) -> bool:
        """Return whether every row of a table may be seen, or a file as it stands."""
        release = self.releases.of(name)
        own = not release.own_by or EVERYTHING in self.regions(name, _stricter(release.kind))
        return EVERYTHING in self.regions(name) and own

    def sees_class(self, kind: ReleaseClass) -> bool:
        """Return whether everything of a class may be seen, in all regions."""
        return EVERYTHING in self._regions("see", {f"class.{kind}", EVERYTHING})

    def _regions(self, action: str, names: set[str]) -> frozenset[str]:
        return frozenset(
            region for allowed, resource, region in self.lines if allowed == action and resource in names
        )


def reach_of(book: Book) -> Reach:
    """Return what the actor may see of the tables of a run."""
    with _LOCK:
        kept = _REACHES.get(id(book))
        if kept is not None and kept[0] is book and time.monotonic() - kept[1] < RULES_KEPT_S:
            return kept[2]
    lines = book.permissions.filter(
        pl.col("action").is_in(["see", "see_embargoed", "export"])
        & (pl.col("resource").str.contains(r"^(class\.|table\.|\*)"))
        & (pl.col("maker") == EVERYTHING)
    )
    held = frozenset(lines.select("action", "resource", "region").iter_rows())
    reach = Reach(held, book.roles, releases_of(book))
    with _LOCK:
        while len(_REACHES) >= MOST_KEPT:
            del _REACHES[next(iter(_REACHES))]
        _REACHES[id(book)] = book, time.monotonic(), reach
    return reach


def releases_of(book: Book) -> Releases:
    """Return the rules in force on the day of the book.

    Those of the register are read anew after :data:`RULES_KEPT_S`.
    """
    day = book.today.isoformat()
    with _LOCK:
        kept = _RULES.get(id(book.database))
        if (
            kept is not None
            and kept[0] is book.database
            and kept[1] == day
            and time.monotonic() - kept[2] < RULES_KEPT_S
        ):
            return kept[3]
    made = Releases((*pack_rules(book.pack), *_register_rules(book, day)))
    with _LOCK:
        while len(_RULES) >= MOST_KEPT:
            del _RULES[next(iter(_RULES))]
        _RULES[id(book.database)] = book.database, day, time.monotonic(), made
    return made


def release_of(book: Book, name: str) -> Release:
    """Return the rule of a table or file on the day of the book."""
    return releases_of(book).of(name)


def forget_releases() -> None:
    """Read the rules anew at the next question: a release was approved here."""
    with _LOCK:
        _RULES.clear()
        _REACHES.clear()


def table_class(pack: Pack, name: str) -> ReleaseClass:
    """Return the class of a table or file by the general list and the pack, without the register."""
    return Releases(pack_rules(pack)).of(name).kind


def pack_rules(pack: Pack) -> tuple[Release, ...]:
    """Return the general rules and those of the pack."""
    return (*general_releases(), *list_releases(pack.tables["releases"], "pack"))


def filter_rows(
    frame: pl.DataFrame, name: str, reach: Reach, pack: Pack, regions: pl.DataFrame
) -> pl.DataFrame:
    """Return the rows of a table that may be seen.

    A reader of one region gets its rows with all below it, and those of province and nation; a row whose
    region is missing or unknown he does not get. Where no rule names a column it is
    ``region``. Rows that rest on own estimates count as internal where the rule says so.

    Parameters
    ----------
    frame : polars.DataFrame
        All rows.
    name : str
        Table.
    reach : Reach
        Of the reader.
    pack : Pack
        For the levels of regions and the regions of targets.
    regions : polars.DataFrame
        ``ancestor``, ``descendant``.
    """
    release = reach.releases.of(name)
    if not release.region_by and "region" in frame.columns:
        release = replace(release, region_by="region")
    kept = frame.filter(_in_regions(release, reach.regions(name), pack, regions))
    if not release.own_by:
        return kept
    is_own = pl.col(release.own_by).str.split(";").list.eval(pl.element().is_in(OWN_SOURCES)).list.any()
    strict = _in_regions(release, reach.regions(name, _stricter(release.kind)), pack, regions)
    return kept.filter(~is_own.fill_null(value=False) | strict)


def _stricter(kind: ReleaseClass) -> ReleaseClass:
    """Return the class of own estimates in a table of a class."""
    return "internal" if kind == "public" else kind


def _in_regions(release: Release, seen: frozenset[str], pack: Pack, regions: pl.DataFrame) -> pl.Expr:
    if EVERYTHING in seen:
        return pl.lit(value=True)
    if not seen:
        return pl.lit(value=False)
    if not release.region_by:
        return pl.lit(value=True)
    below = regions.filter(pl.col("ancestor").is_in(sorted(seen)))["descendant"]
    codes = sorted({*below, *seen, *shared_regions(pack)})
    if release.region_by == BY_TARGET:
        targets = pack.tables["targets"].filter(pl.col("region").is_in(codes))["target_id"]
        return pl.col(BY_TARGET).is_in(targets.to_list()).fill_null(value=False)
    return pl.col(release.region_by).is_in(codes).fill_null(value=False)


def shared_regions(pack: Pack) -> frozenset[str]:
    """Return every code under which tables may name the province or the nation."""
    table = pack.tables["regions"].filter(pl.col("level").is_in(SHARED_LEVELS))
    codes = {*table["code"], pack.config.pack.region}
    for code in tuple(codes):
        known = terms.aliases("provinces").get(code.lower())
        codes |= {known, terms.entries("provinces")[known].get("gb_code", known)} if known else set()
    return frozenset(codes)


def _register_rules(book: Book, day: str) -> Iterator[Release]:
    """Yield the approved rows of the register; of one object the newest counts."""
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    register = book.library.registers.get(REGISTER)
    if register is None:
        return
    rows = read_rows(book.database, register).filter(pl.col("state") == APPROVED)
    for row in rows.sort("decided_on", "row_id").iter_rows(named=True):
        yield from _as_rule(row, day, register.basis.zh, register.basis.en, book.pack)


def _as_rule(row: dict[str, Any], day: str, zh: str, en: str, pack: Pack) -> Iterator[Release]:
    """Yield the rule of a row; nothing while everything stays as it was until its day."""
    opens_on = str(row["opens_on"] or "")
    waits = opens_on > day
    if waits and (row["before"] or CLOSED) != CLOSED:
        return
    general = Releases(pack_rules(pack)).of(row["object"])
    circle = frozenset((row["circle"] or "").split(";")) - {""}
    yield replace(
        general, pattern=row["object"], kind=row["release_class"], circle=circle, own_by="", basis_zh=zh,
        basis_en=en, origin="register", embargoed=waits, opens_on=opens_on if waits else "",
    )  # fmt: skip


_LOCK = threading.Lock()
_RULES: dict[int, tuple[object, str, float, Releases]] = {}
_REACHES: dict[int, tuple[object, float, Reach]] = {}
