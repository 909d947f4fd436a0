"""``dafeng register`` and ``dafeng access`` as a user calls them, from the first use to a reversal."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from dafeng.app.register_new import check_definition, write_skeleton
from dafeng.cli import commands
from dafeng.errors import InputRefused
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

QUERY = ("register", "query", "plants")
REGISTERS = Path(__file__).parent.parent / "app" / "registers"
PLANT = (
    "register", "add", "plants", "--set", "项目编号=P1", "--set", "kind=新建", "--set", "name=电站一",
    "--set", "maker=M1", "--set", "city=西安", "--set", "装机容量(万千瓦)=10", "--set", "cost=6000",
    "--set", "due_on=2026-01-31", "--source", "会议纪要",
)  # fmt: skip
MAKER = ("register", "add", "makers", "--set", "code=M1", "--set", "name=甲厂", "--set", "city=西安",
         "--set", "energy=1,200", "--source", "会议纪要")  # fmt: skip


@cache
def read_once(name: str) -> Pack:
    """Read a pack once: it is most of the time of a command, and other tests look at it."""
    return read_pack(name)


@cache
def build_once() -> Any:
    """Build the commands once: half of the rest of the time of a command."""
    return typer.main.get_command(commands.app)


@pytest.fixture
def clerk(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a caller in a folder whose settings name the pack and the registers."""
    for module in ("register_book", "register_new"):
        monkeypatch.setattr(f"dafeng.app.{module}.read_pack", read_once)
    monkeypatch.setattr(commands, "app", build_once())
    text = f'pack = "{tiny_pack.as_posix()}"\nregister_folders = ["{REGISTERS.as_posix()}"]\n'
    (tmp_path / "dafeng.toml").write_text(text, "utf-8")
    return dafeng


def test_from_the_first_row_to_its_history(clerk: Callable[..., Any], tmp_path: Path) -> None:
    assert clerk(*MAKER).code == 0
    assert clerk(*PLANT).code == 0
    again = clerk(*PLANT)
    assert again.code == 2
    assert "row_key_taken" in again.err
    (tmp_path / "l.csv").write_text("年份,供电量\n2025,12.5\n", "utf-8")
    assert clerk("register", "edit", "plants", "P1/new", "--lines", "逐年电量=l.csv").code == 0
    shown = json.loads(clerk("register", "show", "plants", "P1/new", "--format", "json").out)
    assert shown["row"]["sent_out"] == 12.5
    assert shown["links"][0]["label_zh"] == "甲厂"
    said = clerk("register", "show", "plants", "P1/new").out
    assert "单位投资 (万元/MW): 60" in said
    assert "→ maker: makers M1 甲厂" in said
    query = clerk(
        "register", "query", "plants", "--where", "days_left<0", "--format", "json", "--as-of", "2026-11-22"
    )
    assert [row["days_left"] for row in json.loads(query.out)] == [-295.0]
    total = clerk(*QUERY, "--group", "city", "--sum", "capacity_mw", "--format", "csv")
    assert total.out.splitlines() == ["city,rows,capacity_mw,capacity_mw_left_out", "610100,1,100.0,0"]
    preview = clerk("register", "correct", "plants", "--where", "code==P1", "--set", "name=新名")
    assert "新名" in preview.out
    assert "新名" not in clerk(*QUERY).out
    assert clerk("register", "correct", "plants", "--set", "name=新名").code == 2
    done = clerk(
        "register", "correct", "plants", "--all", "--set", "name=新名", "--apply", "--reason", "更名"
    )
    assert done.code == 0
    batch = done.out.split()[-1]
    assert clerk("register", "undo", "plants", batch, "--apply", "--reason", "误").code == 0
    assert "电站一" in clerk(*QUERY).out
    assert "项目名称: 电站一 → 新名" in clerk("register", "history", "plants", "--batch", batch).out.replace(
        "\n", ""
    )
    assert "已逾期" in clerk("register", "alerts", "--as-of", "2026-11-22").out
    assert clerk("register", "step", "plants", "P1/new", "取消", "--reason", "企业撤回").code == 0
    assert clerk("register", "withdraw", "plants", "P1/new", "--reason", "重复").code == 0
    assert "2 行" not in clerk(*QUERY).out


