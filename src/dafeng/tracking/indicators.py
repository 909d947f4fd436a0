"""Computed indicators: formulas over series and accounts, year by year, and the table of all values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dafeng.errors import DafengError, Finding, Place
from dafeng.period import Period, parse_period
from dafeng.table import Suggestion, frame_of
from dafeng.tracking.evidence import Observation, link_series
from dafeng.tracking.figures import KnownFigures, day_known, gather_figures, hold_latest, read_period
from dafeng.tracking.formula import ACCOUNTS, REGISTERS, Node, names_in, parse_formula
from dafeng.tracking.formula_units import convert_formula
from dafeng.tracking.formula_values import Evaluation, Figure
from dafeng.tracking.indicator_contracts import IndicatorValues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import polars as pl

    Units = tuple[tuple[str, str | None], ...]

NO_FIGURES: dict[int, Figure] = {}


@dataclass(frozen=True, slots=True)
class Computed:
    """A value of a formula.

    Parameters
    ----------
    row : mapping
        Its row of ``indicator_formulas``.
    region : str
    period : Period
        The year, or the span that a change or sum describes; the month of the day if the year is not over.
    figure : Figure
    basis : {"formula", "account", "register"}
        ``account`` if it reads the system's own accounts, else ``register`` if it reads registers.
    """

    row: Mapping[str, Any]
    region: str
    period: Period
    figure: Figure
    basis: str


def compute_indicators(
    tables: Mapping[str, pl.DataFrame], as_of: date, accounts: pl.DataFrame | None = None
) -> list[Computed]:
    """Return every value that the formulas of a pack give on a day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``indicator_formulas``, ``indicators``, ``series``, ``observations`` of a pack; without formulas
        nothing is computed.
    as_of : date
        Operands that became known later are not there.
    accounts : AccountValues, optional

    Raises
    ------
    InputRefused, UnitError
        A formula that :func:`check_formulas` would have reported.
    """
    formulas = tables.get("indicator_formulas")
    if formulas is None or formulas.is_empty():
        return []
    units: dict[str, str | None] = dict(tables["series"].select("series_id", "unit").iter_rows())
    if accounts is not None:
        units |= dict(accounts.select("name", "unit").iter_rows())
    known = gather_figures(tables["observations"], tables["series"], accounts, as_of)
    kinds = dict(tables["indicators"].select("indicator_id", "kind").iter_rows())
    made: list[Computed] = []
    for row in formulas.sort("indicator_id", "formula_id").iter_rows(named=True):
        names = names_in(parse_formula(row["formula"]))
        if names <= units.keys():
            node = _prepare(row["formula"], tuple((name, units[name]) for name in sorted(names)), row["unit"])
            made += _evaluate(row, node, known, is_change=kinds[row["indicator_id"]] == "change")
    return made


@lru_cache(maxsize=1024)
def _prepare(formula: str, units: Units, target: str | None) -> Node:
    return convert_formula(parse_formula(formula), dict(units), target)


def _evaluate(
    row: Mapping[str, Any], node: Node, known: KnownFigures, *, is_change: bool
) -> Iterator[Computed]:
    """Yield the values of a formula; only an indicator that is itself a change describes a span of years."""
    names = names_in(node)
    basis = _basis_of(names)
    for region, series in sorted(known.by_region.items()):
        if not names <= series.keys():
            continue
        evaluation = Evaluation(lambda name, year, of=series: of.get(name, NO_FIGURES).get(year))  # type: ignore[misc]
        years = sorted({year for name in names for year in series[name]})
        for year in years:
            figure = evaluation.value(node, year)
            if figure is not None:
                yield Computed(row, region, _period_of(figure, year, is_change=is_change), figure, basis)


def _basis_of(names: frozenset[str]) -> str:
    rooms = {name.partition(".")[0] for name in names if "." in name}
    return "account" if ACCOUNTS in rooms else "register" if REGISTERS in rooms else "formula"


def _period_of(figure: Figure, year: int, *, is_change: bool) -> Period:
    if figure.until is not None:
        return read_period(f"{figure.until:%Y-%m}")
    whole = is_change and figure.since is not None and figure.since < year
    return read_period(f"{figure.since}..{year}" if whole else f"{year}")


def computed_observations(computed: list[Computed]) -> list[tuple[str, Observation]]:
    """Return computed values as evidence: ``(indicator_id, observation)``, regions in the observation."""
    return [
        (
            each.row["indicator_id"],
            Observation(
                each.row["formula_id"], each.period, each.figure.value, each.figure.bound,
                each.row["unit"] or "", each.figure.grade, ";".join(sorted(each.figure.sources)),
                each.row["relation"], each.basis, each.region,
            ),
        )
        for each in computed
    ]  # fmt: skip


def list_values(
    tables: Mapping[str, pl.DataFrame],
    as_of: date,
    same_scope: Mapping[str, str] | None = None,
    accounts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the yearly values of all indicators as they were known on a day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``indicators``, ``indicator_series``, ``series``, ``observations``, ``indicator_formulas`` of a pack.
    as_of : date
    same_scope : mapping of str to str, optional
        ``indicator_id`` -> ``series_id`` decided to be the same scope.
    accounts : AccountValues, optional

    Returns
    -------
    IndicatorValues
        Of several publications of a year in a series the latest; ``vintage`` names its source and day.
    """
    rows = [*_published_rows(tables, as_of, same_scope or {})]
    rows += [_computed_row(each) for each in compute_indicators(tables, as_of, accounts)]
    return frame_of(rows, IndicatorValues).sort(
        "indicator_id", "region", "year", "period", "basis", "basis_id"
    )


