"""Scenario discovery: a planted box is found and said, noise is not, and poor samples are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pathway.discovery import Box, Discovery, Limit, PeelingStep, Search, discover
from dafeng.pathway.discovery_tables import (
    DiscoveryBox,
    DiscoveryLimit,
    DiscoveryStep,
    Event,
    InputName,
    describe_box,
    tabulate_discovery,
)
from dafeng.pathway.prim import PrimRules
from dafeng.table import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = {
    "gdp": InputName("GDP 年均增速", "GDP growth", "%"),
    "wind_pv": InputName("风光装机到位率", "delivered share of wind and PV", "%", 0),
    "export": InputName("外送电量", "power export", "TWh", 0),
    "coal": InputName("煤耗", "coal rate", "", 2),
}
EVENT = Event("2030 年前不能达峰", "emissions do not peak by 2030", "不能达峰", "do not peak")
FAST = Search(halves=10)


def drawn(seed: int, futures: int = 2000) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Return futures in physical units and where both gdp is above 5.2 and wind_pv below 80."""
    rng = np.random.default_rng(seed)
    table = pl.DataFrame(
        {
            "gdp": rng.normal(4.8, 0.6, futures),
            "wind_pv": rng.uniform(50, 100, futures),
            "export": rng.normal(160, 20, futures),
            "coal": rng.uniform(0.29, 0.31, futures),
        }
    )
    return table, ((table["gdp"] > 5.2) & (table["wind_pv"] < 80)).to_numpy()


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_box_is_found(seed: int) -> None:
    inputs, planted = drawn(seed)
    missed = np.random.default_rng(seed + 50).random(len(planted)) < np.where(planted, 0.85, 0.08)
    found = discover(inputs, missed, FAST)
    box = found.boxes[0]
    limits = {limit.input: limit for limit in box.limits}
    assert set(limits) == {"gdp", "wind_pv"}
    assert limits["gdp"].low == pytest.approx(5.2, abs=0.15)
    assert limits["wind_pv"].high == pytest.approx(80, abs=4)
    assert limits["gdp"].high is limits["wind_pv"].low is None
    assert all(limit.quasi_p < 1e-6 and limit.stability >= 0.9 for limit in box.limits)
    assert box.density == pytest.approx(0.85, abs=0.1)
    expected = 0.85 * planted.mean() / missed.mean()
    assert box.coverage == pytest.approx(expected, abs=0.15)
    assert box.futures == pytest.approx(1000, abs=1)


def test_shares_do_not_flatter() -> None:
    """The density of the checking half is, on average, the true one of the box."""
    excess = []
    for seed in range(20):
        inputs, planted = drawn(seed, 1000)
        chance = np.where(planted, 0.7, 0.2)
        missed = np.random.default_rng(seed + 9).random(1000) < chance
        for box in discover(inputs, missed, Search(halves=0, max_boxes=1)).boxes:
            new, true = drawn(seed + 1000, 20000)
            inside = np.ones(20000, dtype=np.bool_)
            for limit in box.limits:
                inside &= (new[limit.input] >= (limit.low or -np.inf)).to_numpy()
                inside &= (new[limit.input] <= (limit.high or np.inf)).to_numpy()
            excess.append(box.density - np.where(true, 0.7, 0.2)[inside].mean())
    assert len(excess) >= 15
    assert abs(np.mean(excess)) < 0.03


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_noise_has_no_pattern(share: float) -> None:
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        inputs = pl.DataFrame(rng.random((1000, 10)), schema=[f"x{i}" for i in range(10)])
        answer = discover(inputs, rng.random(1000) < share, Search(halves=0))
        found += bool(answer.boxes)
        assert answer.boxes or [f.code for f in answer.findings] == ["discovery_no_pattern"]
    assert found <= 5  # level 5 %: more than 5 of 40 has a chance below 2 %


def test_two_boxes() -> None:
    rng = np.random.default_rng(8)
    inputs = pl.DataFrame(rng.random((4000, 5)), schema=list("abcde"))
    missed = ((inputs["a"] > 0.8) | ((inputs["b"] < 0.25) & (inputs["c"] < 0.5))).to_numpy()
    found = discover(inputs, missed, Search(halves=5, max_boxes=3))
    assert [sorted(limit.input for limit in box.limits) for box in found.boxes[:2]] == [["a"], ["b", "c"]]
    first, second = found.boxes[:2]
    assert first.added == first.missed_inside
    assert second.added < second.missed_inside
    assert first.added + second.added > 0.9 * first.missed
    assert {step.box for step in found.trajectory} == set(range(1, len(found.boxes) + 1))
    start = next(step for step in found.trajectory if step.box == 1)
    assert start == PeelingStep(1, 0, 1.0, pytest.approx(missed.mean(), abs=0.001), 1.0, 0)


def test_a_rim_of_the_first_box_is_not_a_second_one() -> None:
    """Misses thin out around the box; the rim is denser than the rest but not than futures at large."""
    rng = np.random.default_rng(6)
    inputs = pl.DataFrame(rng.random((4000, 3)), schema=list("abc"))
    missed = rng.random(4000) < np.select([inputs["a"] > 0.6, inputs["a"] > 0.4], [0.9, 0.2], 0.02)
    found = discover(inputs, missed, Search(halves=0, max_boxes=3))
    assert [[limit.input for limit in box.limits] for box in found.boxes] == [["a"]]
    assert found.boxes[0].limits[0].low == pytest.approx(0.6, abs=0.03)


