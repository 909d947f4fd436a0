"""Results of other models and studies, read to lie beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.files import read_bytes
from dafeng.grids import read_grids
from dafeng.inventory.iamc_reading import parse_iamc
from dafeng.pathway.exchange import from_iamc, published_band

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dafeng.errors import Finding
    from dafeng.pack import Pack

MAX_BYTES = 200 * 2**20


def read_comparison(
    pack: Pack, files: Sequence[Path] = (), *, max_bytes: int = MAX_BYTES
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return what others published on the province of a pack, and what IAMC files say of it.

    Parameters
    ----------
    pack : Pack
        Its region and its table ``published_scenarios`` are read.
    files : sequence of Path
        IAMC tables, CSV or XLSX, long or wide.
    max_bytes : int
        Limit of a file. [B]

    Returns
    -------
    ComparisonRow
    tuple of Finding
        Warnings on regions, variables and units that were left out.

    Raises
    ------
    InputRefused, TableError
        Defects of the layout; ``comparison_region`` if a file holds nothing of the province.
    """
    region = pack.config.pack.region
    parts = [published_band(pack.tables, region)]
    found: list[Finding] = []
    for path in files:
        data, _ = parse_iamc(read_grids(read_bytes(path, max_bytes), path.name, max_bytes=max_bytes)[0])
        rows, findings = from_iamc(data, region)
        parts.append(rows)
        found += findings
    return pl.concat(parts), tuple(found)
