"""What roles may do: general grants (``grants.csv`` beside this module) and those that registers state."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from dafeng.access.contracts import Grants
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import polars as pl

EVERYTHING = "*"
"""As a resource: every register; as a region, agency or maker: any."""
MEMBERS = "members"
"""The resource of users and their roles."""
APART = frozenset({MEMBERS, "accounts", "system", "audit", "site"})
"""Resources that ``*`` does not reach: they must be named."""
MANAGE = "manage"
"""The action that changes members. No register file can grant it."""
STEP = "step."
"""Prefix of the action of a transition."""


class AccessLine(Protocol):
    """What a register says of one role."""

    @property
    def role(self) -> str:
        """Role."""

    @property
    def actions(self) -> Sequence[str]:
        """Actions."""

    @property
    def region(self) -> str:
        """Reach by region, ``all`` or ``own``."""

    @property
    def agency(self) -> str:
        """Reach by agency."""

    @property
    def rows(self) -> str:
        """Reach by maker."""


class StepLine(Protocol):
    """Who may take a step."""

    @property
    def id(self) -> str:
        """Name of the step."""

    @property
    def roles(self) -> Sequence[str]:
        """Roles."""


class BasisLine(Protocol):
    """Why it may be kept."""

    @property
    def zh(self) -> str:
        """Chinese."""

    @property
    def en(self) -> str:
        """English."""


class Guarded(Protocol):
    """A register as this room sees it (:class:`dafeng.register.model.Register` is one)."""

    @property
    def id(self) -> str:
        """Name."""

    @property
    def basis(self) -> BasisLine:
        """Legal basis."""

    @property
    def access(self) -> Sequence[AccessLine]:
        """What roles may do with rows."""

    @property
    def transitions(self) -> Sequence[StepLine]:
        """Steps."""


def collect_grants(registers: Iterable[Guarded]) -> pl.DataFrame:
    """Return what every role may do: general grants and those of registers.

    A role that a transition names takes the step with the reach that the register gives it for ``edit``, or
    for ``see`` if it may not edit. A role that the register does not let see its rows takes no step, whatever
    the transition says.

    Parameters
    ----------
    registers : iterable of Register
        Registers in force.

    Returns
    -------
    Grants
        One row a role, action, resource and reach.

    Raises
    ------
    TableError
        A role is not in the vocabulary ``access_role``.
    """
    rows = [dict(row) for row in _general()]
    for register in registers:
        basis = {"basis_zh": register.basis.zh, "basis_en": register.basis.en}
        rows += [
            {"role": role, "action": action, "resource": register.id, **reach, **basis}
            for role, action, reach in _rights_of(register)
        ]
    unique = {tuple(row.values())[:6]: row for row in rows}
    return frame_of([unique[key] for key in sorted(unique)], Grants)


def _rights_of(register: Guarded) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield role, action and reach of everything that a register allows."""
    for line in register.access:
        for action in line.actions:
            yield line.role, action, _reach(line)
    for step in register.transitions:
        for role in dict.fromkeys(step.roles):
            of_role = [line for line in register.access if line.role == role]
            sees = any("see" in line.actions for line in of_role)
            edits = [line for line in of_role if "edit" in line.actions]
            for line in edits or [line for line in of_role if "see" in line.actions]:
                if sees:
                    yield role, STEP + step.id, _reach(line)


def _reach(line: AccessLine) -> dict[str, str]:
    return {"region": line.region, "agency": line.agency, "rows": line.rows}


@cache
def _general() -> tuple[dict[str, str], ...]:
    """Return the general grants, one a role, action and resource."""
    text = files("dafeng.access").joinpath("grants.csv").read_text("utf-8")
    return tuple(
        {
            "role": line["role"], "action": action, "resource": resource, "region": line["region"],
            "agency": line["agency"], "rows": line["rows"], "basis_zh": line["basis_zh"],
            "basis_en": line["basis_en"],
        }
        for line in csv.DictReader(text.splitlines())
        for action in line["actions"].split(";")
        for resource in line["resource"].split(";")
    )  # fmt: skip
