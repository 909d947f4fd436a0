"""The table of a register follows its schema: fields come, none goes, and none changes its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from tests.store.database.made_rows import REGIONS, head, made_register, made_values
from tests.store.database.test_write_rows import codes

from dafeng.register.changes import Change
from dafeng.store.database import install_registers, new_row_id, open_database, read_rows, write_batch
from dafeng.store.database.tables import region_closure

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

A = new_row_id(1)


def fields_of(register: Register) -> list[dict[str, Any]]:
    return [field.model_dump() for field in register.fields]


def test_a_new_field_is_added_to_rows_that_stand(database: Database, register: Register) -> None:
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1))])
    new = {"id": "boilers", "zh": "锅炉", "en": "Boilers", "kind": "integer"}
    later = made_register(edition=2, fields=[*fields_of(register), new])
    (note,) = install_registers(database, [later], REGIONS)
    assert (note.code, note.severity, note.params["fields"]) == ("register_field_added", "note", "boilers")
    assert install_registers(database, [later], REGIONS) == ()
    assert read_rows(database, later)["boilers"].to_list() == [None]
    write_batch(database, later, head(), [Change("update", A, 1, {"boilers": 2})])
    assert read_rows(database, later)["boilers"].to_list() == [2]
    names = {one["name"] for one in sa.inspect(database.engine).get_indexes("reg_made_units")}
    assert "ix_reg_made_units_boilers" in names
    assert codes(lambda: install_registers(database, [register], REGIONS)) == ["register_edition_older"]


def test_a_field_that_goes_keeps_its_figures(database: Database, register: Register) -> None:
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1, staff=7))])
    fewer = made_register(edition=2, fields=[one for one in fields_of(register) if one["id"] != "staff"])
    (note,) = install_registers(database, [fewer], REGIONS)
    assert (note.code, note.params["fields"]) == ("register_field_unused", "staff")
    assert "staff" not in read_rows(database, fewer).columns
    write_batch(database, fewer, head(), [Change("update", A, 1, {"remark": "x"})])
    back = made_register(edition=3)
    install_registers(database, [back], REGIONS)
    assert read_rows(database, back).select("staff", "remark").rows() == [(7, "x")]


def test_another_type_is_refused(database: Database, register: Register) -> None:
    fields = [{**one, "kind": "text"} if one["id"] == "staff" else one for one in fields_of(register)]
    lists = [one.model_dump() for one in register.lists]
    year, output = lists[0]["fields"]
    lists[0]["fields"] = [year, {**output, "kind": "text", "unit": ""}]
    later = made_register(edition=2, fields=fields, lists=lists)
    refused = codes(lambda: install_registers(database, [later], REGIONS))
    assert refused == ["register_kind_changed"] * 2
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1, staff=7))])


def test_names_of_any_length_fit(database_url: str) -> None:
    long = "x" * 48
    field = {"id": long, "zh": "长", "en": "Long", "kind": "year"}
    twin = {**field, "id": "x" * 47 + "y"}
    register = made_register(id="r" * 48, fields=[*fields_of(made_register()), field, twin])
    with open_database(database_url) as database:
        assert install_registers(database, [register], REGIONS) == ()
        values = made_values(1, **{long: 2020})
        write_batch(
            database, register, head("add", register_id=register.id), [Change("insert", A, 0, values)]
        )
        assert read_rows(database, register)[long].to_list() == [2020]


def test_regions_are_closed_under_below(database: Database, register: Register) -> None:
    query = sa.select(region_closure.c.descendant).where(region_closure.c.ancestor == "140200")
    with database.reading() as connection:
        assert set(connection.execute(query).scalars()) == {"140200", "140212"}
    fewer = pl.DataFrame(
        {"code": ["140200"], "parent_code": [None]}, schema=dict.fromkeys(REGIONS.columns, pl.String)
    )
    install_registers(database, [register], fewer)
    with database.reading() as connection:
        assert set(connection.execute(query).scalars()) == {"140200"}
