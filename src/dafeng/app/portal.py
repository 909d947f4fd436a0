"""The portal's ground: the book of registers, the results of the last run, the clock; opened once a process.

Whoever proves who he is gets the book in his name (:meth:`Portal.book_of`); pages and API ask nothing else.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from dafeng.access.relation import PUBLIC
from dafeng.app.portal_data import PortalData
from dafeng.app.register_book import BookRequest, act_as, open_book, read_clock
from dafeng.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from dafeng.app.register_book import Book
    from dafeng.pack import Pack

RIGHTS_KEPT_S = 2.0
"""How long a process goes on with rights that another process may have changed. [s]"""
MOST_KEPT = 2_000
"""Most books that are kept; beyond, all are made anew."""


@dataclass(frozen=True, slots=True)
class PortalRequest:
    """What to open.

    Parameters
    ----------
    workspace : Path
        Folder of the results (``dafeng run --out``); it may be empty still.
    pack : str, optional
        Name or folder; default: the setting.
    database_url : str, optional
        As in :class:`~dafeng.app.register_book.BookRequest`.
    attachments : Path, optional
        Folder of attachments; default: the setting.
    clock : callable
        Gives the time with its offset.
    """

    workspace: Path
    pack: str | None = None
    database_url: str | None = None
    attachments: Path | None = None
    clock: Callable[[], datetime] = read_clock


@dataclass(slots=True)
class Portal:
    """An open portal; use it in a ``with`` block, or :meth:`close` it.

    Parameters
    ----------
    request : PortalRequest
        What was opened.
    settings : Settings
        Settings of the process.
    public : Book
        The book as the public sees it; books of others are made from it.
    data : PortalData
        Results of the last run.
    """

    request: PortalRequest
    settings: Settings
    public: Book
    data: PortalData
    _books: dict[str, tuple[float, Book]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def pack(self) -> Pack:
        """The province as data."""
        return self.public.pack

    def now(self) -> str:
        """Return the time as it is stored."""
        return self.public.now()

    def book_of(self, actor: str) -> Book:
        """Return the book in the name of an actor whom the caller has proved.

        Rights that another process changed count after :data:`RIGHTS_KEPT_S`.

        Raises
        ------
        InputRefused
            ``access_not_a_member``, ``access_actor_invalid``.
        """
        with self._lock:
            kept = self._books.get(actor)
        if kept is not None and time.monotonic() - kept[0] < RIGHTS_KEPT_S:
            return kept[1]
        book = act_as(self.public, actor)
        book = replace(book, today=book.clock().date())
        with self._lock:
            if len(self._books) >= MOST_KEPT:
                self._books.clear()
            self._books[actor] = (time.monotonic(), book)
        return book

    def forget_rights(self) -> None:
        """Read rights anew at the next request: members were changed here."""
        with self._lock:
            self._books.clear()

    def close(self) -> None:
        """Give the connections back."""
        self.public.close()

    def __enter__(self) -> Self:
        """Return the portal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the portal."""
        self.close()


def open_portal(request: PortalRequest) -> Portal:
    """Open pack, registers, database and results.

    Raises
    ------
    InputRefused
        The pack or a register is refused; the database cannot be opened.
    """
    settings = read_settings()
    book = open_book(
        BookRequest(
            request.pack or settings.pack, request.database_url, PUBLIC, attachments=request.attachments,
            clock=request.clock,
        )
    )  # fmt: skip
    return Portal(request, settings, book, PortalData(request.workspace, book.pack))
