"""The first pack holds what the plan holds, no more and no less."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.pack import PACK_TABLES, builtin_packs
from dafeng.parsing import parse_csv
from dafeng.period import earliest_date, latest_date
from dafeng.provenance import Grade
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

TODAY = date(2026, 11, 22)


def of_plan(pack: Pack, table: str) -> pl.DataFrame:
    return pack.tables[table].filter(pl.col("document_id") == pack.config.pack.plan_document)


def test_it_is_built_in(shanxi: Pack) -> None:
    assert "shanxi" in builtin_packs()
    assert (shanxi.config.pack.id, shanxi.config.pack.region) == ("shanxi", "CN-SX")


def test_targets_of_the_plan_by_kind(shanxi: Pack) -> None:
    # counted by hand in the plan: 92 sentences that set something
    assert Counter(of_plan(shanxi, "targets")["kind"]) == {
        "quantified": 43, "implied": 12, "assigned": 3, "directional": 24, "parameter": 10,
    }  # fmt: skip


def test_clauses_systems_levers(shanxi: Pack) -> None:
    assert Counter(of_plan(shanxi, "clauses")["level"]) == {"clause": 58, "chapter_lead": 4}
    assert (shanxi.tables["systems"].height, shanxi.tables["levers"].height) == (112, 71)


def test_agencies_of_the_plan_and_their_successors(shanxi: Pack) -> None:
    agencies = shanxi.tables["agencies"]
    named = agencies.filter(pl.col("source_id") == "sx_peak_plan")
    assert named.height == 40
    later = set(agencies["agency_id"]) - set(named["agency_id"])
    assert later == set(agencies["successor_id"].drop_nulls()) - set(named["agency_id"])
    assert set(shanxi.tables["clause_agencies"]["agency_id"]) <= set(named["agency_id"])


def test_divisions_valid_today(shanxi: Pack) -> None:
    regions = shanxi.tables["regions"]
    valid = [
        row for row in regions.iter_rows(named=True)
        if (row["valid_from"] is None or earliest_date(row["valid_from"]) <= TODAY)
        and (row["valid_to"] is None or latest_date(row["valid_to"]) >= TODAY)
    ]  # fmt: skip
    # administrative divisions of the province: 11 cities, 117 counties and districts
    assert Counter(row["level"] for row in valid) == {
        "country": 1, "province": 1, "city": 11, "county": 117,
    }  # fmt: skip
    parents = {row["code"]: row["parent_code"] for row in valid}
    cities = {row["code"] for row in valid if row["level"] == "city"}
    assert {parents[code] for code in cities} == {"CN-SX"}
    for row in valid:
        if row["level"] == "county":
            assert row["parent_code"] in cities
            assert row["code"][:4] == row["parent_code"][:4]
            assert row["code"][:2] == "14"


def test_every_figure_has_a_source_and_a_grade(shanxi: Pack) -> None:
    sources = set(shanxi.tables["sources"]["source_id"])
    for name in (
        "targets",
        "observations",
        "energy",
        "products",
        "published_emissions",
        "economy",
        "factors",
    ):
        frame = shanxi.tables[name]
        assert frame.height > 0, name
        assert frame["source_id"].null_count() == frame["grade"].null_count() == 0, name
        assert set(frame["source_id"]) <= sources, name
        assert set(frame["grade"]) <= {grade.value for grade in Grade}, name


def test_every_target_of_the_plan_has_its_clause_and_numbering(shanxi: Pack) -> None:
    targets = of_plan(shanxi, "targets")
    assert targets["clause_id"].null_count() == targets["label"].null_count() == 0
    assert targets["label"].n_unique() == targets.height
    assert set(targets["clause_id"]) <= set(of_plan(shanxi, "clauses")["clause_id"])


def test_every_indicator_is_asked_for_and_every_series_is_used(shanxi: Pack) -> None:
    tables = shanxi.tables
    assert set(tables["targets"]["indicator_id"]) == set(tables["indicators"]["indicator_id"])
    linked = set(tables["indicator_series"]["series_id"])
    assert linked <= set(tables["observations"]["series_id"])


def test_no_figure_is_known_before_its_period_has_begun(shanxi: Pack) -> None:
    for row in shanxi.tables["observations"].iter_rows(named=True):
        if row["known_on"]:
            assert latest_date(row["known_on"]) >= earliest_date(row["period"][:4]), row
            assert earliest_date(row["known_on"]) <= TODAY, row


def test_shares_are_shares(shanxi: Pack) -> None:
    shares = shanxi.tables["series"].filter((pl.col("kind") == "share") & (pl.col("unit") == "%"))
    seen = shanxi.tables["observations"].filter(pl.col("series_id").is_in(shares["series_id"].implode()))
    assert seen.height > 0
    assert seen["value"].is_between(0, 100).all()


def test_tables_still_fulfil_their_contracts_and_rows_are_numbered(shanxi: Pack) -> None:
    for name, contract in PACK_TABLES.items():
        frame = shanxi.tables[name]
        assert check(frame, contract, name=name).equals(frame)
        assert shanxi.rows[name].len() == frame.height
        assert frame.height == 0 or shanxi.rows[name][0] == 2


def test_every_file_is_hashed(shanxi: Pack) -> None:
    scenarios = {f"scenarios/{name}.toml" for name in shanxi.scenarios}
    tables = {f"{name}.csv" for name in PACK_TABLES}
    registers = {f"registers/{name}" for name in shanxi.registers}
    assert set(shanxi.hashes) == tables | scenarios | registers | {"pack.toml", "boundaries.geojson"}
    assert {len(digest) for digest in shanxi.hashes.values()} == {64}


def test_the_map_shows_the_cities(shanxi: Pack) -> None:
    codes = {feature["properties"]["code"] for feature in json.loads(shanxi.boundaries)["features"]}
    cities = set(shanxi.tables["regions"].filter(pl.col("level") == "city")["code"])
    assert cities <= codes


def test_tables_written_and_read_again_are_the_same(shanxi: Pack) -> None:
    for name, contract in PACK_TABLES.items():
        raw = shanxi.tables[name].write_csv().encode()
        again = parse_csv(raw, contract, name, allow_no_rows=True).frame
        assert again.equals(shanxi.tables[name]), name
        assert again.columns == [spec.name for spec in columns_of(contract)]


@pytest.mark.data
def test_counts_are_those_of_the_working_files(shanxi: Pack, data_dir: Path) -> None:
    for table, file in (("systems", "plan_systems.csv"), ("levers", "plan_levers.csv")):
        listed = pl.read_csv(data_dir / "pathways" / file, infer_schema=False)
        assert shanxi.tables[table].height == listed.height, file
