"""Real cities under the uniform 16 % of the 12th plan: the check against plain loops, and solved splits."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from dafeng.cities.figures import FigureSet
from dafeng.cities.split import split_target
from dafeng.cities.split_question import METHODS, SplitQuestion, SplitWishes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.data
FALL, BASE, TARGET = 0.16, 2010, 2015
NAMES = {
    "太原": "140100", "大同": "140200", "阳泉": "140300", "长治": "140400", "晋城": "140500",
    "朔州": "140600", "晋中": "140700", "运城": "140800", "忻州": "140900", "临汾": "141000",
    "吕梁": "141100",
}  # fmt: skip


class Real(NamedTuple):
    """Figures of real cities by code."""

    co2: dict[str, float]
    gdp: dict[str, float]
    rates: dict[str, list[float]]

    def growth(self, city: str) -> float:
        factor = 1.0
        for rate in self.rates[city]:
            factor *= 1 + rate / 100
        return factor


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def read_real(data: Path, file: str) -> Real:
    co2 = {
        row["region"]: 100 * float(row["value"])  # Mt -> 10^4 t
        for row in rows_of(data / "accounts" / file) if int(row["year"]) == BASE
    }  # fmt: skip
    gdp: dict[str, float] = {}
    rates: dict[str, dict[int, float]] = {}
    for row in rows_of(data / "tracking" / "series.csv"):
        if row["origin"] == "city_compilation" and row["region"] in NAMES:
            city, value = NAMES[row["region"]], row["value"]
            if row["variable"] == "gdp" and row["period"] == str(BASE):
                gdp.setdefault(city, float(value))
            if row["variable"] == "gdp_growth" and BASE < int(row["period"]) <= TARGET:
                rates.setdefault(city, {}).setdefault(int(row["period"]), float(value))
    return Real(co2, gdp, {city: [known[y] for y in sorted(known)] for city, known in rates.items()})


@pytest.fixture(scope="module", params=["cities_co2_ceads_1997_2019.csv", "cities_co2_edgar_weak.csv"])
def real(request: pytest.FixtureRequest, data_dir: Path) -> Real:
    return read_real(data_dir, request.param)


def figures(real: Real) -> FigureSet:
    values: dict[tuple[str, int, str], float] = {}
    for city, gdp in real.gdp.items():
        values[city, BASE, "gdp_current"] = gdp
        for place, rate in enumerate(real.rates[city]):
            values[city, BASE + 1 + place, "gdp_growth"] = rate
        if city in real.co2:
            values[city, BASE, "co2_total"] = real.co2[city]
    return FigureSet(values, dict.fromkeys(values, "B"), dict.fromkeys(values, None))


def ask(cities: tuple[str, ...]) -> SplitQuestion:
    return SplitQuestion("12fyp", "carbon_intensity", BASE, TARGET, FALL, "CN-SX", cities)


def test_all_eleven_cities_have_growth_and_some_lack_emissions(real: Real) -> None:
    assert {city: len(rates) for city, rates in real.rates.items()} == dict.fromkeys(NAMES.values(), 5)
    assert len(real.co2) in {8, 11}


def test_the_uniform_fall_reaches_the_whole_only_if_plain_loops_say_so(real: Real) -> None:
    cities = tuple(sorted(real.co2))
    left = right = gdp = grown = 0.0
    for city in cities:
        left += real.co2[city] * (1 - FALL) * real.growth(city)
        right += real.co2[city]
        gdp += real.gdp[city]
        grown += real.gdp[city] * real.growth(city)
    allowed = (1 - FALL) * right * grown / gdp
    seen = split_target(figures(real), ask(cities), "uniform", SplitWishes()).check.row(0, named=True)
    assert seen["cities_sum"] == pytest.approx(left, rel=1e-9)
    assert seen["allowed"] == pytest.approx(allowed, rel=1e-9)
    assert seen["outcome"] == ("holds" if left <= allowed else "fails")
    assert seen["uniform_needed"] == pytest.approx(1 - allowed / (left / (1 - FALL)), rel=1e-9)
    assert seen["mean_growth"] == pytest.approx(grown / gdp, rel=1e-9)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in {"uniform", "index"}])
def test_solved_splits_of_real_cities_reach_the_whole(real: Real, method: str) -> None:
    cities = tuple(sorted(real.co2))
    wishes = SplitWishes(city_weights={city: real.gdp[city] for city in cities}, convergence_year=2025)
    answer = split_target(figures(real), ask(cities), method, wishes)  # type: ignore[arg-type]
    gdp = sum(real.gdp[city] for city in cities)
    mean = sum(real.gdp[city] * real.growth(city) for city in cities) / gdp
    falls = dict(answer.allocation.select("region", "assigned").iter_rows())
    implied = sum(real.co2[city] * (1 - falls[city]) * real.growth(city) for city in cities)
    assert implied == pytest.approx((1 - FALL) * sum(real.co2.values()) * mean, rel=1e-9)


def test_intensive_cities_fall_most_when_intensities_converge(real: Real) -> None:
    cities = tuple(sorted(real.co2))
    made = split_target(figures(real), ask(cities), "convergence", SplitWishes(convergence_year=2025))
    falls = made.allocation["assigned"].to_numpy()
    intensity = np.array([real.co2[city] / real.gdp[city] for city in cities])
    assert (np.diff(falls[np.argsort(intensity)]) >= -1e-12).all()


def test_cities_that_ceads_does_not_cover_get_no_number(data_dir: Path) -> None:
    real = read_real(data_dir, "cities_co2_ceads_1997_2019.csv")
    cities = tuple(sorted(NAMES.values()))
    answer = split_target(figures(real), ask(cities), "uniform_raised", SplitWishes())
    silent = answer.allocation.filter(status="missing")
    assert set(silent["region"]) == {"140200", "141000", "141100"}  # 大同, 临汾, 吕梁: not in CEADs
    assert silent["assigned"].is_null().all()
    assert answer.check["outcome"].item() == "cannot_check"
    assert answer.check["cities_known"].item() == 8
