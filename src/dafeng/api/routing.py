"""The routes of the API: answers carry an entity tag, requests that do not fit are told like all errors.

Who has the same bytes already gets 304 and no body (RFC 9110, 13.1.2).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from dafeng.errors import Finding, InputRefused, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

CACHING = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Cookie"}
"""Kept by the one who asks, never by a proxy, and always asked for again: rights and rows change."""


class ApiRoute(APIRoute):
    """A route that tags what GET answers by the hash of the bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the tag around it."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                answer = await inner(request)
            except RequestValidationError as error:
                raise InputRefused(list_misfits(error)) from error
            return tag_answer(request, answer) if request.method == "GET" else answer

        return handle


def list_misfits(error: RequestValidationError) -> list[Finding]:
    """Return what does not fit the document of the API, by its place in the request."""
    return [
        Finding(
            "api_value_misfit",
            Place(column=ascii(".".join(map(str, one["loc"])))[1:-1][:200]),
            {"reason": ascii(str(one["msg"]))[1:-1][:500]},
        )
        for one in error.errors()
    ]


def tag_answer(request: Request, answer: Response) -> Response:
    """Return an answer with its tag, or 304 without a body where the reader has it already."""
    if answer.status_code != 200 or not isinstance(getattr(answer, "body", None), bytes):
        return answer
    kind = answer.headers.get("Content-Type", "")
    tag = f'"{hashlib.sha256(kind.encode() + bytes(answer.body)).hexdigest()[:32]}"'
    answer.headers.update({**CACHING, "ETag": tag})
    if _names(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=304, headers={**CACHING, "ETag": tag})
    return answer


def _names(header: str, tag: str) -> bool:
    """Return whether a header names a tag; compared weakly, as the RFC wants it here."""
    named = {one.strip().removeprefix("W/") for one in header.split(",")}
    return tag in named or "*" in named
