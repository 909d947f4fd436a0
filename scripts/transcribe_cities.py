"""Transcribe published figures of cities into the table city_figures of a pack.

Usage: python scripts/transcribe_cities.py DATA_DIR PACK_DIR

DATA_DIR/tracking/series.csv is a long table with the publisher of every figure. Taken are figures of single
years that a press office or an official page published, of grade A or B, and no bounds ("more than"). A page
without a row in the pack's sources.csv stops the script.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

ITEMS = {"gdp": "gdp_current", "gdp_growth": "gdp_growth", "population": "population"}
UNITS = {"gdp_current": "10^8 CNY", "gdp_growth": "%", "population": "10^4 person"}
PLAIN = ("", "年末", "年末常住")
"""Qualifiers that leave the figure as it is."""
SOURCES = {
    "Interpretation of 2021 GDP data of 11 cities in the province": "qrcwhw_2022-07-13",
    "晋中市2024年国民经济和社会发展统计公报": "jinzhong_stats_2025-04-04",
    "运城绘出发展蓝图": "xinhua_sx_2023-04-19",
    "忻州市“十四五”经济社会发展成就新闻发布会": "netease_2026-01-28",
    "一组数据,看临汾经济发展的热力与活力": "xinhua_2024-11",
    "吕梁市2022年国民经济和社会发展概览": "lvliang_2023-06-27",
}
"""Title of a page -> source id of the pack."""


def main(data: Path, pack: Path) -> None:
    """Write city_figures.csv."""
    regions = pl.read_csv(pack / "regions.csv", schema_overrides={"code": pl.String})
    cities = regions.filter(pl.col("level") == "city").select("code", region="short_name_zh")
    rows = pl.read_csv(data / "tracking" / "series.csv", infer_schema=False).filter(
        (pl.col("origin") == "press_or_official")
        & pl.col("confidence").is_in(["A", "B"])
        & pl.col("variable").is_in(list(ITEMS))
        & pl.col("period").str.contains("^[0-9]{4}$")
        & pl.col("comparator").fill_null("").is_in(PLAIN)
    )
    known = set(pl.read_csv(pack / "sources.csv", infer_schema=False)["source_id"])
    table = rows.join(cities, on="region").select(
        region="code",
        year=pl.col("period").cast(pl.Int64),
        item=pl.col("variable").replace(ITEMS),
        unit=pl.col("variable").replace(ITEMS).replace(UNITS),
        value=pl.col("value").cast(pl.Float64),
        price_base_year=pl.lit(None),
        known_on="source_date",
        source_id=pl.col("source_title").replace_strict(SOURCES),
        grade="confidence",
        note_zh=pl.lit(None),
        note_en=pl.lit(None),
    )
    strangers = set(table["source_id"]) - known
    if strangers:
        sys.exit(f"not in sources.csv: {sorted(strangers)}")
    table.sort("region", "year", "item").write_csv(pack / "city_figures.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
