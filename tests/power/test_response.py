"""The reduced form: coefficients are found again from made runs, also where the line is cut off."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.power.response import ResponseRun, fit_response, predict_curtailment, tabulate_response

TRUE = {
    "curtailment_base": 0.01, "curtailment_slope": 0.3, "storage_relief": 0.4, "flexibility_relief": 0.15,
    "peak_relief": 0.2, "wind_pv_share_base": 0.15,
}  # fmt: skip


def make_runs(noise: float = 0.0) -> list[ResponseRun]:
    rng = np.random.default_rng(1)
    runs = []
    for share, storage, fall, peak in product((0.15, 0.3, 0.45), (0.0, 0.1), (0.0, 0.1), (0.0, 0.05)):
        bare = ResponseRun(share, storage, fall, peak, 0.0, 305.0 + 40.0 * (share - 0.15))
        curtailed = max(predict_curtailment(TRUE, bare) + noise * rng.standard_normal(), 0.0)
        runs.append(ResponseRun(share, storage, fall, peak, curtailed, bare.coal_rate, round(100 * share)))
    return runs


def test_coefficients_are_found_again_though_some_runs_curtail_nothing() -> None:
    runs = make_runs()
    assert sum(run.curtailed == 0 for run in runs) >= 4
    fit = fit_response(runs, 0.15)
    for name, value in TRUE.items():
        assert fit.values[name] == pytest.approx(value, abs=1e-9), name
    assert fit.rmse == pytest.approx(0.0, abs=1e-9)
    assert fit.values["net_coal_rate"] == pytest.approx(305.0)


def test_noise_gives_errors_of_the_right_size() -> None:
    fit = fit_response(make_runs(0.002), 0.15)
    for name in ("curtailment_slope", "storage_relief", "flexibility_relief", "peak_relief"):
        assert abs(fit.values[name] - TRUE[name]) < 4 * fit.errors[name] + 1e-3
        assert 0 < fit.errors[name] < 0.2


def test_no_coefficient_is_negative() -> None:
    runs = [
        ResponseRun(0.2 + 0.02 * k, 0.01 * (k % 3), 0.02 * (k % 2), 0.01 * (k % 4), 0.1 - 0.005 * k)
        for k in range(9)
    ]
    fit = fit_response(runs, 0.2)
    assert min(fit.values[name] for name in TRUE if name != "wind_pv_share_base") >= 0
    assert "net_coal_rate" not in fit.values


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        fit_response(make_runs()[:5], 0.15)
    assert caught.value.findings[0].code == "power_response_runs"


def test_table_says_errors_and_runs() -> None:
    table = tabulate_response(fit_response(make_runs(), 0.15), "plan", 2030, {"average_factor": 0.6})
    rows = {row["variable"]: row for row in table.iter_rows(named=True)}
    assert rows["average_factor"]["unit"] == "t/MWh"
    assert rows["net_coal_rate"]["unit"] == "gce/kWh"
    assert rows["curtailment_slope"]["runs"] == 24
    assert rows["wind_pv_share_base"]["error"] is None
