"""The four commands from files to files; a refused input writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.power.forecast.made_stations import make_sun, make_wind
from typer.testing import CliRunner

from dafeng.cli.power_forecast import app
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of two farms."""
    pairs = [make_wind(100), make_wind(100, seed=21, station="w2")]
    for name, part in zip(("power", "weather"), zip(*pairs, strict=True), strict=True):
        pl.concat(part).write_csv(tmp_path / f"{name}.csv")
    return tmp_path


def call(folder: Path, *words: str) -> str:
    """Return what a command says; it must succeed."""
    done = RUNNER.invoke(app, [*words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_train_predict_and_score(folder: Path) -> None:
    power, weather, model = (str(folder / name) for name in ("power.csv", "weather.csv", "m.json"))
    told = call(folder, "train", power, "--kind", "wind", "--weather", weather, "--output", model)
    assert "w1: lightgbm" in told
    out = str(folder / "forecast.csv")
    call(folder, "predict", model, power, "--weather", weather, "--output", out, "--total", "all")
    table = pl.read_csv(out)
    assert table["station"].unique().sort().to_list() == ["all", "w1", "w2"]
    assert table.filter(pl.col("station") == "all")["capacity_mw"].unique().to_list() == [200.0]
    widths = table.group_by("station").agg((pl.col("p90_share") - pl.col("p10_share")).mean().alias("w"))
    by_name = dict(widths.rows())
    assert by_name["all"] < max(by_name["w1"], by_name["w2"])
    for output in ("scores.csv", "scores.html"):
        said = call(
            folder, "score", power, "--kind", "wind", "--weather", weather, "--method", "statistics",
            "--test-from", "2023-03-01", "--output", str(folder / output),
        )  # fmt: skip
        assert "shanxi_wind_day" in said
    page = (folder / "scores.html").read_text("utf-8")
    assert "风光功率预报评分" in page
    assert "shanxi_wind_day" in page
    assert "Content-Security-Policy" in page
    assert set(pl.read_csv(folder / "scores.csv")["model"]) == {"persistence", "climatology", "blend"}


def test_normalise_says_what_a_mean_year_gives(tmp_path: Path) -> None:
    power, weather = make_sun(731)
    power.gather_every(4).write_csv(tmp_path / "p.csv")
    weather.gather_every(4).write_csv(tmp_path / "w.csv")
    said = call(
        tmp_path, "normalise", str(tmp_path / "p.csv"), "--kind", "pv", "--weather", str(tmp_path / "w.csv"),
        "--output", str(tmp_path / "n.csv"),
    )  # fmt: skip
    assert "index_ratio" in said
    assert pl.read_csv(tmp_path / "n.csv")["year"].to_list() == [2023, 2024]


def test_a_refused_input_writes_nothing(folder: Path) -> None:
    broken = folder / "broken.csv"
    text = (folder / "power.csv").read_text()
    broken.write_text(text.replace("2023-01-03 05:00", "2023-01-03 05:10"))
    out = folder / "never"
    for words in (
        ("train", str(broken), "--kind", "wind", "--output", str(out)),
        ("score", str(broken), "--kind", "wind", "--test-from", "2023-03-01", "--output", str(out)),
        ("predict", str(folder / "power.csv"), str(folder / "power.csv"), "--output", str(out)),
        ("train", str(folder / "power.csv"), "--kind", "wind", "--until", "soon", "--output", str(out)),
    ):
        done = RUNNER.invoke(app, words)
        assert isinstance(done.exception, InputRefused)
        assert not out.exists()


def test_a_missing_extra_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)
    words = ("train", str(folder / "power.csv"), "--kind", "wind", "--horizon", "ultra_short", "--output")
    done = RUNNER.invoke(app, [*words, str(folder / "m.json")])
    assert isinstance(done.exception, InputRefused)
    assert done.exception.findings[0].code == "forecast_extra_missing"
    done = RUNNER.invoke(app, [*words, str(folder / "m.json"), "--method", "statistics"])
    assert done.exit_code == 0, done.output
    out = str(folder / "f.csv")
    done = RUNNER.invoke(app, ["predict", str(folder / "m.json"), str(folder / "power.csv"), "--output", out])
    assert done.exit_code == 0, done.output
    assert set(pl.read_csv(out)["model"]) == {"blend"}
