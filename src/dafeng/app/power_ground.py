"""What a plan of the power system stands on: the pack, its scenario, the pathways of the same name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.clock import parse_day
from dafeng.app.pathway_engine import known_tables, lay_foundation
from dafeng.app.pathway_stage import LACKING
from dafeng.app.power_demand import future_demand, table_demand
from dafeng.errors import InputRefused
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from dafeng.app.pathway_engine import Foundation
    from dafeng.app.pathway_scenario import GroundRequest
    from dafeng.app.power_demand import PowerDemand
    from dafeng.pack import Pack
    from dafeng.scenario import Scenario

NEEDED = ("power_zones", "power_technologies", "power_parameters", "power_fleet", "power_rules")
"""Tables without which there is no power system to plan."""
SEED = 2030
"""Seed of the futures of the pathways."""


@dataclass(frozen=True, slots=True, eq=False)
class PowerGround:
    """A pack that was read, and its pathways where it has the figures for them.

    Attributes
    ----------
    pack : Pack
    as_of : date
    tables : mapping of str to polars.DataFrame
        As they were known on the day.
    foundation : Foundation, optional
        None where figures of the pathways are lacking.
    lacking : str
        Code of what is lacking; empty where nothing is.
    """

    pack: Pack
    as_of: date
    tables: Mapping[str, pl.DataFrame]
    foundation: Foundation | None
    lacking: str

    @property
    def about(self) -> tuple[float, ...]:
        """How the pack reads 左右 (about) in targets [1]."""
        return self.pack.config.decisions.about.tolerances

    def find_demand(self, scenario: Scenario, years: tuple[int, ...], draw: int | None = None) -> PowerDemand:
        """Return the demand of a scenario: of its pathway, else of the table of the pack.

        Raises
        ------
        InputRefused
            See :func:`dafeng.app.power_demand.future_demand`.
        """
        if self.foundation is None:
            return table_demand(self.tables, years, self.lacking)
        return future_demand(self.foundation, scenario, years, draw, SEED)


def lay_power_ground(request: GroundRequest) -> PowerGround:
    """Return the pack and its pathways.

    Raises
    ------
    InputRefused
        ``power_pack_lacks`` when the pack has no power system; what is wrong with day, pack and accounts.
    """
    return ground_of(
        read_pack(request.pack), parse_day(request.as_of), accept_findings=request.accept_findings
    )


def ground_of(pack: Pack, as_of: date, *, accept_findings: bool) -> PowerGround:
    """Return what the plans of a pack that was read stand on; raises as :func:`lay_power_ground`."""
    missing = [f"{name}.csv" for name in NEEDED if pack.tables[name].is_empty()]
    if missing:
        raise InputRefused.of("power_pack_lacks", tables=", ".join(missing))
    try:
        foundation = lay_foundation(pack, as_of, accept_findings=accept_findings)
    except InputRefused as refused:
        codes = [finding.code for finding in refused.findings]
        if set(codes) - LACKING:
            raise
        return PowerGround(pack, as_of, known_tables(pack.tables, as_of), None, codes[0])
    return PowerGround(pack, as_of, foundation.tables, foundation, "")
