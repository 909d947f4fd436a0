"""``dafeng peak test``: the verdict of a file in words and as data, and every defect with its row."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

RISE = [70, 73, 76, 79, 82, 85, 88, 91, 94, 97, 100]
SERIES = {
    "peaked": [*RISE, 98, 96.5, 94, 92.5, 90, 88.5, 86],
    "plateau": [*RISE, 99, 99.5, 98.8, 99.3, 99, 99.4, 98.9, 99.2],
    "not_peaked": RISE,
    "unconfirmed": [*RISE, 99, 97],
}
FEW = ("--samples", 200)


def write(folder: Path, values: Sequence[float], name: str = "series.csv") -> Path:
    path = folder / name
    rows = "".join(f"{2000 + place},{value}\n" for place, value in enumerate(values))
    path.write_text("year,value\n" + rows, "utf-8")
    return path


@pytest.mark.parametrize("verdict", SERIES)
def test_every_verdict_is_an_answer(dafeng: Callable[..., Any], tmp_path: Path, verdict: str) -> None:
    path = write(tmp_path, SERIES[verdict])
    answer = dafeng("peak", "test", "--series", path, "--json", *FEW)
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["verdict"] == verdict
    assert found["verdict_zh"]
    assert found["verdict_en"]


def test_the_answer_says_when_by_which_rule_and_how_often_it_is_wrong(
    dafeng: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path, [*RISE[:-1], 99.5, 100, *SERIES["peaked"][len(RISE) :]])
    found = json.loads(dafeng("peak", "test", "--series", path, "--json", "--unit", "Mt").out)
    assert (found["peak_year"], found["near_ties"], found["years_since"]) == (2011, [2010], 7)
    assert (found["peak_value"], found["latest_value"], found["unit"]) == (100.0, 86.0, "Mt")
    assert found["slope"] == pytest.approx(-0.02, abs=0.002)
    assert found["p"] < 0.01
    assert found["rule"]["min_years"] == 5
    assert found["noise"]["basis"] == "estimated"
    now = found["error_rates"]
    assert (now["years_since"], now["samples"]) == (7, 4000)
    assert now["case"]["noise_sd"] == found["noise"]["share"]
    assert now["case"]["ar1"] == found["noise"]["ar1"]
    for name in ("hit", "false_alarm", "false_alarm_growing"):
        share = now[name]
        assert now["standard_errors"][name] == pytest.approx((share * (1 - share) / 4000) ** 0.5)
    assert [rates["years_since"] for rates in found["error_rates_by_years"]] == list(range(3, 13))
    assert found["confirmable_after"] in {5, 6}
    assert {note["severity"] for note in found["notes"]} == {"note"}


def test_a_short_series_shows_the_range_of_its_assumed_noise(
    dafeng: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path, SERIES["unconfirmed"][-10:])
    found = json.loads(dafeng("peak", "test", "--series", path, "--json", *FEW).out)
    assert found["noise"] == {"share": 0.02, "ar1": 0.5, "basis": "assumed", "years": 10}
    low, high = found["error_rates"]["hit_range"]
    assert 0 <= low <= high <= 1


def test_table_and_csv_carry_the_same_verdict(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, SERIES["peaked"])
    shown = dafeng("peak", "test", "--series", path, *FEW)
    assert "已达峰 / Peaked" in shown.out
    assert "2010" in shown.out
    row = next(
        csv.DictReader(io.StringIO(dafeng("peak", "test", "--series", path, "--format", "csv", *FEW).out))
    )
    assert (row["verdict"], row["peak_year"], row["series_id"]) == ("peaked", "2010", "series")
    target = tmp_path / "answer.json"
    assert dafeng("peak", "test", "--series", path, "--json", "--output", target, *FEW).out == ""
    assert json.loads(target.read_text("utf-8"))["verdict"] == "peaked"


def test_a_rule_of_the_user_is_used(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, SERIES["peaked"])
    found = json.loads(dafeng("peak", "test", "--series", path, "--json", "--min-years", 8, *FEW).out)
    assert (found["verdict"], found["rule"]["min_years"]) == ("unconfirmed", 8)


def test_the_same_seed_gives_the_same_answer(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    words = ("peak", "test", "--series", write(tmp_path, SERIES["peaked"]), "--json", *FEW)
    assert dafeng(*words).out == dafeng(*words).out != dafeng(*words, "--seed", 1).out


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_and_any_order_of_rows(
    dafeng: Callable[..., Any], tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "数据.csv"
    path.write_bytes("数值,年份,备注\r\n99,2001,初步\r\n90,2000,\r\n100,2002,\r\n".encode(encoding))
    found = json.loads(dafeng("peak", "test", "--series", path, "--json", *FEW).out)
    assert (found["first_year"], found["peak_year"], found["near_ties"]) == (2000, 2002, [2001])


HOSTILE = {
    "a year missing": ("2000,1\n2001,2\n2004,3\n", "row 4, column year", "2001→2004"),
    "a year twice": ("2000,1\n2001,2\n2001,3\n", "row 4, column year", "repeated"),
    "text": ("2000,1\n2001,about 2\n", "row 3, column value", "about 2"),
    "an empty value": ("2000,1\n2001,\n", "row 3, column value", "empty"),
    "half a year": ("2000,1\n2001.5,2\n", "row 3, column year", "2001.5"),
    "nothing above nought": ("2000,-3\n2001,0\n2002,-1\n", "row 3, column value", "max(value) = 0"),
    "one year": ("2000,1\n", "series.csv", "at least 2 values"),
    "no rows": ("", "series.csv", "no data row"),
    "not a number": ("2000,1\n2001,inf\n", "row 3, column value", "inf"),
    "a slip of the year": ("2000,1\n20001,2\n", "row 3, column year", "20001"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_defects_are_named_with_their_row_in_both_languages(
    dafeng: Callable[..., Any], tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, place, said = HOSTILE[kind]
    path = tmp_path / "series.csv"
    path.write_text("year,value\n" + rows, "utf-8")
    answer = dafeng("peak", "test", "--series", path, "--json")
    assert answer.code == 2
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert place in answer.err
    assert said in answer.err
    assert any(ord(sign) > 0x4E00 for sign in answer.err)


def test_all_defects_are_told_at_once(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("year,value\n2000,1\n2001,x\n2002,y\n2002,3\n", "utf-8")
    answer = dafeng("peak", "test", "--series", path)
    assert all(row in answer.err for row in ("row 3", "row 4", "row 5"))


def test_files_that_cannot_be_a_series(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    absent = dafeng("peak", "test", "--series", tmp_path / "no.csv")
    assert absent.code == 2
    assert "file_missing" in absent.err
    book = tmp_path / "book.csv"
    book.write_bytes(b"PK\x03\x04" + bytes(100))
    assert dafeng("peak", "test", "--series", book).code == 2
    (tmp_path / "dafeng.toml").write_text("max_file_mb = 1\n", "utf-8")
    huge = tmp_path / "huge.csv"
    huge.write_bytes(b"year,value\n" + b"2000,1\n" * 200_000)
    answer = dafeng("peak", "test", "--series", huge)
    assert answer.code == 2
    assert "1.3 MB" in answer.err


def test_the_series_is_never_overwritten(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, RISE)
    before = path.read_bytes()
    assert dafeng("peak", "test", "--series", path, "--output", path).code == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [("--alpha", 0.9), ("--plateau-years", 2), ("--samples", 0), ("--samples", 10**9), ("--seed", -1)],
)
def test_settings_out_of_range_are_refused(
    dafeng: Callable[..., Any], tmp_path: Path, words: tuple[object, ...]
) -> None:
    answer = dafeng("peak", "test", "--series", write(tmp_path, RISE), *words)
    assert answer.code == 2
    assert "≤" in answer.err or "≥" in answer.err
