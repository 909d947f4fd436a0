"""Read what a flash estimate rests on beside the monthly file: the inventory and past issues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place, TableError
from dafeng.files import read_bytes
from dafeng.inventory.contracts import Emissions
from dafeng.inventory.flash.contracts import FlashEstimates
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReadInventory:
    """Emissions of a file with the day on which each row was known."""

    frame: pl.DataFrame
    """Contract Emissions and ``known_on``."""
    source: Source


def read_inventory(path: Path, *, lag_years: int, max_bytes: int = MAX_BYTES) -> ReadInventory:
    """Return a yearly inventory in the layout that ``dafeng inventory run`` writes.

    Parameters
    ----------
    path : Path
        CSV; a further column ``known_on`` says when a row became known.
    lag_years : int
        Without ``known_on`` the inventory of a year counts as known at the end of the year that lies this
        many years later. [year]
    max_bytes : int
        Limit of the file. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, Emissions, path.name, extra="keep", max_bytes=max_bytes)
    frame = parsed.frame
    known = terms.codes("sectors") | {"total"}
    problems = [
        Finding("code_unknown", Place(path.name, row=row, column="sector"),
                {"value": sector, "vocabulary": "sectors", "suggestion": ""})
        for row, sector in zip(parsed.rows, frame["sector"], strict=True) if sector not in known
    ]  # fmt: skip
    units = set(frame["unit"].unique().to_list()) - {"Mt CO2"}
    problems += [
        Finding(
            "unit_wrong",
            Place(path.name, column="unit"),
            {"what": "CO2", "value": unit, "expected": "Mt CO2"},
        )
        for unit in sorted(units)
    ]
    if problems:
        raise TableError(problems)
    assumed = pl.format("{}-12-31", pl.col("year") + lag_years)
    given = parsed.extra["known_on"] if "known_on" in parsed.extra.columns else None
    days = assumed if given is None else pl.Series("known_on", given).fill_null("")
    frame = frame.with_columns(known_on=days)
    frame = frame.with_columns(
        known_on=pl.when(pl.col("known_on") == "").then(assumed).otherwise(pl.col("known_on"))
    )
    return ReadInventory(frame, Source(path.name, path.name, hash_bytes(raw)))


def read_archive(folder: Path) -> pl.DataFrame:
    """Return all issues of an archive folder as rows of FlashEstimates with ``made_on``.

    Raises
    ------
    InputRefused, TableError
        A file of the archive is damaged.
    """
    schema = {spec.name: spec.dtype for spec in columns_of(FlashEstimates)} | {"made_on": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    for path in sorted(folder.glob("flash_*.csv")) if folder.is_dir() else []:
        parsed = parse_csv(read_bytes(path), FlashEstimates, path.name, extra="keep")
        if "made_on" not in parsed.extra.columns:
            params = {"column": "made_on", "present": ", ".join(parsed.frame.columns)}
            raise TableError([Finding("column_missing", Place(path.name), params)])
        parts.append(parsed.frame.with_columns(made_on=parsed.extra["made_on"]).select(list(schema)))
    return pl.concat(parts)
