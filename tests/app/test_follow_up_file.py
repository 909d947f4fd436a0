"""The follow-up record on disk: nothing is lost, nothing is written in halves, nothing is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import dafeng
from dafeng.app.follow_up_file import FILE, LOCK, list_notices, read_follow_ups, record_notice, start_notices
from dafeng.cities.follow_up import NoticeStep
from dafeng.errors import InputRefused
from dafeng.store.lock import hold_lock

SOURCE = Path(dafeng.__file__).parent.parent
EACH = 8
WORKER = """
import sys
from pathlib import Path
from dafeng.app.follow_up_file import start_notices
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
while not (folder / "go").exists():
    pass
for place in range(count):
    start_notices(folder, [{
        "notice_id": f"{name}-{place}", "recorded_on": "2026-01-10", "recorded_by": name, "kind": "reminder",
        "subject_id": "s", "target_ids": None,
    }])
"""


def drafts(*names: str) -> list[dict[str, str | None]]:
    return [
        {
            "notice_id": name, "recorded_on": "2026-01-10", "recorded_by": "甲", "kind": "reminder",
            "subject_id": "drc", "target_ids": "T1",
        }
        for name in names
    ]  # fmt: skip


def test_two_processes_at_once_lose_no_row(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    running = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), name, str(EACH)], env=environment)
        for name in ("one", "two")
    ]
    (tmp_path / "go").touch()
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    made = read_follow_ups(tmp_path)
    assert sorted(made["notice_id"]) == sorted(f"{n}-{i}" for n in ("one", "two") for i in range(EACH))


def test_a_record_goes_on_and_is_read_back(tmp_path: Path) -> None:
    start_notices(tmp_path, drafts("n1", "n2"))
    step = NoticeStep(
        "n1", "issued", date(2026, 1, 20), "乙", "2026-02-01", "示例〔2026〕1号", "附注，带逗号\n换行"
    )
    assert record_notice(tmp_path, step)["state"].to_list() == ["drafted", "issued"]
    standing = list_notices(tmp_path, date(2026, 2, 11))
    assert standing.select("notice_id", "state", "overdue_days").rows() == [
        ("n1", "issued", 10), ("n2", "drafted", None),
    ]  # fmt: skip
    assert start_notices(tmp_path, drafts("n1", "n3")).height == 4  # n1 is there already


def test_a_refused_step_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    start_notices(tmp_path, drafts("n1"))
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputRefused):
        record_notice(tmp_path, NoticeStep("n1", "closed", date(2026, 1, 20), "乙"))
    assert (tmp_path / FILE).read_bytes() == before


def test_no_record_is_made_where_there_is_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputRefused) as error:
            record_notice(folder, NoticeStep("n1", "issued", date(2026, 1, 20), "乙"))
        assert error.value.findings[0].code == "file_missing"
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("drafted", "closed", "notice_step_forbidden"),
        (",1,2026", ",7,2026", "notice_step_number"),
        ("reminder", "decree", "code_unknown"),
        ("2026-01-10", "gestern", "cell_not_date"),
        ("notice_id", "notice", "column_missing"),
    ],
)
def test_an_edited_file_is_refused_with_its_row(tmp_path: Path, old: str, new: str, code: str) -> None:
    start_notices(tmp_path, drafts("n1"))
    path = tmp_path / FILE
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputRefused) as error:
        read_follow_ups(tmp_path)
    assert code in {finding.code for finding in error.value.findings}


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    with hold_lock(tmp_path / LOCK), pytest.raises(InputRefused) as error, hold_lock(tmp_path / LOCK, 0.05):
        pass
    assert error.value.findings[0].code == "lock_busy"
    with hold_lock(tmp_path / LOCK, 0.05):  # and it is free again
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputRefused):
        start_notices(tmp_path, drafts("n1"))
