"""A data package says of every column what its contract says."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import polars as pl
import pytest

from dafeng.inventory import Emissions
from dafeng.provenance import hash_bytes
from dafeng.result import NamedTable
from dafeng.store.datapackage import DESCRIPTOR, package_files
from dafeng.table import Table, check, column, columns_of

TYPES = {"string", "integer", "number", "boolean"}


class Made(Table):
    """A table with every kind of column."""

    code: str = column(key=True, choices=("a", "b"), zh="代码", en="Code")
    day: str = column(form="published", nullable=True, zh="日期", en="Day")
    share: float = column(unit="1", low=0, high=1, nullable=True, zh="比重", en="Share")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    grade: str = column(vocabulary="grade", zh="等级", en="Grade")
    count: int = column(unit="1", zh="个数", en="Count")
    yes: bool = column(zh="是否", en="Whether")


@pytest.fixture
def files() -> dict[str, bytes]:
    frame = pl.DataFrame(
        {
            "code": ["a", "b"], "day": ["2024-01", None], "share": [0.5, None], "value": [1 / 3, -2.0],
            "unit": ['say "t"', "=1+1"], "grade": ["A", "B"], "count": [1, 2], "yes": [True, False],
        }
    )  # fmt: skip
    table = NamedTable("made.table", check(frame, Made), Made, "表", "Table")
    return package_files({"made.table": table}, {"name": "made"}, [{"title": "来源 / source"}])


def described(files: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(files[DESCRIPTOR])


def test_the_descriptor_has_what_the_specification_requires(files: dict[str, bytes]) -> None:
    package = described(files)
    assert list(files)[-1] == DESCRIPTOR
    assert package["profile"] == "tabular-data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    assert package["sources"] == [{"title": "来源 / source"}]
    for resource in package["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert not resource["path"].startswith(("/", ".."))
        content = files[resource["path"]]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hash_bytes(content)}"
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert names == content.decode().splitlines()[0].split(",")
        assert {field["type"] for field in resource["schema"]["fields"]} <= TYPES
        assert set(resource["schema"]["primaryKey"]) <= set(names)


def test_fields_say_what_the_contract_says(files: dict[str, bytes]) -> None:
    fields = {field["name"]: field for field in described(files)["resources"][0]["schema"]["fields"]}
    assert fields["code"]["constraints"] == {"required": True, "enum": ["a", "b"]}
    assert fields["share"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert fields["grade"]["constraints"]["enum"] == ["A", "B", "C", "X"]
    assert fields["value"]["unit"] == "column:unit"
    assert fields["share"]["unit"] == "1"
    assert (fields["count"]["type"], fields["yes"]["type"]) == ("integer", "boolean")
    assert fields["value"]["title"] == "数值 / Value"
    assert re.fullmatch(fields["day"]["constraints"]["pattern"], "2024-01")
    assert not re.fullmatch(fields["day"]["constraints"]["pattern"], "January")


def test_values_come_back_exactly(files: dict[str, bytes]) -> None:
    back = pl.read_csv(io.BytesIO(files["data/made.table.csv"]))
    assert back["value"].to_list() == [1 / 3, -2.0]
    assert back["unit"].to_list() == ['say "t"', "=1+1"]
    assert back["share"].to_list() == [0.5, None]


def test_a_key_that_may_be_missing_is_no_primary_key() -> None:
    frame = pl.DataFrame(schema={spec.name: spec.dtype for spec in columns_of(Emissions)})
    table = NamedTable("inventory.emissions", frame, Emissions, "排放", "Emissions")
    schema = described(package_files({table.id: table}, {"name": "x"}))["resources"][0]["schema"]
    assert "primaryKey" not in schema
