"""Reading the history and the weather of stations: everything that is wrong, at once, with its row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.parsing import parse_csv
from dafeng.power.forecast.contracts import StationPower, StationWeather
from dafeng.power.forecast.stations import (
    MAX_ROWS,
    MAX_STATIONS,
    History,
    Station,
    WeatherRuns,
    derive_wind,
)
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from dafeng.parsing import ParsedTable

STEPS = (15, 30, 60)
"""Lengths of an interval that are understood. [min]"""
NIGHT_USE = 0.01
"""Negative output down to this share of capacity is the plant's own use and becomes zero."""
OVERLOAD = 1.05
"""Output above this share of capacity is refused; up to it the value is cut to the capacity."""
MAX_VARIABLES = 60
SHOWN = 50
"""Findings of one kind that are listed."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TIME = r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::00)?(Z|[+-]\d{2}:?\d{2})?$"


def read_history(
    power: tuple[bytes, str], weather: tuple[bytes, str] | None = None, *, accept_gaps: bool = False
) -> History:
    """Return stations with their weather from two CSV files.

    Parameters
    ----------
    power, weather : tuple of bytes and str
        Content and name: contracts :class:`StationPower` and :class:`StationWeather`.
    accept_gaps : bool
        Take intervals that have no row as missing; otherwise each gap is an error.

    Raises
    ------
    InputRefused, TableError
        Defects of columns and cells; ``forecast_time_invalid``, ``forecast_zone_mixed``,
        ``forecast_unit_mixed``, ``forecast_step``, ``forecast_gap``, ``forecast_negative``,
        ``forecast_above_capacity``, ``forecast_capacity_missing``, ``forecast_issued_late``, ….
    """
    problems: list[Finding] = []
    notes: list[Finding] = []
    stations = _read_power(*power, problems, notes, accept_gaps=accept_gaps)
    runs = _read_weather(*weather, problems) if weather else {}
    if weather and not problems and not runs.keys() & stations.keys():
        params = {
            "stations": ", ".join(sorted(stations)[:SHOWN]),
            "given": ", ".join(sorted(runs)[:SHOWN]) or "-",
        }
        problems.append(Finding("forecast_weather_unmatched", Place(weather[1]), params))
    if problems:
        raise InputRefused(problems)
    return History(stations, runs, tuple(notes))


def _read_power(
    raw: bytes, name: str, problems: list[Finding], notes: list[Finding], *, accept_gaps: bool
) -> dict[str, Station]:
    parsed = parse_csv(raw, StationPower, name)
    frame = _with_times(parsed, ("time",), name, problems)
    _check_size(frame, name, problems)
    if problems:
        return {}
    made = {}
    for (station,), part in frame.group_by("station", maintain_order=True):
        part = part.sort("time")  # noqa: PLW2901 - the same rows in their order
        found: list[Finding] = []
        step = _check_grid(part, name, found, accept_gaps=accept_gaps)
        part = _to_share(part, name, found, notes)  # noqa: PLW2901
        problems += found
        if found:
            continue
        if (count := _count_intervals(part, step)) > MAX_ROWS:
            where = Place(name, row=part["row"][-1], column="time")
            first, last = _say(part["time"][0]), _say(part["time"][-1])
            params = {"station": station, "first": first, "last": last, "count": count}
            problems.append(Finding("forecast_span", where, params))
            continue
        grid = part.select(pl.datetime_range(pl.col("time").min(), pl.col("time").max(), f"{step}m"))
        whole = grid.rename({grid.columns[0]: "time"}).join(part, on="time", how="left")
        filled = pl.col("capacity_mw").forward_fill()
        whole = whole.with_columns(filled, pl.col("curtailed").fill_null(value=False))
        made[str(station)] = Station(str(station), whole.drop("row"), step)
    return made


def _with_times(
    parsed: ParsedTable, columns: tuple[str, ...], name: str, problems: list[Finding]
) -> pl.DataFrame:
    """Return the rows with their number and their times as China Standard Time."""
    frame = parsed.frame.with_columns(parsed.rows.alias("row"))
    for column in columns:
        text = pl.col(column)
        pieces = frame.select(
            "row", text.alias("given"),
            (text.str.extract(_TIME, 1) + " " + text.str.extract(_TIME, 2))
            .str.to_datetime("%Y-%m-%d %H:%M", strict=False).alias("local"),
            text.str.extract(_TIME, 3).str.replace("Z", "+00:00").str.replace(":", "").alias("offset"),
        )  # fmt: skip
        for row, given in pieces.filter(pl.col("local").is_null()).select("row", "given").head(SHOWN).rows():
            problems.append(
                Finding("forecast_time_invalid", Place(name, row=row, column=column), {"value": given})
            )
        zoned = pieces["offset"].is_not_null()
        if zoned.any() and not zoned.all():
            first = pieces.filter(zoned != zoned[0])["row"][0]
            problems.append(Finding("forecast_zone_mixed", Place(name, row=first, column=column)))
        sign = pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
        minutes = sign * (
            pl.col("offset").str.slice(1, 2).cast(pl.Int32) * 60
            + pl.col("offset").str.slice(3, 2).cast(pl.Int32)
        )
        shift = pl.duration(minutes=8 * 60 - minutes.fill_null(8 * 60))
        frame = frame.with_columns(pieces.select(pl.col("local") + shift)["local"].alias(column))
    return frame


def _check_size(frame: pl.DataFrame, name: str, problems: list[Finding]) -> None:
    for what, count, limit in (
        ("rows", frame.height, MAX_ROWS), ("stations", frame["station"].n_unique(), MAX_STATIONS),
    ):  # fmt: skip
        if count > limit:
            params = {"what": what, "count": count, "limit": limit}
            problems.append(Finding("forecast_too_much", Place(name), params))


def _count_intervals(part: pl.DataFrame, step: int) -> int:
    """Return how many intervals a station spans: centuries after a slip of the pen in a year."""
    return int((part["time"][-1] - part["time"][0]).total_seconds() / 60 / step) + 1


def _check_grid(part: pl.DataFrame, name: str, found: list[Finding], *, accept_gaps: bool) -> int:
    """Return the step of the times after refusing repeated ones, ones off the grid, and gaps. [min]"""
    station = part["station"][0]
    steps = part.select("row", "time", minutes=pl.col("time").diff().dt.total_minutes())
    counted = steps["minutes"].drop_nulls().value_counts(sort=True)
    step = int(counted["minutes"][0]) if counted.height else 0
    if step not in STEPS and not (counted.height and step == 0):
        params = {"station": station, "step": step, "rows": part.height}
        found.append(Finding("forecast_step", Place(name, row=part["row"][0]), params))
        return 60
    step = step or int(counted.filter(pl.col("minutes") > 0)["minutes"].min() or 60)  # type: ignore[arg-type]
    for row, time in steps.filter(pl.col("minutes") == 0).select("row", "time").head(SHOWN).rows():
        params = {"station": station, "time": _say(time)}
        found.append(Finding("forecast_time_repeated", Place(name, row=row, column="time"), params))
    for row, time in steps.filter(pl.col("minutes") % step != 0).select("row", "time").head(SHOWN).rows():
        params = {"station": station, "time": _say(time), "step": step}
        found.append(Finding("forecast_off_grid", Place(name, row=row, column="time"), params))
    if not accept_gaps:
        gaps = steps.filter((pl.col("minutes") > step) & (pl.col("minutes") % step == 0))
        for row, time, minutes in gaps.head(SHOWN).rows():
            params = {"station": station, "time": _say(time), "count": minutes // step - 1}
            found.append(Finding("forecast_gap", Place(name, row=row, column="time"), params))
    return step


def _to_share(part: pl.DataFrame, name: str, found: list[Finding], notes: list[Finding]) -> pl.DataFrame:
    """Return times, output as a share of capacity, capacity and flag of one station."""
    units = part["unit"].unique(maintain_order=True).to_list()
    if len(units) > 1:
        row = part.filter(pl.col("unit") != units[0])["row"][0]
        params = {"station": part["station"][0], "units": ", ".join(units)}
        found.append(Finding("forecast_unit_mixed", Place(name, row=row, column="unit"), params))
        return part
    if units[0] in {"1", "%"}:
        output = pl.col("power") * (0.01 if units[0] == "%" else 1.0)
    else:
        bare = part.filter(pl.col("capacity_mw").is_null() | (pl.col("capacity_mw") == 0))
        if bare.height:
            place = Place(name, row=bare["row"][0], column="capacity_mw")
            found.append(Finding("forecast_capacity_missing", place, {"station": part["station"][0]}))
            return part
        output = pl.col("power") * conversion_factor(units[0], "MW") / pl.col("capacity_mw")
    shared = part.with_columns(output=output)
    for code, wrong in (
        ("forecast_negative", pl.col("output") < -NIGHT_USE),
        ("forecast_above_capacity", pl.col("output") > OVERLOAD),
    ):
        for row, power, unit, share in (
            shared.filter(wrong).select("row", "power", "unit", "output").head(SHOWN).rows()
        ):
            params = {"value": f"{power:g}", "unit": unit, "share": f"{100 * share:.1f}"}
            place = Place(name, row=row, column="power")
            found.append(
                Finding("forecast_negative", place, params)
                if code == "forecast_negative"
                else Finding("forecast_above_capacity", place, params)
            )
    cut = shared.filter(~pl.col("output").is_between(0, 1)).height
    if cut:
        params = {"station": part["station"][0], "count": cut}
        notes.append(Finding("forecast_output_cut", Place(name), params, severity="note"))
    return shared.select("row", "time", pl.col("output").clip(0, 1), "capacity_mw", "curtailed")


def _read_weather(raw: bytes, name: str, problems: list[Finding]) -> dict[str, WeatherRuns]:
    parsed = parse_csv(raw, StationWeather, name, extra="keep")
    found: list[Finding] = []
    frame = _with_times(parsed, ("issued", "valid"), name, found)
    _check_size(frame, name, found)
    variables = _read_variables(parsed, name, found)
    for row, issued, valid in (
        frame.filter(pl.col("issued") > pl.col("valid")).select("row", "issued", "valid").head(SHOWN).rows()
    ):
        params = {"issued": _say(issued), "valid": _say(valid)}
        found.append(Finding("forecast_issued_late", Place(name, row=row, column="issued"), params))
    again = frame.filter(frame.select("station", "issued", "valid").is_duplicated())
    for row, station, time in again.select("row", "station", "valid").head(SHOWN).rows():
        params = {"station": station, "time": _say(time)}
        found.append(Finding("forecast_time_repeated", Place(name, row=row, column="valid"), params))
    problems += found
    if found:
        return {}
    table = pl.concat([frame.select("station", "issued", "valid"), variables], how="horizontal")
    table = table.filter(pl.any_horizontal(pl.col(variables.columns).is_not_null()))
    return {
        str(station): derive_wind(
            WeatherRuns(
                part.drop("station").sort("issued", "valid"), tuple(variables.columns),
                bool((part["issued"] == part["valid"]).all()),
            )
        )
        for (station,), part in table.group_by("station", maintain_order=True)
    }  # fmt: skip


def _read_variables(parsed: ParsedTable, name: str, found: list[Finding]) -> pl.DataFrame:
    """Return the further columns of a weather file as numbers."""
    columns = parsed.extra.columns
    if not columns or len(columns) > MAX_VARIABLES:
        params = {"what": "variables", "count": len(columns), "limit": MAX_VARIABLES}
        code = Finding("forecast_too_much", Place(name, row=1), params)
        found.append(code if columns else Finding("forecast_no_variable", Place(name, row=1)))
    for column in columns:
        if not _NAME.fullmatch(column):
            params = {"column": column}
            found.append(Finding("forecast_variable_name", Place(name, row=1, column=column), params))
    numbers = parsed.extra.select(pl.all().cast(pl.Float64, strict=False))
    for column in columns:
        given, read = parsed.extra[column], numbers[column]
        wrong = (given.is_not_null() & read.is_null()) | read.is_infinite().fill_null(value=False)
        for row, value in list(zip(parsed.rows.filter(wrong), given.filter(wrong), strict=True))[:SHOWN]:
            place = Place(name, row=row, column=column)
            found.append(Finding("cell_not_number", place, {"value": value}))
    return numbers.with_columns(pl.all().fill_nan(None))


def _say(time: object) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
