"""The workspace: one writer, whole results, what has not changed is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import dafeng
from dafeng.errors import InputRefused
from dafeng.provenance import Step, hash_bytes
from dafeng.result import NamedTable, Result
from dafeng.store import Manifest, Workspace, open_workspace
from dafeng.table import Table, column


class Numbers(Table):
    """Numbers by year."""

    year: int = column(key=True, unit="year", zh="年份", en="Year")
    co2_mt: float = column(unit="Mt", nullable=True, zh="排放", en="CO2")


def result_of(value: float, name: str = "room.numbers") -> Result:
    frame = pl.DataFrame({"year": [2020, 2021], "co2_mt": [value, None]})
    table = NamedTable(name, frame, Numbers, "数", "Numbers")
    return Result("room", {name: table}, (Step("room.make", "造数", "made numbers", {"value": value}, 2),))


def write(root: Path, value: float = 1.0, key: str = "k", name: str = "room.numbers") -> None:
    with open_workspace(root) as workspace:
        workspace.add_result(result_of(value, name), key, {"in.csv": "hash"})
        workspace.add_files("report", key, {"report.html": f"<p>{value}".encode()}, {})
        workspace.commit(Manifest(stages=workspace.stages))


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def test_tables_are_written_twice_with_what_describes_them(tmp_path: Path) -> None:
    write(tmp_path)
    parquet = pl.read_parquet(tmp_path / "tables/room.numbers.parquet")
    table = pl.read_csv(tmp_path / "tables/room.numbers.csv")
    assert parquet.equals(result_of(1.0).tables["room.numbers"].frame)
    assert table.equals(parquet)
    assert (tmp_path / "tables/room.numbers.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    record = Manifest.model_validate(json.loads((tmp_path / "manifest.json").read_text("utf-8"))).stages[
        "room"
    ]
    assert record.tables == [
        {"id": "room.numbers", "zh": "数", "en": "Numbers", "rows": 2, "columns": [
            {"name": "year", "type": "Int64", "unit": "year", "zh": "年份", "en": "Year", "key": True},
            {"name": "co2_mt", "type": "Float64", "unit": "Mt", "zh": "排放", "en": "CO2", "key": False},
        ]}
    ]  # fmt: skip
    assert record.steps[0]["parameters"] == {"value": 1.0}
    assert record.inputs == {"in.csv": "hash"}
    for name, digest in record.files.items():
        assert hash_bytes((tmp_path / name).read_bytes()) == digest


def test_what_has_not_changed_is_kept_and_readable(tmp_path: Path) -> None:
    write(tmp_path)
    with open_workspace(tmp_path) as workspace:
        assert not workspace.keeps("room", "other key")
        assert not workspace.keeps("absent", "k")
        assert workspace.keeps("room", "k")
        assert workspace.read_table("room.numbers")["co2_mt"].to_list() == [1.0, None]


@pytest.mark.parametrize("name", ["tables/room.numbers.parquet", "tables/room.numbers.csv"])
@pytest.mark.parametrize("damage", ["remove", "change", "empty"])
def test_damaged_files_are_not_kept(tmp_path: Path, name: str, damage: str) -> None:
    write(tmp_path)
    path = tmp_path / name
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" " if damage == "change" else b"")
    with open_workspace(tmp_path) as workspace:
        assert not workspace.keeps("room", "k")
        assert workspace.keeps("report", "k")


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"stages": 3}', b"\xff\xfe", b'{"unknown": 1}'])
def test_a_damaged_manifest_means_a_fresh_start(tmp_path: Path, manifest: bytes) -> None:
    write(tmp_path)
    (tmp_path / "manifest.json").write_bytes(manifest)
    with open_workspace(tmp_path) as workspace:
        assert workspace.previous == Manifest()
        assert not workspace.keeps("room", "k")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x")])
def test_an_interrupted_writer_leaves_the_old_results(tmp_path: Path, error: BaseException) -> None:
    write(tmp_path)
    before = snapshot(tmp_path)

    def interrupted() -> None:
        with open_workspace(tmp_path) as workspace:
            workspace.add_result(result_of(2.0), "k2", {})
            assert workspace.read_table("room.numbers")["co2_mt"][0] == 2.0
            raise error

    with pytest.raises(type(error)):
        interrupted()
    assert snapshot(tmp_path) == before
    assert not list(tmp_path.glob(".building-*"))


def test_an_uncommitted_workspace_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    before = snapshot(tmp_path)
    with open_workspace(tmp_path) as workspace:
        workspace.add_result(result_of(2.0), "k2", {})
    assert snapshot(tmp_path) == before


def test_files_that_nobody_makes_any_more_are_removed_and_strangers_stay(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "tables/mine.csv").write_bytes(b"note")
    write(tmp_path, 2.0, "k2", "room.other")
    names = set(snapshot(tmp_path))
    assert "tables/room.numbers.csv" not in names
    assert {"tables/mine.csv", "tables/room.other.csv", "tables/room.other.parquet", "report.html"} <= names


def test_the_remains_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".building-99999"
    (stale / "tables").mkdir(parents=True)
    (stale / "tables/x.csv").write_bytes(b"half")
    write(tmp_path)
    assert not list(tmp_path.glob(".building-*"))


def test_a_second_writer_is_refused_and_disturbs_nothing(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as workspace:
        workspace.add_result(result_of(1.0), "k", {})
        with pytest.raises(InputRefused) as caught, open_workspace(tmp_path):
            pytest.fail("two writers")
        assert caught.value.findings[0].code == "run_locked"
        workspace.commit(Manifest(stages=workspace.stages))
    assert "tables/room.numbers.csv" in snapshot(tmp_path)
    with open_workspace(tmp_path) as workspace:
        assert workspace.keeps("room", "k")


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom dafeng.errors import InputRefused\n"
        "from dafeng.store import open_workspace\n"
        "try:\n    with open_workspace(Path(sys.argv[1])): pass\n"
        "except InputRefused as error: sys.exit(error.findings[0].code)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    place = {**os.environ, "PYTHONPATH": str(Path(dafeng.__file__).parents[1])}
    with open_workspace(tmp_path):
        held = subprocess.run(command, env=place, capture_output=True, text=True, check=False)
    free = subprocess.run(command, env=place, capture_output=True, text=True, check=False)
    assert "run_locked" in held.stderr
    assert free.returncode == 0


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"mine")
    with pytest.raises(InputRefused) as caught, open_workspace(path):
        pytest.fail("opened a file")
    assert caught.value.findings[0].code == "output_not_writable"
    assert path.read_bytes() == b"mine"


def test_an_interrupt_while_results_move_into_place_waits_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    original = Workspace._remove_stale

    def interrupt_first(self: Workspace, manifest: Manifest) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        original(self, manifest)

    monkeypatch.setattr(Workspace, "_remove_stale", interrupt_first)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, 2.0, "k2")
    assert pl.read_parquet(tmp_path / "tables/room.numbers.parquet")["co2_mt"][0] == 2.0
    with open_workspace(tmp_path) as workspace:
        assert workspace.keeps("room", "k2")
        assert workspace.keeps("report", "k2")


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")