def test_members_rights_and_their_explanation(clerk: Callable[..., Any], tmp_path: Path) -> None:
    assert clerk("access", "grant", "rob", "--role", "reader", "--from", "2026-01-01").code == 2
    assert clerk("access", "grant", "root", "--role", "administrator", "--from", "2026-01-01").code == 0
    nobody = clerk("register", "list")
    assert nobody.code == 2
    assert "access_actor_missing" in nobody.err
    root = ("--actor", "root")
    assert clerk("access", "grant", "rob", "--role", "reader", "--from", "2026-01-01", *root).code == 0
    assert clerk(*MAKER, *root).code == 0
    with (tmp_path / "dafeng.toml").open("a", encoding="utf-8") as settings:
        settings.write('actor = "rob"\n')
    assert '"energy": null' in clerk("register", "query", "makers", "--format", "json").out
    assert "（受限）" in clerk("register", "show", "makers", "M1").out
    refused = clerk("register", "query", "makers", "--where", "energy>1")
    assert refused.code == 2
    assert "有此权限的角色" in refused.err
    assert clerk(*MAKER).code == 2
    no = clerk("access", "explain", "rob", "edit", "makers", "M1")
    assert (no.code, "rob 不可以" in no.out) == (3, True)
    yes = json.loads(clerk("access", "explain", "rob", "see", "makers", "--format", "json").out)
    assert (yes["allowed"], yes["because"][0]["role"]) == (True, "reader")
    assert "rob" in clerk("access", "list", "--resource", "makers", *root).out
    assert clerk("access", "end", "root", "--role", "administrator", *root).code == 2
    assert clerk("access", "end", "rob", "--role", "reader", *root).code == 0
    assert clerk("register", "list").code == 2
    assert "rob" in clerk("access", "members", "--all", *root).out


def test_files_come_in_and_go_out(clerk: Callable[..., Any], tmp_path: Path) -> None:
    bad = "企业编号,企业名称,所在市,综合能耗\nM1,甲,西安,5\nM2,乙,宝鸡,viel\n"
    (tmp_path / "m.csv").write_text(bad, "utf-8")
    refused = clerk("register", "import", "makers", "m.csv", "--source", "s", "--errors", "back.xlsx")
    assert refused.code == 2
    assert "第3行" in refused.err
    assert "row 3" in refused.err
    assert (tmp_path / "back.xlsx").is_file()
    assert "0 行" in clerk("register", "query", "makers").out
    (tmp_path / "m.csv").write_text(bad.replace("viel", "7"), "utf-8")
    preview = clerk("register", "import", "makers", "m.csv", "--source", "s", "--dry-run", "--format", "json")
    assert len(json.loads(preview.out)) == 2
    assert clerk("register", "import", "makers", "m.csv", "--source", "s").code == 0
    assert clerk("register", "export", "makers", "m.xlsx").code == 0
    assert clerk("register", "template", "plants", "t.xlsx").code == 0
    assert clerk("register", "template", "plants", "o.xlsx", "--outsiders").code == 3
    assert not (tmp_path / "o.xlsx").exists()
    (tmp_path / "e.pdf").write_bytes(b"%PDF-1.7 evidence")
    assert clerk("register", "attach", "makers", "M1", "e.pdf", "--purpose", "执照").code == 0
    assert clerk("register", "attach", "makers", "M1", "--fetch", "e.pdf", "--output", "f.pdf").code == 0
    assert (tmp_path / "f.pdf").read_bytes() == b"%PDF-1.7 evidence"
    assert clerk("register", "attach", "makers", "M1").code == 2
    assert clerk("register", "check").code == 0
    next((tmp_path / "dafeng-attachments").rglob("*/*")).write_bytes(b"altered")
    damaged = clerk("register", "check", "makers")
    assert damaged.code == 3
    assert "row_attachment_changed" in damaged.err


