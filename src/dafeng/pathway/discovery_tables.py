"""Scenario discovery in words and tables: one sentence per box, with natural frequencies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.table import Table, check, column, empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Language
    from dafeng.pathway.discovery import Box, Discovery, Limit


class DiscoveryBox(Table):
    """Futures in which a target is missed often; counts of the half that was not used to find the box."""

    output: str = column(key=True, zh="目标", en="Target")
    box: int = column(key=True, unit="1", low=1, zh="序号", en="Number")
    futures: int = column(unit="1", low=1, zh="核对样本的情形数", en="Futures of the checking half")
    missed: int = column(unit="1", low=0, zh="其中未达到", en="Of these, missed")
    inside: int = column(unit="1", low=1, zh="符合条件的情形数", en="Futures in the box")
    missed_inside: int = column(unit="1", low=0, zh="符合条件且未达到", en="In the box and missed")
    added: int = column(unit="1", low=0, zh="此前各条未覆盖的未达到情形", en="Missed and in no box before")
    coverage: float = column(unit="1", low=0, high=1, zh="覆盖率", en="Coverage")
    density: float = column(unit="1", low=0, high=1, zh="密度", en="Density")
    support: float = column(unit="1", low=0, high=1, zh="支持度", en="Support")
    base_rate: float = column(
        unit="1", low=0, high=1, zh="全部情形的未达到比例", en="Share missed of all futures"
    )
    sentence_zh: str = column(zh="中文表述", en="In words, Chinese")
    sentence_en: str = column(zh="英文表述", en="In words, English")


class DiscoveryLimit(Table):
    """Restrictions of a box, the one that does most first."""

    output: str = column(key=True, zh="目标", en="Target")
    box: int = column(key=True, unit="1", low=1, zh="序号", en="Number")
    input: str = column(key=True, zh="因素", en="Input")
    zh: str = column(zh="因素的中文名称", en="Name of the input in Chinese")
    en: str = column(zh="因素的英文名称", en="Name of the input in English")
    low: float = column(unit="unit", nullable=True, zh="下限", en="Lower bound")
    high: float = column(unit="unit", nullable=True, zh="上限", en="Upper bound")
    unit: str = column(zh="单位", en="Unit")
    quasi_p: float = column(unit="1", low=0, high=1, zh="准 p 值", en="Quasi-p-value")
    stability: float = column(
        unit="1", low=0, high=1, zh="在随机半数样本中重现的比例", en="Comes back in random halves"
    )


class DiscoveryStep(Table):
    """Peeling trajectory of a box in the half that it was found in."""

    output: str = column(key=True, zh="目标", en="Target")
    box: int = column(key=True, unit="1", low=1, zh="序号", en="Number")
    step: int = column(key=True, unit="1", low=0, zh="步", en="Step")
    coverage: float = column(unit="1", low=0, high=1, zh="覆盖率", en="Coverage")
    density: float = column(unit="1", low=0, high=1, zh="密度", en="Density")
    support: float = column(unit="1", low=0, high=1, zh="支持度", en="Support")
    restricted: int = column(unit="1", low=0, zh="受限因素数", en="Inputs restricted")


@dataclass(frozen=True, slots=True)
class InputName:
    """How an input is written.

    Attributes
    ----------
    zh, en : str
        Name in words.
    unit : str
        Unit, ``%`` or a unit of the accounts; empty for a pure number.
    decimals : int
        Decimals of its bounds.
    """

    zh: str
    en: str
    unit: str = ""
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """What is meant by a miss.

    Attributes
    ----------
    zh, en : str
        As a clause: ``2030 年前不能达峰``, ``emissions do not peak by 2030``.
    short_zh, short_en : str
        As a predicate of futures: ``不能达峰``, ``do not peak``.
    """

    zh: str
    en: str
    short_zh: str
    short_en: str


def describe_box(box: Box, event: Event, names: Mapping[str, InputName], language: Language) -> str:
    """Return one sentence that says where misses are frequent, with natural frequencies.

    Parameters
    ----------
    box : Box
    event : Event
    names : mapping of str to InputName
        By column of the inputs.
    language : {"zh", "en"}
    """
    limits = [_say_limit(limit, names[limit.input], language) for limit in box.limits]
    inside, everywhere = (_of_hundred(share, language) for share in (box.density, box.base_rate))
    mostly = box.coverage >= 0.5
    if language == "zh":
        where = "多出现在" if mostly else "在以下条件下更为常见"
        return (
            f"{event.zh}的情形，{where}：{'且'.join(limits)}（这类情形 100 个里有 {inside}{event.short_zh}，"
            f"全部情形 100 个里有 {everywhere}；占全部{event.short_zh}情形的 {box.coverage:.0%}）"
        )
    where = "are mostly those where" if mostly else "are more frequent where"
    return (
        f"futures in which {event.en} {where} {' and '.join(limits)} "
        f"(of 100 such futures {inside} {event.short_en}, of 100 of all futures {everywhere}; "
        f"they make up {box.coverage:.0%} of all that {event.short_en})"
    )


def _say_limit(limit: Limit, name: InputName, language: Language) -> str:
    zh = language == "zh"
    unit = terms.unit_name(name.unit, language)
    gap = "" if unit in {"", "%"} else " "
    low, high = (
        None if end is None else f"{end:.{name.decimals}f}{gap}{unit}" for end in (limit.low, limit.high)
    )
    called = name.zh if zh else name.en
    if low is not None and high is not None:
        return f"{called}在 {low} 与 {high} 之间" if zh else f"{called} is between {low} and {high}"
    if low is not None:
        return f"{called}高于 {low}" if zh else f"{called} is above {low}"
    return f"{called}低于 {high}" if zh else f"{called} is below {high}"


def _of_hundred(share: float, language: Language) -> str:
    """Return a share as a number out of hundred; none and all only where it is so."""
    count = round(100 * share)
    if count == 0 and share > 0:
        return "不到 1 个" if language == "zh" else "fewer than 1"
    if count == 100 and share < 1:
        return "99 个以上" if language == "zh" else "more than 99"
    return f"{count} 个" if language == "zh" else str(count)


def tabulate_discovery(
    found: Discovery, output: str, event: Event, names: Mapping[str, InputName]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return boxes, restrictions and peeling trajectories of a discovery.

    Parameters
    ----------
    found : Discovery
    output : str
        Target id.
    event : Event
    names : mapping of str to InputName
        By column of the inputs.

    Returns
    -------
    tuple of polars.DataFrame
        Contracts :class:`DiscoveryBox`, :class:`DiscoveryLimit`, :class:`DiscoveryStep`.
    """
    boxes, limits = [], []
    for number, box in enumerate(found.boxes, 1):
        counts = {key: getattr(box, key) for key in ("futures", "missed", "inside", "missed_inside", "added")}
        shares = {key: getattr(box, key) for key in ("coverage", "density", "support", "base_rate")}
        words = {f"sentence_{lang}": describe_box(box, event, names, lang) for lang in ("zh", "en")}
        boxes.append({"output": output, "box": number, **counts, **shares, **words})
        for limit in box.limits:
            name = names[limit.input]
            own = {"zh": name.zh, "en": name.en, "unit": name.unit}
            limits.append({"output": output, "box": number, **own, **asdict(limit)})
    steps = [{"output": output, **asdict(step)} for step in found.trajectory]
    return (
        check(_frame(boxes, DiscoveryBox), DiscoveryBox),
        check(_frame(limits, DiscoveryLimit), DiscoveryLimit),
        check(_frame(steps, DiscoveryStep), DiscoveryStep),
    )


def _frame(rows: list[dict[str, object]], contract: type[Table]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=empty_table(contract).schema)
