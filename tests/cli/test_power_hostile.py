"""``dafeng power`` against wrong numbers, damaged plans and files that are not what they seem."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.power.forecast.made_stations import make_wind

from dafeng.app import power_output as output_room
from dafeng.errors import InputRefused
from dafeng.files import read_bytes
from dafeng.provenance import hash_json

if TYPE_CHECKING:
    from collections.abc import Callable

    Dafeng = Callable[..., Any]

FEW = ("--hours", 48, "--as-of", "2026-11-22")


@pytest.fixture
def plan(dafeng: Dafeng, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of a small plan of two years."""
    monkeypatch.setattr(output_room, "can_export", lambda: False)
    words = ("--years", "2025，2030", "--output", "plan", "--pack", tiny_pack, *FEW)
    answer = dafeng("power", "plan", "--scenario", "plan", *words)
    assert answer.code == 0, answer.err
    return tmp_path / "plan"


def refused(answer: Any, *names: str) -> None:
    assert answer.code == 2, answer.err
    assert "错误" in answer.err
    for name in names:
        assert name in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "--years", "2025,x"), ("numbers_unread", "2025,x", "--years")),
        (("plan", "--hours", 50), ("power_hours_days", "48", "72")),
        (("plan", "--carbon-price", "1e12"), ("option_outside", "--carbon-price")),
        (("plan", "--output", "x" * 300), ("path_unusable",)),
        (("ensemble", "--weather", "2019.5"), ("numbers_unread", "2019.5")),
        (("ensemble", "--seeds", "1.5"), ("numbers_unread", "--seeds")),
    ],
)
def test_wrong_numbers(
    dafeng: Dafeng, tiny_pack: Path, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    noun, *rest = words
    given = {"--years": "2025", "--output": "out", "--hours": 48} | dict(
        zip(rest[::2], rest[1::2], strict=True)
    )
    answer = dafeng(
        "power", noun, "--scenario", "plan", "--pack", tiny_pack, *(w for pair in given.items() for w in pair)
    )
    refused(answer, *said)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_plan_is_refused_wherever_it_is_read(
    dafeng: Dafeng, plan: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    def damage(name: str, **changed: Any) -> Path:
        copy = Path(shutil.copytree(plan, tmp_path / name))
        told = json.loads((copy / "plan.json").read_text("utf-8")) | changed
        (copy / "plan.json").write_text(json.dumps(told), "utf-8")
        return copy

    seeds = json.loads((plan / "plan.json").read_text("utf-8"))["profiles"]
    cases = [
        damage("few", hours=[48]),
        damage("none", hours=[0, 0]),
        damage("other", hours=[24, 48]),
        damage("year", profiles=[use | {"weather_year": 10**8} for use in seeds]),
    ]
    for table, frame in (
        ("hourly", pl.DataFrame({"a": [1]})),
        ("system", pl.read_parquet(plan / "tables" / "power.system.parquet").cast(pl.String)),
        ("prices", pl.read_parquet(plan / "tables" / "power.prices.parquet").head(7)),
    ):
        copy = damage(f"table-{table}")
        frame.write_parquet(copy / "tables" / f"power.{table}.parquet")
        cases.append(copy)
    for case in cases:
        answer = dafeng("power", "links", case, "--output", "links", "--pack", tiny_pack)
        refused(answer, "power_plan_damaged", case.name)
        assert not (tmp_path / "links").exists()
    negative = damage("seed", profiles=[use | {"seed": -5} for use in seeds])
    text = damage("text")
    pl.DataFrame({"technology": ["wind"], "year": ["x"], "capacity_mw": ["y"]}).write_parquet(
        text / "tables" / "power.capacity.parquet"
    )
    for case in (negative, text):
        words = ("--year", 2030, "--output", "again", "--pack", tiny_pack, *FEW)
        refused(dafeng("power", "dispatch", "--plan", case, *words), "power_plan_damaged")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("wind,2030,lots\n", ("cell_not_number", "row 2", "capacity_mw")),
        ("wind,2030,1e30\n", ("value_out_of_range", "row 2")),
        ("wind,2030,-1\n", ("value_out_of_range", "row 2")),
        ("wind,2030,5\nwind,2030,6\n", ("key_repeated", "row 3")),
    ],
)
def test_capacities_name_file_and_row(
    dafeng: Dafeng, tiny_pack: Path, tmp_path: Path, rows: str, said: tuple[str, ...]
) -> None:
    (tmp_path / "c.csv").write_text(f"technology,year,capacity_mw\n{rows}", "utf-8")
    words = ("--year", 2030, "--output", "out", "--pack", tiny_pack, *FEW)
    refused(dafeng("power", "dispatch", "--plan", "c.csv", *words), "c.csv", *said)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_read_is_not_overwritten(dafeng: Dafeng, tiny_pack: Path, tmp_path: Path) -> None:
    make_wind(40)[0].write_csv(tmp_path / "power.csv")
    before = (tmp_path / "power.csv").read_bytes()
    words = ("--kind", "wind", "--method", "statistics", "--output", "power.csv")
    refused(dafeng("power", "forecast", "train", "power.csv", *words), "output_is_input")
    words = ("--pack", tiny_pack, "--output", "power.csv")
    refused(dafeng("power", "profiles", "--profiles", "power.csv", *words), "output_is_input")
    assert (tmp_path / "power.csv").read_bytes() == before


