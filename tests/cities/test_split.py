"""Each method by hand, locks and bounds, no solution, missing figures, totals."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cities.made_cities import MADE, figure, figures, question, rows_of_three

from dafeng.cities.split import decline_split, split_target
from dafeng.cities.split_question import METHODS, SplitWishes, find_questions
from dafeng.errors import InputRefused, NegativeAnswer
from dafeng.pack import Pack  # noqa: TC001 - the type of a fixture

ENERGY = np.array([2000.0, 2400.0, 200.0])
GROWTH = np.array([1.25, 1.45, 1.30])
GDP = np.array([6000.0, 1500.0, 500.0])
MEAN = (GDP * GROWTH).sum() / GDP.sum()
ALLOWED = 0.85 * ENERGY.sum() * MEAN
WEIGHTS = {"R": 1.0, "H": 2.0, "P": 0.5}


def fall_of(method: str, wishes: SplitWishes | None = None, **more: object) -> np.ndarray:
    answer = split_target(figures(), question(**more), method, wishes or SplitWishes(city_weights=WEIGHTS))  # type: ignore[arg-type]
    return answer.allocation["assigned"].to_numpy()


def test_uniform_is_written_as_it_is_and_fails_here() -> None:
    answer = split_target(figures(), question(), "uniform", SplitWishes())
    assert answer.allocation["assigned"].to_list() == [0.15] * 3
    seen = answer.check.row(0, named=True)
    assert seen["outcome"] == "fails"
    assert seen["weighted_growth"] == pytest.approx((ENERGY * GROWTH).sum() / ENERGY.sum())
    assert seen["mean_growth"] == pytest.approx(MEAN)
    assert seen["gap"] == pytest.approx(ALLOWED - 0.85 * (ENERGY * GROWTH).sum())


def test_the_raised_uniform_fall_is_the_one_that_the_check_names() -> None:
    answer = split_target(figures(), question(), "uniform_raised", SplitWishes())
    assert answer.allocation["assigned"].to_list() == pytest.approx(
        [answer.check["uniform_needed"].item()] * 3, rel=1e-12
    )


def test_weights_share_out_the_saving_by_hand() -> None:
    weights = np.array([1.0, 2.0, 0.5])
    wanted = (ENERGY * GROWTH).sum() - ALLOWED
    level = wanted / (ENERGY * GROWTH * weights).sum()
    assert fall_of("weights") == pytest.approx(level * weights, rel=1e-12)


def test_the_index_by_hand() -> None:
    people, money = np.array([900.0, 300.0, 300.0]), np.array([600.0, 120.0, 30.0])
    second, coal = np.array([30.0, 60.0, 30.0]), np.array([40.0, 85.0, 55.0])
    parts = [[ENERGY, ENERGY / people], [GDP / people, money / people], [ENERGY / GDP, second, coal]]
    index = np.mean([np.mean([x / x.mean() for x in part], axis=0) for part in parts], axis=0)
    answer = split_target(figures(), question(), "index", SplitWishes())
    assert answer.allocation["index_value"].to_list() == pytest.approx(index)
    level = ((ENERGY * GROWTH).sum() - ALLOWED) / (ENERGY * GROWTH * index).sum()
    assert answer.allocation["assigned"].to_list() == pytest.approx(level * index)


def test_an_indicator_without_weight_needs_no_figures() -> None:
    rows = [row for row in rows_of_three() if row["item"] not in {"coal_share", "fiscal_revenue"}]
    wishes = SplitWishes(indicator_weights={"intensity": 3.0, "gdp_per_head": 1.0})
    answer = split_target(figures(rows), question(), "index", wishes)
    people = np.array([900.0, 300.0, 300.0])
    used = [ENERGY / GDP, GDP / people]
    index = 0.75 * used[0] / used[0].mean() + 0.25 * used[1] / used[1].mean()
    assert answer.allocation["index_value"].to_list() == pytest.approx(index)
    lacking = split_target(figures(rows), question(), "index", SplitWishes())
    assert set(lacking.allocation["missing_items"]) == {"coal_share;fiscal_revenue"}


def test_converging_cities_move_the_same_share_of_the_gap() -> None:
    falls = fall_of("convergence", SplitWishes(convergence_year=2035))
    before = ENERGY / GDP
    after = before * (1 - falls)
    # e_i = e_i0 + s (e* - e_i0) with s = 5/15: the common intensity is the same whoever sees it
    common = before + (after - before) * 3
    assert common[0] == pytest.approx(common[1])
    assert falls[0] < falls[1]
    assert (after * GDP * GROWTH).sum() == pytest.approx(ALLOWED, rel=1e-12)


def test_totals_need_no_growth_and_are_split_without_it() -> None:
    rows = [row for row in rows_of_three() if row["item"] == "energy_total"]
    answer = split_target(figures(rows), question("energy_total", 0.05), "uniform", SplitWishes())
    seen = answer.check.row(0, named=True)
    assert (seen["outcome"], seen["mean_growth"], seen["weighted_growth"]) == ("holds", None, None)
    assert seen["allowed"] == pytest.approx(0.95 * ENERGY.sum())
    assert answer.allocation["implied"].to_list() == pytest.approx(0.95 * ENERGY)


def test_a_total_may_be_allowed_to_rise() -> None:
    answer = split_target(figures(), question("energy_total", -0.1), "uniform_raised", SplitWishes())
    assert answer.allocation["assigned"].to_list() == pytest.approx([-0.1] * 3)
    with pytest.raises(InputRefused) as refused:
        split_target(figures(), question("energy_total", -0.1), "index", SplitWishes())
    assert [f.code for f in refused.value.findings] == ["split_fall_not_positive"]


@pytest.mark.parametrize("method", [m for m in METHODS if m != "uniform"])
def test_a_lock_is_kept_and_the_others_carry_the_rest(method: str) -> None:
    wishes = SplitWishes(locks={"H": 0.12}, city_weights=WEIGHTS, convergence_year=2026)
    answer = split_target(figures(), question(), method, wishes)  # type: ignore[arg-type]
    assert answer.allocation["assigned"].to_list()[1] == 0.12
    assert answer.allocation["status"].to_list()[1] == "locked"
    assert answer.allocation["is_locked"].to_list() == [False, True, False]
    assert answer.check["outcome"].item() == "holds"
    assert answer.check["cities_sum"].item() == pytest.approx(ALLOWED, rel=1e-9)


def test_no_solution_names_what_binds_and_how_much_is_missing() -> None:
    wishes = SplitWishes(locks={"R": 0.1}, high=0.16)
    with pytest.raises(NegativeAnswer) as refused:
        split_target(figures(), question(), "index", wishes)
    finding = refused.value.findings[0]
    most = 1 - (ENERGY * GROWTH * (1 - np.array([0.1, 0.16, 0.16]))).sum() / (ENERGY.sum() * MEAN)
    missing = (ENERGY * GROWTH * (1 - np.array([0.1, 0.16, 0.16]))).sum() - ALLOWED
    assert finding.code == "split_infeasible"
    assert finding.params["cities"] == "R, H, P"
    assert finding.params["reached"] == f"{most:.2%}"
    assert finding.params["missing"] == f"{missing:.6g}"
    declined = decline_split(figures(), question(), "index", wishes)
    assert declined.check["outcome"].item() == "infeasible"
    assert declined.allocation["status"].to_list() == ["locked", "unsolved", "unsolved"]


def test_intensities_that_meet_too_late_are_refused() -> None:
    with pytest.raises(NegativeAnswer) as refused:
        split_target(figures(), question(), "convergence", SplitWishes(convergence_year=2080))
    assert refused.value.findings[0].code == "split_convergence_late"


def test_a_limit_of_the_spread_weakens_the_differences() -> None:
    answer = split_target(figures(), question(), "weights", SplitWishes(city_weights=WEIGHTS, spread=0.02))
    falls = answer.allocation["assigned"].to_numpy()
    assert np.ptp(falls) == pytest.approx(0.02)
    assert [f.code for f in answer.findings] == ["split_spread_narrowed"]
    assert answer.check["outcome"].item() == "holds"
    bounds = {"R": (0.3, None), "H": (None, 0.16)}
    with pytest.raises(NegativeAnswer) as refused:
        split_target(figures(), question(), "uniform_raised", SplitWishes(bounds=bounds, spread=0.02))
    assert refused.value.findings[0].code == "split_spread_unreachable"


def test_lower_bounds_that_do_more_than_asked_are_no_refusal() -> None:
    answer = split_target(figures(), question(), "index", SplitWishes(low=0.3))
    assert answer.allocation["assigned"].to_list() == [0.3] * 3
    assert set(answer.allocation["status"]) == {"bounded"}
    seen = answer.check.row(0, named=True)
    assert seen["outcome"] == "holds"
    assert seen["gap"] > 0


def test_wishes_that_contradict_are_all_named() -> None:
    wishes = SplitWishes(bounds={"R": (0.3, 0.2)}, convergence_year=2020, city_weights={"R": 1.0})
    with pytest.raises(InputRefused) as refused:
        split_target(figures(), question(), "weights", wishes)
    codes = {finding.code for finding in refused.value.findings}
    assert codes == {"split_bounds_crossed", "split_years", "split_city_unweighted"}
    with pytest.raises(InputRefused, match="--index-weights"):
        split_target(figures(), question(), "index", SplitWishes(indicator_weights={"intensity": 0.0}))


def test_a_silent_city_has_no_number_and_the_rest_keep_to_the_province() -> None:
    rows = [row for row in rows_of_three() if (row["region"], row["item"]) != ("P", "energy_total")]
    rows.append(figure("W", 2020, "energy_total", 4700.0))
    answer = split_target(figures(rows), question(), "weights", SplitWishes(city_weights=WEIGHTS))
    silent = answer.allocation.filter(region="P").row(0, named=True)
    assert (silent["assigned"], silent["implied"], silent["status"]) == (None, None, "missing")
    assert silent["missing_items"] == "energy_total"
    seen = answer.check.row(0, named=True)
    assert (seen["outcome"], seen["cities_known"], seen["cities_all"]) == ("cannot_check", 2, 3)
    assert (seen["missing_regions"], seen["gap"], seen["residual"]) == ("P", None, 300.0)
    known = (ENERGY * GROWTH)[:2] * (1 - answer.allocation["assigned"].to_numpy()[:2])
    assert known.sum() == pytest.approx(0.85 * ENERGY[:2].sum() * MEAN)


def test_without_growth_of_the_province_nothing_is_solved() -> None:
    rows = [row for row in rows_of_three() if (row["region"], row["year"]) != ("P", 2025)]
    answer = split_target(figures(rows), question(), "uniform_raised", SplitWishes())
    assert answer.allocation["status"].to_list() == ["unsolved", "unsolved", "missing"]
    assert answer.check["missing_regions"].item() == "P;W"
    known = split_target(figures(rows), question(), "uniform_raised", SplitWishes(growth={"W": 1.3}))
    assert known.allocation["status"].to_list() == ["assigned", "assigned", "missing"]


def test_growth_of_the_user_replaces_that_of_the_figures() -> None:
    wishes = SplitWishes(growth={"R": 1.5, "W": 1.4})
    answer = split_target(figures(), question(), "uniform", wishes)
    assert answer.allocation["growth_ratio"].to_list() == pytest.approx([1.5, 1.45, 1.3])
    assert answer.check["mean_growth"].item() == 1.4


def test_the_weakest_grade_of_the_figures_used_travels() -> None:
    rows = rows_of_three()
    for row in rows:
        if (row["region"], row["item"]) == ("H", "coal_share"):
            row["grade"] = "C"
    plain = split_target(figures(rows), question(), "uniform", SplitWishes())
    indexed = split_target(figures(rows), question(), "index", SplitWishes())
    assert plain.allocation["grade"].to_list() == ["B", "B", "B"]
    assert indexed.allocation["grade"].to_list() == ["B", "C", "B"]


def test_targets_that_can_be_split_are_falls_of_the_province_with_a_number(shanxi: Pack) -> None:
    targets = shanxi.tables["targets"]
    found = {q.target_id: q for q in find_questions(targets, {"T1.2a-6": -18.0}, "CN-SX", ("140100",))}
    assert {"D-sx-es-14fyp-1", "D-cn-energy-12fyp-1", "T1.2a-6"} <= set(found)
    assert found["D-sx-es-14fyp-1"].required_fall == pytest.approx(0.145)
    assert (found["T1.2a-6"].quantity, found["T1.2a-6"].required_fall) == ("carbon_intensity", 0.18)
    assert "D-sx-energy-2024-2025-2" not in found  # a target of one city
    assert set(MADE) == {"R", "H", "P"}
