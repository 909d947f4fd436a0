"""The language of formulas: what may be written, what units make of it, what a value carries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.errors import InputRefused, UnitError
from dafeng.tracking.formula import MAX_LENGTH, names_in, parse_formula
from dafeng.tracking.formula_units import convert_formula
from dafeng.tracking.formula_values import Evaluation, Figure, combine

if TYPE_CHECKING:
    from collections.abc import Mapping


def value(formula: str, figures: Mapping[str, Mapping[int, Figure]], year: int) -> Figure | None:
    return Evaluation(lambda name, when: figures.get(name, {}).get(when)).value(parse_formula(formula), year)


def plain(**series: Mapping[int, float]) -> dict[str, dict[int, Figure]]:
    return {name: {year: Figure(v) for year, v in values.items()} for name, values in series.items()}


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("", "formula_unreadable"),
        ("a +", "formula_unreadable"),
        ("a b", "formula_unreadable"),
        ("a\x00", "formula_unreadable"),
        ("1 + 2", "formula_without_name"),
        ("a ** 9", "formula_part_unknown"),
        ("a % b", "formula_part_unknown"),
        ("a if b else c", "formula_part_unknown"),
        ("a < b", "formula_part_unknown"),
        ("[a]", "formula_part_unknown"),
        ("a[0]", "formula_part_unknown"),
        ("'text' + a", "formula_part_unknown"),
        ("a + True", "formula_part_unknown"),
        ("a + 2j", "formula_part_unknown"),
        ("a + 1e999", "formula_part_unknown"),
        (f"a + {'9' * 390}", "formula_part_unknown"),
        ("a.real", "formula_part_unknown"),
        ("accounts.co2.real", "formula_part_unknown"),
        ("registers.ovens", "formula_part_unknown"),
        ("registers.ovens.share.real", "formula_part_unknown"),
        ("other.ovens.share", "formula_part_unknown"),
        ("(lambda: a)()", "formula_part_unknown"),
        ("__import__('os')", "formula_part_unknown"),
        ("percent(a, b)", "formula_part_unknown"),
        ("percent(x=a)", "formula_part_unknown"),
        ("change(a, b)", "formula_part_unknown"),
        ("change(a, True)", "formula_part_unknown"),
        ("at(a, 20)", "formula_part_unknown"),
        ("at(a, 2020.0)", "formula_part_unknown"),
        ("a" * (MAX_LENGTH + 1), "formula_too_long"),
        ("-" * 60 + "a", "formula_too_long"),
        ("+".join(["a"] * 190), "formula_too_long"),
        ("(" * 250 + "a" + ")" * 250, "formula_too_long"),
    ],
)  # fmt: skip
def test_what_cannot_be_written(formula: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_formula(formula)
    (finding,) = refused.value.findings
    assert finding.code == code
    assert finding.text("zh") != finding.text("en")


def test_names_of_series_and_accounts() -> None:
    node = parse_formula("previous(a) - at(accounts.b, 2020) * sum_years(-c, 2021) / 2")
    assert names_in(node) == {"a", "accounts.b", "c"}


@pytest.mark.parametrize(
    ("formula", "year", "expected", "since"),
    [
        ("a + b * 2 - a / b", 2021, 3 + 8 - 0.75, None),
        ("-a", 2021, -3, None),
        ("percent(a / b)", 2021, 75, None),
        ("previous(a)", 2022, 3, None),
        ("previous(previous(a))", 2022, 2, None),
        ("a - previous(a)", 2022, 3, None),
        ("at(a, 2020)", 2022, 2, 2021),
        ("change(a, 2020)", 2022, 200, 2021),
        ("sum_years(a, 2021)", 2022, 9, 2021),
        ("sum_years(a, 2021)", 2021, 3, 2021),
        ("sum_years(a - previous(a), 2021)", 2022, 4, 2021),
    ],
)
def test_functions(formula: str, year: int, expected: float, since: int | None) -> None:
    figures = plain(a={2020: 2.0, 2021: 3.0, 2022: 6.0}, b={2021: 4.0, 2022: 0.0})
    node = convert_formula(
        parse_formula(formula), {"a": "1", "b": "1"}, "%" if formula[:2] in {"pe", "ch"} else "1"
    )
    made = Evaluation(lambda name, when: figures[name].get(when)).value(node, year)
    assert made is not None
    assert made.value == pytest.approx(expected)
    assert made.since == since


@pytest.mark.parametrize(
    ("formula", "year"),
    [
        ("a + b", 2020),  # b is missing
        ("a / b", 2022),  # a divisor of zero
        ("change(a, 2020)", 2020),  # no span yet
        ("change(a, 2021)", 2020),  # before the base
        ("at(a, 2022)", 2021),  # a year ahead
        ("change(b, 2022)", 2023),  # no rate from zero
        ("sum_years(b, 2019)", 2022),  # a year of the sum is missing
        ("sum_years(a, 2021)", 2020),
        ("previous(a)", 2020),
        ("a * 1e308 * 1e308", 2020),  # no number any more
    ],
)
def test_what_has_no_value(formula: str, year: int) -> None:
    figures = plain(a={2020: 2.0, 2021: 3.0, 2022: 6.0}, b={2021: 4.0, 2022: 0.0, 2023: 1.0})
    assert value(formula, figures, year) is None


def test_a_long_chain_of_sums_ends_soon() -> None:
    figures = plain(a=dict.fromkeys(range(1949, 2101), 1.0))
    formula = "sum_years(" * 19 + "a" + ", 1949)" * 19
    made = value(formula, figures, 2100)
    assert made is not None
    assert made.since == 1949


def test_a_value_carries_the_worst_and_latest_of_its_operands() -> None:
    one = Figure(1.0, "eq", "A", date(2021, 3, 1), sources=frozenset({"x"}))
    other = Figure(2.0, "about", "C", date(2022, 5, 1), assumed=True, sources=frozenset({"y"}))
    made = combine("+", one, other)
    assert made == Figure(3.0, "about", "C", date(2022, 5, 1), assumed=True, sources=frozenset({"x", "y"}))


@pytest.mark.parametrize(
    ("sign", "left", "right", "bound"),
    [
        ("+", (1, "ge"), (2, "eq"), "ge"),
        ("+", (1, "ge"), (2, "gt"), "gt"),
        ("+", (1, "le"), (2, "lt"), "lt"),
        ("+", (1, "about"), (2, "eq"), "about"),
        ("+", (1, "about"), (2, "ge"), None),
        ("-", (1, "ge"), (2, "lt"), "gt"),
        ("-", (1, "eq"), (2, "ge"), "le"),
        ("-", (1, "ge"), (2, "ge"), None),
        ("*", (1, "ge"), (2, "eq"), "ge"),
        ("*", (-1, "eq"), (2, "ge"), "le"),
        ("*", (0, "eq"), (2, "ge"), "eq"),
        ("*", (1, "ge"), (2, "ge"), None),
        ("*", (1, "about"), (2, "eq"), "about"),
        ("/", (1, "ge"), (2, "eq"), "ge"),
        ("/", (1, "lt"), (-2, "eq"), "gt"),
        ("/", (1, "eq"), (2, "ge"), "le"),
        ("/", (-1, "eq"), (2, "gt"), "gt"),
        ("/", (1, "eq"), (2, "le"), None),
        ("/", (1, "ge"), (2, "ge"), None),
    ],
)
def test_bounds(sign: str, left: tuple[float, str], right: tuple[float, str], bound: str | None) -> None:
    made = combine(sign, Figure(*left), Figure(*right))
    assert (made.bound if made else None) == bound


@pytest.mark.parametrize(
    ("formula", "units", "target", "expected"),
    [
        ("a / b", {"a": "10^8 t/a", "b": "1"}, "10^4 t/a", 7500.0),
        ("a + b", {"a": "10^4 kW", "b": "10^8 kW"}, "10^4 kW", 3 + 40000.0),
        ("a + b", {"a": "10^4 kW", "b": "10^8 kW"}, "10^8 kW", 3e-4 + 4),
        ("percent(a / b)", {"a": "10^4 kW", "b": "10^8 kW"}, "%", 0.0075),
        ("a * b", {"a": "%", "b": "10^4 t"}, "10^4 t", 0.12),
        ("a / b", {"a": "10^4 tce", "b": "10^8 kWh"}, "gce/kWh", 75.0),
        ("percent(1) - a", {"a": "%", "b": None}, "%", 97.0),
        ("accounts.c + a", {"accounts.c": "Mt CO2", "a": "10^4 t CO2", "b": None}, "10^6 tCO2", 5.03),
    ],
)
def test_units_are_brought_together(
    formula: str, units: dict[str, str], target: str, expected: float
) -> None:
    node = convert_formula(parse_formula(formula), units, target)
    figures = {"a": 3.0, "b": 4.0, "accounts.c": 5.0}
    made = Evaluation(lambda name, _: Figure(figures[name])).value(node, 2020)
    assert made is not None
    assert made.value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "units", "target"),
    [
        ("a + b", {"a": "10^4 kW", "b": "10^8 kWh"}, "10^4 kW"),
        ("a + 1", {"a": "10^4 kW"}, "10^4 kW"),
        ("100 - a", {"a": "%"}, "%"),
        ("100 * a / b", {"a": "10^4 kW", "b": "10^4 kW"}, "%"),
        ("percent(a)", {"a": "10^4 kW"}, "%"),
        ("a", {"a": "10^4 kW"}, "10^8 kWh"),
        ("a", {"a": "no such unit"}, "10^8 kWh"),
    ],
)
def test_units_that_disagree(formula: str, units: dict[str, str], target: str) -> None:
    with pytest.raises(UnitError):
        convert_formula(parse_formula(formula), units, target)
