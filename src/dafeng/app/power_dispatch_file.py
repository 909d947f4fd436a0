"""Use case: dispatch of the capacities of a plan, or of a CSV, for one year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
from pydantic import ValidationError

from dafeng.app.pathway_scenario import collecting
from dafeng.app.power_contracts import GivenCapacity
from dafeng.app.power_dispatch import read_capacities
from dafeng.app.power_document import read_document
from dafeng.app.power_file import PreparedPlan, check_options, check_years, make_case
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_output import DOCUMENT, SCENARIO, check_power_folder
from dafeng.app.power_study import lay_network
from dafeng.errors import Finding, InputRefused
from dafeng.files import read_bytes
from dafeng.parsing import parse_csv

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.power_document import PlanDocument
    from dafeng.app.power_file import PlanRequest

CAPACITIES = "tables/power.capacity.parquet"
MAX_BYTES = 2**25
DEFAULT_SCENARIO = "plan"


@dataclass(frozen=True, slots=True)
class DispatchRequest:
    """What to dispatch.

    Parameters
    ----------
    base : PlanRequest
        One year; an empty scenario is that of the plan.
    plan : Path
        Folder of a plan, or CSV of capacities.
    keep_seed : bool
        Whether profiles are generated with the seed of the plan.
    """

    base: PlanRequest
    plan: Path
    keep_seed: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class GivenPlan:
    """Capacities that were read, and the scenario and seed of the plan that they come from."""

    frame: pl.DataFrame
    file: str
    scenario: str
    seed: int | None

    def of_year(self, year: int) -> dict[str, float]:
        """Return the capacities of a year; raises as :func:`~dafeng.app.power_dispatch.read_capacities`."""
        return read_capacities(self.frame, year, self.file)


def read_plan_capacities(path: Path) -> GivenPlan:
    """Return the capacities of a plan's folder, or of a CSV.

    Raises
    ------
    InputRefused
        ``file_missing``, ``power_plan_damaged``; of a CSV every defect with its row.
    """
    if path.is_dir():
        document = _read_document(path)
        seeds = [use.seed for use in document.profiles if use.seed is not None]
        try:
            frame = pl.read_parquet(path / CAPACITIES).cast({"year": pl.Int64, "capacity_mw": pl.Float64})
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputRefused.of("power_plan_damaged", path=path, reason=error) from error
        return GivenPlan(frame, path.name, str(path / SCENARIO), seeds[0] if seeds else None)
    parsed = parse_csv(read_bytes(path, MAX_BYTES), GivenCapacity, path.name, extra="keep")
    return GivenPlan(parsed.frame, path.name, DEFAULT_SCENARIO, None)


def _read_document(path: Path) -> PlanDocument:
    raw = read_bytes(path / DOCUMENT, MAX_BYTES)
    try:
        return read_document(raw.decode("utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputRefused.of("power_plan_damaged", path=path, reason=type(error).__name__) from error


def prepare_dispatch(request: DispatchRequest) -> PreparedPlan:
    """Check everything that is asked for and return it as a plan whose capacities are given.

    Raises
    ------
    InputRefused
        With everything that is wrong.
    """
    base = request.base
    problems: list[Finding] = [*check_years(base.years), *check_options(base)]
    with collecting(problems):
        check_power_folder(base.output)
    given, capacities = None, {}
    with collecting(problems):
        given = read_plan_capacities(request.plan)
        capacities = given.of_year(base.years[0])
    if problems or given is None:
        raise InputRefused(problems)
    if request.keep_seed and given.seed is not None:
        base = replace(base, profiles=replace(base.profiles, seed=given.seed))
    base = replace(base, scenario=base.scenario or given.scenario)
    ground = lay_power_ground(base.ground)
    case = replace(make_case(ground, base), capacities=capacities)
    lay_network(case)
    return PreparedPlan(base, ground, case)
