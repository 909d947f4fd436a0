"""The table of a register follows its schema: fields come, none goes, and none changes its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from tests.store.database.made_rows import REGIONS, head, made_register, made_values
from tests.store.database.test_write_rows import codes

from dafeng.register.changes import Change
from dafeng.register.query import RowQuery
from dafeng.store.database import (
    find_row,
    install_registers,
    new_row_id,
    open_database,
    read_page,
    read_rows,
    verify_history,
    write_batch,
)
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


def test_another_key_label_region_and_secret_count_for_rows_that_stand(
    database: Database, register: Register
) -> None:
    rows = [
        made_values(n, county=("140105", "140212")[n], firm_name=f"厂{n}", remark="secret") for n in (0, 1)
    ]
    ids = [new_row_id(n) for n in (1, 2)]
    write_batch(
        database, register, head("add"), [Change("insert", i, 0, r) for i, r in zip(ids, rows, strict=True)]
    )
    fields = [
        {**one, "restricted": one["id"] in {"remark", "contact", "profit"}} for one in fields_of(register)
    ]
    later = made_register(edition=2, fields=fields, key=["unit_code"], region="", label="firm_name")
    install_registers(database, [later], REGIONS)
    assert find_row(database, later, "U-1") == ids[1]
    assert read_page(database, later, RowQuery(search="secret")).total == 0
    assert read_page(database, later, RowQuery(search="厂1")).total == 1
    assert read_rows(database, later)["scope_region"].to_list() == [None, None]
    same = [Change("insert", new_row_id(9), 0, {**rows[0], "retrofit": "heating"})]
    assert codes(lambda: write_batch(database, later, head("add"), same)) == ["row_key_taken"]
    assert read_page(database, register, RowQuery(search="厂1")).total == 1


def test_a_key_that_would_stand_twice_is_refused(database: Database, register: Register) -> None:
    rows = [made_values(1), made_values(1, retrofit="heating")]
    write_batch(
        database, register, head("add"), [Change("insert", new_row_id(n), 0, r) for n, r in enumerate(rows)]
    )
    later = made_register(edition=2, key=["unit_code"])
    assert codes(lambda: install_registers(database, [later], REGIONS)) == ["register_key_ambiguous"]
    assert find_row(database, register, "U-1/heating")


def test_a_column_of_a_list_comes_and_goes(database: Database, register: Register) -> None:
    lines = [{"year": 2024, "output": 1.5}, {"year": 2025, "output": None}]
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1, years=lines))])
    lists = [one.model_dump() for one in register.lists]
    whole = lists[0]["fields"]
    hours = {"id": "hours", "zh": "小时", "en": "Hours", "kind": "number", "unit": "h"}
    more = made_register(edition=2, lists=[{**lists[0], "fields": [*whole, hours]}])
    install_registers(database, [more], REGIONS)
    assert read_rows(database, more)["years"].to_list() == [[{**one, "hours": None} for one in lines]]
    fewer = made_register(edition=3, lists=[{**lists[0], "fields": whole[:1]}])
    install_registers(database, [fewer], REGIONS)
    assert read_rows(database, fewer)["years"].to_list() == [[{"year": 2024}, {"year": 2025}]]
    write_batch(database, fewer, head(), [Change("update", A, 1, {"remark": "x"})])
    write_batch(database, fewer, head(), [Change("update", A, 2, {"years": [{"year": 2024}]})])
    assert read_rows(database, fewer)["years"].to_list() == [[{"year": 2024}]]
    assert verify_history(database) == ()
