"""Every router of the API, found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import APIRouter, Depends

from dafeng.api.problems import PROBLEMS
from dafeng.api.scopes import WRITE, make_guard, token_scheme

PREFIX = "/api/v1"


def make_router() -> APIRouter:
    """Return all routes of the API under its prefix.

    A module may define ``WRITE_SCOPE``: the scope that a token needs for what changes something there.
    """
    gathered = APIRouter(prefix=PREFIX, responses=PROBLEMS)
    package = importlib.import_module("dafeng.api.routes")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        found = importlib.import_module(f"dafeng.api.routes.{module.name}")
        guard = make_guard(getattr(found, "WRITE_SCOPE", WRITE))
        gathered.include_router(found.router, dependencies=[Depends(token_scheme), Depends(guard)])
    return gathered
