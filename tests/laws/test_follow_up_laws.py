"""Laws of the follow-up record: the history gives the state, and no forbidden step is ever in it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng import terms
from dafeng.cities.contracts import FollowUps
from dafeng.cities.follow_up import (
    NoticeStep,
    check_history,
    list_next_states,
    list_standing,
    record_step,
    start_notice,
)
from dafeng.errors import InputRefused
from dafeng.table import empty_table

STATES = sorted(terms.codes("notice_state"))
KINDS = sorted(terms.codes("notice_kind"))
START = date(2026, 1, 1)

WISHES = st.lists(
    st.tuples(
        st.sampled_from(STATES),
        st.integers(-3, 40),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["a", "b"]),
    ),
    max_size=12,
)


@given(kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)), wishes=WISHES)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_for_the_record_stays_possible(
    kinds: tuple[str, str], wishes: list[tuple[str, int, bool, bool, str]]
) -> None:
    history = empty_table(FollowUps)
    state, day = {}, {}
    for name, kind in zip("ab", kinds, strict=True):
        first = {"recorded_on": START.isoformat(), "recorded_by": "x", "subject_id": "s", "target_ids": None}
        history = start_notice(history, first | {"notice_id": name, "kind": kind})
        state[name], day[name] = "drafted", START
    kind_of = dict(zip("ab", kinds, strict=True))
    for wanted, days, full, late, name in wishes:
        on = day[name] + timedelta(days=days)
        due = (on + timedelta(days=-1 if late else 5)).isoformat() if full else None
        step = NoticeStep(name, wanted, on, "x", due, "n" if full else None, "t" if full else None)
        allowed = list_next_states(kind_of[name], state[name])
        missing = wanted in allowed and bool(allowed[wanted]) and not full
        possible = wanted in allowed and not missing and days >= 0 and not (full and late)
        before = history
        try:
            history = record_step(history, step)
        except InputRefused:
            assert not possible
            assert history.equals(before)
            continue
        assert possible
        assert history.head(before.height).equals(before)  # rows are only added
        state[name], day[name] = wanted, on
    assert check_history(history) == []
    standing = list_standing(history, START + timedelta(days=4000))
    assert dict(standing.select("notice_id", "state").iter_rows()) == state


@given(kind=st.sampled_from(KINDS))
def test_every_state_is_reached_from_a_draft_or_not_meant_for_the_kind(kind: str) -> None:
    reached, queue = {"drafted"}, ["drafted"]
    while queue:
        for after in list_next_states(kind, queue.pop()):
            if after not in reached:
                reached.add(after)
                queue.append(after)
    assert {"issued", "closed", "withdrawn"} <= reached
    assert not list_next_states(kind, "closed")
    assert not list_next_states(kind, "withdrawn")
