"""Every router of the API, found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import APIRouter

PREFIX = "/api/v1"


def make_router() -> APIRouter:
    """Return all routes of the API under its prefix."""
    gathered = APIRouter(prefix=PREFIX)
    package = importlib.import_module("dafeng.api.routes")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        gathered.include_router(importlib.import_module(f"dafeng.api.routes.{module.name}").router)
    return gathered
