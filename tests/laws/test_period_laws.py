"""Laws of periods: reading what was written, and nothing else is read."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from dafeng.errors import InputRefused
from dafeng.period import earliest_date, latest_date, parse_period

years = st.integers(1, 9999)
months = st.integers(1, 12)
texts = st.one_of(
    years.map("{:04d}".format),
    st.builds("{:04d}-{:02d}".format, years, months),
    st.builds("{:04d}-{:02d} ytd".format, years, months),
    st.tuples(years, years).map(lambda pair: f"{min(pair):04d}..{max(pair):04d}"),
)
dates = st.dates()


@given(texts)
def test_written_as_it_was_read(text: str) -> None:
    period = parse_period(text)
    assert str(period) == text
    assert parse_period(str(period)) == period
    assert period.start <= period.end


@given(texts)
def test_whole_months(text: str) -> None:
    period = parse_period(text)
    assert period.start.day == 1
    assert period.end.year == 9999 or (period.end + timedelta(days=1)).day == 1


@given(st.text(alphabet="0123456789-. ytd", max_size=14))
@example("2024-06 ytd\n")
def test_a_text_is_refused_or_written_the_same_way(text: str) -> None:
    try:
        period = parse_period(text)
    except InputRefused:
        return
    assert str(period) == text.strip()


@given(dates)
def test_a_day_lies_in_its_month_and_its_year(day: object) -> None:
    text = str(day)
    assert earliest_date(text) == latest_date(text) == day
    assert earliest_date(text[:4]) <= earliest_date(text[:7]) <= earliest_date(text)
    assert latest_date(text) <= latest_date(text[:7]) <= latest_date(text[:4])


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader_of_days(text: str) -> None:
    span, code = None, ""
    try:
        span = earliest_date(text), latest_date(text)
    except InputRefused as error:
        code = error.findings[0].code
    assert code == "date_invalid" if span is None else span[0] <= span[1]
