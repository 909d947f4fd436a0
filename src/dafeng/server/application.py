"""The application: identification, limits, headers, API and pages put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dafeng.api.gathering import PREFIX
from dafeng.api.gathering import make_router as make_api
from dafeng.doors.problems import envelope, status_of
from dafeng.doors.visitor import Visitor
from dafeng.errors import DafengError
from dafeng.version import __version__
from dafeng.web.routes import make_router as make_web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dafeng.app.portal import Portal


def make_application(portal: Portal, identify: Callable[[Request], Visitor] | None = None) -> FastAPI:
    """Return the application of a portal.

    Parameters
    ----------
    portal : Portal
        Open; whoever serves closes it.
    identify : callable, optional
        Who asks; default: by session cookie or token.
    """
    application = FastAPI(
        title="dafeng 达峰", version=__version__, docs_url=None, redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )  # fmt: skip
    application.state.portal = portal
    who = identify or (lambda _request: Visitor(portal.book_of("public")))

    @application.middleware("http")
    async def identify_visitor(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.visitor = who(request)
        answer = await go_on(request)
        answer.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        return answer

    @application.exception_handler(DafengError)
    async def tell(_request: Request, error: DafengError) -> Response:
        return JSONResponse(envelope(error.findings), status_of(error))

    application.include_router(make_api())
    application.include_router(make_web())
    return application
