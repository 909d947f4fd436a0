"""What stands around every request: its line in the log, its place in the metrics, the probes of operators.

``/healthz`` says that the process answers, ``/readyz`` that it can serve, ``/metrics`` gives counts in the
text format of Prometheus. They are answered before anything else, so that they answer when all else fails.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from dafeng.app.portal_health import check_readiness
from dafeng.doors.log_lines import FACTS, LOGGER
from dafeng.doors.metrics import Metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dafeng.app.portal import Portal

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
SLOW_S = 2.0
"""Requests that take longer are warned of. [s]"""
_TEXT = "text/plain; charset=utf-8"


@dataclass(slots=True)
class _Told:
    """What was answered."""

    status: int = 500
    size_bytes: int = 0
    request_id: str = ""


class Watching:
    """An ASGI application around another one.

    Parameters
    ----------
    application : ASGI application
        The portal.
    portal : Portal
        Whose state the probes tell.
    """

    def __init__(self, application: ASGIApp, portal: Portal) -> None:
        self._application, self._portal = application, portal
        self._metrics = Metrics()
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a probe, or pass a request on and tell of it."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif scope["path"] in {HEALTH, READY, METRICS} and scope["method"] in {"GET", "HEAD"}:
            await self._probe(scope, send)
        else:
            await self._watch(scope, receive, send)

    async def _watch(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, told = time.perf_counter(), _Told()

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
                for name, value in message.get("headers", ()):
                    if name.lower() == b"x-request-id":
                        told.request_id = value.decode("latin-1")
            elif message["type"] == "http.response.body":
                told.size_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._application(scope, receive, listen)
        except Exception:
            self._log.exception("defect", extra={FACTS: describe_request(scope)})
            raise
        finally:
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.count(scope["method"], route, told.status, seconds)
            facts = {**describe_request(scope), **asdict(told), "route": route}
            facts["ms"] = round(seconds * 1000, 1)
            level = logging.WARNING if seconds > SLOW_S or told.status >= 500 else logging.INFO
            self._log.log(level, "request", extra={FACTS: facts})

    async def _probe(self, scope: Scope, send: Send) -> None:
        if scope["path"] == HEALTH:
            await _answer(send, 200, b"ok\n", _TEXT)
        elif not self._may_read(scope):
            await _answer(send, 404, b"", _TEXT)
        elif scope["path"] == READY:
            ready = await run_in_threadpool(check_readiness, self._portal)
            status = 200 if all(ready.values()) else 503
            await _answer(send, status, json.dumps(ready).encode(), "application/json")
        else:
            text = await run_in_threadpool(self._metrics.write, self._portal)
            await _answer(send, 200, text, "text/plain; version=0.0.4; charset=utf-8")

    def _may_read(self, scope: Scope) -> bool:
        readers = self._portal.settings.metrics_readers
        return readers == "anybody" or (readers == "loopback" and _is_direct_loopback(scope))


def _is_direct_loopback(scope: Scope) -> bool:
    """Return whether a request comes from this machine itself, not through a proxy on it."""
    if any(name.lower() in {b"x-forwarded-for", b"forwarded"} for name, _ in scope["headers"]):
        return False
    client = scope.get("client")
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def describe_request(scope: Scope) -> dict[str, Any]:
    """Return what the log says of a request: never its query, its body or its headers."""
    visitor, client = scope.get("state", {}).get("visitor"), scope.get("client")
    return {
        "method": scope["method"], "path": scope["path"], "address": client[0] if client else None,
        "actor": getattr(visitor, "actor", None), "kind": getattr(visitor, "kind", None),
    }  # fmt: skip


async def _answer(send: Send, status: int, content: bytes, kind: str) -> None:
    headers = [
        (b"content-type", kind.encode()), (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
