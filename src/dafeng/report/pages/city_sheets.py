"""City sheets: where each city stands, whether the parts reach the province, and a sheet for each city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.city_sheet import CHECK, DOSSIERS, CityBook
from dafeng.report.drawing import draw
from dafeng.report.evaluation_view import DASH, RESULTS
from dafeng.report.figures import number, number_button, unit
from dafeng.report.page import Page
from dafeng.report.warning_view import round_value
from dafeng.report.words import both, phrase, term

if TYPE_CHECKING:
    from dafeng.report.city_sheet import Row
    from dafeng.report.context import ReportContext

OUTCOMES = {"holds": "v-met", "fails": "v-missed", "cannot_check": "v-no_indicator"}


def render_city_sheets(context: ReportContext) -> str:
    """Return the table of all cities, the check of the splits, and the sheets of cities with figures."""
    book = CityBook(context)
    if not book.codes:
        return draw("empty.html", text=phrase("citysheet.none"))
    spoken = [code for code in book.codes if book.speaks(code)]
    checks = context.rows(CHECK)
    tried = [row for row in checks if row["outcome"] != "cannot_check"]
    return draw(
        "city_sheets.html",
        message=_message(book),
        nothing=not spoken,
        missing_items=[term("city_figure", item) for item in sorted(book.common_missing)],
        cities=[_line(book, code, code in spoken) for code in book.codes],
        checks=[_check(book, row) for row in (tried or checks)] if tried else [],
        unchecked=_unchecked(checks) if checks and not tried else Markup(""),
        outcomes=OUTCOMES,
        sheets=[book.describe(code) for code in spoken],
    )


def _message(book: CityBook) -> Markup:
    """Return how many cities have what; a city without figures is counted and not ranked."""
    key = book.trace("citysheet.step.count", "", "")
    ranked = [code for code in book.codes if (row := book.evaluation.standing(code)) and row["rank"]]
    counts = {
        "count": len(book.codes), "split": sum(1 for code in book.codes if book.assigned(code)),
        "judged": sum(1 for code in book.codes if book.judged(code)), "ranked": len(ranked),
        "filed": sum(1 for code in book.codes if book.filed(code)),
    }  # fmt: skip
    return phrase(
        "citysheet.message", **{name: number_button(str(count), key) for name, count in counts.items()}
    )


def _line(book: CityBook, code: str, spoken: bool) -> dict[str, Any]:
    allocation, standing = book.allocation.get(code, []), book.evaluation.standing(code)
    key = book.trace("citysheet.step.count", "", "")
    figures, own = len(book.figures.get(code, ())), len(book.own_targets(code))
    return {
        "name": book.name(code),
        "link": f"city-{code}" if spoken else "",
        "figures": number_button(str(figures), key) if figures else None,
        "split": number_button(f"{len(book.assigned(code))}/{len(allocation)}", key)
        if book.assigned(code)
        else None,
        "targets": number_button(str(own), key) if own else None,
        "plan": book.plan_status(code),
        "judged": number_button(f"{standing['items_judged']}/{standing['items_all']}", key)
        if standing and standing["items_judged"]
        else None,
        "points": book.evaluation.say_points(standing) if standing else DASH,
        "rank": book.evaluation.say_rank(standing),
    }


def _unchecked(checks: list[Row]) -> Markup:
    known = max(row["cities_known"] for row in checks)
    targets = len({row["target_id"] for row in checks})
    return phrase("citysheet.unchecked", targets=targets, known=known, all=checks[0]["cities_all"])


def _check(book: CityBook, row: Row) -> dict[str, Any]:
    target = book.board.targets.get(row["target_id"])
    names = book.board.target_names(target) if target else (row["target_id"], row["target_id"])
    key, share = (book.trace("citysheet.step.check", code, "") for code in (row["unit"], "%"))
    growth = row["weighted_growth"], row["mean_growth"]
    return {
        "target": both(*names),
        "method": term("split_method", row["method"]),
        "scheme": row["scheme_id"],
        "required": number_button(f"{number(100 * row['required'], 2)}%", share),
        "reached": DASH
        if row["reached"] is None
        else number_button(f"{number(100 * row['reached'], 2)}%", share),
        "sum": _value(row["cities_sum"], key),
        "allowed": _value(row["allowed"], key),
        "gap": DASH
        if row["gap"] is None
        else number_button(number(round_value(row["gap"]), signed=True), key),
        "unit": unit(row["unit"]),
        "growth": DASH
        if None in growth
        else number_button(f"{number(growth[0], 3)} / {number(growth[1], 3)}", key),
        "faster": None not in growth and growth[0] > growth[1],
        "needed": number_button(f"{number(100 * row['uniform_needed'], 2)}%", share)
        if row["outcome"] == "fails" and row["uniform_needed"] is not None
        else Markup(""),
        "known": f"{row['cities_known']}/{row['cities_all']}",
        "outcome": row["outcome"],
    }


def _value(value: float | None, key: str) -> Markup:
    return DASH if value is None else number_button(number(round_value(value)), key)


PAGE = Page("city-sheets", "各市分表", "City sheets", (DOSSIERS, RESULTS), render_city_sheets)
