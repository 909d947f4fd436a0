"""Use cases: train, use and judge forecasts of wind and PV from the files of stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.pathway_output import check_file
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.pack import PACK_TABLES, read_pack
from dafeng.power.forecast.aggregation import add_total, learn_dependence
from dafeng.power.forecast.backtest import BacktestPlan, backtest_station
from dafeng.power.forecast.horizon import HORIZONS
from dafeng.power.forecast.io import read_history
from dafeng.power.forecast.model import TrainPlan, train_station
from dafeng.power.forecast.model_file import MAX_MODEL_BYTES, ForecastBundle, read_bundle, write_bundle
from dafeng.power.forecast.normalisation import normalise_generation
from dafeng.power.forecast.prediction import foretell_station
from dafeng.power.forecast.samples import build_samples
from dafeng.power.forecast.scores import score_backtest
from dafeng.power.forecast.trees import load_lightgbm
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import empty_table

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dafeng.job import Job
    from dafeng.power.forecast.model import StationModel
    from dafeng.power.forecast.stations import History, Kind


MOST_MW = 1e7


@dataclass(frozen=True, slots=True)
class StationFiles:
    """What is given of stations.

    Parameters
    ----------
    power : Path
        Contract ``StationPower``.
    weather : Path, optional
        Contract ``StationWeather``; further columns are variables.
    accept_gaps : bool
        Take intervals without a row as missing.
    """

    power: Path
    weather: Path | None = None
    accept_gaps: bool = False


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What to judge.

    Parameters
    ----------
    files : StationFiles
    plan : TrainPlan
    test_from : str
        First day of the test, ISO.
    test_to : str, optional
        Last day of the test; default the end of the data.
    months : int
        Training is renewed after so many months; 0 for once.
    pack : str
        Pack whose ``forecast_rules`` are used.
    output : Path
    """

    files: StationFiles
    plan: TrainPlan
    test_from: str
    test_to: str | None
    months: int
    pack: str
    output: Path


@dataclass(frozen=True, slots=True)
class Total:
    """A total over all stations: its name and the capacity they stand for (default their own). [MW]"""

    name: str
    capacity_mw: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TrainAnswer:
    """The models that were written, and what was noticed."""

    models: tuple[StationModel, ...]
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TableAnswer:
    """The table that was written, and what was noticed."""

    table: pl.DataFrame
    notes: tuple[Finding, ...]


def train_forecast(
    files: StationFiles, plan: TrainPlan, output: Path, until: str | None = None, job: Job | None = None
) -> TrainAnswer:
    """Train a model for each station and write them to one file.

    Raises
    ------
    InputRefused
        Defects of the files; ``forecast_history_short``, ``forecast_extra_missing``. Nothing is written.
    """
    _check_output(output, files.power, files.weather)
    last = _parse_time(until, "--until") if until else None
    if plan.method == "lightgbm":
        load_lightgbm()
    history = _read(files)
    models = []
    for number, station in enumerate(history.stations):
        if job is not None:
            job.advance("forecast", number, len(history.stations), station)
        samples = build_samples(history, station, plan.kind, HORIZONS[plan.horizon])
        models.append(train_station(history, station, samples, plan, last))
    raw = write_bundle(ForecastBundle(tuple(models), learn_dependence(models)))
    write_bytes_atomically(output, raw)
    return TrainAnswer(tuple(models), history.notes)


def predict_forecast(
    model: Path, files: StationFiles, output: Path, since: str | None = None, total: Total | None = None
) -> TableAnswer:
    """Write the forecast of every station of a model file, and of their total.

    Raises
    ------
    InputRefused
        Defects of the files; ``forecast_model_damaged``, ``forecast_station_missing``,
        ``forecast_feature_missing``, ``forecast_nothing_to_predict``, ``forecast_total_name``. Nothing is
        written.
    """
    _check_output(output, model, files.power, files.weather)
    _check_total(total)
    start = _parse_time(since, "--since") if since else None
    bundle = read_bundle(read_bytes(model, MAX_MODEL_BYTES), str(model))
    history = _read(files)
    parts = [foretell_station(history, one, start) for one in bundle.models]
    if total is not None:
        stations = [one.station for one in bundle.models]
        if total.name in stations:
            raise InputRefused.of("forecast_total_name", name=total.name)
        whole = pl.concat(parts)
        parts.append(add_total(whole, stations, bundle.correlation, total.name, total.capacity_mw))
    table = pl.concat(parts)
    write_bytes_atomically(output, table_as_csv(table))
    return TableAnswer(table, history.notes)


