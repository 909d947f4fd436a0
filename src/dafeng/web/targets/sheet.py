"""One target on a page of its own: demand, milestones, evidence, history, readings, who is responsible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.report.drawing import grade_mark
from dafeng.report.figures import missing, number, number_button, period_text, unit, unit_pair
from dafeng.report.pages.warnings import describe_warning
from dafeng.report.traces import Trace
from dafeng.report.warning_view import WarningView
from dafeng.report.words import both, plain, term
from dafeng.web.drawing import draw

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.board import Board, BoardRow
    from dafeng.report.context import ReportContext

Row = dict[str, Any]
MOST_OBSERVED = 60


def render_target(context: ReportContext, target_id: str) -> Markup:
    """Return the sheet of a target that the context knows."""
    view = WarningView(context)
    board = view.board
    target = board.targets[target_id]
    shown = next((row for row in board.rows() if row.target_id == target_id), None)
    warning = view.by_target.get(target_id)
    return draw(
        "target_sheet.html", target=target, shown=shown,
        warning=describe_warning(view, warning) if warning else None,
        bodies=_bodies(board, shown), clause=board.clauses.get(target["clause_id"] or ""),
        document=board.documents.get(target["document_id"], {}),
        wording=both(target["wording_zh"], target["wording_en"]),
        scope=both(target["scope_zh"], target["scope_en"]),
        facts=[("nature", term("nature", target["nature"])), ("timing", term("timing", target["timing"])),
               ("kind", term("target_kind", target["kind"])), ("sector", term("sector", target["sector"]))],
        observed=_observed(board, target_id), history=_history(context, target_id),
        links=_links(board, target_id), sources=_sources(board, target_id),
        systems=[row for row in context.rows("plan.systems") if row["clause_id"] == target["clause_id"]],
    )  # fmt: skip


def _bodies(board: Board, shown: BoardRow | None) -> list[tuple[str, Markup, Markup]]:
    """Return id, name and role of the responsible bodies."""
    if shown is None:
        return []
    roles = {
        row["agency_id"]: row["role"]
        for row in board.context.rows("plan.clause_agencies")
        if row["clause_id"] == board.targets[shown.target_id]["clause_id"]
    }
    return [
        (code, both(*board.body_names(code)), term("agency_role", roles[code])) for code in shown.agency_ids
    ]


def _observed(board: Board, target_id: str) -> list[dict[str, Any]]:
    """Return the observations of the series by which the target is judged, newest first."""
    verdict = board.context.by_key("tracking.verdicts", "target_id").get(target_id)
    if verdict is None or not verdict["series_id"]:
        return []
    regions = board.context.region_codes() | {board.targets[target_id]["region"]}
    rows = [
        row
        for row in board.context.rows("tracking.observations")
        if row["series_id"] == verdict["series_id"] and row["region"] in regions
    ]
    newest = sorted(rows, key=lambda row: (row["period"], row["known_on"] or ""), reverse=True)
    return [_observation(board, row) for row in newest[:MOST_OBSERVED]]


def _observation(board: Board, row: Row) -> dict[str, Any]:
    source = board.sources.get(row["source_id"], {})
    series = board.series.get(row["series_id"], {})
    names = unit_pair(row["unit"])
    trace = Trace(
        sources=(row["source_id"],), grade=row["grade"], unit_zh=names["zh"], unit_en=names["en"],
        step_zh=plain("step.observed", "zh"), step_en=plain("step.observed", "en"),
        place_zh="；".join(filter(None, (series.get("name_zh"), period_text(row["period"]), row["note_zh"]))),
        place_en="; ".join(filter(None, (series.get("name_en"), period_text(row["period"]), row["note_en"]))),
    )  # fmt: skip
    bound = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< ", "about": "≈ "}.get(row["bound"], "")
    value = missing()
    if row["value"] is not None:
        value = number_button(bound + number(row["value"]), board.context.add_trace(trace))
    return {
        "period": period_text(row["period"]), "value": value, "unit": unit(row["unit"]),
        "known_on": row["known_on"], "grade": grade_mark(row["grade"]),
        "source": both(source.get("title_zh") or row["source_id"], source.get("title_en")),
        "note": both(row["note_zh"], row["note_en"]),
    }  # fmt: skip


def _history(context: ReportContext, target_id: str) -> list[dict[str, Any]]:
    """Return what would have been said at the end of each year, with what was known then; newest first."""
    rows = [row for row in context.rows("tracking.replay") if row["target_id"] == target_id]
    return [
        {
            "day": row["as_of"], "verdict": row["verdict"], "level": row["level"],
            "period": period_text(row["period"]), "unit": unit(row["unit"]),
            "observed": number(row["observed"]), "required": number(row["required"]),
        }
        for row in sorted(rows, key=lambda row: row["as_of"], reverse=True)
    ]  # fmt: skip


def _links(board: Board, target_id: str) -> list[dict[str, Any]]:
    """Return which targets this one replaced, adjusts or extends, and the other way round."""
    found = []
    for row in board.context.rows("plan.links"):
        ends = row["target_id"], row["other_target_id"]
        if target_id not in ends:
            continue
        other = ends[1] if ends[0] == target_id else ends[0]
        if other in board.targets:
            found.append(
                {
                    "id": other, "name": both(*board.target_names(board.targets[other])),
                    "relation": term("link_relation", row["relation"]), "forward": ends[0] == target_id,
                    "date": row["date"], "note": both(row["note_zh"], row["note_en"]),
                }
            )  # fmt: skip
    return found


def _sources(board: Board, target_id: str) -> list[dict[str, Any]]:
    """Return the sources of the target and of its latest observation."""
    verdict = board.context.by_key("tracking.verdicts", "target_id").get(target_id, {})
    codes = dict.fromkeys((board.targets[target_id]["source_id"], verdict.get("source_id")))
    return [board.sources[code] for code in codes if code in board.sources]
