from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.balance.made_observations import COKE, observe, observe_each

from dafeng.balance.reconcile import ReconcileOptions, reconcile_balance
from dafeng.balance.reconcile_model import PRIOR, build_model, default_sds
from dafeng.balance.reconcile_solve import rank_of, solve_model
from dafeng.errors import InputRefused, NegativeAnswer, TableError

KEY = ["region", "year", "row", "fuel"]


def cell(frame: pl.DataFrame, row: str, fuel: str = "Raw_Coal", **more: Any) -> dict[str, Any]:
    found = frame.filter(row=row, fuel=fuel, **more)
    assert found.height == 1
    return found.to_dicts()[0]


def test_two_sources_of_one_cell_meet_by_their_precision() -> None:
    lines = [("loss", "Raw_Coal", 10.0)]
    both = pl.concat(
        [observe(lines, relative_sd=0.1), observe([("loss", "Raw_Coal", 13.0)], source="b", relative_sd=0.1)]
    )
    made = reconcile_balance(both, ReconcileOptions(difference="bounded", difference_share=10))
    weights = np.array([1 / 1.0**2, 1 / 1.3**2])
    expected = float(weights @ [10.0, 13.0] / weights.sum())
    assert cell(made.cells, "loss")["value"] == pytest.approx(expected, rel=1e-12)
    assert cell(made.cells, "loss")["observed"] == pytest.approx(expected, rel=1e-12)
    assert made.summary.freedom == 1
    pulled = {row["source"]: row for row in made.sources.to_dicts()}
    assert pulled["a"]["largest_sigma"] == pytest.approx(expected - 10)
    assert made.summary.chi_square == pytest.approx(
        ((expected - 10) / 1.0) ** 2 + ((expected - 13) / 1.3) ** 2
    )


def test_the_hardest_pulled_source_comes_first() -> None:
    good, bad = observe(COKE), observe([("final_consumption", "Raw_Coal", 60.0)], source="b")
    made = reconcile_balance(pl.concat([good, bad]))
    assert made.sources["source"][0] == "b"
    assert "终端消费量" in made.sources["largest_cell"][0]
    assert made.sources["chi_square"].sum() == pytest.approx(made.summary.chi_square)


def test_reliability_by_grade_is_that_of_the_table() -> None:
    made = reconcile_balance(observe([("loss", "Raw_Coal", 10.0)], grade="C"))
    assert cell(made.adjustments, "loss")["sd"] == pytest.approx(10 * 0.25 / 1.96)
    assert set(default_sds()) == {"A", "B", "C"}


def test_a_zero_is_uncertain_and_not_locked() -> None:
    made = reconcile_balance(
        observe([("loss", "Raw_Coal", 0.0), ("industry", "Raw_Coal", 50.0)], relative_sd=0.1)
    )
    assert cell(made.adjustments, "loss")["sd"] == pytest.approx(0.1 * 1e-3 * 50)


def test_what_no_source_gives_is_derived_from_the_identities() -> None:
    made = reconcile_balance(
        observe(
            [
                *COKE[:10],
                *COKE[11:],
                ("final_consumption", "Raw_Coal", 40.0),
                ("agriculture", "Raw_Coal", None),
            ]
        )
    )
    farms = cell(made.cells, "agriculture")
    assert farms["state"] == "derived"
    assert farms["observed"] is None
    parts = sum(cell(made.cells, row)["value"] for row in ("agriculture", "industry", "residential"))
    assert cell(made.cells, "final_consumption")["value"] == pytest.approx(parts, abs=1e-9)


def test_what_the_identities_leave_open_gets_no_figure() -> None:
    lines = [("final_consumption", "Coke", 10.0), ("industry", "Coke", None), ("construction", "Coke", None)]
    made = reconcile_balance(observe(lines))
    for row in ("industry", "construction"):
        assert cell(made.cells, row, "Coke")["state"] == "undetermined"
        assert cell(made.cells, row, "Coke")["value"] is None
    assert {one.code for one in made.findings} == {"cell_undetermined"}


def test_the_statistical_difference_is_a_cell_and_never_silently_zero() -> None:
    made = reconcile_balance(
        observe([("total_primary_supply", "Coke", 10.0), ("final_consumption", "Coke", 8.0)])
    )
    gap = cell(made.cells, "statistical_difference", "Coke")
    assert gap["state"] == "derived"
    assert gap["value"] > 0.001
    assert PRIOR in set(made.sources["source"])


@pytest.mark.parametrize(("difference", "value"), [("zero", 0.0), ("bounded", 0.05 * 10)])
def test_the_difference_can_be_zero_or_bounded(difference: Any, value: float) -> None:
    lines = [("total_primary_supply", "Coke", 10.0), ("final_consumption", "Coke", 8.0)]
    made = reconcile_balance(observe(lines), ReconcileOptions(difference=difference, difference_share=0.05))
    gap = cell(made.cells, "statistical_difference", "Coke")
    assert gap["value"] == pytest.approx(value, abs=1e-12)
    assert gap["state"] == {"zero": "locked", "bounded": "at_bound"}[difference]


