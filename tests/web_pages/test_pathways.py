"""The page of the explorer: without script, as fragment, its links, what is refused, who may open it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from dafeng.scenario import parse_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    Clients = Callable[[str], TestClient]

MAY = ("administrator", "lead_office", "statistician", "agency", "reviewer", "approver", "auditor", "reader",
       "city")  # fmt: skip
FRAGMENT = {"HX-Request": "true"}


def test_the_page_says_the_chance_its_error_and_how_good_the_engine_was(reader_of: Clients) -> None:
    text = reader_of("lead_office").get("/pathways?scenario=plan").text
    assert re.search(r"100 种未来里约有 \d+ 种在 2030 年前达峰", text)
    assert re.search(r"抽样误差 ±\d", text)
    assert "从 2014 年后报" in text
    assert text.count('<input type="range"') > 60
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"\son[a-z]+=", text)


def test_every_slider_has_a_number_field_that_works_without_script(reader_of: Clients) -> None:
    text = reader_of("lead_office").get("/pathways?scenario=plan").text
    sliders = re.findall(r'<input type="range" data-for="([^"]+)"[^>]*hidden>', text)
    fields = re.findall(r'<input type="number" id="([^"]+)" name=', text)
    assert set(sliders) <= set(fields)
    assert len(sliders) == len(set(sliders)) == text.count('<input type="range"')
    for one in fields:
        assert f'<label for="{one}">' in text


def test_a_whole_form_is_made_into_its_short_link(reader_of: Clients) -> None:
    client = reader_of("lead_office")
    text = client.get("/pathways?scenario=plan").text
    fields = re.findall(r'<input type="number" id="[^"]+" name="([^"]+)"[^>]* value="([^"]*)"', text)
    assert len(fields) > 120
    form = dict(fields) | {"scenario": "plan", "L_wind_pv": "150"}
    answer = client.get("/pathways", params=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/pathways?scenario=plan&L_wind_pv=150")
    assert client.get(answer.headers["location"]).status_code == 200


def test_the_fragment_tells_its_link_and_is_drawn_once_only(reader_of: Clients) -> None:
    client = reader_of("lead_office")
    answer = client.get("/pathways/answer?scenario=plan&L_wind_pv=420&with=frozen", headers=FRAGMENT)
    assert answer.headers["HX-Replace-Url"] == "/pathways?scenario=plan&L_wind_pv=420&with=frozen"
    assert "<html" not in answer.text
    assert "超出已检验的范围" in answer.text
    assert re.search(r"engine;dur=\d+", answer.headers["Server-Timing"])
    poll = re.search(r'hx-get="(/pathways/answer[^"]+seen=[^"]+)"', answer.text)
    if poll:  # else all is computed already
        again = client.get(poll[1].replace("&amp;", "&"), headers=FRAGMENT)
        assert again.status_code in {200, 204}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("L_wind_pv=9999", "9999"),
        ("L_none=1", "L_none"),
        ("scenario=none", "none"),
        ("L_ev=%3Cb%3E", "&lt;b&gt;"),
    ],
)
def test_what_is_wrong_is_told_and_escaped(reader_of: Clients, query: str, told: str) -> None:
    page = reader_of("lead_office").get(f"/pathways?{query}")
    assert page.status_code == 422
    assert told in page.text
    assert "<b>" not in page.text
    fragment = reader_of("lead_office").get(f"/pathways/answer?{query}", headers=FRAGMENT)
    assert (fragment.status_code, 'role="alert"' in fragment.text) == (200, True)


def test_levers_that_contradict_each_other_leave_the_dials_open(reader_of: Clients) -> None:
    query = "scenario=outlook15&L_power_export=2000&growth.power_export=2"
    page = reader_of("lead_office").get(f"/pathways?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert 'id="dials"' in page.text


def test_the_file_is_the_scenario(reader_of: Clients) -> None:
    answer = reader_of("lead_office").get("/pathways/scenario.toml?scenario=plan&L_wind_pv=150")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan_changed.toml"'
    made = parse_scenario(answer.text, "x.toml")
    assert {lever.id: lever.value for lever in made.levers}["L_wind_pv"] == 150


@pytest.mark.parametrize("path", ["/pathways", "/pathways/answer", "/pathways/scenario.toml"])
def test_only_who_may_compute_finds_the_explorer(reader_of: Clients, path: str) -> None:
    for actor in ("lead_office", "city"):
        assert reader_of(actor).get(path).status_code == 200
    for actor in ("enterprise", "verifier", "bank", "county"):
        assert reader_of(actor).get(path).status_code == 404
    assert reader_of("public").get(path).status_code == 303


def test_every_role_that_may_compute_has_it_in_the_navigation(reader_of: Clients) -> None:
    for actor in MAY:
        assert 'href="/pathways"' in reader_of(actor).get("/pathways").text


def test_the_computed_pathways_open(reader_of: Clients) -> None:
    client = reader_of("lead_office")
    for name in ("peak", "wedges", "scenarios", "spread", "hindcast"):
        answer = client.get(f"/pathways/{name}")
        assert answer.status_code == 200, name
        assert "<svg" in answer.text
