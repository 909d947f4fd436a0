"""The public edition as files that any web server hosts: pages in both languages and tables as CSV.

It is made from what the public may see and from nothing else, and looked through before it is put in place:
no table that is not public is named or contained, no folder of this machine.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dafeng.app.portal_catalogue import list_cards
from dafeng.app.portal_release import reach_of
from dafeng.app.register_book import require
from dafeng.app.tables import TABLES
from dafeng.errors import Finding, InputRefused, Place
from dafeng.provenance import hash_bytes
from dafeng.report.public_page import PublicTable, public_sections, render_public
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book

SITE = "site"
LIST = "published.json"
"""File that lists what was published, by hash; it marks a folder that may be replaced."""
PAGES = {"index.html": "zh", "en.html": "en"}


@dataclass(frozen=True, slots=True)
class Published:
    """What was written.

    Parameters
    ----------
    out : Path
        Folder.
    sections : tuple of str
        Ids of the sections.
    tables : tuple of str
        Ids of the tables.
    size_bytes : int
        Size of all files. [B]
    """

    out: Path
    sections: tuple[str, ...]
    tables: tuple[str, ...]
    size_bytes: int


def publish_site(portal: Portal, book: Book, out: Path) -> Published:
    """Write the public edition; what stood there before is replaced all at once.

    Parameters
    ----------
    portal : Portal
        With finished results.
    book : Book
        In the name of who publishes.
    out : Path
        Folder that is missing, empty, or an earlier public edition.

    Raises
    ------
    InputRefused
        ``access_refused``; ``portal_workspace_missing``; ``publish_folder_taken``; ``publish_leak``.
    """
    require(book, "publish", SITE)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / LIST).is_file())):
        raise InputRefused.of("publish_folder_taken", path=out)
    public = replace(portal.public, today=book.today)
    cards = [card for card in list_cards(portal, public) if card.release.kind == "public"]
    context = portal.data.context(public)
    tables = [PublicTable(card.id, card.zh, card.en, card.rows, card.columns) for card in cards]
    files = {f"tables/{card.id}.csv": table_as_csv(portal.data.frame(public, card.id)) for card in cards}
    day = book.now()[:10]
    for name, language in PAGES.items():
        files[name] = render_public(context, tables, language, day).encode()  # type: ignore[arg-type]
    found = list(_look_for_leaks(portal, public, files))
    if found:
        raise InputRefused(found)
    _write(out, files, day)
    sections = tuple(page.id for page in public_sections(context))
    return Published(out, sections, tuple(card.id for card in cards), sum(map(len, files.values())))


def _look_for_leaks(portal: Portal, public: Book, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what does not belong into a public edition."""
    reach = reach_of(public)
    shut = {name for name in TABLES if not reach.sees(name)}
    words = {
        "tables": {f'"{name}"' for name in shut} | {f"tables/{name}." for name in shut},
        "folders": {str(portal.data.root.resolve()), str(public.attachments.resolve())},
    }
    for name, content in files.items():
        text = content.decode("utf-8-sig")
        for kind, wanted in words.items():
            hits = sorted(word for word in wanted if word in text)
            if hits:
                yield Finding("publish_leak", Place(name), {"kind": kind, "what": ", ".join(hits[:3])})


def _write(out: Path, files: Mapping[str, bytes], day: str) -> None:
    """Write everything beside the folder and put it in its place at the end."""
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    (building / "tables").mkdir(parents=True)
    for name, content in files.items():
        write_bytes_atomically(building / name, content)
    listed = {"day": day, "files": {name: hash_bytes(content) for name, content in sorted(files.items())}}
    write_bytes_atomically(building / LIST, json.dumps(listed, indent=1).encode())
    if out.exists():
        old = out.with_name(f".{out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        out.rename(old)
        building.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    else:
        building.rename(out)
