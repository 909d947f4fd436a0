"""How errors are told: one JSON envelope for programs, a page for people; the status follows the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.errors import DafengError, Interrupted, NegativeAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.errors import Finding

FINDINGS_TOLD = 200
STATUS = {
    "access_refused": 403, "access_actor_missing": 401, "access_not_a_member": 403,
    "portal_page_unknown": 404, "portal_table_unknown": 404, "portal_workspace_missing": 404,
    "register_unknown": 404, "row_unknown": 404, "row_changed": 409,
    "register_database_busy": 503, "register_database_unreachable": 503,
}  # fmt: skip
"""Status of a code; what is not here and was refused is 422."""


def status_of(error: DafengError) -> int:
    """Return the HTTP status of an error: that of its first finding."""
    if isinstance(error, Interrupted):
        return 499
    if isinstance(error, NegativeAnswer):
        return 409
    if error.exit_code == DafengError.exit_code:
        return 500
    return STATUS.get(error.findings[0].code, 422)


def envelope(findings: Sequence[Finding], request_id: str = "") -> dict[str, Any]:
    """Return the one form in which errors are told to programs.

    Parameters
    ----------
    findings : sequence of Finding
        At least one; those beyond :data:`FINDINGS_TOLD` are counted.
    request_id : str
        Under which the log knows the request.
    """
    told = [
        {
            "code": one.code, "zh": one.text("zh"), "en": one.text("en"), "severity": one.severity,
            "file": one.place.file or None, "sheet": one.place.sheet or None, "row": one.place.row,
            "column": one.place.column or None,
        }
        for one in findings[:FINDINGS_TOLD]
    ]  # fmt: skip
    return {
        "error": {
            "code": told[0]["code"], "zh": told[0]["zh"], "en": told[0]["en"], "findings": told,
            "more": max(0, len(findings) - FINDINGS_TOLD), "request_id": request_id,
        }
    }  # fmt: skip
