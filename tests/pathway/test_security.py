"""Marks of energy security."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused, UnitError
from dafeng.pack.pathway_schema import SecurityFloors
from dafeng.pathway.security import mark_security
from dafeng.table import columns_of

YEARS = range(2022, 2032)


def floors(*rows: tuple[str, int, float, str]) -> pl.DataFrame:
    schema = {spec.name: spec.dtype for spec in columns_of(SecurityFloors)}
    return pl.DataFrame(
        [
            {"driver": driver, "from_year": year, "floor": floor, "unit": unit, "state": "demonstration",
             "source_id": "S", "grade": "C"}
            for driver, year, floor, unit in rows
        ],
        schema=schema,
    )  # fmt: skip


def coal(draws: int = 100) -> np.ndarray:
    """Return 10 to 19.9 (10^8 t) over the draws, falling by 0.5 a year."""
    return 10 + np.arange(draws) / 10 - 0.5 * np.arange(10)[:, None]


def test_a_floor_holds_from_its_year_until_the_next() -> None:
    found = mark_security(
        "plan", YEARS, {"coal_output": coal()},
        floors(("coal_output", 2028, 13.0, "10^8 t"), ("coal_output", 2025, 12.0, "10^8 t")),
    )  # fmt: skip
    assert found["year"].to_list() == list(range(2025, 2032))
    assert found["floor"].to_list() == [12.0] * 3 + [13.0] * 4
    expected = [
        (coal()[year - 2022] < floor - 1e-6).mean()
        for year, floor in zip(found["year"], found["floor"], strict=True)
    ]
    assert found["below_share"].to_list() == pytest.approx(expected)
    assert found["mark"].to_list() == ["below" if share > 0.5 else "kept" for share in expected]
    assert set(found["mark"]) == {"below", "kept"}
    medians = [np.median(coal()[year - 2022]) for year in found["year"]]
    assert found["median"].to_list() == pytest.approx(medians)


def test_the_tolerated_share_decides() -> None:
    given = floors(("coal_output", 2022, 12.0, "10^8 t"))
    strict = mark_security("plan", YEARS, {"coal_output": coal()}, given, tolerated_share=0.05)
    assert strict["mark"].to_list() == ["below"] * 10
    lax = mark_security("plan", YEARS, {"coal_output": coal()}, given, tolerated_share=0.9)
    assert lax["mark"].to_list() == ["kept"] * 10


def test_units_are_converted_into_those_of_the_driver() -> None:
    export = {"power_export": np.full((10, 4), 1500.0)}
    found = mark_security("plan", YEARS, export, floors(("power_export", 2030, 160.0, "TWh")))
    assert found["floor"].to_list() == pytest.approx([1600.0, 1600.0])
    assert found["unit"].to_list() == ["10^8 kWh"] * 2
    assert found["below_share"].to_list() == [1.0, 1.0]
    with pytest.raises(UnitError):
        mark_security("plan", YEARS, export, floors(("power_export", 2030, 160.0, "10^8 t")))


def test_a_value_at_the_floor_keeps_it() -> None:
    values = {"coal_output": np.full((10, 3), 13.0 * (1 - 1e-12))}
    found = mark_security("plan", YEARS, values, floors(("coal_output", 2022, 13.0, "10^8 t")))
    assert set(found["mark"]) == {"kept"}


def test_no_floor_marks_nothing_and_a_missing_driver_is_refused() -> None:
    assert mark_security("plan", YEARS, {}, floors()).is_empty()
    after = floors(("coal_output", 2040, 13.0, "10^8 t"))
    assert mark_security("plan", YEARS, {"coal_output": coal()}, after).is_empty()
    with pytest.raises(InputRefused) as refused:
        mark_security("plan", YEARS, {"coal_output": coal()}, floors(("power_export", 2022, 1.0, "TWh")))
    assert "power_export" in refused.value.text("en")
    with pytest.raises(InputRefused):
        mark_security("plan", YEARS, {}, floors(), tolerated_share=1.0)
