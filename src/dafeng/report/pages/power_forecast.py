"""How good forecasts of wind and PV were on times not seen: scores of every model, grid rules, intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.drawing import draw
from dafeng.report.figures import missing, number, number_button, traced
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

    Row = dict[str, Any]

SCORES = "power.forecast_scores"
SHOWN = ("accuracy_day", "accuracy", "accuracy_mae", "pass_rate", "bias", "crps", "width80")
LOSSES = {"bias", "crps", "width80"}
SKILLS = ("skill_pinball_persistence", "skill_pinball_climatology", "skill_rmse_climatology")
NONE = Markup("—")
LEAST, MOST = 0.77, 0.83
"""Where the coverage of the 80 % interval should lie."""


def render_forecast(context: ReportContext) -> str:
    """Return a block for every station and horizon: models side by side, then the grid rules."""
    rows = context.rows(SCORES)
    if not rows:
        return draw("empty.html", text=phrase("forecast.none"))
    key = context.add_trace(
        Trace(
            step_zh=plain("forecast.step", "zh"), step_en=plain("forecast.step", "en"), unit_zh="", unit_en=""
        )
    )
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["station"], row["horizon"], row["weather"]), []).append(row)
    blocks = [_block(number_, found, key) for number_, found in enumerate(groups.values())]
    return draw("power_forecast.html", blocks=blocks)


def _block(place: int, rows: list[Row], key: str) -> dict[str, Any]:
    first = rows[0]
    own = {(row["model"], row["measure"]): row for row in rows if row["rule"] == "none"}
    models = list(dict.fromkeys(row["model"] for row in rows))
    best = "lightgbm" if "lightgbm" in models else "blend"
    return {
        "id": f"forecast-{place}",
        "name": first["station"],
        "kind": phrase(f"forecast.kind.{first['kind']}"),
        "horizon": term("forecast_horizon", first["horizon"]),
        "weather": term("forecast_weather", first["weather"]),
        "bound": first["weather"] == "measured",
        "split": phrase(
            "forecast.split", train=first["train_from"], start=first["test_from"], stop=first["test_to"],
            folds=first["folds"], points=f"{first['points']:,}", days=first["days"],
        ),
        "message": _message(own, best, key),
        "measures": [*(term("forecast_measure", measure) for measure in SHOWN)],
        "skills": [term("forecast_measure", measure) for measure in SKILLS],
        "models": [_model(own, model, key) for model in models],
        "names": [term("forecast_model", model) for model in models],
        "rules": _rules(rows, models, key),
    }  # fmt: skip


def _message(own: dict[tuple[str, str], Row], model: str, key: str) -> Markup:
    """Return the heading: accuracy, skill, and whether the interval holds what it promises."""
    covered = own[model, "coverage80"]
    word = "narrow" if covered["value"] < LEAST else "wide" if covered["value"] > MOST else "good"
    return phrase(
        f"forecast.message.{word}", model=term("forecast_model", model),
        accuracy=_percent(own[model, "accuracy_day"]["value"], key),
        skill=_percent(own[model, "skill_pinball_climatology"]["value"], key),
        share=_percent(covered["value"], key), low=number(100 * covered["low"], 0),
        high=number(100 * covered["high"], 0),
    )  # fmt: skip


def _model(own: dict[tuple[str, str], Row], model: str, key: str) -> dict[str, Any]:
    covered = own[model, "coverage80"]
    interval = f"{number(100 * covered['low'], 0)}–{number(100 * covered['high'], 0)}"
    return {
        "name": term("forecast_model", model),
        "values": [
            traced(own[model, measure]["value"], key, 4)
            if measure in LOSSES
            else _percent(own[model, measure]["value"], key)
            for measure in SHOWN
        ],
        "skills": [
            _percent(own[model, skill]["value"], key, signed=True) if (model, skill) in own else NONE
            for skill in SKILLS
        ],
        "coverage": Markup("{} ({})").format(_percent(covered["value"], key), number_button(interval, key)),
        "held": LEAST <= covered["value"] <= MOST,
    }


def _rules(rows: list[Row], models: list[str], key: str) -> list[dict[str, Any]]:
    """Return a line for each rule: threshold, then the score of each model and whether it is reached."""
    found = {(row["rule"], row["model"]): row for row in rows if row["measure"] == "rule_accuracy"}
    lines = []
    for rule in dict.fromkeys(rule for rule, _ in found):
        cells = [found[rule, model] for model in models]
        lines.append({
            "name": rule,
            "threshold": missing() if cells[0]["threshold"] is None else _percent(cells[0]["threshold"], key),
            "cells": [
                {"value": _percent(cell["value"], key), "passed": cell["passed"]} for cell in cells
            ],
        })  # fmt: skip
    return lines


def _percent(share: float | None, key: str, *, signed: bool = False) -> Markup:
    return missing() if share is None else number_button(f"{number(100 * share, 1, signed=signed)}%", key)


PAGE = Page(
    "power-forecast", "风光功率预报评分", "Scores of wind and PV forecasts", (SCORES,), render_forecast
)
