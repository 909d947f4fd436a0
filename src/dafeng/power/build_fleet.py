r"""What stands in each period: the fleet by class and age, published totals, retrofits that were done.

Units of a span of commissioning years are spread evenly over it. Of a capacity K of a span of n years
stands in the year t

.. math:: K(t) = \frac{K}{n} \sum_{y = y_0}^{y_0 + n - 1} [\, y \le t < y + L \,]

with the lifetime L. A plant under construction stands from the end of its span on; planned ones do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from dafeng.provenance import Step
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FILLED_GROUPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "wind": (("wind",), ("wind",)),
    "pv": (("pv",), ("pv",)),
    "wind_pv": (("wind", "pv"), ("wind", "pv")),
    "biomass": (("biomass",), ("biomass",)),
    "recovered": (("recovered",), ("recovered",)),
    "hydro": (("hydro",), ("hydro", "pumped_hydro")),
}
"""Published group -> groups of the classes that its gap to the list fills, groups that it is set against.

In this order, so that the total of wind and PV adds what came after the last figures of each. Published hydro
does not say whether pumped hydro is in it, so both are set against it."""


@dataclass(frozen=True)
class Block:
    """Capacity of one span of commissioning years.

    Attributes
    ----------
    technology : str
    built_from, built_to : int
        Years of commissioning, both included.
    capacity_mw : float
        [MW]
    """

    technology: str
    built_from: int
    built_to: int
    capacity_mw: float

    def standing_mw(self, year: int, lifetime: float) -> float:
        """Return what of it stands in a year [MW].

        Examples
        --------
        >>> Block("coal", 2000, 2009, 100.0).standing_mw(2034, 30.0)
        50.0
        """
        span = range(self.built_from, self.built_to + 1)
        return self.capacity_mw * sum(built <= year < built + lifetime for built in span) / len(span)


@dataclass(frozen=True)
class Fleet:
    """Blocks of every class and what was done to get them.

    Attributes
    ----------
    blocks : tuple of Block
    steps : tuple of Step
        What was filled or moved, to be told.
    list_year : int
        Latest year of the unit lists and published totals; building is counted from here.
    """

    blocks: tuple[Block, ...]
    steps: tuple[Step, ...] = ()
    list_year: int = 0
    _of: dict[str, list[Block]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Sort the blocks by class."""
        for block in self.blocks:
            self._of.setdefault(block.technology, []).append(block)

    def standing_mw(self, technology: str, year: int, lifetime: float) -> float:
        """Return what stands of a class in a year [MW]."""
        return sum(block.standing_mw(year, lifetime) for block in self._of.get(technology, []))

    def remaining_life(self, technology: str, year: int, lifetime: float) -> float:
        """Return the mean years that what stands of a class still has [a]; 0 when nothing stands."""
        weighted, whole = 0.0, 0.0
        for block in self._of.get(technology, []):
            span = range(block.built_from, block.built_to + 1)
            ages = [built + lifetime - year for built in span if built <= year < built + lifetime]
            weighted += block.capacity_mw / len(span) * sum(ages)
            whole += block.capacity_mw / len(span) * len(ages)
        return weighted / whole if whole > 0 else 0.0


def read_fleet(tables: Mapping[str, pl.DataFrame], region: str, first_year: int) -> Fleet:
    """Return the fleet with the gaps to published totals filled and finished retrofits moved.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``power_technologies``, ``power_fleet``, ``power_statistics``, ``power_retrofits``.
    region : str
        Province whose published totals count.
    first_year : int
        First period; later statistics do not count.
    """
    blocks = [
        Block(row["technology"], row["built_from"], row["built_to"], row["capacity_mw"])
        if row["status"] == "operating"
        else Block(row["technology"], row["built_to"], row["built_to"], row["capacity_mw"])
        for row in tables["power_fleet"].iter_rows(named=True)
        if row["status"] != "planned"
    ]
    latest = tables["power_fleet"].group_by("technology").agg(pl.col("list_year").max())
    listed = dict(latest.iter_rows())
    moved, steps = _move_retrofits(blocks, tables["power_retrofits"], listed, first_year)
    filled, told = _fill_gaps(moved, tables, region, first_year)
    years = [*listed.values(), *(block.built_to for block in filled)] or [first_year]
    return Fleet((*moved, *filled), (*steps, *told), min(max(years), first_year))


