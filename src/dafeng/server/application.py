"""The application: identification, limits, headers, API and pages put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from dafeng.api.document import ABOUT, list_tags
from dafeng.api.gathering import PREFIX
from dafeng.api.gathering import make_router as make_api
from dafeng.doors.audit_trail import AuditTrail
from dafeng.doors.csrf import OwnOrigin
from dafeng.doors.headers import SecurityHeaders
from dafeng.doors.identification import Identification
from dafeng.doors.limits import Limits
from dafeng.server.failures import RequestMark, install_handlers
from dafeng.version import __version__
from dafeng.web.routes import make_router as make_web

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from dafeng.app.portal import Portal
    from dafeng.doors.visitor import Visitor


def make_application(portal: Portal, identify: Callable[[Request], Visitor] | None = None) -> FastAPI:
    """Return the application of a portal.

    A request passes, from the outside: its mark, under which every failure is answered; headers and host
    names; identification; size and rate; audit log; origin; then the page or the endpoint.

    Parameters
    ----------
    portal : Portal
        Open; whoever serves closes it.
    identify : callable, optional
        Who asks; default: by session cookie or token.
    """
    application = FastAPI(
        title="dafeng 达峰", version=__version__, docs_url=None, redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json", description=ABOUT, openapi_tags=list_tags(),
    )  # fmt: skip
    application.state.portal = portal
    application.include_router(make_api())
    application.include_router(make_web())
    install_handlers(application)
    application.add_middleware(OwnOrigin)  # the last one that is added is the outermost
    application.add_middleware(AuditTrail, portal=portal)
    application.add_middleware(Limits, settings=portal.settings)
    application.add_middleware(Identification, portal=portal, identify=identify)
    application.add_middleware(SecurityHeaders, hosts=portal.settings.portal_hosts)
    application.add_middleware(RequestMark)
    return application
