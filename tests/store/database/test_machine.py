"""Random acts in random order: history reproduces the rows, and nothing forbidden ever gets in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from polars.testing import assert_frame_equal
from tests.store.database.made_rows import REGIONS, head, made_register, made_values

from dafeng.errors import InputRefused
from dafeng.register.changes import Change
from dafeng.register.lifecycle import StepContext, check_step
from dafeng.register.replay import replay_history
from dafeng.store.database import (
    Receipt,
    insert_frame,
    install_registers,
    new_row_id,
    open_database,
    read_batches,
    read_history,
    read_rows,
    reverse_batch,
    verify_history,
    write_batch,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.register.changes import BatchHead
    from dafeng.register.model import Register
    from dafeng.store.database import Database

NUMBERS = st.integers(0, 4)
FIGURES = st.none() | st.floats(-1e9, 1e9, allow_nan=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
COUNTER = itertools.count()
SYSTEM = StepContext("li", frozenset({"agency"}))


class Writers(RuleBasedStateMachine):
    """Several people who write, some of them with an old copy of the row in hand."""

    database: ClassVar[Database]

    @initialize()
    def begin(self) -> None:
        """Take a register of its own, so that runs do not meet."""
        self.register: Register = made_register(id=f"units_{next(COUNTER)}")
        install_registers(self.database, [self.register], REGIONS)
        self.batches: list[BatchHead] = []
        self.events: list[tuple[Any, ...]] = []

    def rows(self) -> list[dict[str, Any]]:
        return read_rows(self.database, self.register, withdrawn=True).to_dicts()

    def pick(self, data: st.DataObject) -> dict[str, Any]:
        return data.draw(st.sampled_from(self.rows()))

    def act(self, kind: Any, write: Callable[[BatchHead], Receipt]) -> list[str]:
        """Write; return the codes of what was refused."""
        asked = head(kind, actor=f"person {len(self.batches) % 3}", register_id=self.register.id)
        try:
            write(asked)
        except InputRefused as error:
            return [one.code for one in error.findings]
        self.batches.append(asked)
        assert write(asked).repeated, "a repeated call is found out"
        return []

    def write(self, kind: Any, *changes: Change) -> list[str]:
        return self.act(kind, lambda asked: write_batch(self.database, self.register, asked, changes))

    @rule(number=NUMBERS, before=FIGURES, remark=TEXTS)
    def insert(self, number: int, before: float | None, remark: str) -> None:
        """Add a row; its key may stand already."""
        taken = any(row["unit_code"] == f"U-{number}" and not row["withdrawn"] for row in self.rows())
        values = made_values(
            number, rate_before=before, remark=remark, years=[{"year": 2020, "output": before}]
        )
        refused = self.write("add", Change("insert", new_row_id(next(COUNTER)), 0, values))
        assert refused == (["row_key_taken"] if taken else [])

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=3), heat=FIGURES)
    def bulk_import(self, numbers: list[int], heat: float | None) -> None:
        """Import rows; all of them or none."""
        height = len(self.rows())
        frame = pl.DataFrame([made_values(n, heat=heat) for n in numbers], infer_schema_length=None)
        refused = self.act("import", lambda asked: insert_frame(self.database, self.register, asked, frame))
        assert set(refused) <= {"row_key_taken"}
        assert len(self.rows()) == height + (0 if refused else len(numbers))

    @precondition(lambda self: self.rows())
    @rule(data=st.data(), number=NUMBERS, before=FIGURES, after=FIGURES, late=st.booleans())
    def update(
        self, data: st.DataObject, number: int, before: float | None, after: float | None, *, late: bool
    ) -> None:
        """Change fields and key, perhaps of an old copy."""
        row = self.pick(data)
        gain = None if before is None or after is None else before - after
        values = {"unit_code": f"U-{number}", "rate_before": before, "rate_after": after, "gain": gain}
        refused = self.write("edit", Change("update", row["row_id"], row["version"] - late, values))
        if late:
            assert refused == ["row_changed"]
        elif row["withdrawn"] or row["state"] == "cancelled":
            assert refused == ["row_withdrawn" if row["withdrawn"] else "row_final"]
        else:
            assert refused in ([], ["row_key_taken"])

    @precondition(lambda self: self.rows())
    @rule(data=st.data(), step=st.sampled_from(["start", "finish", "return", "cancel"]))
    def step(self, data: st.DataObject, step: str) -> None:
        """Take a step as the application does: what the lifecycle allows, the store takes."""
        row, target = self.pick(data), {one.id: one.target for one in self.register.transitions}[step]
        change = Change("step", row["row_id"], row["version"], {"remark": step}, target)
        if not check_step(self.register, step, row, SYSTEM):
            assert self.write("step", change) == []

    @precondition(lambda self: self.rows())
    @rule(data=st.data(), state=st.sampled_from(["planned", "under_way", "done", "nowhere"]))
    def jump(self, data: st.DataObject, state: str) -> None:
        """Try a step that no transition makes, past the lifecycle."""
        row = self.pick(data)
        ways = {one.target for one in self.register.transitions if row["state"] in one.sources}
        if row["withdrawn"] or state not in ways:
            refused = self.write("step", Change("step", row["row_id"], row["version"], {}, state))
            assert refused == ["row_withdrawn" if row["withdrawn"] else "row_step_forbidden"]

    @precondition(lambda self: self.rows())
    @rule(data=st.data())
    def withdraw_or_restore(self, data: st.DataObject) -> None:
        """Take a row down, or put it back where its key is free."""
        row = self.pick(data)
        kind = "restore" if row["withdrawn"] else "withdraw"
        refused = self.write("withdraw", Change(kind, row["row_id"], row["version"]))
        assert refused in ([], ["row_key_taken"] if row["withdrawn"] else [])

    @precondition(lambda self: self.rows())
    @rule(data=st.data())
    def half_stale(self, data: st.DataObject) -> None:
        """Write a good change together with a stale one: nothing gets in."""
        row, new = self.pick(data), new_row_id(next(COUNTER))
        good, stale = (
            Change("insert", new, 0, made_values(99)),
            Change("update", row["row_id"], 0, {"staff": 1}),
        )
        assert self.write("correct", good, stale) == ["row_changed"]
        assert all(one["row_id"] != new for one in self.rows())

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Undo any batch, also an undo."""
        batch = data.draw(st.sampled_from(self.batches)).batch_id
        refused = self.act("undo", lambda asked: reverse_batch(self.database, self.register, asked, batch))
        assert set(refused) <= {"row_changed_later", "register_batch_reversed", "row_key_taken"}

    @invariant()
    def history_makes_the_rows(self) -> None:
        """The sum of all events is what stands in the table; nothing of it is ever lost."""
        history = read_history(self.database, register_id=self.register.id)
        rows = read_rows(self.database, self.register, withdrawn=True)
        assert_frame_equal(replay_history(self.register, history), rows, check_row_order=False)
        events = history.rows()
        assert events[: len(self.events)] == self.events
        assert read_batches(self.database, register_id=self.register.id).height == len(self.batches)
        self.events = events

    @invariant()
    def nothing_forbidden_got_in(self) -> None:
        """Keys are unique, versions have no gap, and every step is one of the register, or takes one back."""
        keys = [row["unit_code"] for row in self.rows() if not row["withdrawn"]]
        assert len(keys) == len(set(keys))
        acts = dict(read_batches(self.database).select("batch_id", "act").iter_rows())
        allowed = {(source, one.target) for one in self.register.transitions for source in one.sources}
        last: dict[str, int] = {}
        for event in read_history(self.database, register_id=self.register.id).iter_rows(named=True):
            assert event["version"] == last.get(event["row_id"], 0) + 1
            last[event["row_id"]] = event["version"]
            pair = (event["state_before"], event["state_after"])
            if event["change"] == "step":
                assert pair in allowed or (acts[event["batch_id"]] == "undo" and pair[::-1] in allowed)
            elif event["change"] != "insert":
                assert pair[0] == pair[1]

    def teardown(self) -> None:
        """Look at the digests once at the end."""
        assert verify_history(self.database) == ()


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_any_order_of_acts(database_url: str) -> None:
    examples = 5 if "://" in database_url else 15
    with open_database(database_url) as database:
        machine = type("Machine", (Writers,), {"database": database})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples, stateful_step_count=20, deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