def test_an_observed_difference_is_kept_or_pulled_by_choice() -> None:
    lines = [
        ("total_primary_supply", "Coke", 10.0),
        ("final_consumption", "Coke", 8.0),
        ("statistical_difference", "Coke", 2.0),
    ]
    kept = reconcile_balance(observe(lines))
    assert cell(kept.cells, "statistical_difference", "Coke")["value"] == pytest.approx(2.0)
    pulled = reconcile_balance(observe(lines), ReconcileOptions(difference="small"))
    assert 0 < cell(pulled.cells, "statistical_difference", "Coke")["value"] < 1.0


def test_a_sign_is_kept_and_named_as_a_bound() -> None:
    lines = [("final_consumption", "Coke", 10.0), ("industry", "Coke", 30.0), ("construction", "Coke", 9.0)]
    made = reconcile_balance(observe(lines).with_columns(relative_sd=pl.Series([0.01, 0.01, 5.0])))
    built = cell(made.cells, "construction", "Coke")
    assert built["value"] == 0.0
    assert built["state"] == "at_bound"
    assert built["multiplier"] > 0


def test_the_multiplier_is_the_slope_of_the_objective() -> None:
    def objective(bound: float) -> tuple[float, float]:
        lines = observe(COKE).with_columns(
            upper=pl.when((pl.col("row") == "industry") & (pl.col("fuel") == "Raw_Coal")).then(pl.lit(bound))
        )
        made = reconcile_balance(lines)
        return made.summary.chi_square, cell(made.cells, "industry")["multiplier"]

    step = 1e-4
    slope = (objective(15.0 + step)[0] - objective(15.0 - step)[0]) / (2 * step)
    assert objective(15.0)[1] == pytest.approx(slope, rel=1e-5)


def test_non_energy_use_stays_below_industry() -> None:
    made = reconcile_balance(observe([("industry", "Coke", 10.0), ("industry_non_energy_use", "Coke", 12.0)]))
    whole, part = (cell(made.cells, row, "Coke")["value"] for row in ("industry", "industry_non_energy_use"))
    assert part == pytest.approx(whole, abs=1e-9)
    assert not made.cells["row"].str.contains(":").any()


def test_total_consumption_is_computed_from_the_closed_table() -> None:
    lines = [*COKE, ("total_consumption", "Raw_Coal", 69.0), ("total_consumption", "Coke", 29.0)]
    made = reconcile_balance(observe(lines))
    coal = cell(made.cells, "total_consumption")
    parts = {row: cell(made.cells, row)["value"] for row in ("final_consumption", "loss", "coking")}
    assert coal["state"] == "computed"
    assert coal["value"] == pytest.approx(parts["final_consumption"] + parts["loss"] - parts["coking"])
    coke = cell(made.cells, "total_consumption", "Coke")["value"]
    assert coke == pytest.approx(cell(made.cells, "final_consumption", "Coke")["value"])


def test_standard_deviations_after_are_those_of_the_projection() -> None:
    observations = observe(COKE)
    made = reconcile_balance(observations)
    model = build_model(observations, ReconcileOptions())
    matrix, spread = model.matrix.toarray(), np.diag(1 / model.weight)
    after = spread - spread @ matrix.T @ np.linalg.pinv(matrix @ spread @ matrix.T) @ matrix @ spread
    assert np.allclose(made.cells["sd_after"].to_numpy(), np.sqrt(np.diag(after)), rtol=1e-5)


def test_the_rank_is_that_of_dense_algebra() -> None:
    lines = [(row, fuel, value) for row, fuel, value in COKE if fuel == "Raw_Coal"]
    lines += [(row, "Coal_Total", value) for row, _, value in lines]
    model = build_model(observe(lines), ReconcileOptions())
    assert rank_of(model.matrix) == np.linalg.matrix_rank(model.matrix.toarray())
    assert rank_of(model.matrix) < model.matrix.shape[0]
    assert solve_model(model).polished


@pytest.fixture
def contradiction() -> pl.DataFrame:
    held = {
        "indigenous_production": 100.0,
        "sending_out_to_other_provinces": -30.0,
        "total_primary_supply": 90.0,
    }
    ours = (pl.col("fuel") == "Raw_Coal") & pl.col("row").is_in(list(held))
    told = pl.col("row").replace_strict(held, default=None, return_dtype=pl.Float64)
    return observe(COKE).with_columns(value=pl.when(ours).then(told).otherwise(pl.col("value")), locked=ours)


def test_a_contradiction_is_named_in_both_languages(contradiction: pl.DataFrame) -> None:
    with pytest.raises(NegativeAnswer) as caught:
        reconcile_balance(contradiction)
    codes = [one.code for one in caught.value.findings]
    assert codes.count("conflict_cell") == 3
    assert codes.count("conflict_identity") == 1
    zh, en = caught.value.text("zh"), caught.value.text("en")
    assert "相差 20 10^4 t" in zh
    assert "一次能源生产量 · 原煤 = 100 10^4 t" in zh
    assert "Indigenous production · Raw coal = 100 10^4 t" in en
    assert "Total primary energy supply = sum of its parts · Raw coal" in en
    assert "Coke" not in en


