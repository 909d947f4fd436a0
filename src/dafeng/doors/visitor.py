"""Who asks: the visitor of a request, with the book in his name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from dafeng.access.relation import PUBLIC

if TYPE_CHECKING:
    from fastapi import Request

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book

VisitorKind = Literal["public", "session", "token"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of requests that change nothing."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of requests that change nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks.

    Parameters
    ----------
    book : Book
        In his name: every use case is called with it.
    kind : {"public", "session", "token"}
        How he proved who he is.
    scopes : frozenset of str, optional
        What a token may be used for; None: everything that its owner may.
    csrf : str
        Value that forms of a session carry; empty for others.
    session : str
        Digest of the session; empty for others.
    must_change : bool
        He must change his password before anything else.
    """

    book: Book
    kind: VisitorKind = "public"
    scopes: frozenset[str] | None = None
    csrf: str = ""
    session: str = ""
    must_change: bool = False

    @property
    def actor(self) -> str:
        """Who acts; ``public`` without sign-in."""
        return self.book.actor

    @property
    def signed_in(self) -> bool:
        """Whether he proved who he is."""
        return self.book.actor != PUBLIC


def portal_of(request: Request) -> Portal:
    """Return the portal that answers a request."""
    return cast("Portal", request.app.state.portal)


def visitor_of(request: Request) -> Visitor:
    """Return who asks; the identification put him there before any handler ran."""
    return cast("Visitor", request.state.visitor)
