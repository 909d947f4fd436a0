"""Rows of registers: asked for, read, summed, added, changed, taken through their steps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from dafeng.api.answers import Listing, Page, answer_listing, choose_form, describe_rows, write_page
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name
from dafeng.api.problems import UNCHANGED
from dafeng.api.register_asking import choose_columns, read_row_question
from dafeng.api.routing import ApiRoute
from dafeng.app.register_book import require
from dafeng.app.register_edit import add_row, edit_row, restore_row, withdraw_row
from dafeng.app.register_export import read_export
from dafeng.app.register_history import list_history
from dafeng.app.register_query import query_rows, sum_rows
from dafeng.app.register_show import RowView, show_row
from dafeng.app.register_steps import take_step
from dafeng.app.register_write import Written
from dafeng.register.contracts import History
from dafeng.register.model import Register
from dafeng.register.outlet import JSON_LEFT_OUT, field_names
from dafeng.table import columns_of

router = APIRouter(tags=["registers"], route_class=ApiRoute)
Reason = Annotated[str | None, Field(max_length=2000, description="理由 / reason")]
Values = Annotated[
    dict[str, JsonValue],
    Field(
        description="字段→值；代码写代码，日期写 2026-11-22，子表写对象列表 / field to value: codes as "
        "codes, dates as 2026-11-22, lists as lists of objects",
        examples=[{"title": "示例", "source": "来函", "grade": "B"}],
    ),
]  # fmt: skip


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewRow(_Sent):
    """A row to add."""

    values: Values
    reason: Reason = None


class ChangedRow(_Sent):
    """What becomes different."""

    values: Values
    version: int | None = Field(
        None, ge=1, le=2**31,
        description="看到的版次；他人已改则拒绝 / version that was seen; refused if it changed since",
    )  # fmt: skip
    reason: Reason = None


class StepTaken(_Sent):
    """A step to take."""

    step: str = Field(
        min_length=1, max_length=100, description="手续编号 / id of the step", examples=["accept"]
    )
    values: Values = Field(default_factory=dict)
    reason: Reason = None


class Stated(_Sent):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000, description="理由 / reason")


class Receipt(BaseModel):
    """What was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_id: str = Field(description="批次；空为没有变化 / batch; empty if nothing differed")
    rows: int = Field(description="写入行数 / rows")
    row_ids: list[str] = Field(description="行编号 / ids of the rows")
    notes: list[dict[str, str]] = Field(description="提示 / what was noticed")


