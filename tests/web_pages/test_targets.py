"""The target board: filters, order, export, one target; what may not be seen is not there."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from dafeng.web.targets.listing import LEVELS, Listed, Wish, choose, make_listing, read_wish, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal
    from dafeng.web.targets.listing import Listing


def board(portal: Portal) -> Listing:
    return make_listing(portal.data.context(portal.book_of("lead_office")))


def rows_of(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/targets/([^"]+)"', text)


def test_the_board_shows_the_plan_first_and_all_documents_when_asked(
    portal: Portal, client_of: Callable[[str], TestClient]
) -> None:
    client, listing = client_of("lead_office"), board(portal)
    own = rows_of(client.get("/targets").text)
    assert own == [row.shown.target_id for row in listing.rows if row.shown.document_id == listing.main]
    assert len(rows_of(client.get("/targets?document=all").text)) == len(listing.rows) > len(own)


def test_each_choice_narrows_and_together_they_hold(portal: Portal) -> None:
    listing = board(portal)
    for wish in (Wish(verdict="met"), Wish(level="red"), Wish(sector="power"), Wish(agency="drc")):
        found = choose(listing, wish)
        assert 0 < len(found) < len(choose(listing, Wish()))
    both = choose(listing, Wish(verdict="needs_decision", agency="drc"))
    assert {row.shown.verdict for row in both} == {"needs_decision"}
    assert all("drc" in row.shown.agency_ids for row in both)


def test_search_is_in_both_languages_and_whatever_the_case(portal: Portal) -> None:
    listing = board(portal)
    chinese = choose(listing, read_wish({"q": "清洁能源装机"}))
    english = choose(listing, read_wish({"q": "CLEAN ENERGY IN CAPACITY"}))
    assert {row.shown.target_id for row in chinese} & {row.shown.target_id for row in english} >= {"T1.2a-3"}


def test_orders_are_orders(portal: Portal) -> None:
    listing = board(portal)

    def years(rows: list[Listed]) -> list[int]:
        return [row.target["target_year"] or 9999 for row in rows]

    up, down = (choose(listing, Wish(sort="due", down=one)) for one in (False, True))
    assert years(up) == sorted(years(up))
    assert years(down) == sorted(years(down), reverse=True)
    levels = [LEVELS.index(row.level) for row in choose(listing, Wish(sort="level"))]
    assert levels == sorted(levels)


def test_an_unknown_order_and_unknown_codes_do_no_harm(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    assert client.get("/targets?sort=%00&down=x").status_code == 200
    answer = client.get("/targets?verdict=<script>&q=<b>")
    assert answer.status_code == 200
    assert "<b>" not in answer.text.replace("<b>0</b>", "")
    assert "没有符合条件的目标" in answer.text


def test_the_export_holds_what_is_shown_and_no_formula(
    portal: Portal, client_of: Callable[[str], TestClient]
) -> None:
    answer = client_of("lead_office").get("/targets.csv?verdict=needs_decision")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(choose(board(portal), Wish(verdict="needs_decision")))
    assert {row["结论"] for row in rows} == {"待决策"}
    listing = board(portal)
    row = listing.rows[0]
    evil = Listed(row.shown, row.target, {**row.verdict, "why_zh": "=1+1"}, row.level, row.names)
    assert "'=1+1" in write_csv(listing, [evil], "zh").decode()


def test_a_target_has_its_path_evidence_history_and_bodies(client_of: Callable[[str], TestClient]) -> None:
    text = client_of("lead_office").get("/targets/T1.2a-3").text
    for heading in ("应达路径和观测值", "观测值和出处", "历年结论", "目标内容", "来源"):
        assert heading in text
    assert text.count("data-trace=") > 5
    assert 'href="/plan/clauses/C1.2a"' in text


def test_what_may_not_be_seen_answers_like_what_is_not_there(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    assert client.get("/targets/T-nothing").status_code == 404
    enterprise = client_of("enterprise")
    board, unknown = enterprise.get("/targets"), enterprise.get("/no-such-page")
    if board.status_code != 200:
        assert board.status_code == unknown.status_code == 404
