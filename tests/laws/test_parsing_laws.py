"""Laws of reading: what was written comes back, and no bytes get past the refusals."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dafeng.errors import InputRefused
from dafeng.parsing import parse_csv
from dafeng.table import Table, column


class Plain(Table):
    """A made-up table without vocabulary."""

    id: int = column(key=True, unit="1", zh="号", en="Id")
    text: str = column(nullable=True, zh="文", en="Text")
    value: float = column(unit="1", nullable=True, zh="值", en="Value")


missing = {"", "NaN", "nan", "NA", "null", "None"}
texts = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Co", "Cn")),
    min_size=1,
    max_size=8,
)
cells = st.tuples(
    st.integers(-(2**63), 2**63 - 1),
    st.one_of(st.none(), texts.filter(lambda text: text not in missing)),
    st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
)
tables = st.lists(cells, min_size=1, max_size=6, unique_by=lambda cell: cell[0])


def write(rows: list[tuple[int, str | None, float | None]], encoding: str, end: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=end)
    writer.writerow(["id", "text", "value"])
    writer.writerows([[i, text, "" if value is None else repr(value)] for i, text, value in rows])
    return stream.getvalue().encode(encoding)


@given(tables, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_was_written_comes_back(
    rows: list[tuple[int, str | None, float | None]], encoding: str, end: str
) -> None:
    parsed = parse_csv(write(rows, encoding, end), Plain, "plain.csv")
    assert parsed.frame.rows() == rows
    assert parsed.rows.to_list() == list(range(2, len(rows) + 2))


@given(tables)
def test_reading_twice_is_reading_once(rows: list[tuple[int, str | None, float | None]]) -> None:
    once = parse_csv(write(rows, "utf-8", "\n"), Plain, "plain.csv").frame
    again = parse_csv(once.write_csv().encode(), Plain, "plain.csv").frame
    assert again.equals(once)


@given(
    st.one_of(
        st.binary(max_size=60), st.text(max_size=60).map(lambda text: ("id,text,value\n" + text).encode())
    )
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read, refused = None, ""
    try:
        read = parse_csv(raw, Plain, "plain.csv")
    except InputRefused as error:
        refused = error.text("zh")
    assert refused if read is None else read.frame.height == len(read.rows) > 0
