"""Commands in, answers out: filters, formats, suggestions, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng import terms
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.pack import Pack

    Dafeng = Callable[..., Any]

CHINESE = re.compile(r"[一-鿿]")
LISTS = [
    ("plan", "targets"),
    ("plan", "clauses"),
    ("plan", "systems"),
    ("plan", "agencies"),
    ("track", "board", "--as-of", "2026-11-22"),
    ("terms", "list"),
    ("terms", "list", "fuels"),
    ("pack", "list"),
]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def refused(answer: Any) -> None:
    """Check a refusal: code 2, both languages, nothing on standard output, no traceback."""
    assert answer.code == 2
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert CHINESE.search(answer.err)
    assert re.search(r"[a-z]{4}", answer.err)


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_the_three_formats_say_the_same(dafeng: Dafeng, words: tuple[str, ...]) -> None:
    found = json.loads(dafeng(*words, "--format", "json").out)
    rows = rows_of(dafeng(*words, "--format", "csv").out)
    assert len(rows) == len(found) > 0
    assert list(rows[0]) == list(found[0])
    first = next(iter(found[0]))
    assert [row[first] for row in rows] == [str(item[first]) for item in found]
    table = dafeng(*words)
    assert table.code == 0
    assert f"{len(found)} 行 / rows" in table.out


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_an_answer_goes_into_a_file_too(dafeng: Dafeng, tmp_path: Path, form: str) -> None:
    printed = dafeng("plan", "agencies", "--format", form).out
    answer = dafeng("plan", "agencies", "--format", form, "--output", tmp_path / "sub/a.txt")
    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "sub/a.txt").read_text("utf-8") == printed


@pytest.mark.parametrize(
    ("option", "column", "value"),
    [
        ("--sector", "sector", "coke"),
        ("--kind", "kind", "implied"),
        ("--year", "target_year", "2030"),
        ("--nature", "nature", "aim"),
        ("--document", "document_id", "sx-work-report-2024"),
        ("--comparator", "comparator", "range"),
    ],
)
def test_targets_are_filtered(dafeng: Dafeng, shanxi: Pack, option: str, column: str, value: str) -> None:
    rows = rows_of(dafeng("plan", "targets", option, value, "--format", "csv").out)
    targets = shanxi.tables["targets"]
    expected = targets.filter(pl.col(column).cast(pl.String) == value)["target_id"].to_list()
    assert [row["target_id"] for row in rows] == expected != []
    assert len(expected) < targets.height


def test_filters_add_up(dafeng: Dafeng) -> None:
    rows = rows_of(dafeng("plan", "targets", "--sector", "coke", "--year", "2025", "--format", "csv").out)
    assert rows
    assert {(row["sector"], row["target_year"]) for row in rows} == {("coke", "2025")}


@pytest.mark.parametrize("noun", ["clauses", "systems", "agencies"])
def test_every_noun_is_filtered_by_field_and_year(dafeng: Dafeng, shanxi: Pack, noun: str) -> None:
    def ids(*words: object) -> set[str]:
        return {
            next(iter(row.values())) for row in rows_of(dafeng("plan", noun, *words, "--format", "csv").out)
        }

    every, field, dated = ids(), ids("--sector", "governance"), ids("--year", 2025)
    both = ids("--sector", "governance", "--year", 2025)
    assert set() < field < every
    assert set() < dated < every
    assert both <= field & dated


def test_an_agency_by_its_chinese_name_or_id(dafeng: Dafeng, shanxi: Pack) -> None:
    by_name = dafeng("plan", "targets", "--agency", "省能源局", "--format", "csv")
    by_id = dafeng("plan", "targets", "--agency", "energy_bureau", "--format", "csv")
    assert by_name.out == by_id.out
    links = shanxi.tables["clause_agencies"]
    clauses = set(links.filter(pl.col("agency_id") == "energy_bureau")["clause_id"])
    found = {row["clause_id"] for row in rows_of(by_name.out)}
    assert found
    assert found <= clauses


@pytest.mark.parametrize(
    ("item", "key", "value"),
    [
        ("T1.2a-3", "target_id", "T1.2a-3"),
        ("T-一(二)a-3", "target_id", "T1.2a-3"),
        ("C2.1.2", "clause_id", "C2.1.2"),
        ("二(一)3", "clause_id", "C2.1.3"),
        ("S004", "system_id", "S004"),
        ("drc", "agency_id", "drc"),
        ("sx-peak-2022-29", "document_id", "sx-peak-2022-29"),
    ],
)
def test_one_item_with_what_belongs_to_it(dafeng: Dafeng, item: str, key: str, value: str) -> None:
    found = json.loads(dafeng("plan", "show", item, "--format", "json").out)
    assert found["item"][key] == value
    rows = {
        row["field"]: row["value"] for row in rows_of(dafeng("plan", "show", item, "--format", "csv").out)
    }
    assert rows[key] == value
    assert value in dafeng("plan", "show", item).out


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("plan", "show", "T1.2a-33"), "T1.2a-3"),
        (("plan", "targets", "--sector", "stel"), "steel"),
        (("plan", "targets", "--kind", "quantifed"), "quantified"),
        (("plan", "targets", "--agency", "能源局"), "省能源局"),
        (("plan", "targets", "--document", "sx-peak-2022-92"), "sx-peak-2022-29"),
        (("plan", "clauses", "--measurable", "part"), "partly"),
        (("plan", "clauses", "--kind", "limitt"), "limit"),
        (("plan", "clauses", "--sector", "stel"), "steel"),
        (("plan", "systems", "--sector", "stel"), "steel"),
        (("plan", "agencies", "--sector", "stel"), "steel"),
        (("plan", "clauses", "--year", "2052"), "2027"),
        (("plan", "systems", "--year", "2052"), "2027"),
        (("plan", "agencies", "--year", "2052"), "2027"),
        (("plan", "systems", "--priority", "cor"), "core"),
        (("plan", "agencies", "--kind", "departement"), "department"),
        (("terms", "list", "fuel"), "fuels"),
        (("track", "board", "--verdict", "mised"), "missed"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(dafeng: Dafeng, words: tuple[str, ...], near: str) -> None:
    answer = dafeng(*words)
    refused(answer)
    for line in answer.err.strip().splitlines():
        assert near in line


@pytest.mark.parametrize(
    "words",
    [
        ("track", "board", "--as-of", "2024-13-01"),
        ("track", "board", "--as-of", "yesterday"),
        ("track", "board", "--pack", "nowhere"),
        ("plan", "targets", "--pack", "nowhere"),
        ("pack", "check", "nowhere"),
        ("pack", "new", "new", "--region", "Atlantis"),
        ("run", "--pack", "nowhere"),
        ("run", "--as-of", "2024-02-30"),
        ("inventory", "run", "--energy", "absent.csv", "--output", "out.csv"),
    ],
)
def test_bad_input_is_refused_in_both_languages(
    dafeng: Dafeng, tmp_path: Path, words: tuple[str, ...]
) -> None:
    refused(dafeng(*words))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        ("plan",),
        ("plan", "nope"),
        ("plan", "targets", "--year", "abc"),
        ("plan", "targets", "--format", "xml"),
        ("inventory", "run"),
    ],
)
def test_a_wrong_command_line_is_refused(dafeng: Dafeng, words: tuple[str, ...]) -> None:
    answer = dafeng(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


def test_the_board_on_a_day(dafeng: Dafeng) -> None:
    boards = {
        day: {
            row["target_id"]: row["verdict"]
            for row in rows_of(dafeng("track", "board", "--as-of", day, "--format", "csv").out)
        }
        for day in ("2024-06-30", "2026-11-22")
    }
    assert boards["2026-11-22"]["T1.2a-3"] == "met"
    assert boards["2024-06-30"]["T1.2a-3"] in {"on_track", "not_yet_due"}
    assert boards["2024-06-30"].keys() < boards["2026-11-22"].keys()


@pytest.mark.parametrize("verdict", ["met", "完成", "Met"])
def test_the_board_of_one_verdict(dafeng: Dafeng, verdict: str) -> None:
    words = ("track", "board", "--as-of", "2026-11-22", "--verdict", verdict, "--format", "csv")
    rows = rows_of(dafeng(*words).out)
    assert {row["verdict"] for row in rows} == {"met"}
    assert "T1.2a-3" in {row["target_id"] for row in rows}


def test_terms_are_listed(dafeng: Dafeng) -> None:
    rows = rows_of(dafeng("terms", "list", "--format", "csv").out)
    assert {row["vocabulary"]: int(row["codes"]) for row in rows} == {
        name: len(terms.entries(name)) for name in terms.vocabularies()
    }
    fuels = rows_of(dafeng("terms", "list", "fuels", "--format", "csv").out)
    assert [row["code"] for row in fuels] == list(terms.entries("fuels"))


def test_the_printed_settings_are_the_defaults_and_can_be_read(dafeng: Dafeng, tmp_path: Path) -> None:
    printed = dafeng("settings").out
    assert dafeng("settings", "--output", tmp_path / "dafeng.toml").code == 0
    assert (tmp_path / "dafeng.toml").read_text("utf-8") == printed
    assert read_settings(tmp_path / "dafeng.toml") == read_settings()
    keys = [line for line in printed.splitlines() if "=" in line and not line.startswith("#")]
    comments = [line for line in printed.splitlines()[1:] if line.startswith("#")]
    assert len(keys) == len(comments)
    assert all(CHINESE.search(line) for line in comments)


def test_settings_of_the_folder_are_obeyed(dafeng: Dafeng, tmp_path: Path, tiny_pack: Path) -> None:
    (tmp_path / "dafeng.toml").write_text(f'pack = "{tiny_pack.as_posix()}"\nlanguage = "en"\n', "utf-8")
    answer = dafeng("plan", "targets")
    assert "name_en" in answer.out
    assert "Example" in answer.out
    (tmp_path / "dafeng.toml").write_text("pak = 1\n", "utf-8")
    refused(dafeng("plan", "targets"))


def test_the_size_limit_of_the_settings_is_obeyed(dafeng: Dafeng, tmp_path: Path) -> None:
    (tmp_path / "dafeng.toml").write_text("max_file_mb = 1\n", "utf-8")
    (tmp_path / "in.csv").write_bytes(b"region,year\n" + b"x" * (1 << 20))
    answer = dafeng("inventory", "run", "--energy", "in.csv", "--output", "out.csv")
    refused(answer)
    assert "max_file_mb" in answer.err
    assert not (tmp_path / "out.csv").exists()


ENERGY = (
    "region,year,variable,sector,fuel,unit,value\n"
    "CN-SX,2020,final_consumption,power_heat,Raw_Coal,10^4 t,{}\n"
)


def test_an_inventory_from_the_command_line(dafeng: Dafeng, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ENERGY.format(100), "utf-8")
    answer = dafeng("inventory", "run", "--energy", "in.csv", "--output", "out.csv")
    assert answer.code == 0
    assert "7 行 / rows" in answer.out
    (tmp_path / "in.csv").write_text(ENERGY.format(-100), "utf-8")
    before = (tmp_path / "out.csv").read_bytes()
    refused(dafeng("inventory", "run", "--energy", "in.csv", "--output", "out.csv"))
    assert (tmp_path / "out.csv").read_bytes() == before
    answer = dafeng("inventory", "run", "--energy", "in.csv", "--output", "out.csv", "--accept-findings")
    assert answer.code == 0
    assert (tmp_path / "out.csv").read_bytes() != before
    assert pl.read_csv(tmp_path / "out.findings.csv").height == 1


def test_a_pack_is_made_checked_and_run(dafeng: Dafeng, tmp_path: Path) -> None:
    assert dafeng("pack", "new", "mine", "--region", "山西").code == 0
    assert dafeng("pack", "check", "mine").code == 0
    refused(dafeng("pack", "new", "mine", "--region", "山西"))
    assert dafeng("run", "--pack", "mine", "--out", "out", "--as-of", "2026-11-22").code == 0
    assert (tmp_path / "out/report.html").is_file()
    (tmp_path / "mine/targets.csv").unlink()
    refused(dafeng("pack", "check", "mine"))


def test_the_main_job_says_what_it_found(dafeng: Dafeng, tiny_pack: Path) -> None:
    words = ("run", "--pack", tiny_pack, "--out", "out", "--as-of", "2026-11-22", "--accept-findings")
    first, second = dafeng(*words), dafeng(*words)
    assert first.code == second.code == 0
    assert "CO₂ 20" in first.out
    assert "report.html" in first.out
    assert "unchanged" in second.out
    assert "unchanged" not in first.out


def test_fields_of_a_pack_are_described(dafeng: Dafeng) -> None:
    text = dafeng("pack", "fields").out
    assert "targets.csv" in text
    assert "目标" in text


def test_the_version(dafeng: Dafeng) -> None:
    assert re.fullmatch(r"dafeng \d+\.\d+\S*\n", dafeng("--version").out)
