"""From a network to a linear programme: numpy blocks over hours, one component at a time.

The programme has no columns that a bound can replace and no rows that a bound or a side of another row can
say: fixed capacity bounds its columns, ramps of fixed capacity are rows with two sides, spill is the second
side of the storage row, the power of a store is the change of its energy. Its optimum is the one that PyPSA
reaches on the same network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng.power.assembly_assets import (
    add_balances,
    add_generators,
    add_links,
    add_storage_units,
    add_stores,
)
from dafeng.power.assembly_checks import check_network
from dafeng.power.assembly_frame import Frame, add_capacities
from dafeng.power.assembly_limits import (
    add_capacity_limits,
    add_co2_limits,
    add_energy_limits,
    add_reserve_columns,
    add_reserve_rows,
    add_yearly_energy,
)
from dafeng.power.assembly_time import TimeLine
from dafeng.power.assembly_units import join_alike
from dafeng.power.program import GLOBAL

if TYPE_CHECKING:
    from dafeng.power.assembly_blocks import Axis, Indices, Name
    from dafeng.power.network import Network
    from dafeng.power.program import LinearProgram


@dataclass(frozen=True)
class ColumnMap:
    """Where to find each quantity among the columns and each rule among the rows.

    Arrays stand under units and have one value for each hour in ``active``; buses and reserves for all hours.
    """

    columns: Axis
    rows: Axis
    time: TimeLine
    active: dict[str, slice]
    """Hours in which each unit stands."""
    unit_of: dict[str, str]
    """Unit of each asset that stands in some period: assets that work alike share columns under the id of
    their first."""
    capacity: dict[str, int]
    """Column of each extendable capacity."""
    fixed: dict[str, float]
    """Capacity of every other asset [MW]."""
    power: dict[str, Indices]
    """Output of generators and links, discharge of storage units; a store has none."""
    charge: dict[str, Indices]
    """Charging of storage units; missing where they cannot."""
    energy: dict[str, Indices]
    """State of charge of storage units and stores at the end of the hour."""
    online: dict[str, Indices]
    reserve: dict[tuple[str, str], Indices] = field(default_factory=dict)
    """Held ready, by (reserve, provider)."""
    balance: dict[str, Indices] = field(default_factory=dict)
    """Rows of each bus."""
    reserve_rows: dict[str, Indices] = field(default_factory=dict)
    """Rows of each reserve."""
    limits: dict[tuple[str, int], int] = field(default_factory=dict)
    """Row of each limit over a year by (id, period): energy, capacity, a generator's energy, ``co2``."""

    def describe_row(self, row: int) -> Name:
        """Return component, kind, hour (``GLOBAL``: none) and period of a row."""
        return self._with_period(self.rows.name(row))

    def describe_column(self, column: int) -> Name:
        """Return component, kind, hour (``GLOBAL``: none) and period of a column."""
        return self._with_period(self.columns.name(column))

    def _with_period(self, name: Name) -> Name:
        if name.hour == GLOBAL:
            return name
        return name._replace(period=self.time.period_at(name.hour))


@dataclass(frozen=True)
class Assembled:
    """A programme and what its columns and rows mean."""

    program: LinearProgram
    map: ColumnMap


def assemble(network: Network) -> Assembled:
    """Turn a network into a linear programme.

    Parameters
    ----------
    network : Network
        Any network whose parts fit together.

    Returns
    -------
    Assembled
        The programme [MW, MWh, CNY] and the map of its columns and rows.

    Raises
    ------
    InputRefused
        If the parts do not fit together, see :func:`dafeng.power.assembly_checks.check_network`.
    """
    check_network(network)
    time = TimeLine(network.horizon)
    frame = Frame(network, time, units=join_alike(network, time))
    add_capacities(frame)
    add_balances(frame)
    add_reserve_columns(frame)
    add_generators(frame)
    add_links(frame)
    add_storage_units(frame)
    add_stores(frame)
    add_reserve_rows(frame)
    add_yearly_energy(frame)
    add_energy_limits(frame)
    add_capacity_limits(frame)
    add_co2_limits(frame)
    return Assembled(frame.builder.build(frame.time.hours), _map(frame))


def _map(frame: Frame) -> ColumnMap:
    columns, rows = frame.builder.columns, frame.builder.rows
    prefix = "reserve "
    held = {
        (block.kind.removeprefix(prefix), block.component): block.indices
        for block in columns.blocks
        if block.kind.startswith(prefix)
    }
    return ColumnMap(
        columns=columns,
        rows=rows,
        time=frame.time,
        active={unit.leader.id: frame.time.active(unit.leader) for unit in frame.units},
        unit_of={name: unit.leader.id for name, unit in frame.unit_of.items()},
        capacity=frame.chosen,
        fixed={a.id: a.p_nom for unit in frame.units for a in unit.members if not a.extendable},
        power=columns.of_kind("power"),
        charge=columns.of_kind("charge"),
        energy=columns.of_kind("energy"),
        online=columns.of_kind("online"),
        reserve=held,
        balance=frame.balance,
        reserve_rows=rows.of_kind("reserve"),
        limits={
            (b.component, b.period): b.first for b in rows.blocks if b.period is not None and b.kind != "sum"
        },
    )