def score_forecast(request: ScoreRequest, job: Job | None = None) -> TableAnswer:
    """Backtest every station with a rolling origin and write its scores beside simple models.

    Raises
    ------
    InputRefused
        Defects of the files; ``forecast_no_test``, ``forecast_dates``. Nothing is written.
    """
    _check_output(request.output, request.files.power, request.files.weather)
    start = _parse_time(request.test_from, "--test-from")
    if request.plan.method == "lightgbm":
        load_lightgbm()
    history = _read(request.files)
    rules = read_pack(request.pack).tables.get("forecast_rules", empty_table(PACK_TABLES["forecast_rules"]))
    ends = [station.frame["time"][-1] for station in history.stations.values()]
    stop = _parse_time(request.test_to, "--test-to", last=True) if request.test_to else max(ends)
    if stop <= start:
        raise InputRefused.of("forecast_dates", start=f"{start:%Y-%m-%d}", stop=f"{stop:%Y-%m-%d}")
    when = BacktestPlan(start, stop, request.months)
    parts = [
        score_backtest(backtest_station(history, station, request.plan, when, job), rules)
        for station in history.stations
    ]
    table = pl.concat(parts)
    if request.output.suffix.lower() == ".html":
        from dafeng.report.forecast_page import render_forecast_page  # noqa: PLC0415 - jinja2 is slow to import

        write_bytes_atomically(request.output, render_forecast_page(table).encode("utf-8"))
    else:
        write_bytes_atomically(request.output, table_as_csv(table))
    return TableAnswer(table, history.notes)


def normalise_stations(files: StationFiles, kind: Kind, output: Path) -> TableAnswer:
    """Write the weather index and the corrected output of every station and whole weather year.

    Raises
    ------
    InputRefused
        Defects of the files; ``forecast_years_few``. Nothing is written.
    """
    _check_output(output, files.power, files.weather)
    load_lightgbm()
    history = _read(files)
    table = pl.concat([normalise_generation(history, station, kind) for station in history.stations])
    write_bytes_atomically(output, table_as_csv(table))
    return TableAnswer(table, history.notes)


def _read(files: StationFiles) -> History:
    power = read_bytes(files.power), str(files.power)
    weather = (read_bytes(files.weather), str(files.weather)) if files.weather else None
    return read_history(power, weather, accept_gaps=files.accept_gaps)


def _check_output(output: Path, *given: Path | None) -> None:
    """Refuse an output that cannot be written, or that is one of the files that are read."""
    problems = list(check_file(output))
    if any(path is not None and path.resolve() == output.resolve() for path in given):
        problems.append(Finding("output_is_input", params={"path": output}))
    if problems:
        raise InputRefused(problems)


def _check_total(total: Total | None) -> None:
    capacity = total.capacity_mw if total else None
    if capacity is not None and not 0 < capacity <= MOST_MW:
        params = {"key": "--total-capacity-mw", "value": capacity, "low": 0, "high": f"{MOST_MW:g}"}
        raise InputRefused([Finding("option_outside", params=params)])


def _parse_time(text: str, option: str, *, last: bool = False) -> datetime:
    """Return a day or moment; a day that ends something counts to its last minute."""
    given = pl.Series([text.strip().replace("T", " ")])
    day = given.str.to_datetime("%Y-%m-%d", strict=False)[0]
    found: Any = day or given.str.to_datetime("%Y-%m-%d %H:%M", strict=False)[0]
    if found is None:
        raise InputRefused.of("forecast_time_invalid", Place(column=option), value=text)
    moment: datetime = found.replace(hour=23, minute=59) if day is not None and last else found
    return moment
