"""Where the province stands, for the overview and the large screen: sentences, counts, curves, changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.report.emission_view import EMISSIONS, view_emissions
from dafeng.report.figures import number, number_button, period_text, unit
from dafeng.report.pages.headlines import account_sentences, emission_sentences, tally
from dafeng.report.pages.warnings import JUDGED, describe_warning
from dafeng.report.path_chart import PathDrawing, Seen, draw_path
from dafeng.report.warning_view import WarningView
from dafeng.report.words import both
from dafeng.web.drawing import phrase

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

Row = dict[str, Any]
NEWEST = 6
"""Newest published figures that are shown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the province stands.

    Parameters
    ----------
    sentences : tuple of Markup
        Computed, with traces; the first is on the total.
    tally : tuple of (str, Markup, Markup, int)
        Verdict, badge, traced count and count of the plan's targets.
    curves : tuple of mapping
        Small drawings: ``id``, ``name``, ``drawing``, ``unit``, ``level``, ``official``, ``href``, ``last``.
    warned : tuple of mapping
        Judged warnings, worst first, as :func:`~dafeng.report.pages.warnings.describe_warning` tells them.
    levels : tuple of (str, int)
        How many targets have each level.
    changes : tuple of mapping
        Targets whose verdict or level differs from that of the end of the last year.
    newest : tuple of mapping
        Newest published figures.
    since : str
        End of the last year; empty when there is nothing to compare with.
    """

    sentences: tuple[Markup, ...]
    tally: tuple[tuple[str, Markup, Markup, int], ...]
    curves: tuple[Row, ...]
    warned: tuple[Row, ...]
    levels: tuple[tuple[str, int], ...]
    changes: tuple[Row, ...]
    newest: tuple[Row, ...]
    since: str


def make_standing(context: ReportContext) -> Standing:
    """Return where the province stands, from the tables that the context has."""
    view = WarningView(context)
    emissions = emission_sentences(context, view_emissions(context)) if context.has(EMISSIONS) else []
    judged = [row for row in view.rows if row["level"] in JUDGED]
    warned = [(row, describe_warning(view, row)) for row in judged]
    since, changes = _changes(view)
    return Standing(
        sentences=(*emissions, *account_sentences(context)),
        tally=tuple(tally(context)),
        curves=(*_total_curve(context), *(_curve(row, told) for row, told in warned if told["chart"])),
        warned=tuple({**told, "target_id": row["target_id"]} for row, told in warned),
        levels=tuple(
            (code, sum(row["level"] == code for row in view.rows))
            for code in terms.entries("warning_level")
            if view.rows
        ),
        changes=tuple(changes), newest=tuple(_newest(view)), since=since,
    )  # fmt: skip


def _total_curve(context: ReportContext) -> list[Row]:
    """Return the curve of the total; nothing without two years."""
    view = view_emissions(context) if context.has(EMISSIONS) else None
    if view is None or len(view.total) < 2:
        return []
    years = sorted(view.total)
    seen = tuple(Seen(year, view.total[year], view.traces[year]) for year in years)
    drawing = draw_path(PathDrawing((), (), seen, ""), "curve-total")
    last = number_button(number(view.total[years[-1]], 1), view.traces[years[-1]])
    return [
        {
            "id": "curve-total", "name": phrase("web.overview.total"), "drawing": drawing,
            "unit": unit("Mt CO2"), "level": "", "official": True, "href": "/accounts/emissions",
            "last": last, "period": str(years[-1]),
        }
    ]  # fmt: skip


def _curve(row: Row, told: Row) -> Row:
    return {
        "id": told["id"], "name": told["name"], "drawing": told["chart"]["drawing"],
        "unit": told["chart"]["unit"], "level": row["level"], "official": row["is_official"],
        "href": f"/targets/{row['target_id']}", "last": told["seen"]["observed"],
        "period": told["seen"]["period"],
    }  # fmt: skip


def _changes(view: WarningView) -> tuple[str, list[Row]]:
    """Return the end of the last year and what was said differently then; what can be judged first."""
    replay = view.context.rows("tracking.replay")
    since = max((row["as_of"] for row in replay), default="")
    now = view.context.by_key("tracking.verdicts", "target_id")
    found = []
    for row in replay:
        code = row["target_id"]
        if row["as_of"] != since or code not in now or code not in view.board.targets:
            continue
        level = view.by_target.get(code, {}).get("level", "")
        moved = level if level in JUDGED and row["level"] != level else ""
        if now[code]["verdict"] != row["verdict"] or moved:
            found.append(
                {
                    "target_id": code, "name": both(*view.name(code)), "before": row["verdict"],
                    "after": now[code]["verdict"], "level_before": row["level"], "level": moved,
                }
            )  # fmt: skip
    quiet = {"no_published_data", "scope_not_comparable", "no_indicator", "awaiting_state"}
    return since, sorted(found, key=lambda row: (not row["level"], row["after"] in quiet))


def _newest(view: WarningView) -> list[Row]:
    """Return the newest published figures of the province's series by the day on which they were known."""
    regions = view.context.region_codes()
    rows = [
        row
        for row in view.context.rows("tracking.observations")
        if row["known_on"] and row["value"] is not None and row["region"] in regions
    ]
    made = []
    for row in sorted(rows, key=lambda row: (row["known_on"], row["period"]), reverse=True)[:NEWEST]:
        series = view.board.series.get(row["series_id"], {})
        source = view.board.sources.get(row["source_id"], {})
        made.append(
            {
                "name": both(series.get("name_zh") or row["series_id"], series.get("name_en")),
                "value": number(row["value"]), "unit": unit(row["unit"]), "known_on": row["known_on"],
                "period": period_text(row["period"]),
                "source": both(source.get("title_zh") or row["source_id"], source.get("title_en")),
            }
        )  # fmt: skip
    return made
