"""Use case: check a pack as far as a run would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.clock import today
from dafeng.app.evaluation_stage import check_pack_evaluation
from dafeng.app.register_figures import measure_units
from dafeng.app.register_shelf import load_library
from dafeng.app.track_accounts import account_units
from dafeng.errors import InputRefused
from dafeng.inventory import as_findings, ceads_factors, check_cement, check_structure, screen_energy
from dafeng.pack import Pack, read_pack
from dafeng.pathway.checks import check_pack_levers, check_scenario
from dafeng.scenario import resolve_scenario
from dafeng.tracking import check_formulas, check_paths

if TYPE_CHECKING:
    from dafeng.errors import Finding


@dataclass(frozen=True, slots=True)
class PackAnswer:
    """A pack without defects, and what is implausible in it."""

    pack: Pack
    findings: tuple[Finding, ...]


def check_pack(name_or_path: str) -> PackAnswer:
    """Read a pack and look at its energy use as the inventory will.

    Raises
    ------
    InputRefused
        With every defect: files, cells, references, sectors, units.
    """
    pack = read_pack(name_or_path)
    energy = pack.tables["energy"].with_columns(pack.rows["energy"].alias("row"))
    problems = check_structure(energy, "energy.csv")
    problems += check_cement(pack.tables["products"], pack.rows["products"], "products.csv")
    problems += [*check_pack_levers(pack.tables), *check_scenarios(pack)]
    own = account_units() | measure_units(load_library(pack))
    problems += check_formulas(pack.tables, pack.rows, own) + check_paths(pack.tables, pack.rows)
    problems += check_pack_evaluation(pack, today())
    if problems:
        raise InputRefused(problems)
    return PackAnswer(pack, tuple(as_findings(screen_energy(energy, ceads_factors()), "energy.csv")))


def check_scenarios(pack: Pack) -> tuple[Finding, ...]:
    """Return what keeps the scenarios of a pack from being run; nothing for a pack without energy use."""
    years = pack.tables["energy"]["year"]
    found: list[Finding] = []
    for scenario in pack.scenarios.values() if years.len() else ():
        try:
            resolved = resolve_scenario(scenario, pack.scenarios)
        except InputRefused as error:
            found += error.findings
            continue
        found += check_scenario(resolved, pack.tables, int(years.max()))  # type: ignore[arg-type]
    return tuple(found)
