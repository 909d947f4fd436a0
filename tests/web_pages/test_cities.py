"""Map, ranks and sheets of cities and bodies: blank where nothing is published, and by reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    Clients = Callable[[str], TestClient]


def test_the_map_names_its_approval_and_every_city_has_a_page(reader_of: Clients) -> None:
    client = reader_of("lead_office")
    text = client.get("/cities").text
    assert 'class="approval"' in text
    links = set(re.findall(r'href="(/cities/\d{6})"', text))
    assert len(links) == 11
    for link in sorted(links)[:2]:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("actor", ["public", "enterprise", "bank", "verifier"])
def test_a_map_without_approval_number_is_not_shown_to_outsiders(reader_of: Clients, actor: str) -> None:
    text = reader_of(actor).get("/cities").text
    assert 'class="approval"' in text
    assert "<path" not in text.split("<main")[1].split("</main>")[0]
    assert 'id="r-140200"' not in text
    assert 'id="r-140200"' in reader_of("city").get("/cities").text


def test_a_city_without_a_rank_is_not_given_one(reader_of: Clients) -> None:
    text = reader_of("lead_office").get("/cities/140200").text
    rank = re.search(r'class="label">.*?</span><span class="value">(.*?)</div>', text, re.DOTALL)
    assert rank is not None
    assert "不参加排名" in rank[1] or "未" in rank[1] or "不" in rank[1]


@pytest.mark.parametrize("path", ["/cities/999999", "/cities/140000", "/departments/nobody"])
def test_what_is_not_there_answers_404(reader_of: Clients, path: str) -> None:
    assert reader_of("lead_office").get(path).status_code == 404


def test_a_city_reads_of_another_city_no_more_than_the_public(reader_of: Clients) -> None:
    def figures(actor: str, code: str) -> set[str]:
        text = reader_of(actor).get(f"/cities/{code}").text
        return set(re.findall(r'class="num" data-trace="[^"]+">([^<]+)<', text))

    own, other = figures("city", "140200"), figures("city2", "140200")
    public, office = figures("public", "140200"), figures("lead_office", "140200")
    assert own <= office
    assert other <= own
    assert public <= other
    assert own, "its own published figures are there"


def test_a_body_has_a_page_with_its_targets(reader_of: Clients) -> None:
    client = reader_of("lead_office")
    links = re.findall(r'href="(/departments/[a-z_]+)"', client.get("/departments").text)
    assert links
    text = client.get(links[0]).text
    assert "<table" in text
    assert 'class="badge v-' in text


def test_public_pages_of_departments_ask_to_sign_in_unless_released(reader_of: Clients) -> None:
    assert reader_of("public").get("/departments").status_code in {200, 303}
