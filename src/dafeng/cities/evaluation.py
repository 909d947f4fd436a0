"""Yearly evaluation of cities and departments by a dated rule pack.

Every item of the pack is judged for every subject from the figures that were known on a day; a missing figure
is shown and never filled. A total stands only where all items are judged and all full points are known, a
rank only among such subjects. A missed control indicator, or a missed item that a veto looks at, fails the
subject whatever else it has reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.cities.appeals import known_appeals, latest_appeals
from dafeng.cities.contracts import EvaluationResults, EvaluationScores
from dafeng.cities.evaluation_items import EXACT, BothNames, ItemScore, judge_item, say, year_of_plan
from dafeng.cities.evaluation_rules import ITEM_KINDS, is_in_force
from dafeng.cities.ranks import WeightDraws, rank_subjects
from dafeng.period import latest_date
from dafeng.provenance import Grade, hash_json, worst_grade
from dafeng.table import empty_table, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]
Key = tuple[str, int, str]
UNJUDGED = frozenset({"no_row", "gap", "weak"})
"""Reasons why an item has no figures to be judged by."""


@dataclass(frozen=True, slots=True)
class EvaluationCase:
    """What an evaluation is made from.

    Parameters
    ----------
    rules : EvaluationRules
        One rule pack.
    figures : EvaluationFigures
        Subjects by the ids of ``subjects``; other subjects, years and items are left out.
    appeals : EvaluationAppeals
        The whole record.
    year : int
        Evaluated year. [year]
    as_of : date
        Day of the evaluation; what became known later is not used.
    """

    rules: pl.DataFrame
    figures: pl.DataFrame
    appeals: pl.DataFrame
    year: int
    as_of: date


@dataclass(frozen=True)
class _Known:
    """Items of the rule pack, and figures and appeals by subject, year and item."""

    items: list[Row]
    figures: dict[Key, Row]
    appeals: dict[Key, Row]

    @cached_property
    def told(self) -> set[tuple[str, int]]:
        """Subjects and years with a figure; without one no appeal gives points, so that nobody is ranked."""
        return {key[:2] for key in self.figures}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores by item and results by subject."""

    scores: pl.DataFrame
    results: pl.DataFrame


def evaluate_subjects(
    subjects: pl.DataFrame, case: EvaluationCase, draws: WeightDraws | None = None
) -> Evaluation:
    """Evaluate subjects by a rule pack.

    Parameters
    ----------
    subjects : EvaluationSubjects
        Those of kind ``informed`` get a result that says so, neither scores nor rank.
    case : EvaluationCase
    draws : WeightDraws, optional
        How weights are varied for the range of ranks; default as in :mod:`dafeng.cities.ranks`.

    Returns
    -------
    Evaluation
        ``scores`` is an EvaluationScores, ``results`` an EvaluationResults table, both in the order of the
        subjects.
    """
    figures = known_figures(case.figures, case.as_of)
    appeals = known_appeals(case.appeals, case.as_of)
    version = version_of(case.rules, figures, appeals, case.year)
    known = _Known(
        case.rules.filter(pl.col("kind").is_in(ITEM_KINDS)).to_dicts(),
        {_key(row): row for row in figures.iter_rows(named=True)},
        latest_appeals(appeals),
    )
    scores: list[Row] = []
    results: list[Row] = []
    for subject in subjects.iter_rows(named=True):
        own = []
        if subject["subject_kind"] != "informed":
            own = [_score(case, subject["subject_id"], item, known) for item in known.items]
        scores += own
        head = {"version": version, "rule_pack": case.rules["rule_pack"][0], "year": case.year}
        results.append(head | _conclude(subject, own, case))
    made = frame_of(scores, EvaluationScores)
    unranked = pl.DataFrame(results, schema=empty_table(EvaluationResults).schema, orient="row")
    ranked = rank_subjects(unranked, made, draws or WeightDraws())
    return Evaluation(made, ranked)


