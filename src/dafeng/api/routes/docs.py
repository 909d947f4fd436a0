"""The document of the API as a page, for people; it works without script and without network."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from dafeng.api.document import describe_api, draw_document
from dafeng.api.routing import ApiRoute

router = APIRouter(include_in_schema=False, route_class=ApiRoute)


@router.get("/docs")
def get_page(request: Request) -> Response:
    """Return the document as a page."""
    page = draw_document(describe_api(request.app))
    return Response(page, media_type="text/html; charset=utf-8")


@router.get("/docs.css")
def get_style() -> Response:
    """Return the style of the page."""
    return Response(_read_style(), media_type="text/css; charset=utf-8")


@cache
def _read_style() -> str:
    return files("dafeng.api").joinpath("templates", "document.css").read_text("utf-8")
