"""How the server tells what went wrong: JSON to programs, a page to people, never the inside of a defect."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from dafeng.access.relation import PUBLIC
from dafeng.doors.headers import add_headers
from dafeng.doors.identification import API
from dafeng.doors.log_lines import FACTS, LOGGER
from dafeng.doors.problems import envelope, status_of
from dafeng.doors.visitor import Visitor, portal_of
from dafeng.errors import DafengError, Finding, Place
from dafeng.web.drawing import draw
from dafeng.web.frame import draw_frame
from dafeng.web.page import Body
from dafeng.web.routes import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI, Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = "X-Request-ID"
REQUEST_ID_BYTES = 9
MOST_SHOWN = 50
"""Findings that a page tells."""
TITLES = {
    401: ("请先登录", "Please sign in"), 403: ("没有权限", "Not allowed"), 404: ("没有此内容", "Not found"),
    405: ("不支持此操作", "Not supported"), 409: ("与现有内容冲突", "In conflict with what stands"),
    413: ("内容过大", "Too large"), 429: ("请求过于频繁", "Too many requests"),
    500: ("系统出现错误", "Something went wrong here"), 503: ("暂时不能服务", "Not available for the moment"),
}  # fmt: skip
REFUSED = ("无法处理此请求", "This request cannot be used")
PLAIN_PAGE = (
    '<!DOCTYPE html><html lang="zh-Hans"><meta charset="utf-8"><title>500</title>'
    "<p>系统出现错误，请稍后再试。<p>Something went wrong here; try again later.</html>"
)
"""When not even the frame of pages can be drawn."""


class RequestMark:
    """An ASGI application around all others: marks the request, and answers whatever was raised inside.

    Parameters
    ----------
    application : ASGI application
        What answers.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, in any case."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        mark = secrets.token_urlsafe(REQUEST_ID_BYTES)
        scope.setdefault("state", {})["request_id"] = mark
        begun = False

        async def name(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message)[REQUEST_ID] = mark
            await send(message)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(scope, message)
            await name(message)

        try:
            await self._application(scope, receive, name)
        except Exception as error:
            if (
                begun
            ):  # part of the answer is out: the connection must break, so that nobody takes it for whole
                raise
            told = await answer_failure(Request(scope), error)
            await told(scope, receive, answer)


async def answer_failure(request: Request, error: Exception) -> Response:
    """Return the answer to an error of whatever kind; a defect goes to the log, not to the visitor."""
    if isinstance(error, DafengError):
        findings, status = error.findings, status_of(error)
    elif isinstance(error, HTTPException):
        findings, status = (_finding_of(request, error),), error.status_code
    elif isinstance(error, RequestValidationError):
        findings, status = _misfits(error), 422
    else:
        facts = {"request_id": _mark(request), "method": request.method, "path": request.url.path}
        logging.getLogger(LOGGER).error("defect", exc_info=error, extra={FACTS: facts})
        findings, status = (Finding("internal_error", params={"request": _mark(request)}),), 500
    headers = dict(getattr(error, "headers", None) or {})
    if status == 429:
        headers["Retry-After"] = str(findings[0].params.get("seconds", 1))
    if request.url.path.startswith(API):
        return JSONResponse(envelope(findings, _mark(request)), status, headers)
    return await run_in_threadpool(_draw_page, request, findings, status, headers)


def install_handlers(application: FastAPI) -> None:
    """Let the router answer errors as :func:`answer_failure` does."""
    for kind in (DafengError, HTTPException, RequestValidationError):
        application.add_exception_handler(kind, answer_failure)


def _draw_page(
    request: Request, findings: Sequence[Finding], status: int, headers: dict[str, str]
) -> Response:
    """Return the page of an error in the frame of all pages."""
    state = request.scope["state"]
    try:
        if "visitor" not in state:
            state["visitor"] = Visitor(portal_of(request).book_of(PUBLIC))
        html = draw(
            "failure.html", findings=findings[:MOST_SHOWN], more=max(0, len(findings) - MOST_SHOWN),
            request_id=_mark(request), status=status, signed_in=state["visitor"].signed_in,
        )  # fmt: skip
        title = TITLES.get(status, REFUSED)
        body = Body(html, title=title, status=status, headers={"Cache-Control": "no-store", **headers})
        return draw_frame(ask(request), None, body)
    except Exception:  # the frame itself fails, the database perhaps: say so plainly
        facts = {"request_id": _mark(request), "path": request.url.path}
        logging.getLogger(LOGGER).exception("defect", extra={FACTS: facts})
        return HTMLResponse(PLAIN_PAGE, max(status, 500))


def _finding_of(request: Request, error: HTTPException) -> Finding:
    """Return what to say of an error of the framework."""
    if error.status_code == 404:
        return Finding("portal_page_unknown", params={"path": request.url.path[:200]})
    if error.status_code == 405:
        return Finding("method_unknown", params={"method": request.method})
    return Finding("request_unreadable")


def _misfits(error: RequestValidationError) -> tuple[Finding, ...]:
    return tuple(
        Finding("request_misfit", Place(column=".".join(map(str, one["loc"]))[:200]), {"reason": one["msg"]})
        for one in error.errors()
    )


def _mark(request: Request) -> str:
    return str(request.scope["state"].get("request_id", ""))
