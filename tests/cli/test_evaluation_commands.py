"""``dafeng evaluation`` as a user calls it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Answer

HEADER = "subject_id,year,item_id,unit,required_value,achieved_value,points,source_id,grade"
FIGURES = f"""{HEADER}
西安市,2025,annual,%,4,4.1,,made,B
西安市,2025,cumulative,%,18,18,,made,B
西安市,2025,other_parts,,,,42,made,B
610300,2025,annual,%,4,4,,made,B
610300,2025,cumulative,%,18,18.5,,made,B
610300,2025,other_parts,,,,36,made,B
"""


@pytest.fixture
def evaluation(dafeng: Callable[..., Answer], tiny_pack: Path) -> Callable[..., Answer]:
    def call(verb: str, *words: object) -> Answer:
        return dafeng("evaluation", verb, *words, "--pack", tiny_pack, "--as-of", "2026-07-01")

    return call


def test_a_file_is_evaluated_in_place_of_the_pack(evaluation: Callable[..., Answer], tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, "utf-8")
    empty = tmp_path / "appeals.csv"
    empty.write_text("subject_id,year,item_id,filed_on,claim_zh,decision,source_id\n"
                     "610300,2025,other_parts,2026-05-01,虚构,pending,made\n", "utf-8")  # fmt: skip
    answer = evaluation(
        "run", file, "--rules", "2014", "--year", 2025, "--appeals", empty, "--format", "json"
    )
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    ranked = {row["subject_id"]: (row["points"], row["rank"], row["grade_name"]) for row in found["results"]}
    assert ranked == {"610100": (92.0, 1, "excellent"), "610300": (86.0, 2, "good")}
    assert [row["appeal"] for row in found["scores"]].count("pending") == 1


def test_items_show_what_is_missing(evaluation: Callable[..., Answer]) -> None:
    answer = evaluation("run", "--rules", "2014", "--year", 2025, "--items", "--format", "csv")
    assert answer.code == 0
    assert answer.out.count("no_figures") == 2
    assert "不用于计分" in answer.out


def test_bad_rows_are_refused_with_place_and_cure(evaluation: Callable[..., Answer], tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        FIGURES.replace("西安市,2025,annual,%", "西按市,2025,annual,1").replace(",42,", ",52,"), "utf-8"
    )
    answer = evaluation("run", file, "--rules", "2014", "--year", 2025)
    assert answer.code == 2
    for words in ("第2行", "是否为 西安", "did you mean", "52", "row 4"):
        assert words in answer.err


def test_departments_without_rules_are_blocked_and_counted(evaluation: Callable[..., Answer]) -> None:
    answer = evaluation("run", "--subjects", "departments", "--format", "json")
    rows = json.loads(answer.out)["results"]
    assert {row["subject_id"]: row["outcome"] for row in rows} == {"drc": "blocked", "ecology": "blocked"}
    assert "target(s) in " in rows[0]["why_en"]


def test_a_pack_is_written_completed_and_used(
    evaluation: Callable[..., Answer], dafeng: Callable[..., Answer], tmp_path: Path
) -> None:
    rules = tmp_path / "mine.csv"
    assert dafeng("evaluation", "rules", "departments", "--output", rules).code == 0
    header, line = rules.read_text("utf-8").splitlines()
    place = header.split(",").index("points_max")
    cells = line.split(",")
    cells[place] = "100"
    rules.write_text("\n".join([header, ",".join(cells)]), "utf-8")
    figures = tmp_path / "figures.csv"
    figures.write_text(
        f"{HEADER}\ndrc,2025,tasks,,,,80,made,B\n示例环保厅,2025,tasks,,,,70,made,B\n", "utf-8"
    )
    answer = evaluation(
        "run", figures, "--rules", rules, "--year", 2025, "--subjects", "departments", "--format", "json"
    )
    assert answer.code == 2  # the former body's name is no id and no other spelling
    figures.write_text(
        f"{HEADER}\ndrc,2025,tasks,,,,80,made,B\nenvironment_until_2018,2025,tasks,,,,70,made,B\n", "utf-8"
    )
    answer = evaluation(
        "run", figures, "--rules", rules, "--year", 2025, "--subjects", "departments", "--format", "json"
    )
    assert answer.code == 0, answer.err
    ranks = {row["subject_id"]: (row["points"], row["rank"]) for row in json.loads(answer.out)["results"]}
    assert ranks == {"drc": (80.0, 1), "ecology": (70.0, 2)}


def test_rule_packs_are_listed(dafeng: Callable[..., Answer]) -> None:
    listed = dafeng("evaluation", "rules", "--format", "json")
    assert {row["rule_pack"] for row in json.loads(listed.out)} == {"2014", "2026", "plan13", "departments"}
    assert dafeng("evaluation", "rules", "2015").code == 2


def test_ranks_under_other_weights(evaluation: Callable[..., Answer], tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, "utf-8")
    answer = evaluation(
        "stability",
        file,
        "--rules",
        "2014",
        "--year",
        2025,
        "--draws",
        200,
        "--law",
        "dirichlet",
        "--format",
        "json",
    )
    found = json.loads(answer.out)
    assert [(row["subject_id"], row["rank"], row["rank_kept_share"]) for row in found["ranks"]] == [
        ("610100", 1, 1.0), ("610300", 2, 1.0),
    ]  # fmt: skip
    assert found["swaps"] == []


def test_without_ranks_there_is_nothing_to_vary(evaluation: Callable[..., Answer]) -> None:
    answer = evaluation("stability", "--rules", "plan13", "--year", 2025)
    assert answer.code == 3
    assert "plan13" in answer.err


def test_appeals_are_added_to_a_record_and_count_from_their_decision(
    dafeng: Callable[..., Answer], tiny_pack: Path, tmp_path: Path
) -> None:
    record, figures = tmp_path / "appeals.csv", tmp_path / "figures.csv"
    figures.write_text(FIGURES, "utf-8")
    words = [
        record, "--subject", "610300", "--year", 2025, "--item", "other_parts", "--filed-on", "2026-05-06",
        "--claim", "虚构", "--source", "made", "--pack", tiny_pack,
    ]  # fmt: skip
    decided = ["--decision", "upheld", "--decided-on", "2026-06-01", "--points", 46]
    assert dafeng("evaluation", "appeal", *words).code == 0
    first = record.read_bytes()
    again = ["宝鸡市" if word == "610300" else word for word in words]
    assert dafeng("evaluation", "appeal", *again).code == 2
    assert dafeng("evaluation", "appeal", *words, *decided[:-1], 51).code == 2
    assert record.read_bytes() == first
    assert dafeng("evaluation", "appeal", *words, *decided).code == 0
    assert record.read_bytes().startswith(first)
    for day, rank in (("2026-05-31", 2), ("2026-06-01", 1)):
        answer = dafeng(
            "evaluation", "run", figures, "--appeals", record, "--rules", "2014", "--year", 2025,
            "--as-of", day, "--pack", tiny_pack, "--format", "json",
        )  # fmt: skip
        rows = {row["subject_id"]: row["rank"] for row in json.loads(answer.out)["results"]}
        assert rows["610300"] == rank


@pytest.mark.parametrize(("subject", "day", "said"), [
    ("宝鸡巿", "2026-05-06", "宝鸡"), ("610300", "昨天", "昨天"),
])  # fmt: skip
def test_an_appeal_of_nobody_is_refused_and_nothing_written(
    dafeng: Callable[..., Answer], tiny_pack: Path, tmp_path: Path, subject: str, day: str, said: str
) -> None:
    record = tmp_path / "appeals.csv"
    answer = dafeng(
        "evaluation", "appeal", record, "--subject", subject, "--year", 2025, "--item", "annual",
        "--filed-on", day, "--claim", "虚构", "--source", "made", "--pack", tiny_pack,
    )  # fmt: skip
    assert answer.code == 2
    assert said in answer.err
    assert not record.exists()
