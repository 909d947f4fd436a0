r"""The arithmetic of one item of an evaluation: completion, points, and the reason where there are none.

With a required fall :math:`r > 0` and an achieved fall :math:`a`, completion is :math:`c = a / r` and the
points are :math:`P \min(1, \max(0, c))` for full points :math:`P`. Falls of several years multiply:
:math:`1 - \prod_t (1 - d_t)`. What a five-year plan requires by its year :math:`k` is :math:`k/5` of its
target (rules of the NDRC of 2014: rows EV03 and EV04 of the evaluation rules in the data of the project, read
there). Nothing is rounded: no rule that was seen states a rounding.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import inf, isfinite, prod
from typing import TYPE_CHECKING, Any, Literal

from dafeng.errors import LANGUAGES, Worded
from dafeng.provenance import Grade
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.errors import Language

PLAN_YEARS = 5
EXACT = 1e-9
"""Relative noise of binary fractions within which a target counts as reached. [1]"""
LESS_IS_BETTER = ("down", "cap")

Status = Literal["scored", "no_figures", "weight_unknown"]
Row = dict[str, Any]


def year_of_plan(year: int) -> int:
    """Return the place of a year in its national five-year plan (2021–2025, …): 1 to 5.

    Examples
    --------
    >>> year_of_plan(2021), year_of_plan(2025)
    (1, 5)
    """
    return (year - 1) % PLAN_YEARS + 1


def cumulate_falls(falls: Sequence[float]) -> float:
    r"""Return the fall over several years from the falls of each. [1]

    Parameters
    ----------
    falls : sequence of float
        Relative falls of consecutive years; a rise is negative. [1]

    Notes
    -----
    :math:`1 - \prod (1 - d)`: 发改环资〔2024〕113号.

    Examples
    --------
    >>> round(cumulate_falls([0.04, 0.04]), 6)
    0.0784
    """
    return 1.0 - prod(1.0 - fall for fall in falls)


def prorate_fall(total: float, year: int) -> float:
    """Return the part of a five-year target that is due by the end of a year, by equal parts a year.

    Examples
    --------
    >>> prorate_fall(18.0, 2022)
    7.2
    """
    return total * year_of_plan(year) / PLAN_YEARS


def share_of_points(required: float, achieved: float) -> float:
    """Return the share of the full points that a completion earns. [1]

    Where no fall is required (zero or less) there is no rate: reaching it earns all, missing it nothing.

    Examples
    --------
    >>> share_of_points(4.0, 3.0), share_of_points(4.0, 5.0), share_of_points(4.0, -1.0)
    (0.75, 1.0, 0.0)
    """
    if is_reached(required, achieved):
        return 1.0
    return max(0.0, achieved / required) if required > 0 else 0.0


def is_reached(required: float, achieved: float, direction: str | None = "up") -> bool:
    """Return whether what was required is reached, up to the noise of binary fractions."""
    noise = EXACT * max(abs(required), abs(achieved))
    if direction in LESS_IS_BETTER:
        return achieved <= required + noise
    return achieved >= required - noise


@dataclass(frozen=True, slots=True)
class ItemScore:
    """What one item came to.

    Parameters
    ----------
    reason : str
        Key of ``evaluation_words.csv``.
    params : mapping
        Numbers for its words.
    points : float, optional
        Points; None if the item was not judged or its full points are not known. [1]
    missed : bool, optional
        Whether the target was missed; None where the item has no target.
    required, achieved, completion : float, optional
        As far as they are known.
    """

    reason: str
    params: Mapping[str, object] = field(default_factory=dict)
    points: float | None = None
    missed: bool | None = None
    required: float | None = None
    achieved: float | None = None
    completion: float | None = None


def judge_item(item: Row, figure: Row | None, yearly: Sequence[float] | None = None) -> ItemScore:
    """Return what an item of a rule pack comes to by the figures.

    Parameters
    ----------
    item : dict
        Row of :class:`~dafeng.cities.contracts.EvaluationRules`.
    figure : dict, optional
        Row of ``evaluation_figures``; None if there is none.
    yearly : sequence of float, optional
        Achieved falls of every year since the plan began, in the unit of the item, from which a missing
        cumulative fall follows.
    """
    if figure is None:
        return ItemScore("no_row")
    if not Grade(figure["grade"]).counts:
        score = ItemScore("weak", {"grade": figure["grade"]})
        return replace(score, required=figure["required_value"], achieved=figure["achieved_value"])
    if item["formula"] == "awarded":
        return _judge_award(item, figure)
    chained = item["formula"] == "cumulative_completion" and figure["achieved_value"] is None and yearly
    if chained:
        percent = conversion_factor(item["unit"], "1")
        fall = cumulate_falls([percent * value for value in yearly or ()]) / percent
        figure = {**figure, "achieved_value": fall}
    missing = [name for name in ("required_value", "achieved_value") if figure[name] is None]
    if missing:
        score = ItemScore("gap", {"missing": ", ".join(missing)})
        return replace(score, required=figure["required_value"], achieved=figure["achieved_value"])
    if item["formula"] == "met_or_not":
        return _judge_met(item, figure)
    return _judge_completion(item, figure, chained=bool(chained))


def _judge_award(item: Row, figure: Row) -> ItemScore:
    points, full = figure["points"], item["points_max"]
    if points is None:
        return ItemScore("gap", {"missing": "points"})
    if full is None:
        return ItemScore("awarded")
    return ItemScore("awarded", points=points, missed=points < full if item["kind"] == "control" else None)


def _judge_met(item: Row, figure: Row) -> ItemScore:
    required, achieved = figure["required_value"], figure["achieved_value"]
    met = is_reached(required, achieved, item["direction"])
    params = {"required": required, "achieved": achieved, "unit": figure["unit"] or ""}
    points = _times(float(met), item["points_max"])
    return ItemScore("met" if met else "unmet", params, points, not met, required, achieved)


def _judge_completion(item: Row, figure: Row, *, chained: bool) -> ItemScore:
    total, achieved, year = figure["required_value"], figure["achieved_value"], figure["year"]
    cumulative = item["formula"] == "cumulative_completion"
    required = prorate_fall(total, year) if cumulative else total
    params = {
        "required": required, "achieved": achieved, "unit": item["unit"], "total": total,
        "elapsed": year_of_plan(year),
    }  # fmt: skip
    reason = ("chained" if chained else "cumulative") if cumulative else "annual"
    points = _times(share_of_points(required, achieved), item["points_max"])
    missed = not is_reached(required, achieved)
    completion = achieved / required if required > 0 else inf
    return ItemScore(
        reason, params, points, missed, required, achieved, completion if isfinite(completion) else None
    )


def _times(share: float, full: float | None) -> float | None:
    return None if full is None else share * full


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the words of an evaluation: code -> {zh, en}."""
    text = files("dafeng.cities").joinpath("evaluation_words.csv").read_text("utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class BothNames:
    """A parameter of a text that reads differently in each language."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return its words."""
        return self.zh if language == "zh" else self.en


def say(codes: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Return some codes with their parameters as one text: ``why_zh`` and ``why_en``."""
    return {f"why_{language}": _say(codes, language) for language in LANGUAGES}


def _say(codes: Mapping[str, Mapping[str, object]], language: Language) -> str:
    texts = []
    for code, params in codes.items():
        named = {k: v.text(language) if isinstance(v, Worded) else v for k, v in params.items()}
        texts.append(words()[code][language].format(**named))
    return "".join(texts)
