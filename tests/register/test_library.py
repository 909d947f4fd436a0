"""Register files: every defect is told with its key path; registers fit together and to the pack."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.register.made_registers import GROUPS, PLANTS, library

from dafeng.errors import InputRefused
from dafeng.register.library import parse_register, read_library
from dafeng.register.schema import register_json_schema

if TYPE_CHECKING:
    from dafeng.pack import Pack

TABLES = {
    "systems": pl.DataFrame({"system_id": ["S1"], "name_zh": ["系统"], "name_en": ["System"]}),
    "sources": pl.DataFrame({"source_id": ["paper"]}),
}


def defects(text: str, name: str = "groups.toml") -> dict[str, str]:
    with pytest.raises(InputRefused) as caught:
        parse_register(text, name)
    assert {finding.place.file for finding in caught.value.findings} == {name}
    assert caught.value.text("zh") != caught.value.text("en")
    return {finding.place.column: finding.code for finding in caught.value.findings}


def misfits(groups: str = GROUPS, plants: str = PLANTS) -> dict[str, str]:
    with pytest.raises(InputRefused) as caught:
        library(TABLES, groups=groups, plants=plants)
    return {f"{f.place.file}:{f.place.column}": f.code for f in caught.value.findings}


def test_toml_and_json_are_the_same_register() -> None:
    data = tomllib.loads(PLANTS)
    assert parse_register(PLANTS, "plants.toml") == parse_register(json.dumps(data), "plants.json")


def test_every_shipped_register_is_read(shanxi: Pack) -> None:
    found = read_library(shanxi.registers, shanxi.tables, shanxi.boundaries)
    assert list(found.registers) == sorted(found.registers)
    assert len(found.registers) >= 25
    assert found.box is not None


def test_an_unknown_register_suggests_a_near_one() -> None:
    with pytest.raises(InputRefused, match="did you mean plants"):
        library().register("plant")


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ('zh = "集团名录"\n', "", "zh", "register_key_missing"),
        ('key = ["code"]', 'key = ["code"]\nkeys = 3', "keys", "register_key_unknown"),
        ('key = ["code"]', "key = []", "key", "register_value"),
        ('key = ["code"]', 'key = ["cod"]', "key", "register_name_unknown"),
        ('key = ["code"]', 'key = ["name", "limit"]', "key", "register_unfit"),
        ('id = "groups"', 'id = "group"', "id", "register_id_differs"),
        ('unit = "10^4 t"', 'uint = "10^4 t"', "fields.limit.uint", "register_key_unknown"),
        (', unit = "10^4 t"', "", "fields.limit.unit", "register_unfit"),
        ('kind = "number"', 'kind = "numeric"', "fields.limit.kind", "register_value"),
        ("max_length = 8", 'max_length = "8"', "fields.code.max_length", "register_value"),
        ("max_length = 8", "max_length = 0", "fields.code.max_length", "register_value"),
        ("required = true }", 'required = "yes" }', "fields.name.required", "register_value"),
        ('unit = "10^4 t"', 'unit = "t", low = nan', "fields.limit.low", "register_value"),
        ('unit = "10^4 t"', 'unit = "t", low = 3, high = 2', "fields.limit.high", "register_unfit"),
        ('id = "limit"', 'id = "class"', "fields.class.id", "register_unfit"),
        ('id = "limit"', 'id = "state"', "fields.state.id", "register_unfit"),
        ('id = "limit"', 'id = "name"', "fields", "register_name_twice"),
        ('code = "private"', 'code = "state"', "fields.kind.choices", "register_name_twice"),
        ('target = "shut"', 'target = "gone"', "transitions.shut", "register_name_unknown"),
        ('sources = ["open"]', 'sources = ["shut"]', "transitions.shut", "register_unfit"),
        ('actions = ["see", "add"]', 'actions = ["look"]', "access.1.actions.1", "register_value"),
        ('label = "name"', 'label = "nam"', "label", "register_name_unknown"),
    ],
)
def test_a_defect_is_told_with_its_key_path(old: str, new: str, path: str, code: str) -> None:
    assert old in GROUPS
    assert defects(GROUPS.replace(old, new, 1)).get(path) == code


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("id = ", "groups.toml", "register_unreadable"), ("{", "groups.json", "register_unreadable"),
        ('{"id": "a", "id": "b"}', "groups.json", "register_unreadable"),
        ("[" * 100_000, "groups.json", "register_unreadable"),
        ("a = " + "[" * 5_000, "groups.toml", "register_unreadable"),
        ("x" * 2**21, "groups.toml", "register_too_long"),
        ("id: groups", "groups.yaml", "register_suffix"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_register(text: str, name: str, code: str) -> None:
    assert list(defects(text, name).values()) == [code]


def test_a_json_text_that_is_no_table() -> None:
    assert defects("[]", "groups.json") == {"": "register_value"}


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ('link = "groups"', 'link = "group"', "fields.parent.link", "register_id_unknown"),
        ('held_in = "parent.name"', 'held_in = "parent.nam"', "fields.parent_name.held_in",
        "register_id_unknown"),
        ('held_in = "parent.name"', 'held_in = "name.parent"', "fields.parent_name.held_in",
        "register_unfit"),
        ('held_in = "parent.name"', 'held_in = "parent.limit"', "fields.parent_name.held_in",
        "register_unfit"),
        ('unit = "kg"', 'unit = "no_unit"', "lists.years.burnt.unit", "unit_unknown"),
        ('unit = "year", expr', 'unit = "no_unit", expr', "formulas.age.unit", "unit_unknown"),
        ('roles = ["reviewer"]', 'roles = ["king"]', "transitions.finish.roles", "register_id_unknown"),
        ('role = "agency"', 'role = "agent"', "access.1.role", "register_id_unknown"),
        ('en = "A test"\n', 'en = "A test"\nsource_id = "book"\n', "basis.source_id", "register_id_unknown"),
        ('label = "name"', 'label = "name"\nsystem_ids = ["S2"]', "system_ids", "register_id_unknown"),
        ('expr = "closed >= opened"', 'expr = "days(opened, closed)"', "rules.order.expr", "register_unfit"),
        ('expr = "closed >= opened"', 'expr = "closed >="', "rules.order.expr",
        "register_expression_unreadable"),
        ('when = "coal > 0 or flag"', 'when = "coal > share"', "transitions.send.when", "unit_mismatch"),
        ('expr = "coal - parent.limit"', 'expr = "coal - parent.lim"', "formulas.over_limit.expr",
        "register_expression_name"),
        ('expr = "year(today) - built"', 'expr = "over_limit / coal"', "formulas.age.expr",
        "register_expression_name"),
        ('date = "years.year"', 'date = "years.burnt"', "measures.burnt.date", "register_unfit"),
        ('date = "years.year"', "", "measures.burnt.date", "register_unfit"),
        ('date = "years.year"', 'date = "years.yaer"', "measures.burnt.date", "register_id_unknown"),
        ('kind = "flow"', 'kind = "stock"', "measures.burnt.start", "register_unfit"),
        ("rows = \"state != 'draft'\"", "rows = \"state != 'draf'\"", "measures.coal_of_kind",
        "register_expression_code"),
        ('expr = "sum(years.burnt, years.ok)"', 'expr = "first(years.burnt)"', "measures.burnt",
        "register_expression_sense"),
        ('expr = "sum(years.burnt, years.ok)"', 'expr = "coal"', "measures.burnt",
        "register_expression_sense"),
        ('region = "county"\n', '', "measures.coal_of_kind.by_region", "register_unfit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_told(old: str, new: str, path: str, code: str) -> None:
    text = PLANTS
    if "by_region" in path:
        text = text.replace(
            "rows = \"state != 'draft'\"", 'rows = "state != \'draft\'"\nby_region = "city"', 1
        )
    assert old in text
    assert misfits(plants=text.replace(old, new, 1)).get(f"plants.toml:{path}") == code


def test_a_link_needs_a_key_of_one_code() -> None:
    text = GROUPS.replace('key = ["code"]', 'key = ["code", "name"]')
    assert misfits(groups=text) == {
        "plants.toml:fields.parent.link": "register_unfit",
        "plants.toml:lists.years.buyer.link": "register_unfit",
    }


def test_what_is_held_elsewhere_is_not_held_there_from_a_third_place() -> None:
    text = GROUPS.replace(
        '{ id = "limit"',
        '{ id = "above", zh = "上级", en = "Above", kind = "link", link = "groups" },\n'
        '  { id = "top", zh = "顶", en = "Top", held_in = "above.name" },\n  { id = "limit"',
    )
    chained = PLANTS.replace('held_in = "parent.name"', 'held_in = "parent.top"')
    assert misfits(groups=text, plants=chained) == {
        "plants.toml:fields.parent_name.held_in": "register_unfit"
    }
    assert library(groups=text)  # a register may point to itself


def test_registers_do_not_link_in_a_circle() -> None:
    field = '{ id = "best", zh = "最佳", en = "Best", kind = "link", link = "plants" },'
    text = GROUPS.replace('{ id = "limit"', field + '\n  { id = "limit"')
    assert set(misfits(groups=text).values()) == {"register_cycle"}


def test_of_two_files_of_one_register_the_later_counts() -> None:
    texts = {"a/groups.toml": GROUPS, "b/groups.toml": GROUPS.replace("集团名录", "集团")}
    assert read_library(texts, {}).register("groups").zh == "集团"


def test_all_files_are_told_at_once() -> None:
    with pytest.raises(InputRefused) as caught:
        read_library({"a.toml": "id = ", "b.toml": "id = "}, {})
    assert [finding.place.file for finding in caught.value.findings] == ["a.toml", "b.toml"]


def test_the_json_schema_names_every_key() -> None:
    schema = register_json_schema()
    assert schema["additionalProperties"] is False
    assert {"fields", "measures", "basis"} <= set(schema["properties"])
    assert "Name of the column." in json.dumps(schema)
