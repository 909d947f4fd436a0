"""Importing the package and asking for help cost next to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dafeng

HEAVY = {
    "polars",
    "pandera",
    "typer",
    "pint",
    "pydantic",
    "numpy",
    "scipy",
    "jinja2",
    "xlsxwriter",
    "fontTools",
}
SOURCE = Path(dafeng.__file__).parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=60,
        check=False,
    )


def loaded_by(code: str) -> set[str]:
    done = run("-c", f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code", ["import dafeng", "import dafeng.errors", "import dafeng.cli", "import dafeng.period"]
)
def test_light_modules_stay_light(code: str) -> None:
    assert loaded_by(code) & HEAVY == set()


def test_terms_and_units_are_read_without_tables() -> None:
    code = "from dafeng import terms, units\nassert terms.resolve('provinces', '山西')\n"
    assert loaded_by(code) & {"polars", "pandera", "pint", "typer"} == set()


def test_the_search_sees_what_is_imported() -> None:
    assert "polars" in loaded_by("import dafeng.pack")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["pack", "--help"],
        ["inventory", "--help"],
        ["plan", "--help"],
        ["track", "--help"],
        ["terms", "--help"],
        ["register", "--help"],
        ["access", "--help"],
    ],
)
def test_help_needs_no_tables(arguments: list[str]) -> None:
    done = run("-X", "importtime", "-m", "dafeng", *arguments)
    assert done.returncode == 0, done.stderr
    assert "dafeng" in done.stdout
    imported = {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "dafeng.cli" in imported
    assert not {name for name in imported if name.partition(".")[0] in {"polars", "pandera", "pint", "scipy"}}
