"""The addresses of the workbench: every page and its further routes, the assets, the language."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from dafeng.doors.csrf import require_form_proof
from dafeng.doors.lanes import run_reading
from dafeng.doors.limits import bound_body
from dafeng.doors.visitor import SAFE_METHODS, portal_of, visitor_of
from dafeng.errors import InputRefused
from dafeng.web.assets import PREFIX, find_asset
from dafeng.web.frame import LANGUAGE_COOKIE, draw_frame
from dafeng.web.page import Asking, Body, Route, WebPage, all_pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dafeng.errors import Language

YEAR_S = 31_536_000


def language_of(request: Request) -> Language:
    """Return the language that the visitor chose; Chinese first."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return "en" if asked == "en" else "zh"


def ask(request: Request, form: Any = None) -> Asking:
    """Return a request with who asks and who answers."""
    return Asking(request, portal_of(request), visitor_of(request), language_of(request), form or {})


def make_router() -> APIRouter:
    """Return all addresses of the workbench; they are not part of the API's document."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route(PREFIX + "{digest}/{name}", serve_asset, methods=["GET"])
    router.add_api_route("/language/{code}", choose_language, methods=["GET"])
    for page in all_pages():
        own = Route(page.path, page.handler)
        for route in (own, *page.routes):
            router.add_api_route(
                route.path,
                _endpoint(page, route),
                methods=list(route.methods),
                name=f"{page.id}:{route.path}",
            )
    return router


def _endpoint(page: WebPage, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        asking = ask(request)
        if not page.allowed(asking):
            if not asking.visitor.signed_in:
                back = request.url.path if request.method in SAFE_METHODS else "/"
                return RedirectResponse(f"/sign-in?next={quote(back)}", status_code=303)
            raise InputRefused.of("portal_page_unknown", path=request.url.path)
        if request.method not in SAFE_METHODS:
            bound_body(request, route.max_bytes)
            form = await request.form(max_files=20, max_fields=2_000)
            require_form_proof(request, form)
            asking = ask(request, form)
        try:
            if asyncio.iscoroutinefunction(route.handler):
                answer = await route.handler(asking)
                if isinstance(answer, Body):
                    answer = await run_in_threadpool(draw_frame, asking, page, answer)
            else:
                is_quick = page.quick and route.path == page.path and request.method in SAFE_METHODS
                run = run_reading if is_quick else run_in_threadpool
                answer = await run(_answer, asking, page, route)
        finally:
            await request.close()  # files of a form
        return _keep_language(request, answer)

    return endpoint


def _answer(asking: Asking, page: WebPage, route: Route) -> Response:
    """Return what a plain handler gives, framed: one visit to a worker thread."""
    answer = route.handler(asking)
    if isinstance(answer, Body):
        return draw_frame(asking, page, answer)
    return cast("Response", answer)


def _keep_language(request: Request, answer: Response) -> Response:
    if request.query_params.get("lang") in {"zh", "en"}:
        answer.set_cookie(
            LANGUAGE_COOKIE, language_of(request), max_age=YEAR_S, samesite="lax", httponly=True
        )
    return answer


async def choose_language(code: str, request: Request) -> Response:
    """Keep the language and go back to where the visitor was."""
    back = request.query_params.get("next", "/")
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        back = "/"
    answer = RedirectResponse(back, status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE, "en" if code == "en" else "zh", max_age=YEAR_S, samesite="lax", httponly=True
    )
    return answer


async def serve_asset(digest: str, name: str, request: Request) -> Response:
    """Return a style, script or font; its address changes with its content, so it is kept for a year."""
    asset = find_asset(name)
    if asset is None or asset.digest != digest:
        raise InputRefused.of("portal_page_unknown", path=request.url.path)
    headers = {"Cache-Control": f"public, max-age={YEAR_S}, immutable", "Vary": "Accept-Encoding"}
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.raw, media_type=asset.kind, headers=headers)
