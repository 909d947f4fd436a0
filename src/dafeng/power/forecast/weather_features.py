"""What a weather run says of a moment: its values around it, their trend, and what the run before said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.power.forecast.stations import WeatherRuns, main_variable

if TYPE_CHECKING:
    from dafeng.power.forecast.stations import Kind

AROUND = (-3, -2, -1, 1, 2, 3)
"""Hours before and after at which the same run is read. [h]"""
WINDOWS = (3, 7, 13, 25)
"""Widths of the centred means within a run. [h]"""
WIDEST_GAP = 6
"""Values of a run are interpolated in time across at most this. [h]"""
issued, valid = "issued", "valid"
KEYS = (issued, valid)


def describe_weather(runs: WeatherRuns, kind: Kind, step_minutes: int) -> pl.DataFrame:
    """Return the features of every moment of every run, at the step of the output.

    Only the run itself and runs issued before it are read: nothing after the issue time can enter.

    Parameters
    ----------
    runs : WeatherRuns
    kind : {"wind", "pv"}
    step_minutes : int
        Length of an interval of the output. [min]

    Returns
    -------
    polars.DataFrame
        ``issued``, ``valid``, ``ahead`` (lead within the run [h]) and the features.
    """
    frame = _refine(runs, step_minutes)
    drivers = _drivers(runs, kind)
    if runs.measured:
        return _around_measured(frame, drivers, step_minutes)
    made = frame.sort(*KEYS)
    for hours in AROUND:
        moved = frame.select(
            issued, (pl.col(valid) - pl.duration(hours=hours)).alias(valid),
            *(pl.col(name).alias(f"{name}_at{hours:+d}") for name in drivers),
        )  # fmt: skip
        made = made.join(moved, on=KEYS, how="left")
    if gap := _run_spacing(runs):
        before = frame.select(
            (pl.col(issued) + pl.duration(minutes=gap)).alias(issued), valid,
            *(pl.col(name).alias(f"{name}_before") for name in drivers),
        )  # fmt: skip
        made = made.join(before, on=KEYS, how="left").with_columns(
            pl.mean_horizontal(name, f"{name}_before").alias(f"{name}_both") for name in drivers
        )
    made = made.sort(*KEYS).with_columns(
        pl.col(name)
        .rolling_mean(
            width * 60 // step_minutes + 1 - (width * 60 // step_minutes) % 2, center=True, min_samples=1
        )
        .over(issued)
        .alias(f"{name}_mean{width}")
        for name in drivers
        for width in WINDOWS
    )
    return made.with_columns(
        (pl.col(f"{drivers[0]}_at+1") - pl.col(f"{drivers[0]}_at-1")).alias("trend"),
        ((pl.col(valid) - pl.col(issued)).dt.total_minutes() / 60).alias("ahead"),
    )


def _around_measured(frame: pl.DataFrame, drivers: tuple[str, ...], step_minutes: int) -> pl.DataFrame:
    made = frame.sort(valid)
    per_hour = 60 // step_minutes
    return made.with_columns(
        pl.col(name).shift(sign * back).alias(f"{name}_at{-sign * back:+d}")
        for name in drivers
        for back in sorted({1, 2, per_hour, 2 * per_hour})
        for sign in (1, -1)
    ).with_columns(
        *(
            pl.col(name)
            .rolling_mean(width * per_hour + 1 - (width * per_hour) % 2, center=True, min_samples=1)
            .alias(f"{name}_mean{width}")
            for name in drivers
            for width in WINDOWS[:2]
        ),
        pl.lit(0.0).alias("ahead"),
    )


def _drivers(runs: WeatherRuns, kind: Kind) -> tuple[str, ...]:
    """Return the variables that are read around the moment: the main one and the components of wind."""
    main = main_variable(runs, kind)
    if kind == "pv":
        light = [name for name in runs.variables if any(m in name for m in ("irradiance", "ghi", "dni"))]
        return tuple(dict.fromkeys([*([main] if main else []), *light])) or runs.variables[:3]
    pairs = [
        name
        for name in runs.variables
        if (name.startswith("u") and "v" + name[1:] in runs.variables)
        or (name.startswith("v") and "u" + name[1:] in runs.variables)
    ]
    return tuple(dict.fromkeys([*([main] if main else []), *pairs])) or runs.variables[:3]


def _run_spacing(runs: WeatherRuns) -> int:
    """Return the usual time from one run to the next; 0 for a single run. [min]"""
    issues = runs.frame[issued].unique().sort()
    spaces = issues.diff().dt.total_minutes().drop_nulls().value_counts(sort=True)
    return int(spaces[issued][0]) if spaces.height else 0


def _refine(runs: WeatherRuns, step_minutes: int) -> pl.DataFrame:
    """Return the runs at the step of the output: linear between values at most ``WIDEST_GAP`` hours apart."""
    frame = runs.frame.sort(*KEYS)
    if runs.measured:
        spacing = frame[valid].diff().dt.total_minutes().drop_nulls()
    else:
        spacing = frame.select(pl.col(valid).diff().over(issued).dt.total_minutes()).to_series().drop_nulls()
    usual = spacing.value_counts(sort=True)
    if not usual.height or int(usual[usual.columns[0]][0]) <= step_minutes:
        return frame
    every = f"{step_minutes}m"
    known = frame.with_columns(pl.col(valid).alias("known"))
    if runs.measured:
        fine = known.drop(issued).upsample(valid, every=every).with_columns(pl.col(valid).alias(issued))
    else:
        fine = known.upsample(valid, every=every, group_by=issued, maintain_order=True)
        fine = fine.with_columns(pl.col(issued).forward_fill())
    group = pl.lit(0) if runs.measured else pl.col(issued)
    near = (
        pl.col("known").backward_fill().over(group) - pl.col("known").forward_fill().over(group)
    ) <= pl.duration(hours=WIDEST_GAP)
    numbers = [pl.col(name).interpolate().over(group).alias(name) for name in runs.variables]
    return fine.with_columns(numbers).filter(near).select(*KEYS, *runs.variables)
