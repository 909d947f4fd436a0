"""The command line as a process of its own: signals, pipes, how fast it says what it can do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import dafeng

DAFENG = [sys.executable, "-m", "dafeng"]
PLACE = {**os.environ, "PYTHONPATH": str(Path(dafeng.__file__).parents[1])}
"""Finds the package from any working folder, installed or not."""


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    command = [*DAFENG, "run", "--out", "out", "--as-of", "2024-06-30"]
    subprocess.run(command, cwd=folder, env=PLACE, check=True, capture_output=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_130_and_the_old_results(results: Path, number: int) -> None:
    before = snapshot(results / "out")
    command = [*DAFENG, "run", "--out", "out", "--as-of", "2026-11-22"]
    process = subprocess.Popen(
        command, cwd=results, env=PLACE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while (
        not list((results / "out").glob(".building-*")) and process.poll() is None and time.monotonic() < end
    ):
        time.sleep(0.005)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "中断" in err
    assert "interrupted" in err
    assert snapshot(results / "out") == before
    assert not list((results / "out").glob(".building-*"))


def test_a_refusal_has_exit_code_2_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\x00\x01")
    (tmp_path / "out.csv").write_bytes(b"old")
    done = subprocess.run(
        [*DAFENG, "inventory", "run", "--energy", "in.csv", "--output", "out.csv"],
        cwd=tmp_path, env=PLACE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "二进制" in done.stderr
    assert "binary" in done.stderr
    assert (tmp_path / "out.csv").read_bytes() == b"old"


def test_a_closed_pipe_is_no_failure(tmp_path: Path) -> None:
    command = [*DAFENG, "plan", "targets", "--format", "json"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=PLACE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert "Traceback" not in err


def test_help_loads_no_heavy_library(tmp_path: Path) -> None:
    program = (
        "import sys\nsys.argv = ['dafeng', '--help']\nfrom dafeng.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('polars', 'pandera', 'numpy', 'scipy', 'jinja2', 'xlsxwriter', 'pint')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=PLACE, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
@pytest.mark.parametrize(
    "words", [["plan", "targets", "--pack", "shanxi"], ["run", "--accept-findings"], ["run", "--x"]]
)
def test_a_terminal_that_cannot_show_everything_still_gets_an_answer(
    tmp_path: Path, tiny_pack: Path, encoding: str, words: list[str]
) -> None:
    (tmp_path / "dafeng.toml").write_text(f'pack = "{tiny_pack.as_posix()}"\n', "utf-8")
    environment = {**PLACE, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([*DAFENG, *words], cwd=tmp_path, capture_output=True, env=environment, check=False)
    assert done.returncode == (2 if "--x" in words else 0)
    assert b"Traceback" not in done.stderr
    assert done.stdout or done.stderr
