"""Serving: the address, the processes, the logs and the clean stop around the application."""

from __future__ import annotations

import atexit
import json
import os
import socket
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_first_use import prepare_first_administrator
from dafeng.app.portal_runs import recover_runs
from dafeng.doors.log_lines import log_config
from dafeng.doors.metrics import SHARED_FOLDER
from dafeng.doors.watching import Watching
from dafeng.errors import InputRefused
from dafeng.server.application import make_application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from dafeng.app.portal_first_use import FirstAdministrator

REQUEST = "DAFENG_SERVE"
"""Environment variable in which a worker process finds what it serves (no passwords)."""
STOP_S = 15
"""How long requests under way may take when the portal is stopped. [s]"""
BACKLOG = 512


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """What to serve, and where.

    Parameters
    ----------
    portal : PortalRequest
        Pack, database, workspace, attachments.
    host : str
        Address to listen on.
    port : int
        Port; 0 takes a free one.
    workers : int
        Processes.
    """

    portal: PortalRequest
    host: str
    port: int
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Opening:
    """What to tell before the first request.

    Parameters
    ----------
    url : str
        Address.
    first : FirstAdministrator or None
        Account of the first use with its password, told once.
    empty : bool
        There are no results yet.
    """

    url: str
    first: FirstAdministrator | None
    empty: bool


def serve(request: ServeRequest, tell: Callable[[Opening], None]) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM); requests under way are finished.

    Parameters
    ----------
    request : ServeRequest
        What and where.
    tell : callable
        Gets the address and the first account once the address is taken.

    Raises
    ------
    InputRefused
        ``serve_port_taken``; whatever :func:`~dafeng.app.portal.open_portal` refuses.
    KeyboardInterrupt
        It was told to stop and has stopped.
    """
    with _listening(request.host, request.port) as listener, _counting_together(request.workers):
        with open_portal(request.portal) as portal:
            recover_runs(portal)
            first, form = prepare_first_administrator(portal), portal.settings.log_format
            tell(Opening(_address_of(listener), first, portal.data.edition() is None))
            if request.workers == 1:
                application = Watching(make_application(portal), portal)
                uvicorn.Server(uvicorn.Config(application, **_options(form))).run(sockets=[listener])
                return
        os.environ[REQUEST] = _pack_request(request.portal)
        uvicorn.run(
            f"{__name__}:make_served_application", factory=True, workers=request.workers,
            fd=listener.fileno(), **_options(form),
        )  # fmt: skip


def make_served_application() -> ASGIApp:
    """Return the application of a worker process; what it serves stands in its environment."""
    portal = open_portal(_unpack_request(os.environ[REQUEST]))
    atexit.register(portal.close)
    return Watching(make_application(portal), portal)


def _options(form: str) -> dict[str, Any]:
    """Return the options of the server that one process and several share."""
    return {
        "access_log": False, "log_config": log_config("json" if form == "json" else "text"),
        "server_header": False, "timeout_graceful_shutdown": STOP_S, "lifespan": "off", "ws": "none",
    }  # fmt: skip


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before anything else is done.

    Raises
    ------
    InputRefused
        ``serve_port_taken``.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputRefused.of("serve_port_taken", host=host, port=port, reason=reason) from error
    with listener:
        listener.set_inheritable(True)
        yield listener


@contextmanager
def _counting_together(workers: int) -> Iterator[None]:
    """Give several processes a folder in which they count together."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="dafeng-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        yield


def _address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _pack_request(request: PortalRequest) -> str:
    return json.dumps(
        {
            "workspace": str(request.workspace), "pack": request.pack,
            "attachments": str(request.attachments) if request.attachments else None,
        }
    )  # fmt: skip


def _unpack_request(text: str) -> PortalRequest:
    named = json.loads(text)
    kept = named["attachments"]
    return PortalRequest(
        Path(named["workspace"]), named["pack"], attachments=Path(kept) if kept is not None else None
    )
