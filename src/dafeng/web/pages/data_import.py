"""Import of data: a file is audited, the findings are shown or given as a workbook, kept only if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from dafeng.app.portal_data_import import KINDS, RESOURCE, DataWish, check_data, list_kept, read_kept
from dafeng.app.register_book import judge
from dafeng.doors.problems import status_of
from dafeng.errors import DafengError, Finding, InputRefused
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage

if TYPE_CHECKING:
    from dafeng.app.portal_data_import import DataAnswer
    from dafeng.web.page import Asking

PATH = "/data-import"
SHOWN = 200
"""Findings that the page shows; the workbook holds all. [1]"""
TOTAL = "total"
MAX_FORM_BYTES = 201 * 2**20
"""Largest form with its file. [B]"""


def show_form(asking: Asking) -> Body:
    """Draw the form and what is kept."""
    return _draw(asking)


def check_file(asking: Asking) -> Body | Response:
    """Audit the file that was sent; draw the findings, or give them as a file."""
    form = asking.form
    kind, sent = str(form.get("kind", "")), form.get("file")
    if kind not in KINDS or not isinstance(sent, UploadFile) or not sent.filename:
        return _draw(asking, kind=kind, told=InputRefused([Finding("file_empty")]))
    wish = DataWish(kind, sent.filename, sent.file, bool(form.get("accept")), bool(form.get("keep")))
    try:
        answer = check_data(asking.book, wish)
    except DafengError as error:
        if error.exit_code == DafengError.exit_code:
            raise
        return _draw(asking, kind=kind, told=error)
    finally:
        sent.file.close()
    give = str(form.get("give", "page"))
    if give in {"csv", "xlsx"}:
        return _give(answer, give)
    return _draw(asking, kind=kind, answer=answer)


def _give(answer: DataAnswer, suffix: str) -> Response:
    kept = "csv" if answer.emissions is not None else suffix
    stem = answer.upload.name.rpartition(".")[0]
    return _download(f"{stem}.findings.{kept}", answer.as_file(f".{kept}"))


def _download(name: str, content: bytes) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def give_kept(asking: Asking) -> Response:
    """Return a kept file."""
    return _download(*read_kept(asking.book, asking.request.path_params["sha256"]))


def _draw(
    asking: Asking, kind: str = "", answer: DataAnswer | None = None, told: DafengError | None = None
) -> Body:
    findings: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    if answer is not None and answer.audit is not None:
        standing = answer.audit.report.table.filter(~pl.col("suppressed"))
        counts = dict(standing["severity"].value_counts().sort("severity").iter_rows())
        findings = standing.head(SHOWN).to_dicts()
    totals = [] if answer is None or answer.emissions is None else _totals(answer.emissions)
    html = draw(
        "data_import.html", asking=asking, kinds=KINDS, kind=kind, answer=answer, told=told,
        findings=findings, counts=counts, totals=totals, kept=list_kept(asking.book), path=PATH,
        language=asking.language, cut=max(0, sum(counts.values()) - SHOWN),
    )  # fmt: skip
    return Body(html, styles=("data.css",), status=status_of(told) if told is not None else 200)


def _totals(emissions: pl.DataFrame) -> list[dict[str, Any]]:
    """Return combustion, process and total by region and year; what lacks a figure has none."""
    whole = emissions.filter((pl.col("sector") == TOTAL) & pl.col("value").is_not_null())
    missing = emissions.filter((pl.col("sector") == TOTAL) & pl.col("value").is_null())
    key = ["region", "year", "variable", "unit"]
    sums = whole.group_by(key).agg(pl.col("value").sum()).join(missing, on=key, how="anti")
    empty = missing.select(*key, pl.lit(None, pl.Float64).alias("value")).unique()
    return pl.concat([sums, empty]).sort(key).to_dicts()


def allowed(asking: Asking) -> bool:
    """Allow who may add data."""
    return judge(asking.book, "add", RESOURCE).allowed


PAGE = WebPage(
    "data_import", PATH, "数据核查", "Check of data", "data", 10, show_form, allowed,
    routes=(
        Route(PATH + "/check", check_file, ("POST",), MAX_FORM_BYTES),
        Route(PATH + "/kept/{sha256}", give_kept),
    ),
)  # fmt: skip
