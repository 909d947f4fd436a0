"""Methane of coal mining (1B1): underground, surface, post-mining, abandoned, drained and used.

Tier 1 and 2 of IPCC 2006 vol. 2 ch. 4: CH4 [kt] = coal [10^4 t] x factor [kg/t] x 0.01; a factor in m3/t is
multiplied by the density of methane, 0.67 kg/m3 (eq. 4.1.3, 4.1.4, 4.1.7, 4.1.8).

Which factor: the province's own cited one first (``ef_ch4_underground``, then ``ef_ch4_ventilation`` of the
pack), then a national one, then the average of the IPCC; never by its size. All factors stand side by side
in :func:`compare_coal_methane`; their span is the range of the line, which is no statistical interval.

A factor of ventilation air leaves drained gas out, so drained gas that is not used is added to it; a factor
of all gas holds it already, so gas that is used is subtracted (eq. 4.1.1). Flared gas becomes CO2 with an
efficiency of 0.98 (eq. 4.1.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.guideline.abandoned_mines import emit_abandoned
from dafeng.inventory.guideline.activity_contracts import MethaneVariant
from dafeng.inventory.guideline.activity_lines import (
    CARBON_TO_CO2,
    CARBON_TO_METHANE,
    METHANE_DENSITY,
    build_lines,
    describe_missing,
    find_factor,
    list_periods,
    methane_factors,
    not_estimated,
    read_amounts,
    weakest_grade,
)
from dafeng.inventory.guideline.mine_output import UNCLASSIFIED, Mine, split_output
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.inventory.guideline.activity_lines import Amount, Row

KT_PER_COAL = 0.01
"""kt CH4 per (10^4 t coal x kg CH4/t coal)."""
KT_PER_VOLUME = METHANE_DENSITY * 100
"""kt CH4 per 10^8 m3."""
FLARE_EFFICIENCY = 0.98
"""Share of flared methane that burns: IPCC 2006 vol. 2 ch. 4, eq. 4.1.5."""
CO2_PER_METHANE = CARBON_TO_CO2 / CARBON_TO_METHANE
CATEGORIES = {
    ("mining", "underground"): "1B1ai1", ("post_mining", "underground"): "1B1ai2",
    ("mining", "surface"): "1B1aii1", ("post_mining", "surface"): "1B1aii2",
}  # fmt: skip
DEPTHS = {
    "below_200m": "ipcc_underground_low",
    "200_400m": "ipcc_underground_mid",
    "above_400m": "ipcc_underground_high",
}
"""Depth class of the pack's ``share_coal_capacity_depth`` -> the IPCC factor of that depth (eq. 4.1.3)."""
OWN = {
    ("mining", "underground"): (("ef_ch4_underground", "total"), ("ef_ch4_ventilation", "ventilation")),
    ("mining", "surface"): (("ef_ch4_surface", "total"),),
    ("post_mining", "underground"): (("ef_ch4_post_mining", "total"),),
    ("post_mining", "surface"): (("ef_ch4_post_mining_surface", "total"),),
}  # fmt: skip
"""The province's own factors by step and place, in the order in which they are taken, with their basis."""


