"""Market tables: whole days, labels, limits, sums; months counted by hand."""

from __future__ import annotations

import pytest

from dafeng.errors import TableError
from dafeng.power.market import (
    PriceLimits,
    read_clearing,
    read_settlement,
    read_spot,
    sum_clearing,
    sum_settlement,
    sum_spot,
)

SPOT = "market,node,date,time,price_cny_per_mwh,wind_share\n"
CLEARING = "market,technology,date,time,cleared_mw,price_cny_per_mwh\n"
SETTLEMENT = "service,party,period,quantity,unit,price,amount_cny\n"
LIMITS = PriceLimits(0.0, 1500.0)


def label(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def spot_day(
    day: str, market: str = "day_ahead", count: int = 96, first: int = 15, level: float = 300.0
) -> str:
    """Return a day whose price falls by 100 in its second half, while wind rises from 0.1 to 0.3."""
    step = 1440 // count
    lines = [
        f"{market},,{day},{label(first + step * k)},{level - 100 * (k >= count // 2)},"
        f"{0.3 if k >= count // 2 else 0.1}\n"
        for k in range(count)
    ]
    return "".join(lines)


def codes(error: pytest.ExceptionInfo[TableError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_month_of_quarter_hours_with_labels_at_the_end() -> None:
    text = SPOT + spot_day("2025-03-01") + spot_day("2025-03-02", level=500.0)
    row = sum_spot(read_spot(text.encode(), "spot.csv", LIMITS)).row(0, named=True)
    assert (row["month"], row["days"], row["points"]) == ("2025-03", 2, 192)
    assert row["mean_cny_per_mwh"] == pytest.approx(350.0)
    assert row["spread_cny_per_mwh"] == pytest.approx(100.0)
    assert row["wind_correlation"] == pytest.approx(-50 / (50**2 + 100**2) ** 0.5)
    assert row["above_day_ahead_cny_per_mwh"] is None


def test_real_time_against_day_ahead() -> None:
    text = SPOT + spot_day("2025-03-01") + spot_day("2025-03-01", "real_time", level=330.0)
    frame = sum_spot(read_spot(text.encode(), "spot.csv", LIMITS))
    assert frame["above_day_ahead_cny_per_mwh"].to_list() == [None, pytest.approx(30.0)]


def test_hours_with_labels_at_the_start_and_chinese_header() -> None:
    header = "市场,节点（空为全省统一）,日期,时间,出清电价,风电出力占负荷比例\n"
    text = header + spot_day("2025-03-01", count=24, first=0)
    assert read_spot(text.encode("gb18030"), "spot.csv", LIMITS).height == 24


@pytest.mark.parametrize(
    ("change", "code", "row"),
    [
        (lambda lines: lines[:50] + lines[51:], "market_count", 2),
        (lambda lines: [*lines[:5], lines[5].replace("01:15", "01:20"), *lines[6:]], "market_label", 6),
        (lambda lines: [*lines[:5], lines[5].replace("300", "1501"), *lines[6:]], "market_price_limit", 6),
        (lambda lines: [*lines[:5], lines[5].replace("300", "x"), *lines[6:]], "cell_not_number", 6),
        (lambda lines: [*lines[:5], lines[4], *lines[6:]], "key_repeated", 6),
        (lambda lines: [x.replace("2025-03-01", "2025-03") for x in lines], "cell_not_date", 2),
        (lambda lines: [lines[0], lines[1].replace("00:15", "00:00"), *lines[2:]], "market_labels_mixed", 2),
    ],
)  # fmt: skip
def test_bad_rows_are_named(change: object, code: str, row: int) -> None:
    lines = (SPOT + spot_day("2025-03-01")).splitlines(keepends=True)
    text = "".join(change(lines))  # type: ignore[operator]
    with pytest.raises(TableError) as caught:
        read_spot(text.encode(), "spot.csv", LIMITS)
    found = [finding.place.row for finding in caught.value.findings if finding.code == code]
    assert found[:1] == [row], codes(caught)


def clearing_day(total: float = 70.0) -> str:
    rows = (("coal", 40.0, 300), ("wind", 30.0, 100), ("total", total, ""))
    return "".join(
        f"day_ahead,{name},2025-03-01,{label(60 * hour)},{power},{price}\n"
        for name, power, price in rows
        for hour in range(24)
    )


def test_clearing_is_summed_and_priced() -> None:
    frame = sum_clearing(read_clearing((CLEARING + clearing_day()).encode(), "c.csv", LIMITS))
    rows = {row["technology"]: row for row in frame.iter_rows(named=True)}
    assert rows["coal"]["energy_gwh"] == pytest.approx(0.96)
    assert rows["wind"]["mean_price_cny_per_mwh"] == pytest.approx(100.0)
    assert rows["total"]["mean_price_cny_per_mwh"] is None


def test_classes_that_miss_the_total_are_named() -> None:
    with pytest.raises(TableError) as caught:
        read_clearing((CLEARING + clearing_day(71.0)).encode(), "c.csv", LIMITS)
    assert codes(caught) == ["market_sum"] * 24
    assert caught.value.findings[0].place.row == 50


def test_settlement_balances_by_service() -> None:
    text = (
        SETTLEMENT + "deep_peak_regulation,coal A,2025-03,1000,MWh,400,400000\n"
        "deep_peak_regulation,wind,2025-03,,,,-300000\ndeep_peak_regulation,pv,2025-03,,,,-100000\n"
        "frequency_regulation,coal A,2025-03,50,MW,12,600\n"
    )
    frame = sum_settlement(read_settlement(text.encode(), "s.csv"))
    peak, frequency = frame.iter_rows(named=True)
    assert (peak["parties"], peak["received_cny"], peak["paid_cny"], peak["balance_cny"]) == (
        3,
        4e5,
        4e5,
        0.0,
    )
    assert (peak["energy_mwh"], peak["power_mw"]) == (1000.0, None)
    assert (frequency["energy_mwh"], frequency["power_mw"]) == (None, 50.0)


def test_amounts_that_are_no_product_and_unknown_services_are_named() -> None:
    with pytest.raises(TableError) as caught:
        read_settlement((SETTLEMENT + "reserve,a,2025-03,10,MW,5,60\n").encode(), "s.csv")
    assert codes(caught) == ["market_amount"]
    with pytest.raises(TableError) as caught:
        read_settlement((SETTLEMENT + "dancing,a,2025-03,10,MW,5,50\n").encode(), "s.csv")
    assert codes(caught) == ["code_unknown"]
