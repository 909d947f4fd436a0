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
    "row_version_unknown": 404, "row_staged_unknown": 404, "row_preview_changed": 409,
    "register_attachment_unknown": 404, "register_batch_unknown": 404, "task_form_missing": 404,
    "register_database_busy": 503, "register_database_unreachable": 503, "register_database_full": 503,
    "register_database_read_only": 503, "register_database_damaged": 503, "register_database_failing": 503,
    "output_not_writable": 503, "lock_busy": 503, "run_locked": 503, "portal_workspace_damaged": 503,
    "portal_run_unknown": 404, "portal_runs_full": 409,
    "token_scope_missing": 403, "portal_target_unknown": 404, "portal_series_unknown": 404,
    "portal_scenario_unknown": 404, "portal_file_unknown": 404, "portal_file_changed": 503,
    "task_nothing_seeded": 404, "task_none_on_day": 404, "row_not_found": 404, "row_final": 409,
    "row_key_taken": 409, "row_exists": 409, "row_withdrawn": 409, "row_stands": 409,
    "register_step_state": 409, "file_too_large": 413,
    "sign_in_refused": 401, "token_refused": 401, "csrf_refused": 403, "origin_refused": 403,
    "account_password_must_change": 403, "request_rate": 429, "body_too_large": 413, "host_refused": 400,
    "method_unknown": 405, "request_unreadable": 400, "internal_error": 500, "account_unknown": 404,
    "account_exists": 409, "session_unknown": 404, "token_unknown": 404, "oidc_refused": 401,
    "oidc_unreachable": 503, "oidc_unused": 404,
    "document_kind_unknown": 404, "document_subject_unknown": 404,
    "document_pdf_missing": 503, "document_pdf_failed": 503,
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