def test_a_new_register_takes_one_file_and_no_code(clerk: Callable[..., Any], tmp_path: Path) -> None:
    assert clerk("register", "new", "heat_sources", "--zh", "热源台账", "--output", "more").code == 0
    checked = clerk("register", "check", "more/heat_sources.toml")
    assert checked.code == 0, checked.err
    assert "OK heat_sources 热源台账" in checked.out
    text = (tmp_path / "dafeng.toml").read_text("utf-8").replace("]", ', "more"]')
    (tmp_path / "dafeng.toml").write_text(text, "utf-8")
    row = (
        "--set",
        "编号=H1",
        "--set",
        "name=一号",
        "--set",
        "county=西安",
        "--set",
        "before_tce=5",
        "--set",
        "after_tce=3",
    )
    assert clerk("register", "add", "heat_sources", *row, "--source", "s").code == 0
    rows = json.loads(
        clerk("register", "query", "heat_sources", "--where", "saved_tce==2", "--format", "json").out
    )
    assert rows[0]["state"] == "open"
    assert clerk("register", "new", "heat_sources", "--output", "more").code == 2
    assert clerk("register", "new", "Heat", "--output", "more").code == 2
    broken = tmp_path / "more" / "heat_sources.toml"
    broken.write_text(broken.read_text("utf-8").replace('label = "name"', 'label = "nam"'), "utf-8")
    assert clerk("register", "check", "more/heat_sources.toml").code == 2


def test_the_skeleton_is_good_for_the_pack_and_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dafeng.app.register_new.read_pack", read_once)
    path = write_skeleton(tmp_path, "mine", '引号"和\\反斜杠', "quote")
    register, findings = check_definition("shanxi", path)
    assert register.zh == "引号 和 反斜杠"
    assert findings == ()
    blind = path.read_text("utf-8").replace('roles = ["reviewer"]', 'roles = ["approver"]')
    path.write_text(blind, "utf-8")
    assert {finding.code for finding in check_definition("shanxi", path)[1]} == {"register_step_blind"}
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputRefused):
        check_definition("shanxi", path)


HOSTILE = {
    "row_unknown": ("register", "show", "plants", "'; DROP TABLE reg_plants; --"),
    "register_unknown": ("register", "show", "../../etc/passwd"),
    "row_query_limit": ("register", "query", "plants", "--offset", "9" * 24),
    "row_condition_value": ("register", "query", "plants", "--where", "capacity_mw>=1e400"),
    "row_query_field": ("register", "query", "plants", "--sort", "-"),
    "row_sum_kind": ("register", "query", "plants", "--sum", "name"),
    "row_setting_unreadable": ("register", "add", "plants", "--set", "code=\udcff", "--source", "s"),
    "row_text_unreadable": ("register", "query", "plants", "--search", "\udcff"),
    "register_expression_part": (
        "register", "correct", "plants", "--all", "--formula", "capacity_mw=__import__('os').system('x')",
    ),
    "register_batch_unknown": ("register", "undo", "plants", "nope"),
    "register_id_invalid": ("register", "new", "../evil"),
    "register_database_unreachable": ("register", "list", "--database", "postgresql://a:secret@127.0.0.1:1/x"),
    "register_database_url": ("register", "list", "--database", "mysql://a:secret@host/x"),
    "register_database_foreign": ("register", "list", "--database", "dafeng.toml"),
    "access_actor_invalid": ("register", "list", "--actor", "a\nb"),
    "access_action_unknown": ("access", "explain", "root", "fly", "plants"),
    "access_no_such_member": ("access", "end", "x", "--role", "administrator"),
}  # fmt: skip


def test_hostile_words_are_refused_in_words(clerk: Callable[..., Any]) -> None:
    told = {code: clerk(*words) for code, words in HOSTILE.items()}
    assert {code: answer.code for code, answer in told.items()} == dict.fromkeys(HOSTILE, 2)
    assert [code for code, answer in told.items() if f"[{code}]" not in answer.err] == []
    assert not any("Traceback" in answer.err or "secret" in answer.err for answer in told.values())


