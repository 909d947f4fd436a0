"""The grammar of periods and of days of publication."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from dafeng.errors import InputRefused
from dafeng.period import CST, earliest_date, hours_in_year, latest_date, parse_period


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), "year"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "month"),
        ("2024-06 ytd", date(2024, 1, 1), date(2024, 6, 30), "ytd"),
        ("2021..2025", date(2021, 1, 1), date(2025, 12, 31), "years"),
        ("2021..2021", date(2021, 1, 1), date(2021, 12, 31), "years"),
        (" 2024 ", date(2024, 1, 1), date(2024, 12, 31), "year"),
    ],
)
def test_forms(text: str, start: date, end: date, kind: str) -> None:
    period = parse_period(text)
    assert (period.start, period.end, period.kind) == (start, end, kind)
    assert str(period) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "", "24", "2024-13", "2024-00", "2024-6", "2024/06", "2024-06-30", "2024-06  ytd", "2024 ytd",
        "2025..2021", "2021...2025", "2021..", "0000", "12024", "2024年", "２０２４", "٢٠٢٤", "2024-06 YTD",
        "2021..2025 ytd",
    ],
)  # fmt: skip
def test_outside_the_grammar(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_period(text)
    assert caught.value.findings[0].code == "cell_not_period"
    assert caught.value.findings[0].params["value"] == text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-02-02", date(2026, 2, 2), date(2026, 2, 2)),
    ],
)
def test_a_day_known_only_roughly_is_a_span(text: str, first: date, last: date) -> None:
    assert (earliest_date(text), latest_date(text)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2026-2-2", "2026-02-30", "2026-13", "2026-02-02 ", "2026.02", "0000", "２０２６", "26"]
)
def test_no_day(text: str) -> None:
    for read in (earliest_date, latest_date):
        with pytest.raises(InputRefused) as caught:
            read(text)
        assert caught.value.findings[0].code == "date_invalid"


def test_hours_are_those_of_the_calendar() -> None:
    for year in (1900, 2000, 2023, 2024, 2100):
        span = datetime(year + 1, 1, 1, tzinfo=CST) - datetime(year, 1, 1, tzinfo=CST)
        assert hours_in_year(year) == span // timedelta(hours=1)


def test_time_is_eight_hours_east() -> None:
    assert datetime(2024, 7, 1, tzinfo=CST).utcoffset() == timedelta(hours=8)
