"""The stage ``decomposition``: what moved combustion CO2, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.tables import name_tables
from dafeng.inventory import ceads_factors
from dafeng.inventory.drivers import decompose_emissions
from dafeng.provenance import Step
from dafeng.result import Result

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext

DECOMPOSITION_FILES = ("energy", "economy")


def decompose_pack(context: RunContext) -> Result:
    """Return the effects of the drivers of combustion CO2 of the pack's province, and the drivers."""
    pack = context.pack
    made = decompose_emissions(
        pack.tables["energy"], ceads_factors(), pack.tables["economy"], pack.config.pack.region
    )
    said = {
        "gdp_vintage": made.gdp_vintage, "population_vintage": made.population_vintage,
        "price_year": made.price_year,
    }  # fmt: skip
    step = Step(
        "inventory.decompose_emissions",
        "按扩展 Kaya 恒等式和能源结构恒等式分解燃烧排放的逐年变化（LMDI-I，加法，链式）",
        "yearly change of combustion CO2 by the extended Kaya identity and by energy structure"
        " (LMDI-I, additive, chained)",
        said,
        made.effects.height,
    )
    frames = {"decomposition.effects": made.effects, "decomposition.drivers": made.drivers}
    return Result("decomposition", name_tables(frames), (step,))
