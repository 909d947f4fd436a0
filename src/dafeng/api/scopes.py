"""What a token may be used for: every endpoint asks for one scope, before it asks for rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.security import HTTPBearer

from dafeng.doors.visitor import visitor_of
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

READ, WRITE = "read", "write"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
token_scheme = HTTPBearer(
    auto_error=False, scheme_name="token",
    description="API 令牌，在“我的账号”中生成；不带令牌时按公众权限回答 / a token, made on the page of the "
    "account; without one the answer is what the public may see",
)  # fmt: skip


def make_guard(write: str = WRITE) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that refuses a token whose scopes do not reach.

    Parameters
    ----------
    write : str
        Scope of requests that change something; reading always needs ``read``.
    """

    async def guard(request: Request) -> None:
        scopes = visitor_of(request).scopes
        needed = READ if request.method in SAFE else write
        if scopes is not None and needed not in scopes:
            raise InputRefused.of("token_scope_missing", scope=needed)

    return guard
