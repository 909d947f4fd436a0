"""Files into a register and out of it: all or nothing, again and again, only what the actor may."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from dafeng.app.register_attach import attach_file, locate_attachment
from dafeng.app.register_book import act_as
from dafeng.app.register_check import check_registers
from dafeng.app.register_edit import edit_row
from dafeng.app.register_export import ExportRequest, export_rows
from dafeng.app.register_import import ImportOutcome, ImportRequest, import_file, save_mapping_file
from dafeng.app.register_question import Question
from dafeng.app.register_template import write_template
from dafeng.errors import InputRefused, Interrupted, NegativeAnswer
from dafeng.job import Job, Progress
from dafeng.register.import_plan import ImportOptions
from dafeng.store.database import read_batches, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.register_book import Book

HEADS = "项目编号,类型,项目名称,企业,所在市,装机容量（万千瓦）,投资（万元）"
GOOD = f"{HEADS}\nP1,新建,电站1,M1,西安市,10,6000\nP7,改造,电站7,M2,宝鸡,5,\n"
BAD = f"{GOOD}P8,新建,电站8,M9,西安市,0.5,1\nP9,新,电站9,,西安市,x,\n"


@pytest.fixture
def ann(books: Callable[[str], Book]) -> Book:
    return books("ann")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def make(text: str, name: str = "rows.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return make


def take(book: Book, path: Path, **further: Any) -> ImportOutcome:
    options = ImportOptions(**{"source": "月报", **further.pop("options", {})})
    return import_file(book, ImportRequest("plants", path, options, **further))


def counts(made: ImportOutcome) -> tuple[int, int, int, int]:
    return made.inserted, made.updated, made.same, made.refused


def plants(book: Book) -> dict[str, dict[str, Any]]:
    frame = read_rows(book.database, book.library.register("plants"))
    return {row["code"]: row for row in frame.iter_rows(named=True)}


def grant(book: Book, actor: str, *actions: str, without: str = "") -> Book:
    """Return the book of an actor whose roles may do more with plants, as far as they may edit, or less."""
    lines = book.grants.filter((pl.col("action") == "edit") & (pl.col("resource") == "plants"))
    more = [lines.with_columns(pl.lit(action).alias("action")) for action in actions]
    grants = pl.concat([book.grants, *more]).unique().filter(pl.col("action") != without)
    return act_as(replace(book, grants=grants), actor)


def test_an_import_again_changes_nothing_and_says_so(ann: Book, file: Callable[..., Path]) -> None:
    path = file(GOOD)
    preview = take(ann, path, dry_run=True)
    assert counts(preview) == (1, 0, 1, 0)
    assert not preview.is_written
    assert set(plants(ann)) == {"P1", "P2"}
    first = take(ann, path)
    assert counts(first) == (1, 0, 1, 0)
    row = plants(ann)["P7"]
    assert (row["kind"], row["city"], row["capacity_mw"], row["source"], row["grade"], row["state"]) == (
        "retrofit", "610300", 50.0, "月报", "B", "planned",
    )  # fmt: skip
    assert row["scope_region"] == "610300"
    again = take(ann, path)
    assert counts(again) == (0, 0, 2, 0)
    assert not again.is_written
    assert again.findings[0].code == "row_file_known"
    head = read_batches(ann.database, batch_id=first.batch_id).row(0, named=True)
    assert (head["act"], head["actor"], head["file"], head["file_sha256"]) == (
        "import",
        "ann",
        "rows.csv",
        first.sha256,
    )


def test_one_bad_row_refuses_the_file(ann: Book, file: Callable[..., Path], tmp_path: Path) -> None:
    made = take(ann, file(BAD), errors_to=tmp_path / "back.xlsx")
    assert counts(made) == (0, 0, 0, 2)
    assert set(plants(ann)) == {"P1", "P2"}
    cells = {(f.place.row, f.place.column.split()[0]) for f in made.errors}
    assert cells == {(4, "D"), (4, "F"), (5, "B"), (5, "F")}
    assert set(made.table["severity"]) == {"error"}
    assert made.table.filter(pl.col("row") == 4)["label"].unique().to_list() == ["电站8"]
    assert set(made.preview.filter(pl.col("kind") == "refused")["key"]) == {"P8/new", "P9/新"}


def test_good_rows_alone_and_the_rest_goes_back_and_comes_again(
    ann: Book, file: Callable[..., Path], tmp_path: Path
) -> None:
    back = tmp_path / "back.xlsx"
    made = take(ann, file(BAD), accept_good=True, errors_to=back)
    assert counts(made) == (1, 0, 1, 2)
    assert set(plants(ann)) == {"P1", "P2", "P7"}
    book = openpyxl.load_workbook(back)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet["B"]] == ["项目编号", "P8", "P9"]
    sheet["E2"], sheet["G2"], sheet["C3"], sheet["G3"] = "M1", 5, "新建", 3
    book.save(back)
    assert counts(take(ann, back)) == (2, 0, 0, 0)
    assert plants(ann)["P9"]["capacity_mw"] == 30.0


def test_a_fault_of_the_whole_file_takes_no_row(ann: Book, file: Callable[..., Path]) -> None:
    made = take(ann, file(GOOD.replace("万千瓦", "公斤")), accept_good=True)
    assert {f.code for f in made.errors} == {"row_heading_unit"}
    assert not made.is_written
    made = take(ann, file(GOOD), options={"source": ""})
    assert {f.code for f in made.errors} == {"row_source_missing"}


def test_an_edited_export_updates_and_a_stale_one_is_refused(ann: Book, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert export_rows(ann, ExportRequest("plants", out)).rows == 2
    assert counts(take(ann, out)) == (0, 0, 2, 0)
    book = openpyxl.load_workbook(out)
    sheet = book["示例项目台账"]
    place = {cell.value: cell.column for cell in sheet[3]}
    assert sheet.cell(5, place["企业名称"]).value == "厂1"
    assert sheet.cell(5, place["状态"]).value == "计划"
    assert sheet.cell(5, place["计划完成"]).value.date() == date(2026, 1, 31)
    sheet.cell(5, place["装机容量（MW） *"], 120)
    sheet.cell(5, place["计划完成"]).value = None
    sheet.cell(6, place["企业名称"], "别名")
    book.save(out)
    made = take(ann, out)
    assert counts(made) == (0, 1, 1, 0)
    assert [f.code for f in made.findings] == ["row_shown_differs"]
    changed = made.preview.filter(pl.col("kind") == "update").select("field", "before", "after").rows()
    assert changed == [("capacity_mw", "100", "120"), ("due_on", "2026-01-31", None)]
    row = plants(ann)["P1"]
    assert (row["version"], row["capacity_mw"], row["due_on"], row["unit_cost"]) == (2, 120.0, None, 50.0)
    sheet.cell(5, place["装机容量（MW） *"], 130)
    book.save(out)
    stale = take(ann, out)
    (finding,) = stale.errors
    assert (finding.code, finding.params["actor"], finding.params["seen"]) == ("row_changed", "ann", 1)
    assert plants(ann)["P1"]["capacity_mw"] == 120.0


def test_lists_go_out_and_come_back(ann: Book, tmp_path: Path) -> None:
    edit_row(
        ann,
        "plants",
        "P1/new",
        {"output": [{"year": 2024, "sent_out": 1.5}, {"year": 2025, "sent_out": 0.1}]},
    )
    out = tmp_path / "out.xlsx"
    export_rows(ann, ExportRequest("plants", out))
    book = openpyxl.load_workbook(out)
    lines = book["逐年电量"]
    assert [cell.value for cell in lines[3]] == ["项目编号 *", "类型 *", "年份 *", "供电量（万千瓦时）"]
    lines.append(["P2", "新建", 2025, 7])
    book.save(out)
    assert counts(take(ann, out)) == (0, 1, 1, 0)
    assert plants(ann)["P2"]["output"] == [{"year": 2025, "sent_out": 7.0}]
    assert plants(ann)["P1"]["sent_out"] == 1.6
    del book["逐年电量"]
    book.save(out)
    assert take(ann, out).updated == 0


def test_reach_by_region_and_restricted_fields(
    books: Callable[[str], Book], file: Callable[..., Path]
) -> None:
    carl = grant(books("carl"), "carl", "import", "export")
    made = take(carl, file(GOOD))
    assert {(f.code, f.place.row) for f in made.errors} == {("row_out_of_reach", 3)}
    other = file(f"{HEADS}\nP2,新建,抢来,M2,西安市,20,6000\n")
    assert {f.code for f in take(carl, other).errors} == {"row_out_of_reach"}
    blind = grant(carl, "carl", without="see_restricted")
    made = take(blind, file(f"{HEADS}\nP1,新建,新名,M1,西安市,10,1\n"))
    assert {(f.code, f.place.column) for f in made.errors} == {("row_restricted", "G 投资（万元）")}


def test_what_is_hidden_is_not_exported_and_not_emptied(books: Callable[[str], Book], tmp_path: Path) -> None:
    carl = grant(books("carl"), "carl", "import", "export")
    out = tmp_path / "out.xlsx"
    assert export_rows(carl, ExportRequest("plants", out)).rows == 1  # only his city
    blind = grant(carl, "carl", without="see_restricted")
    made = export_rows(blind, ExportRequest("plants", out))
    assert {"cost", "remark", "unit_cost", "maker_energy"} <= set(made.hidden)
    book = openpyxl.load_workbook(out)
    everything = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    assert "secret words" not in everything
    assert "内部备注" in " ".join(str(row[1].value) for row in book.worksheets[0].iter_rows())
    sheet = book["示例项目台账"]
    place = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(5, place["项目名称 *"], "新名")
    book.save(out)
    assert counts(take(blind, out)) == (0, 1, 0, 0)
    row = plants(blind)["P1"]
    assert (row["name"], row["cost"], row["remark"]) == ("新名", 6000.0, "secret words")


def test_csv_and_json(ann: Book, tmp_path: Path) -> None:
    edit_row(ann, "plants", "P1/new", {"name": "=cmd|x"})
    question = Question(where=("city below 西安市",), sort=("-capacity_mw",))
    made = export_rows(ann, ExportRequest("plants", tmp_path / "a.csv", question))
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    assert made.rows == 1
    assert "'=cmd|x" in text
    assert text.startswith("项目编号,类型,项目名称")
    assert counts(take(ann, tmp_path / "a.csv")) == (0, 0, 1, 0)
    export_rows(ann, ExportRequest("plants", tmp_path / "a.json", replace(question, where=())))
    content = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [row["code"] for row in content["rows"]] == ["P2", "P1"]
    assert content["rows"][1]["kind"] == "new"
    with pytest.raises(InputRefused):
        export_rows(ann, ExportRequest("plants", tmp_path / "a.pdf"))


def test_who_may_not_import_or_export(
    books: Callable[[str], Book], file: Callable[..., Path], tmp_path: Path
) -> None:
    for actor in ("rob", "rita"):
        with pytest.raises(InputRefused) as refused:
            take(books(actor), file(GOOD))
        assert refused.value.findings[0].code == "access_refused"
        with pytest.raises(InputRefused):
            export_rows(books(actor), ExportRequest("plants", tmp_path / "a.csv"))


def test_a_saved_mapping_by_name(ann: Book, file: Callable[..., Path]) -> None:
    columns = [("号", "code"), ("类", "kind"), ("名", "name"), ("市", "city"), ("容量", "capacity_mw")]
    content = {
        "register_id": "plants",
        "name": "旧库",
        "columns": [{"column": c, "field": f} for c, f in columns],
    }
    save_mapping_file(ann, "plants", file(json.dumps(content), "m.json"))
    made = take(ann, file("号,类,名,市,容量\nP5,改造,某站,西安,5\n"), mapping="旧库")
    assert counts(made) == (1, 0, 0, 0)
    with pytest.raises(InputRefused) as refused:
        take(ann, file(GOOD), mapping="没有")
    assert refused.value.findings[0].code == "register_mapping_unknown"


def test_stopped_before_writing_leaves_nothing(ann: Book, file: Callable[..., Path]) -> None:
    job = Job()

    def stop(progress: Progress) -> None:
        if progress.stage == "check":
            job.cancelled.set()

    stopping = Job(stop, job.cancelled)
    with pytest.raises(Interrupted):
        import_file(ann, ImportRequest("plants", file(GOOD), ImportOptions(source="x")), stopping)
    assert set(plants(ann)) == {"P1", "P2"}


def test_states_of_an_old_register_need_the_right_to_correct(ann: Book, file: Callable[..., Path]) -> None:
    text = GOOD.replace("\n", ",状态\n", 1).replace("10,6000\n", "10,6000,\n").replace("5,\n", "5,,完成\n")
    assert {f.code for f in take(ann, file(text)).errors} == {"row_state_import"}
    assert counts(take(ann, file(text), options={"with_states": True})) == (1, 0, 1, 0)
    assert plants(ann)["P7"]["state"] == "done"


def test_a_template_for_outsiders_needs_its_marks(ann: Book, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(ann, "plants", path)
    assert "示例项目台账" in openpyxl.load_workbook(io.BytesIO(path.read_bytes())).sheetnames
    path.unlink()
    with pytest.raises(InputRefused) as unsent:
        write_template(ann, "plants", path, outsiders=True)
    assert unsent.value.findings[0].code == "access_refused"
    with pytest.raises(NegativeAnswer) as refused:
        write_template(grant(ann, "ann", "send"), "plants", path, outsiders=True)
    assert refused.value.findings[0].code == "register_form_incomplete"
    assert not path.exists()


def test_a_sound_register_is_sound_and_tampering_is_found(ann: Book, tmp_path: Path) -> None:
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(b"%PDF-1.7\naccepted")
    digest = attach_file(ann, "plants", "P1/new", proof)
    made = check_registers(ann, "plants")
    assert made.is_sound
    assert made.rows == 2
    assert {"overdue", "dear"} <= set(made.alerts["alert_id"])
    locate_attachment(ann.attachments, digest).write_bytes(b"forged")
    edit_row(ann, "plants", "P2/new", {"name": "电站1（有限公司）"})
    with sqlite3.connect(str(ann.database.engine.url.database)) as raw:
        raw.execute("UPDATE reg_plants SET capacity_mw = 5 WHERE code = 'P2'")
    raw.close()
    found = check_registers(ann, "plants")
    told = {(row["code"], row["row"]) for row in found.table.iter_rows(named=True)}
    assert told >= {
        ("row_attachment_changed", 1),
        ("row_history_differs", 2),
        ("row_formula_stale", 2),
        ("row_rule", 2),
    }
    assert set(found.table.filter(pl.col("row") == 2)["label"]) == {"电站1（有限公司）"}
    locate_attachment(ann.attachments, digest).unlink()
    assert "row_attachment_missing" in set(check_registers(ann).table["code"])


def test_a_reader_is_told_of_his_rows_only(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    with sqlite3.connect(str(ann.database.engine.url.database)) as raw:
        raw.execute("UPDATE reg_plants SET cost = 1")
    raw.close()
    assert set(check_registers(ann, "plants").table["row"]) == {1, 2}
    told = check_registers(books("carl"), "plants").table
    assert set(told["row"]) == {1}
    hidden = check_registers(books("rob"), "plants").table
    assert "unit_cost" not in set(hidden["field"])


def test_a_file_asks_for_no_value_that_is_hidden(
    books: Callable[[str], Book], file: Callable[..., Path]
) -> None:
    """Whether the value is the one that stands or another: the answer is the same."""
    carl = grant(books("carl"), "carl", "import", without="see_restricted")
    heads = "项目编号,类型,投资（万元）"
    cost = plants(carl)["P1"]["cost"]
    told = [
        [
            (f.code, f.place.row)
            for f in take(carl, file(f"{heads}\nP1,新建,{value}\n"), dry_run=True).findings
        ]
        for value in (cost, 1)
    ]
    assert told[0] == told[1] == [("row_restricted", 2)]


def test_a_file_learns_nothing_of_rows_of_others(
    books: Callable[[str], Book], file: Callable[..., Path]
) -> None:
    carl = grant(books("carl"), "carl", "import")
    capacity = plants(carl)["P2"]["capacity_mw"]
    seen = []
    for value in (capacity, 1.5, 99999):
        made = take(carl, file(f"项目编号,类型,装机容量,version\nP2,新建,{value},7\n"), dry_run=True)
        assert [f.code for f in made.findings] == ["row_out_of_reach"]
        assert "电站" not in str(made.table.rows()) + str(made.preview.rows())
        seen.append((counts(made), made.preview.rows(), made.table.rows()))
    assert seen[0] == seen[1] == seen[2]


def test_new_and_changed_rows_together(ann: Book, file: Callable[..., Path]) -> None:
    made = take(ann, file(GOOD.replace("10,6000", "10,7000")))
    assert counts(made) == (1, 1, 0, 0)
    assert read_batches(ann.database, batch_id=made.batch_id)["rows"].to_list() == [2]
    assert plants(ann)["P1"]["cost"] == 7000
    assert check_registers(ann, "plants").is_sound


def test_lines_of_a_row_that_is_not_there_mark_no_other_cells(ann: Book, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADS.split(","))
    book.active.append(["P8", "新建", "电站8", "M1", "西安市", 10, 1])
    lines = book.create_sheet("逐年电量")
    for line in (["项目编号", "类型", "年份", "供电量"], ["P9", "新建", 2024, 5], ["P2", "新建", 2024, -5]):
        lines.append(line)
    book.save(tmp_path / "rows.xlsx")
    made = take(ann, tmp_path / "rows.xlsx")
    assert {(f.code, f.place.sheet, f.place.row) for f in made.errors} == {
        ("row_parent_missing", "逐年电量", 2), ("value_out_of_range", "逐年电量", 3),
    }  # fmt: skip
    assert made.refused == 2
