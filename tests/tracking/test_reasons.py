"""Every reason that the rules can give stands in the table, and every reason of the table can be given."""

from __future__ import annotations

import ast
from datetime import date
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.period import parse_period
from dafeng.tracking import judging_rules, reason_texts
from dafeng.tracking.case import Case, Readings, Ruling
from dafeng.tracking.evidence import Evidence, Observation
from dafeng.tracking.rulings import rule_on

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREACHABLE = {"due_other_scope", "computed", "from_register"}
"""Composed by the same line as its siblings, but a due target with another scope only is not comparable;
the board adds to a reason that a figure is computed."""
BASE = {
    "target_id": "T", "document_id": "d", "indicator_id": "I", "value": 50.0, "lower": 40.0, "upper": 60.0,
    "unit": "%", "base_year": 2020, "target_year": 2025, "timing": "dated", "kind": "quantified",
}  # fmt: skip
COMPARATORS = sorted(terms.codes("comparator"))
KINDS = {
    **dict.fromkeys(("at_level", "in_place", "capped", "falling", "rising"), "directional"),
    "none": "parameter",
    "assigned": "assigned",
}


def seen(
    period: str, value: float, bound: str = "eq", grade: str = "A", relation: str = "same"
) -> Observation:
    return Observation("S", parse_period(period), value, bound, "%", grade, "s", relation)


EVIDENCE = [
    (),
    (seen("2025", 49.5),),
    (seen("2025", 20.0),),
    (seen("2025", 90.0),),
    (seen("2025", 10.0, "ge"),),
    (seen("2025", 90.0, grade="C"),),
    *((seen("2025", 90.0, relation=relation),) for relation in ("other_scope", "proxy", "change_only")),
    (seen("2020", 40.0), seen("2023", 41.0)),
    (seen("2020", 40.0), seen("2023", 49.0)),
    (seen("2020", 40.0), seen("2024", 30.0), seen("2025", 20.0)),
    (seen("2020", 40.0), seen("2024", 50.0), seen("2025", 60.0)),
    tuple(seen(str(year), 60.0 - year + 2020) for year in range(2020, 2026)),
    tuple(seen(str(year), 60.0 + year % 2) for year in range(2020, 2026)),
    (seen("2021..2023", 30.0),),
    (seen("2021..2025", 60.0),),
]
TIMES = [("dated", 2025), ("dated", 2030), ("undated", None), ("ambiguous", 2025), ("standing", None)]


def rulings() -> Iterator[tuple[Case, Ruling]]:
    """Rule on every combination of wording, timing, direction, indicator and evidence."""
    for comparator, (timing, year), evidence, direction, indicator in product(
        COMPARATORS, TIMES, EVIDENCE, ("up", "down", "none"), ("share", "change")
    ):
        kind = KINDS.get(comparator, "quantified")
        target = BASE | {"comparator": comparator, "kind": kind, "timing": timing, "target_year": year}
        if kind in {"directional", "assigned"}:
            target["value"] = None
        for replaced, day in (("", date(2021, 6, 1)), ("", date(2026, 11, 22)), ("N", date(2026, 11, 22))):
            case = Case(
                target, direction, indicator, Evidence(evidence), replaced, "G" if kind == "assigned" else "",
                50.0 if kind == "assigned" and direction == "up" else None, Readings(), day,
            )  # fmt: skip
            yield case, rule_on(case)
    for case in (*decided_cases(), *peak_cases()):
        yield case, rule_on(case)


def decided_cases() -> Iterator[Case]:
    """Give 左右 a decided tolerance and outcomes inside, outside and open."""
    target = BASE | {"comparator": "about"}
    for outcome in (seen("2025", 49.5), seen("2025", 40.0), seen("2025", 40.0, "ge")):
        readings = Readings(about_tolerance=0.02)
        yield Case(target, "up", "share", Evidence((outcome,)), "", "", None, readings, date(2026, 11, 22))


def peak_cases() -> Iterator[Case]:
    """Give a peak due in 2025 series that fall early, fall late, fall too shortly, or stop too soon."""
    target = BASE | {"comparator": "peak_by", "value": None}
    for turn, last in ((2020, 2034), (2028, 2040), (2024, 2027), (2020, 2025)):
        values = {year: 100.0 - 3.0 * abs(year - turn) for year in range(2010, last + 1)}
        evidence = Evidence(tuple(seen(str(year), value) for year, value in values.items()))
        yield Case(target, "peak", "flow", evidence, "", "", None, Readings(), date(last + 1, 11, 22))


def test_every_reason_is_in_the_table_and_fills_its_places() -> None:
    texts = reason_texts()
    for _, ruling in rulings():
        for language in ("zh", "en"):
            assert texts[ruling.reason][language].format(**ruling.params, in_force="N", path="N")


def test_every_reason_of_the_table_can_be_given_or_is_listed_here() -> None:
    given = {ruling.reason for _, ruling in rulings()}
    assert set(reason_texts()) - given == UNREACHABLE


def test_every_verdict_is_one_that_a_rule_allows() -> None:
    allowed: dict[str, set[str]] = {}
    for kind, verdicts in judging_rules().select("kind", "verdict").iter_rows():
        allowed.setdefault(kind, set()).update(verdicts.split(";"))
    assert set(allowed) == terms.codes("target_kind")
    for case, ruling in rulings():
        assert ruling.verdict in allowed[case.target["kind"]], (case.target, ruling)


def test_every_verdict_can_be_given() -> None:
    assert {ruling.verdict for _, ruling in rulings()} == terms.codes("verdict")


def test_a_verdict_that_compares_rests_on_a_counting_figure() -> None:
    for case, ruling in rulings():
        if ruling.verdict in {"met", "missed", "on_track", "off_track"}:
            assert ruling.observation is not None
            assert ruling.observation.counts
            assert ruling.observation.relation == "same"
        if ruling.verdict in {"met", "missed"}:
            assert case.due
        if ruling.verdict in {"on_track", "off_track", "not_yet_due"}:
            assert not case.due or ruling.reason == "period_not_begun"


def test_numbers_are_finite() -> None:
    for _, ruling in rulings():
        for number in (ruling.gap, ruling.required, ruling.needed_per_year):
            assert number is None or abs(number) < 1e6


def test_the_code_names_no_reason_that_is_not_in_the_table() -> None:
    """Literal reasons in the source, so that a rule added later cannot slip by this list of cases."""
    source = files("dafeng.tracking").joinpath("rulings.py").read_text("utf-8")
    literal: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Ruling" and len(node.args) > 1:
            literal |= {n.value for n in ast.walk(node.args[1]) if isinstance(n, ast.Constant) and n.value}
    whole = {text for text in literal if isinstance(text, str) and not text.endswith("_")}
    known: set[Any] = set(reason_texts()) | {"not_due", "due", "comparator"} | terms.codes("comparator")
    assert whole - known == set()
