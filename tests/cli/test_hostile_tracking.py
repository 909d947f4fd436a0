"""Damaged files, slips and options in conflict given to the commands of tracking, splits and notices."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from dafeng.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

    Dafeng = Callable[..., Answer]

MONTHS = [f"{year}-{month:02d} ytd" for year in range(2018, 2025) for month in range(2, 13)][:-6]
HEAD = ["region", "period", "item", "unit", "value"]
CITIES = [f"14{number:02d}00" for number in range(1, 12)]
FIGURES = {"gdp_constant": "10^8 CNY", "energy_total": "10^4 tce", "co2_total": "10^4 t CO2"}
SPLIT = ("--quantity", "carbon_intensity", "--fall", "0.18", "--base-year", "2025", "--target-year", "2030")


def write_csv(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def monthly_rows() -> list[list[object]]:
    return [HEAD, *(["山西", text, "水泥", "万吨", 100 * int(text[5:7])] for text in MONTHS)]


def city_rows() -> list[list[object]]:
    rows: list[list[object]] = [["region", "year", "item", "unit", "value", "grade"]]
    rows += [[city, 2025, item, unit, 1000 + 7 * place, "B"]
             for place, city in enumerate(CITIES) for item, unit in FIGURES.items()]  # fmt: skip
    return rows


def refused(answer: Answer, *parts: str) -> list[str]:
    """Return what a refusal lacks; nothing where it says everything in both languages."""
    spoken = "错误 [" in answer.err and "error [" in answer.err and "Traceback" not in answer.err
    lacks = [part for part in parts if part not in answer.err]
    return lacks if answer.code == 2 and spoken else [f"{answer.code}: {answer.err}"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "cell_not_number"), ("1e400", "cell_not_finite"), ("１２５", "cell_not_number"),
        ("1,200", "cell_not_number"), ("-5", "value_out_of_range"), ("#DIV/0!", "cell_not_number"),
    ],
)  # fmt: skip
def test_a_monthly_figure_that_is_no_figure(dafeng: Dafeng, tmp_path: Path, cell: str, said: str) -> None:
    rows = monthly_rows()
    rows[3][4] = cell
    answer = dafeng("track", "nowcast", write_csv(tmp_path / "m.csv", rows), "--as-of", "2024-07-25")
    assert refused(answer, said, "第4行", "row 4", "value") == []


@pytest.mark.parametrize(
    "period", ["2024-13", "2024-02-30", "1850-02 ytd", "9999-12 ytd", "../../x", "2024Q1"]
)
def test_a_month_that_cannot_be(dafeng: Dafeng, tmp_path: Path, period: str) -> None:
    rows = monthly_rows()
    rows[1][1] = period
    answer = dafeng("track", "nowcast", write_csv(tmp_path / "m.csv", rows), "--as-of", "2024-07-25")
    assert refused(answer, "第2行", "row 2", "period") == []


def test_an_error_cell_of_a_workbook_is_not_an_empty_cell(dafeng: Dafeng, tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("月报")
        for number, row in enumerate(monthly_rows()):
            sheet.write_row(number, 0, row)
        sheet.write_formula(5, 4, "=1/0", None, "#DIV/0!")
    answer = dafeng("track", "nowcast", path, "--as-of", "2024-07-25")
    assert refused(answer, "cell_not_number", "月报", "第6行", "row 6") == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "garbage", ""])
@pytest.mark.parametrize("words", [("nowcast", "m.csv"), ("board",)])
def test_a_day_on_which_nothing_can_be_known(dafeng: Dafeng, words: tuple[str, ...], day: str) -> None:
    assert refused(dafeng("track", *words, "--as-of", day)) == []


def test_no_empty_monthly_page(dafeng: Dafeng, tmp_path: Path) -> None:
    figures = write_csv(tmp_path / "m.csv", monthly_rows())
    answer = dafeng("track", "monthly", figures, "--as-of", "2026-11-01", "--output", "page.html")
    assert refused(answer, "monthly_no_figures", "2026") == []
    assert not (tmp_path / "page.html").exists()


def test_many_bad_rows_are_told_soon(dafeng: Dafeng, tmp_path: Path) -> None:
    rows: list[list[object]] = [["year", "value"], *([number, 1] for number in range(3000, 63_000))]
    path = write_csv(tmp_path / "s.csv", rows)
    start = time.perf_counter()
    answer = dafeng("peak", "test", "--series", path)
    assert refused(answer, "value_out_of_range", "第2行", "row 2", "另有 59000 类", "and 59000 more") == []
    assert time.perf_counter() - start < 6


def test_city_figures_that_cannot_be(dafeng: Dafeng, tmp_path: Path) -> None:
    rows, wrong = city_rows(), [(0, "610100"), (0, "太园"), (3, "10^8 USD"), (4, "1e-12"), (5, "")]
    for row, (place, cell) in zip(rows[1:], wrong, strict=False):
        row[place] = cell
    answer = dafeng("cities", "split", write_csv(tmp_path / "c.csv", rows), *SPLIT)
    codes = ("city_unknown", "“太园”", "USD", "1e-12", "grade")
    places = [word for row in range(2, 7) for word in (f"第{row}行", f"row {row},")]
    assert refused(answer, *codes, *places) == []


@pytest.mark.parametrize(
    ("place", "cell", "said"),
    [(1, "2200", "value_out_of_range"), (4, "1e300", "value_out_of_range"), (5, "Z", "code_unknown")],
)
def test_a_city_figure_out_of_bounds(
    dafeng: Dafeng, tmp_path: Path, place: int, cell: str, said: str
) -> None:
    rows = city_rows()
    rows[1][place] = cell
    answer = dafeng("cities", "split", write_csv(tmp_path / "c.csv", rows), *SPLIT)
    assert refused(answer, said, "第2行", "row 2") == []


@pytest.mark.parametrize(
    "words",
    [
        ("--fall", "18"), ("--fall", "nan"), ("--target-year", "99999"), ("--base-year", "1500"),
        ("--lowest", "nan"), ("--highest", "5"), ("--spread", "nan"), ("--residual-fall", "2"),
        ("--convergence-year", "99999"),
    ],
)  # fmt: skip
def test_an_option_of_a_split_out_of_bounds(dafeng: Dafeng, words: tuple[str, str]) -> None:
    answer = dafeng("cities", "split", *SPLIT, *words)
    assert answer.code == 2
    assert words[0] in answer.err


def test_one_city_locked_twice(dafeng: Dafeng, tmp_path: Path) -> None:
    figures = write_csv(tmp_path / "c.csv", city_rows())
    locks = write_csv(tmp_path / "l.csv", [["region", "locked"], ["140100", 0.2]])
    twice = dafeng("cities", "split", figures, *SPLIT, "--lock", "太原=0.1", "--lock", "140100=0.2")
    filed = dafeng("cities", "split", figures, *SPLIT, "--lock", "太原=0.1", "--locks", locks)
    for answer in (twice, filed):
        assert refused(answer, "split_locked_twice", "140100") == []


def test_weights_beyond_all_bounds_and_a_form_without_a_suffix(dafeng: Dafeng, tmp_path: Path) -> None:
    figures = write_csv(tmp_path / "c.csv", city_rows())
    weights = write_csv(tmp_path / "w.csv", [["region", "weight"], *([city, 1e308] for city in CITIES)])
    answer = dafeng("cities", "split", figures, *SPLIT, "--method", "weights", "--weights", weights)
    assert refused(answer, "value_out_of_range", "weight", "第2行") == []
    form = dafeng("cities", "template", "--output", "form.pdf")
    assert refused(form, "document_form_unknown", ".csv", ".xlsx") == []
    assert not (tmp_path / "form.pdf").exists()


@pytest.mark.parametrize("option", ["subject", "target"])
def test_all_drafts_are_not_narrowed_in_silence(dafeng: Dafeng, tmp_path: Path, option: str) -> None:
    answer = dafeng("notice", "draft", "--all", "--output", "drafts", f"--{option}", "x")
    assert refused(answer, "notice_all_narrowed", f"--{option}") == []
    assert not (tmp_path / "drafts").exists()


@pytest.mark.parametrize("notice", ["../../etc/passwd", "", "2026-01-01-reminder"])
def test_a_notice_that_is_not_on_record(dafeng: Dafeng, tmp_path: Path, notice: str) -> None:
    head = [
        "notice_id", "step", "recorded_on", "recorded_by", "kind", "subject_id", "target_ids", "state",
        "due_on", "document_number", "text",
    ]  # fmt: skip
    folder = tmp_path / "notices"
    folder.mkdir()
    row = ["n-1", 1, "2026-01-01", "x", "circular", "all", "", "drafted", "", "", ""]
    path = write_csv(folder / "follow_ups.csv", [head, row])
    before = path.read_bytes()
    answer = dafeng(
        "notice", "record", folder, "--notice", notice, "--state", "issued", "--by", "y", "--number", "1"
    )
    assert refused(answer, "notice_unknown") == []
    assert path.read_bytes() == before


def test_a_target_and_a_level_together(dafeng: Dafeng) -> None:
    answer = dafeng("track", "warn", "T1.2b-4", "--level", "red")
    assert answer.code == 2
    assert "--level" in answer.err


def test_a_draft_without_a_drafter_leaves_nothing(dafeng: Dafeng, tmp_path: Path) -> None:
    answer = dafeng("notice", "draft", "--kind", "circular", "--output", "notices/n.md", "--by", " ")
    assert refused(answer, "notice_field_missing", "--by") == []
    assert not (tmp_path / "notices").exists()


def test_a_target_whose_document_was_not_out(dafeng: Dafeng) -> None:
    answer = dafeng("track", "warn", "T1.2b-4", "--as-of", "2010-01-01")
    assert refused(answer, "warning_before_document", "T1.2b-4", "2010-01-01") == []


def test_one_pack_named_twice_counts_once(dafeng: Dafeng, tiny_pack: Path) -> None:
    once = dafeng("track", "packs", tiny_pack, "--as-of", "2024-01-01", "--format", "csv")
    twice = dafeng("track", "packs", tiny_pack, tiny_pack, "--as-of", "2024-01-01", "--format", "csv")
    assert (twice.code, twice.out) == (0, once.out)


def test_what_is_left_out_of_the_warnings_is_said(dafeng: Dafeng, tiny_pack: Path) -> None:
    table = dafeng("track", "warn", "--pack", tiny_pack, "--as-of", "2024-01-01")
    assert table.code == 0
    assert "--level cannot_judge" in table.err


def test_brackets_in_a_cell_are_shown_and_reasons_stand_below_a_narrow_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = pl.DataFrame({"target_id": ["T[red]1"], "observed": [1.5], "why_zh": ["理由很长"]})
    wide = output.draw_table(frame)
    monkeypatch.setattr(output, "WIDTH", 80)
    narrow = output.draw_table(frame)
    assert "T[red]1" in wide
    assert "why_zh" in wide
    assert "why_zh" not in narrow
    assert "T[red]1: 理由很长" in narrow
