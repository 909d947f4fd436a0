"""Storage and export corridors: the mean day of storage, cycles and losses, renewable share of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from dafeng.report import power_view as shared
from dafeng.report.bars import draw_bars
from dafeng.report.curve_chart import Curve, draw_curves
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import traced
from dafeng.report.page import Page
from dafeng.report.power_view import CAPACITY, CORRIDORS, HOURLY, STORAGE, PowerView, Row
from dafeng.report.words import both, phrase

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

NONE = Markup('<span class="null">—</span>')
PLANTS = ("pumped_hydro", "battery")
"""Kinds that the heading adds up: what stores electricity and gives it back."""
DAY = 24
LEAST_GW = 1e-3
"""A kind of storage that never moves more is not drawn."""
COLOURS = ("#1f4e79", "#e0a23b", "#5aa6a0", "#8c4a3f", "#6b5b95", "#b9c27a", "#7a8794", "#9db7d5")


def render_storage(context: ReportContext) -> str:
    """Return the mean day of storage, its year, and the corridors."""
    view = shared.view_power(context)
    if view is None:
        return draw("empty.html", text=phrase("power.none"))
    stored, corridors = view.rows(STORAGE), view.rows(CORRIDORS)
    return draw(
        "power_storage.html",
        scope=shared.scope_line(view),
        grade=grade_mark(view.grade),
        storage=_storage_figure(view, stored),
        stored=[_storage_row(view, row) for row in stored if row["discharged_gwh"] or row["charged_gwh"]],
        exports=_export_figure(view, corridors),
        corridors=[_corridor_row(view, row) for row in corridors],
    )


def mean_day(view: PowerView, year: int) -> dict[str, tuple[float, ...]]:
    """Return the mean power of each kind of storage by hour of the day [GW]; giving is positive."""
    frame = view.context.frame(HOURLY).filter(
        (pl.col("scenario") == view.scenario) & (pl.col("year") == year)
    )
    kinds = {name: kind for name, kind in view.kinds.items() if kind in shared.STORING}
    own = frame.filter(pl.col("series").is_in(list(kinds))).with_columns(
        kind=pl.col("series").replace_strict(kinds, default=None), place=pl.col("hour") % DAY
    )
    sums = own.group_by("kind", "hour", "place").agg(pl.col("power_mw").sum())
    means = sums.group_by("kind", "place").agg(pl.col("power_mw").mean() / 1000).sort("place")
    found = {
        str(key[0]): tuple(part["power_mw"]) for key, part in means.group_by("kind", maintain_order=True)
    }
    return {
        kind: found[kind]
        for kind in shared.kinds_in_order(found)
        if len(found[kind]) == DAY and max(map(abs, found[kind])) > LEAST_GW
    }


def _storage_figure(view: PowerView, rows: list[Row]) -> dict[str, Any] | None:
    """Return the mean day of the last year in which anything is stored."""
    for year in reversed(view.years):
        days = mean_day(view, year)
        if not days:
            continue
        key = view.trace("GW", "power.step.mean_day")
        curves = [Curve(values, shared.colour_of(kind), "", key) for kind, values in days.items()]
        own = [row for row in rows if row["year"] == year and view.kind(row["technology"]) in PLANTS]
        given, lost = (sum(row[name] for row in own) for name in ("discharged_gwh", "loss_gwh"))
        energy = view.trace("GWh", "power.step")
        return {
            "title": phrase(
                "power.message.storage", year=year, given=traced(given, energy, 0),
                lost=traced(lost, energy, 0),
            ),
            "chart": draw_curves(curves, "power-day", range(0, DAY, 3)),
            "legend": [(shared.colour_of(kind), shared.kind_name(kind)) for kind in days],
            "year": year,
        }  # fmt: skip
    return None


def _storage_row(view: PowerView, row: Row) -> dict[str, Any]:
    """Return a storage class in a year."""
    power = {(own["technology"], own["zone"], own["year"]): own["capacity_mw"] for own in view.rows(CAPACITY)}
    place = view.names.get(row["technology"], (row["technology"], row["technology"]))
    energy = view.trace("GWh", "power.step", place)
    hours, plain = view.trace("h", "power.step", place), view.trace("1", "power.step", place)
    capacity = power.get((row["technology"], row["zone"], row["year"]))
    return {
        "name": view.name(row["technology"]), "year": row["year"],
        "capacity": NONE if capacity is None else traced(capacity, view.trace("MW", "power.step", place), 0),
        "duration": NONE if row["duration_hours"] is None else traced(row["duration_hours"], hours, 1),
        "charged": traced(row["charged_gwh"], energy, 0), "given": traced(row["discharged_gwh"], energy, 0),
        "lost": traced(row["loss_gwh"], energy, 0),
        "cycles": NONE if row["cycles"] is None else traced(row["cycles"], plain, 0),
    }  # fmt: skip


def _export_figure(view: PowerView, rows: list[Row]) -> dict[str, Any] | None:
    """Return exported energy by corridor and year, renewable energy below."""
    out = [row for row in rows if row["direction"] == "export" and row["energy_gwh"]]
    if not out:
        return None
    key = view.trace("TWh", "power.step.exports")
    names = list(dict.fromkeys(row["corridor"] for row in out))
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    energy: dict[str, dict[int, float]] = {name: {} for name in names}
    for row in out:
        energy[row["corridor"]][row["year"]] = 1e-3 * row["energy_gwh"]
    year = max(row["year"] for row in out)
    return {
        "title": _export_message(view, [row for row in out if row["year"] == year], year, key),
        "chart": draw_bars(shared.stack_years(view, energy, colours, key), "power-exports"),
        "legend": [(colours[name], corridor_name(name, view)) for name in names],
    }


def _export_message(view: PowerView, rows: list[Row], year: int, key: str) -> Markup:
    total = sum(row["energy_gwh"] for row in rows)
    known = [row for row in rows if row["renewable_share"] is not None]
    if not known or not total:
        return phrase("power.message.exports.bare", year=year, total=traced(1e-3 * total, key, 1))
    green = sum(row["renewable_share"] * row["energy_gwh"] for row in known)
    share = traced(100 * green / sum(row["energy_gwh"] for row in known), view.trace("%", "power.step"), 0)
    return phrase("power.message.exports", year=year, total=traced(1e-3 * total, key, 1), share=share)


def corridor_name(code: str, view: PowerView) -> Markup:
    """Return the name of a corridor; one that the pack does not name stands for itself."""
    row = view.context.by_key("power.corridors_given", "corridor").get(code)
    return both(row["name_zh"], row["name_en"]) if row else both(code, code)


def _corridor_row(view: PowerView, row: Row) -> dict[str, Any]:
    place = (row["corridor"], row["corridor"])
    share = view.trace("%", "power.step.share", place)
    hours = row["full_load_hours"]
    return {
        "name": corridor_name(row["corridor"], view), "year": row["year"],
        "direction": phrase(f"power.direction.{row['direction']}"),
        "capacity": traced(row["capacity_mw"], view.trace("MW", "power.step", place), 0),
        "energy": traced(row["energy_gwh"], view.trace("GWh", "power.step", place), 0),
        "hours": NONE if hours is None else traced(hours, view.trace("h", "power.step", place), 0),
        "share": NONE if row["renewable_share"] is None else traced(100 * row["renewable_share"], share, 1),
        "least": traced(100 * row["renewable_share_min"], share, 0) if row["renewable_share_min"] else NONE,
    }  # fmt: skip


PAGE = Page(
    "power-storage",
    "电力：储能与外送",
    "Power: storage and exports",
    (CAPACITY, STORAGE, CORRIDORS, HOURLY),
    render_storage,
    "power",
)
