"""Scenarios: unknown keys are errors, and a child takes from its parent what it leaves open."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from dafeng.errors import InputRefused
from dafeng.scenario import Scope, inherit_scenario, parse_scenario, resolve_scenario

HEAD = 'id = "{}"\nname_zh = "甲"\nname_en = "A"\nfirst_year = 2025\nlast_year = 2060\n'
PARENT = (
    HEAD.format("parent")
    + """
weather = "w2020"
seed = 7
[scope]
boundary = "consumption"
gases = "all"
[prices]
coal_cny_2020_per_t = 700
gas_cny_2020_per_m3 = 2.5
[[levers]]
id = "wind"
start = 2025
end = 2030
value = 50
[[levers]]
id = "steel"
start = 2025
end = 2035
shape = "s_curve"
value = -0.2
"""
)


def keys_of(text: str) -> set[str]:
    with pytest.raises(InputRefused) as caught:
        parse_scenario(text, "s.toml")
    assert {(f.code, f.place.file) for f in caught.value.findings} == {("setting_invalid", "s.toml")}
    return {str(f.params["key"]) for f in caught.value.findings}


def test_what_is_written_is_what_is_read() -> None:
    parent = parse_scenario(PARENT, "p")
    assert parent.scope == Scope(boundary="consumption", gases="all")
    assert parent.scope.power_export == "included"
    assert [(lever.id, lever.shape, lever.value) for lever in parent.levers] == [
        ("wind", "linear", 50), ("steel", "s_curve", -0.2),
    ]  # fmt: skip


def test_unknown_keys_are_refused_wherever_they_stand() -> None:
    text = (
        PARENT.replace("weather = ", "wether = ")
        .replace('gases = "all"', 'gas = "all"')
        .replace("start = 2025\nend = 2030", "begin = 2025\nend = 2030")
    )
    assert keys_of(text) == {"wether", "scope.gas", "levers.0.begin", "levers.0.start"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("last_year = 2060", "last_year = 2020", "-"),
        ("first_year = 2025", "first_year = 1889", "first_year"),
        ("seed = 7", "seed = -1", "seed"),
        ('boundary = "consumption"', 'boundary = "imports"', "scope.boundary"),
        ("end = 2030", "end = 2024", "levers.0"),
        ('id = "steel"', 'id = "wind"', "-"),
        ("value = 50", "value = nan", "levers.0.value"),
        ("= 700", "= inf", "prices.coal_cny_2020_per_t"),
        ("value = 50", 'value = "much"', "levers.0.value"),
        ("value = 50", "value = 2e12", "levers.0.value"),
        ("value = -0.2", "value = -0.2\nthen = -1e308", "levers.1.then"),
        ('id = "parent"', 'id = "父"', "id"),
        ('id = "parent"', 'id = "1a"', "id"),
        ('id = "parent"', f'id = "{"a" * 65}"', "id"),
        ('name_zh = "甲"', f'name_zh = "{"甲" * 201}"', "name_zh"),
    ],
)
def test_each_rule(old: str, new: str, key: str) -> None:
    assert old in PARENT
    assert keys_of(PARENT.replace(old, new, 1)) == {key}


@pytest.mark.parametrize(
    "text",
    ["id = ", "id = " + "[" * 5000 + "]" * 5000, "id = " + "{a=" * 5000, "seed = " + "9" * 5000],
    ids=["cut off", "brackets", "braces", "digits"],
)
def test_broken_toml(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_scenario(text, "s.toml")
    assert caught.value.findings[0].code == "toml_invalid"


def test_a_child_takes_over_what_it_leaves_open() -> None:
    child = parse_scenario(HEAD.format("child") + 'inherits = "parent"\n', "c")
    merged = inherit_scenario(child, parse_scenario(PARENT, "p"))
    parent = parse_scenario(PARENT, "p")
    assert merged.model_dump(exclude={"id", "inherits"}) == parent.model_dump(exclude={"id", "inherits"})
    assert (merged.id, merged.inherits) == ("child", "")


def test_levers_prices_and_axes_are_inherited_one_by_one() -> None:
    text = (
        HEAD.format("child")
        + """
inherits = "parent"
seed = 0
[scope]
process = "energy_only"
[prices]
coal_cny_2020_per_t = 900
[[levers]]
id = "steel"
start = 2026
end = 2040
value = -0.4
[[levers]]
id = "heat"
start = 2026
end = 2040
value = 1
"""
    )
    merged = inherit_scenario(parse_scenario(text, "c"), parse_scenario(PARENT, "p"))
    assert merged.scope == Scope(boundary="consumption", gases="all", process="energy_only")
    assert merged.prices == {"coal_cny_2020_per_t": 900, "gas_cny_2020_per_m3": 2.5}
    assert {lever.id: lever.value for lever in merged.levers} == {"wind": 50, "steel": -0.4, "heat": 1}
    assert (merged.seed, merged.weather) == (0, "w2020")


def test_a_scenario_cannot_be_changed() -> None:
    parent = parse_scenario(PARENT, "p")
    with pytest.raises(ValidationError):
        parent.seed = 3  # type: ignore[misc]


def test_a_ring_is_refused_but_a_file_may_bear_the_id_of_its_parent() -> None:
    first = parse_scenario(HEAD.format("first") + 'inherits = "second"\n', "f")
    second = parse_scenario(HEAD.format("second") + 'inherits = "first"\n', "s")
    known = {"first": first, "second": second}
    own = parse_scenario(HEAD.format("parent") + 'inherits = "parent"\nseed = 3\n', "own")
    for ring, others in ((first, known), (own, {"parent": own}), (own, known | {"parent": second})):
        with pytest.raises(InputRefused) as caught:
            resolve_scenario(ring, others)
        assert caught.value.findings[0].code == "scenario_circular"
    found = resolve_scenario(own, {"parent": parse_scenario(PARENT, "p")})
    assert (found.id, found.seed, found.weather, len(found.levers)) == ("parent", 3, "w2020", 2)
