"""``plan.json``: what was planned, what it costs, what is proved, on which profiles and demand it rests."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Format = Literal["dafeng power plan 1"]
FORMAT: Format = "dafeng power plan 1"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProfileUsed(_Record):
    """One profile in one year."""

    year: int
    profile: str
    origin: Literal["file", "generated", "typical", "constant"]
    weather_year: int | None = Field(default=None, ge=1950, le=2100)
    seed: int | None = Field(default=None, ge=0)
    full_load_hours: float | None = None
    """[h]"""
    file: str | None = None
    source_id: str | None = None


class DemandMet(_Record):
    """One item of the demand in one year."""

    year: int
    item: str
    gwh: float
    """[GWh]"""
    state: str


class Told(_Record):
    """Something that the reader must know."""

    code: str
    severity: str
    zh: str
    en: str


class Solve(_Record):
    """One solve: cost, bound, gap, size, time."""

    run: str
    method: str
    status: str
    objective_cny: float
    """[CNY]"""
    lower_bound_cny: float | None
    """[CNY]; null when nothing is proved."""
    certified_gap: float | None
    """[1]; null when nothing is proved."""
    hours: int
    columns: int
    rows: int
    seconds: float
    """[s]"""


class PlanDocument(_Record):
    """The content of ``plan.json``."""

    format: Format = FORMAT
    kind: Literal["plan", "dispatch", "alternative"]
    software: str
    pack: str
    pack_version: str
    scenario: str
    as_of: str
    """Day whose knowledge counts."""
    years: tuple[int, ...]
    hours: tuple[Annotated[int, Field(ge=1, le=8784)], ...]
    """Modelled hours by year."""
    foresight: Literal["perfect", "myopic"]
    commitment: Literal["none", "linear"]
    price_year: int
    """Year of the money where a price index bridges the years."""
    objective_cny: float
    """Discounted cost of all years [CNY]."""
    lower_bound_cny: float | None
    """No plan costs less [CNY]; null when nothing is proved."""
    certified_gap: float | None
    """Distance of cost and bound over the cost [1]; null when nothing is proved."""
    method: str
    status: str
    seconds: dict[str, float]
    """Wall time by part: ``build``, ``solve``, ``tables``, ``total`` [s]."""
    solves: tuple[Solve, ...]
    co2_price_cny_per_t: tuple[float, ...] = ()
    """By year [CNY/t]; empty for none."""
    co2_limit_t: tuple[float | None, ...] = ()
    """By year [t]; null for a free year."""
    co2_shadow_price_cny_per_t: tuple[float | None, ...] = ()
    """What the last tonne under the limit costs by year [CNY/t], not discounted; null for a free year."""
    profiles: tuple[ProfileUsed, ...]
    demand: tuple[DemandMet, ...]
    demand_from: str
    """Where the demand comes from, in words."""
    capacity_mw: dict[str, dict[str, float]]
    """Year -> class -> capacity [MW; stores of heat and hydrogen MWh]."""
    notes: dict[str, str] = Field(default_factory=dict)
    """What the network says of its inputs: price years that were kept, demonstration values."""
    findings: tuple[Told, ...] = ()
    files: tuple[str, ...]
    network: str | None
    """File that PyPSA loads; null when it was not written."""

    @model_validator(mode="after")
    def _check_years(self) -> Self:
        if not self.years or len(self.hours) != len(self.years):
            msg = "years and hours do not belong together"
            raise ValueError(msg)
        return self

    def as_json(self) -> str:
        """Return the document as readable JSON."""
        return self.model_dump_json(indent=1) + "\n"


def read_document(text: str) -> PlanDocument:
    """Return a document from its JSON.

    Raises
    ------
    pydantic.ValidationError
        If the text is no such document.
    """
    return PlanDocument.model_validate_json(text)


def tell_findings(findings: Any) -> tuple[Told, ...]:
    """Return findings in both languages."""
    return tuple(
        Told(code=found.code, severity=found.severity, zh=found.text("zh"), en=found.text("en"))
        for found in findings
    )
