"""Warnings: every target with its official level, the chance beside it, its path, what explains it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.chances import count_tenths, say_chance, say_outlook
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import BOUND_SIGNS, missing, number, number_button, period_text, split_codes, unit
from dafeng.report.page import Page
from dafeng.report.path_chart import PathDrawing, Seen, draw_path
from dafeng.report.span_bar import draw_tenths
from dafeng.report.warning_view import (
    LEVELS,
    REPLAY,
    SCORES,
    WARNINGS,
    WarningView,
    last_year,
    round_value,
)
from dafeng.report.words import both, phrase, term, term_pair

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.report.warning_view import Row

JUDGED = LEVELS[:3]
YEARS_BEFORE = 5
"""Years of observations before the base year that a small chart shows. [year]"""


def render_warnings(context: ReportContext) -> str:
    """Return the headline, the warnings by level, what cannot be judged and the replay of past years."""
    view = WarningView(context)
    if not view.rows:
        return draw("empty.html", text=phrase("warning.none"))
    return draw(
        "warnings.html",
        message=_message(view),
        groups=[
            (level, [describe_warning(view, row) for row in view.rows if row["level"] == level])
            for level in JUDGED
        ],
        unjudged=_unjudged(view),
        unjudged_count=sum(1 for row in view.rows if row["level"] == "cannot_judge"),
        replay=_replay(view),
        rules=[_rule(rows) for rows in view.rules.values()],
    )


def _counted(view: WarningView, official: bool) -> Counter[str]:
    return Counter(row["level"] for row in view.rows if row["is_official"] is official)


def _message(view: WarningView) -> Markup:
    """Return how many are red, amber, green, not judged: under the rule itself, and by analogy."""
    key = view.trace_count()
    parts = []
    for name, official in (("official", True), ("analogy", False)):
        counts = _counted(view, official)
        shown = {level: number_button(str(counts[level]), key) for level in LEVELS}
        total = number_button(str(counts.total()), key)
        parts.append(phrase(f"warning.message.{name}", total=total, **shown))
    return Markup("").join(parts)


def _rule(rows: list[Row]) -> Markup:
    name = phrase("warning.rule", number=rows[0]["document_number"], since=rows[0]["valid_from"])
    red = [row for row in rows if row["level"] == "red" and row["note_zh"]]
    notes = dict.fromkeys((row["note_zh"], row["note_en"]) for row in red)
    listed = "；".join(zh for zh, _ in notes), "; ".join(en or "" for _, en in notes)
    return Markup("{} {} {}").format(name, grade_mark(rows[0]["grade"]), both(*listed))


def describe_warning(view: WarningView, row: Row) -> dict[str, Any]:
    """Return everything that is said of one warning, ready to be drawn."""
    target = view.board.targets[row["target_id"]]
    document = view.board.documents.get(target["document_id"], {})
    return {
        "id": f"warning-{row['target_id']}",
        "name": both(*view.name(row["target_id"])),
        "origin": both(document.get("title_zh"), document.get("title_en")),
        "bodies": [both(*view.board.body_names(code)) for code in split_codes(row["agency_ids"])],
        "seen": _seen(view, row),
        "chart": _chart(view, row),
        "level": row["level"],
        "official": row["is_official"],
        "rule": view.document_number(row["rule_id"]),
        "behind": _behind(view, row),
        "to_date": row["level_to_date"] if row["level_to_date"] not in {row["level"], LEVELS[3]} else "",
        "chance": _chance(view, row),
        "why": both(row["why_zh"], row["why_en"]),
        "facts": _facts(view, row),
        "levers": [_lever(view, code) for code in split_codes(row["lever_ids"])],
        "grade": grade_mark(row["grade"]),
    }


def _lever(view: WarningView, code: str) -> Markup:
    row = view.context.by_key("plan.levers", "lever_id").get(code, {"name_zh": code, "name_en": code})
    return both(row["name_zh"], row["name_en"])


def _seen(view: WarningView, row: Row) -> dict[str, Any]:
    """Return observed beside required, with the scope, the vintage and the day on which it was known."""
    values = {value["year"]: value for value in view.observations(row)}
    value = values.get(last_year(row["period"]) or 0)
    path = view.path(row)
    key = view.trace_value(value) if value else view.trace_step(row, "step.observed")
    observed = row["observed"]
    return {
        "observed": missing() if observed is None else _published(observed, key, row["unit"]),
        "period": period_text(row["period"]),
        "required": view.show_figure(row["required"], view.trace_step(row, "warning.step.path"), row["unit"]),
        "by": row["target_year"],
        "scope": both(value["scope_zh"], value["scope_en"]) if value else Markup(""),
        "vintage": view.name_sources(value) if value else "",
        "known_on": value["known_on"] if value else "",
        "assumed": bool(value and value["known_assumed"]),
        "path_vintage": view.name_documents(path[0]["vintage"]) if path else "",
        "shape": term("path_shape", path[0]["shape"]) if path else Markup(""),
    }


def _published(value: float, key: str, code: str | None) -> Markup:
    """Return a published figure with all its digits."""
    return Markup('{} <span class="unit">{}</span>').format(number_button(number(value), key), unit(code))


def _chart(view: WarningView, row: Row) -> dict[str, Any] | None:
    """Return the path with the observations as a drawing and as figures; None without a path."""
    path = view.path(row)
    if len(path) < 2:
        return None
    start = min(point["year"] for point in path) - YEARS_BEFORE
    seen = [value for value in view.observations(row) if value["year"] >= start]
    trace = view.trace_step(row, "warning.step.path")
    drawing = PathDrawing(
        tuple((point["year"], point["required"]) for point in path),
        tuple((point["year"], point["required"]) for point in path if point["is_milestone"]),
        tuple(
            Seen(
                value["year"],
                value["value"],
                view.trace_value(value),
                value["known_assumed"] or value["bound"] != "eq",
            )
            for value in seen
        ),
        trace,
    )
    required = {point["year"]: point["required"] for point in path}
    known = {value["year"]: value for value in seen}
    years = sorted(year for year in {*required, *known} if year in known or year == path[-1]["year"])
    figures = [
        (
            year, number(round_value(required.get(year))) or "—",
            number_button(_with_sign(known[year]), view.trace_value(known[year]))
            if year in known
            else "—",
            known[year]["known_on"] if year in known else "",
            bool(year in known and known[year]["known_assumed"]),
        )
        for year in years
    ]  # fmt: skip
    title = f"warning-{row['target_id']}"
    return {"drawing": draw_path(drawing, title), "figures": figures, "unit": unit(row["unit"])}


def _with_sign(value: Row) -> str:
    """Return a value, led by its sign where only a bound is published."""
    return BOUND_SIGNS.get(value["bound"], "") + number(value["value"])


def _behind(view: WarningView, row: Row) -> Markup:
    share = row["behind_share"]
    if share is None:
        return Markup("")
    key = view.trace_step(row, "warning.step.behind", "%")
    word = "behind" if share > 0 else "ahead" if share < 0 else "just"
    return phrase(f"warning.{word}", share=number_button(f"{number(100 * abs(share), 1)}%", key))


def _chance(view: WarningView, row: Row) -> dict[str, Any]:
    share = row["p_met"]
    shown = row["p_basis"] != "settled" and share is not None
    return {
        "words": say_chance(row),
        "dots": draw_tenths(count_tenths(share)) if shown else Markup(""),
        "basis": term("probability_basis", row["p_basis"]),
        "years": row["points"] if shown else None,
        "outlook": say_outlook(row),
        "hint": row["own_level"] if shown and row["own_level"] in JUDGED else "",
        "tested": _tested(view, row) if shown and row["own_level"] in {"red", "amber"} else Markup(""),
    }


def _tested(view: WarningView, row: Row) -> Markup:
    """Return how often such a hint was right in the replay, at the horizon nearest to the target's."""
    wanted = (row["target_year"] or 0) - int(view.context.meta.as_of[:4])
    rows = [
        score
        for score in view.context.rows(SCORES)
        if score["level"] == row["own_level"] and score["estimable"]
    ]
    if not rows:
        return phrase("warning.hint.untested")
    best = min(
        rows, key=lambda score: (score["basis"] != "plan_targets", abs(score["horizon_years"] - wanted))
    )
    return phrase(
        "warning.hint.tested",
        hit=_tenths_of(best["hit_share"]), false=_tenths_of(best["false_alarm_share"]), cases=best["cases"],
        basis=(term_pair("score_basis", best["basis"])["zh"], term_pair("score_basis", best["basis"])["en"]),
    )  # fmt: skip


