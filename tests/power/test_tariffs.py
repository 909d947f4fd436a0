"""Time-of-use ratios as the documents print them, hours that are not known, the answer of the load."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pack import read_pack
from dafeng.power.tariffs import find_document, read_tariff, respond_load, spread_ratios, tabulate_tariff


@pytest.fixture(scope="module")
def periods() -> pl.DataFrame:
    return read_pack("shanxi").tables["tariff_periods"]


def test_notice_of_2021_as_it_is_printed(periods: pl.DataFrame) -> None:
    tariff = read_tariff(periods, date(2025, 7, 1))
    assert "479" in tariff.document
    march, july = tariff.ratios[2], tariff.ratios[6]
    assert march[[0, 6, 7, 8, 10, 11, 12, 13, 16, 17, 22, 23]].tolist() == pytest.approx(
        [0.45, 0.45, 1, 1.6, 1.6, 0.45, 0.45, 1, 1, 1.6, 1.6, 1]
    )
    assert july[[17, 18, 19, 20]].tolist() == pytest.approx([1.6, 1.92, 1.92, 1.6])  # sharp peak 18-20
    assert march[18] == pytest.approx(1.6)


def test_customers_without_the_sharp_peak(periods: pl.DataFrame) -> None:
    tariff = read_tariff(periods, date(2025, 7, 1), sharp=False)
    assert tariff.ratios.max() == pytest.approx(1.6)


def test_year_of_hours_starts_on_new_year(periods: pl.DataFrame) -> None:
    ratios = spread_ratios(read_tariff(periods, date(2024, 1, 1)), 2024)
    assert ratios.size == 8784
    assert ratios[18] == pytest.approx(1.92)  # January
    assert ratios[(31 + 29) * 24 + 18] == pytest.approx(1.6)  # 1 March of the leap year


def test_hours_of_2026_are_refused_not_guessed(periods: pl.DataFrame) -> None:
    assert "15" in find_document(periods, date(2026, 5, 1))[0]
    assert "479" in find_document(periods, date(2026, 4, 30))[0]
    with pytest.raises(InputRefused) as caught:
        read_tariff(periods, date(2026, 5, 1))
    assert caught.value.findings[0].code == "tariff_hours_missing"


def test_no_tariff_before_the_first(periods: pl.DataFrame) -> None:
    with pytest.raises(InputRefused) as caught:
        read_tariff(periods, date(2021, 12, 31))
    assert caught.value.findings[0].code == "tariff_none"


def test_a_gap_and_a_loop_are_named(periods: pl.DataFrame) -> None:
    old = periods.filter(pl.col("from_date") == "2022-01")
    with pytest.raises(InputRefused) as caught:
        read_tariff(old.filter(pl.col("start_hour") != 7), date(2025, 1, 1))
    assert {f.code for f in caught.value.findings} == {"tariff_gap"}
    assert len(caught.value.findings) == 12
    loop = old.with_columns(
        ratio_to=pl.when(pl.col("tariff_period") == "peak").then(pl.lit("sharp")).otherwise("ratio_to")
    )
    with pytest.raises(InputRefused) as caught:
        read_tariff(loop, date(2025, 1, 1))
    assert caught.value.findings[0].code == "tariff_ratio_loop"


def test_answer_keeps_the_energy_of_each_day() -> None:
    rng = np.random.default_rng(2)
    load, ratios = rng.uniform(5, 10, 72), rng.choice([0.45, 1.0, 1.6], 72)
    after = respond_load(load, ratios, 0.1, 0.6)
    assert after.reshape(3, 24).sum(axis=1) == pytest.approx(load.reshape(3, 24).sum(axis=1))
    assert respond_load(load, ratios, 0.0) == pytest.approx(load)
    relative = after / load
    for day in range(3):
        part = slice(24 * day, 24 * day + 24)
        dear, cheap = ratios[part] == 1.6, ratios[part] == 0.45
        assert relative[part][dear].max() < relative[part][cheap].min()


def test_table_without_a_load(periods: pl.DataFrame) -> None:
    tariff = read_tariff(periods, date(2025, 1, 1))
    table = tabulate_tariff(2025, tariff, spread_ratios(tariff, 2025))
    assert table.height == 8760
    assert table["load_mw"].null_count() == 8760
