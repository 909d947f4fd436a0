"""The power pages: an hour is where it belongs, a week that was not computed is offered to those who may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.report.power_hours import HourlyYear
from dafeng.web.power_drawing import draw_week, hour_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    Clients = Callable[[str], TestClient]


def make_year(hours: int = 8760) -> HourlyYear:
    clock = np.arange(hours)
    wind = 1000.0 + clock % 24
    coal = 3000.0 - clock % 24
    battery = np.where(clock % 24 < 12, -500.0, 500.0)
    return HourlyYear(
        2030, np.full(hours, 4000.0), 4000.0 - wind, {"coal": coal, "wind": wind, "battery": battery}
    )


def test_every_hour_of_the_week_tells_its_own_figures() -> None:
    drawing = draw_week(make_year(), 1, "t", "en")
    told = re.findall(r"<title>([^<]+)</title>", drawing)
    assert len(told) == 168
    assert told[0].startswith("01-08 00:00 GW")
    assert told[25].startswith("01-09 01:00 GW")
    assert {line.rsplit(" ", 1)[1] for line in told[25].splitlines()[1:]} == {"4.0", "3.0", "1.0", "−0.5"}
    assert "−0.5" in told[0]
    assert " style=" not in drawing


def test_the_last_week_holds_the_days_that_are_left() -> None:
    assert draw_week(make_year(), 51, "t", "zh").count("<title>") == 8760 - 51 * 168
    assert hour_text(2030, 8759) == "12-31 23:00"


def test_the_words_of_an_hour_are_in_the_language_of_the_reader() -> None:
    assert "负荷" in draw_week(make_year(336), 0, "t", "zh")
    assert "负荷" not in draw_week(make_year(336), 0, "t", "en")


@pytest.mark.parametrize("actor", ["lead_office", "statistician", "administrator"])
def test_who_may_start_runs_is_offered_the_power_model(reader_of: Clients, actor: str) -> None:
    client = reader_of(actor)
    if client.get("/power/capacity").status_code == 200:
        pytest.skip("the workspace holds the power model")
    text = client.get("/power").text
    assert '<form method="post" action="/runs">' in text
    assert '<input type="hidden" name="parts" value="power">' in text


def test_others_do_not_find_what_was_not_computed(reader_of: Clients) -> None:
    for actor in ("city", "enterprise", "reader"):
        assert reader_of(actor).get("/power").status_code == 404
    assert reader_of("public").get("/power").status_code == 303
