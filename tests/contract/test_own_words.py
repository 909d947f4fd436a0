"""The pack restates the plan in words of its own: no long run of the document's sentences."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

RUN = 13
HAN = re.compile(f"[\u4e00-\u9fff]{{{RUN},}}")
PACK = Path(str(files("dafeng"))) / "packs" / "shanxi"


def runs(text: str) -> set[str]:
    """Return every piece of ``RUN`` Han characters in a row."""
    return {run[i : i + RUN] for run in HAN.findall(text) for i in range(len(run) - RUN + 1)}


@pytest.fixture(scope="module")
def original(data_dir: Path) -> set[str]:
    path = data_dir / "pathways" / "plan_sentences.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there: set DAFENG_TEST_DATA")
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = set().union(*(runs(row["text_simplified_degarbled"]) for row in csv.DictReader(file)))
    assert len(found) > 1000
    return found


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Return the names of bodies and documents: names, not sentences."""
    found: set[str] = set()
    for file, columns in (
        ("agencies.csv", ("name_zh", "full_name_zh")),
        ("documents.csv", ("title_zh", "issuer_zh")),
    ):
        with (PACK / file).open(encoding="utf-8-sig", newline="") as stream:
            found |= {row[column] for row in csv.DictReader(stream) for column in columns if row[column]}
    return found


@pytest.mark.data
@pytest.mark.parametrize("path", sorted(PACK.glob("*.csv")), ids=lambda path: path.name)
def test_no_long_run_of_the_plan(path: Path, original: set[str], names: set[str]) -> None:
    allowed = set().union(*(runs(name) for name in names))
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = [
            (number, column, sorted(shared)[0])
            for number, row in enumerate(csv.DictReader(file), 2)
            for column, cell in row.items()
            if (shared := (runs(cell or "") & original) - allowed)
        ]
    assert found == []


@pytest.mark.data
@pytest.mark.parametrize("path", sorted(PACK.glob("*/*.toml")), ids=lambda path: path.name)
def test_no_long_run_of_the_plan_in_definitions(path: Path, original: set[str], names: set[str]) -> None:
    allowed = set().union(*(runs(name) for name in names))
    lines = path.read_text("utf-8").splitlines()
    assert [n for n, line in enumerate(lines, 1) if (runs(line) & original) - allowed] == []


def test_a_run_is_found_wherever_it_starts() -> None:
    sentence = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
    assert len(runs(f"前，{sentence}，后")) == 2
    assert runs(sentence[:12]) == set()
