"""Bad input is named with its row and nothing gets through."""

from __future__ import annotations

import polars as pl
import pytest
from tests.power.forecast.made_stations import as_file, make_sun, make_wind

from dafeng.errors import InputRefused, TableError
from dafeng.power.forecast.io import read_history

POWER, WEATHER = make_wind(days=3)


def change(table: pl.DataFrame, row: int, **cells: object) -> pl.DataFrame:
    """Return the table with cells of one line of the file (the header is line 1) changed."""
    here = pl.int_range(pl.len()) == row - 2
    return table.with_columns(
        pl.when(here).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in cells.items()
    )


def codes(power: pl.DataFrame, weather: pl.DataFrame | None = None) -> dict[str, int | None]:
    """Return the codes of what is refused with the row of the first of each."""
    with pytest.raises((InputRefused, TableError)) as caught:
        read_history(as_file(power, "power.csv"), as_file(weather, "w.csv") if weather is not None else None)
    found: dict[str, int | None] = {}
    for finding in caught.value.findings:
        found.setdefault(finding.code, finding.place.row)
        assert finding.text("zh")
        assert finding.text("en")
    return found


def test_a_good_file_is_read_as_a_share_of_capacity() -> None:
    history = read_history(as_file(POWER, "p.csv"), as_file(WEATHER, "w.csv"))
    station = history.stations["w1"]
    assert station.step_minutes == 60
    assert station.frame["output"].to_list() == pytest.approx((POWER["power"] / 100).to_list())
    assert history.weather_kind("w1") == "forecast"
    assert "speed_u" in history.weather["w1"].variables


@pytest.mark.parametrize(
    ("unit", "factor"), [("MW", 1.0), ("kW", 1000.0), ("万千瓦", 0.1), ("1", 0.01), ("%", 1.0)]
)
def test_units_give_the_same_output(unit: str, factor: float) -> None:
    table = POWER.with_columns(pl.col("power") * factor, unit=pl.lit(unit))
    made = read_history(as_file(table, "p.csv")).stations["w1"].frame["output"].to_list()
    assert made == pytest.approx((POWER["power"] / 100).to_list(), abs=1e-12)


def test_a_change_of_capacity_changes_the_share_and_not_the_power() -> None:
    grown = POWER.with_columns(
        pl.when(pl.int_range(pl.len()) >= 24)
        .then(200.0)
        .otherwise(pl.col("capacity_mw"))
        .alias("capacity_mw")
    )
    frame = read_history(as_file(grown, "p.csv")).stations["w1"].frame
    assert frame["output"][30] == pytest.approx(POWER["power"][30] / 200)
    assert frame["capacity_mw"].to_list()[23:25] == [100.0, 200.0]


@pytest.mark.parametrize(
    ("code", "row", "table"),
    [
        ("forecast_negative", 12, change(POWER, 12, power=-5.0)),
        ("forecast_above_capacity", 9, change(POWER, 9, power=1000.0)),
        ("forecast_unit_mixed", 20, change(POWER, 20, unit="kW")),
        ("forecast_time_invalid", 7, change(POWER, 7, time="2023-13-01 00:00")),
        ("forecast_time_invalid", 8, change(POWER, 8, time="1/2/2023 6:00")),
        ("forecast_zone_mixed", 30, change(POWER, 30, time="2023-01-02T04:00+08:00")),
        ("forecast_off_grid", 11, change(POWER, 11, time="2023-01-01 09:07")),
        ("forecast_gap", 5, POWER.filter(pl.int_range(pl.len()) != 3)),
        ("key_repeated", 6, change(POWER, 6, time="2023-01-01 03:00")),
        ("forecast_capacity_missing", 4, change(POWER, 4, capacity_mw=None)),
        ("forecast_step", 2, POWER.gather_every(5)),
    ],
)  # fmt: skip
def test_each_slip_is_named_with_its_row(code: str, row: int, table: pl.DataFrame) -> None:
    assert codes(table).get(code) == row


def test_text_in_a_number_and_infinity_are_refused() -> None:
    raw = POWER.with_columns(pl.col("power").cast(pl.String))
    assert codes(change(raw, 4, power="abc"))["cell_not_number"] == 4
    assert codes(change(raw, 4, power="inf")).keys() & {"cell_not_number", "cell_not_finite"}


def test_an_empty_power_and_nan_are_missing_and_not_zero() -> None:
    raw = POWER.with_columns(pl.col("power").cast(pl.String))
    holes = change(change(raw, 4, power=None), 5, power="NaN")
    assert read_history(as_file(holes, "p.csv")).stations["w1"].frame["output"].to_list()[2:4] == [None, None]


def test_gaps_may_be_accepted_and_are_missing_then() -> None:
    table = POWER.filter(~pl.int_range(pl.len()).is_between(10, 15))
    frame = read_history(as_file(table, "p.csv"), accept_gaps=True).stations["w1"].frame
    assert frame.height == POWER.height
    assert frame["output"].null_count() == 6


def test_offsets_are_turned_into_china_standard_time() -> None:
    zoned = POWER.with_columns(
        (pl.col("time").str.to_datetime() - pl.duration(hours=8)).dt.strftime("%Y-%m-%dT%H:%MZ").alias("time")
    )
    made = read_history(as_file(zoned, "p.csv")).stations["w1"].frame
    assert made["time"][0].isoformat() == "2023-01-01T00:00:00"


def test_the_same_instant_written_twice_is_found() -> None:
    zoned = POWER.with_columns(pl.col("time") + "+08:00")
    again = change(zoned, 6, time="2023-01-01T02:00Z".replace("02:00Z", "03:00:00+08:00"))
    assert codes(again)["forecast_time_repeated"] == 6


def test_own_use_at_night_becomes_zero_and_is_told() -> None:
    history = read_history(as_file(change(POWER, 5, power=-0.5), "p.csv"))
    assert history.stations["w1"].frame["output"][3] == 0
    assert [note.code for note in history.notes] == ["forecast_output_cut"]


@pytest.mark.parametrize(
    ("code", "row", "table"),
    [
        ("forecast_issued_late", 3, change(WEATHER, 3, issued="2024-01-01 00:00")),
        ("cell_not_number", 6, change(WEATHER.with_columns(pl.col("u").cast(pl.String)), 6, u="calm")),
        ("forecast_no_variable", 1, WEATHER.drop("u", "v")),
        ("forecast_variable_name", 1, WEATHER.rename({"u": "U wind"})),
        ("key_repeated", 3, change(WEATHER, 3, valid="2023-01-01 01:00")),
    ],
)
def test_slips_of_the_weather_are_named(code: str, row: int, table: pl.DataFrame) -> None:
    assert codes(POWER, table).get(code) == row


def test_measured_weather_is_told_from_a_forecast() -> None:
    power, weather = make_sun(days=2)
    history = read_history(as_file(power, "p.csv"), as_file(weather, "w.csv"))
    assert history.weather_kind("s1") == "measured"
    assert read_history(as_file(power, "p.csv")).weather_kind("s1") == "none"
