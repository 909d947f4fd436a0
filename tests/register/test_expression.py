"""Expressions of registers: what can be written, what units come out, what is refused and how."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from tests.register.made_registers import library

from dafeng.errors import InputRefused
from dafeng.register.compute import (
    combine_parts,
    compute_formulas,
    compute_volatile,
    evaluate,
    explode_lines,
    linked_keys,
    needed_links,
    values_of,
)
from dafeng.register.expression import names_in, parse_expression
from dafeng.register.expression_compile import compile_expression, compile_formula, compile_measure
from dafeng.register.model import Formula
from dafeng.register.schema import entered_schema, rows_frame, schema_of, stored_formulas, volatile_formulas

LIBRARY = library()
PLANTS = LIBRARY.register("plants")
TODAY = date(2026, 11, 22)
YEARS = [
    {"year": 2025, "burnt": 3000.0, "kind": "b", "day": "2025-03-01", "ok": True},
    {"year": 2024, "burnt": 1000.0, "kind": "a", "day": "2024-03-01", "ok": True},
]
ROW = {
    "code": "p", "name": "大厂", "coal": 20_000.0, "coke": 1.5, "share": 40.0, "kilns": 3, "kind": "a",
    "tags": "x;y",
    "opened": "2024-01-31", "closed": "2024-02-29", "built": 2001, "flag": True, "parent": "g",
    "month": "2024-06", "years": YEARS,
}  # fmt: skip
LINKED = {
    "groups": rows_frame(
        [{"code": "g", "name": "集团", "limit": 1.2, "kind": "state"}],
        entered_schema(LIBRARY.register("groups")),
    )
}


def value(text: str, **changed: object) -> Any:
    frame = rows_frame([{**ROW, **changed}], entered_schema(PLANTS))
    return evaluate(text, PLANTS, LIBRARY, frame, LINKED, TODAY)[0]


def formula(expr: str, unit: str = "1", kind: str = "number") -> float:
    made = Formula.model_validate(
        {"id": "made", "zh": "算", "en": "Made", "unit": unit, "expr": expr, "kind": kind}
    )
    frame = rows_frame([ROW], entered_schema(PLANTS))
    found = values_of(compile_formula(made, PLANTS, LIBRARY), PLANTS, LIBRARY, frame, LINKED, TODAY)
    return float(found[0])


def refusal(text: str, *, unit: str = "") -> str:
    with pytest.raises(InputRefused) as caught:
        _ = formula(text, unit) if unit else compile_expression(text, PLANTS, LIBRARY)
    assert caught.value.text("zh") != caught.value.text("en")
    return caught.value.findings[0].code


@pytest.mark.parametrize(
    ("expr", "unit", "wanted"),
    [
        ("coal + coke", "t", 35_000.0),  # 20,000 t + 15,000 t
        ("coke + coal", "10^4 t", 3.5),
        ("coal * share", "t", 8_000.0),  # 40 %
        ("share * share", "%", 16.0),
        ("coal / coke", "1", 4 / 3),
        ("coal / coke", "%", 400 / 3),  # a ratio becomes % by itself
        ("percent(coal / coke)", "%", 400 / 3),
        ("1 - coal / coke", "%", -100 / 3),
        ("coal - parent.limit", "t", 8_000.0),
        ("coal - sum(years.burnt)", "t", 19_996.0),  # 4,000 kg
        ("coal - 5000", "10^4 t", 1.5),  # the bare number is in t
        ("coke + 2", "t", 35_000.0),  # … and here in 10^4 t
        ("quantity(2.66, 'tCO2/tce') * quantity(1000, 'kgce')", "tCO2", 2.66),
        ("quantity(9, 'MW') * quantity(2, 'h')", "10^4 kWh", 1.8),
        ("coal * quantity(300, '元/吨')", "10^4 CNY", 600.0),
        ("round(coal / 7, 1)", "10^4 t", 0.3),  # rounded in the unit of the result: 0.2857
        ("year(today) - built", "year", 25.0),
        ("year(today) - built", "1", 25.0),
        ("days(opened, closed)", "day", 29.0),
        ("days(opened, closed) / quantity(1, 'day')", "1", 29.0),
        ("months(opened, closed)", "month", 0.0),
        ("mean(years.burnt)", "t", 2.0),
        ("kilns * 2", "1", 6.0),
        ("least(coal, coke)", "t", 15_000.0),
    ],
)
def test_units(expr: str, unit: str, wanted: float) -> None:
    assert formula(expr, unit) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("first(years.burnt)", 1000.0), ("last(years.burnt)", 3000.0),
        ("count(years, years.kind == 'a')", 1.0),
        ("max(years.day)", date(2025, 3, 1)), ("sum(years.burnt, years.year > 2025)", None),
        ("count(years, years.year > 2025)", 0.0), ("sum(years.burnt / sum(years.burnt))", 1.0),
        ("contains(tags, 'x')", True), ("contains(name, '厂')", True), ("starts(name, '厂')", False),
        ("contains(coalesce(tags, ''), 'xx')", False), ("1 < kilns <= 3", True),
        ("kind not in ('b', 'c')", True),
        ("year(month)", 2024.0), ("round(2.5)", 3.0), ("round(-0.125, 2)", -0.13),
        ("parent.kind == 'state'", True),
        ("parent_name == '集团'", True), ("coal / 0", None), ("coal * 1e308 * 1e308", None),
        ("missing(coal / 0)", True), ("months(closed, opened)", 0.0), ("state == 'draft'", True),
        ("'大' if flag else name", "大"), ("parent.state", None), ("coal_left", 1.9996), ("age", 25.0),
    ],
)  # fmt: skip
def test_values(text: str, wanted: object) -> None:
    if text == "parent.state":
        rows = rows_frame([{"code": "g", "state": "open"}], schema_of(LIBRARY.register("groups")))
        frame = rows_frame([ROW], entered_schema(PLANTS))
        assert evaluate(text, PLANTS, LIBRARY, frame, {"groups": rows})[0] == "open"
        return
    found = value(text)
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(
    ("months", "first", "second"),
    [(1, "2024-01-31", "2024-03-01"), (0, "2024-01-31", "2024-02-29"), (12, "2023-05-05", "2024-05-05"),
     (-12, "2024-05-05", "2023-05-05"), (-11, "2024-05-05", "2023-05-06")],
)  # fmt: skip
def test_whole_months(months: int, first: str, second: str) -> None:
    assert value(f"months(date('{first}'), date('{second}'))") == months


@pytest.mark.parametrize(
    ("changed", "text", "wanted"),
    [
        ({"coal": None}, "coal > 0 or flag", True), ({"coal": None}, "coal > 0 and not flag", False),
        ({"coal": None}, "coal > 0 and flag", None), ({"coal": None}, "coal == coal", None),
        ({"coal": None}, "1 if coal > 0 else 2", None), ({"coal": None}, "coalesce(coal, 0) == 0", True),
        ({"years": []}, "sum(years.burnt)", None), ({"years": None}, "count(years)", 0.0),
        ({"years": [{**YEARS[0], "burnt": None}, YEARS[1]]}, "sum(years.burnt)", None),
        ({"years": [{**YEARS[0], "burnt": None}, YEARS[1]]}, "sum(years.burnt, years.kind == 'a')", 1000.0),
        ({"years": [{**YEARS[0], "kind": None}, YEARS[1]]}, "sum(years.burnt, years.kind == 'a')", 1000.0),
        ({"parent": "nobody"}, "coal > parent.limit", None),
        ({"opened": "2024-02-30"}, "missing(opened)", True),
        ({"years": [{**YEARS[0], "burnt": None}]}, "last(years.burnt)", None),
    ],
)  # fmt: skip
def test_missing_is_missing(changed: dict[str, object], text: str, wanted: object) -> None:
    assert value(text, **changed) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("coal +", "register_expression_unreadable"), ("", "register_expression_unreadable"),
        ("coal; coke", "register_expression_unreadable"), ("class == 1", "register_expression_unreadable"),
        ("lambda: coal", "register_expression_part"), ("coal ** 9", "register_expression_part"),
        ("__import__('os').system('ls')", "register_expression_part"),
        ("coal.__class__", "register_expression_part"),
        ("coal.a.b", "register_expression_part"), ("[c for c in coal]", "register_expression_part"),
        ("f'{coal}'", "register_expression_part"), ("1e999", "register_expression_part"),
        ("9" * 390, "register_expression_part"), ("None", "register_expression_part"),
        ("b'x'", "register_expression_part"), ("sum(years.burnt, x=1)", "register_expression_part"),
        ("sum(*years)", "register_expression_part"), ("eval('1')", "register_expression_part"),
        ("kind in tags", "register_expression_part"), ("coal is coke", "register_expression_part"),
        ("(coal := 1)", "register_expression_part"),
        ("1+" * 300 + "1", "register_expression_long"),
        ("abs(" * 60 + "1" + ")" * 60, "register_expression_long"),
        ("-" * 60 + "1", "register_expression_long"), ("cole", "register_expression_name"),
        ("years.brunt", "register_expression_name"), ("parent.lmit", "register_expression_name"),
        ("parent.parent", "register_expression_name"), ("coal + kind", "register_expression_sense"),
        ("coal and flag", "register_expression_sense"), ("name > 'a'", "register_expression_sense"),
        ("opened <= '2024-01-01'", "register_expression_sense"), ("opened + 1", "register_expression_sense"),
        ("years.burnt + 1", "register_expression_sense"), ("sum(coal)", "register_expression_sense"),
        ("count(coal)", "register_expression_sense"), ("round(coal, kilns)", "register_expression_sense"),
        ("date('2024-02-30')", "register_expression_sense"), ("date(name)", "register_expression_sense"),
        ("contains(name, kind)", "register_expression_sense"),
        ("flag in (1, 2)", "register_expression_sense"),
        ("kind == 'd'", "register_expression_code"), ("kind in ('a', 'd')", "register_expression_code"),
        ("state == 'drafted'", "register_expression_code"),
        ("contains(tags, 'z')", "register_expression_code"),
        ("parent.kind == 'a'", "register_expression_code"), ("coal > share", "unit_mismatch"),
        ("coal + kilns", "unit_mismatch"), ("coal * coke > 3", "register_expression_sense"),
        ("quantity(1, 'no_unit')", "unit_unknown"), ("quantity(coal, 't')", "register_expression_sense"),
        ("year(coal)", "register_expression_sense"), ("days(opened, coal)", "register_expression_sense"),
    ],
)  # fmt: skip
def test_refused(text: str, code: str) -> None:
    assert refusal(text) == code


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("coal", "MW", "unit_mismatch"), ("coal * coke", "t", "unit_mismatch"),
        ("coal", "%", "unit_mismatch"),
        ("100 * coal / coke", "%", "register_expression_sense"), ("name", "t", "register_expression_sense"),
        ("made + coal", "t", "register_expression_name"),
    ],
)  # fmt: skip
def test_formulas_of_another_unit_or_kind_are_refused(text: str, unit: str, code: str) -> None:
    assert refusal(text, unit=unit) == code


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(InputRefused, match="did you mean coal"):
        compile_expression("coall > 1", PLANTS, LIBRARY)


def test_names() -> None:
    found = names_in(parse_expression("sum(years.burnt) / coal if flag else kilns in (1, 2)"))
    assert sorted(map(str, found)) == ["coal", "flag", "kilns", "years.burnt"]


def test_what_is_stored_and_what_is_computed_on_read() -> None:
    assert [f.id for f in stored_formulas(PLANTS)] == ["coal_left", "last_day"]
    assert [f.id for f in volatile_formulas(PLANTS)] == ["age", "over_limit"]
    assert needed_links(PLANTS) == {"groups"}
    columns = list(schema_of(PLANTS))
    assert "parent_name" not in columns
    assert columns[-3:] == ["coal_left", "last_day", "years"]


def test_formulas_of_rows() -> None:
    stored = compute_formulas(PLANTS, None, rows_frame([ROW, {"code": "q"}], entered_schema(PLANTS)))
    assert stored["coal_left"].to_list() == [pytest.approx(1.9996), None]
    assert stored["last_day"].to_list() == ["2025-03-01", None]
    read = compute_volatile(PLANTS, LIBRARY, stored, LINKED, TODAY)
    assert read["parent_name"].to_list() == ["集团", None]
    assert read["over_limit"].to_list() == [pytest.approx(8000.0), None]
    assert read["age"].to_list() == [25.0, None]
    assert compute_volatile(PLANTS, LIBRARY, read, LINKED, TODAY).equals(read)


def test_codes_and_places_are_stored_in_one_spelling() -> None:
    row = {"code": "p", "tags": "y;x;y", "place": "112.5, 37.8"}
    made = compute_formulas(PLANTS, None, rows_frame([row], entered_schema(PLANTS)))
    assert made["tags"][0] == "x;y"
    lists = [[{**YEARS[0], "marks": "y;x"}, {**YEARS[1], "marks": None}], [], None]
    rows = rows_frame([{"code": "p", "years": lines} for lines in lists], entered_schema(PLANTS))
    stored = compute_formulas(PLANTS, None, rows)["years"].to_list()
    assert [[line["marks"] for line in lines or []] for lines in stored] == [["x;y", None], [], []]
    assert stored[2] is None
    assert made["place"][0] == '{"type":"Point","coordinates":[112.5,37.8]}'


def test_keys_that_rows_and_lines_point_to() -> None:
    rows = rows_frame([{"parent": "g"}, {"years": [{"buyer": "h"}, {"buyer": None}]}], entered_schema(PLANTS))
    assert linked_keys(PLANTS, rows) == {"groups": {"g", "h"}}
    assert linked_keys(PLANTS, rows[:0]) == {"groups": set()}


def test_a_figure_over_rows() -> None:
    made = compile_measure(PLANTS.measures[0], PLANTS, LIBRARY)
    assert [(part.function, part.unit) for part in made.parts] == [("sum", "t"), ("sum", "10^4 t")]
    assert made.rows is not None
    frame = pl.DataFrame({"part_0": [30_000.0, None], "part_1": [4.0, 4.0]})
    # 3 x 10^4 t / 2 + 0.5 x 4 x 10^4 t
    assert combine_parts(made.whole, frame).to_list() == [pytest.approx(3.5), None]


def test_a_figure_over_lines() -> None:
    made = compile_measure(PLANTS.measures[1], PLANTS, LIBRARY)
    assert made.list_id == "years"
    lines = explode_lines(rows_frame([ROW, {"code": "q"}], entered_schema(PLANTS)), "years")
    assert lines.height == 2
    (part,) = made.parts
    assert part.value is not None
    assert values_of(part.value, PLANTS, LIBRARY, lines, LINKED).to_list() == [3000.0, 1000.0]
    assert combine_parts(made.whole, pl.DataFrame({"part_0": [4000.0]}))[0] == pytest.approx(4.0)


def test_no_rows_give_no_values() -> None:
    frame = rows_frame([], entered_schema(PLANTS))
    assert len(evaluate("sum(years.burnt) + 1", PLANTS, LIBRARY, frame, LINKED, TODAY)) == 0
    assert len(evaluate("1", PLANTS, LIBRARY, frame, LINKED, TODAY)) == 0
