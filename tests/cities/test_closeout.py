"""The close-out: every target due, how it came out, what cannot be judged and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.cities.closeout import (
    PlanPeriod,
    count_bodies,
    count_fields,
    count_outcomes,
    list_adjusted,
    list_blank_cities,
    list_due,
    list_outlook,
    list_repeated,
)
from dafeng.cities.closeout_document import compose_closeout
from dafeng.cities.closeout_tables import say_chance
from dafeng.cities.notice_document import name_target
from dafeng.document import DocumentTable

from .made_documents import DAY, FORBIDDEN, facts_of, with_column, wording

if TYPE_CHECKING:
    from dafeng.cities.facts import Facts
    from dafeng.document import OfficialDocument
    from dafeng.errors import Language

PERIOD = PlanPeriod(2021, 2025)


def closeout(facts: Facts, language: Language = "zh", plan: str = "sx-peak-2022-29") -> OfficialDocument:
    return compose_closeout(facts, PERIOD, wording(language), plan_document=plan)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_of("shanxi").facts


def test_every_target_of_the_period_is_listed_once(facts: Facts) -> None:
    due, repeated = list_due(facts, PERIOD), list_repeated(facts, PERIOD)
    expected = {
        key
        for key, row in facts.targets.items()
        if row["target_year"] in range(2021, 2026) and row["kind"] != "parameter" and row["region"] != "CN"
    }
    assert {d.target_id for d in due} | {d.target_id for d in repeated} == expected
    assert {d.target_id for d in repeated} == {
        "D-sx-es-14fyp-1", "D-sx-building-peak-2023-1", "D-sx-geothermal-2022-1", "D-sx-peak-pilot-2023-1",
    }  # fmt: skip
    table = next(part for part in closeout(facts).attachments[0].parts if isinstance(part, DocumentTable))
    assert [row[0] for row in table.rows] == [name_target(facts, d.target, wording()) for d in due]
    assert "太原市能耗强度降幅（2024年）" in {row[0] for row in table.rows}


def test_counts_follow_from_the_verdicts(facts: Facts) -> None:
    due = list_due(facts, PERIOD)
    count = count_outcomes("", due)
    verdicts = [facts.verdicts[d.target_id]["verdict"] for d in due]
    assert count.met == verdicts.count("met") > 0
    assert count.missed == verdicts.count("missed")
    assert count.unjudged == len([v for v in verdicts if v not in {"met", "missed", "adjusted"}])
    assert count.total == len(due)
    fields = count_fields(due)
    assert sum(field.total for field in fields) == len(due)
    assert sum(field.unjudged for field in fields) == count.unjudged


def test_one_more_miss_is_counted_in_its_field_and_its_bodies(facts: Facts) -> None:
    target_id = next(d.target_id for d in list_due(facts, PERIOD) if d.outcome == "met")
    other = with_column(facts, "tracking.verdicts", pl.col("target_id") == target_id, verdict="missed")
    before, after = (count_outcomes("", list_due(each, PERIOD)) for each in (facts, other))
    assert (after.met, after.missed) == (before.met - 1, before.missed + 1)
    changed = {
        a.group
        for a, b in zip(*(count_bodies(each, list_due(each, PERIOD)) for each in (other, facts)), strict=True)
        if a != b
    }
    assert changed == set(facts.bodies_of(target_id))


def test_what_cannot_be_judged_is_told_with_its_cause(facts: Facts) -> None:
    document = closeout(facts)
    due = [d for d in list_due(facts, PERIOD) if d.outcome == "unjudged"]
    told = {row[0]: row[-1] for table in document.tables if table.header[-1] == "说明" for row in table.rows}
    for each in due:
        assert told[name_target(facts, each.target, wording())] == each.verdict["why_zh"]
    assert any("不能判定不等于未完成" in p.text for p in document.paragraphs)


def test_every_figure_has_its_source_and_every_mark_its_entry(facts: Facts) -> None:
    document = closeout(facts)
    for table in document.tables:
        if "公布结果" in table.header and "来源" in table.header:
            seen, source = table.header.index("公布结果"), table.header.index("来源")
            for row in table.rows:
                assert (row[seen] == "—") == (row[source] == "—"), row
    listed = [row[0] for row in document.tables[-1].rows]
    cited = {mark for text in document.texts() for mark in re.findall(r"\[[0-9]+\]", text)}
    assert cited == set(listed)
    assert len(listed) == len(set(listed))


def test_a_figure_of_the_document_follows_the_table(facts: Facts) -> None:
    where = pl.col("target_id") == "T1.2a-3"
    other = closeout(with_column(facts, "tracking.verdicts", where, observed=55.7))
    assert "55.7%" in "\n".join(other.texts())
    assert "55.1%" in "\n".join(closeout(facts).texts())
    met = next(table for table in other.tables if table.title == "完成的目标")
    assert "55.1%" not in str(met.rows)


def test_replaced_targets_stand_beside_the_one_in_force(facts: Facts) -> None:
    pairs = {(old["target_id"], new["target_id"]) for old, new, _link in list_adjusted(facts)}
    assert pairs == {("T2.2.1-2", "D-sx-work-report-2026-1")}
    text = "\n".join(closeout(facts).texts())
    assert "12,000万千瓦左右" in text
    assert "不低于10,000万千瓦" in text


def test_warnings_of_the_next_period_are_in_natural_frequencies(facts: Facts) -> None:
    targets = list_outlook(facts, PERIOD)
    assert {row["target_year"] for row in targets} <= {2026, 2027, 2028, 2029, 2030}
    assert "T2.2.1-2" not in {row["target_id"] for row in targets}  # replaced
    assert say_chance({"p_met": 0.314}, wording("zh")) == "十次里约有3次"
    assert (
        say_chance({"p_met": 0.01, "p_met_high": 0.01}, wording("zh")) == "十次里不到1次"
    )  # never “0 of ten”
    assert say_chance({"p_met": 0.01, "p_met_high": 0.19}, wording("en")) == (
        "fewer than 1 of ten, about 2 by the widest reading"
    )
    assert say_chance({"p_met": None}, wording("zh")) == "不能估计"
    table = next(t for t in closeout(facts).tables if t.title == "下一阶段目标")
    assert len(table.rows) == len(targets)


def test_cities_without_figures_are_named_and_not_ranked(facts: Facts) -> None:
    due = list_due(facts, PERIOD)
    blank = list_blank_cities(facts, due)
    assert len(blank) == 11
    text = "\n".join(closeout(facts).texts())
    assert all(row["name_zh"] in text for row in blank)


def test_a_rule_pack_without_figures_is_one_sentence_and_the_others_name_their_rules(facts: Facts) -> None:
    document = closeout(facts)
    results = facts.tables["evaluation.results"]
    table = next(t for t in document.tables if t.title.startswith("考核结果"))
    told = results.filter((pl.col("outcome") != "no_figures") & (pl.col("subject_kind") != "informed"))
    assert "省委组织部" not in told["name_zh"]
    assert table.title == f"考核结果（未见公布的省直部门考核规则；2025年；版本{told['version'][0]}）"
    assert [row[0] for row in table.rows] == told["name_zh"].to_list()
    silent = results.filter(pl.col("outcome") == "no_figures").select("rule_pack", "year").unique()
    said = [part.text for part in document.paragraphs if "不评分、不排名" in part.text]
    assert len(said) == silent.height > 1
    assert any("国家发展改革委2014年碳强度降低目标责任考核评估办法" in text for text in said)


def test_a_fall_is_a_positive_number_in_a_document(facts: Facts) -> None:
    text = "\n".join(closeout(facts).texts())
    assert "不高于−" not in text
    assert "下降不低于14.5%" in text
    assert "比2020年下降9.5%左右" in text
    assert "a fall of at least 14.5%" in "\n".join(closeout(facts, "en").texts())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["shanxi", "tiny"])
def test_both_packs_and_languages_without_a_word_of_advice_to_cut(name: str, language: Language) -> None:
    plan = {"shanxi": "sx-peak-2022-29", "tiny": "sn-peak"}[name]
    document = closeout(facts_of(name).facts, language, plan)
    text = "\n".join(document.texts()).lower()
    assert [word for word in FORBIDDEN if word in text] == []
    assert str(DAY.year) in text
    if language == "en":
        own = "\n".join(p.text for p in document.paragraphs if p.kind != "note")
        assert not re.search(
            "[\u4e00-\u9fff]", own.replace("晋政发〔2022〕29号", "").replace("示例〔2022〕1号", "")
        )
