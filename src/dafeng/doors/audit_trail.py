"""Every request that changes something is recorded, also when it is refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from dafeng.app.portal_audit import AuditEntry, record
from dafeng.doors.identification import API
from dafeng.doors.log_lines import FACTS, LOGGER
from dafeng.doors.visitor import SAFE_METHODS
from dafeng.errors import DafengError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dafeng.app.portal import Portal
    from dafeng.app.portal_audit import Outcome


class AuditTrail:
    """An ASGI application around another one.

    The entry is written before the answer goes out: who was told that it is done finds it in the log.

    Parameters
    ----------
    application : ASGI application
        What answers.
    portal : Portal
        Where the log stands.
    """

    def __init__(self, application: ASGIApp, portal: Portal) -> None:
        self._application, self._portal = application, portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and record it."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._application(scope, receive, send)
            return

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._record(scope, message["status"])
            await send(message)

        try:
            await self._application(scope, receive, note)
        except DafengError as error:
            scope["state"].setdefault("audit_detail", {})["code"] = error.findings[0].code
            await self._record(scope, 422)
            raise
        except Exception:
            await self._record(scope, 500)
            raise

    async def _record(self, scope: Scope, status: int) -> None:
        if scope["state"].get("audited"):
            return
        scope["state"]["audited"] = True
        path = getattr(scope.get("route"), "path", scope["path"])
        outcome: Outcome = "done" if status < 400 else "refused" if status < 500 else "failed"
        entry = describe(scope, f"{scope['method']} {path}", outcome)
        try:
            await run_in_threadpool(record, self._portal, entry)
        except Exception as error:  # noqa: BLE001 - what was done is done; the log of the server tells it
            facts = {"act": entry.act, "actor": entry.actor, "reason": str(error)}
            logging.getLogger(LOGGER).critical("audit_lost", extra={FACTS: facts})


def describe(scope: Scope, act: str, outcome: Outcome, actor: str | None = None) -> AuditEntry:
    """Return the entry of a request.

    Parameters
    ----------
    scope : ASGI scope
        Of the request.
    act, outcome, actor
        As in :class:`~dafeng.app.portal_audit.AuditEntry`; ``actor`` is the visitor where nothing is given.
    """
    state = scope["state"]
    return AuditEntry(
        actor=actor if actor is not None else state["visitor"].actor, act=act, outcome=outcome,
        object=scope["path"], door="api" if scope["path"].startswith(API) else "web",
        request_id=state.get("request_id", ""), address=scope["client"][0] if scope.get("client") else None,
        detail=state.get("audit_detail", {}),
    )  # fmt: skip


def add_detail(request: Request, **facts: Any) -> None:
    """Add facts to the entry of a request: the batch that it wrote; never what a form held."""
    request.scope["state"].setdefault("audit_detail", {}).update(facts)


def record_act(portal: Portal, request: Request, act: str, outcome: Outcome, actor: str) -> None:
    """Record a request under a name of its own (a sign-in) in the place of its general entry."""
    request.scope["state"]["audited"] = True
    record(portal, describe(request.scope, act, outcome, actor))