def test_inputs_that_stand_for_each_other_are_less_stable() -> None:
    rng = np.random.default_rng(4)
    cause = rng.normal(size=1000)
    twin = cause + 0.1 * rng.normal(size=1000)
    inputs = pl.DataFrame({"cause": cause, "twin": twin, "other": rng.normal(size=1000)})
    missed = rng.random(1000) < np.where(cause + twin > 1, 0.8, 0.2)
    box = discover(inputs, missed, Search(halves=40)).boxes[0]
    assert {limit.input for limit in box.limits} <= {"cause", "twin"}
    assert min(limit.stability for limit in box.limits) < 0.95


@pytest.mark.parametrize(
    ("misses", "code"),
    [
        (0, "discovery_none_missed"),
        (300, "discovery_all_missed"),
        (20, "discovery_few_cases"),
        (280, "discovery_few_cases"),
    ],
)
def test_poor_samples(misses: int, code: str) -> None:
    inputs = pl.DataFrame({"x": np.arange(300.0)})
    found = discover(inputs, np.arange(300) < misses)
    assert (found.boxes, found.missed, [finding.code for finding in found.findings]) == ((), misses, [code])
    assert "300" in found.findings[0].text("zh")
    for table in tabulate_discovery(found, "peak", EVENT, NAMES):
        assert table.is_empty()


def test_what_is_refused() -> None:
    inputs = pl.DataFrame({"x": [1.0, None], "y": [1.0, np.nan], "z": [1, 2]})
    with pytest.raises(InputRefused) as refused:
        discover(inputs, [True, False])
    assert refused.value.findings[0].params == {"what": "x, y"}
    for wrong in (inputs.select("z"), inputs.select()):
        with pytest.raises(InputRefused) as refused:
            discover(wrong, [True])
        assert refused.value.findings[0].code == "series_length"


BOX = Box(
    limits=(Limit("gdp", 5.2, None, 0.0, 1.0), Limit("wind_pv", None, 80.0, 0.001, 0.9)),
    futures=1000, missed=410, inside=301, missed_inside=250, added=250,
)  # fmt: skip


def test_the_sentence() -> None:
    assert describe_box(BOX, EVENT, NAMES, "zh") == (
        "2030 年前不能达峰的情形，多出现在：GDP 年均增速高于 5.2%且风光装机到位率低于 80%"
        "（这类情形 100 个里有 83 个不能达峰，全部情形 100 个里有 41 个；占全部不能达峰情形的 61%）"
    )
    assert describe_box(BOX, EVENT, NAMES, "en") == (
        "futures in which emissions do not peak by 2030 are mostly those where GDP growth is above 5.2% and "
        "delivered share of wind and PV is below 80% (of 100 such futures 83 do not peak, of 100 of all "
        "futures 41; they make up 61% of all that do not peak)"
    )


def test_the_sentence_of_a_small_box_with_two_ends() -> None:
    limits = (Limit("export", 150.0, 170.4, 0.0, 1.0), Limit("coal", 0.301, None, 0.0, 1.0))
    box = Box(limits, futures=1000, missed=3, inside=1, missed_inside=1, added=1)
    zh, en = (describe_box(box, EVENT, NAMES, language) for language in ("zh", "en"))
    assert "更为常见：外送电量在 150 TWh 与 170 TWh 之间且煤耗高于 0.30（" in zh
    assert "100 个里有 100 个不能达峰，全部情形 100 个里有 不到 1 个" in zh
    assert (
        "are more frequent where power export is between 150 TWh and 170 TWh and coal rate is above 0.30 ("
        in en
    )
    assert "of all futures fewer than 1;" in en
    almost = Box(BOX.limits, futures=1000, missed=999, inside=999, missed_inside=998, added=998)
    assert "100 个里有 99 个以上不能达峰" in describe_box(almost, EVENT, NAMES, "zh")


def test_the_tables() -> None:
    found = Discovery(2000, 800, (BOX,), (PeelingStep(1, 0, 1.0, 0.4, 1.0, 0),))
    boxes, limits, steps = tabulate_discovery(found, "peak", EVENT, NAMES)
    assert check(boxes, DiscoveryBox)["density"][0] == pytest.approx(250 / 301)
    assert boxes["sentence_zh"][0] == describe_box(BOX, EVENT, NAMES, "zh")
    assert check(limits, DiscoveryLimit).select("input", "low", "high", "unit").rows() == [
        ("gdp", 5.2, None, "%"), ("wind_pv", None, 80.0, "%"),
    ]  # fmt: skip
    assert check(steps, DiscoveryStep).height == 1


def test_rules_are_obeyed() -> None:
    inputs, planted = drawn(3)
    found = discover(inputs, planted, Search(PrimRules(max_restricted=1), max_boxes=1, halves=0))
    assert len(found.boxes[0].limits) == 1
    wide = discover(inputs, planted, Search(PrimRules(min_support=0.4), max_boxes=1, halves=0))
    assert wide.boxes[0].support > 0.35
