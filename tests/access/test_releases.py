"""Rules of release: the closest one speaks, what is not listed is sensitive."""

from __future__ import annotations

from dafeng.access.releases import Release, find_release, general_releases, list_releases
from dafeng.pack.release_schema import Releases
from dafeng.table import frame_of


def test_the_closest_rule_speaks() -> None:
    rules = Release("*", "sensitive"), Release("a.*", "public"), Release("a.b", "internal")
    assert [find_release(name, rules).kind for name in ("a.b", "a.c", "z.z")] == [
        "internal",
        "public",
        "sensitive",
    ]
    later = *rules, Release("a.b", "sensitive"), Release("a.?", "public")
    assert find_release("a.b", later).kind == "sensitive", "a later equal rule; only * is a wildcard"
    assert find_release("a.b", ()).kind == "sensitive"
    assert find_release("A.B", rules).kind == "sensitive", "names are told apart by case"


def test_the_general_list_is_sound() -> None:
    rules = general_releases()
    assert len({rule.pattern for rule in rules}) == len(rules)
    assert find_release("nothing.like_this", rules).pattern == "*"
    assert find_release("report.html", rules).kind == "sensitive"
    assert all(rule.basis_zh and rule.basis_en for rule in rules)


def test_rules_of_a_table_keep_circle_and_origin() -> None:
    row = {
        "pattern": "a.b",
        "kind": "internal",
        "circle": "agency;city",
        "basis_zh": "依据",
        "basis_en": "basis",
    }
    (rule,) = list_releases(frame_of([row], Releases), "pack")
    assert (rule.circle, rule.origin, rule.region_by) == (frozenset({"agency", "city"}), "pack", "")
