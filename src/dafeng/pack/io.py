"""Read a pack from a folder or from the package; collect every defect before raising."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from dafeng import terms
from dafeng.errors import DafengError, Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.pack.checks import check_boundaries, check_config, check_links
from dafeng.pack.model import Pack, PackConfig
from dafeng.pack.schema import OPTIONAL_TABLES, PACK_TABLES
from dafeng.parsing import parse_csv
from dafeng.provenance import hash_bytes
from dafeng.scenario import Scenario, parse_scenario
from dafeng.table import Suggestion, empty_table

CONFIG_FILE = "pack.toml"
SCENARIO_FOLDER = "scenarios"
REGISTER_FOLDER = "registers"
MAX_SCENARIO_BYTES = 1024 * 1024
MAX_REGISTER_BYTES = 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
BOUNDARY_TYPES = frozenset({"Polygon", "MultiPolygon"})


def builtin_packs() -> list[str]:
    """Return the names of the packs inside the wheel."""
    folder = files("dafeng").joinpath("packs")
    return sorted(entry.name for entry in folder.iterdir() if entry.joinpath(CONFIG_FILE).is_file())


def read_pack(name_or_path: str) -> Pack:
    """Return a pack.

    Parameters
    ----------
    name_or_path : str
        Name of a built-in pack or path of a folder.

    Raises
    ------
    InputRefused
        With every defect of every file.
    """
    if name_or_path in builtin_packs():
        with as_file(files("dafeng").joinpath("packs", name_or_path)) as folder:
            return read_pack_folder(folder)
    folder = Path(name_or_path)
    if not folder.is_dir():
        known = ", ".join(builtin_packs())
        raise InputRefused.of("pack_missing", pack=name_or_path, known=known)
    return read_pack_folder(folder)


def read_pack_folder(folder: Path) -> Pack:
    """Return the pack in a folder.

    Raises
    ------
    InputRefused
        With every defect of every file: structure, codes, references, links.
    """
    problems: list[Finding] = []
    hashes: dict[str, str] = {}
    config = _collect(problems, _read_config, folder, hashes)
    tables: dict[str, pl.DataFrame] = {}
    rows: dict[str, pl.Series] = {}
    for name, contract in PACK_TABLES.items():
        path = folder / f"{name}.csv"
        if not path.is_file():
            if name in OPTIONAL_TABLES:
                tables[name], rows[name] = empty_table(contract), pl.Series("row", [], pl.Int64)
            else:
                problems.append(Finding("pack_file_missing", Place(folder.name), {"file": path.name}))
            continue
        parsed = _collect(problems, _read_table, path, contract, hashes)
        if parsed is not None:
            tables[name], rows[name] = parsed
    problems += _unknown_files(folder, config)
    scenarios = _read_scenarios(folder, hashes, problems)
    registers = _read_registers(folder, hashes, problems)
    boundaries, areas = _collect(problems, _read_boundaries, folder, config, hashes) or ("", ())
    problems += check_links(tables, rows)
    if config is not None:
        problems += check_config(config, tables) + check_boundaries(areas, config.pack.region, tables)
    if problems or config is None:
        raise InputRefused(problems)
    return Pack(config, tables, rows, dict(sorted(hashes.items())), boundaries, scenarios, registers)


def _collect(problems: list[Finding], read: Any, *arguments: object, **named: object) -> Any:
    try:
        return read(*arguments, **named)
    except DafengError as error:
        problems += error.findings
        return None


def _read_config(folder: Path, hashes: dict[str, str]) -> PackConfig:
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise InputRefused([Finding("pack_file_missing", Place(folder.name), {"file": CONFIG_FILE})])
    raw = read_bytes(path, MAX_FILE_BYTES, place=Place(path.name))
    hashes[CONFIG_FILE] = hash_bytes(raw)
    try:
        config = PackConfig.model_validate(tomllib.loads(raw.decode("utf-8-sig")))
    except ValidationError as error:
        raise InputRefused(
            Finding(
                "setting_invalid", Place(CONFIG_FILE),
                {"key": ".".join(map(str, e["loc"])) or "-", "reason": e["msg"]},
            )
            for e in error.errors()
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:  # also integers of thousands of digits, nested brackets
        raise InputRefused([Finding("toml_invalid", Place(CONFIG_FILE), {"reason": error})]) from error
    known = terms.aliases("provinces")
    region = known.get(config.pack.region.strip().lower())
    if region is None:
        params = {
            "name": config.pack.region, "vocabulary": "provinces",
            "suggestion": Suggestion(config.pack.region, known),
        }  # fmt: skip
        raise InputRefused([Finding("term_unknown", Place(CONFIG_FILE, column="pack.region"), params)])
    return config.model_copy(update={"pack": config.pack.model_copy(update={"region": region})})


def _read_table(path: Path, contract: Any, hashes: dict[str, str]) -> tuple[pl.DataFrame, pl.Series]:
    raw = read_bytes(path, MAX_FILE_BYTES, place=Place(path.name))
    hashes[path.name] = hash_bytes(raw)
    parsed = parse_csv(raw, contract, path.name, max_bytes=MAX_FILE_BYTES, allow_no_rows=True)
    return parsed.frame, parsed.rows


def _read_scenarios(folder: Path, hashes: dict[str, str], problems: list[Finding]) -> dict[str, Scenario]:
    """Return the futures of ``scenarios/*.toml`` by id; the id is the name of the file."""
    found: dict[str, Scenario] = {}
    for path in sorted(folder.joinpath(SCENARIO_FOLDER).glob("*.toml")):
        name = f"{SCENARIO_FOLDER}/{path.name}"
        raw = _collect(problems, read_bytes, path, MAX_SCENARIO_BYTES, place=Place(name))
        if raw is None:
            continue
        hashes[name] = hash_bytes(raw)
        scenario = _collect(problems, _parse_scenario_bytes, raw, name)
        if scenario is None:
            continue
        if scenario.id != path.stem:
            reason = f"{scenario.id} != {path.stem}"
            problems.append(Finding("setting_invalid", Place(name), {"key": "id", "reason": reason}))
        found[scenario.id] = scenario
    return found


def _parse_scenario_bytes(raw: bytes, name: str) -> Scenario:
    try:
        return parse_scenario(raw.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise InputRefused([Finding("toml_invalid", Place(name), {"reason": error})]) from error


def _read_registers(folder: Path, hashes: dict[str, str], problems: list[Finding]) -> dict[str, str]:
    """Return the texts of ``registers/*.toml`` and ``*.json`` by file name."""
    found: dict[str, str] = {}
    paths = (p for p in folder.joinpath(REGISTER_FOLDER).glob("*") if p.suffix in {".toml", ".json"})
    for path in sorted(paths):
        name = f"{REGISTER_FOLDER}/{path.name}"
        raw = _collect(problems, read_bytes, path, MAX_REGISTER_BYTES, place=Place(name))
        if raw is None:
            continue
        hashes[name] = hash_bytes(raw)
        try:
            found[path.name] = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(Finding("toml_invalid", Place(name), {"reason": error}))
    return found


def _unknown_files(folder: Path, config: PackConfig | None) -> list[Finding]:
    known = {f"{name}.csv" for name in PACK_TABLES} | {CONFIG_FILE}
    checked = {".csv", ".toml", ".geojson", ".json"}
    if config is None:  # which file holds the boundaries is not known: say nothing of such files
        checked -= {".geojson", ".json"}
    else:
        known.add(config.map.boundaries)
    strangers = sorted(
        path.name for path in folder.iterdir() if path.suffix.lower() in checked and path.name not in known
    )
    return [
        Finding(
            "pack_file_unknown", Place(folder.name), {"file": name, "suggestion": Suggestion(name, known)}
        )
        for name in strangers
    ]


def _read_boundaries(
    folder: Path, config: PackConfig | None, hashes: dict[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Return the GeoJSON text and the codes of its areas."""
    if config is None or not (folder / config.map.boundaries).is_file():
        return "", ()
    name = config.map.boundaries
    raw = read_bytes(folder / name, MAX_FILE_BYTES, place=Place(name))
    hashes[name] = hash_bytes(raw)
    try:
        text = raw.decode("utf-8-sig")
        collection = json.loads(text)
        features = collection["features"]
        areas = tuple(str(feature["properties"]["code"]) for feature in features)
        good = collection["type"] == "FeatureCollection" and all(
            feature["geometry"]["type"] in BOUNDARY_TYPES and _on_earth(feature["geometry"]["coordinates"])
            for feature in features
        )
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise InputRefused([Finding("boundary_invalid", Place(name), {"reason": error})]) from error
    if not (good and all(areas)):
        reason = "type / properties.code / longitude, latitude"
        raise InputRefused([Finding("boundary_invalid", Place(name), {"reason": reason})])
    return text, areas


def _on_earth(coordinates: Any) -> bool:
    """Return whether nested coordinates end in pairs of longitude and latitude."""
    if isinstance(coordinates[0], list):
        return all(_on_earth(part) for part in coordinates)
    longitude, latitude = coordinates[:2]
    return bool(-180 <= longitude <= 180 and -90 <= latitude <= 90)
