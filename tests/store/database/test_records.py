"""Attachments, mappings of columns, members."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import polars as pl
from tests.store.database.made_rows import AT, head, made_values
from tests.store.database.test_write_rows import codes

from dafeng.errors import InputRefused
from dafeng.register.changes import Change
from dafeng.store.database import (
    NewAttachment,
    add_attachments,
    add_member,
    change_members,
    new_row_id,
    read_attachments,
    read_mapping,
    read_mappings,
    read_members,
    save_mapping,
    withdraw_attachment,
    write_batch,
)

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

A = new_row_id(1)


def test_attachments_come_and_are_taken_down(database: Database, register: Register) -> None:
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1))])
    files = [NewAttachment(f"a{n}", A, f"验收{n}.pdf", f"{n}" * 64, 10 + n, "验收意见") for n in range(2)]
    asked = head("attach", actor="wang")
    add_attachments(database, register, asked, files)
    assert add_attachments(database, register, asked, files).repeated
    frame = read_attachments(database, register_id=register.id, row_ids=[A])
    assert frame.select("attachment_id", "name", "actor", "at", "withdrawn").rows() == [
        ("a0", "验收0.pdf", "wang", AT, False), ("a1", "验收1.pdf", "wang", AT, False),
    ]  # fmt: skip
    withdraw_attachment(database, register, head("attach"), "a0")
    again = codes(lambda: withdraw_attachment(database, register, head("attach"), "a0"))
    assert again == ["register_attachment_unknown"]
    assert read_attachments(database)["attachment_id"].to_list() == ["a1"]
    assert read_attachments(database, withdrawn=True)["withdrawn"].to_list() == [True, False]
    nobody = [NewAttachment("a9", "nobody", "x", "0" * 64, 1)]
    assert codes(lambda: add_attachments(database, register, head("attach"), nobody)) == ["row_unknown"]


def test_a_mapping_is_saved_under_its_name(database: Database) -> None:
    save_mapping(database, "made_units", "统计局", '{"企业": "firm_name"}', "li", AT)
    save_mapping(database, "made_units", "统计局", '{"单位": "firm_name"}', "wang", AT)
    assert read_mapping(database, "made_units", "统计局") == '{"单位": "firm_name"}'
    assert codes(lambda: read_mapping(database, "other", "统计局")) == ["register_mapping_unknown"]
    assert list(read_mappings(database, "made_units")) == ["统计局"]


def test_members_begin_and_end(database: Database) -> None:
    row: dict[str, Any] = {
        "actor": "li", "role": "city", "region": "140100", "agency": None, "valid_from": "2026-01-01",
        "valid_to": None, "granted_by": "admin", "granted_at": AT,
    }  # fmt: skip
    add_member(database, row)
    assert codes(lambda: add_member(database, row)) == ["access_member_stands"]
    ended = {"valid_to": "2026-06-30", "ended_by": "wang", "ended_at": AT}
    change_members(database, lambda rows: rows.with_columns(pl.lit(v).alias(n) for n, v in ended.items()))
    assert read_members(database).to_dicts() == [{**row, **ended}]


def test_members_are_decided_on_those_that_stand(database: Database) -> None:
    row: dict[str, Any] = {
        "actor": "li", "role": "city", "region": "*", "valid_from": "2026-01-01", "granted_by": "admin",
        "granted_at": AT,
    }  # fmt: skip
    for name in ("li", "wang"):
        add_member(database, {**row, "actor": name})

    def leave_one(members: pl.DataFrame, actor: str) -> pl.DataFrame:
        if members["valid_to"].null_count() == 1:
            raise InputRefused.of("access_last_administrator", actor=actor)
        time.sleep(0.2)
        return members.filter(actor=actor).with_columns(valid_to=pl.lit("2026-06-30"))

    def end(actor: str) -> list[str]:
        try:
            change_members(database, lambda rows: leave_one(rows, actor))
        except InputRefused as error:
            return [one.code for one in error.findings]
        return []

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(end, ["li", "wang"]))
    assert told == [[], ["access_last_administrator"]]
    assert read_members(database)["valid_to"].null_count() == 1
