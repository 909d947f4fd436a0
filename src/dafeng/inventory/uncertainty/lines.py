"""From emission lines to lines whose figures have an id and a spread; nothing unknown is taken as certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.uncertainty.contracts import UncertainLine, names_of
from dafeng.inventory.uncertainty.distributions import fit_spread, half_width_of
from dafeng.inventory.uncertainty.estimates import estimate_lines
from dafeng.table import check, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dafeng.inventory.uncertainty.distributions import Spread

FIGURES = ("activity", "factor")
MEMO = "MEMO_"
"""Categories that stand beside the total."""
SPREAD = ("distribution", "uncertainty", "low", "high")
_MATCHED = ("sector", "fuel", "gas")
ROW = "_row"


def lines_from_inventory(emissions: pl.DataFrame, gwp_set: str | None) -> pl.DataFrame:
    """Return the lines of an inventory, weighted by warming potential.

    The same figure of activity in the same cell serves all its gases. A factor is one figure per factor id
    and gas in all sectors and years; a factor without id is its own in each cell, the same in all years.
    Memo items are left out, and lines that count elsewhere (IE).

    Parameters
    ----------
    emissions : EmissionLine
    gwp_set : str, optional
        Code of ``gwp_sets``; not needed for one gas.

    Returns
    -------
    UncertainLine

    Raises
    ------
    InputRefused
        ``gwp_needed``.
    """
    lines = emissions.filter(_counts()).with_columns(
        _own_activity().alias("activity_id"),
        _name_factor().alias("factor_id"),
        *(pl.lit(None, pl.String).alias(f"{figure}_distribution") for figure in FIGURES),
        *(pl.lit(None, pl.Float64).alias(f"{figure}_{end}") for figure in FIGURES for end in ("low", "high")),
    )
    return _finish_lines(lines, gwp_set)


def _counts() -> pl.Expr:
    """Say of each line whether it is part of the total: neither memo item nor counted elsewhere."""
    elsewhere = (pl.col("notation") == "IE").fill_null(value=False)
    return ~pl.col("category").str.starts_with(MEMO) & ~elsewhere


def _own_activity() -> pl.Expr:
    return _join_text("region", "year", "category", "sector", "fuel", "activity", "activity_unit")


def _name_factor() -> pl.Expr:
    """Return one id per named factor and gas, else per cell and gas in all years."""
    cell = _join_text("region", "category", "sector", "fuel", "gas")
    return pl.when(pl.col("factor_id").is_not_null()).then(_join_text("factor_id", "gas")).otherwise(cell)


def lines_from_input(
    given: pl.DataFrame, gwp_set: str | None, rows: pl.Series | None = None, file: str = "lines"
) -> pl.DataFrame:
    """Return the lines of a user's table: emissions, ids, bounds as multiples of the estimate.

    Parameters
    ----------
    given : LineInput
    gwp_set : str, optional
        Code of ``gwp_sets``; not needed for one gas.
    rows : polars.Series, optional
        Row numbers of the file.
    file : str
        Named in findings.

    Returns
    -------
    UncertainLine

    Raises
    ------
    InputRefused
        ``gwp_needed``, ``uncertainty_units``; with the row: ``uncertainty_bounds``,
        ``uncertainty_too_wide``, ``uncertainty_no_mass``, ``uncertainty_value``.
    """
    numbers = rows if rows is not None else pl.int_range(2, given.height + 2, eager=True)
    counted = given.with_columns(numbers.alias(ROW)).filter(_counts())
    numbers = counted[ROW]
    lines = estimate_lines(counted.drop(ROW), numbers, file).with_columns(
        pl.col("region").fill_null(""),
        pl.col("activity_id").fill_null(_own_activity()),
        _name_factor().alias("factor_id"),
    )
    for figure in FIGURES:
        ends = [pl.col(f"{figure}_{end}") / pl.col(figure) for end in ("low", "high")]
        lines = lines.with_columns(
            pl.min_horizontal(ends).alias(f"{figure}_least"), pl.max_horizontal(ends).alias(f"{figure}_most")
        ).with_columns(
            pl.when(pl.col(f"{figure}_low").is_not_null()).then(f"{figure}_least").alias(f"{figure}_low"),
            pl.when(pl.col(f"{figure}_high").is_not_null()).then(f"{figure}_most").alias(f"{figure}_high"),
        )
    problems = list(_check_spreads(lines, numbers, file))
    if problems:
        raise InputRefused(problems)
    return _finish_lines(lines, gwp_set)


def _check_spreads(lines: pl.DataFrame, rows: pl.Series, file: str) -> Iterator[Finding]:
    for figure in FIGURES:
        for row, spec in zip(rows, _specs(lines, figure), strict=True):
            try:
                fit_spread(*spec)
            except InputRefused as refused:
                place = Place(file, row=row, column=f"{figure}_uncertainty")
                yield from (Finding(f.code, place, f.params) for f in refused.findings)


def _finish_lines(lines: pl.DataFrame, gwp_set: str | None) -> pl.DataFrame:
    """Return lines with fuel group and weight, as :class:`UncertainLine`."""
    groups = {code: row["group"] for code, row in terms.entries("fuels").items()}
    grouped = lines.with_columns(pl.col("fuel").replace(groups).alias("fuel_group"))
    weighted = _weigh_gases(grouped, gwp_set)
    return check(weighted.select(names_of(UncertainLine)), UncertainLine)


def _weigh_gases(lines: pl.DataFrame, gwp_set: str | None) -> pl.DataFrame:
    gases = sorted(lines["gas"].unique())
    if gwp_set is None:
        if len(gases) > 1:
            raise InputRefused.of("gwp_needed", gases=", ".join(gases))
        return lines
    weights = {gas: terms.gwp(gas, gwp_set) for gas in gases}
    weight = pl.col("gas").replace_strict(weights, return_dtype=pl.Float64)
    return lines.with_columns(pl.col("value") * weight, pl.concat_str("unit", pl.lit(" CO2e")).alias("unit"))


def _join_text(*names: str) -> pl.Expr:
    parts: Sequence[pl.Expr] = [pl.col(name).cast(pl.String).fill_null("") for name in names]
    return pl.concat_str(parts, separator="|")


def fill_uncertainties(lines: pl.DataFrame, defaults: pl.DataFrame) -> pl.DataFrame:
    """Return lines whose unknown uncertainties are filled from the closest rule of a user.

    A rule fits when each of its filled cells equals the line's, the category also when it is above the
    line's. The rule with the longest category wins, then the one with more filled cells, then the earlier.

    Parameters
    ----------
    lines : UncertainLine
    defaults : DefaultUncertainty

    Returns
    -------
    UncertainLine
        What a line states itself is kept.
    """
    rules = sorted(
        defaults.to_dicts(),
        key=lambda rule: (-len(rule["category"] or ""), -sum(rule[name] is not None for name in _MATCHED)),
    )
    cells = lines.select("category", *_MATCHED).unique(maintain_order=True).to_dicts()
    filled = lines
    for figure in FIGURES:
        wanted = [
            _first_rule(cell, (rule for rule in rules if rule[f"{figure}_uncertainty"] is not None))
            for cell in cells
        ]
        table = pl.DataFrame(cells, schema=lines.select("category", *_MATCHED).schema).with_columns(
            pl.Series("own", [rule and rule[f"{figure}_uncertainty"] for rule in wanted], pl.Float64),
            pl.Series("kind", [rule and rule[f"{figure}_distribution"] for rule in wanted], pl.String),
        )
        unknown = pl.col(f"{figure}_uncertainty").is_null() & pl.col(f"{figure}_low").is_null()
        filled = filled.join(
            table, on=["category", *_MATCHED], how="left", nulls_equal=True, maintain_order="left"
        )
        filled = filled.with_columns(
            pl.when(unknown).then("own").otherwise(f"{figure}_uncertainty").alias(f"{figure}_uncertainty"),
            pl.when(unknown).then("kind").otherwise(f"{figure}_distribution").alias(f"{figure}_distribution"),
        ).drop("own", "kind")
    return check(filled, UncertainLine)


def list_idle_rules(lines: pl.DataFrame, defaults: pl.DataFrame) -> pl.Series:
    """Return of each rule whether it fits no line at all.

    Parameters
    ----------
    lines : UncertainLine
    defaults : DefaultUncertainty
    """
    cells = lines.select("category", *_MATCHED).unique().to_dicts()
    idle = [not any(_first_rule(cell, [rule]) for cell in cells) for rule in defaults.to_dicts()]
    return pl.Series("idle", idle, pl.Boolean)


def _first_rule(cell: dict[str, Any], rules: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    for rule in rules:
        above = (cell["category"] or "").startswith(rule["category"] or "")
        if above and all(rule[name] in {None, cell[name]} for name in _MATCHED):
            return rule
    return None


def sort_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines in the order of their key, so that sums do not depend on the order of a file."""
    return lines.sort(keys_of(UncertainLine))


