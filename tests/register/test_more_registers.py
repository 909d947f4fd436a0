"""Rules and rights of the registers of parks, buildings, transport, circular economy, land, firms and law."""

from __future__ import annotations

import json

import pytest

from .example_rows import check_rows, entered, library, read_lines

BAD = read_lines("bad_f.csv")
REGISTERS = sorted({line["register"] for line in BAD})


@pytest.mark.parametrize("register_id", REGISTERS)
def test_every_rule_is_broken_by_a_row_that_says_so(register_id: str) -> None:
    """Errors and warnings alike: a rule that nothing breaks would guard nothing."""
    register, rows = library().register(register_id), entered(register_id)
    broken = set()
    for line in (line for line in BAD if line["register"] == register_id):
        found = check_rows(register, [{**rows[line["key"]], **json.loads(line["changes"])}])
        rules = {str(finding.params["rule"]) for finding in found if finding.code == "row_rule"}
        assert not line["rule"] or line["rule"] in rules, line
        broken |= rules
    assert {rule.id for rule in register.rules} - broken == set()


@pytest.mark.parametrize("register_id", REGISTERS)
def test_somebody_else_reviews_and_the_agency_in_charge_keeps_its_rows(register_id: str) -> None:
    register = library().register(register_id)
    assert any(step.other_person for step in register.transitions)
    assert any(step.id.startswith("return") for step in register.transitions)
    writing = [grant for grant in register.access if grant.role == "agency" and "edit" in grant.actions]
    assert [grant.agency for grant in writing] == ["own"]
