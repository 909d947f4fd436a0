"""The error envelope as a model, and the answers other than success that every endpoint may give."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToldFinding(_Answer):
    """One thing that is wrong, where, and how to mend it."""

    code: str = Field(description="错误代码 / code", examples=["portal_table_unknown"])
    zh: str = Field(description="中文说明和改法 / text and cure in Chinese")
    en: str = Field(description="英文说明和改法 / text and cure in English")
    severity: str = Field(description="级别 / severity", examples=["error"])
    file: str | None = Field(None, description="文件 / file")
    sheet: str | None = Field(None, description="工作表 / sheet")
    row: int | None = Field(None, description="行号，1 为表头 / row, 1 is the header")
    column: str | None = Field(None, description="列 / column")


class Problem(_Answer):
    """The first finding, and all of them."""

    code: str = Field(description="首个错误的代码 / code of the first finding", examples=["access_refused"])
    zh: str = Field(description="中文说明 / text in Chinese")
    en: str = Field(description="英文说明 / text in English")
    findings: list[ToldFinding] = Field(description="全部问题 / all findings")
    more: int = Field(description="未列出的条数 / findings that are not listed")
    request_id: str = Field(description="请求编号，日志用 / id of the request in the log")


class Envelope(_Answer):
    """How every error is told."""

    error: Problem = Field(description="错误 / the error")


_TOLD = {
    401: "未登录或令牌无效 / not signed in, or the token is not valid",
    403: "没有权限，或令牌范围不够 / no right, or the scope of the token is too small",
    404: "没有，或不能看到 / not there, or not to be seen",
    409: "与现有内容冲突 / in conflict with what stands",
    413: "内容过大 / too large",
    422: "请求内容有误 / the request cannot be used as it is",
    429: "请求过于频繁 / too many requests",
    503: "暂时不能服务 / not available for the moment",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Envelope, "description": text} for status, text in _TOLD.items()
}
"""What every endpoint may answer beside success."""
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "与 If-None-Match 所指相同 / the same as named by If-None-Match"}
}
"""What every GET may answer beside success."""
