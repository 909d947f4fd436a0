"""One scenario schema for pathways and the power system: TOML in, frozen records out."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from dafeng.errors import Finding, InputRefused, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

Boundary = Literal["production", "consumption"]
PowerExport = Literal["included", "excluded"]
Process = Literal["energy_only", "with_process"]
Gases = Literal["co2", "all"]
Shape = Literal["linear", "step", "s_curve"]
Year = Annotated[int, Field(ge=1990, le=2100)]
Amount = Annotated[FiniteFloat, Field(ge=-1e12, le=1e12)]
"""A quantity or price of any unit: beyond this a number is a slip, and sums of it could overflow."""
Name = Annotated[str, Field(max_length=200)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Record):
    """The four axes that every total carries."""

    boundary: Boundary = "production"
    """Emissions of what is produced here, or of what is consumed here."""
    power_export: PowerExport = "included"
    """Whether emissions of electricity that is sent out count."""
    process: Process = "with_process"
    """Fuel combustion alone, or with industrial processes."""
    gases: Gases = "co2"
    """Carbon dioxide alone, or all gases of the accounts."""


AXES = tuple(Scope.model_fields)
"""The four axes in the order in which tables carry them."""


class Lever(_Record):
    """One lever: its value at the end of its schedule and the way there."""

    id: str
    start: Year
    end: Year
    shape: Shape = "linear"
    value: Amount
    then: Amount = 0.0
    """Yearly change after the end of the schedule, in the unit of the lever; its bounds still hold."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end {self.end} < start {self.start}")
        return self


class Scenario(_Record):
    """A named future.

    ``inherits`` names another scenario whose fields hold where this one says nothing; levers are
    inherited one by one, by id.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
    """Letters, digits, ``_`` and ``-``, at most 64."""
    name_zh: Name
    name_en: Name
    inherits: str = ""
    scope: Scope = Scope()
    first_year: Year
    last_year: Year
    levers: tuple[Lever, ...] = ()
    prices: dict[str, Amount] = Field(default_factory=dict)
    """Price series by name, in CNY of the year in the name (for example ``coal_cny_2020_per_t``)."""
    weather: str = ""
    """Weather year or profile set."""
    seed: Annotated[int, Field(ge=0)] = 0
    autonomous: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the historical decoupling trend that goes on; 0 freezes technology."""
    growth: dict[str, Annotated[float, Field(ge=-0.5, le=0.5)]] = Field(default_factory=dict)
    """Yearly growth of a driver from the first year on [1/a], instead of the outlook of the pack."""
    delay_years: Annotated[int, Field(ge=0, le=40)] = 0
    """Years by which every lever of the parent starts and ends later."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError(f"last_year {self.last_year} < first_year {self.first_year}")
        ids = [lever.id for lever in self.levers]
        if len(set(ids)) < len(ids):
            raise ValueError("a lever stands twice")
        return self


def parse_scenario(text: str, name: str) -> Scenario:
    """Return the scenario that a TOML text describes; unknown keys are errors.

    Raises
    ------
    InputRefused
        ``toml_invalid`` or ``setting_invalid``, one finding per key.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also integers of thousands of digits, nested brackets
        raise InputRefused([Finding("toml_invalid", Place(name), {"reason": error})]) from error
    try:
        return Scenario.model_validate(raw)
    except ValidationError as error:
        raise InputRefused(
            Finding(
                "setting_invalid",
                Place(name),
                {"key": ".".join(map(str, e["loc"])) or "-", "reason": e["msg"]},
            )
            for e in error.errors()
        ) from error


def inherit_scenario(child: Scenario, parent: Scenario) -> Scenario:
    """Return ``child`` with all that it leaves open from ``parent``; scope axes and levers one by one."""
    given = child.model_fields_set - {"levers", "prices", "scope", "growth"}
    merged = {**parent.model_dump(), **{key: getattr(child, key) for key in given}}
    if "scope" in child.model_fields_set:
        axes = child.scope.model_dump(include=child.scope.model_fields_set)
        merged["scope"] = parent.scope.model_copy(update=axes)
    inherited = [_delay_lever(lever, child.delay_years) for lever in parent.levers]
    levers = {lever.id: lever for lever in (*inherited, *child.levers)}
    merged |= {
        "levers": tuple(levers.values()), "inherits": "", "delay_years": 0,
        "prices": parent.prices | child.prices, "growth": parent.growth | child.growth,
    }  # fmt: skip
    return Scenario.model_validate(merged)


def resolve_scenario(scenario: Scenario, known: Mapping[str, Scenario]) -> Scenario:
    """Return a scenario with everything that it inherits filled in, ancestor by ancestor.

    A scenario that is not among the known ones may have the id of one of them and inherit from it.

    Parameters
    ----------
    scenario : Scenario
        As it is written.
    known : mapping of str to Scenario
        Scenarios that may be inherited from, by id.

    Raises
    ------
    InputRefused
        ``scenario_unknown`` for a parent that is not known, ``scenario_circular`` when ancestors form a ring.
    """
    line = [scenario]
    passed = [scenario.id] if known.get(scenario.id) == scenario else []
    while line[-1].inherits:
        parent = line[-1].inherits
        if parent not in known:
            raise InputRefused(
                [
                    Finding(
                        "scenario_unknown", Place(line[-1].id),
                        {"name": parent, "known": ", ".join(sorted(known)) or "-"},
                    )
                ]
            )  # fmt: skip
        if parent in passed:
            ring = " -> ".join((*(step.id for step in line), parent))
            raise InputRefused([Finding("scenario_circular", Place(scenario.id), {"ring": ring})])
        passed.append(parent)
        line.append(known[parent])
    resolved = line.pop()
    while line:
        resolved = inherit_scenario(line.pop(), resolved)
    return resolved


def _delay_lever(lever: Lever, years: int) -> Lever:
    if not years:
        return lever
    return lever.model_copy(update={"start": lever.start + years, "end": lever.end + years})
