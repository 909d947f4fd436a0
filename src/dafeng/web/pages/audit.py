"""The audit log: who did what from where, and whether the log is whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dafeng.app.portal_audit import AUDIT, read_audit, verify_audit
from dafeng.app.register_book import judge
from dafeng.store.database.portal_audit import AuditQuestion
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage

if TYPE_CHECKING:
    from dafeng.app.portal_audit import AuditCheck
    from dafeng.web.page import Asking

SHOWN = 100
"""Rows on one page."""
ASKED = ("actor", "act", "outcome", "since", "until")


def sees_audit(asking: Asking) -> bool:
    """Allow who may see the log."""
    return judge(asking.book, "see", AUDIT).allowed


def show(asking: Asking, check: AuditCheck | None = None) -> Body:
    """Draw a page of the log, the newest first."""
    query = asking.request.query_params
    asked = {name: query.get(name, "").strip()[:100] for name in ASKED}
    offset = int(page) if (page := query.get("from", "0")[:9]).isdecimal() else 0
    question = AuditQuestion(**{name: value or None for name, value in asked.items()})
    rows, total = read_audit(asking.book, question, limit=SHOWN, offset=offset)
    html = draw(
        "audit.html", asking=asking, asked=asked, rows=rows, total=total, offset=offset, size=SHOWN,
        check=check, details={row.number: json.loads(row.detail_json) for row in rows if row.detail_json},
        link=urlencode({name: value for name, value in asked.items() if value}),
    )  # fmt: skip
    return Body(html, headers={"Cache-Control": "no-store"})


def verify(asking: Asking) -> Body:
    """Check the chain over the whole log."""
    return show(asking, verify_audit(asking.book))


PAGE = WebPage(
    "audit", "/audit", "操作日志", "Audit log", "system", 40, show, sees_audit,
    routes=(Route("/audit/verify", verify),), styles=("identity.css",),
)  # fmt: skip
