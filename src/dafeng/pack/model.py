"""A pack in memory: its settings (``pack.toml``), its tables, the hashes of its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator

from dafeng import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.scenario import Scenario

Year = Annotated[int, Field(ge=1990, le=2100)]
Share = Annotated[float, Field(ge=0, lt=1)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class PackInfo(_Record):
    """Who this pack describes."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    """Short ASCII name."""
    region: str
    """Province, by ISO 3166-2 code, division code or name."""
    name_zh: str
    """Name of the pack in Chinese."""
    name_en: str
    """Name of the pack in English."""
    version: str
    """Edition of the data; totals carry it."""
    plan_document: str = ""
    """``document_id`` of the peak plan in ``documents.csv``."""
    base_year: Year = 2020
    """Year from which progress is measured where a target names no base year."""


class MapInfo(_Record):
    """What a printed map must carry."""

    boundaries: Annotated[str, Field(pattern=r"^[^/\\]+$")] = "boundaries.geojson"
    """GeoJSON file of the pack, WGS-84."""
    approval_number: str = ""
    """审图号; empty: maps carry the stamp 内部参考 (for internal reference)."""


class AccountsInfo(_Record):
    """How the accounts of all gases are shown."""

    gwp_set: str = ""
    """Set of warming potentials for CO2 equivalent (``SAR`` to ``AR6``); empty: gas masses only."""

    @field_validator("gwp_set")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in terms.codes("gwp_sets"):
            raise ValueError(", ".join(sorted(terms.codes("gwp_sets"))))
        return value


class AboutReading(_Record):
    """How 左右 (about) is read."""

    relative_tolerance: Share | None = None
    """Decided tolerance, relative to the target; unset: undecided, verdicts show variants."""
    readings: tuple[Share, ...] = (0.0, 0.01, 0.02, 0.05)
    """Tolerances that the variants show while nothing is decided."""

    @property
    def tolerances(self) -> tuple[float, ...]:
        """The tolerance that was decided, else all readings [1]."""
        return self.readings if self.relative_tolerance is None else (self.relative_tolerance,)


class Decisions(_Record):
    """Decisions that no document makes; whatever is unset stays open and is asked of the user."""

    about: AboutReading = AboutReading()
    """Reading of 左右."""
    target_year: dict[str, Year] = Field(default_factory=dict)
    """``target_id`` -> year for targets that name none."""
    same_scope: dict[str, str] = Field(default_factory=dict)
    """``indicator_id`` -> ``series_id`` that is taken as the same scope."""
    target_value: dict[str, FiniteFloat] = Field(default_factory=dict)
    """``target_id`` -> number for targets that name none (for example assigned by the State)."""
    complete_registers: tuple[str, ...] = ()
    """Registers that hold every case; figures over the rows of any other are shown and decide nothing."""
    recorded: dict[str, str] = Field(default_factory=dict)
    """``decision_key`` of an open question -> what was decided, in words; shown, not computed with."""


class PackConfig(_Record):
    """The whole of ``pack.toml``."""

    pack: PackInfo
    map: MapInfo = MapInfo()
    accounts: AccountsInfo = AccountsInfo()
    decisions: Decisions = Decisions()


@dataclass(frozen=True, slots=True)
class Pack:
    """A province as data.

    Parameters
    ----------
    config : PackConfig
        ``pack.region`` holds the ISO 3166-2 code.
    tables : mapping of str to polars.DataFrame
        Keyed as in :data:`dafeng.pack.schema.PACK_TABLES`.
    rows : mapping of str to polars.Series
        Row numbers of each table in its file.
    hashes : mapping of str to str
        SHA-256 of each file.
    boundaries : str
        GeoJSON text; empty without a boundary file.
    scenarios : mapping of str to Scenario
        Futures of ``scenarios/*.toml`` as they are written, by id; what they inherit is not filled in.
    registers : mapping of str to str
        Texts of ``registers/*.toml`` and ``*.json``, by file name; :mod:`dafeng.register` reads them.
    """

    config: PackConfig
    tables: Mapping[str, pl.DataFrame]
    rows: Mapping[str, pl.Series]
    hashes: Mapping[str, str]
    boundaries: str = ""
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    registers: Mapping[str, str] = field(default_factory=dict)