def test_a_slip_in_a_year_does_not_make_centuries(dafeng: Dafeng, tmp_path: Path) -> None:
    power = make_wind(40)[0].with_columns(pl.col("time").str.replace("2023-02-09 23", "7923-02-09 23"))
    power.write_csv(tmp_path / "power.csv")
    words = ("--kind", "wind", "--method", "statistics", "--accept-gaps", "--output", "m.json")
    refused(dafeng("power", "forecast", "train", "power.csv", *words), "forecast_span", "7923")
    assert not (tmp_path / "m.json").exists()


def test_the_wrong_year_of_a_profile_is_told_in_a_screen(
    dafeng: Dafeng, tiny_pack: Path, tmp_path: Path
) -> None:
    stamps = pl.datetime_range(
        pl.datetime(2024, 1, 1), pl.datetime(2024, 12, 31, 23), "1h", eager=True
    ).dt.strftime("%Y-%m-%d %H:%M")
    pl.DataFrame({"time": stamps, "load_mw": 5.0}).write_csv(tmp_path / "load.csv")
    words = ("--years", "2025", "--pack", tiny_pack, "--profiles", "load.csv")
    answer = dafeng("power", "profiles", *words)
    refused(answer, "profile_rows", "profile_year", "8764 more rows")
    assert len(answer.err.splitlines()) < 60


def test_a_device_without_end_is_too_large() -> None:
    with pytest.raises(InputRefused, match="more than the limit"):
        read_bytes(Path("/dev/zero"), 1000)
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    assert read_bytes(Path(f"/dev/fd/{reading}"), 1000) == b"abc"
    os.close(reading)


def test_a_model_without_stations_and_a_total_that_bears_a_station(dafeng: Dafeng, tmp_path: Path) -> None:
    make_wind(40)[0].write_csv(tmp_path / "power.csv")
    words = ("power.csv", "--kind", "wind", "--method", "statistics", "--output", "m.json")
    assert dafeng("power", "forecast", "train", *words).code == 0
    model = json.loads((tmp_path / "m.json").read_text("utf-8"))
    predict = ("power.csv", "--output", "p.csv")
    refused(
        dafeng("power", "forecast", "predict", "m.json", *predict, "--total", "w1"), "forecast_total_name"
    )
    for name, changed in (("none", {"models": [], "correlation": []}), ("far", {"models": [endless(model)]})):
        body = model["body"] | changed
        text = json.dumps(model | {"body": body, "sha256": hash_json(body)})
        (tmp_path / f"{name}.json").write_text(text, "utf-8")
        refused(dafeng("power", "forecast", "predict", f"{name}.json", *predict), "forecast_model_damaged")
    assert not (tmp_path / "p.csv").exists()


def endless(model: dict[str, Any]) -> dict[str, Any]:
    return dict(model["body"]["models"][0]) | {"step_minutes": float("inf")}
