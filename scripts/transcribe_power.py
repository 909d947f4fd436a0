"""Aggregate public unit lists into the fleet of a pack, and write the typical load curves.

Usage: python scripts/transcribe_power.py DATA_DIR PACK_DIR

DATA_DIR holds the unit lists (coal, gas and wind of Global Energy Monitor; mine gas and hydro of WRI; all
CC BY 4.0) and the two day shapes. ``PACK_DIR/regions.csv`` gives the codes of the cities. The result is
committed, the lists are not.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLANNED = ("permitted", "pre-permit", "pre-construction", "announced")
STATUS = {"operating": "operating", "construction": "construction"} | dict.fromkeys(PLANNED, "planned")
"""Status of the lists -> of the pack; what is shelved, cancelled or retired is left out."""
SPELLING = {"yungcheng": "yuncheng"}
COUNTIES = {"baode": "140900", "xinghualing": "140100", "xiaodian district": "140100", "xiyang": "140700"}
"""Counties that stand in the place of a city in the gas list."""
CITY_OF_PLANT = {
    "Duanwang": "140700", "Jincheng": "140500", "Lanhua": "140500", "Qinxin": "140400",
    "San Yuan": "140400", "Sdic Xiyang": "140700", "Shanxi Coal": "140300", "Shanxi Herui": "140500",
    "Shaqu": "141100", "Yangquan": "140300", "Shanxi Dingxiang": "140900", "Shanxi Wutai": "140900",
    "Shanxi Yangcheng": "140500", "Shanxi Yu County": "140300", "Shanxi Zezhou": "140500",
    "Tianqiao": "140900", "Wanjiazhai": "140900",
}  # fmt: skip
"""Beginning of the name of a plant of the WRI list -> city, by its place."""
ELSEWHERE = ("Sanmexia", "Xilongchi")
"""Hydro of the WRI list that is of another province, or pumped and typed below."""
NO_YEAR = ("清单未写投产年", "the list names no year")
CDM = (
    "清洁发展机制登记的电站，清单未写投产年，按登记时段2005—2014年",
    "registered as CDM projects; no year in the list, the time of registration 2005-2014 is entered",
)
NOTES = {
    "Wanjiazhai": (
        "万家寨108万千瓦与内蒙古共有，取一半",
        "Wanjiazhai (1,080 MW) is shared with Inner Mongolia, half is entered",
    ),
    "Tianqiao": (
        "天桥，位于晋陕界河；清单未写投产年，年份为演示值",
        "Tianqiao on the river border with Shaanxi; the list has no year, the years are demonstration values",
    ),
}
PUMPED = (
    (
        "140900", 2007, 2007, "operating", 1200.0, 4,
        "西龙池，4台30万千瓦；投产年取自 WRI", "Xilongchi, 4 units of 300 MW; year from WRI",
    ),
    (
        "140200", 2027, 2030, "construction", 1500.0, 4,
        "浑源，4台37.5万千瓦，2022年9月在建；投产年未公布，按2027—2030年",
        "Hunyuan, 4 units of 375 MW, being built in September 2022; no year published, 2027-2030 is entered",
    ),
    (
        "140800", 2026, 2028, "construction", 1200.0, 4,
        "垣曲，4台30万千瓦，计划2028年前全部投产", "Yuanqu, 4 units of 300 MW, all planned to run by 2028",
    ),
    (
        "141000", 2030, 2035, "planned", 1200.0, None,
        "侯马，2023年3月签投资协议；投产年未公布，按2030—2035年",
        "Houma, investment agreement of March 2023; no year published, 2030-2035 is entered",
    ),
)  # fmt: skip
BOILERS_MW = 16568.95
"""Heat output of the boilers of district heating in 2020, PyPSA-China."""
COLUMNS = (
    "technology", "city", "built_from", "built_to", "status", "units", "capacity_mw", "list_year",
    "source_id", "grade", "note_zh", "note_en",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """What units of one row have in common, in the order of the columns of the table."""

    technology: str
    city: str
    built_from: int
    built_to: int
    status: str
    list_year: int
    source: str
    grade: str
    note: tuple[str, str] = ("", "")


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_class(unit: Mapping[str, str]) -> str:
    """Return the dispatch class of a coal unit: CHP as marked, below 300 MW, by steam."""
    if unit["chp_flag_pypsa_china"] == "Y":
        return "coal_chp"
    if float(unit["capacity_mw"]) < 300:
        return "coal_small"
    return "coal_super" if "super" in unit["combustion_technology"] else "coal_sub"


def find_cities(regions: list[dict[str, str]]) -> dict[str, str]:
    """Return the code of each city by its name in small letters, with and without the umlaut."""
    codes = {row["name_en"].lower(): row["code"] for row in regions if row["level"] == "city"}
    codes |= {name.replace("ü", "u"): code for name, code in codes.items()}
    return codes | {wrong: codes[right] for wrong, right in SPELLING.items()} | COUNTIES


def name_city(cities: Mapping[str, str], name: str) -> str:
    """Return the code of a city of a list; empty where the name is not known."""
    return cities.get(name.strip().removesuffix(" Municipality").lower(), "")


def span_years(
    unit: Mapping[str, str], status: str, unknown: Mapping[str, tuple[int, int]]
) -> tuple[int, int]:
    """Return the first and last year of commissioning: a span of five, or the year still to come."""
    if not unit["start_year"]:
        return unknown[status]
    year = int(float(unit["start_year"]))
    return (year - year % 5, min(year - year % 5 + 4, 2023)) if status == "operating" else (year, year)


def list_units(data: Path, cities: Mapping[str, str]) -> Iterator[tuple[Group, float]]:
    """Yield the row and the capacity [MW] of every unit of the lists."""
    after = {"construction": (2024, 2026), "planned": (2026, 2030)}
    for unit in read(data / "coal_units_gem_2023-07.csv"):
        if unit["status"] in STATUS:
            status = STATUS[unit["status"]]
            first, last = span_years(unit, status, after)
            note = ("", "") if unit["start_year"] else (
                f"{NO_YEAR[0]}，按{first}—{last}年", f"{NO_YEAR[1]}; {first}-{last} is entered"
            )  # fmt: skip
            group = Group(
                name_class(unit), name_city(cities, unit["prefecture"]), first, last, status, 2023,
                "GEM_GCPT_2023", "B", note,
            )  # fmt: skip
            yield group, float(unit["capacity_mw"])
    for unit in read(data / "gas_cbm_units_gem_2023-02.csv"):
        status = STATUS[unit["status"]]
        name = "gas" if unit["fuel"] == "NG" else "coalbed_gas"
        first, last = span_years(unit, status, {})
        city = name_city(cities, unit["prefecture"])
        group = Group(name, city, first, last, status, 2023, "GEM_GGPT_2023", "B")
        yield group, float(unit["capacity_mw"])
    after = {"operating": (2008, 2023), "construction": (2024, 2025), "planned": (2026, 2030)}
    for unit in read(data / "wind_phases_gem_2023-05.csv"):
        status = STATUS[unit["status"]]
        first, last = span_years(unit, status, after)
        note = ("", "") if unit["start_year"] else NO_YEAR
        city = name_city(cities, unit["prefecture"])
        group = Group("wind", city, first, last, status, 2023, "GEM_GWPT_2023", "B", note)
        yield group, float(unit["capacity_mw"])


def list_wri(data: Path) -> Iterator[tuple[Group, float]]:
    """Yield mine-gas engines and hydro of the WRI list; of a shared plant the half."""
    kinds = {"Coal Mine Methane": "coalbed_gas", "Hydro": "hydro"}
    years = {"Wanjiazhai": (2000, 2000), "Tianqiao": (1977, 1978)}
    for plant in read(data / "powerplants_wri_shanxi.csv"):
        name = plant["name"]
        if plant["fuel"] not in kinds or name in ELSEWHERE:
            continue
        city = next(code for start, code in CITY_OF_PLANT.items() if name.startswith(start))
        first, last = years.get(name, (2005, 2014))
        note = NOTES.get(name, CDM)
        group = Group(kinds[plant["fuel"]], city, first, last, "operating", 2018, "WRI_GPPD", "C", note)
        yield group, float(plant["capacity_mw"]) * (0.5 if name == "Wanjiazhai" else 1.0)


def aggregate_fleet(data: Path, regions: Path) -> list[list[object]]:
    """Return the rows of the fleet table."""
    units: Counter[Group] = Counter()
    capacity: Counter[Group] = Counter()
    for group, megawatts in (*list_units(data, find_cities(read(regions))), *list_wri(data)):
        units[group] += 1
        capacity[group] += megawatts  # type: ignore[assignment]
    rows: list[list[object]] = [
        [
            group.technology, group.city, group.built_from, group.built_to, group.status, count,
            f"{capacity[group]:.10g}", group.list_year, group.source, group.grade, *group.note,
        ]
        for group, count in units.items()
    ]  # fmt: skip
    for city, first, last, status, megawatts, count, *note in PUMPED:
        rows.append(
            [
                "pumped_hydro",
                city,
                first,
                last,
                status,
                count,
                f"{megawatts:.10g}",
                2023,
                "SX_PHS_PROJECTS",
                "B",
                *note,
            ]
        )
    rows.append([
        "boiler", "", 2000, 2020, "operating", None, f"{BOILERS_MW:.10g}", 2020, "PYPSA_CHINA", "C",
        "热功率；全省合计，2020年，投产年未知，按2000—2020年",
        "heat output; sum of the province in 2020, years of commissioning unknown, 2000-2020 is entered",
    ])  # fmt: skip
    return sorted(rows, key=lambda row: [str(row[place]) for place in (0, 4, 1, 2, 3, 8)])


def list_shapes(data: Path) -> list[list[object]]:
    """Return the rows of the typical day curves."""
    rows = read(data / "load_typical_day_shapes_shanxi.csv")
    return [
        [day, int(row["hour"]), float(row[f"{day}_shape_0_1"]), "NDRC_LOAD_CURVES", "B"]
        for day in ("workday", "restday")
        for row in rows
    ]


def write(path: Path, columns: tuple[str, ...], rows: list[list[object]]) -> None:
    """Write a table of the pack."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main(data: Path, pack: Path) -> None:
    """Write power_fleet and load_shapes."""
    power = data / "power"
    write(pack / "power_fleet.csv", COLUMNS, aggregate_fleet(power, pack / "regions.csv"))
    shape = ("day_type", "hour", "level", "source_id", "grade")
    write(pack / "load_shapes.csv", shape, list_shapes(power))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
