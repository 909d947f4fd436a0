"""From bytes to a table: encodings, shapes, cells; every defect at once, with the writer's row number."""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest

from dafeng.errors import InputRefused, TableError
from dafeng.parsing import ParsedTable, decode_text, parse_csv
from dafeng.table import Table, column


class Use(Table):
    """A made-up table."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    fuel: str = column(key=True, vocabulary="fuels", zh="品种", en="Fuel")
    value: float = column(unit="1", nullable=True, low=0, zh="数值", en="Value")
    count: int = column(unit="1", nullable=True, zh="个数", en="Count")
    scored: bool = column(nullable=True, zh="计", en="Scored")
    period: str = column(nullable=True, form="period", zh="时期", en="Period")
    known_on: str = column(nullable=True, form="published", zh="公布", en="Known on")
    gases: str = column(nullable=True, form="list", vocabulary="gases", zh="气体", en="Gases")


COLUMNS = "region,year,fuel,value,count,scored,period,known_on,gases"
ROW = "CN-SX,{},Coke,1.5,2,true,2024-06 ytd,2025-03,CO2;CH4"


def row(**cells: str) -> str:
    given = dict(zip(COLUMNS.split(","), ROW.format(2024).split(","), strict=True)) | cells
    return ",".join(given.values())


def read(*lines: str, header: str = COLUMNS, encoding: str = "utf-8", **options: object) -> ParsedTable:
    raw = "\n".join([header, *lines, ""]).encode(encoding)
    return parse_csv(raw, Use, "use.csv", **options)  # type: ignore[arg-type]


def defects(*lines: str, header: str = COLUMNS, **options: object) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputRefused) as caught:
        read(*lines, header=header, **options)
    assert {f.place.file for f in caught.value.findings} == {"use.csv"}
    assert all(f.text("zh") and f.text("en") for f in caught.value.findings)
    return [(f.code, f.place.row, f.place.column) for f in caught.value.findings]


def refused(raw: bytes, **options: object) -> str:
    with pytest.raises(InputRefused) as caught:
        parse_csv(raw, Use, "use.csv", **options)  # type: ignore[arg-type]
    (finding,) = caught.value.findings
    assert finding.text("zh")
    return finding.code


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "named"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("gbk", "gb18030"),
            ("gb18030", "gb18030"),
            ("utf-16", "utf-16"),
        ],
    )
    def test_read(self, encoding: str, named: str) -> None:
        parsed = read(row(region="山西"), encoding=encoding)
        assert (parsed.frame["region"].to_list(), parsed.encoding) == (["CN-SX"], named)

    def test_utf_16_in_the_other_byte_order(self) -> None:
        raw = ("\ufeff" + COLUMNS + "\n" + row(region="山西")).encode("utf-16-be")
        assert parse_csv(raw, Use, "use.csv").frame["region"].to_list() == ["CN-SX"]

    @pytest.mark.parametrize(
        "raw", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", "\u3000\n".encode(), b"\xff\xfe \x00\n\x00"]
    )
    def test_nothing_in_it(self, raw: bytes) -> None:
        assert refused(raw) == "file_empty"

    def test_a_workbook_is_no_csv(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("xl/workbook.xml", "<x/>")
        assert refused(stream.getvalue()) == "file_binary"

    @pytest.mark.parametrize(
        "raw", [b"a,b\n1,\x00", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0abc", "\ufeffa,b".encode("utf-32-le")]
    )
    def test_binary(self, raw: bytes) -> None:
        assert refused(raw) == "file_binary"

    def test_a_byte_that_no_encoding_has(self) -> None:
        with pytest.raises(InputRefused) as caught:
            decode_text(b"abc\xff,d", "use.csv")
        assert (caught.value.findings[0].code, caught.value.findings[0].params["byte"]) == (
            "file_encoding",
            4,
        )

    def test_too_large(self) -> None:
        raw = (COLUMNS + "\n" + row()).encode()
        assert refused(raw, max_bytes=len(raw) - 1) == "file_too_large"
        assert parse_csv(raw, Use, "use.csv", max_bytes=len(raw)).frame.height == 1


class TestShape:
    def test_header_only(self) -> None:
        assert defects() == [("header_only", None, "")]
        assert defects("", "   ", ",,,,,,,,") == [("header_only", None, "")]
        assert read(allow_no_rows=True).frame.height == 0
        assert read(allow_no_rows=True).frame.schema == read(row()).frame.schema

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends(self, end: str) -> None:
        raw = end.join([COLUMNS, row(), "", row(year="2025"), ""]).encode()
        parsed = parse_csv(raw, Use, "use.csv")
        assert (parsed.frame["year"].to_list(), parsed.rows.to_list()) == ([2024, 2025], [2, 4])

    def test_blank_lines_keep_the_numbers_of_the_others(self) -> None:
        parsed = read("", row(), "   ", ",,,,,,,,", row(year="2025"))
        assert parsed.rows.to_list() == [3, 6]
        assert defects("", row(), "", row(year="x")) == [("cell_not_integer", 5, "year")]

    def test_a_quoted_line_break_is_one_row(self) -> None:
        parsed = read(row() + ',"a\nb"', row(year="2025") + ",c", header=COLUMNS + ",note", extra="keep")
        assert (parsed.rows.to_list(), parsed.extra["note"].to_list()) == ([2, 3], ["a\nb", "c"])

    def test_rows_longer_or_shorter_than_the_header(self) -> None:
        assert defects(row(), row(year="2025") + ",1", "CN-SX,2026", row(year="2027")) == [
            ("file_not_csv", 3, ""), ("file_not_csv", 4, ""),
        ]  # fmt: skip

    @pytest.mark.parametrize("line", [row(fuel='"Coke'), row(fuel='"Co"ke')])
    def test_quotes_that_do_not_close(self, line: str) -> None:
        assert [code for code, _, _ in defects(row(year="2023"), line)] == ["file_not_csv"]

    def test_a_quote_that_swallows_the_whole_file(self) -> None:
        assert refused(('"' + COLUMNS + "\n" + (row() + "\n") * 4000).encode()) == "file_not_csv"

    def test_a_blank_line_is_no_header(self) -> None:
        assert refused(("\n" + COLUMNS + "\n" + row()).encode()) == "file_not_csv"

    def test_missing_repeated_and_unknown_columns(self) -> None:
        short = COLUMNS.removesuffix(",gases")
        assert defects(row().rpartition(",")[0], header=short) == [("column_missing", 1, "")]
        assert defects(row() + ",1", header=COLUMNS + ",value") == [("column_repeated", 1, "")]
        with pytest.raises(TableError) as caught:
            read(row() + ",1", header=COLUMNS + ",valeu")
        (finding,) = caught.value.findings
        assert (finding.code, finding.place.row, finding.params["suggestion"].name) == (
            "column_unknown",
            1,
            "value",
        )  # type: ignore[attr-defined]

    def test_an_unknown_column_does_not_hide_the_defects_of_the_cells(self) -> None:
        assert defects(row(value="x") + ",1", header=COLUMNS + ",note") == [
            ("column_unknown", 1, ""), ("cell_not_number", 2, "value"),
        ]  # fmt: skip

    def test_unknown_columns_can_be_kept(self) -> None:
        parsed = read(row() + ",77,", header=COLUMNS + ",_row,note", extra="keep")
        assert parsed.extra.to_dicts() == [{"_row": "77", "note": None}]
        assert parsed.frame.columns == COLUMNS.split(",")
        assert parsed.rows.to_list() == [2]

    def test_columns_in_any_order_with_blanks_around(self) -> None:
        turned = ",".join(f" {name} " for name in reversed(COLUMNS.split(",")))
        parsed = read(",".join(f" {cell}\u3000" for cell in reversed(row().split(","))), header=turned)
        assert parsed.frame.rows() == read(row()).frame.rows()


class TestCells:
    def test_what_is_read(self) -> None:
        parsed = read(row())
        assert parsed.frame.row(0) == (
            "CN-SX",
            2024,
            "Coke",
            1.5,
            2,
            True,
            "2024-06 ytd",
            "2025-03",
            "CO2;CH4",
        )

    @pytest.mark.parametrize("text", ["", "NaN", "nan", "NA", "null", "None", " "])
    def test_missing_is_null_and_never_zero(self, text: str) -> None:
        parsed = read(row(value=text, count=text, scored=text, period=text))
        assert parsed.frame.select("value", "count", "scored", "period").row(0) == (None, None, None, None)
        assert defects(row(year=text)) == [("cell_empty", 2, "year")]

    @pytest.mark.parametrize(
        ("text", "value"),
        [("0", 0.0), ("+3", 3.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("2.5E-1", 0.25), ("-0", 0.0)],
    )
    def test_numbers(self, text: str, value: float) -> None:
        assert read(row(value=text)).frame["value"].to_list() == [value]

    @pytest.mark.parametrize(
        "text",
        [
            "12 t",
            '"1,234"',
            "1_000",
            "0x10",
            "１２",
            "--1",
            "inf",
            "Infinity",
            "NAN",
            "12％",
            "1/2",
            "-",
            "e5",
        ],
    )
    def test_no_numbers(self, text: str) -> None:
        assert defects(row(value=text)) == [("cell_not_number", 2, "value")]

    def test_beyond_all_bounds(self) -> None:
        assert defects(row(value="1e999")) == [("cell_not_finite", 2, "value")]
        assert defects(row(value="-1")) == [("value_out_of_range", 2, "value")]
        assert defects(row(year="1948")) == defects(row(year="2101")) == [("value_out_of_range", 2, "year")]

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2", 2),
            ("2.0", 2),
            ("+2", 2),
            ("-2", -2),
            ("9007199254740993", 2**53 + 1),
            ("-9223372036854775808", -(2**63)),
        ],
    )
    def test_whole_numbers_to_the_last_digit(self, text: str, value: int) -> None:
        assert read(row(count=text)).frame["count"].to_list() == [value]

    @pytest.mark.parametrize("text", ["1.5", "1e3", "二", "２", "1 000"])
    def test_no_whole_numbers(self, text: str) -> None:
        assert defects(row(count=text)) == [("cell_not_integer", 2, "count")]

    @pytest.mark.parametrize("text", ["9223372036854775808", "99999999999999999999"])
    def test_a_whole_number_that_does_not_fit_is_not_missing(self, text: str) -> None:
        assert defects(row(count=text)) == [("value_out_of_range", 2, "count")]

    def test_true_and_false(self) -> None:
        parsed = read(
            *[row(year=str(2000 + i), scored=text) for i, text in enumerate(["TRUE", "False", "true"])]
        )
        assert parsed.frame["scored"].to_list() == [True, False, True]
        assert defects(row(scored="1"), row(year="2025", scored="yes")) == [
            ("cell_not_boolean", 2, "scored"), ("cell_not_boolean", 3, "scored"),
        ]  # fmt: skip

    def test_periods_and_days(self) -> None:
        assert defects(row(period="2024-13", known_on="2025-02-30")) == [
            ("cell_not_date", 2, "known_on"), ("cell_not_period", 2, "period"),
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["焦炭", "coke", "COKE", "Coke"])
    def test_a_code_may_be_given_by_its_name(self, name: str) -> None:
        assert read(row(fuel=name)).frame["fuel"].to_list() == ["Coke"]

    def test_neighbours_by_name_are_not_mixed_up(self) -> None:
        parsed = read(
            row(region="山西"),
            row(region="陕西"),
            row(region="Shaanxi", year="2023"),
            row(region="140000", year="2023"),
        )
        assert parsed.frame["region"].to_list() == ["CN-SX", "CN-SN", "CN-SN", "CN-SX"]

    def test_an_unknown_code_comes_with_the_nearest_one(self) -> None:
        with pytest.raises(TableError) as caught:
            read(row(fuel="Coek"))
        (finding,) = caught.value.findings
        assert (finding.code, finding.params["value"], finding.params["suggestion"].name) == (
            "code_unknown",
            "Coek",
            "Coke",
        )  # type: ignore[attr-defined]

    def test_lists(self) -> None:
        assert defects(row(gases="CO2;CH5;XX")) == [("code_unknown", 2, "gases")] * 2

    def test_a_repeated_key_names_the_first_row_also_across_spellings(self) -> None:
        with pytest.raises(TableError) as caught:
            read(row(), "", row(region="山西", fuel="焦炭"), row(year="2024.0"))
        found = [(f.code, f.place.row, f.params["first"]) for f in caught.value.findings]
        assert found == [("key_repeated", 4, 2), ("key_repeated", 5, 2)]

    def test_unreadable_keys_are_not_called_equal(self) -> None:
        assert defects(row(year="x"), row(year="y")) == [
            ("cell_not_integer", 2, "year"),
            ("cell_not_integer", 3, "year"),
        ]

    def test_all_defects_at_once_in_the_order_of_the_rows(self) -> None:
        found = defects(
            row(value="x"), row(year="1900", fuel="Cook"), row(year="", count="1.5"), row(value="-2")
        )
        assert found == [
            ("cell_not_number", 2, "value"),
            ("code_unknown", 3, "fuel"),
            ("value_out_of_range", 3, "year"),
            ("cell_not_integer", 4, "count"),
            ("cell_empty", 4, "year"),
            ("key_repeated", 5, "region, year, fuel"),
            ("value_out_of_range", 5, "value"),
        ]


def test_a_table_of_one_column() -> None:
    class One(Table):
        name: str = column(key=True, zh="名", en="Name")

    parsed = parse_csv(b"name\na\n\nb\n", One, "one.csv")
    assert (parsed.frame["name"].to_list(), parsed.rows.to_list()) == (["a", "b"], [2, 4])
    assert parsed.rows.dtype == pl.Int64


class TestChineseNames:
    """A header may hold the Chinese names of columns, but nothing is taken that could be mistaken."""

    def test_names_become_codes(self) -> None:
        assert read(row(), header=COLUMNS.replace("region,year", "地区,年份")).frame["year"][0] == 2024

    def test_a_name_beside_its_code_stays_unknown(self) -> None:
        found = defects(row() + ",x", header=COLUMNS + ",地区")
        assert ("column_unknown", 1, "") in found