def _tenths_of(share: float | None) -> str:
    return "—" if share is None else f"{round(100 * share)}%"


def _facts(view: WarningView, row: Row) -> list[Markup]:
    """Return what would be needed, which milestone was missed, which driver moved it."""
    found = []
    if row["needed_per_year"] is not None and row["level_reason"] != "goal_reached":
        key = view.trace_step(row, "warning.step.needed")
        need = view.show_figure(row["needed_per_year"], key, _per_year(row["unit"]))
        if row["last_change"] is None:
            found.append(phrase("warning.needed", need=need))
        else:
            change = view.show_figure(row["last_change"], key, _per_year(row["unit"]))
            found.append(phrase("warning.needed.beside", need=need, change=change))
    if row["missed_milestone_year"] is not None:
        key = view.trace_step(row, "warning.step.path")
        value = view.show_figure(row["missed_milestone"], key, row["unit"])
        found.append(phrase("warning.milestone", year=row["missed_milestone_year"], value=value))
    if row["driver"] is not None and row["driver_mt"] is not None:
        names = term_pair("driver", row["driver"])
        key = view.trace_step(row, "warning.step.driver", "Mt CO2")
        effect = Markup('{} <span class="unit">{}</span>').format(
            number_button(number(row["driver_mt"], 1, signed=True), key), unit("Mt CO2")
        )
        found.append(
            phrase(
                "warning.driver", first=row["driver_from"], last=row["driver_to"],
                driver=(names["zh"], names["en"]), effect=effect,
            )
        )  # fmt: skip
    return found


