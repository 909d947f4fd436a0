"""The permission relation: the database's answer is that of a plain loop over lines and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.database.made_rows import REGIONS, head, made_register, made_values

from dafeng.access.contracts import Permissions
from dafeng.register.changes import Change
from dafeng.register.query import RowQuery, Viewer
from dafeng.store.database import (
    insert_frame,
    new_row_id,
    read_page,
    read_permissions,
    read_rows,
    replace_permissions,
    write_batch,
)
from dafeng.table import columns_of, frame_of, keys_of

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

PARENTS = dict(REGIONS.iter_rows())
PLACES = [None, "140105", "140106", "140212", "140100", "CN-SX"]
AGENCIES = [None, "energy_bureau", "industry_office"]
PEOPLE = ["li", "wang"]


def permission(
    subject: str,
    action: str,
    region: str = "*",
    agency: str = "*",
    maker: str = "*",
    resource: str = "made_units",
) -> pl.DataFrame:
    """Return a relation of one line."""
    line = {"subject": subject, "action": action, "resource": resource, "region": region, "agency": agency,
            "maker": maker, "role": "agency", "basis_zh": "测试", "basis_en": "Test"}  # fmt: skip
    return frame_of([line], Permissions)


def reaches(line: dict[str, Any], row: dict[str, Any], viewer: Viewer) -> bool:
    """Return whether one line of the relation lets a viewer at a row: the definition, word by word."""
    if line["subject"] != viewer.actor or line["action"] != viewer.action:
        return False
    above, region = [], row["scope_region"]
    while region is not None:
        above.append(region)
        region = PARENTS[region]
    return (
        line["resource"] in {"*", "made_units"}
        and (line["region"] == "*" or line["region"] in above)
        and (line["agency"] == "*" or line["agency"] == row["scope_agency"])
        and (line["maker"] == "*" or line["maker"] == row["created_by"])
    )


@pytest.fixture
def filled(database: Database, register: Register) -> Database:
    """Return a database with a row for every place, agency and maker."""
    for maker in PEOPLE:
        made = [
            made_values(f"{maker}-{place}-{agency}", county=place, agency=agency)  # type: ignore[arg-type]
            for place in PLACES
            for agency in AGENCIES
        ]
        insert_frame(database, register, head("import", maker), pl.DataFrame(made, infer_schema_length=None))
    return database


def _line(subject: str, action: str, region: str, agency: str, resource: str, *, own: bool) -> pl.DataFrame:
    return permission(subject, action, region, agency, subject if own else "*", resource)


LINES = st.lists(
    st.builds(
        _line, st.sampled_from([*PEOPLE, "zhao"]), st.sampled_from(["see", "export"]),
        st.sampled_from(["*", "140105", "140100", "140200", "CN-SX", "CN"]),
        st.sampled_from(["*", "energy_bureau", "industry_office"]),
        st.sampled_from(["made_units", "*", "other_units"]), own=st.booleans(),
    ),
    max_size=6,
)  # fmt: skip
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(lines=LINES, viewer=st.builds(Viewer, st.sampled_from(PEOPLE), st.sampled_from(["see", "export"])))
def test_the_join_is_the_loop(filled: Database, lines: list[pl.DataFrame], viewer: Viewer) -> None:
    register, keys = made_register(), keys_of(Permissions)
    relation = pl.concat([permission("li", "see").clear(), *lines]).unique(keys, keep="first").sort(keys)
    replace_permissions(filled, relation)
    rows = read_rows(filled, register).to_dicts()
    seen = {row["row_id"] for row in rows if any(reaches(one, row, viewer) for one in relation.to_dicts())}
    assert set(read_rows(filled, register, viewer=viewer)["row_id"]) == seen
    page = read_page(filled, register, RowQuery(limit=1000, sort=(("county", False),)), viewer)
    assert set(page.frame["row_id"]) == seen
    assert page.total == len(seen)


def test_nobody_sees_anything_without_a_line(database: Database, register: Register) -> None:
    write_batch(database, register, head("add"), [Change("insert", new_row_id(1), 0, made_values(1))])
    assert read_rows(database, register, viewer=Viewer("li")).is_empty()
    assert read_page(database, register, RowQuery(), Viewer("li")).total == 0


def test_the_relation_is_replaced_whole(database: Database) -> None:
    replace_permissions(database, pl.concat([permission("li", "see"), permission("wang", "see")]))
    replace_permissions(database, permission("wang", "export"))
    assert read_permissions(database).equals(permission("wang", "export"))
    assert read_permissions(database, "li").is_empty()
    assert read_permissions(database).columns == [spec.name for spec in columns_of(Permissions)]
