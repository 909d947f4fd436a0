"""History gives the rows back: whatever was done, in whatever order the events are read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.register.made_registers import library

from dafeng.register.compute import compute_formulas
from dafeng.register.contracts import History
from dafeng.register.replay import replay_history
from dafeng.register.schema import SYSTEM_COLUMNS, entered_schema, rows_frame, schema_of
from dafeng.table import empty_table, frame_of

PLANTS = library().register("plants")
LINE = st.fixed_dictionaries({"year": st.integers(2020, 2024), "burnt": st.none() | st.integers(0, 9)})
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "coal": st.none() | st.floats(-9, 9), "name": st.sampled_from(["厂", "矿"]),
        "county": st.none() | st.just("11"),
        "years": st.none() | st.lists(LINE, max_size=3), "source": st.sampled_from(["s", "t"]),
        "flag": st.booleans(),
    },
)  # fmt: skip
CHANGES = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["update", "step", "withdraw", "restore"]),
    VALUES,
    st.sampled_from(["draft", "sent"]),
)


def event(
    row_id: str, version: int, number: int, change: str, after: dict[str, Any], state: str
) -> dict[str, Any]:
    return {
        "register_id": "plants", "row_id": row_id, "version": version, "batch_id": f"b{number}",
        "change": change,
        "actor": f"u{number % 3}", "at": f"2026-11-22T09:{number:02d}:00+08:00",
        "after_json": json.dumps(after) if after else None, "state_after": state,
    }  # fmt: skip


def apply(
    direct: dict[str, dict[str, Any]],
    row_id: str,
    number: int,
    change: str,
    values: dict[str, Any],
    state: str,
) -> dict[str, Any]:
    """Change a row as a store would, and return the event."""
    row = direct.setdefault(row_id, {"row_id": row_id, "version": 0, "withdrawn": False, "state": "draft"})
    after = values
    if row["version"] == 0:
        change, after = "insert", {"code": row_id, "name": "厂", "source": "s", "grade": "B", **values}
    elif change in {"withdraw", "restore"}:
        after, row["withdrawn"] = {}, change == "withdraw"
    row.update(after, version=row["version"] + 1, state=state if change == "step" else row["state"])
    made = event(row_id, row["version"], number, change, after, row["state"])
    row.update(changed_at=made["at"], changed_by=made["actor"], scope_region=row.get("county"))
    row.setdefault("created_at", made["at"])
    row.setdefault("created_by", made["actor"])
    return made


@settings(max_examples=30, deadline=None)
@given(changes=st.lists(CHANGES, max_size=25), order=st.randoms(use_true_random=False))
def test_the_events_make_the_rows(changes: list[Any], order: Any) -> None:
    direct: dict[str, dict[str, Any]] = {}
    events = [
        apply(direct, f"r{which}", number, change, values, state)
        for number, (which, change, values, state) in enumerate(changes)
    ]
    order.shuffle(events)
    history = frame_of(events, History)
    plain = rows_frame(direct.values(), {**SYSTEM_COLUMNS, **entered_schema(PLANTS)})
    wanted = compute_formulas(PLANTS, None, plain).select(list(schema_of(PLANTS)))
    assert replay_history(PLANTS, history).equals(wanted)


def test_the_rows_as_they_were() -> None:
    events = [
        event("r", 1, 1, "insert", {"code": "a", "coal": 1.0}, "draft"),
        event("r", 2, 2, "update", {"coal": 2.0}, "draft"),
        {**event("x", 1, 3, "insert", {"code": "b"}, "draft"), "register_id": "groups"},
    ]
    history = frame_of(events, History)
    then = replay_history(PLANTS, history, until="2026-11-22T09:01:00+08:00")
    assert (then["coal"].to_list(), then["version"].to_list()) == ([1.0], [1])
    assert replay_history(PLANTS, history)["coal"].to_list() == [2.0]


def test_no_events_no_rows() -> None:
    made = replay_history(PLANTS, empty_table(History))
    assert made.is_empty()
    assert dict(made.schema) == schema_of(PLANTS)
