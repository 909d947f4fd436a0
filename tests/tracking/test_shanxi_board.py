"""The board of Shanxi: published outcomes of the plan's targets, on two days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng import terms
from dafeng.app.track_stage import readings_of
from dafeng.pack import read_pack
from dafeng.period import latest_date
from dafeng.tracking import judge_targets, judging_rules

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.tracking import Board

TODAY = date(2026, 11, 22)
PAST = date(2024, 6, 30)


def judge(pack: Pack, day: date, **readings: Any) -> Board:
    config = pack.config
    chosen = replace(readings_of(pack), **readings)
    return judge_targets(pack.tables, day, chosen, config.decisions.same_scope)


@pytest.fixture(scope="module")
def today(shanxi: Pack) -> Board:
    return judge(shanxi, TODAY)


@pytest.fixture(scope="module")
def past(shanxi: Pack) -> Board:
    return judge(shanxi, PAST)


def row_of(board: Board, target_id: str) -> dict[str, Any]:
    return board.verdicts.row(by_predicate=pl.col("target_id") == target_id, named=True)


@pytest.mark.parametrize(
    ("target_id", "verdict", "observed", "required", "gap"),
    [
        ("T1.2a-3", "met", 55.1, 50.0, 5.1),
        ("T2.1.4-3", "missed", 84.0, 95.0, -11.0),
        ("T3.1.2-1", "met", 0.0, 0.0, 0.0),
        ("T2.2.1-1", "needs_decision", 7880.8, 8000.0, -119.2),
    ],
)
def test_what_is_due(
    today: Board, target_id: str, verdict: str, observed: float, required: float, gap: float
) -> None:
    row = row_of(today, target_id)
    assert row["verdict"] == verdict
    assert (row["observed"], row["required"]) == (observed, required)
    assert row["gap"] == pytest.approx(gap, abs=1e-9)
    assert row["source_id"]
    assert row["grade"] in {"A", "B"}


def test_a_target_of_2030_is_on_track_and_never_met_in_2025(today: Board) -> None:
    row = row_of(today, "T1.2b-4")
    assert row["verdict"] == "on_track"
    assert row["needed_per_year"] == pytest.approx((60 - 55.1) / 5)
    assert row["required"] == 50.0  # the plan's own goal for 2025 is a milestone on the way to 2030


@pytest.mark.parametrize("target_id", ["T2.1.4-1", "T2.1.4-2"])
def test_an_older_year_is_no_outcome(today: Board, target_id: str) -> None:
    row = row_of(today, target_id)
    assert row["verdict"] == "no_published_data"
    assert row["period"] is None or int(row["period"][:4]) < 2025


@pytest.mark.parametrize("target_id", ["T4.3.2-1", "T1.2a-4"])
def test_scopes_that_do_not_compare(today: Board, target_id: str) -> None:
    assert row_of(today, target_id)["verdict"] == "scope_not_comparable"


def test_about_shows_its_readings_and_follows_a_decision(shanxi: Pack, today: Board) -> None:
    variants = today.variants.filter(pl.col("target_id") == "T2.2.1-1")
    found = dict(variants.select("reading", "verdict").iter_rows())
    assert found == {
        "about.relative_tolerance=0": "missed", "about.relative_tolerance=0.01": "missed",
        "about.relative_tolerance=0.02": "met", "about.relative_tolerance=0.05": "met",
    }  # fmt: skip
    assert "T2.1.4-3" not in set(today.variants["target_id"])
    for tolerance, verdict in ((0.02, "met"), (0.0, "missed")):
        decided = judge(shanxi, TODAY, about_tolerance=tolerance)
        assert row_of(decided, "T2.2.1-1")["verdict"] == verdict
        assert row_of(decided, "T2.1.4-3")["verdict"] == "missed"
        assert decided.variants.is_empty()


def test_a_replaced_target_names_the_one_in_force(today: Board, shanxi: Pack) -> None:
    row = row_of(today, "T2.2.1-2")
    assert (row["verdict"], row["in_force_target_id"]) == ("adjusted", "D-sx-work-report-2026-1")
    newer = shanxi.tables["targets"].row(
        by_predicate=pl.col("target_id") == row["in_force_target_id"], named=True
    )
    assert newer["name_zh"] in row["why_zh"]
    assert newer["name_en"] in row["why_en"]


@pytest.mark.parametrize("target_id", ["T1.2a-5", "T1.2a-6"])
def test_what_the_state_assigns_waits_for_the_state(today: Board, target_id: str) -> None:
    assert row_of(today, target_id)["verdict"] == "awaiting_state"


@pytest.mark.parametrize("board", ["today", "past"])
def test_every_verdict_is_in_the_closed_set_graded_and_explained(
    board: str, request: pytest.FixtureRequest, shanxi: Pack
) -> None:
    made: Board = request.getfixturevalue(board)
    carried = {"met", "missed", "on_track", "off_track"}
    for row in made.verdicts.rows(named=True):
        assert row["verdict"] in terms.codes("verdict")
        assert row["why_zh"]
        assert row["why_en"]
        assert "{" not in row["why_zh"] + row["why_en"]
        assert "None" not in row["why_zh"] + row["why_en"]
        if row["verdict"] in carried:
            assert row["grade"] in {"A", "B"}
            assert row["observed"] is not None
            assert row["source_id"] in set(shanxi.tables["sources"]["source_id"])
        for number in ("gap", "required", "needed_per_year"):
            assert row[number] is None or abs(row[number]) < 1e9


@pytest.mark.parametrize("board", ["today", "past"])
def test_every_verdict_is_one_that_a_rule_allows(
    board: str, request: pytest.FixtureRequest, shanxi: Pack
) -> None:
    made: Board = request.getfixturevalue(board)
    allowed: dict[str, set[str]] = {}
    for kind, verdicts in judging_rules().select("kind", "verdict").iter_rows():
        allowed.setdefault(kind, set()).update(verdicts.split(";"))
    kinds = dict(shanxi.tables["targets"].select("target_id", "kind").iter_rows())
    for target_id, verdict in made.verdicts.select("target_id", "verdict").iter_rows():
        assert verdict in allowed[kinds[target_id]], target_id


def test_every_target_of_a_published_document_is_judged_once(shanxi: Pack, today: Board, past: Board) -> None:
    tables = shanxi.tables
    dates = dict(tables["documents"].select("document_id", "date").iter_rows())
    for board, day in ((today, TODAY), (past, PAST)):
        expected = {
            target_id
            for target_id, document in tables["targets"].select("target_id", "document_id").iter_rows()
            if dates[document] is None or latest_date(dates[document]) <= day
        }
        assert board.verdicts["target_id"].n_unique() == board.verdicts.height
        assert set(board.verdicts["target_id"]) == expected
    assert past.verdicts.height < today.verdicts.height


def test_the_past_knows_nothing_that_was_published_later(shanxi: Pack, past: Board) -> None:
    known = {
        (series, source, period): latest_date(known_on) if known_on else None
        for series, source, period, known_on in shanxi.tables["observations"]
        .select("series_id", "source_id", "period", "known_on")
        .iter_rows()
    }
    shown = past.verdicts.drop_nulls("observed")
    assert shown.height > 5
    for row in shown.rows(named=True):
        day = known[row["series_id"], row["source_id"], row["period"]]
        assert day is None or day <= PAST
        assert int(row["period"][:4]) <= 2024
        if row["baseline_period"]:
            assert int(row["baseline_period"][:4]) < 2024
    assert row_of(past, "T1.2a-3")["verdict"] in {"on_track", "not_yet_due"}
    assert row_of(past, "T2.2.1-2")["verdict"] != "adjusted"
    assert "D-sx-work-report-2026-1" not in set(past.verdicts["target_id"])


def test_later_rows_do_not_change_the_past(shanxi: Pack, past: Board) -> None:
    """Replay: cutting away all that was published later gives the same board."""
    tables = dict(shanxi.tables)
    observations = tables["observations"]
    early = [d is None or latest_date(d) <= PAST for d in observations["known_on"]]
    tables["observations"] = observations.filter(pl.Series(early))
    links = tables["target_links"]
    tables["target_links"] = links.filter(
        pl.Series([d is None or latest_date(d) <= PAST for d in links["date"]], dtype=pl.Boolean)
    )
    pack = replace(shanxi, tables=tables)
    assert judge(pack, PAST).verdicts.equals(past.verdicts)


def test_before_the_plan_there_was_no_target_of_it(shanxi: Pack) -> None:
    early = judge(shanxi, date(2022, 12, 30)).verdicts
    assert not [target_id for target_id in early["target_id"] if target_id.startswith("T")]


@pytest.mark.data
def test_the_first_province_agrees_with_the_list_made_by_hand(
    today: Board, shanxi: Pack, data_dir: Path
) -> None:
    words = {"met": "met", "on track": "on_track", "missed": "missed", "about (左右)": "needs_decision"}
    labels = dict(shanxi.tables["targets"].select("label", "target_id").iter_rows())
    table = pl.read_csv(data_dir / "pathways" / "tracking_acceptance.csv")
    checked = 0
    for row in table.rows(named=True):
        if row["verdict"] in words:
            found = row_of(today, labels[row["target_id"]])
            assert found["verdict"] == words[row["verdict"]]
            assert found["observed"] == pytest.approx(float(row["observed_value"]))
            checked += 1
    assert checked == 5


def test_another_province_is_judged_by_the_same_rules(tiny_pack: Path) -> None:
    pack = read_pack(str(tiny_pack))
    verdicts = dict(judge(pack, TODAY).verdicts.select("target_id", "verdict").iter_rows())
    assert verdicts["T1"] == "met"
    assert verdicts["T2"] == "needs_decision"
    assert verdicts["T3"] == "missed"
    assert verdicts["T9"] == "adjusted"
