"""Documents from a run folder and from the pack: the same tables, the same text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import docx
import polars as pl
import pytest

from dafeng.app.closeout_file import CloseoutRequest, make_closeout, parse_years
from dafeng.app.dossier_file import DossierRequest, make_dossier
from dafeng.app.dossier_stage import file_pack_cities
from dafeng.app.follow_up_file import record_notice
from dafeng.app.notice_file import DraftRequest, draft_all_notices, draft_notice
from dafeng.app.run_tables import STAGES_BEHIND, read_run_tables
from dafeng.app.stages import STAGES, RunContext
from dafeng.cities.follow_up import FILE, NoticeStep
from dafeng.errors import InputRefused, NegativeAnswer
from dafeng.pack import read_pack
from dafeng.store import Manifest, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def done(tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "out"
    context = RunContext(read_pack(str(tiny_pack)), DAY, accept_findings=True)
    made: dict[str, pl.DataFrame] = {}
    with open_workspace(folder) as workspace:
        for stage in STAGES:
            if stage.id in STAGES_BEHIND:
                given = {name: made[name] for name in stage.needs if name in made}
                result = stage.compute(replace(context, given=given))
                made |= {name: table.frame for name, table in result.tables.items()}
                workspace.add_result(result, "key", {})
        workspace.commit(Manifest(as_of=DAY.isoformat(), pack={"id": "tiny"}, stages=workspace.stages))
    return folder


def code_of(error: pytest.ExceptionInfo[InputRefused]) -> str:
    return error.value.findings[0].code


def test_the_stage_files_plans_and_events_as_known(tiny_pack: Path, done: Path) -> None:
    tables = read_run_tables(done, ("cities.dossiers", "cities.plans", "cities.plan_events"))
    assert tables["cities.plan_events"].height == 9
    assert tables["cities.plans"].height == 2
    assert set(tables["cities.dossiers"]["region"]) == {"610100", "610300"}
    pack = read_pack(str(tiny_pack))
    early = file_pack_cities(RunContext(pack, date(2023, 3, 1), accept_findings=False))
    assert early.tables["cities.plan_events"].frame["event_id"].to_list() == ["xa-1", "xa-2"]
    assert {f.code for f in early.findings} == {"city_plan_status_differs", "city_plan_opinion_open"}


def test_a_run_and_the_pack_give_the_same_close_out(tiny_pack: Path, done: Path, tmp_path: Path) -> None:
    given = {"pack": str(tiny_pack), "years": "2021-2025"}
    count = make_closeout(CloseoutRequest(**given, output=tmp_path / "a.md", run_folder=done))
    again = make_closeout(CloseoutRequest(**given, output=tmp_path / "b.md", as_of=DAY))
    assert count == again
    assert (tmp_path / "a.md").read_text("utf-8") == (tmp_path / "b.md").read_text("utf-8")


def test_a_period_that_is_not_over_is_not_closed_out(tiny_pack: Path, tmp_path: Path) -> None:
    given = {"pack": str(tiny_pack), "output": tmp_path / "a.docx", "as_of": DAY}
    with pytest.raises(InputRefused) as error:
        make_closeout(CloseoutRequest(**given, years="2026-2030"))
    assert code_of(error) == "closeout_too_early"
    for text in ("2021", "2025-2021", "2021–2025", "20212025"):
        with pytest.raises(InputRefused) as error:
            parse_years(text)
        assert code_of(error) == "plan_years_invalid"
    assert not (tmp_path / "a.docx").exists()


def test_a_run_of_another_day_or_pack_is_refused(tiny_pack: Path, done: Path, tmp_path: Path) -> None:
    given = {"years": "2021-2025", "output": tmp_path / "a.md", "run_folder": done}
    with pytest.raises(InputRefused) as error:
        make_closeout(CloseoutRequest(str(tiny_pack), as_of=date(2026, 1, 1), **given))
    assert code_of(error) == "run_day_differs"
    with pytest.raises(InputRefused) as error:
        make_closeout(CloseoutRequest("shanxi", **given))
    assert code_of(error) == "run_pack_differs"
    with pytest.raises(InputRefused) as error:
        make_closeout(CloseoutRequest(str(tiny_pack), **(given | {"run_folder": tmp_path})))
    assert code_of(error) == "run_folder_missing"


def test_a_damaged_table_of_a_run_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "plan.targets.parquet").write_bytes(b"PAR1 no")
    pl.DataFrame({"target_id": ["T1"]}).write_parquet(folder / "tracking.verdicts.parquet")
    with pytest.raises(InputRefused) as error:
        read_run_tables(tmp_path, ("plan.targets", "tracking.verdicts", "tracking.warnings"))
    assert [f.code for f in error.value.findings] == ["run_table_broken", "run_table_broken"]


def test_all_drafts_with_their_first_records(tiny_pack: Path, done: Path, tmp_path: Path) -> None:
    request = DraftRequest(str(tiny_pack), tmp_path / "d", "甲", run_folder=done)
    made = draft_all_notices(request)
    assert made.drafts
    record = pl.read_csv(tmp_path / "d" / FILE)
    assert set(record["notice_id"]) == {draft.notice.notice_id for draft in made.drafts}
    assert set(record["state"]) == {"drafted"}
    for draft in made.drafts:
        text = "\n".join(p.text.replace("\n", "") for p in docx.Document(str(draft.path)).paragraphs)
        assert "草稿" in text
        assert draft.document.title in text
    assert len(draft_all_notices(request).drafts) == len(made.drafts)
    assert pl.read_csv(tmp_path / "d" / FILE).height == record.height


def test_a_notice_that_people_went_on_with_is_left_alone(tiny_pack: Path, done: Path, tmp_path: Path) -> None:
    request = DraftRequest(str(tiny_pack), tmp_path, "甲", kind="interview", run_folder=done)
    draft = next(d for d in draft_all_notices(request).drafts if d.notice.subject.subject_id == "drc")
    record_notice(
        tmp_path, NoticeStep(draft.notice.notice_id, "issued", date(2026, 12, 1), "乙", "2026-12-20", "1号")
    )
    before = draft.path.read_bytes()
    assert draft.notice.notice_id in draft_all_notices(request).kept
    one = DraftRequest(str(tiny_pack), tmp_path / "x.docx", "甲", "interview", "drc", "T3", run_folder=done)
    with pytest.raises(InputRefused) as error:
        draft_notice(one)
    assert code_of(error) == "notice_in_use"
    assert draft.path.read_bytes() == before


def test_a_single_draft_needs_a_result_that_asks_for_it(tiny_pack: Path, done: Path, tmp_path: Path) -> None:
    def ask(kind: str, subject: str, target: str | None) -> object:
        return draft_notice(
            DraftRequest(str(tiny_pack), tmp_path / "x.html", "甲", kind, subject, target, run_folder=done)
        )

    ask("interview", "示例发改委", "T3")
    assert "示例供电煤耗" in (tmp_path / "x.html").read_text("utf-8")
    with pytest.raises(NegativeAnswer):
        ask("interview", "drc", "T1")  # T1 was met
    for subject, target in (("drk", None), ("drc", "T99")):
        with pytest.raises(InputRefused) as error:
            ask("interview", subject, target)
        assert code_of(error) == "id_unknown"


def test_red_in_the_issue_before_comes_from_an_earlier_run(
    tiny_pack: Path, done: Path, tmp_path: Path
) -> None:
    request = DraftRequest(str(tiny_pack), tmp_path, "甲", run_folder=done, earlier_run=done)
    with pytest.raises(InputRefused) as error:
        draft_all_notices(request)
    assert code_of(error) == "earlier_run_not_earlier"
    earlier = tmp_path / "earlier"
    (earlier / "tables").mkdir(parents=True)
    manifest = {"as_of": "2026-09-30", "pack": {"id": "tiny"}}
    (earlier / "manifest.json").write_text(json.dumps(manifest))
    made = draft_all_notices(
        DraftRequest(str(tiny_pack), tmp_path, "甲", run_folder=done, earlier_run=earlier)
    )
    assert made.drafts  # a run without warnings before counts as none


def test_a_city_is_found_by_any_name_and_its_file_tells_what_is_open(tiny_pack: Path, tmp_path: Path) -> None:
    for name in ("610300", "宝鸡", "宝鸡市", "baoji"):
        made = make_dossier(DossierRequest(str(tiny_pack), name, DAY))
        assert made.region == "610300"
    make_dossier(DossierRequest(str(tiny_pack), "宝鸡", DAY, tmp_path / "b.md"))
    text = (tmp_path / "b.md").read_text("utf-8")
    assert "尚未答复的意见：2024-06 示例意见：口径不明" in text
    assert "本市未设" not in text  # what is not on record may exist
    assert "没有查到与这些目标相应的本市公布数据" in text
    with pytest.raises(InputRefused):
        make_dossier(DossierRequest(str(tiny_pack), "郑州", DAY))
    with pytest.raises(InputRefused) as error:
        make_dossier(DossierRequest(str(tiny_pack), "宝鸡", DAY, tmp_path / "b.pdf"))
    assert code_of(error) == "document_form_unknown"
