"""One plan of a year and one of three, hour by hour: ours with its proof, stock PyPSA on the same network.

Run by hand: ``python -m benchmarks.bench_power [--peers hipo,pdlp] [--hours 8760] [--periods 1,3]``,
with the extras ``bench`` and ``pypsa``. HiPO gets no crossover, PDLP a tolerance of 1e-4 on every condition.
Load, wind, sun, heat and water come from the test data where they are, else from a seed; costs are made up.
PyPSA takes the network that we export; its clock runs from ``optimize``, ours from the network.
Each solver runs in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dafeng.power.assembly import assemble
from dafeng.power.exchange.writing import keep_strings, load_pypsa, read_objective, to_pypsa
from dafeng.power.network import EnergyLimit, Generator, Horizon, Link, Load, Network, StorageUnit, Store
from dafeng.power.solve import measure_violation, solve_certified

DATA = Path(os.environ.get("DAFENG_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")) / "power"
YEARS = (2025, 2030, 2035)
WIND_HOURS = 2250.0
"""Full-load hours that the wind of the reanalysis is raised to [h]."""
CHEAPER = {2025: 1.0, 2030: 0.9, 2035: 0.8}
CAP = {2025: 0.62, 2030: 0.52, 2035: 0.44}
"""CO2 of a year over that of all load from coal at 0.85 t/MWh."""
Hours = NDArray[np.float64]


@dataclass(frozen=True)
class Year:
    """Profiles of a year."""

    load: Hours
    wind: Hours
    sun: Hours
    heat: Hours
    water: Hours
    source: str


def read_year(hours: int) -> Year:
    """Return the profiles of the test data, or made-up ones when they are absent."""
    return read_data(hours) if DATA.is_dir() else make_year(hours)


def read_data(hours: int) -> Year:
    """Return load, reanalysis and modelled heat and water as the test data have them."""

    def series(file: str, column: str) -> Hours:
        table = pl.read_csv(DATA / file)
        if table.height == 8784:
            table = table.filter(~pl.col("time_cst").str.starts_with("2020-02-29"))
        return table[column].to_numpy()[:8760]

    wind = np.minimum(series("cf_wind_solar_hourly_2020_era5.csv", "onwind_shanxi") * 2.8, 1.0)
    wind = np.minimum(wind * WIND_HOURS / wind.sum(), 1.0)
    heat = series("heat_demand_hourly_2020.csv", "heat_demand_profiles")
    found = (
        series("load_hourly_2018base.csv", "SX_mw"),
        wind,
        series("cf_wind_solar_hourly_2020_era5.csv", "solar_shanxi"),
        heat / heat.max(),
        series("hydro_availability_hourly_2020.csv", "hydro_p_max_pu"),
    )
    return Year(*(values[:hours] for values in found), source="test data")


def make_year(hours: int, seed: int = 1) -> Year:
    """Return made-up profiles with days, seasons and weather."""
    rng, hour = np.random.default_rng(seed), np.arange(8760)
    noise = np.convolve(rng.normal(size=8760 + 71), np.exp(-np.arange(72) / 18.0), "valid") / 3.0
    season = np.cos((hour / 24 - 15) / 365 * 2 * np.pi)
    load = 25000 + 3500 * np.sin((hour % 24 - 9) / 24 * 2 * np.pi) + 2000 * season
    wind = np.clip(0.26 + 0.08 * season + 0.22 * noise, 0.0, 1.0)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, 1) * (0.55 - 0.15 * season)
    heat = np.clip(0.45 + 0.45 * season, 0.1, 1.0)
    made = (load, wind, sun * np.clip(1 + 0.3 * rng.normal(size=365).repeat(24), 0.2, 1.3), heat)
    return Year(*(values[:hours] for values in made), np.full(hours, 0.2), source=f"seed {seed}")


def make_network(years: tuple[int, ...], hours: int, profiles: Year) -> Network:
    """Return a province of fourteen technologies; what is built in a year stays."""
    count, share = len(years), hours / 8760
    weights = tuple(5 * 0.9**i for i in range(count)) if count > 1 else (1.0,)
    growth = np.repeat([1.3 * (1 + 0.15 * i) for i in range(count)], hours)
    horizon = Horizon(years, (hours,) * count, weights, (5.0 if count > 1 else 1.0,) * count)

    def all_years(values: Hours) -> Hours:
        return np.tile(values, count)

    load, corridor = all_years(profiles.load) * growth, np.full(hours * count, 3000.0)
    generators = [
        Generator("coal", "grid", p_nom=18000.0, p_max_pu=0.92, marginal_cost=230, co2=0.86,
                  ramp_limit_up=0.25, ramp_limit_down=0.25),
        Generator("chp", "steam", p_nom=24000.0, marginal_cost=85, co2=0.34,
                  ramp_limit_up=0.3, ramp_limit_down=0.3),
        Generator("hydro", "grid", p_nom=2230.0, p_max_pu=all_years(profiles.water), marginal_cost=5),
        Generator("heat_boiler", "heat", p_nom=8000.0, marginal_cost=160, co2=0.36),
        Generator("shedding", "grid", p_nom=50000.0, marginal_cost=20000),
        Generator("cold", "heat", p_nom=9000.0, marginal_cost=8000),
    ]  # fmt: skip
    links = [
        Link("green_grid", "green", p_nom=250000.0, outputs=(("grid", 1.0),)),
        Link("green_corridor", "green", p_nom=3000.0, outputs=(("corridor", 1.0),)),
        Link("brown_corridor", "grid", p_nom=3000.0, outputs=(("corridor", 1.0),)),
        Link("chp_turbine", "steam", p_nom=24000.0, outputs=(("grid", 0.36), ("heat", 0.4))),
    ]
    units = [
        StorageUnit("pumped_1", "grid", p_nom=1500.0, max_hours=6, efficiency_store=0.87,
                    efficiency_dispatch=0.87, marginal_cost=0.2),
        StorageUnit("pumped_2", "grid", p_nom=2400.0, max_hours=8, efficiency_store=0.87,
                    efficiency_dispatch=0.87, marginal_cost=0.2),
        StorageUnit("demand_shift", "grid", p_nom=1500.0, max_hours=4, marginal_cost=15),
    ]  # fmt: skip
    stores: list[Store] = []
    for year in years:
        f = CHEAPER[year]
        new = {"build_year": year, "extendable": True}
        generators += [
            Generator(f"coal_flex_{year}", "grid", p_nom_max=30000, capital_cost=420e3 * share, co2=0.82,
                      p_max_pu=0.92, marginal_cost=240, ramp_limit_up=0.4, ramp_limit_down=0.4, **new),
            Generator(f"gas_{year}", "grid", p_nom_max=15000, capital_cost=260e3 * share, co2=0.38,
                      p_max_pu=0.95, marginal_cost=560, **new),
            Generator(f"wind_{year}", "green", p_nom_max=80000, capital_cost=560e3 * f * share,
                      p_max_pu=all_years(profiles.wind), marginal_cost=0.5, **new),
            Generator(f"pv_{year}", "green", p_nom_max=120000, capital_cost=330e3 * f * share,
                      p_max_pu=all_years(profiles.sun), marginal_cost=0.3, **new),
        ]  # fmt: skip
        units.append(
            StorageUnit(f"battery_{year}", "grid", p_nom_max=20000, capital_cost=330e3 * f * share,
                        max_hours=4, efficiency_store=0.94, efficiency_dispatch=0.94, **new)
        )  # fmt: skip
        links += [
            Link(f"electrolysis_{year}", "grid", p_nom_max=10000, capital_cost=330e3 * f * share,
                 outputs=(("hydrogen", 0.68),), marginal_cost=1, **new),
            Link(f"electric_boiler_{year}", "grid", p_nom_max=8000, capital_cost=45e3 * share,
                 outputs=(("heat", 0.98),), marginal_cost=0.5, **new),
        ]  # fmt: skip
        stores += [
            Store(f"hydrogen_store_{year}", "hydrogen", p_nom_max=2e6, capital_cost=900 * f * share, **new),
            Store(f"heat_store_{year}", "heat", p_nom_max=2e5, capital_cost=700 * share,
                  standing_loss=0.002, **new),
        ]  # fmt: skip
    return Network(
        f"bench {count} x {hours} h", horizon,
        tuple((bus, bus) for bus in ("grid", "green", "corridor", "steam", "heat", "hydrogen")),
        tuple(generators), tuple(links), tuple(units), tuple(stores),
        loads=(
            Load("load", "grid", load), Load("export", "corridor", corridor),
            Load("heat_load", "heat", all_years(profiles.heat) * 9000),
            Load("hydrogen_load", "hydrogen", np.repeat([400.0 * (1 + i) for i in range(count)], hours)),
        ),
        energy_limits=tuple(
            EnergyLimit(f"green_export_{year}", year, (("brown_corridor", 1.0),), "<=", 1500.0 * hours)
            for year in years
        ),
        co2_limit=tuple(
            CAP[year] * 0.85 * float(load[i * hours : (i + 1) * hours].sum()) for i, year in enumerate(years)
        ),
    )  # fmt: skip


def solve_ours(network: Network, gap: float) -> dict[str, float | str]:
    """Assemble and solve with a certificate."""
    program = assemble(network).program
    found = solve_certified(program, gap=gap)
    return {
        "status": f"{found.status}, {found.method}", "objective": found.objective, "gap": found.gap,
        "columns": program.columns, "rows": program.rows,
        "violation": measure_violation(program, found.x),
    }  # fmt: skip


def solve_pypsa(network: Network, options: dict[str, object]) -> dict[str, float | str]:
    """Let stock PyPSA build and solve what we export; the clock starts when it has the network."""
    warnings.simplefilter("ignore")
    logging.disable()
    with keep_strings(load_pypsa()):
        exported = to_pypsa(network)
        start, cpu = time.perf_counter(), time.process_time()
        status = exported.optimize(
            solver_name="highs", solver_options={"output_flag": False, **options}, io_api="direct",
            multi_investment_periods=len(network.horizon.periods) > 1, include_objective_constant=False,
            log_to_console=False,
        )  # fmt: skip
        spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
        model = exported.model
        size = {"columns": int(model.nvars), "rows": int(model.ncons)}
        return {"status": " ".join(status), "objective": read_objective(exported)} | size | spent


SOLVERS = {
    "ours": solve_ours,
    "hipo": lambda network, _: solve_pypsa(network, {"solver": "hipo", "run_crossover": "off"}),
    "pdlp": lambda network, _: solve_pypsa(network, {"solver": "pdlp", "kkt_tolerance": 1e-4}),
}


def run_one(solver: str, periods: int, hours: int, gap: float) -> None:
    """Solve in this process and write the measures as one line of JSON."""
    network = make_network(YEARS[-periods:] if periods > 1 else (2030,), hours, read_year(hours))
    start, cpu = time.perf_counter(), time.process_time()
    found = SOLVERS[solver](network, gap)
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sys.stdout.write(json.dumps(spent | found | {"peak_gb": peak}) + "\n")


def run_apart(solver: str, periods: int, arguments: argparse.Namespace) -> dict[str, float | str]:
    """Solve in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_power", "--one", solver, "--periods", str(periods)]
    command += ["--hours", str(arguments.hours), "--gap", str(arguments.gap)]
    limit = None if solver == "ours" else arguments.peer_seconds
    try:
        made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        blank = dict.fromkeys(("cpu", "peak_gb", "objective", "rows", "columns"), float("nan"))
        return {"seconds": float(limit), "status": f"not finished in {limit} s"} | blank
    measures: dict[str, float | str] = json.loads(made.stdout.splitlines()[-1])
    return measures


