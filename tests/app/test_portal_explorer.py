"""The explorer: quick answers, the numbers of a run after refinement, a bounded queue, rights."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from dafeng.app import portal_explorer
from dafeng.app.portal_explorer import FIRST, MOST_WAITING, STEPS, Explorer, explore, explorer_of
from dafeng.app.portal_scenario_answer import Answer, compare_answers, key_of
from dafeng.app.portal_wish import Wish, make_scenario, read_wish
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.pack import Pack
    from dafeng.scenario import Scenario

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def explorer(shanxi: Pack) -> Iterator[Explorer]:
    made = Explorer(shanxi, date(2026, 11, 22), accept_findings=True)
    yield made
    made.close()


@pytest.fixture
def still(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    """Return an explorer whose background does nothing: what waits stays."""
    explorer.ground()
    monkeypatch.setattr(explorer, "_refine", lambda *_: None)
    with explorer._changed:
        explorer._waiting.clear()
    return explorer


def wait_for(explorer: Explorer, scenario: Scenario, draws: int) -> Answer:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = explorer.answer(scenario)
        if found.draws >= draws and found.rounds:
            return found
        time.sleep(0.05)
    raise AssertionError("the background did not get there")


def scenario_of(explorer: Explorer, **values: float) -> Scenario:
    dials = explorer.ground()[1]
    return make_scenario(Wish("plan", values), dials)


def test_the_refined_answer_is_that_of_the_run(explorer: Explorer, finished_run: Path) -> None:
    plan = explorer.ground()[1].scenarios["plan"]
    row = pl.read_parquet(finished_run / "tables" / "pathway.peak.parquet").filter(
        pl.col("scenario") == "plan"
    )
    draws = row["draws"][0]
    assert draws == STEPS[0][0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal_explorer, "STEPS", STEPS[:1])
        found = wait_for(explorer, plan, draws)
    if found.draws == draws:
        assert found.peak["peaked_share"] == row["peaked_share"][0]
        assert found.peak["level_p50"] == pytest.approx(row["level_p50"][0])
    assert found.wedges is not None
    assert found.wedge_totals is not None
    year = found.wedges.filter(pl.col("year") == 2030)
    total = found.wedge_totals.filter(pl.col("year") == 2030)
    assert year["reduction_mt"].sum() == pytest.approx(total["reduction_mt"][0])


def test_the_first_answer_comes_from_the_first_futures(still: Explorer) -> None:
    found = still.answer(scenario_of(still, L_wind_pv=161.0))
    assert (found.draws, found.rounds, found.wedges) == (FIRST, 0, None)
    assert found.peaked.size == FIRST
    assert found.peak["peaked_share"] == found.peaked.mean()
    assert found.peak["peaked_error"] > 0
    assert found.fan["year"].to_list() == list(range(2022, 2061))


def test_more_wind_never_makes_the_peak_less_likely(still: Explorer) -> None:
    shares = [still.answer(scenario_of(still, L_wind_pv=value)).peaked for value in (100.0, 180.0, 300.0)]
    assert (shares[0] <= shares[1]).all()
    assert shares[1].mean() < shares[2].mean()


def test_a_difference_is_counted_future_by_future(still: Explorer) -> None:
    one = still.answer(scenario_of(still, L_wind_pv=161.0))
    mine, theirs = np.arange(100) < 40, np.arange(100) >= 30
    found = compare_answers(replace(one, peaked=mine), replace(one, peaked=theirs))
    assert (found.draws, found.share) == (100, pytest.approx((30 - 60) / 100))
    spread = np.std(mine.astype(float) - theirs.astype(float)) / 10
    assert found.error == pytest.approx(spread, rel=0.02)
    same = compare_answers(one, one)
    assert same.share == 0
    assert same.error > 0


def test_what_waits_is_bounded_and_the_newest_goes_first(still: Explorer) -> None:
    dials = still.ground()[1]
    with still._changed:
        still._under_way = ("busy", portal_explorer.Job())
        for number in range(MOST_WAITING + 5):
            scenario = make_scenario(Wish("plan", {"L_wind_pv": 100.0 + number}), dials)
            still._waiting[key_of(scenario)] = scenario
            still._waiting.move_to_end(key_of(scenario))
            while len(still._waiting) > MOST_WAITING:
                still._waiting.popitem(last=False)
        assert len(still._waiting) == MOST_WAITING
        still._want("new", dials.scenarios["plan"], "")
        assert len(still._waiting) == MOST_WAITING
        assert next(reversed(still._waiting)) == "new"
        still._waiting.clear()
        still._under_way = None


def test_who_asks_anew_gives_up_what_he_asked_before(still: Explorer) -> None:
    plan = still.ground()[1].scenarios["plan"]
    with still._changed:
        still._want("a", plan, "one")
        still._want("b", plan, "two")
        still._want("c", plan, "one")
        assert list(still._waiting) == ["b", "c"]
        still._want("c", plan, "two")
        still._want("d", plan, "one")
        assert list(still._waiting) == ["c", "d"], "somebody else still wants c"
        still._waiting.clear()


def test_many_threads_compute_an_answer_once(still: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = portal_explorer.answer_scenario

    def count(*given: Any) -> Answer:
        made.append(1)
        return real(*given)

    monkeypatch.setattr(portal_explorer, "answer_scenario", count)
    monkeypatch.setattr(still, "_gate", threading.BoundedSemaphore(1))
    scenario = scenario_of(still, L_wind_pv=177.0)
    found: list[Answer] = []
    threads = [threading.Thread(target=lambda: found.append(still.answer(scenario))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len({id(one) for one in found}) == 1


def test_what_cannot_be_computed_is_refused_and_the_next_one_works(still: Explorer) -> None:
    dials = still.ground()[1]
    both = Wish("outlook15", {"L_power_export": 2000.0}, growth={"power_export": 2.0})
    with pytest.raises(InputRefused) as refused:
        still.answer(make_scenario(both, dials))
    assert refused.value.findings[0].code == "pathway_levers_contradict"
    assert still.answer(dials.scenarios["plan"]).draws >= FIRST


def test_only_who_may_compute_gets_an_answer(portal: Portal) -> None:
    dials = explorer_of(portal).ground()[1]
    wish = read_wish([("L_wind_pv", "150"), ("with", "frozen")], dials)
    own, others = explore(portal, portal.book_of("city"), wish)
    assert own.scenario.id == "plan"
    assert list(others) == ["plan", "frozen"]
    for actor in ("public", "enterprise", "bank", "verifier", "county"):
        with pytest.raises(InputRefused) as refused:
            explore(portal, portal.book_of(actor), wish)
        assert refused.value.findings[0].code == "access_refused"


def test_one_explorer_serves_all_portals_of_a_pack_and_day(portal: Portal) -> None:
    assert explorer_of(portal) is explorer_of(portal)
