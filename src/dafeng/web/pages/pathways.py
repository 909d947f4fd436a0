"""The pathway explorer: levers as sliders, the chance of the peak with its error, scenarios side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response

from dafeng.app.pathway_scenario import scenario_as_toml
from dafeng.app.portal_explorer import FIRST, STEPS, explore, may_explore, require_explorer
from dafeng.app.portal_wish import (
    AUTONOMOUS,
    BESIDE,
    DELAY,
    GROWTH,
    GROWTH_RANGE,
    GROWTH_RATES,
    IGNORED,
    MOST_DELAY,
    PERCENT,
    Wish,
    find_untested,
    make_scenario,
    read_wish,
    write_wish,
)
from dafeng.errors import InputRefused
from dafeng.pathway.peak import PeakReading
from dafeng.report.words import term_pair
from dafeng.web.drawing import draw, words
from dafeng.web.page import Body, Route, WebPage
from dafeng.web.pathway_answer import describe_answer, describe_calibration

if TYPE_CHECKING:
    from dafeng.app.portal_explorer import Explorer
    from dafeng.app.portal_wish import Dials
    from dafeng.web.page import Asking

PATH, ANSWER_PATH, FILE_PATH = "/pathways", "/pathways/answer", "/pathways/scenario.toml"
WAIT_S = 3.0
"""How long a page waits for the foundation before it says that it is being laid. [s]"""
LEADING = 8
"""Levers that stand first, open."""
SLIDER_STEPS = 200
WEDGES = "pathway.wedges"
Row = dict[str, Any]


def show(asking: Asking) -> Body | Response:
    """Draw the dials and the answer; a form that was sent without script is made into its short link."""
    explorer = require_explorer(asking.portal, asking.book)
    if not explorer.is_laid(WAIT_S):
        return Body(draw("pathways_laying.html", again=str(asking.request.url.path)), status=503)
    try:
        dials = explorer.ground()[1]
        wish = read_wish(_pairs(asking), dials)
    except InputRefused as error:
        return _refuse(error)
    if sorted(write_wish(wish)) != sorted(_pairs(asking)) and _pairs(asking):
        return RedirectResponse(_link(PATH, wish), status_code=303)
    try:
        answer = _draw_answer(asking, explorer, dials, wish)
    except InputRefused as error:
        answer = draw("pathways_refused.html", findings=error.findings)
    html = draw(
        "pathways.html", asking=asking, wish=wish, dials=dials, answer=answer,
        groups=_groups(asking, dials, wish), general=_general(dials, wish), link=_link,
        base=dials.scenarios[wish.scenario],
        effort={"year": PeakReading().by_year, "first": FIRST, "last": STEPS[-1][0]},
    )  # fmt: skip
    return Body(html)


def answer(asking: Asking) -> Body | Response:
    """Draw the answer alone; nothing where it is what the page shows already."""
    explorer = require_explorer(asking.portal, asking.book)
    if not explorer.is_laid(WAIT_S):
        return Body(draw("pathways_laying.html", again=PATH))
    try:
        dials = explorer.ground()[1]
        wish = read_wish(_pairs(asking), dials)
        seen = asking.request.query_params.get("seen")
        own, others = explore(asking.portal, asking.book, wish)
        if seen is not None and seen == _stage(own, others):
            return Response(status_code=204)
        html = _draw_answer(asking, explorer, dials, wish)
    except InputRefused as error:
        return Body(draw("pathways_refused.html", findings=error.findings))
    headers = {"Server-Timing": f"engine;dur={1000 * own.seconds:.0f}"}
    if asking.is_fragment:
        headers["HX-Replace-Url"] = _link(PATH, wish)
    return Body(html, headers=headers)


def download(asking: Asking) -> Response:
    """Return the scenario as a file that ``dafeng pathway run`` reads."""
    dials = require_explorer(asking.portal, asking.book).ground()[1]
    wish = read_wish(_pairs(asking), dials)
    scenario = make_scenario(wish, dials)
    if wish.changed:
        names = {key: f"{getattr(scenario, key)} *" for key in ("name_zh", "name_en")}
        scenario = scenario.model_copy(update={"id": f"{scenario.id}_changed", **names})
    headers = {"Content-Disposition": f'attachment; filename="{scenario.id}.toml"'}
    return Response(scenario_as_toml(scenario), media_type="application/toml; charset=utf-8", headers=headers)


def _pairs(asking: Asking) -> list[tuple[str, str]]:
    pairs = asking.request.query_params.multi_items()
    return [(key, text) for key, text in pairs if key not in IGNORED]


def _link(path: str, wish: Wish) -> str:
    return f"{path}?{urlencode(write_wish(wish))}"


def _refuse(error: InputRefused) -> Body:
    return Body(draw("pathways_refused.html", findings=error.findings), status=422)


def _stage(own: Any, others: dict[str, Any]) -> str:
    """Return how far the answers are; what a page carries so that it is only drawn anew where they grew."""
    return "-".join(f"{one.draws}.{one.rounds}" for one in (own, *others.values()))


def _draw_answer(asking: Asking, explorer: Explorer, dials: Dials, wish: Wish) -> Any:
    own, others = explore(asking.portal, asking.book, wish)
    names = {
        driver: (found["zh"], found["en"])
        for driver in GROWTH_RATES
        if (found := term_pair("pathway_drivers", driver))
    }
    late = words()["web.pathways.delay"]
    untested = find_untested(wish, dials, names | {DELAY: (late["zh"], late["en"])})
    context = asking.portal.data.context(asking.book) if asking.portal.data.edition() else None
    final = all(explorer.is_final(one) for one in (own, *others.values()))
    return draw(
        "pathways_answer.html", wish=wish, final=final,
        calibration=describe_calibration(context) if context else None,
        poll=f"{_link(ANSWER_PATH, wish)}&seen={_stage(own, others)}", address=_link(PATH, wish),
        file=_link(FILE_PATH, wish), **describe_answer(own, others, wish, dials, untested),
    )  # fmt: skip


def _groups(asking: Asking, dials: Dials, wish: Wish) -> list[Row]:
    """Return the levers by part of the plan; those that matter most, and those that were turned, first."""
    leading = _leading(asking, dials)
    groups: dict[tuple[str, str], list[Row]] = {}
    first = words()["web.pathways.leading"]
    for lever in [*leading, *(name for name in dials.levers if name not in leading)]:
        dial = dials.levers[lever]
        group = (first["zh"], first["en"]) if lever in leading else dial.group
        groups.setdefault(group, []).append(_dial_row(dials, wish, lever))
    return [
        {"names": names, "rows": rows, "open": place == 0 or any(row["turned"] for row in rows)}
        for place, (names, rows) in enumerate(groups.items())
    ]


def _leading(asking: Asking, dials: Dials) -> list[str]:
    """Return the levers that avoid most in the explained scenario; none where nobody computed that."""
    data = asking.portal.data
    if WEDGES not in data.visible_tables(asking.book):
        return []
    rows = data.frame(asking.book, WEDGES).to_dicts()
    known = [row for row in rows if row["view"] == "lever" and row["group"] in dials.levers]
    asked = PeakReading().by_year
    year = min((row["year"] for row in known if row["year"] >= asked), default=0)
    ranked = sorted((r for r in known if r["year"] == year), key=lambda row: -abs(row["reduction_mt"]))
    return [row["group"] for row in ranked[:LEADING]]


def _dial_row(dials: Dials, wish: Wish, lever: str) -> Row:
    dial, order = dials.levers[lever], dials.order(Wish(wish.scenario, delay=wish.delay), lever)
    step = _nice_step((dial.upper - dial.lower) / SLIDER_STEPS)
    return {
        "dial": dial, "value": wish.values.get(lever, order.value), "default": order.value,
        "end": wish.ends.get(lever, order.end), "default_end": order.end, "step": step,
        "low": step * math.floor(dial.lower / step), "high": step * math.ceil(dial.upper / step),
        "last": dials.scenarios[wish.scenario].last_year,
        "turned": lever in wish.values or lever in wish.ends,
    }  # fmt: skip


def _nice_step(raw: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above a number.

    Examples
    --------
    >>> _nice_step(0.7), _nice_step(3.0)
    (0.5, 2.0)
    """
    power = 10.0 ** (len(f"{int(raw)}") - 1 if raw >= 1 else -4)
    steps = [factor * power * 10.0**more for more in range(5) for factor in (1, 2, 5)]
    return float(format(max([step for step in steps if step <= raw] or steps[:1]), ".4g"))