def _published_rows(
    tables: Mapping[str, pl.DataFrame], as_of: date, same_scope: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    scopes = {row["series_id"]: row for row in tables["series"].iter_rows(named=True)}
    units = {}
    found: dict[tuple[str, str, Period], list[Figure]] = {}
    for row in tables["observations"].iter_rows(named=True):
        period = _as_year(read_period(row["period"]))
        if period is None:
            continue
        known_on = day_known(row["known_on"], period)
        if known_on <= as_of:
            figure = Figure(
                row["value"], row["bound"], row["grade"], known_on, row["known_on"] is None,
                frozenset({row["source_id"]}),
            )  # fmt: skip
            found.setdefault((row["series_id"], row["region"], period), []).append(figure)
            units[row["series_id"]] = row["unit"]
    links: dict[str, list[dict[str, Any]]] = {}
    for link in link_series(tables["indicator_series"], same_scope).iter_rows(named=True):
        links.setdefault(link["series_id"], []).append(link)
    for (series, region, period), figures in found.items():
        held = hold_latest(figures)
        if held is None:
            continue
        for link in links.get(series, ()):
            yield {
                "indicator_id": link["indicator_id"], "region": region, "basis": "series", "basis_id": series,
                "unit": units[series], "relation": link["relation"],
                "scope_zh": scopes[series]["scope_zh"], "scope_en": scopes[series]["scope_en"],
                **_figure_columns(held, period),
            }  # fmt: skip


def _as_year(period: Period) -> Period | None:
    """Return the year or span of years that a publication describes; None for parts of a year."""
    if period.kind == "month" and period.end.month == 12:
        return parse_period(f"{period.end.year}")
    return period if period.kind in {"year", "years"} else None


def _computed_row(each: Computed) -> dict[str, Any]:
    return {
        "indicator_id": each.row["indicator_id"], "region": each.region, "basis": each.basis,
        "basis_id": each.row["formula_id"], "unit": each.row["unit"], "relation": each.row["relation"],
        "scope_zh": each.row["scope_zh"], "scope_en": each.row["scope_en"],
        **_figure_columns(each.figure, each.period),
    }  # fmt: skip


def _figure_columns(figure: Figure, period: Period) -> dict[str, Any]:
    sources = sorted(figure.sources)
    day = figure.known_on.isoformat()
    return {
        "year": period.end.year, "period": str(period), "value": figure.value, "bound": figure.bound,
        "known_on": day, "known_assumed": figure.assumed, "vintage": f"{', '.join(sources)} · {day}",
        "source_ids": ";".join(sources), "grade": figure.grade,
    }  # fmt: skip


def check_formulas(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series], own: Mapping[str, str]
) -> list[Finding]:
    """Return everything that keeps the formulas of a pack from being computed.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``indicator_formulas``, ``series``, ``indicators`` of a pack.
    rows : mapping of str to polars.Series
        Row numbers in the files.
    own : mapping of str to str
        Name -> unit of the figures of this system that a formula may read: ``accounts.NAME``,
        ``registers.REGISTER.MEASURE``.

    Returns
    -------
    list of Finding
        Each names the row; unreadable formulas, unknown names with the nearest one, units that disagree, and
        a formula of the same scope in another unit than its indicator.
    """
    units: dict[str, str | None] = dict(tables["series"].select("series_id", "unit").iter_rows())
    units |= own
    wanted = dict(tables["indicators"].select("indicator_id", "unit").iter_rows())
    found: list[Finding] = []
    formulas = tables["indicator_formulas"]
    for number, row in zip(rows["indicator_formulas"], formulas.iter_rows(named=True), strict=True):
        place = Place("indicator_formulas.csv", row=number, column="formula")
        found += _check_formula(row, place, units)
        unit = wanted.get(row["indicator_id"])
        if row["relation"] == "same" and unit != row["unit"]:
            params = {"what": row["formula_id"], "value": row["unit"] or "", "expected": unit or ""}
            where = Place("indicator_formulas.csv", row=number, column="unit")
            found.append(Finding("unit_wrong", where, params))
    return found


def _check_formula(row: Mapping[str, Any], place: Place, units: Mapping[str, str | None]) -> list[Finding]:
    try:
        node = parse_formula(row["formula"])
        unknown = sorted(names_in(node) - units.keys())
        if not unknown:
            convert_formula(node, units, row["unit"])
    except DafengError as error:
        return [Finding(each.code, place, each.params) for each in error.findings]
    return [
        Finding("formula_name_unknown", place, {"value": name, "suggestion": Suggestion(name, units)})
        for name in unknown
    ]