def test_tables_speak_words_and_files_keep_codes(clerk: Callable[..., Any], tmp_path: Path) -> None:
    assert clerk(*MAKER).code == 0
    assert clerk(*PLANT).code == 0
    table = clerk(*QUERY).out
    assert all(word in table for word in ("新建", "西安市", "计划", "装机容量 (")), table
    assert not any(code in table for code in ("610100", "planned", "true", "True"))
    assert '"city": "610100"' in clerk(*QUERY, "--format", "json").out
    grouped = clerk(*QUERY, "--group", "city", "--sum", "capacity_mw").out
    assert all(word in grouped for word in ("西安市", "行数", "未计入"))
    history = clerk("register", "history", "plants", "P1/new").out
    assert "    项目编号: P1" in history
    assert "新增  计划" in history
    relation = clerk("access", "list", "--action", "see", "--resource", "plants").out
    assert all(word in relation for word in ("see 查看", "plants", "省级部门经办", "全部")), relation
    text = (tmp_path / "dafeng.toml").read_text("utf-8")
    (tmp_path / "dafeng.toml").write_text(text + 'language = "en"\n', "utf-8")
    assert "Planned" in clerk(*QUERY).out
    members = clerk("access", "members").out.replace("行 / rows", "")
    assert not re.search("[\u4e00-\u9fff]", members), members


def test_large_figures_are_not_rounded_away(clerk: Callable[..., Any]) -> None:
    assert clerk(*MAKER[:-3], "energy=12345678.5", *MAKER[-2:]).code == 0
    assert "12345678.5" in clerk("register", "query", "makers").out
    assert "12345678.5" in clerk("register", "show", "makers", "M1").out


def test_a_preview_says_how_to_write_and_the_newest_batch_has_a_name(clerk: Callable[..., Any]) -> None:
    assert clerk(*MAKER).code == 0
    change = ("register", "correct", "makers", "--all", "--set", "name=乙厂")
    assert "--apply --reason" in clerk(*change).err
    assert clerk(*change, "--apply", "--reason", "更名").code == 0
    assert "--apply" in clerk("register", "undo", "makers", "last").err
    assert clerk("register", "undo", "makers", "last", "--apply", "--reason", "误").code == 0
    assert "甲厂" in clerk("register", "query", "makers").out


def test_registers_are_found_by_word_clause_agency_and_rows(clerk: Callable[..., Any]) -> None:
    def found(*words: str) -> list[str]:
        answer = clerk("register", "list", *words, "--format", "json")
        assert answer.code == 0, answer.err
        return [row["register_id"] for row in json.loads(answer.out)]

    assert {"plants", "makers"} <= set(found())
    assert found("--search", "示例项目") == ["plants"]
    assert found("--search", "EXAMPLE plants") == ["plants"]
    assert found("--search", "没有的词") == []
    assert found("--filled") == []
    assert clerk(*MAKER).code == 0
    assert found("--filled") == ["makers"]
    assert clerk("register", "list", "--agency", "没有的部门").code == 2
    assert clerk("register", "list", "--clause", "X9").code == 2
    fields = json.loads(clerk("register", "list", "--fields", "--search", "示例项目", "--format", "json").out)
    assert {row["register_id"] for row in fields} == {"plants"}


@pytest.mark.parametrize("command", ["template", "export"])
def test_files_are_named_by_output_as_everywhere(
    clerk: Callable[..., Any], tmp_path: Path, command: str
) -> None:
    assert clerk("register", command, "makers", "--output", "a.xlsx").code == 0
    assert clerk("register", command, "makers", "b.xlsx").code == 0
    assert all((tmp_path / name).read_bytes()[:2] == b"PK" for name in ("a.xlsx", "b.xlsx"))
    assert clerk("register", command, "makers").code == 2
    assert clerk("register", command, "makers", "b.xlsx", "--output", "a.xlsx").code == 2