def test_each_member_of_the_conflict_is_needed(contradiction: pl.DataFrame) -> None:
    for row in ("indigenous_production", "sending_out_to_other_provinces", "total_primary_supply"):
        freed = contradiction.with_columns(locked=pl.col("locked") & (pl.col("row") != row))
        assert reconcile_balance(freed).summary.largest_residual < 1e-9


def test_bounds_and_signs_can_contradict_too() -> None:
    lines = observe([("final_consumption", "Coke", 10.0), ("industry", "Coke", 9.0)]).with_columns(
        lower=pl.when(pl.col("row") == "industry").then(12.0),
        upper=pl.when(pl.col("row") == "final_consumption").then(11.0),
    )  # fmt: skip
    with pytest.raises(NegativeAnswer, match="Industry · Coke ≥ 12"):
        reconcile_balance(lines)


def test_transfers_match_between_provinces() -> None:
    lines = [
        ("moving_in_from_other_provinces", "Coke", 50.0),
        ("sending_out_to_other_provinces", "Coke", -10.0),
    ]
    other = [
        ("moving_in_from_other_provinces", "Coke", 20.0),
        ("sending_out_to_other_provinces", "Coke", -70.0),
    ]
    both = pl.concat([observe(lines), observe(other, region="CN-HE")])
    made = reconcile_balance(both, ReconcileOptions(match_transfers=True))
    moved = made.cells.filter(
        pl.col("row").is_in(["moving_in_from_other_provinces", "sending_out_to_other_provinces"])
    )
    assert abs(moved["value"].sum()) < 1e-9
    assert "transfers" in set(made.identities["identity"])
    assert [one.code for one in made.findings] == ["transfers_without"]
    with pytest.raises(InputRefused, match="two provinces"):
        reconcile_balance(observe(lines), ReconcileOptions(match_transfers=True))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"relative_sd": 0.0}, "value_out_of_range"),
        ({"grade": "X"}, "reliability_missing"),
        ({"lower": 2.0, "upper": 1.0}, "bounds_order"),
        ({"locked": True, "value": None}, "lock_without_value"),
        ({"unit": "10^4 tce"}, "unit_wrong"),
    ],
)
def test_a_bad_line_is_refused(line: dict[str, Any], code: str) -> None:
    good = {"row": "loss", "fuel": "Raw_Coal", "value": 1.0}
    with pytest.raises(TableError) as caught:
        reconcile_balance(observe_each([{**good, "row": "industry"}, {**good, **line}]))
    assert [one.code for one in caught.value.findings] == [code]
    assert caught.value.findings[0].place.row == 3


def test_two_locks_on_one_cell_are_refused() -> None:
    good = {"row": "loss", "fuel": "Raw_Coal", "value": 1.0, "locked": True}
    with pytest.raises(TableError, match="already locked at 1"):
        reconcile_balance(observe_each([good, {**good, "value": 2.0, "source": "b"}]))


def test_options_that_say_nothing_are_refused() -> None:
    lines = observe([("loss", "Raw_Coal", 1.0)])
    with pytest.raises(InputRefused, match="no default reliability"):
        reconcile_balance(lines, ReconcileOptions(default_grade="Z"))
    with pytest.raises(InputRefused, match="difference_share"):
        reconcile_balance(lines, ReconcileOptions(difference_share=0.0))


@pytest.mark.parametrize("locked", [None, True])
@pytest.mark.parametrize("row", ["industry_non_energy_use", "loss", "residential_urban"])
def test_a_single_cell_is_a_balance_too(row: str, locked: bool | None) -> None:
    alone = observe([(row, "Coke", 3.0)], locked=locked)
    made = reconcile_balance(alone, ReconcileOptions(difference="small"))
    assert 0 < cell(made.cells, row, "Coke")["value"] <= 3.0
    assert made.summary.largest_residual <= 1e-9


def test_all_cells_locked_is_fine_when_they_close_and_named_when_not() -> None:
    closed = [("final_consumption", "Coke", 3.0), ("industry", "Coke", 2.0), ("construction", "Coke", 1.0)]
    made = reconcile_balance(observe(closed, locked=True))
    assert set(made.cells.filter(pl.col("row") != "statistical_difference")["state"]) == {"locked"}
    with pytest.raises(NegativeAnswer, match="by at least 1 10"):
        reconcile_balance(observe([*closed[:2], ("construction", "Coke", 2.0)], locked=True))


def test_total_consumption_alone_is_no_balance() -> None:
    with pytest.raises(InputRefused, match="no data row"):
        reconcile_balance(observe([("total_consumption", "Coke", 3.0)]))
