"""What the page of the pathway explorer says of an answer: sentences, drawings, rows."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.app.pathway_answers import HINDCAST_START
from dafeng.app.portal_scenario_answer import compare_answers
from dafeng.report import words as report_words
from dafeng.report.area_chart import Layer, draw_areas
from dafeng.report.fan_chart import Fan, Line, Range, draw_fan
from dafeng.report.figures import number, unit
from dafeng.report.pages.hindcast import ENGINE, GROUPS, LEAST, MOST, SUMMARY, TOTAL
from dafeng.report.pathway_view import COLOURS, DASHES, LINES, hundred_text
from dafeng.report.warning_view import round_value
from dafeng.report.words import both, term
from dafeng.web.drawing import phrase, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.portal_scenario_answer import Answer, Difference
    from dafeng.app.portal_wish import Dials, Untested, Wish
    from dafeng.report.context import ReportContext

TITLE, WEDGE_TITLE = "explorer-message", "explorer-wedges"
JUDGED = ("expressed", "assumed")
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
Row = dict[str, Any]


def describe_answer(
    own: Answer, others: Mapping[str, Answer], wish: Wish, dials: Dials, untested: Sequence[Untested]
) -> Row:
    """Return what the template of an answer shows.

    Parameters
    ----------
    own : Answer
    others : mapping of str to Answer
        Scenarios of the pack beside it.
    wish : Wish
    dials : Dials
    untested : sequence of Untested
        Dials outside the range of every run.
    """
    base = dials.scenarios[wish.scenario]
    names = base.name_zh, base.name_en
    if wish.changed:
        names = (
            plain("web.pathways.changed", "zh", scenario=names[0]),
            plain("web.pathways.changed", "en", scenario=names[1]),
        )
    peak = own.peak
    return {
        "names": names, "peak": peak, "words": (peak["words_zh"], peak["words_en"]),
        "share": hundred_text(peak["peaked_share"]), "error": number(100 * peak["peaked_error"], 1),
        "draws": f"{own.draws:,}", "milliseconds": number(1000 * own.seconds, 0),
        "rows": [
            _line(both(*names), own, None),
            *(_line(_name(dials, other), answer, own) for other, answer in others.items()),
        ],
        "years": _span(peak["p05_year"], peak["p50_year"], peak["p95_year"]),
        "level": _amounts(peak["level_p05"], peak["level_p50"], peak["level_p95"]),
        "fan": _draw_fan(own, others), "fan_rows": _fan_rows(own), "legend": _legend(others, dials),
        "wedges": _wedges(own), "targets": _targets(own, others.get(wish.scenario)),
        "quantities": _quantities(own), "floors": _floors(own),
        "untested": [_tell_untested(one) for one in untested],
        "assumed": _count_demonstration(wish, dials),
    }  # fmt: skip


def describe_calibration(context: ReportContext) -> Row | None:
    """Return how good the engine was when it was started in the past; None where nobody computed that.

    Parameters
    ----------
    context : ReportContext
        Of the visitor.
    """
    rows = {row["target"]: row for row in context.rows(SUMMARY) if row["model"] == ENGINE}
    if GROUPS not in rows:
        return None
    groups, total = rows[GROUPS], rows.get(TOTAL)
    covered = groups["coverage90"]
    word = "narrow" if covered < LEAST else "wide" if covered > MOST else "good"
    return {
        "word": phrase(f"web.pathways.calibration.{word}"), "covered": number(100 * covered, 0),
        "start": HINDCAST_START, "count": groups["n"],
        "low": f"{100 * LEAST:.0f}", "high": f"{100 * MOST:.0f}",
        "total": total and {
            "inside": round(total["coverage90"] * total["n"]), "count": total["n"],
            "bias": number(100 * total["bias_share"], 0, signed=True),
        },
        "indicators": _indicators(rows.get("indicators")),
    }  # fmt: skip


def _indicators(row: Row | None) -> Row | None:
    return row and {"inside": round(row["coverage90"] * row["n"]), "count": row["n"]}


def _name(dials: Dials, scenario: str) -> Markup:
    one = dials.scenarios[scenario]
    return both(one.name_zh, one.name_en)


def _line(name: Markup, answer: Answer, own: Answer | None) -> Row:
    """Return the row of a scenario; the difference is that of the own answer against it."""
    peak = answer.peak
    sums = {row["to_year"]: row for row in answer.cumulative.iter_rows(named=True)}
    return {
        "name": name, "share": hundred_text(peak["peaked_share"]),
        "error": number(100 * peak["peaked_error"], 1),
        "difference": None if own is None else _difference(compare_answers(own, answer)),
        "years": _span(peak["p05_year"], peak["p50_year"], peak["p95_year"]),
        "level": _amounts(peak["level_p05"], peak["level_p50"], peak["level_p95"]),
        "none": hundred_text(peak["none_share"]), "draws": f"{answer.draws:,}",
        "sums": [_amounts(row["p05"], row["p50"], row["p95"]) for _, row in sorted(sums.items())],
        "until": sorted(sums),
    }  # fmt: skip


def _difference(found: Difference) -> str:
    return f"{number(100 * found.share, 0, signed=True)} ± {number(100 * found.error, 1)}"


def _span(low: int | None, middle: int | None, high: int | None) -> Markup:
    """Return the median of years with its range; a year that nobody saw is said."""
    shown = [phrase("peak.beyond") if year is None else Markup(year) for year in (middle, low, high)]  # noqa: S704 - years
    return Markup("{} ({}–{})").format(*shown)


def _amounts(low: float, middle: float, high: float) -> str:
    return f"{number(middle, 0)} ({number(low, 0)}–{number(high, 0)})"


def _draw_fan(own: Answer, others: Mapping[str, Answer]) -> Markup:
    """Return the range of the own answer with the medians of the others."""
    ranges = tuple(
        Range(row["year"], *(row[name] for name in QUANTILES)) for row in own.fan.iter_rows(named=True)
    )
    lines = tuple(
        Line(tuple(answer.fan.select("year", "p50").iter_rows()), colour, dash)
        for answer, colour, dash in zip(others.values(), cycle(LINES), cycle(DASHES), strict=False)
    )
    return draw_fan(Fan(ranges, lines=lines, marks=(ranges[0].year, own.peak["by_year"])), TITLE)


def _legend(others: Mapping[str, Answer], dials: Dials) -> list[tuple[str, str, Markup]]:
    drawn = zip(others, cycle(LINES), cycle(DASHES), strict=False)
    return [(dash, colour, _name(dials, name)) for name, colour, dash in drawn]


def _fan_rows(own: Answer) -> list[tuple[int, list[str]]]:
    first = own.fan["year"][0]
    return [
        (row["year"], [number(row[name], 1) for name in QUANTILES])
        for row in own.fan.iter_rows(named=True)
        if row["year"] == first or row["year"] % 5 == 0
    ]


def _wedges(own: Answer) -> Row | None:
    """Return who avoids what in the year asked for; None until the background has computed it."""
    if own.wedges is None or own.wedge_totals is None:
        return None
    year = own.peak["by_year"]
    rows = own.wedges.to_dicts()
    at_year = sorted((r for r in rows if r["year"] == year), key=lambda row: -row["reduction_mt"])
    values = {(row["group"], row["year"]): row["reduction_mt"] for row in rows}
    years = sorted({row["year"] for row in rows})
    colours = dict(zip((row["group"] for row in at_year), cycle(COLOURS), strict=False))
    layers = [
        Layer(tuple(values[group, at] for at in years), colour, "") for group, colour in colours.items()
    ]
    total = next(row for row in own.wedge_totals.iter_rows(named=True) if row["year"] == year)
    return {
        "title": WEDGE_TITLE, "year": year, "draws": total["draws"], "total": _with_error(total),
        "chart": draw_areas(years, layers, WEDGE_TITLE, year),
        "rows": [(colours[r["group"]], both(r["zh"], r["en"]), _with_error(r)) for r in at_year],
    }  # fmt: skip


def _with_error(row: Row) -> str:
    error = row["standard_error_mt"]
    middle = number(row["reduction_mt"], 2)
    return middle if error is None else f"{middle} ± {number(error, 2)}"


def _targets(own: Answer, base: Answer | None) -> list[Row]:
    """Return the targets of which the engine says something, with the share in the unchanged scenario."""
    before = {} if base is None else {row["target_id"]: row for row in base.targets.iter_rows(named=True)}
    made = []
    for row in own.targets.iter_rows(named=True):
        if row["state"] not in JUDGED:
            continue
        old = before.get(row["target_id"], {})
        made.append({
            "name": both(row["name_zh"], row["name_en"]), "year": row["target_year"] or "—",
            "aim": number(round_value(row["value"])) or "—", "unit": unit(row["unit"]),
            "range": "—" if row["p50"] is None else _rounded(row), "met": _met(row),
            "before": _met(old), "moved": bool(old) and _met(old) != _met(row),
            "state": term("outlook_state", row["state"]),
        })  # fmt: skip
    return made


def _rounded(row: Row) -> str:
    low, middle, high = (number(round_value(row[name])) for name in ("p05", "p50", "p95"))
    return f"{middle} ({low}–{high})"


def _met(row: Row) -> str:
    """Return of 100 futures how many meet a target; both readings where they differ."""
    if row.get("met_low") is None:
        return "—"
    low, high = hundred_text(row["met_low"]), hundred_text(row["met_high"])
    return low if low == high else f"{low}–{high}"


def _quantities(own: Answer) -> Row:
    """Return quantities that have a name, in the year asked for and the last one."""
    years = (own.peak["by_year"], own.scenario.last_year)
    known = {(row["quantity"], row["year"]): row for row in own.quantities.iter_rows(named=True)}
    names = dict.fromkeys(own.quantities["quantity"])
    return {
        "years": years,
        "rows": [
            (phrase(f"quantity.{name}"), unit(known[name, years[0]]["unit"]),
             [_rounded(known[name, year]) for year in years])
            for name in names
            if f"quantity.{name}" in report_words.words() and (name, years[0]) in known
        ],
    }  # fmt: skip


def _floors(own: Answer) -> list[Row]:
    """Return floors of supply that are not kept: the year in which most futures fall below."""
    worst: dict[str, Row] = {}
    for row in own.security.iter_rows(named=True):
        if (
            row["mark"] == "below"
            and row["below_share"] > worst.get(row["driver"], row)["below_share"] - 1e-9
        ):
            worst[row["driver"]] = row
    return [
        {
            "driver": term("pathway_drivers", row["driver"]), "year": row["year"],
            "floor": number(row["floor"]), "unit": unit(row["unit"]),
            "share": hundred_text(row["below_share"]),
        }
        for row in worst.values()
    ]  # fmt: skip


def _tell_untested(one: Untested) -> Markup:
    return phrase(
        "web.pathways.untested.one", name=one.names, value=number(one.value), low=number(one.low),
        high=number(one.high), unit=unit(one.unit),
    )  # fmt: skip


def _count_demonstration(wish: Wish, dials: Dials) -> list[Markup]:
    """Return the changed levers whose value of today is a demonstration value."""
    return [
        both(*dials.levers[lever].names)
        for lever in dict.fromkeys([*wish.values, *wish.ends])
        if dials.levers[lever].state == "demonstration"
    ]
