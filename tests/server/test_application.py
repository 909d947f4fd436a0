"""The application: pages and API answer, and what is not there is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient


def test_the_overview_answers_in_both_languages(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    assert '<html lang="zh-Hans"' in client.get("/").text
    assert '<html lang="en"' in client.get("/?lang=en").text


def test_the_api_says_what_answers(client_of: Callable[[str], TestClient]) -> None:
    about = client_of("public").get("/api/v1/about").json()
    assert (about["pack"], about["as_of"]) == ("shanxi", "2026-11-22")
