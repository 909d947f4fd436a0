"""Grades, hashes."""

from __future__ import annotations

import pytest

from dafeng import terms
from dafeng.provenance import Grade, hash_bytes, hash_json, worst_grade


def test_grades_are_the_vocabulary_and_only_two_count() -> None:
    assert {grade.value for grade in Grade} == terms.codes("grade")
    assert {grade.value for grade in Grade if grade.counts} == {"A", "B"}


@pytest.mark.parametrize(
    ("grades", "worst"),
    [([], None), (["A"], "A"), (["B", "A"], "B"), (["A", "X", "C"], "X"), (["C", "B"], "C")],
)
def test_the_weakest_grade_wins(grades: list[str], worst: str | None) -> None:
    assert worst_grade(grades) == worst
    assert worst_grade(iter(grades)) == worst


def test_an_unknown_grade_is_no_grade() -> None:
    with pytest.raises(ValueError, match="Z"):
        worst_grade(["A", "Z"])


def test_hash_is_sha_256() -> None:
    # FIPS 180-2, appendix B.1
    assert hash_bytes(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_hash_of_json_forgets_the_order_of_keys_and_nothing_else() -> None:
    assert hash_json({"a": 1, "b": "晋"}) == hash_json({"b": "晋", "a": 1})
    assert hash_json({"a": [1, 2]}) != hash_json({"a": [2, 1]})
    assert hash_json({"a": 1}) != hash_json({"a": "1"})
    assert hash_json({"a": "晋"}) == hash_bytes('{"a":"晋"}'.encode())
