"""Made subjects, rules and figures of an evaluation."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dafeng.cities.contracts import EvaluationRules, EvaluationSubjects
from dafeng.cities.evaluation import Evaluation, EvaluationCase, evaluate_subjects
from dafeng.cities.evaluation_rules import select_rules
from dafeng.pack import PACK_TABLES
from dafeng.table import empty_table, frame_of

Figures = PACK_TABLES["evaluation_figures"]
Appeals = PACK_TABLES["evaluation_appeals"]
DAY = date(2026, 7, 1)
YEAR = 2025


def cities(*names: str) -> pl.DataFrame:
    rows = [{"subject_id": n, "subject_kind": "city", "name_zh": f"{n}市", "name_en": n} for n in names]
    return frame_of(rows, EvaluationSubjects)


def figure(
    subject: str, item: str, required: float | None, achieved: float | None, **other: Any
) -> dict[str, Any]:
    return {
        "subject_id": subject, "year": YEAR, "item_id": item, "unit": "%", "required_value": required,
        "achieved_value": achieved, "source_id": "made", "grade": "B", **other,
    }  # fmt: skip


def award(subject: str, item: str, points: float | None, **other: Any) -> dict[str, Any]:
    return figure(subject, item, None, None, points=points, unit=None) | other


def full_row(
    subject: str, annual: float = 4.0, cumulative: float = 18.0, other: float = 40.0
) -> list[dict[str, Any]]:
    """All figures of the rules of 2014: 4 % required in the year, 18 % over the plan."""
    return [
        figure(subject, "annual", 4.0, annual), figure(subject, "cumulative", 18.0, cumulative),
        award(subject, "other_parts", other),
    ]  # fmt: skip


def appeal(decision: str, points: float | None = None, **other: Any) -> dict[str, Any]:
    return {
        "subject_id": "a", "year": YEAR, "item_id": "other_parts", "filed_on": "2026-04-01",
        "claim_zh": "虚构", "decided_on": None if decision == "pending" else "2026-06-01",
        "decision": decision, "points": points, "source_id": "made", **other,
    }  # fmt: skip


def rule(item: str, points: float | None, **other: Any) -> dict[str, Any]:
    return {
        "rule_pack": "made", "item_id": item, "part": "tasks", "kind": "scored", "name_zh": f"项{item}",
        "name_en": item, "formula": "awarded", "points_max": points, "document_zh": "虚构",
        "document_en": "made", "grade": "A", **other,
    }  # fmt: skip


def rules_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame_of(rows, EvaluationRules)


def evaluate(
    figures: list[dict[str, Any]],
    *names: str,
    rules: pl.DataFrame | None = None,
    appeals: list[dict[str, Any]] | None = None,
    as_of: date = DAY,
) -> Evaluation:
    """Evaluate made figures, by the rules of 2014 unless others are given."""
    case = EvaluationCase(
        select_rules("2014") if rules is None else rules,
        pl.DataFrame(figures, schema=empty_table(Figures).schema, orient="row"),
        pl.DataFrame(appeals or [], schema=empty_table(Appeals).schema, orient="row"), YEAR, as_of,
    )  # fmt: skip
    return evaluate_subjects(cities(*(names or ("a",))), case)


def result(made: Evaluation, subject: str = "a") -> dict[str, Any]:
    return made.results.row(by_predicate=pl.col("subject_id") == subject, named=True)


def score(made: Evaluation, item: str, subject: str = "a") -> dict[str, Any]:
    same = (pl.col("subject_id") == subject) & (pl.col("item_id") == item)
    return made.scores.row(by_predicate=same, named=True)
