"""Slow parts of the main job: asked for by name, and said when they were not run."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app import pathway_stage, power_stage
from dafeng.app.pathway_stage import Effort
from dafeng.app.run import RunRequest, RunSummary, run
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 22)


def test_a_part_that_is_not_known_is_refused_before_anything_is_written(
    tiny_pack: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused) as refused:
        run(RunRequest(str(tiny_pack), tmp_path / "out", DAY, extras=frozenset({"ensembl", "ensemble"})))
    assert [finding.code for finding in refused.value.findings] == ["run_part_unknown"]
    assert "known: ensemble, power" in refused.value.text("en")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_what_was_not_run_is_said_and_runs_when_it_is_asked_for(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pathway_stage, "USUAL", Effort(64, 8, 64))
    monkeypatch.setattr(pathway_stage, "LARGE", Effort(128, 16, 64))
    out = tmp_path / "out"

    def draws() -> set[int]:
        return set(pl.read_parquet(out / "tables" / "pathway.peak.parquet")["draws"])

    def not_run() -> list[str]:
        found: list[str] = json.loads((out / "manifest.json").read_text("utf-8"))["not_run"]
        return found

    usual = run(RunRequest(str(tiny_pack), out, DAY, accept_findings=True))
    assert usual.not_run == ("ensemble", "power")
    assert (not_run(), draws()) == (["ensemble", "power"], {64})
    large = run(RunRequest(str(tiny_pack), out, DAY, accept_findings=True, extras=frozenset({"ensemble"})))
    assert large.not_run == ("power",)
    assert (not_run(), draws()) == (["power"], {128})
    assert {"pathway", "report"} <= set(large.computed)
    assert "inventory" in large.kept


@pytest.mark.slow
def test_the_power_plan_runs_when_it_is_asked_for_is_kept_and_goes_again(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pathway_stage, "USUAL", Effort(64, 8, 64))
    monkeypatch.setattr(power_stage, "HOURS", 48)
    monkeypatch.setattr(power_stage, "YEARS", (2025, 2030))
    out = tmp_path / "out"

    def go(*extras: str) -> RunSummary:
        return run(RunRequest(str(tiny_pack), out, DAY, accept_findings=True, extras=frozenset(extras)))

    made = go("power")
    assert made.not_run == ("ensemble",)
    certificate = pl.read_parquet(out / "tables" / "power.certificate.parquet")
    assert certificate["hours"].to_list() == [96.0]
    page = (out / "report.html").read_text("utf-8")
    assert "--with power 计算" not in page
    assert "已证明的差距" in page
    assert "power" in go("power").kept
    assert "power" in go().computed
    assert not (out / "tables" / "power.certificate.parquet").exists()
    assert "--with power 计算" in (out / "report.html").read_text("utf-8")
