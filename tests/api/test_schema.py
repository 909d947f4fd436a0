"""The document of the API against what it answers: schemathesis over every endpoint, no 500, no violation."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from starlette.testclient import TestClient

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
EXAMPLES = int(os.environ.get("DAFENG_TEST_EXAMPLES", "4"))
"""Requests an endpoint; what is drawn is the same in every run."""


KNOWN = {
    "register_id": "tasks", "table_id": "plan.targets", "series_id": "new_clean_capacity_share",
    "target_id": "T1.2a-3", "scenario": "plan", "name": "report.xlsx",
}  # fmt: skip
"""What is there, for every second request: names that are drawn meet nothing."""


def test_every_answer_is_as_the_document_says(client: TestClient, datong_task: str) -> None:
    """Requests are drawn from the document, in the name of who may do most, and of the public."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
    known = {**KNOWN, "row": datong_task, "task": datong_task}
    failures: list[str] = []
    statuses: Counter[int] = Counter()
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) > 40
    for operation in operations:
        failures += _try_operation(operation, known, statuses)
    assert not failures, "\n\n".join(failures[:10])
    assert {200, 403, 404, 422} <= set(statuses), statuses


def _try_operation(operation: Any, known: dict[str, str], statuses: Counter[int]) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), meets=booleans())
    def attempt(case: Any, meets: bool) -> None:
        if meets:
            case.path_parameters = {
                name: known.get(name, text) for name, text in case.path_parameters.items()
            }
        for actor in ("administrator", "public"):
            answer = case.call(headers={"X-Actor": actor})
            statuses[answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except Exception as error:  # noqa: BLE001 - every failure is told at the end
                found.append(f"{case.method} {case.path} {actor}: {str(error)[:1500]}")

    attempt()
    return found


def test_the_document_tells_every_endpoint_in_both_languages(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json", headers={"X-Actor": "public"}).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert " / " in operation["summary"], (method, path)
            assert operation["description"], (method, path)
            envelope = operation["responses"]["422"]["content"]["application/json"]["schema"]
            assert envelope == {"$ref": "#/components/schemas/Envelope"}, (method, path)


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/docs.css"])
def test_the_page_of_the_document_needs_no_script_and_no_network(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"X-Actor": "public"})
    assert page.status_code == 200
    assert not re.search(r"<script|<[^>]* (style|on[a-z]+)=|https?://", page.text)
