"""The network of a province from its tables, profiles, demand and scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.power.build_coal import add_coal
from dafeng.power.build_context import open_context
from dafeng.power.build_demand import add_corridors, add_flexible_demand, add_loads
from dafeng.power.build_fleet import describe_steps
from dafeng.power.build_limits import add_limits
from dafeng.power.build_sources import add_sources
from dafeng.power.build_storage import add_storage
from dafeng.power.network import Network

if TYPE_CHECKING:
    from dafeng.power.build_context import Context
    from dafeng.power.build_settings import BuildInputs


def build_network(inputs: BuildInputs) -> Network:
    """Return the network of a scenario.

    Existing capacity pays its fixed operation only; what is built pays the annuity of its investment too.

    Parameters
    ----------
    inputs : BuildInputs
        Tables of the pack, resolved scenario, periods, profiles, demand, settings.

    Raises
    ------
    InputRefused
        With everything that is missing at once: ``power_parameter_missing`` (subject, parameter, years),
        ``power_unit_unknown``, ``power_profile_missing``, ``power_profile_length``, ``power_demand_missing``,
        ``power_rule_missing``, ``power_corridor_energy``, ``power_corridor_over``; and at once alone
        ``power_zone_count``, ``power_periods_order``.
    """
    context = open_context(inputs)
    for add in (
        add_loads, add_coal, add_sources, add_storage, add_flexible_demand, add_corridors, add_limits,
    ):  # fmt: skip
        add(context)
    _refuse_problems(context)
    draft = context.draft
    return Network(
        name=inputs.scenario.id,
        horizon=context.horizon,
        buses=tuple(draft.buses.items()),
        generators=tuple(draft.generators),
        links=tuple(draft.links),
        storage_units=tuple(draft.storage_units),
        stores=tuple(draft.stores),
        loads=tuple(draft.loads),
        energy_limits=tuple(draft.energy_limits),
        capacity_limits=tuple(draft.capacity_limits),
        reserves=tuple(draft.reserves),
        co2_price=_price_carbon(context),
        co2_limit=inputs.settings.co2_limit,
        notes=_tell(context),
    )


def _refuse_problems(context: Context) -> None:
    """Raise everything that is missing at once."""
    findings = list({finding.text("en"): finding for finding in context.draft.problems}.values())
    try:
        context.book.raise_missing()
    except InputRefused as error:
        findings += error.findings
    if findings:
        raise InputRefused(findings)


def _price_carbon(context: Context) -> tuple[float, ...]:
    """Return the CO2 price of each period [CNY/t]: of the settings, else of the lever; none without both."""
    if context.inputs.settings.co2_price:
        return context.inputs.settings.co2_price
    prices = [context.lever("L_ets_price", year) for year in context.periods]
    return tuple(price or 0.0 for price in prices) if any(prices) else ()


def _tell(context: Context) -> tuple[tuple[str, str], ...]:
    """Return what results must say of their inputs."""
    book, settings = context.book, context.inputs.settings
    notes = [
        ("scenario", context.inputs.scenario.id), ("weather", context.inputs.scenario.weather or "-"),
        ("seed", str(context.inputs.scenario.seed)), ("commitment", settings.commitment),
        ("allocation", settings.allocation), ("price_year", str(settings.price_year)),
    ]  # fmt: skip
    if book.kept_price_years:
        years = ", ".join(map(str, sorted(book.kept_price_years)))
        notes.append(("price_years_kept", years))
    if book.demonstration:
        shown = "; ".join(f"{subject} {parameter}" for subject, parameter in sorted(book.demonstration))
        notes.append(("demonstration", shown))
    return (*notes, *describe_steps(context.fleet.steps), *context.draft.notes)
