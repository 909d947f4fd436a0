"""Frictionless data packages: tables as CSV with a descriptor made from their contracts.

Specification: Data Package, Tabular Data Resource and Table Schema, version 1 (Frictionless Data). The CSV
files hold every text as it is; :func:`~dafeng.store.table_bytes.table_as_csv` is the form for spreadsheets.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.provenance import hash_bytes
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.result import NamedTable
    from dafeng.table import ColumnSpec

DESCRIPTOR = "datapackage.json"
PATTERNS = {
    "period": r"[0-9]{4}(-[0-9]{2}( ytd)?|\.\.[0-9]{4})?",
    "published": r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
}


def package_files(
    tables: Mapping[str, NamedTable], head: Mapping[str, Any], sources: Sequence[Mapping[str, str]] = ()
) -> dict[str, bytes]:
    """Return the files of a data package; the descriptor stands last.

    Parameters
    ----------
    tables : mapping of str to NamedTable
        Keyed by id; each becomes ``data/<id>.csv``.
    head : mapping
        Properties of the package: name, title, version, licenses, ….
    sources : sequence of mapping
        ``title`` and, where there is one, ``path`` of every source.

    Returns
    -------
    dict
        Relative path -> content.
    """
    files, resources = {}, []
    for table_id, table in tables.items():
        path, content = f"data/{table_id}.csv", _csv_of(table.frame)
        files[path] = content
        resources.append(describe_resource(table_id, table, path, content))
    package = {"profile": "tabular-data-package", **head, "resources": resources}
    if sources:
        package["sources"] = list(sources)
    files[DESCRIPTOR] = (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    return files


def describe_resource(table_id: str, table: NamedTable, path: str, content: bytes) -> dict[str, Any]:
    """Return the descriptor of one table."""
    specs = columns_of(table.contract)
    by_name = {spec.name: spec for spec in specs}
    keys = [spec.name for spec in specs if spec.key and not spec.nullable]
    whole = all(not spec.nullable for spec in specs if spec.key)
    schema: dict[str, Any] = {
        "fields": [_describe_field(by_name[name], by_name) for name in table.frame.columns],
        "missingValues": [""],
    }
    if keys and whole:
        schema["primaryKey"] = keys
    return {
        "name": table_id,
        "path": path,
        "profile": "tabular-data-resource",
        "title": f"{table.zh} / {table.en}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hash_bytes(content)}",
        "schema": schema,
    }


def _describe_field(spec: ColumnSpec, specs: Mapping[str, ColumnSpec]) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not spec.nullable:
        constraints["required"] = True
    if spec.low is not None:
        constraints["minimum"] = spec.low
    if spec.high is not None:
        constraints["maximum"] = spec.high
    if spec.choices:
        constraints["enum"] = list(spec.choices)
    elif spec.vocabulary and spec.form != "list":
        constraints["enum"] = list(terms.entries(spec.vocabulary))
    if spec.form in PATTERNS:
        constraints["pattern"] = PATTERNS[spec.form]
    field: dict[str, Any] = {"name": spec.name, "type": _type_of(spec), "title": f"{spec.zh} / {spec.en}"}
    if spec.unit:
        held = specs.get(spec.unit)
        field["unit"] = f"column:{spec.unit}" if held is not None and held.dtype == pl.String else spec.unit
        field["description"] = f"单位 / unit: {field['unit']}"
    if constraints:
        field["constraints"] = constraints
    return field


def _type_of(spec: ColumnSpec) -> str:
    if spec.dtype == pl.Boolean:
        return "boolean"
    if spec.dtype.is_integer():
        return "integer"
    return "number" if spec.dtype.is_numeric() else "string"


def _csv_of(frame: pl.DataFrame) -> bytes:
    stream = BytesIO()
    frame.write_csv(stream)
    return stream.getvalue()
