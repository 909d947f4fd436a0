"""Every column of every table has its words and its unit, and the unit in its name is the one declared."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import dafeng
from dafeng import terms
from dafeng.pack import PACK_TABLES
from dafeng.table import ColumnSpec, Table, columns_of

# ending of a column name -> units that it may stand for (house style: units in names)
SUFFIXES = {
    "tj": {"TJ"}, "pj": {"PJ"}, "gj": {"GJ"}, "tce": {"tce"}, "kt": {"kt"}, "mt": {"Mt"}, "t": {"t"},
    "kw": {"kW"}, "mw": {"MW"}, "gw": {"GW"}, "kwh": {"kWh"}, "mwh": {"MWh"}, "gwh": {"GWh"}, "twh": {"TWh"},
    "km2": {"km2"}, "m3": {"m3"}, "share": {"1"}, "ratio": {"1"}, "year": {"year"}, "mb": {"MB"},
    "days": {"day"}, "hours": {"hour"}, "years": {"a"}, "from": {"year"}, "to": {"year"},
    "per_t": {"CNY/t"}, "cny": {"CNY"}, "per_kw": {"CNY/kW"}, "per_mw": {"CNY/MW"},
    "per_mwh": {"CNY/MWh", "t/MWh"}, "per_kwh": {"gce/kWh"}, "deg": {"deg"}, "seconds": {"s"},
}  # fmt: skip
BY_ROW = "unit"


def import_all() -> None:
    for module in pkgutil.walk_packages(dafeng.__path__, "dafeng."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def contracts() -> list[type[Table]]:
    import_all()
    found: list[type[Table]] = []
    queue: list[type[Table]] = [Table]
    while queue:
        for kind in queue.pop().__subclasses__():
            queue.append(kind)
            if kind.__module__.startswith("dafeng."):
                found.append(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


CONTRACTS = contracts()
COLUMNS = [(kind, spec) for kind in CONTRACTS for spec in columns_of(kind)]
every_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda kind: kind.__name__)
every_column = pytest.mark.parametrize(
    ("contract", "spec"), COLUMNS, ids=[f"{kind.__name__}.{spec.name}" for kind, spec in COLUMNS]
)


def test_contracts_are_found() -> None:
    assert set(PACK_TABLES.values()) < set(CONTRACTS)
    assert {"dafeng.inventory.contracts", "dafeng.tracking.contracts"} <= {
        kind.__module__ for kind in CONTRACTS
    }


@every_contract
def test_a_contract_says_what_it_is(contract: type[Table]) -> None:
    assert (contract.__doc__ or "").strip().endswith("."), contract.__name__
    assert contract.__doc__ != Table.__doc__


@every_column
def test_a_column_has_both_names(contract: type[Table], spec: ColumnSpec) -> None:
    assert spec.zh.strip()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in spec.zh), spec.zh
    assert spec.en.strip()
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in spec.en), spec.en
    assert spec.name == spec.name.lower()
    assert spec.name.isascii()


@every_contract
def test_no_two_columns_have_the_same_name_in_words(contract: type[Table]) -> None:
    for words in ([spec.zh for spec in columns_of(contract)], [spec.en for spec in columns_of(contract)]):
        assert len(words) == len(set(words)), sorted(word for word in words if words.count(word) > 1)


@every_column
def test_a_number_has_a_unit_and_a_text_has_none(contract: type[Table], spec: ColumnSpec) -> None:
    if spec.dtype.is_numeric():
        assert spec.unit
        if spec.unit == BY_ROW:
            assert BY_ROW in {other.name for other in columns_of(contract)}
    else:
        assert spec.unit == ""


@every_column
def test_the_unit_in_the_name_is_the_unit_declared(contract: type[Table], spec: ColumnSpec) -> None:
    if not spec.dtype.is_numeric():
        return
    before, _, ending = spec.name.rpartition("_")
    if before.endswith("_per"):  # a price or an intensity: the whole of it is looked up
        ending = f"per_{ending}"
    if ending in SUFFIXES:
        assert spec.unit in SUFFIXES[ending]
    else:
        # a name without a unit: a pure number, or the unit of the row; never a hidden unit
        by_row = {BY_ROW, *(other.name for other in columns_of(contract) if other.name.endswith("_unit"))}
        assert spec.unit in {"1", *by_row}, f"{spec.name} is in {spec.unit}: say so in its name"


@every_column
def test_vocabularies_forms_and_references_exist(contract: type[Table], spec: ColumnSpec) -> None:
    if spec.vocabulary:
        assert spec.vocabulary in terms.vocabularies()
        assert not spec.dtype.is_numeric()
    if spec.references:
        table, _, column = spec.references.partition(".")
        assert column in {other.name for other in columns_of(PACK_TABLES[table])}
    if spec.low is not None and spec.high is not None:
        assert spec.low < spec.high


def test_a_missing_value_in_a_key_is_declared_on_purpose() -> None:
    nullable_keys = {(kind.__name__, spec.name) for kind, spec in COLUMNS if spec.key and spec.nullable}
    # a total over fuels has no fuel, an index has no price basis, a factor may be for no fuel
    assert nullable_keys >= {("Emissions", "fuel"), ("Economy", "price_basis"), ("Factors", "fuel")}
    assert nullable_keys <= {
        ("Emissions", "fuel"), ("Economy", "price_basis"), ("Factors", "fuel"), ("EmissionLine", "fuel"),
        ("EnergyTransfer", "sender"), ("EnergyTransfer", "receiver"), ("ConsumptionView", "partner"),
        ("LineInput", "region"), ("LineInput", "sector"), ("LineInput", "fuel"),
        ("UncertainLine", "sector"), ("UncertainLine", "fuel"), ("PropagatedRow", "fuel_group"),
        ("KnownPart", "fuel_group"), ("DefaultUncertainty", "category"), ("DefaultUncertainty", "sector"),
        ("DefaultUncertainty", "fuel"), ("DefaultUncertainty", "gas"), ("SectorEmissions", "fuel"),
        ("PowerFleet", "city"), ("ProfileStatistics", "other"),
        # a notice without hours, a price of the whole market, a response of every scenario
        ("TariffPeriods", "months"), ("TariffPeriods", "start_hour"), ("SpotPrice", "node"),
        ("SpotMonth", "node"), ("PowerResponses", "scenario"),
    }  # fmt: skip
