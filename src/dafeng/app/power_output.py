"""The folder of a plan or a dispatch: tables, ``plan.json``, scenario, network; whole or not at all."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dafeng.app.output_folder import check_place, list_files, read_earlier
from dafeng.app.pathway_scenario import scenario_as_toml
from dafeng.app.power_document import (
    DemandMet,
    PlanDocument,
    ProfileUsed,
    Solve,
    tell_findings,
)
from dafeng.app.tables import name_tables
from dafeng.errors import InputRefused
from dafeng.power.abatement import price_cap
from dafeng.provenance import hash_json
from dafeng.result import Result
from dafeng.store import Manifest, open_workspace
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from dafeng.app.power_ground import PowerGround
    from dafeng.app.power_study import PowerStudy
    from dafeng.errors import Finding

TABLES_STAGE, FILES_STAGE = "power_plan", "power_files"
"""Stages of the manifest: how a folder of ours is known."""
INPUT_NAMES = ("power_", "load_", "profile_", "targets", "lever_", "driver_", "energy", "products")
"""How the pack files begin whose hashes stand in the manifest."""
DOCUMENT, SCENARIO, NETWORK = "plan.json", "scenario.toml", "network.nc"


def check_power_folder(output: Path) -> None:
    """Refuse a pack, a file, and a folder with files that these commands did not write.

    Raises
    ------
    InputRefused
        ``output_is_pack``, ``output_not_writable``, ``power_folder_foreign``.
    """
    check_place(output)
    if list_files(output) and not _is_own(output):
        raise InputRefused.of("power_folder_foreign", path=output)


def _is_own(output: Path) -> bool:
    """Return whether an earlier run of these commands wrote a folder."""
    stages = set(read_earlier(output).stages)
    return bool(stages) and stages <= {TABLES_STAGE, FILES_STAGE}


def can_export() -> bool:
    """Return whether PyPSA is installed, without importing it."""
    return find_spec("pypsa") is not None


def render_network(study: PowerStudy) -> bytes | None:
    """Return the network as netCDF with the capacities that were found; None without PyPSA."""
    if not can_export():
        return None
    from dafeng.power.exchange.io import make_netcdf  # noqa: PLC0415 - PyPSA takes seconds to load

    with _quietly("pypsa"):
        return make_netcdf(study.network, study.result.capacity)


@contextmanager
def _quietly(name: str) -> Iterator[None]:
    """Keep what a library logs of its everyday work from the terminal."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def write_study(
    output: Path, ground: PowerGround, study: PowerStudy, extra: Mapping[str, pl.DataFrame] | None = None,
    findings: Sequence[Finding] = (),
) -> PlanDocument:  # fmt: skip
    """Write the folder of a study; what was there stays until everything is in place.

    Parameters
    ----------
    output : Path
    ground : PowerGround
    study : PowerStudy
    extra : mapping of str to polars.DataFrame
        Further tables by id.
    findings : sequence of Finding

    Raises
    ------
    InputRefused
        ``run_locked``, ``output_not_writable``.
    """
    tables = {**study.tables, **(extra or {})}
    network = render_network(study)
    names = [f"tables/{name}.{form}" for name in tables for form in ("csv", "parquet")]
    files = [DOCUMENT, SCENARIO, *([] if network is None else [NETWORK]), *names]
    document = describe_study(ground, study, tuple(files), network is not None, findings)
    contents = {
        SCENARIO: scenario_as_toml(study.case.scenario).encode("utf-8"),
        DOCUMENT: document.as_json().encode("utf-8"),
    }
    if network is not None:
        contents[NETWORK] = network
    inputs = {name: digest for name, digest in ground.pack.hashes.items() if name.startswith(INPUT_NAMES)}
    inputs |= dict(study.case.profiles.hashes)
    key = hash_json({"inputs": inputs, "scenario": document.scenario, "years": list(document.years)})
    info = ground.pack.config.pack
    with open_workspace(output) as workspace:
        check_power_folder(output)
        result = Result(TABLES_STAGE, name_tables(tables), study.steps, tuple(findings))
        workspace.add_result(result, key, inputs)
        workspace.add_files(FILES_STAGE, key, contents, inputs)
        workspace.commit(
            Manifest(
                versions={"dafeng": __version__},
                pack={"id": info.id, "version": info.version, "region": info.region},
                as_of=ground.as_of.isoformat(), stages=workspace.stages,
            )
        )  # fmt: skip
    return document


def describe_study(
    ground: PowerGround, study: PowerStudy, files: tuple[str, ...], exported: bool,
    findings: Sequence[Finding],
) -> PlanDocument:  # fmt: skip
    """Return the content of ``plan.json``."""
    case, solved, info = study.case, study.solved, ground.pack.config.pack
    certificates = study.tables["power.certificate"].to_dicts()
    return PlanDocument(
        kind="plan" if case.capacities is None else "dispatch",
        software=f"dafeng {__version__}",
        pack=info.id,
        pack_version=info.version,
        scenario=case.scenario.id,
        as_of=ground.as_of.isoformat(),
        years=case.years,
        hours=study.network.horizon.hours,
        foresight=case.settings.foresight,
        commitment=case.settings.commitment,
        price_year=case.settings.price_year,
        objective_cny=solved.objective,
        lower_bound_cny=solved.lower_bound,
        certified_gap=solved.gap,
        method=solved.method,
        status=solved.result.status,
        seconds={name: round(value, 3) for name, value in study.seconds.items()},
        solves=tuple(_describe_solve(row, solved.result.status) for row in certificates),
        co2_price_cny_per_t=study.network.co2_price,
        co2_limit_t=tuple(None if value == float("inf") else value for value in study.network.co2_limit),
        co2_shadow_price_cny_per_t=_price_limits(study),
        profiles=tuple(
            ProfileUsed(**{name: row[name] for name in ProfileUsed.model_fields})
            for row in study.tables["power.profiles"].to_dicts()
        ),
        demand=tuple(
            DemandMet(year=row["year"], item=row["item"], gwh=row["value"], state=row["state"])
            for row in study.tables["power.demands"].to_dicts()
        ),
        demand_from=case.demand.step.en,
        capacity_mw=_list_capacities(study.tables["power.capacity"]),
        notes=dict(study.network.notes),
        findings=tell_findings(findings),
        files=files,
        network=NETWORK if exported else None,
    )


def _price_limits(study: PowerStudy) -> tuple[float | None, ...]:
    """Return the shadow price of the CO2 limit of each year [CNY/t]; nothing when no year has one."""
    prices = price_cap(study.result)
    return tuple(prices.get(year) for year in study.case.years) if prices else ()


def _describe_solve(row: Mapping[str, Any], status: str) -> Solve:
    return Solve(
        run=row["run"], method=row["method"], status=status, objective_cny=row["objective_cny"],
        lower_bound_cny=row["lower_bound_cny"], certified_gap=row["certified_gap"],
        hours=round(row["hours"]), columns=round(row["columns"]), rows=round(row["rows"]),
        seconds=row["solve_seconds"],
    )  # fmt: skip


def _list_capacities(frame: pl.DataFrame) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in frame.iter_rows(named=True):
        by_class = found.setdefault(str(row["year"]), {})
        by_class[row["technology"]] = by_class.get(row["technology"], 0.0) + row["capacity_mw"]
    return found
