"""Which results lead to which drafts, and what the drafts say and never say."""

from __future__ import annotations

import re

import polars as pl
import pytest

from dafeng.cities.facts import SourceMarks
from dafeng.cities.notice_document import compose_notice, describe_target, name_target
from dafeng.cities.notices import Notice, list_subjects, notice_rules, plan_notices
from dafeng.cities.wording import document_texts
from dafeng.report.official import check_length

from .made_documents import DAY, FORBIDDEN, changed, facts_of, with_column, wording

LANGUAGES = ("zh", "en")
PLAN = {"shanxi": "sx-peak-2022-29", "tiny": "sn-peak"}


def planned(facts: object, earlier: tuple[str, ...] = ()) -> dict[tuple[str, str], Notice]:
    made = plan_notices(facts, notice_rules(), earlier)  # type: ignore[arg-type]
    return {(each.kind, each.subject.subject_id): each for each in made}


def test_a_missed_target_leads_to_an_interview_with_every_body_of_its_clause() -> None:
    facts = facts_of("tiny").facts
    missed = [key for key, row in facts.verdicts.items() if row["verdict"] == "missed"]
    assert missed == ["T3"]
    made = planned(facts)
    assert made["interview", "drc"].target_ids == ("T3",)
    assert made["interview", "ecology"].rule_ids == ("interview_missed_department",)
    assert ("circular", "all") in made
    assert ("reminder", "drc") not in made  # the stronger notice holds


def test_red_is_a_reminder_and_red_twice_an_interview() -> None:
    facts = facts_of("tiny").facts
    quiet = with_column(facts, "tracking.verdicts", pl.lit(value=True), verdict="not_yet_due")
    quiet = with_column(quiet, "tracking.warnings", pl.lit(value=True), level="green")
    red = with_column(quiet, "tracking.warnings", pl.col("target_id") == "T1", level="red")
    assert planned(red)["reminder", "drc"].triggers == ("warning_red",)
    twice = planned(red, ("T1",))
    assert ("reminder", "drc") not in twice
    assert twice["interview", "drc"].triggers == ("warning_red_twice",)
    assert planned(red, ("T2",)).keys() == planned(red).keys()
    amber = with_column(quiet, "tracking.warnings", pl.col("target_id") == "T1", level="amber")
    assert ("reminder", "drc") not in planned(amber)


def test_bodies_that_are_not_scored_only_get_letters() -> None:
    facts = facts_of("shanxi").facts
    kinds: dict[str, set[str]] = {}
    red = with_column(facts, "tracking.warnings", pl.lit(value=True), level="red")
    for notice in plan_notices(red, notice_rules(), tuple(facts.targets)):
        kinds.setdefault(notice.subject.kind, set()).add(notice.kind)
    assert kinds["informed"] == {"feedback"}
    assert kinds["department"] == {"interview"}
    assert kinds["city"] == {"interview"}
    assert kinds[""] == {"circular"}
    subjects = list_subjects(facts)
    assert subjects["state_grid"].kind == "informed"
    assert "city_governments" not in subjects
    assert sum(each.kind == "city" for each in subjects.values()) == 11
    assert "pbc_shanxi" in subjects  # the successor, not the body that no longer exists
    assert "pbc_taiyuan" not in subjects


def test_every_draft_says_that_it_is_one_and_leaves_open_what_people_decide() -> None:
    for name in ("tiny", "shanxi"):
        facts = facts_of(name).facts
        for language in LANGUAGES:
            for notice in plan_notices(facts, notice_rules()):
                document = compose_notice(facts, notice, wording(language), plan_document=PLAN[name])
                assert document.is_draft
                for place in (document.number, document.date, document.signer):
                    assert re.fullmatch(r"〔.+〕|\[.+\]", place)


