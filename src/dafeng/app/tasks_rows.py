"""Rows of the task board as an actor may see them, now or as they stood on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_restricted import hide_restricted
from dafeng.register.tasks_standing import BoardGround

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.app.register_book import Book
    from dafeng.errors import Language
    from dafeng.register.model import Register

TASKS, ISSUES, FORMS, PLANS = "tasks", "issues", "self_assessments", "city_plan_reviews"
"""Registers that the task board is a view over."""


@dataclass(frozen=True)
class TaskRows:
    """The registers of the task board on the day of an open book.

    Parameters
    ----------
    book : Book
        Its ``today`` is the day; an earlier one is replayed from history.
    language : {"zh", "en"}
        Language of names; where the English one is missing, the Chinese one.
    """

    book: Book
    language: Language = "zh"

    @property
    def day(self) -> date:
        """The day."""
        return self.book.today

    @cached_property
    def moment(self) -> str:
        """Last moment of the day as the store writes it."""
        return f"{self.day.isoformat()}T23:59:59+08:00"

    @property
    def is_past(self) -> bool:
        """Whether the day is over."""
        return self.day.isoformat() < self.book.now()[:10]

    @cached_property
    def tasks(self) -> pl.DataFrame:
        """Tasks."""
        return self.read(TASKS)

    @cached_property
    def issues(self) -> pl.DataFrame:
        """Issues."""
        return self.read(ISSUES)

    @cached_property
    def attachments(self) -> pl.DataFrame:
        """Files of the tasks that were there on the day (Attachments)."""
        return self.read_files(TASKS, self.tasks["row_id"].to_list())

    def read(self, register_id: str) -> pl.DataFrame:
        """Return the rows of a register that the actor may see.

        For a day that is over the history is replayed up to its end; who may see a row is judged by today's
        rights. A row that was withdrawn on the day is left out.
        """
        from dafeng.register.replay import replay_history  # noqa: PLC0415 (units)
        from dafeng.store.database import read_history, read_rows  # noqa: PLC0415 (sqlalchemy)

        book, register = self.book, self.book.library.register(register_id)
        now = read_rows(book.database, register, viewer=book.viewer(), withdrawn=self.is_past)
        if self.is_past:
            past = read_history(book.database, register_id=register_id)
            past = past.filter(
                pl.col("row_id").is_in(now["row_id"].implode()) & (pl.col("at") <= self.moment)
            )
            now = replay_history(register, past)
            now = now.filter(~pl.col("withdrawn"))
        return hide_restricted(book, register, now)

    def read_files(self, register_id: str, row_ids: list[str]) -> pl.DataFrame:
        """Return the files of rows that were there on the day (Attachments)."""
        from dafeng.store.database import read_attachments  # noqa: PLC0415 (sqlalchemy)

        found = read_attachments(self.book.database, register_id=register_id, row_ids=row_ids)
        return found.filter(pl.col("at") <= self.moment)

    def read_steps(self, register_id: str, row_ids: list[str], since: str = "") -> list[dict[str, Any]]:
        """Return the steps of rows up to the day, oldest first.

        Parameters
        ----------
        register_id : str
            Register.
        row_ids : list of str
            Rows that the actor may see.
        since : str
            First day; empty for all.

        Returns
        -------
        list of dict
            ``row_id``, ``at``, ``actor``, ``state_before``, ``state_after``, ``name`` (of the step),
            ``reason``.
        """
        from dafeng.store.database import read_history  # noqa: PLC0415 (sqlalchemy)

        register = self.book.library.register(register_id)
        history = read_history(self.book.database, register_id=register_id).filter(
            (pl.col("change") == "step")
            & (pl.col("at") <= self.moment)
            & (pl.col("at") >= since)
            & pl.col("row_id").is_in(row_ids)
        )
        return [
            {name: row[name] for name in ("row_id", "at", "actor", "state_before", "state_after", "reason")}
            | {"name": name_step(register, row["state_before"], row["state_after"], self.language)}
            for row in history.iter_rows(named=True)
        ]

    def name_rows(self, table: str, key: str) -> dict[str, str]:
        """Return the names of the rows of a table of the pack."""
        rows = self.book.pack.tables[table].to_dicts()
        return {row[key]: row[f"name_{self.language}"] or row["name_zh"] for row in rows}

    def ground(self) -> BoardGround:
        """Return what the board is made of."""
        tables = self.book.pack.tables
        return BoardGround(
            self.tasks, self.issues, self.attachments, self.day,
            states=state_names(self.book.library.register(TASKS), self.language),
            agencies=self.name_rows("agencies", "agency_id"), regions=self.name_rows("regions", "code"),
            clauses={
                row["clause_id"]: f"{row['label']} {row[f'title_{self.language}']}"
                for row in tables["clauses"].iter_rows(named=True)
            },
        )  # fmt: skip


def state_names(register: Register, language: Language = "zh") -> Mapping[str, str]:
    """Return the names of the states."""
    return {state.code: getattr(state, language) for state in register.states}


def name_step(register: Register, before: str | None, after: str, language: Language = "zh") -> str:
    """Return the name of the step between two states; that of the state if no step leads there."""
    for step in register.transitions:
        if step.target == after and before in step.sources:
            return str(getattr(step, language))
    return state_names(register, language).get(after, after)
