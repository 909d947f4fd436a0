"""Results of the yearly evaluation as city and department sheets tell them: points, rank, items, appeals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.board import Board
from dafeng.report.drawing import grade_mark
from dafeng.report.figures import number, number_button, split_codes, unit, unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

RESULTS, SCORES, RULES = "evaluation.results", "evaluation.scores", "evaluation.rules"
APPEALS, FOLLOW_UPS = "evaluation.appeals", "evaluation.follow_ups"
DASH = Markup('<span class="null">—</span>')
POINT_DIGITS = 2
"""Decimals of points: 89.96 must not read as the 90 of the next grade. [1]"""

Row = dict[str, Any]


@dataclass(frozen=True)
class EvaluationView:
    """The tables of the evaluation, by subject."""

    context: ReportContext

    @cached_property
    def results(self) -> dict[str, list[Row]]:
        """Results by subject, the latest year first."""
        return _by_subject(sorted(self.context.rows(RESULTS), key=lambda row: -row["year"]))

    @cached_property
    def scores(self) -> dict[tuple[str, str, int], list[Row]]:
        """Items by rule pack, subject and year."""
        found: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        for row in self.context.rows(SCORES):
            found[row["rule_pack"], row["subject_id"], row["year"]].append(row)
        return found

    @cached_property
    def rules(self) -> dict[tuple[str, str], Row]:
        """Items of the rules by rule pack and item."""
        return {(row["rule_pack"], row["item_id"]): row for row in self.context.rows(RULES)}

    @cached_property
    def documents(self) -> dict[str, Markup]:
        """Document of each rule pack."""
        return {
            row["rule_pack"]: both(row["document_zh"], row["document_en"]) for row in self.context.rows(RULES)
        }

    @cached_property
    def appeals(self) -> dict[str, list[Row]]:
        """Appeals by subject, in the order of their filing."""
        return _by_subject(sorted(self.context.rows(APPEALS), key=lambda row: row["filed_on"]))

    @cached_property
    def follow_ups(self) -> dict[str, list[Row]]:
        """The last step of each notice, by subject."""
        steps = sorted(self.context.rows(FOLLOW_UPS), key=lambda row: row["step"])
        return _by_subject(list({row["notice_id"]: row for row in steps}.values()))

    def latest(self, subject_id: str) -> list[Row]:
        """Return the newest result of a subject under each rule pack."""
        found: dict[str, Row] = {}
        for row in self.results.get(subject_id, ()):
            found.setdefault(row["rule_pack"], row)
        return list(found.values())

    def standing(self, subject_id: str) -> Row | None:
        """Return the result that stands for a subject in an overview: ranked and newest first."""
        rows = self.latest(subject_id)
        if not rows:
            return None
        return max(
            rows,
            key=lambda row: (row["rank"] is not None, row["items_judged"], row["year"], row["rule_pack"]),
        )

    def trace(self, row: Row, unit_code: str | None = "") -> str:
        """Return the key of the trace of a figure of the evaluation."""
        names = unit_pair(unit_code)
        sources = tuple(split_codes(row.get("source_ids")))
        words = {"rule": row["rule_pack"], "year": row["year"]}
        return self.context.add_trace(
            Trace(
                sources=sources, grade=row.get("grade") or "", unit_zh=names["zh"], unit_en=names["en"],
                step_zh=plain("evaluation.step", "zh", **words),
                step_en=plain("evaluation.step", "en", **words),
            )
        )  # fmt: skip

    def say_points(self, row: Row) -> Markup:
        """Return points so far of the full points of the items that were judged."""
        if row["points"] is None:
            return DASH
        key = self.trace(row)
        most = row["points_judged"] or row["points_max"]
        return Markup("{} / {}").format(
            number_button(_say_points(row["points"]), key), number_button(number(most), key)
        )

    def say_rank(self, row: Row | None) -> Markup:
        """Return the rank with its range under other weights, or why there is none."""
        if row is None:
            return phrase("evaluation.no_result")
        if row["rank"] is None:
            return term("evaluation_outcome", row["outcome"])
        key = self.trace(row)
        shown = number_button(str(row["rank"]), key)
        if row["rank_best"] is None or row["rank_worst"] is None:
            return shown
        ends = number_button(f"{row['rank_best']}–{row['rank_worst']}", key)
        return phrase("evaluation.rank", rank=shown, range=ends)

    def describe(self, row: Row) -> dict[str, Any]:
        """Return a result with its items, ready to be drawn."""
        kept = row["rank_kept_share"]
        return {
            "rule": row["rule_pack"], "document": self.documents.get(row["rule_pack"], ""),
            "year": row["year"], "version": row["version"],
            "points": self.say_points(row), "judged": row["items_judged"], "all": row["items_all"],
            "outcome": row["outcome"], "grade_name": row["grade_name"], "rank": self.say_rank(row),
            "kept": "" if kept is None else f"{round(10 * kept)}",
            "veto": [self.name_item(row["rule_pack"], code) for code in split_codes(row["veto_items"])],
            "why": both(row["why_zh"], row["why_en"]),
            "items": [self.describe_item(one) for one in self.scores.get(_key(row), ())],
        }  # fmt: skip

    def describe_item(self, row: Row) -> dict[str, Any]:
        """Return one item of a result, ready to be drawn."""
        key = self.trace(row, row["unit"])
        completion = row["completion_ratio"]
        most = "—" if row["points_max"] is None else number(row["points_max"])
        return {
            "name": self.name_item(row["rule_pack"], row["item_id"]),
            "part": term("evaluation_part", row["part"]),
            "required": _figure(row["required"], key, row["unit"]),
            "achieved": _figure(row["achieved"], key, row["unit"]),
            "completion": DASH
            if completion is None
            else number_button(f"{number(100 * completion, 0)}%", key),
            "points": DASH if row["points"] is None else number_button(_say_points(row["points"]), key),
            "most": most, "status": row["status"], "missed": row["is_missed"], "appeal": row["appeal"],
            "grade": grade_mark(row["grade"]), "why": both(row["why_zh"], row["why_en"]),
        }  # fmt: skip

    def name_item(self, rule_pack: str, item_id: str) -> Markup:
        """Return the name of an item; one that the rules do not hold stands for itself."""
        row = self.rules.get((rule_pack, item_id), {"name_zh": item_id, "name_en": item_id})
        return both(row["name_zh"], row["name_en"])

    def describe_appeals(self, subject_id: str) -> list[dict[str, Any]]:
        """Return the appeals of a subject, ready to be drawn."""
        names = {item: (row["name_zh"], row["name_en"]) for (_, item), row in self.rules.items()}
        return [
            {
                "filed": row["filed_on"], "year": row["year"],
                "item": both(*names.get(row["item_id"], (row["item_id"], row["item_id"]))),
                "claim": both(row["claim_zh"], row["claim_en"]), "decided": row["decided_on"] or "",
                "decision": term("appeal_decision", row["decision"]),
                "points": DASH if row["points"] is None else number(row["points"], 1),
                "number": row["document_number"] or "",
            }
            for row in self.appeals.get(subject_id, ())
        ]  # fmt: skip

    def describe_notices(self, subject_id: str) -> list[dict[str, Any]]:
        """Return the notices to a subject with their last state."""
        return [
            {
                "kind": term("notice_kind", row["kind"]), "state": term("notice_state", row["state"]),
                "day": row["recorded_on"], "due": row["due_on"] or "", "number": row["document_number"] or "",
                "text": row["text"] or "",
            }
            for row in self.follow_ups.get(subject_id, ())
        ]  # fmt: skip


def _key(row: Row) -> tuple[str, str, int]:
    return row["rule_pack"], row["subject_id"], row["year"]


def _by_subject(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["subject_id"]].append(row)
    return found


def _figure(value: float | None, key: str, code: str | None) -> Markup:
    if value is None:
        return DASH
    return Markup('{} <span class="unit">{}</span>').format(number_button(number(value), key), unit(code))


def _say_points(points: float) -> str:
    return number(round(points, POINT_DIGITS))


@dataclass(frozen=True)
class SheetBook:
    """What city and department sheets both look up."""

    context: ReportContext

    @cached_property
    def board(self) -> Board:
        """Targets, clauses, bodies and regions with their names."""
        return Board(self.context)

    @cached_property
    def evaluation(self) -> EvaluationView:
        """Results of the evaluation."""
        return EvaluationView(self.context)