def known_figures(figures: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the figures that were known on a day; none is known before its year is over."""
    known = [
        max(latest_date(published), date(year, 12, 31)) <= as_of if published else date(year, 12, 31) <= as_of
        for published, year in figures.select("known_on", "year").iter_rows()
    ]
    return figures.filter(pl.Series(known, dtype=pl.Boolean))


def version_of(rules: pl.DataFrame, figures: pl.DataFrame, appeals: pl.DataFrame, year: int) -> str:
    """Return the version of an evaluation: rule pack, hash of its rules, hash of all it was made from.

    The order of rows does not matter; figures of the five-year plan up to the year count, later ones do not.
    """
    since = pl.col("year").is_between(year - year_of_plan(year) + 1, year)
    made_from = [
        sorted(map(repr, frame.filter(since).iter_rows())) for frame in (figures, appeals) if frame.width
    ]
    rule_hash = hash_json(sorted(map(repr, rules.iter_rows())))[:8]
    return f"{rules['rule_pack'][0]} {rule_hash} · {hash_json(made_from)[:8]}"


def _key(row: Mapping[str, Any]) -> Key:
    return row["subject_id"], row["year"], row["item_id"]


def _score(case: EvaluationCase, subject: str, item: Row, known: _Known) -> Row:
    """Return one row of the scores: what the figures say, then what an upheld appeal decided."""
    year = case.year
    key = (subject, year, item["item_id"])
    figure, appeal = known.figures.get(key), known.appeals.get(key)
    judged = judge_item(item, figure, _yearly_falls(subject, year, item, known))
    upheld = appeal["upheld"] if appeal and (subject, year) in known.told else None
    status = "no_figures" if judged.reason in UNJUDGED and not upheld else "scored"
    if status == "scored" and item["points_max"] is None:
        status = "weight_unknown"
    points, missed = _after_appeal(judged, upheld, item)
    sources = [row["source_id"] for row in (figure, upheld) if row]
    return {
        "rule_pack": item["rule_pack"], "subject_id": subject, "year": year, "item_id": item["item_id"],
        "part": item["part"], "kind": item["kind"], "unit": item["unit"] or (figure or {}).get("unit"),
        "required": judged.required, "achieved": judged.achieved, "completion_ratio": judged.completion,
        "points": points, "points_max": item["points_max"], "status": status, "is_missed": missed,
        "appeal": appeal["decision"] if appeal else None,
        "source_ids": ";".join(dict.fromkeys(sources)) or None, "grade": figure["grade"] if figure else None,
        **_explain(judged, status, appeal),
    }  # fmt: skip


def _yearly_falls(subject: str, year: int, item: Row, known: _Known) -> list[float] | None:
    """Return the achieved falls of every year since the plan began; None if one is missing or weak."""
    annual = [
        other["item_id"]
        for other in known.items
        if (other["formula"], other["part"], other["unit"])
        == ("annual_completion", item["part"], item["unit"])
    ]
    if item["formula"] != "cumulative_completion" or len(annual) != 1:
        return None
    years = range(year - year_of_plan(year) + 1, year + 1)
    rows = [known.figures.get((subject, past, annual[0])) for past in years]
    falls = [row["achieved_value"] for row in rows if row and Grade(row["grade"]).counts]
    return falls if len(falls) == len(years) and None not in falls else None


def _after_appeal(judged: ItemScore, upheld: Row | None, item: Row) -> tuple[float | None, bool | None]:
    """Return points and miss of an item once an upheld appeal has replaced them."""
    if not upheld:
        return judged.points, judged.missed
    full = item["points_max"]
    if full is None:
        return None, False if item["formula"] != "awarded" else None
    points = full if upheld["points"] is None else min(upheld["points"], full)
    has_target = item["formula"] != "awarded" or item["kind"] == "control"
    return points, points < full if has_target else None


def _explain(judged: ItemScore, status: str, appeal: Row | None) -> dict[str, str]:
    codes: dict[str, Mapping[str, object]] = {judged.reason: judged.params}
    if status == "weight_unknown":
        codes["weightless"] = {}
    if appeal:
        if appeal["upheld"] and status != "no_figures":
            codes["appeal_upheld"] = {"decided": appeal["upheld"]["decided_on"]}
        if appeal["decision"] != "upheld":
            codes[f"appeal_{appeal['decision']}"] = {}
    return say(codes)


def _conclude(subject: Row, scores: Sequence[Row], case: EvaluationCase) -> Row:
    """Return the result of a subject without its rank."""
    judged = [row for row in scores if row["status"] == "scored"]
    judged_max = sum(row["points_max"] for row in judged)
    points = sum(row["points"] for row in judged) if judged else None
    weights = [row["points_max"] for row in scores]
    missed = [row["item_id"] for row in scores if row["is_missed"] and row["item_id"] in _fatal(case.rules)]
    outcome = _outcome(scores, missed, case.rules)
    return {
        **{name: subject[name] for name in ("subject_id", "subject_kind", "name_zh", "name_en")},
        "points": points, "points_judged": float(judged_max),
        "points_max": sum(weights) if weights and None not in weights else None,
        "items_judged": len(judged), "items_all": len(scores), "outcome": outcome,
        "veto_items": ";".join(missed) or None, "grade_name": _grade(outcome, points, case.rules),
        **_why(outcome, scores, missed, case),
    }  # fmt: skip


def _fatal(rules: pl.DataFrame) -> set[str]:
    """Return the items of which a missed one fails the subject."""
    looked_at = rules.filter(pl.col("kind") == "veto")["item_ids"].drop_nulls()
    controls = rules.filter(pl.col("kind") == "control")["item_id"]
    return {item for text in looked_at for item in text.split(";")} | set(controls)


def _outcome(scores: Sequence[Row], missed: Sequence[str], rules: pl.DataFrame) -> str:
    items = rules.filter(pl.col("kind").is_in(ITEM_KINDS))
    statuses = {row["status"] for row in scores}
    if not scores:
        return "not_scored"
    if items.filter(pl.col("points_max").is_not_null() | (pl.col("kind") == "control")).is_empty():
        return "blocked"
    if statuses == {"no_figures"}:
        return "no_figures"
    if missed:
        return "failed"
    if any(row["points_max"] is None for row in scores):
        return "blocked"
    return "partial" if "no_figures" in statuses else "complete"


def _grade(outcome: str, points: float | None, rules: pl.DataFrame) -> str | None:
    """Return the grade: that of the points where all items are judged, the lowest one after a miss."""
    if outcome == "failed":
        return "fail"
    total = points or 0.0
    limit = pl.col("from_points")
    reached = rules.filter((pl.col("kind") == "grade") & (limit <= total + EXACT * limit.abs()))
    if outcome != "complete" or reached.is_empty():
        return None
    return str(reached.sort("from_points")["item_id"][-1])


def _why(outcome: str, scores: Sequence[Row], missed: Sequence[str], case: EvaluationCase) -> dict[str, str]:
    empty = sum(row["status"] == "no_figures" for row in scores)
    weightless = sum(row["points_max"] is None for row in scores)
    judged = [row for row in scores if row["status"] == "scored"]
    params = {
        "items": {"blocked": weightless, "partial": empty}.get(outcome, len(scores)),
        "missed": _names_of(missed, case.rules), "points": f"{sum(row['points'] for row in judged):g}",
        "judged": f"{sum(row['points_max'] for row in judged):g}",
    }  # fmt: skip
    said = "blocked_unjudged" if outcome == "blocked" and not judged else outcome
    codes: dict[str, Mapping[str, object]] = {said: params}
    pending = sum(row["appeal"] == "pending" for row in scores)
    if pending:
        codes["pending_items"] = {"items": pending}
    grade = str(worst_grade(case.rules["grade"]))
    if empty == len(scores):
        return say(codes)
    if not Grade(grade).counts:
        codes["weak_rule"] = {"grade": grade}
    elif not is_in_force(case.rules, case.year):
        codes["by_analogy"] = {}
    return say(codes)


def _names_of(items: Sequence[str], rules: pl.DataFrame) -> BothNames:
    chosen = rules.filter(pl.col("item_id").is_in(items))
    return BothNames("、".join(chosen["name_zh"]), ", ".join(chosen["name_en"]))