def _per_year(code: str | None) -> str | None:
    """Return the unit of a yearly change: percentage points for shares in percent."""
    return "pp" if code == "%" else code


def _unjudged(view: WarningView) -> list[tuple[Markup, list[tuple[Markup, bool]]]]:
    """Return the reasons why a level cannot be judged, with their targets; the most frequent reason first."""
    found: dict[str, list[tuple[Markup, bool]]] = defaultdict(list)
    for row in view.rows:
        if row["level"] == "cannot_judge":
            name = both(*view.name(row["target_id"]))
            found[row["level_reason"]].append((name, row["is_official"]))
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return [(term("warning_reason", code), names) for code, names in ordered]


def _replay(view: WarningView) -> dict[str, Any] | None:
    """Return the level at the end of each past year for targets that ever had one."""
    latest: dict[tuple[str, str], Row] = {}
    for row in sorted(view.context.rows(REPLAY), key=lambda row: row["as_of"]):
        latest[row["target_id"], row["as_of"][:4]] = row
    shown = [code for code in view.by_target if any(_was(latest, code, year) for _, year in latest)]
    years = sorted({year for code, year in latest if code in shown and _was(latest, code, year)})
    if not shown:
        return None
    span = range(int(years[0]), int(years[-1]) + 1)
    rows = [
        (
            both(*view.name(code)), view.by_target[code]["is_official"],
            [_was(latest, code, str(year)) for year in span],
        )
        for code in shown
    ]  # fmt: skip
    return {"years": list(span), "rows": rows, "others": len({code for code, _ in latest}) - len(shown)}


def _was(latest: dict[tuple[str, str], Row], code: str, year: str) -> str:
    """Return the level of a target in a past year; empty where it could not be judged."""
    level = latest.get((code, year), {}).get("level")
    return level if level in JUDGED else ""


PAGE = Page("warnings", "预警", "Warnings", (WARNINGS,), render_warnings)
