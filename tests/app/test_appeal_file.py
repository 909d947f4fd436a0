"""The record of appeals on disk: two writers at once lose no row."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl

import dafeng

SOURCE = Path(dafeng.__file__).parent.parent
EACH = 3
WORKER = """
import sys
from datetime import date
from pathlib import Path
from dafeng.app.appeal_file import AppealRequest, record_appeal
from dafeng.cities.appeals import EvaluationAppeals
from dafeng.table import empty_table
folder, pack, month, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
cells = dict.fromkeys(empty_table(EvaluationAppeals).columns)
while not (folder / "go").exists():
    pass
for day in range(1, count + 1):
    row = cells | {
        "subject_id": "610300", "year": 2025, "item_id": "other_parts", "filed_on": f"2026-{month}-{day:02}",
        "claim_zh": "虚构", "decision": "pending", "source_id": "made",
    }
    record_appeal(AppealRequest(folder / "appeals.csv", row, pack, "2014", date(2026, 11, 1)))
"""


def test_two_processes_at_once_lose_no_appeal(tiny_pack: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    months = ("03", "04")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), str(tiny_pack), month, str(EACH)], env=environment
        )
        for month in months
    ]
    (tmp_path / "go").touch()
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    made = pl.read_csv(tmp_path / "appeals.csv", infer_schema=False)
    expected = [f"2026-{month}-{day:02}" for month in months for day in range(1, EACH + 1)]
    assert sorted(made["filed_on"]) == expected