def select_covered(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines whose emissions and both uncertainties are known, with 95 % half-widths [1].

    Parameters
    ----------
    lines : UncertainLine

    Returns
    -------
    polars.DataFrame
        The columns of the lines and ``activity_half_width``, ``factor_half_width``.
    """
    known = pl.all_horizontal(pl.col("value", *(f"{figure}_half_width" for figure in FIGURES)).is_not_null())
    return measure_half_widths(lines).filter(known)


def measure_half_widths(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with ``activity_half_width`` and ``factor_half_width`` [1]; null where unknown."""
    widths = []
    for figure in FIGURES:
        found = [_half_width(spec) for spec in _specs(lines, figure)]
        widths.append(pl.Series(f"{figure}_half_width", found, pl.Float64))
    return lines.with_columns(widths)


def _half_width(spec: tuple[Any, ...]) -> float | None:
    _, stated, low, _high = spec
    if low is None and stated is not None:
        return float(stated)
    spread = fit_spread(*spec)
    return None if spread is None else half_width_of(spread)


def spreads_of(lines: pl.DataFrame, figure: str) -> list[Spread | None]:
    """Return the fitted spread of each line's activity or factor.

    Parameters
    ----------
    lines : UncertainLine
    figure : {"activity", "factor"}
    """
    return [fit_spread(*spec) for spec in _specs(lines, figure)]


def _specs(lines: pl.DataFrame, figure: str) -> Iterator[tuple[Any, ...]]:
    return lines.select([f"{figure}_{name}" for name in SPREAD]).iter_rows()