def emit_coal_methane(
    activities: pl.DataFrame, factors: pl.DataFrame, periods: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the lines of coal-mine methane.

    Parameters
    ----------
    activities : Activities
        Coal output, drained, used and flared methane, abandoned mines.
    factors : Factors
        The province's own factors and the capacity shares that split a published total.
    periods : polars.DataFrame, optional
        ``region, year`` to make lines for; default: those of the activities.

    Returns
    -------
    EmissionLine
        Removals are negative. A line without a figure is NE and says what is missing.

    Raises
    ------
    InputRefused
        Wrong units, negative amounts, parts that contradict the total (``parts_exceed_total``), more methane
        used than drained or generated (``recovery_exceeds``).
    """
    mines = split_output(activities, factors)
    variants = _list_variants(mines, factors)
    amounts = read_amounts(activities)
    cells = list(list_periods(activities, periods))
    rows = [_mined_line(taken, variants) for taken in variants if taken["chosen"] and taken["place"] in cells]
    rows += [
        _unclassified_line(mine)
        for mine in mines
        if mine.kind == UNCLASSIFIED and (mine.region, mine.year) in cells
    ]
    for place in cells:
        mined = [row for row in variants if row["chosen"] and row["place"] == place]
        if not mined:
            rows += _missing_output(place)
        rows += _recovery_lines(amounts, place, mined) + emit_abandoned(amounts, factors, place)
    return build_lines(rows)


def compare_coal_methane(activities: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return the methane of the same coal under every factor at hand.

    Parameters
    ----------
    activities : Activities
    factors : Factors

    Returns
    -------
    MethaneVariant
        ``chosen`` marks the factor that :func:`emit_coal_methane` takes.
    """
    schema = empty_table(MethaneVariant).schema
    rows = _list_variants(split_output(activities, factors), factors)
    data = {name: [row[name] for row in rows] for name in schema}
    return check(pl.DataFrame(data, schema=schema), MethaneVariant)


def _list_variants(mines: list[Mine], factors: pl.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for mine in (mine for mine in mines if mine.kind != UNCLASSIFIED):
        for step in ("mining", "post_mining"):
            candidates = _own_factors(factors, mine, step) + _shipped_factors(mine, step)
            candidates += _factor_by_depth(factors, mine, step)
            taken = next((c["factor_id"] for c in candidates if c["eligible"]), None)
            rows += [_variant(mine, step, c, chosen=c["factor_id"] == taken) for c in candidates]
    return rows


def _variant(mine: Mine, step: str, candidate: Mapping[str, Any], *, chosen: bool) -> dict[str, Any]:
    place = "surface" if mine.kind == "surface" else "underground"
    factor = _per_mass(candidate["value"], candidate["unit"])
    return {
        "region": mine.region, "year": mine.year, "category": CATEGORIES[step, place], "mine": mine.kind,
        "factor_id": candidate["factor_id"], "name_zh": candidate["name_zh"],
        "name_en": candidate["name_en"], "coal_mt": mine.coal / 100, "factor": factor,
        "factor_unit": "kg/t", "methane_kt": mine.coal * factor * KT_PER_COAL, "chosen": chosen,
        "source_id": candidate["source_id"], "coal": mine.coal,
        "grade": weakest_grade(mine.grade, candidate["grade"]), "basis": candidate["basis"],
        "share_year": mine.share_year, "place": (mine.region, mine.year),
    }  # fmt: skip


def _per_mass(value: float, unit: str) -> float:
    """Return a factor in kg/t.

    Raises
    ------
    InputRefused
        ``unit_wrong``: neither m3/t nor kg/t.
    """
    ratios = {"kg/t": 1.0, "m3/t": METHANE_DENSITY}
    if unit not in ratios:
        params = {"what": "ef_ch4", "value": unit, "expected": "kg/t, m3/t"}
        raise InputRefused([Finding("unit_wrong", Place("factors", column="unit"), params)])
    return value * ratios[unit]


def _own_factors(factors: pl.DataFrame, mine: Mine, step: str) -> list[dict[str, Any]]:
    found = []
    place = "surface" if mine.kind == "surface" else "underground"
    for variable, basis in OWN[step, place]:
        own = find_factor(factors, mine.region, mine.year, variable, mine.kind)
        own = own or find_factor(factors, mine.region, mine.year, variable, f"{place}_mine")
        if own is None:
            continue
        zh = "本省因子（通风口径）" if basis == "ventilation" else "本省因子"
        en = "province's own (ventilation air)" if basis == "ventilation" else "province's own"
        found.append({
            "factor_id": variable, "value": own.value, "unit": own.unit, "basis": basis, "eligible": True,
            "source_id": own.source_id, "grade": own.grade, "name_zh": zh, "name_en": en,
        })  # fmt: skip
    return found


def _shipped_factors(mine: Mine, step: str) -> list[dict[str, Any]]:
    """Return the shipped factors for a kind of mine, national before worldwide.

    Where the gas class is not known, the factors of both classes are shown and none of them is taken.
    """
    kinds = {
        "surface": ["surface"], "underground_high": ["underground_high", "underground"],
        "underground_low": ["underground_low", "underground"],
        "underground": ["underground", "underground_high", "underground_low"],
    }[mine.kind]  # fmt: skip
    rows = methane_factors().filter((pl.col("step") == step) & pl.col("mine").is_in(kinds))
    national = [row for row in rows.to_dicts() if row["scope"] == "nation"]
    world = [row for row in rows.to_dicts() if row["scope"] == "world"]
    return [
        {**row, "eligible": row["chosen"] and row["mine"] in {mine.kind, "underground"}}
        for row in national + world
    ]


def _factor_by_depth(factors: pl.DataFrame, mine: Mine, step: str) -> list[dict[str, Any]]:
    """Return the IPCC factors weighted by the depth of the capacity, where the pack knows it; never taken."""
    if step != "mining" or mine.kind == "surface":
        return []
    shares = {
        name: find_factor(factors, mine.region, mine.year, "share_coal_capacity_depth", name)
        for name in DEPTHS
    }
    known = [share for share in shares.values() if share is not None]
    if len(known) < len(DEPTHS):
        return []
    values = dict(methane_factors().select("factor_id", "value").iter_rows())
    whole = sum(share.value for share in known)
    weighted = sum(s.value * values[DEPTHS[n]] for n, s in shares.items() if s is not None) / whole
    return [{
        "factor_id": "ipcc_underground_by_depth", "value": weighted, "unit": "m3/t", "basis": "total",
        "eligible": False, "source_id": known[0].source_id, "grade": weakest_grade(*(s.grade for s in known)),
        "name_zh": "IPCC 默认，按产能深度加权", "name_en": "IPCC default, weighted by depth of capacity",
    }]  # fmt: skip


def _mined_line(taken: Mapping[str, Any], variants: list[dict[str, Any]]) -> Row:
    same = [
        row["factor"] for row in variants
        if (row["place"], row["category"], row["mine"]) == (taken["place"], taken["category"], taken["mine"])
    ]  # fmt: skip
    zh, en = [f"因子：{taken['name_zh']}"], [f"factor: {taken['name_en']}"]
    zh.append(f"各因子 {min(same):.3g}～{max(same):.3g} kg/t")
    en.append(f"factors span {min(same):.3g} to {max(same):.3g} kg/t")
    if taken["share_year"] is not None:
        zh.append(f"产量按{taken['share_year']}年矿井产能比例分摊，不是公布的分类产量")
        en.append(f"output split by capacity shares of {taken['share_year']}, not published by kind of mine")
    if taken["mine"] == "underground":
        zh.append("瓦斯等级没有可用数据")
        en.append("no usable figure by gas class")
    spread = (max(same) - min(same)) / 2 / taken["factor"] if taken["factor"] else None
    return {
        "region": taken["region"], "year": taken["year"], "category": taken["category"],
        "sector": taken["mine"], "gas": "CH4", "activity": taken["coal"], "activity_unit": "10^4 t",
        "factor": taken["factor"], "factor_unit": "kg/t", "value": taken["methane_kt"],
        "tier": "T1" if taken["factor_id"].startswith("ipcc") else "T2", "factor_uncertainty": spread,
        "factor_id": taken["factor_id"], "source_id": taken["source_id"], "grade": taken["grade"],
        "note_zh": "；".join(zh), "note_en": "; ".join(en),
    }  # fmt: skip


def _unclassified_line(mine: Mine) -> Row:
    """Return the line of output whose kind of mine is not given: without a figure."""
    cell = {
        "region": mine.region, "year": mine.year, "category": "1B1", "sector": UNCLASSIFIED, "gas": "CH4",
        "activity": mine.coal, "activity_unit": "10^4 t",
    }  # fmt: skip
    return not_estimated(
        cell, mine.grade, f"未分类型的产量 {mine.coal:g} 万吨未计算",
        f"output of {mine.coal:g} x 10^4 t without a kind of mine is not computed",
    )  # fmt: skip


def _missing_output(place: tuple[str, int]) -> list[Row]:
    zh, en = describe_missing("coal_output_total")
    return [
        not_estimated(
            {"region": place[0], "year": place[1], "category": category, "sector": kind, "gas": "CH4"},
            "C", zh, en,
        )
        for (_, kind), category in CATEGORIES.items()
    ]  # fmt: skip


def _recovery_lines(
    amounts: Mapping[tuple[str, int, str], Amount], place: tuple[str, int], mined: list[dict[str, Any]]
) -> list[Row]:
    """Return what draining, using and flaring change, by the basis of the factor that was taken."""
    region, year = place
    codes = {name: f"coal_mine_methane_{name}" for name in ("drained", "used", "flared")}
    found = {name: amounts.get((region, year, code)) for name, code in codes.items()}
    volume = {name: None if a is None else a.value for name, a in found.items()}
    flared = volume["flared"] or 0.0
    underground = [row for row in mined if row["category"] == "1B1ai1"]
    ventilation = any(row["basis"] == "ventilation" for row in underground)
    cell: Row = {"region": region, "year": year, "category": "1B1ai4", "gas": "CH4"}
    cell |= {"sector": "drained_not_used" if ventilation else "used_or_flared"}
    grade = weakest_grade(*(a.grade for a in found.values() if a is not None))
    _check_recovery(volume, sum(row["methane_kt"] for row in underground), ventilation=ventilation)
    rows = []
    if volume["flared"] is not None:
        burnt = flared * FLARE_EFFICIENCY * KT_PER_VOLUME * CO2_PER_METHANE
        made = {"sector": codes["flared"], "gas": "CO2", "value": burnt, "tier": "T2", "grade": grade}
        rows.append(cell | made | {"activity": flared, "activity_unit": "10^8 m3"})
    needed = ["drained", "used"] if ventilation else ["used"]
    missing = [name for name in needed if volume[name] is None]
    if missing:
        zh, en = describe_missing(codes[missing[0]])
        zh += "；通风因子不含抽采后排空的瓦斯，合计偏低" if ventilation else "；利用量没有扣除，合计偏高"
        en += (
            "; a ventilation factor leaves drained and vented gas out: the sum is too low"
            if ventilation
            else "; what is used is not subtracted: the sum is too high"
        )
        return [*rows, not_estimated(cell, grade, zh, en)]
    kept = (volume["drained"] or 0.0) if ventilation else 0.0
    net = kept - (volume["used"] or 0.0) - flared * FLARE_EFFICIENCY
    return [*rows, cell | {"activity": net, "activity_unit": "10^8 m3", "factor": METHANE_DENSITY,
                           "factor_unit": "kg/m3", "value": net * KT_PER_VOLUME, "tier": "T2", "grade": grade,
                           "source_id": "IPCC2006_V2C4"}]  # fmt: skip


def _check_recovery(volume: Mapping[str, float | None], mined_kt: float, *, ventilation: bool) -> None:
    """Raise when more methane is used or flared than is drained, or than the mines give off at all."""
    taken = (volume["used"] or 0.0) + (volume["flared"] or 0.0)
    drained = volume["drained"]
    limits = [] if drained is None else [(taken, drained, "10^8 m3")]
    if mined_kt and not ventilation:
        limits.append((taken * KT_PER_VOLUME, mined_kt, "kt"))
    for recovered, generated, unit in limits:
        if recovered > generated * (1 + 1e-9):
            params = {"recovered": recovered, "generated": generated, "unit": unit}
            raise InputRefused([Finding("recovery_exceeds", Place("activities", column="value"), params)])