def _move_retrofits(
    blocks: Sequence[Block], retrofits: pl.DataFrame, listed: Mapping[str, int], first_year: int
) -> tuple[list[Block], list[Step]]:
    """Return the blocks with finished retrofits moved to the class after them, pro rata over their ages.

    A retrofit that was finished no later than the unit list is in the list already. Units that came on line
    after it was finished had no part in it.
    """
    done = retrofits.filter((pl.col("done_mw") > 0) & (pl.col("done_year") <= first_year))
    found, steps = list(blocks), []
    for row in done.iter_rows(named=True):
        old, new = row["from_technology"], row["to_technology"]
        if old == new or row["done_year"] <= listed.get(old, first_year):
            continue
        done_year = row["done_year"]
        whole = sum(b.capacity_mw for b in found if b.technology == old and b.built_to <= done_year)
        share = min(row["done_mw"] / whole, 1.0) if whole > 0 else 0.0
        after = []
        for block in found:
            if block.technology != old or block.built_to > done_year:
                after.append(block)
                continue
            span = (block.built_from, block.built_to)
            after.append(Block(old, *span, block.capacity_mw * (1.0 - share)))
            after.append(Block(new, *span, block.capacity_mw * share))
        found = after
        steps.append(
            Step(
                "power.read_fleet",
                f"已完成的改造：{old} 转为 {new}，{share * whole:.0f} MW，"
                "按各投产年段等比例",
                f"finished retrofit: {share * whole:.0f} MW of {old} became {new}, pro rata over its ages",
                {"from": old, "to": new, "mw": share * whole, "retrofit": row["retrofit"]}, 1,
            )
        )  # fmt: skip
    return found, steps


def _fill_gaps(
    blocks: Sequence[Block], tables: Mapping[str, pl.DataFrame], region: str, first_year: int
) -> tuple[list[Block], list[Step]]:
    """Return blocks for what published totals have beyond the unit lists, with a step for each."""
    groups = dict(tables["power_technologies"].select("technology", "published_group").iter_rows())
    found: list[Block] = []
    steps = []
    for group, (filled, held) in FILLED_GROUPS.items():
        published = latest_capacity(tables["power_statistics"], region, group, first_year)
        members = [name for name, its in groups.items() if its in filled]
        if published is None or not members:
            continue
        year, total = published
        known = [block for block in (*blocks, *found) if block.built_to <= year]
        gap = total - sum(block.capacity_mw for block in known if groups.get(block.technology) in held)
        if gap <= 0:
            continue
        listed = {n: sum(b.capacity_mw for b in known if b.technology == n) for n in members}
        weight = sum(listed.values())
        shares = {n: mw / weight if weight > 0 else 1.0 / len(members) for n, mw in listed.items()}
        found += [Block(name, year, year, gap * share) for name, share in shares.items() if share > 0]
        steps.append(_tell_gap(group, year, gap, len(members)))
    return found, steps


def _tell_gap(group: str, year: int, gap: float, members: int) -> Step:
    """Return the step that tells of a filled gap."""
    return Step(
        "power.read_fleet",
        f"机组清单与公布装机之差：{group} {year}年 {gap:.0f} MW，"
        f"按已列各类比例补足（无清单时均分），投产年记为{year}",
        f"gap between the unit list and the published capacity: {group} {year}, {gap:.0f} MW, filled in"
        f" proportion to the known classes (in equal parts without any) as built in {year}",
        {"group": group, "year": year, "mw": gap}, members,
    )  # fmt: skip


def latest_capacity(
    statistics: pl.DataFrame, region: str, group: str, last_year: int
) -> tuple[int, float] | None:
    """Return the latest published capacity of a group up to a year: (year, MW); None without one."""
    rows = statistics.filter(
        (pl.col("region") == region)
        & (pl.col("measure") == "capacity")
        & (pl.col("published_group") == group)
        & (pl.col("moment") == "end")
        & (pl.col("period").str.slice(0, 4).cast(pl.Int64, strict=False) <= last_year)
    )
    dated = [(_end_of(row["period"]), row) for row in rows.iter_rows(named=True)]
    if not dated:
        return None
    end, row = max(dated, key=lambda pair: pair[0])
    return int(end[:4]), float(row["value"]) * conversion_factor(row["unit"], "MW")


def _end_of(period: str) -> str:
    """Return a text that sorts by the end of a period: a bare year ends in its December."""
    return f"{period}-12" if len(period) == 4 else period


def describe_steps(steps: Iterable[Step]) -> tuple[tuple[str, str], ...]:
    """Return steps as notes of a network: key and text."""
    return tuple((f"step.{number}", f"{step.zh} / {step.en}") for number, step in enumerate(steps, 1))
