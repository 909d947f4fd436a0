"""Coal-mine methane: the arithmetic by hand, the rule that picks a factor, recovery, hostile input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.inventory.guideline.activity_tables import activities, by_category, factors

from dafeng.errors import InputRefused
from dafeng.inventory.guideline.coal_methane import compare_coal_methane, emit_coal_methane
from dafeng.inventory.guideline.mine_output import split_output
from dafeng.inventory.guideline.totals import sum_categories

SHARES = (
    ("share_coal_capacity", "underground", "1", 0.9),
    ("share_coal_capacity", "surface", "1", 0.1),
)

if TYPE_CHECKING:
    from dafeng.pack import Pack
VENTILATION = ("ef_ch4_ventilation", "underground_mine", "m3/t", 9.89)


def codes_of(raised: pytest.ExceptionInfo[InputRefused]) -> set[str]:
    return {finding.code for finding in raised.value.findings}


def test_by_gas_class_the_national_factors_give_the_sums_by_hand() -> None:
    given = activities(
        coal_output_underground_high=1000.0, coal_output_underground_low=2000.0, coal_output_surface=500.0
    )
    found = by_category(emit_coal_methane(given, factors()))
    # 10^4 t x kg/t = 0.01 kt
    assert found["1B1ai1"] == pytest.approx(3000 * 4.78 * 0.01)
    assert found["1B1ai2"] == pytest.approx((1000 * 2.01 + 2000 * 0.6) * 0.01)
    assert found["1B1aii1"] == pytest.approx(500 * 1.34 * 0.01)
    assert found["1B1aii2"] == pytest.approx(500 * 0.34 * 0.01)


def test_a_total_is_split_by_capacity_shares_and_says_so() -> None:
    lines = emit_coal_methane(activities(coal_output_total=1000.0), factors(*SHARES, VENTILATION))
    mined = lines.filter(pl.col("category") == "1B1ai1").row(0, named=True)
    assert mined["value"] == pytest.approx(900 * 9.89 * 0.67 * 0.01)
    assert "capacity shares of 2020" in mined["note_en"]
    assert "产能比例" in mined["note_zh"]
    assert mined["factor_id"] == "ef_ch4_ventilation"


def test_without_shares_a_total_alone_gives_no_figure() -> None:
    lines = emit_coal_methane(activities(coal_output_total=1000.0), factors(VENTILATION))
    assert lines["value"].null_count() == lines.height
    assert set(lines["notation"]) == {"NE"}


@pytest.mark.parametrize(
    ("given", "shares", "rest"),
    [
        ({"coal_output_underground_high": 400.0}, (), 600.0),
        ({"coal_output_underground_low": 950.0}, SHARES, 50.0),
        ({"coal_output_underground_high": 999.5}, (), None),
        ({"coal_output_underground_high": 400.0, "coal_output_surface": 100.0}, (), None),
        ({"coal_output_underground_high": 400.0}, SHARES, None),
    ],
)
def test_what_the_kinds_leave_of_the_total_is_not_estimated(
    given: dict[str, float], shares: tuple[tuple[str, str, str, float], ...], rest: float | None
) -> None:
    lines = emit_coal_methane(activities(coal_output_total=1000.0, **given), factors(*shares))
    left = lines.filter(pl.col("sector") == "unclassified")
    assert left["activity"].to_list() == ([] if rest is None else [pytest.approx(rest)])
    if rest is not None:
        assert left["notation"].to_list() == ["NE"]
        assert left["note_zh"].to_list() == [f"未分类型的产量 {rest:g} 万吨未计算"]
        totals = sum_categories(lines).filter(pl.col("category") == "1B1")
        assert totals.filter(pl.col("gas") == "CH4")["total_kt"].to_list() == [None]


def test_published_output_by_kind_goes_before_shares() -> None:
    given = activities(coal_output_total=1000.0, coal_output_surface=300.0)
    mines = {mine.kind: mine for mine in split_output(given, factors(*SHARES))}
    assert mines["underground"].coal == pytest.approx(700.0)
    assert mines["surface"].coal == 300.0
    assert mines["underground"].share_year is None


@pytest.mark.parametrize(
    ("own", "taken"),
    [
        ((), "cn_underground_2023"),
        ((VENTILATION,), "ef_ch4_ventilation"),
        ((VENTILATION, ("ef_ch4_underground", "underground_mine", "kg/t", 30.0)), "ef_ch4_underground"),
    ],
)
def test_the_rule_takes_the_nearest_scope_and_not_the_size(
    own: tuple[tuple[str, str, str, float], ...], taken: str
) -> None:
    variants = compare_coal_methane(activities(coal_output_underground=100.0), factors(*own))
    chosen = variants.filter(pl.col("chosen") & (pl.col("category") == "1B1ai1"))
    assert chosen["factor_id"].to_list() == [taken]


def test_unknown_gas_class_shows_both_classes_and_takes_neither() -> None:
    variants = compare_coal_methane(activities(coal_output_underground=100.0), factors())
    post = variants.filter(pl.col("category") == "1B1ai2")
    assert {"cn_post_high", "cn_post_low"} <= set(post["factor_id"])
    assert post.filter("chosen")["factor_id"].to_list() == ["ipcc_post_mid"]
    line = emit_coal_methane(activities(coal_output_underground=100.0), factors()).filter(
        pl.col("category") == "1B1ai2"
    )
    assert line["value"][0] == pytest.approx(100 * 2.5 * 0.67 * 0.01)
    assert line["factor_uncertainty"][0] == pytest.approx((4.0 * 0.67 - 0.6) / 2 / (2.5 * 0.67))


def test_depth_of_capacity_weights_the_ipcc_factors_beside() -> None:
    depth = [
        ("share_coal_capacity_depth", name, "1", share)
        for name, share in (("below_200m", 0.1), ("200_400m", 0.2), ("above_400m", 0.7))
    ]
    variants = compare_coal_methane(activities(coal_output_underground=100.0), factors(*depth))
    row = variants.filter(pl.col("factor_id") == "ipcc_underground_by_depth").row(0, named=True)
    assert row["factor"] == pytest.approx((0.1 * 10 + 0.2 * 18 + 0.7 * 25) * 0.67)
    assert not row["chosen"]


def test_used_gas_is_subtracted_from_a_factor_of_all_gas() -> None:
    given = activities(coal_output_underground=1000.0, coal_mine_methane_used=0.5)
    found = by_category(emit_coal_methane(given, factors()))
    assert found["1B1ai4"] == pytest.approx(-0.5 * 67)


def test_drained_and_vented_gas_is_added_to_a_factor_of_ventilation_air() -> None:
    given = activities(
        coal_output_underground=1000.0, coal_mine_methane_drained=2.0, coal_mine_methane_used=0.5
    )
    found = by_category(emit_coal_methane(given, factors(VENTILATION)))
    assert found["1B1ai4"] == pytest.approx((2.0 - 0.5) * 67)


def test_without_drained_gas_a_ventilation_factor_leaves_a_hole_that_is_named() -> None:
    lines = emit_coal_methane(activities(coal_output_underground=1000.0), factors(VENTILATION))
    hole = lines.filter(pl.col("category") == "1B1ai4").row(0, named=True)
    assert (hole["value"], hole["notation"]) == (None, "NE")
    assert "coal_mine_methane_drained" in hole["note_en"]


def test_flared_methane_becomes_carbon_dioxide() -> None:
    given = activities(
        coal_output_underground=1000.0, coal_mine_methane_used=0.0, coal_mine_methane_flared=0.2
    )
    lines = emit_coal_methane(given, factors())
    assert by_category(lines, "CO2")["1B1ai4"] == pytest.approx(0.2 * 0.98 * 67 * 2.75)
    assert by_category(lines)["1B1ai4"] == pytest.approx(-0.2 * 0.98 * 67)


def test_abandoned_mines_need_a_gassy_share() -> None:
    given = activities(year=2016, coal_output_underground=1.0, abandoned_mines_1976_2000=10.0)
    without = emit_coal_methane(given, factors(year=2016))
    row = without.filter(pl.col("category") == "1B1ai3").row(0, named=True)
    assert row["notation"] == "NE"
    assert "share_gassy_abandoned" in row["note_en"]
    share = ("share_gassy_abandoned", "abandoned_mines_1976_2000", "1", 0.5)
    found = by_category(emit_coal_methane(given, factors(share, year=2016)))
    assert found["1B1ai3"] == pytest.approx(10 * 0.5 * 0.469 * 0.67)


def test_a_zero_is_a_zero_and_a_missing_output_is_not() -> None:
    zero = by_category(emit_coal_methane(activities(coal_output_underground=0.0), factors()))
    assert zero["1B1ai1"] == 0.0
    lost = by_category(emit_coal_methane(activities(coal_output_total=None), factors(*SHARES)))
    assert lost["1B1ai1"] is None


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({"coal_output_total": 100.0, "coal_output_surface": 200.0}, "parts_exceed_total"),
        (
            {"coal_output_underground": 100.0, "coal_output_underground_high": 60.0,
             "coal_output_underground_low": 60.0},
            "parts_exceed_total",
        ),
        (
            {"coal_output_underground": 100.0, "coal_mine_methane_drained": 1.0,
             "coal_mine_methane_used": 1.1},
            "recovery_exceeds",
        ),
        ({"coal_output_underground": 100.0, "coal_mine_methane_used": 0.2}, "recovery_exceeds"),
        ({"coal_output_underground": -1.0}, "value_out_of_range"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(amounts: dict[str, float], code: str) -> None:
    with pytest.raises(InputRefused) as raised:
        emit_coal_methane(activities(**amounts), factors())
    assert codes_of(raised) == {code}


def test_a_wrong_unit_is_refused_with_its_row() -> None:
    given = activities(coal_output_underground=100.0).with_columns(unit=pl.lit("t"))
    with pytest.raises(InputRefused) as raised:
        emit_coal_methane(given, factors())
    assert codes_of(raised) == {"unit_wrong"}
    assert raised.value.findings[0].place.row == 2


def test_a_factor_in_another_unit_is_refused() -> None:
    wrong = ("ef_ch4_underground", "underground_mine", "g/t", 5.0)
    with pytest.raises(InputRefused) as raised:
        emit_coal_methane(activities(coal_output_underground=1.0), factors(wrong))
    assert codes_of(raised) == {"unit_wrong"}


def test_the_built_in_pack_gives_a_figure_for_every_year_with_output(shanxi: Pack) -> None:
    tables = shanxi.tables
    coal = tables["activities"].filter(pl.col("activity") == "coal_output_total")
    lines = emit_coal_methane(coal, tables["factors"])
    mined = lines.filter(pl.col("category") == "1B1ai1")
    years = set(mined.filter(pl.col("value").is_not_null())["year"])
    assert years == set(range(1991, 2010)) | set(range(2014, 2023))
    latest = mined.filter(pl.col("year") == 2022).row(0, named=True)
    assert latest["value"] == pytest.approx(132009 * 0.9227 * 9.89 * 0.67 * 0.01)
    assert latest["grade"] == "C"
