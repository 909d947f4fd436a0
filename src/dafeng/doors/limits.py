"""How much and how often: the size of what is sent, and the number of requests.

Every process counts for itself: with several workers the number that is let through is as many times larger.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from dafeng.doors.visitor import SAFE_METHODS
from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dafeng.doors.visitor import Visitor
    from dafeng.settings import Settings

PLAIN_BYTES = 1_000_000
"""Largest body that holds no file, and of those who have not signed in. [B]"""
MEGABYTE = 1_000_000
BURST_S = 10.0
"""How many seconds' worth of requests may come at once. [s]"""
LEAST_BURST = 12.0
"""So many may come at once in any case. [requests]"""
MOST_KEYS = 20_000
"""Addresses and users that are kept in mind."""
SIGN_INS_PER_MINUTE = 30
"""Most sign-ins of one address a minute, on top of the lock of each account."""
WITH_FILES = ("multipart/form-data", "application/octet-stream")


@dataclass(slots=True)
class Allowance:
    """So many requests a minute and key; what is not used is saved for some seconds (a token bucket).

    Parameters
    ----------
    per_minute : int
        Requests. [1/min]
    """

    per_minute: int
    _left: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spend(self, key: str) -> float:
        """Take one request, and return how long to wait before it would be allowed; 0 if it is. [s]"""
        rate, now = self.per_minute / 60, time.monotonic()
        most = max(rate * BURST_S, LEAST_BURST)
        with self._lock:
            left, seen = self._left.pop(key, (most, now))
            left = min(most, left + (now - seen) * rate)
            wait = 0.0 if left >= 1 else (1 - left) / rate
            self._left[key] = (left - 1 if wait == 0 else left, now)
            while len(self._left) > MOST_KEYS:
                del self._left[next(iter(self._left))]  # the one that was seen longest ago
        return wait


class Limits:
    """An ASGI application around another one, inside the identification.

    Parameters
    ----------
    application : ASGI application
        What answers.
    settings : Settings
        Numbers.
    """

    def __init__(self, application: ASGIApp, settings: Settings) -> None:
        self._application, self._file_bytes = application, settings.max_file_mb * MEGABYTE
        self._signed_in = Allowance(settings.requests_per_minute)
        self._public = Allowance(settings.public_requests_per_minute)
        self._sign_in = Allowance(SIGN_INS_PER_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it is neither too large nor one too many.

        Raises
        ------
        InputRefused
            ``request_rate``, ``body_too_large``.
        """
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        visitor: Visitor = scope["state"]["visitor"]
        self._require_rate(scope, visitor)
        if scope["method"] in SAFE_METHODS:
            await self._application(scope, receive, send)
        else:
            await self._pass_bounded(scope, receive, send)

    def _require_rate(self, scope: Scope, visitor: Visitor) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        wait = self._signed_in.spend(visitor.actor) if visitor.signed_in else self._public.spend(address)
        if scope["path"] == "/sign-in" and scope["method"] == "POST":
            wait = max(wait, self._sign_in.spend(address))
        if wait > 0:
            raise InputRefused.of("request_rate", seconds=max(1, round(wait)))

    async def _pass_bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and refuse it as soon as more bytes came than it may have."""
        state, headers = scope["state"], Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        files = kind in WITH_FILES and state["visitor"].signed_in
        state["max_bytes"] = self._file_bytes + PLAIN_BYTES if files else PLAIN_BYTES
        _require_length(headers, state["max_bytes"])
        refused: list[InputRefused] = []
        came = 0

        async def count() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > state["max_bytes"]:
                refused.append(too_large(state["max_bytes"]))
                raise refused[0]
            return message

        async def answer(message: Message) -> None:
            if not refused:  # what the inside makes of the error is of no use
                await send(message)

        try:
            await self._application(scope, count, answer)
        except Exception:
            if not refused:
                raise
        if refused:
            raise refused[0]


def bound_body(request: Request, most: int) -> None:
    """Set the largest body of a request before it is read.

    Parameters
    ----------
    request : Request
        The request.
    most : int
        Largest body; more than the setting allows for files is never let through. [B]

    Raises
    ------
    InputRefused
        ``body_too_large``: it says itself that it is larger.
    """
    allowed = request.scope["state"].get("max_bytes", PLAIN_BYTES)
    request.scope["state"]["max_bytes"] = min(most, allowed)
    _require_length(request.headers, min(most, allowed))


def too_large(most: int) -> InputRefused:
    """Return the refusal of a body. ``most`` in bytes."""
    return InputRefused([Finding("body_too_large", params={"most": f"{most / MEGABYTE:.4g}"})])


def _require_length(headers: Headers, most: int) -> None:
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told[:18]) > most:
        raise too_large(most)
