"""Add coal and gas output to the pack's activities, mine-capacity shares to its factors.

Usage: python scripts/derive_coal_mines.py DATA PACK [REGION]

Output is copied from the published series; the shares are sums over the operating mines of the Global
Coal Mine Tracker (CC BY 4.0), so that no single mine is shipped. Rows that are there already are replaced.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

SOURCE, YEAR = "GEM_GCMT_2024", 2024
DEPTHS = {
    "below_200m": (0.0, 200.0),
    "200_400m": (200.0, 400.0),
    "above_400m": (400.0, float("inf")),
}
"""Depth classes of IPCC 2006 vol. 2 ch. 4, eq. 4.1.3 [m]."""
OUTPUT = {"Raw_Coal": "coal_output_total", "Natural_Gas": "gas_output"}
"""Fuel -> activity."""
NOTE_ZH = "《中国能源统计年鉴》《中国统计年鉴》整理数"
NOTE_EN = "compiled from the China Energy Statistical Yearbook and the China Statistical Yearbook"


def main(data: Path, pack: Path, region: str) -> None:
    """Write both tables of the pack."""
    add_output(data / "accounts" / "shanxi_energy_production_consumption.csv", pack, region)
    add_shares(data / "atmosphere" / "gem_coal_mines_shanxi_2024-04.csv", pack, region)


def add_output(source: Path, pack: Path, region: str) -> None:
    """Write coal output [10^4 t] and gas output [10^8 m3] into ``activities.csv``."""
    rows = (
        pl.read_csv(source, infer_schema=False)
        .filter(
            (pl.col("region") == region)
            & (pl.col("variable") == "production")
            & pl.col("fuel").is_in(list(OUTPUT))
        )
        .select(
            "region",
            "year",
            "unit",
            "value",
            activity=pl.col("fuel").replace_strict(OUTPUT),
            source_id="source",
            grade="quality",
            note_zh=pl.lit(NOTE_ZH),
            note_en=pl.lit(NOTE_EN),
        )
    )
    target = pl.read_csv(pack / "activities.csv", infer_schema=False)
    kept = target.filter(~pl.col("activity").is_in(list(OUTPUT.values())))
    pl.concat([kept, rows.select(target.columns)]).write_csv(pack / "activities.csv")


def add_shares(source: Path, pack: Path, region: str) -> None:
    """Write the shares of the capacity of operating mines by kind and by depth into ``factors.csv``."""
    mines = (
        pl.read_csv(source, infer_schema=False)
        .filter(pl.col("status") == "operating")
        .with_columns(pl.col("capacity_mt_per_y", "mine_depth_m").cast(pl.Float64))
    )
    whole = mines["capacity_mt_per_y"].sum()
    below = mines.filter(pl.col("mine-type") == "underground")
    rows = [
        (
            "share_coal_capacity",
            kind,
            mines.filter(pl.col("mine-type") == kind)["capacity_mt_per_y"].sum() / whole,
        )
        for kind in ("underground", "surface")
    ]
    rows += [
        (
            "share_coal_capacity_depth",
            name,
            below.filter(_in_class(low, high))["capacity_mt_per_y"].sum() / below["capacity_mt_per_y"].sum(),
        )
        for name, (low, high) in DEPTHS.items()
    ]
    target = pl.read_csv(pack / "factors.csv", infer_schema=False)
    fixed = {"region": region, "year": str(YEAR), "unit": "1", "source_id": SOURCE, "grade": "C"}
    made = pl.DataFrame(
        [
            {**fixed, "variable": variable, "activity": activity, "value": f"{value:.4f}"}
            for variable, activity, value in rows
        ],
        schema=target.schema,
    )
    kept = target.filter(pl.col("source_id") != SOURCE)
    pl.concat([kept, made]).write_csv(pack / "factors.csv")


def _in_class(low: float, high: float) -> pl.Expr:
    """Return whether a depth is in a class: below 200 m, 200 to 400 m, above 400 m."""
    depth = pl.col("mine_depth_m")
    above = depth > low if low == 400.0 else depth >= low
    return above & (depth < high if high == 200.0 else depth <= high)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "CN-SX")
