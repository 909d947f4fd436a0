"""The plan as its pages show it: chapters, clauses, targets, bodies, systems, joined."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dafeng.report.board import Board
from dafeng.report.figures import split_codes
from dafeng.web.kept_pages import keep_drawn

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.web.page import Asking

Row = dict[str, Any]


@dataclass(frozen=True)
class PlanView:
    """The tables of the plan, keyed for joining; its traces are not used.

    Parameters
    ----------
    context : ReportContext
        Of the visitor.
    """

    context: ReportContext

    @cached_property
    def board(self) -> Board:
        """Targets, bodies and documents with their names."""
        return Board(self.context)

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """Verdict of each target."""
        return {row["target_id"]: row["verdict"] for row in self.context.rows("tracking.verdicts")}

    @cached_property
    def clauses(self) -> dict[str, Row]:
        """Clauses by id, in the order of the documents."""
        return self.board.clauses

    @cached_property
    def chapters(self) -> list[tuple[Row, list[tuple[Row, list[Row]]]]]:
        """Chapters with their parts and clauses; the first row of each names it."""
        found: dict[tuple[str, str], dict[str, list[Row]]] = {}
        for row in self.clauses.values():
            parts = found.setdefault((row["document_id"], row["chapter_zh"]), {})
            parts.setdefault(row["part_zh"] or "", []).append(row)
        return [
            (next(iter(parts.values()))[0], [(rows[0], rows) for rows in parts.values()])
            for parts in found.values()
        ]

    @cached_property
    def targets_of(self) -> dict[str, list[Row]]:
        """Targets of each clause."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.board.targets.values():
            if row["clause_id"]:
                found[row["clause_id"]].append(row)
        return found

    @cached_property
    def systems_of(self) -> dict[str, list[Row]]:
        """Systems that each clause orders."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.context.rows("plan.systems"):
            found[row["clause_id"]].append(row)
        return found

    @cached_property
    def levers_of(self) -> dict[str, list[Row]]:
        """Levers of each clause."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.context.rows("plan.levers"):
            for code in split_codes(row["clause_ids"]):
                found[code].append(row)
        return found

    @cached_property
    def bodies_of(self) -> dict[str, list[tuple[str, str]]]:
        """Bodies of each clause with their roles, those that share the task first."""
        roles = {
            (row["clause_id"], row["agency_id"]): row["role"]
            for row in self.context.rows("plan.clause_agencies")
        }
        return {
            clause: [(agency, roles[clause, agency]) for agency in agencies]
            for clause, agencies in self.board.agencies_of.items()
        }

    @cached_property
    def clauses_of(self) -> dict[str, list[str]]:
        """Clauses of each body, in the order of the plan."""
        found: dict[str, list[str]] = defaultdict(list)
        for clause in self.clauses:
            for agency, _ in self.bodies_of.get(clause, ()):
                found[agency].append(clause)
        return found

    def targets_of_agency(self, agency_id: str) -> list[Row]:
        """Return the targets of the clauses of a body."""
        return [row for clause in self.clauses_of.get(agency_id, ()) for row in self.targets_of[clause]]

    def led_systems(self, agency_id: str) -> list[Row]:
        """Return the systems that a body leads."""
        return [
            row
            for row in self.context.rows("plan.systems")
            if agency_id in split_codes(row["lead_agency_ids"])
        ]

    def neighbours(self, clause_id: str) -> tuple[Row | None, Row | None]:
        """Return the clause before and the clause after."""
        ids = list(self.clauses)
        place = ids.index(clause_id)
        before = self.clauses[ids[place - 1]] if place else None
        after = self.clauses[ids[place + 1]] if place + 1 < len(ids) else None
        return before, after


def read_plan(asking: Asking) -> PlanView:
    """Return the plan of a visitor, made once for equal readers.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``.
    """
    return keep_drawn(asking, "plan", lambda: PlanView(asking.portal.data.context(asking.book)))
