"""``dafeng notice``, ``dafeng closeout`` and ``dafeng cities dossier`` as a user calls them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import docx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = ("--as-of", "2026-11-22")


def test_from_draft_to_closing(dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path) -> None:
    drafted = dafeng(
        "notice", "draft", "--kind", "interview", "--subject", "drc", "--target", "T3",
        "--output", "d/n.docx", "--pack", tiny_pack, *DAY,
    )  # fmt: skip
    assert drafted.code == 0, drafted.err
    own = "2026-11-22-interview-drc-T3"
    assert own in drafted.out
    assert docx.Document(str(tmp_path / "d" / "n.docx")).tables
    record = ("notice", "record", "d", "--notice", own, "--by", "甲")
    assert dafeng(*record, "--state", "answered", "--on", "2026-12-01").code == 2
    issued = ("--state", "issued", "--number", "示例〔2026〕9号", "--due", "2026-12-20", "--on", "2026-12-01")
    assert dafeng(*record, *issued).code == 0
    listed = dafeng("notice", "list", "d", "--as-of", "2026-12-25", "--format", "json")
    row = json.loads(listed.out)[0]
    assert (row["state"], row["overdue_days"], row["document_number"]) == ("issued", 5, "示例〔2026〕9号")
    assert own in dafeng("notice", "list", "d", "--overdue", "--as-of", "2026-12-25").out
    assert own not in dafeng("notice", "list", "d", "--overdue", "--as-of", "2026-12-19").out
    assert dafeng(*record, "--state", "withdrawn", "--on", "2026-12-26", "--text", "示例").code == 0
    assert own not in dafeng("notice", "list", "d", "--as-of", "2026-12-31").out
    assert own in dafeng("notice", "list", "d", "--all").out


def test_refusals_name_what_is_wrong_in_both_languages(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    missing = dafeng("notice", "draft", "--output", "x.docx", "--pack", tiny_pack)
    assert missing.code == 2
    assert "notice_kind_missing" in missing.err
    nothing = dafeng(
        "notice", "draft", "--kind", "reminder", "--subject", "drc", "--target", "T1", "--output", "x.docx",
        "--pack", tiny_pack, *DAY,
    )  # fmt: skip
    assert nothing.code == 3
    assert not (tmp_path / "x.docx").exists()
    absent = dafeng("notice", "list", "nowhere")
    assert absent.code == 2
    assert "错误" in absent.err
    assert "error" in absent.err
    day = dafeng("notice", "record", ".", "--notice", "n", "--state", "issued", "--by", "x", "--due", "soon")
    assert day.code == 2
    assert "date_invalid" in day.err


def test_the_close_out_in_both_languages_and_forms(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    made = dafeng("closeout", "--output", "c.docx", "--pack", tiny_pack, *DAY)
    assert made.code == 0, made.err
    assert "到期 / due 8" in made.out
    text = "\n".join(p.text for p in docx.Document(str(tmp_path / "c.docx")).paragraphs)
    assert "终期评估" in text
    assert dafeng("closeout", "--output", "c.md", "--language", "en", "--pack", tiny_pack, *DAY).code == 0
    assert "Targets that cannot be judged" in (tmp_path / "c.md").read_text("utf-8")
    wrong = dafeng("closeout", "--output", "c.pdf", "--pack", tiny_pack, *DAY)
    assert wrong.code == 2
    assert ".docx" in wrong.err


def test_the_file_of_a_city(dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path) -> None:
    shown = dafeng("cities", "dossier", "610100", "--format", "json", "--pack", tiny_pack, *DAY)
    assert shown.code == 0, shown.err
    assert {row["comparison"] for row in json.loads(shown.out)} == {"province_only"}
    made = dafeng("cities", "dossier", "西安", "--output", "x.html", "--pack", tiny_pack, *DAY)
    assert made.code == 0, made.err
    assert "示例复〔2023〕5号" in (tmp_path / "x.html").read_text("utf-8")
