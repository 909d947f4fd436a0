"""``dafeng tasks seed``: the tasks that follow from the plan, as a preview or written into the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_book import new_id, require
from dafeng.app.register_write import Draft, prepare_rows, require_new, write_prepared
from dafeng.app.tasks_rows import TASKS
from dafeng.cities.departments import current_bodies
from dafeng.register.tasks_derive import PlanGround, derive_tasks, due_of_targets, list_goals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.register_book import Book

REASON = "由方案条款导出 / derived from the plan"
_COPIED = ("task_no", "title", "clause", "agency", "region", "role", "standing", "measure", "due", "remark")


@dataclass(frozen=True, slots=True)
class Seeding:
    """What was found and written.

    Parameters
    ----------
    seeds : polars.DataFrame
        TaskSeeds.
    batch_id : str
        Batch; empty for a preview, or if nothing was new.
    """

    seeds: pl.DataFrame
    batch_id: str = ""

    @property
    def new(self) -> int:
        """Tasks that the register did not have. [1]"""
        return int(self.seeds["is_new"].sum())


def preview_seed(book: Book) -> Seeding:
    """Return the tasks of the plan and which of them the register lacks.

    A task that was withdrawn is known and does not come again.
    """
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    known = read_rows(book.database, book.library.register(TASKS), withdrawn=True)["task_no"].to_list()
    return Seeding(derive_tasks(_ground(book), frozenset(known)))


def write_seed(book: Book) -> Seeding:
    """Write the tasks of the plan that the register lacks, as one batch.

    Raises
    ------
    InputRefused
        ``access_refused``; what the validation or the store refuses.
    """
    require(book, "add", TASKS)
    found = preview_seed(book)
    due = due_of_targets(book.pack.tables["targets"])
    register = book.library.register(TASKS)
    fresh = found.seeds.filter(pl.col("is_new")).to_dicts()
    drafts = [Draft(None, _values(seed, due), new_id(book)) for seed in fresh]
    if not drafts:
        return found
    prepared = prepare_rows(book, register, drafts, "seed")
    require_new(book, register, prepared)
    return Seeding(found.seeds, write_prepared(book, register, "add", prepared, REASON).batch_id)


def _ground(book: Book) -> PlanGround:
    tables, info = book.pack.tables, book.pack.config.pack
    successors = current_bodies(tables["agencies"], book.today)
    return PlanGround(tables, successors, info.region, info.plan_document, book.today)


def _values(seed: Mapping[str, Any], due: Mapping[str, str | None]) -> dict[str, Any]:
    given = {name: seed[name] for name in _COPIED} | {"origin": "plan", "goals": list_goals(seed, due)}
    return given | {"source": seed["source"], "grade": seed["grade"]}
