"""Who asks, what he may do and why, who the members are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.access.contracts import Members, Permissions
from dafeng.api.answers import Listing, answer_listing, describe_rows
from dafeng.api.asking import CONDITIONS, BookOf, Listed
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.register_access import AccessQuestion, explain_access, list_access, list_members
from dafeng.doors.visitor import visitor_of
from dafeng.table import columns_of

router = APIRouter(tags=["rights"], route_class=ApiRoute)
Text = Annotated[str | None, Query(max_length=200)]
Word = Annotated[str, Query(min_length=1, max_length=200)]


class Identity(BaseModel):
    """Who asks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str = Field(description="用户；未登录为 public / user; public without sign-in")
    kind: str = Field(description="身份方式 / how he proved who he is: public, session, token")
    roles: list[str] = Field(description="今天的角色 / roles of today")
    scopes: list[str] | None = Field(
        description="令牌范围；空为不限 / scopes of the token; null: not limited"
    )


class Explained(BaseModel):
    """Whether somebody may do something, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed: bool = Field(description="可否 / allowed")
    zh: str = Field(description="中文说明 / in Chinese")
    en: str = Field(description="英文说明 / in English")


@router.get("/me", summary="我是谁 / who asks", responses=UNCHANGED)
def get_me(request: Request, book: BookOf) -> Identity:
    """Return who asks, with his roles and the scopes of his token."""
    visitor = visitor_of(request)
    scopes = None if visitor.scopes is None else sorted(visitor.scopes)
    return Identity(actor=visitor.actor, kind=visitor.kind, roles=sorted(book.roles), scopes=scopes)


@router.get(
    "/rights",
    summary="权限清单 / rights",
    response_class=Response,
    responses=describe_rows("权限关系的各行 / lines of the relation"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_rights(request: Request, book: BookOf, reaching: Text = None, within: Text = None) -> Response:
    """Return the lines of the relation: one's own, or everybody's for who may see the members.

    ``reaching`` keeps lines that reach a register, ``within`` those that reach a region (code or name).
    """
    found = list_access(book, AccessQuestion(resource=reaching, region=within))
    listing = Listing("rights", "权限", "Rights", found, columns_of(Permissions))
    return answer_listing(request, book, listing, frozenset({"reaching", "within"}))


@router.get("/rights/explanation", summary="为什么可以或不可以 / why or why not", responses=UNCHANGED)
def get_explanation(
    book: BookOf, action: Word, resource: Word, subject: Text = None, row: Text = None
) -> Explained:
    """Return whether somebody (default: who asks) may do something on a register or one of its rows."""
    decision, words = explain_access(book, subject or book.actor, action, resource, row)
    return Explained(allowed=decision.allowed, zh=words.text("zh"), en=words.text("en"))


@router.get(
    "/members",
    summary="用户和角色 / members",
    response_class=Response,
    responses=describe_rows("用户和角色 / members and roles"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_members(
    request: Request,
    book: BookOf,
    every: Annotated[bool, Query(description="含已终止的 / also those that ended")] = False,
) -> Response:
    """Return the members of today; without the right to see them, one's own lines."""
    listing = Listing("members", "用户", "Members", list_members(book, every=every), columns_of(Members))
    return answer_listing(request, book, listing, frozenset({"every"}))
