"""The second inventory as a whole: combustion, fugitives, processes, agriculture and waste, all gases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.inventory.combustion import sum_known
from dafeng.inventory.compute import ceads_factors
from dafeng.inventory.guideline.agriculture import emit_agriculture
from dafeng.inventory.guideline.coal_methane import emit_coal_methane
from dafeng.inventory.guideline.combustion import count_activity, emit_guideline_combustion
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.inventory.guideline.coverage import list_coverage
from dafeng.inventory.guideline.oil_gas import emit_oil_gas
from dafeng.inventory.guideline.process import emit_process
from dafeng.inventory.guideline.reference import compare_reference
from dafeng.inventory.guideline.waste import emit_waste
from dafeng.inventory.screening import as_findings, check_structure, screen_energy
from dafeng.provenance import Step
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.balance import Balance

METHOD = "guideline"
METHOD_VERSION = "1"
BY_ACTIVITY = (emit_coal_methane, emit_oil_gas, emit_process, emit_agriculture, emit_waste)
NOTABLE_EXCESS = 1e-6
_ORDER = ["region", "year", "category", "sector", "fuel", "gas"]


@dataclass(frozen=True, slots=True)
class GuidelineInputs:
    """What the second method takes in.

    Parameters
    ----------
    energy : EnergyUse
        May have ``grade`` and ``row`` (row number in its file).
    activities : Activities
        Coal output, products, animals, waste.
    factors : Factors
        The province's own factors; they go before the defaults.
    balance : Balance, optional
        For the reference approach; may be of other years.
    accept_findings : bool
        Compute in spite of implausible energy use.
    """

    energy: pl.DataFrame
    activities: pl.DataFrame
    factors: pl.DataFrame
    balance: Balance | None = None
    accept_findings: bool = False


@dataclass(frozen=True, slots=True)
class GuidelineInventory:
    """The lines of the second method, what was found on the way, and what is not estimated."""

    lines: pl.DataFrame
    """Contract :class:`~dafeng.inventory.guideline.contracts.EmissionLine`."""
    completeness: pl.DataFrame
    """Contract :class:`~dafeng.inventory.guideline.method_contracts.Coverage`."""
    reference: pl.DataFrame | None
    """Contract :class:`~dafeng.inventory.guideline.method_contracts.ReferenceComparison`."""
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = field(default=())


def compute_guideline(inputs: GuidelineInputs, file: str = "energy") -> GuidelineInventory:
    """Return the inventory of every region and year of the energy table.

    Parameters
    ----------
    inputs : GuidelineInputs
    file : str
        Named in findings about the energy table.

    Returns
    -------
    GuidelineInventory

    Raises
    ------
    InputRefused
        Sectors, units or amounts that do not fit; implausible use unless it is accepted; own factors in a
        wrong unit or of grade C or X.
    """
    energy = inputs.energy
    numbered = energy if "row" in energy.columns else energy.with_columns(row=pl.lit(None, pl.Int64))
    problems = check_structure(numbered, file)
    if problems:
        raise InputRefused(problems)
    found = as_findings(screen_energy(numbered, ceads_factors()), file)
    stopping = [finding for finding in found if finding.severity == "warning"]
    if stopping and not inputs.accept_findings:
        raise InputRefused([Finding("findings_stop", params={"count": len(stopping)}), *stopping])
    periods = energy.select("region", "year").unique().sort("region", "year")
    parts = [emit_guideline_combustion(energy, inputs.factors)]
    parts += [emit(inputs.activities, inputs.factors, periods) for emit in BY_ACTIVITY]
    lines = check(pl.concat(parts).sort(_ORDER), EmissionLine)
    reference = None
    if inputs.balance is not None:
        reference, gaps = compare_reference(inputs.balance, inputs.factors)
        found += gaps
    step = Step(
        "inventory.guideline.compute_guideline",
        f"按省级指南和 IPCC 2006 计算 {periods.height} 个地区年份的各种温室气体",
        f"all gases of {periods.height} province-years by the provincial guideline and IPCC 2006",
        {"method": METHOD, "version": METHOD_VERSION},
        lines.height,
    )
    excess = _find_excess(energy)
    return GuidelineInventory(lines, list_coverage(lines), reference, (*found, *excess), (step,))


def _find_excess(energy: pl.DataFrame) -> list[Finding]:
    """Return a note where more was used as raw material than industry used in all."""
    key = ["region", "year", "fuel"]
    given = (
        energy.filter(
            (pl.col("variable") == "non_energy_use") & ~pl.col("fuel").is_in(["Heat", "Electricity"])
        )
        .group_by(key, maintain_order=True)
        .agg(given=sum_known("value"))
    )
    taken = count_activity(energy).group_by(key, maintain_order=True).agg(taken=sum_known("feedstock"))
    both = given.join(taken, on=key, how="left")
    excess = both.with_columns(excess=pl.col("given") - pl.col("taken").fill_null(0.0))
    wide = excess.filter(pl.col("excess") > NOTABLE_EXCESS * pl.col("given")).sort(key)
    return [
        Finding(
            "feedstock_exceeds_use",
            params={**{k: row[k] for k in key}, "value": f"{row['excess']:.2f}"},
            severity="note",
        )
        for row in wide.iter_rows(named=True)
    ]