class Row(BaseModel):
    """A row with what belongs to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    register_id: str = Field(description="台账 / register")
    row: dict[str, Any] = Field(description="值；无权看的为空 / values; what may not be seen is null")
    hidden: list[str] = Field(description="无权看的字段 / fields that may not be seen")
    allowed: list[str] = Field(description="可做的事 / what may be done with it")
    steps: list[dict[str, Any]] = Field(description="手续及其障碍 / steps, and what stands against each")
    attachments: list[dict[str, Any]] = Field(description="附件 / attachments")
    links: list[dict[str, Any]] = Field(description="指向 / what it points to")
    pointing: list[dict[str, Any]] = Field(description="指向它的行 / rows that point to it")


def tell_written(written: Written) -> Receipt:
    """Return what was written, for the answer."""
    notes = [{"code": one.code, "zh": one.text("zh"), "en": one.text("en")} for one in written.findings]
    return Receipt(batch_id=written.batch_id, rows=written.rows, row_ids=list(written.row_ids), notes=notes)


def describe_columns(register: Register, schema: Any) -> list[dict[str, Any]]:
    """Return what the columns of rows are, with units and words of the definition."""
    words, units = field_names(register), {field.id: field.unit for field in register.fields}
    units |= {formula.id: formula.unit for formula in register.formulas}
    return [
        {
            "name": name, "type": str(dtype).split("(")[0], "unit": units.get(name, ""),
            "zh": words.get(name, (name, name))[0], "en": words.get(name, (name, name))[1],
            "key": name in register.key, "nullable": True,
        }
        for name, dtype in schema.items()
    ]  # fmt: skip


@router.get(
    "/registers/{register_id}/rows",
    summary="台账的行 / rows of a register",
    response_class=Response,
    responses=describe_rows("可见的行 / rows that may be seen"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_rows(
    request: Request,
    book: BookOf,
    register_id: Name,
    search: Annotated[str, Query(max_length=500, description="词语 / words")] = "",  # noqa: ARG001
    withdrawn: Annotated[bool, Query(description="含已撤下的 / also withdrawn rows")] = False,  # noqa: ARG001
) -> Response:
    """Return rows that the reader may see; CSV and Parquet hold those that he may export, without lists."""
    register, form = book.library.register(register_id), choose_form(request)
    question = read_row_question(request, book, register, form)
    if form == "json":
        answer = query_rows(book, register.id, question)
        frame, total, limit = answer.frame, answer.total, question.limit
    else:
        require(book, "export", register.id)
        whole = read_export(book, register, question).drop(
            [child.id for child in register.lists], strict=False
        )
        total, limit = whole.height, question.limit if "limit" in request.query_params else whole.height
        frame = whole.slice(question.offset, limit)
    frame = frame.drop(JSON_LEFT_OUT, strict=False)
    frame = frame.select(choose_columns(request, frame.columns))
    listing = Listing(register.id, register.zh, register.en, frame, ())
    page = Page(listing, total, max(limit, 1), question.offset, describe_columns(register, frame.schema))
    return write_page(request, form, page)


@router.get("/registers/{register_id}/sums", summary="分组合计 / sums by groups", responses=UNCHANGED)
def get_sums(
    request: Request,
    book: BookOf,
    register_id: Name,
    group: Annotated[list[str] | None, Query(max_length=5, description="分组列 / columns of groups")] = None,
    added: Annotated[
        list[str] | None, Query(alias="sum", max_length=20, description="合计列 / columns")
    ] = None,
) -> list[dict[str, Any]]:
    """Return number of rows and sums of columns; rows without a value are counted apart, never as zero."""
    register = book.library.register(register_id)
    question = read_row_question(request, book, register)
    return sum_rows(book, register.id, question, group or [], added or []).to_dicts()


@router.get("/registers/{register_id}/rows/{row}", summary="一行 / one row", responses=UNCHANGED)
def get_row(book: BookOf, register_id: Name, row: Name) -> Row:
    """Return a row, by id or key, with rights, steps, attachments and links."""
    return _tell_row(show_row(book, register_id, row))


def _tell_row(view: RowView) -> Row:
    steps = [
        {
            "id": one.step.id, "zh": one.step.zh, "en": one.step.en, "target": one.step.target,
            "requires": list(one.step.requires), "evidence": one.step.evidence, "reason": one.step.reason,
            "against": [{"code": f.code, "zh": f.text("zh"), "en": f.text("en")} for f in one.findings],
        }
        for one in view.steps
    ]  # fmt: skip
    links = [
        {"field": one.field, "target": one.target, "key": one.key, "zh": one.label_zh, "en": one.label_en,
         "row_id": one.row_id}
        for one in view.links
    ]  # fmt: skip
    pointing = [
        {
            "register": one.register_id,
            "field": one.field,
            "total": one.total,
            "rows": [list(r) for r in one.rows],
        }
        for one in view.pointing
    ]
    return Row(
        register_id=view.register.id,
        row={name: value for name, value in view.row.items() if name not in JSON_LEFT_OUT},
        hidden=list(view.hidden), allowed=list(view.allowed), steps=steps,
        attachments=view.attachments.to_dicts(), links=links, pointing=pointing,
    )  # fmt: skip


@router.get(
    "/registers/{register_id}/rows/{row}/history",
    summary="一行的变更 / history of a row",
    response_class=Response,
    responses=describe_rows("变更 / events"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_row_history(request: Request, book: BookOf, register_id: Name, row: Name) -> Response:
    """Return every event of a row, restricted values only where the reader may see them."""
    found = list_history(book, register_id, row)
    listing = Listing(f"{register_id}.history", "变更记录", "History", found, columns_of(History))
    return answer_listing(request, book, listing)


@router.post("/registers/{register_id}/rows", status_code=201, summary="新增一行 / add a row")
def post_row(book: BookOf, register_id: Name, sent: NewRow) -> Receipt:
    """Add a row; ``source`` says where its figures come from."""
    return tell_written(add_row(book, register_id, sent.values, sent.reason))


@router.patch("/registers/{register_id}/rows/{row}", summary="修改一行 / change a row")
def patch_row(book: BookOf, register_id: Name, row: Name, sent: ChangedRow) -> Receipt:
    """Change fields or lists of a row; null empties a field."""
    return tell_written(edit_row(book, register_id, row, sent.values, sent.reason, sent.version))


@router.post("/registers/{register_id}/rows/{row}/steps", summary="办理一步手续 / take a step")
def post_step(book: BookOf, register_id: Name, row: Name, sent: StepTaken) -> Receipt:
    """Take a step of the lifecycle, with the fields that it needs."""
    return tell_written(take_step(book, register_id, row, sent.step, sent.values, sent.reason))


@router.post("/registers/{register_id}/rows/{row}/withdrawal", summary="撤下一行 / withdraw a row")
def post_withdrawal(book: BookOf, register_id: Name, row: Name, sent: Annotated[Stated, Body()]) -> Receipt:
    """Withdraw a row: it stays with its history and counts nowhere."""
    return tell_written(withdraw_row(book, register_id, row, sent.reason))


@router.post("/registers/{register_id}/rows/{row}/restoration", summary="恢复一行 / restore a row")
def post_restoration(book: BookOf, register_id: Name, row: Name, sent: Annotated[Stated, Body()]) -> Receipt:
    """Let a withdrawn row stand again; it is named by its id."""
    return tell_written(restore_row(book, register_id, row, sent.reason))
