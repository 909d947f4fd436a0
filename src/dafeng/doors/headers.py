"""Headers that every answer carries, and the host names that are answered to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere, in no frame of others."""
ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}  # fmt: skip
"""Where the answer itself says nothing else."""
SECURE_ONLY = "max-age=31536000; includeSubDomains"
"""Over https: for a year only over https."""


class SecurityHeaders:
    """An ASGI application around another one.

    Parameters
    ----------
    application : ASGI application
        What answers.
    hosts : tuple of str
        Names that are answered to; empty: any. ``*.example.cn`` stands for all names below.
    """

    def __init__(self, application: ASGIApp, hosts: tuple[str, ...] = ()) -> None:
        self._application, self._hosts = application, tuple(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers.

        Raises
        ------
        InputRefused
            ``host_refused``.
        """
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if self._hosts and not self._answers_to(Headers(scope=scope).get("host", "")):
            raise InputRefused.of("host_refused")

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(scope, message)
            await send(message)

        await self._application(scope, receive, add)

    def _answers_to(self, host: str) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        name = name.strip("[]").lower().rstrip(".")
        return any(
            name.endswith(one[1:]) if one.startswith("*.") else name == one.strip("[]") for one in self._hosts
        )


def add_headers(scope: Scope, message: Message) -> None:
    """Add the headers to the start of an answer, where it has none of that name."""
    headers = MutableHeaders(scope=message)
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", SECURE_ONLY)