@pytest.mark.parametrize("kind", ["reminder", "interview", "feedback"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_draft_on_any_target_advises_a_cut(kind: str, language: str) -> None:
    facts = facts_of("shanxi").facts
    subject = list_subjects(facts)["energy_bureau"]
    every = tuple(facts.verdicts)
    assert len(every) > 100
    notice = Notice(kind, subject, every, ("reminder_red_department",), ("warning_red",), DAY)
    document = compose_notice(facts, notice, wording(language), plan_document=PLAN["shanxi"])  # type: ignore[arg-type]
    text = "\n".join(document.texts()).lower()
    assert [word for word in FORBIDDEN if word in text] == []
    for target_id in every:
        assert wording(language).name(facts.targets[target_id]).lower() in text


def test_levers_that_act_through_output_are_never_named() -> None:
    facts = facts_of("shanxi").facts
    through = {"L_coal_output", "L_power_export", "L_twohigh_cap"}
    assert through <= {row["lever_id"] for row in facts.rows("plan.levers")}
    named = {row["lever_id"] for target in facts.targets for row in facts.measures_of(target)}
    assert named
    assert not through & named
    forced = with_column(facts, "tracking.warnings", pl.lit(value=True), lever_ids="L_coal_output;L_wind_pv")
    assert {row["lever_id"] for row in forced.measures_of("T2.1.1-1")} == {"L_wind_pv"}


def test_measures_are_the_plans_own() -> None:
    facts = facts_of("shanxi").facts
    notice = next(n for n in plan_notices(facts, notice_rules()) if n.kind == "interview")
    document = compose_notice(facts, notice, wording("zh"), plan_document=PLAN["shanxi"])
    said = "\n".join(part.text for part in document.paragraphs)
    measures = {row["name_zh"] for each in notice.target_ids for row in facts.measures_of(each)}
    assert measures
    assert all(name in said for name in measures)


def test_figures_of_a_draft_come_from_the_tables() -> None:
    facts = facts_of("tiny").facts
    told = describe_target(facts, "T3", wording("zh"), SourceMarks(facts))
    assert "305克标准煤/千瓦时" in told
    assert "[1]" in told
    other = with_column(facts, "tracking.verdicts", pl.col("target_id") == "T3", observed=311.0)
    assert "311克标准煤/千瓦时" in describe_target(other, "T3", wording("zh"), SourceMarks(other))
    silent = with_column(facts, "tracking.verdicts", pl.col("target_id") == "T3", observed=None)
    assert "没有同口径的公布数据" in describe_target(silent, "T3", wording("zh"), SourceMarks(silent))


def test_the_circular_is_within_its_limit_and_names_blank_cities() -> None:
    facts = facts_of("shanxi").facts
    for language in LANGUAGES:
        notice = next(n for n in plan_notices(facts, notice_rules()) if n.kind == "circular")
        document = compose_notice(facts, notice, wording(language), plan_document=PLAN["shanxi"])
        assert 300 < check_length(document) <= 4000
        text = "\n".join(document.texts())
        assert all(wording(language).name(row) in text for row in facts.cities)


def circular_of(name: str, language: str = "zh") -> object:
    facts = facts_of(name).facts
    notice = next(n for n in plan_notices(facts, notice_rules()) if n.kind == "circular")
    return compose_notice(facts, notice, wording(language), plan_document=PLAN[name])  # type: ignore[arg-type]


def test_the_circular_holds_targets_of_the_province_and_its_cities_only() -> None:
    facts = facts_of("shanxi").facts
    table = circular_of("shanxi").attachments[0].parts[0]  # type: ignore[attr-defined]
    places = {facts.region, *(row["code"] for row in facts.cities)}
    shown = {
        name_target(facts, row, wording())
        for key, row in facts.targets.items()
        if row["region"] in places and row["kind"] != "parameter" and key in facts.verdicts
    }
    names = [row[0] for row in table.rows]
    assert set(names) <= shown
    assert len(names) == len(set(names))  # three cities have a target of one name
    assert "试验路国道编号" not in names
    goals = {row[0]: row[1] for row in table.rows}
    assert (
        goals["单位地区生产总值能耗降幅（2021—2025年）"] == "下降不低于14.5%"
    )  # as assigned, as in the close-out
    seen = {row[0]: row[2] for row in table.rows}
    assert seen["长距离煤焦铁路占比"] == "1（铁路货运量占比的全国位次）"  # a rank is no share
    levels = {row[5] for row in table.rows}
    assert levels <= {"不能判断", "一级（红）（参照）", "二级（黄）（参照）", "三级（绿）（参照）"}
    text = "\n".join(part.text for part in circular_of("shanxi").paragraphs)  # type: ignore[attr-defined]
    assert f"共{len(names)}项" in text
    assert "待决策、二级（黄）（参照）" in text  # a level without its verdict would read as a miss


def test_yearly_need_of_a_share_is_in_points_and_computed_figures_are_short() -> None:
    facts = facts_of("shanxi").facts
    told = describe_target(facts, "D-sx-work-report-2023-1", wording("zh"), SourceMarks(facts))
    assert "今后每年需要5.5个百分点" in told
    assert "按进度应达87.3%" in told
    assert "《山西省政府工作报告（2023年）》" in told


def test_an_interview_is_a_notice_and_no_letter() -> None:
    facts = facts_of("tiny").facts
    notice = planned(facts)["interview", "drc"]
    document = compose_notice(facts, notice, wording("zh"), plan_document=PLAN["tiny"])
    text = "\n".join(part.text for part in document.paragraphs)
    assert "通知如下" in text
    assert "函告" not in text


def test_without_warnings_nothing_is_invented() -> None:
    facts = facts_of("tiny").facts
    bare = changed(facts, "tracking.warnings", lambda frame: frame.clear())
    notice = next(n for n in plan_notices(bare, notice_rules()) if n.kind == "circular")
    text = "\n".join(compose_notice(bare, notice, wording("zh"), plan_document="sn-peak").texts())
    assert "预警等级尚未计算" in text


def test_templates_hold_no_figure_and_the_same_places_in_both_languages() -> None:
    assert len(document_texts()) > 100
    for key, row in document_texts().items():
        assert not re.search(r"[0-9]", row["zh"] + row["en"]), key
        places = [set(re.findall(r"\{(\w+)\}", row[language])) for language in LANGUAGES]
        assert places[0] == places[1], key
        assert [word for word in FORBIDDEN if word in (row["zh"] + row["en"]).lower()] == []


def test_rules_never_let_an_informed_body_be_more_than_written_to() -> None:
    rules = notice_rules()
    assert set(rules.filter(pl.col("subject_kind") == "informed")["kind"]) == {"feedback"}
    assert set(rules.filter(pl.col("subject_kind").is_null())["kind"]) == {"circular"}