def _general(dials: Dials, wish: Wish) -> Row:
    base = dials.scenarios[wish.scenario]
    return {
        "growth": [
            {
                "key": GROWTH + driver, "names": term_pair("pathway_drivers", driver),
                "value": wish.growth.get(driver), "low": GROWTH_RANGE[0], "high": GROWTH_RANGE[1],
                "tested": (PERCENT * min(rates), PERCENT * max(rates)),
                "set": PERCENT * base.growth[driver] if driver in base.growth else None,
            }
            for driver, rates in GROWTH_RATES.items()
        ],
        "autonomous": {
            "key": AUTONOMOUS, "default": base.autonomous,
            "value": base.autonomous if wish.autonomous is None else wish.autonomous,
        },
        "delay": {"key": DELAY, "value": wish.delay, "most": MOST_DELAY},
        "beside": [
            (name, (one.name_zh, one.name_en), name in wish.beside)
            for name, one in dials.scenarios.items()
            if name != wish.scenario
        ],
        "beside_key": BESIDE,
    }  # fmt: skip


def _allowed(asking: Asking) -> bool:
    return may_explore(asking.book)


PAGE = WebPage(
    "pathways", PATH, "路径试算", "Pathway explorer", "pathway", 0, show, _allowed,
    routes=(Route(ANSWER_PATH, answer), Route(FILE_PATH, download)),
    scripts=("pathways.js",), styles=("pathways.css",),
)  # fmt: skip