def main() -> None:
    """Run what was asked for and print one line for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default="hipo,pdlp")
    parser.add_argument("--hours", type=int, default=8760)
    parser.add_argument("--periods", default="1,3")
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--peer-seconds", type=int, default=1800)
    parser.add_argument("--one")
    arguments = parser.parse_args()
    if arguments.one:
        run_one(arguments.one, int(arguments.periods), arguments.hours, arguments.gap)
        return
    sys.stdout.write(f"profiles: {read_year(arguments.hours).source}; {arguments.hours} h a year\n")
    for periods in map(int, arguments.periods.split(",")):
        solvers = ["ours", *(arguments.peers.split(",") if periods == 1 and arguments.peers else ())]
        ours: dict[str, float | str] = {}
        for solver in solvers:
            found = run_apart(solver, periods, arguments)
            ours = ours or found
            line = (
                f"{periods} x {solver:5} {found['seconds']:7.1f} s (CPU {found['cpu']:7.1f})  "
                f"{found['peak_gb']:.2f} GB  objective {found['objective']:.8e}  "
                f"gap {found.get('gap', float('nan')):.1e}  {found['rows']} x {found['columns']}  "
                f"{found['status']}  ratio {float(found['seconds']) / float(ours['seconds']):.1f} "
                f"(CPU {float(found['cpu']) / float(ours['cpu']):.1f})\n"
            )
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
