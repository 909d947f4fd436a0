"""A decision in memory and the join in the database say the same of every row."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.access.contracts import Members
from dafeng.access.decision import permit_rows
from dafeng.access.grants import collect_grants
from dafeng.access.relation import close_regions, relate_permissions
from dafeng.app.clock import parse_day
from dafeng.app.register_book import refresh_permissions
from dafeng.app.register_sources import read_definition
from dafeng.register.changes import BatchHead
from dafeng.register.library import read_library
from dafeng.register.query import Viewer
from dafeng.store.database import insert_frame, install_registers, open_database, read_rows
from dafeng.table import frame_of, keys_of

if TYPE_CHECKING:
    from dafeng.pack import Pack

DAY = parse_day("2026-11-22")
ACTORS = ("ann", "bob", "carl", "dora")
REGIONS = ("140100", "140105", "140200", "141100")


@pytest.mark.parametrize("seed", range(4))
def test_the_join_is_the_decision(shanxi: Pack, tmp_path: Path, seed: int) -> None:
    _compare(shanxi, str(tmp_path / "r.sqlite"), seed)


def test_so_it_is_in_postgresql(shanxi: Pack, postgres_url: str) -> None:
    _compare(shanxi, postgres_url, 7)


def _compare(shanxi: Pack, url: str, seed: int) -> None:
    """Compare both routes for every actor and action, over random members and rows."""
    texts = {path.name: read_definition(path) for path in _definitions().glob("*.toml")}
    library = read_library(
        texts, {"regions": shanxi.tables["regions"], "agencies": shanxi.tables["agencies"]}
    )
    register, grants = library.register("plants"), collect_grants(library.registers.values())
    luck = random.Random(seed)
    with open_database(url) as database:
        install_registers(database, library.registers.values(), shanxi.tables["regions"])
        members = _members(luck)
        refresh_permissions(database, grants, members, DAY)
        for actor in ACTORS:
            head = BatchHead(f"{actor:0>26}", "plants", "import", actor, "2026-11-22T09:00:00+08:00")
            insert_frame(database, register, head, _rows(luck, actor))
        relation = relate_permissions(grants, members, DAY)
        closure, rows = close_regions(shanxi.tables["regions"]), read_rows(database, register)
        seen_by_some = 0
        for actor in (*ACTORS, "nobody"):
            for action in ("see", "edit", "see_restricted", "export", "step.start"):
                joined = read_rows(database, register, viewer=Viewer(actor, action))["row_id"].to_list()
                decided = rows.filter(permit_rows(relation, actor, action, "plants", rows, closure))
                assert decided["row_id"].to_list() == joined, (actor, action)
                seen_by_some += len(joined)
        assert 0 < seen_by_some < rows.height * 5 * len(ACTORS)


def _definitions() -> Path:
    return Path(__file__).parent.parent / "app" / "registers"


def _members(luck: random.Random) -> pl.DataFrame:
    rows = [
        {
            "actor": luck.choice(ACTORS), "region": luck.choice((*REGIONS, "CN-SX", "*")),
            "role": luck.choice(("city", "agency", "enterprise", "reviewer", "auditor", "lead_office")),
            "agency": luck.choice(("drc", "energy_bureau", None)), "valid_from": "2026-01-01",
            "valid_to": None, "granted_by": "root", "granted_at": "2026-01-01T00:00:00+08:00",
        }
        for _ in range(5)
    ]  # fmt: skip
    keys = keys_of(Members)
    return frame_of(list({tuple(row[key] for key in keys): row for row in rows}.values()), Members)


def _rows(luck: random.Random, actor: str) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "code": f"{actor}{number}", "kind": "new", "name": "n", "source": "s", "grade": "B",
                "city": (city := luck.choice(REGIONS)), "scope_region": city, "capacity_mw": 10.0,
                "office": (office := luck.choice(("drc", "energy_bureau", None))), "scope_agency": office,
            }
            for number in range(12)
        ],
        infer_schema_length=None,
    )  # fmt: skip
