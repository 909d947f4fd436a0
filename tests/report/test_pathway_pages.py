"""The pages of pathways: headlines that are true, refusals that are shown, a scope on every page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.app.tables import TABLES
from dafeng.provenance import Step
from dafeng.report import PAGES, ReportContext, ReportMeta
from dafeng.report.pages import hindcast, peak, scenarios, spread, wedges
from dafeng.result import NamedTable
from dafeng.table import columns_of

if TYPE_CHECKING:
    from dafeng.report.page import Page

META = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22")
WHOLE = {"boundary": "production", "power_export": "included", "process": "with_process", "gases": "co2"}
OURS = (peak.PAGE, wedges.PAGE, hindcast.PAGE, spread.PAGE, scenarios.PAGE)
Rows = dict[str, list[dict[str, Any]]]


def context_of(rows: Rows, steps: tuple[Step, ...] = ()) -> ReportContext:
    """Return a run whose other tables are empty."""
    tables = {}
    for table_id, (contract, zh, en) in TABLES.items():
        schema = {spec.name: spec.dtype for spec in columns_of(contract)}
        frame = pl.DataFrame(rows.get(table_id, []), schema=schema)
        tables[table_id] = NamedTable(table_id, frame, contract, zh, en)
    return ReportContext(META, tables, steps)


def text_of(page: Page, rows: Rows, language: str = "zh", steps: tuple[Step, ...] = ()) -> str:
    """Return what a reader of one language sees of a page."""
    html = page.render(context_of(rows, steps))
    other = "en" if language == "zh" else "zh"
    shown = re.sub(rf'<span class="{other}" lang="[^"]+">.*?</span>', "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", shown))


def peak_row(scenario: str, share: float, **changes: Any) -> dict[str, Any]:
    count = max(round(100 * share), 1)
    return {
        "scenario": scenario, **WHOLE, "draws": 1024, "by_year": 2030, "peaked_share": share,
        "peaked_error": 0.01, "words_zh": f"100 种未来里约有 {count} 种",
        "words_en": f"in about {count} of 100 futures", "plateau_share": 0.2, "none_share": 0.5,
        "p05_year": 2028, "p50_year": 2041, "p95_year": None, "level_p05": 600.0, "level_p50": 700.0,
        "level_p95": 900.0, "unit": "Mt CO2", **changes,
    }  # fmt: skip


def fan_rows(scenario: str, rise: float) -> list[dict[str, Any]]:
    rows = []
    for year in (2022, 2030, 2060):
        middle = 600.0 + rise * (year - 2022)
        spread_at = 2.0 * (year - 2022)
        ends = {"p05": -2, "p25": -1, "p50": 0, "p75": 1, "p95": 2}
        quantiles = {name: middle + times * spread_at for name, times in ends.items()}
        rows.append(
            {"scenario": scenario, **WHOLE, **quantiles, "mean": middle, "unit": "Mt CO2", "year": year}
        )
    return rows


def pathway_rows() -> Rows:
    lever = {"lever_id": "L1", "lever_zh": "风电", "lever_en": "Wind", "unit": "GW", "base_value": 80.0}
    order = {"value": 120.0, "start_year": 2025, "end_year": 2030, "shape": "linear"}
    none = {"lever_id": "", "lever_zh": "", "lever_en": ""}
    plan = {"scenario": "plan", "name_zh": "方案", "name_en": "Plan", "inherits": "trend", "autonomous": 1.0}
    trend = {**plan, "scenario": "trend", "name_zh": "趋势", "name_en": "Trend", "inherits": None}
    sums = {"p05": 5000.0, "p25": 5500.0, "p50": 6000.0, "p75": 6500.0, "p95": 7000.0, "mean": 6000.0}
    return {
        "pathway.scenarios": [{**plan, **lever, **order}, {**trend, **none}],
        "pathway.peak": [peak_row("plan", 0.12), peak_row("trend", 0.0)],
        "pathway.fan": [*fan_rows("plan", 2.0), *fan_rows("trend", 5.0)],
        "pathway.cumulative": [
            {"scenario": "plan", **WHOLE, **sums, "unit": "Mt CO2", "from_year": 2022, "to_year": 2030}
        ],
        "pathway.calibration": [
            {"year": 2022, "sector": "agriculture", "fuel": "Diesel_Oil", "chain": "agriculture",
             "share": 1.0, "basis": "derived", "co2_mt": 1.5, "energy_tj": 20.0, "energy_basis": "calorific"}
        ],
        "pathway.parameters": [
            {"parameter": "p", "value": 0.3, "unit": "1", "state": "demonstration", "grade": "C",
             "zh": "参数甲", "en": "parameter one"}
        ],
    }  # fmt: skip


def wedge_rows(drawn: bool = False) -> Rows:
    shared = {"scenario": "plan", "reference": "today", **WHOLE, "draws": 64}
    rows, totals = [], []
    for view in ("clause", "agency", "lever"):
        for year in (2022, 2030):
            parts = {"A": 30.0, "B": -5.0} if year == 2030 else {"A": 0.0, "B": 0.0}
            rows += [
                {**shared, "view": view, "group": f"L_{name}", "zh": f"{view}甲{name}",
                 "en": f"{view} {name}", "year": year, "reduction_mt": value, "standard_error_mt": 0.25,
                 "method": "exact", "samples": 0}
                for name, value in parts.items()
            ]  # fmt: skip
            totals.append(
                {**shared, "view": view, "year": year, "reference_mt": 700.0,
                 "scenario_mt": 700.0 - sum(parts.values()), "reduction_mt": sum(parts.values()),
                 "standard_error_mt": 0.5}
            )  # fmt: skip
    cost = {
        "scenario": "plan", "reference": "today", **WHOLE, "year": 2030, "rank": 1, "lever_id": "L_A",
        "zh": "甲", "en": "A", "status": "drawn", "reduction_mt": 30.0, "from_mt": 0.0, "to_mt": 30.0,
        "cost_cny_per_t": -50.0, "present_cost_cny_per_t": -30.0, "price_year": 2020, "weak": True,
    }  # fmt: skip
    verdict = {"year": 2030, "drawn": drawn, "weak_share": 0.2 if drawn else 0.9, "weak_limit": 0.5}
    reason = (
        {} if drawn else {"reason_zh": "依据太少，不画。", "reason_en": "Too little evidence: not drawn."}
    )
    effect = {"lever_id": "L_A", "number": 1, "effect": "none", "coefficient": 1.0, "low": 1.0, "high": 1.0,
              "unit": "1", "state": "demonstration", "grade": "C"}  # fmt: skip
    return pathway_rows() | {
        "pathway.wedges": rows, "pathway.wedge_totals": totals, "pathway.costs": [cost],
        "pathway.cost_verdict": [{**verdict, "discount_rate": 0.05, **reason}],
        "pathway.lever_effects": [effect],
    }  # fmt: skip


def hindcast_rows(covered: float) -> Rows:
    value = {
        "unit": "Mt",
        "observed": 100.0,
        "p05": 80.0,
        "p25": 90.0,
        "p50": 95.0,
        "p75": 110.0,
        "p95": 130.0,
    }
    score = {**value, "model": "engine", "year": 2016, "crps": 3.0, "inside50": True, "inside90": True}
    miss = {
        **score,
        "kind": "group",
        "series": "steel",
        "observed": 200.0,
        "inside50": False,
        "inside90": False,
    }
    shares = {"coverage50": 0.5, "low50": 0.4, "high50": 0.6, "low90": 0.7, "high90": 0.95, "skill": 0.2}
    total = {"model": "engine", "n": 7, "mean_crps": 3.0, "unit": "Mt", "bias_share": -0.1, **shares}
    return pathway_rows() | {
        "pathway.hindcast": [
            {**score, "kind": "total", "series": "total"}, {**score, "kind": "group", "series": "transport"},
            miss, {**score, "kind": "indicator", "series": "wind_pv_capacity_gw", "unit": "GW", "year": 2023},
        ],
        "pathway.hindcast_summary": [
            {**total, "target": "total", "coverage90": 1.0},
            {**total, "target": "groups", "coverage90": covered, "n": 91},
            {**total, "target": "steel", "coverage90": 0.0},
            {**total, "target": "transport", "coverage90": 1.0},
            {**total, "target": "indicators", "coverage90": 1.0, "n": 1},
            {**total, "target": "total", "model": "stirpat", "coverage90": 0.9, "mean_crps": 2.0},
        ],
    }  # fmt: skip


def bar(output: str, group: str, low: float, high: float, unit: str) -> dict[str, Any]:
    return {
        "output": output, "group": group, "zh": f"组{group}", "en": f"group {group}", "low": low,
        "high": high, "mean": (low + high) / 2, "standard_error": 1.0, "unit": unit, "draws": 4096,
    }  # fmt: skip


def spread_rows() -> Rows:
    return pathway_rows() | {
        "pathway.tornado": [
            bar("co2_2030", "small", 640.0, 660.0, "Mt CO2"),
            bar("co2_2030", "large", 600.0, 700.0, "Mt CO2"),
            bar("peak_year", "large", 2030.0, 2040.5, "year"),
        ],
    }  # fmt: skip


FULL = {"peak": pathway_rows, "wedges": wedge_rows, "hindcast": lambda: hindcast_rows(0.9),
        "spread": spread_rows, "scenarios": pathway_rows}  # fmt: skip


def test_the_pages_stand_between_accounts_and_targets() -> None:
    order = [page.id for page in PAGES]
    place = order.index("peak")
    assert order[place : place + 5] == [page.id for page in OURS]
    assert order.index("territorial-consumption") < place < order.index("targets")


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.id)
def test_without_scenarios_a_page_says_not_computed(page: Page) -> None:
    assert "未测算" in text_of(page, {}) or "未作后报" in text_of(page, {})
    assert "Not computed" in text_of(page, {}, "en")


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.id)
def test_every_page_names_its_scope_and_the_grade(page: Page) -> None:
    rows = FULL[page.id]()
    assert "生产侧，含外送电力" in text_of(page, rows)
    assert "production, with exported power" in text_of(page, rows, "en")
    assert 'class="grade g-C"' in page.render(context_of(rows))


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.id)
def test_every_trace_that_a_page_names_is_stored(page: Page) -> None:
    context = context_of(FULL[page.id]())
    used = set(re.findall(r'data-trace="([^"]*)"', page.render(context)))
    assert used
    assert used <= {key for key, _ in context.traces.items()}
    assert all(context.traces.get(key).step_zh or context.traces.get(key).place_zh for key in used)


def test_the_headline_of_the_peak_is_that_of_the_plan() -> None:
    assert "“方案”情景：100 种未来里约有 12 种到 2030 年已达峰" in text_of(peak.PAGE, pathway_rows())
    english = text_of(peak.PAGE, pathway_rows(), "en")
    assert "Scenario “Plan”: emissions have peaked by 2030 in about 12 of 100 futures" in english
    assert "never a scoring input" in english
    assert "from 600 in 2022 to 616 in 2030 (nine in ten futures lie between 584 and 648)" in english


def test_a_missing_quantile_of_the_year_is_said_and_a_share_is_never_none() -> None:
    text = text_of(peak.PAGE, pathway_rows(), "en")
    assert "2041 (2028–none seen)" in text
    assert "&lt;1" in text


def test_a_scenario_below_a_floor_is_marked() -> None:
    floor = {"scenario": "plan", "driver": "coal_output", "year": 2035, "floor": 13.0, "median": 11.0,
             "unit": "10^8 t", "below_share": 0.8, "mark": "below", "state": "sourced",
             "source_id": "book"}  # fmt: skip
    kept = {**floor, "year": 2026, "below_share": 0.1, "mark": "kept"}
    text = text_of(peak.PAGE, pathway_rows() | {"pathway.security": [kept, floor]})
    assert "有情景不满足保供底线" in text
    assert "方案 不满足保供" in text
    assert "2035" in text
    calm = text_of(peak.PAGE, pathway_rows() | {"pathway.security": [kept]})
    assert "各情景都满足所列保供底线" in calm
    assert "不满足保供" not in calm


def test_published_scenarios_are_points_hollow_where_weak() -> None:
    row = {"row_id": "S1", "region": "CN-SX", "scenario_zh": "他", "scenario_en": "theirs",
           "scope_zh": "范围甲", "scope_en": "scope one", "peak_from": 2028, "peak_to": 2030,
           "peak_value": 675.5, "unit": "Mt CO2",
           "weak": True, "source_id": "book", "grade": "C"}  # fmt: skip
    bare = {**row, "row_id": "S2", "peak_value": None, "weak": False}
    rows = pathway_rows() | {"pathway.published": [row, bare]}
    html = peak.PAGE.render(context_of(rows))
    drawing = html[html.index('<svg class="bars') : html.index("</svg>", html.index('<svg class="bars'))]
    assert drawing.count("<circle") == 1
    assert 'fill="#fff" stroke="#1a232c"' in drawing
    assert "scope one" in text_of(peak.PAGE, rows, "en")


def test_wedges_sum_to_the_difference_and_show_what_raises_emissions() -> None:
    text = text_of(wedges.PAGE, wedge_rows())
    assert "2030 年比参照少排 25.0，其中“clause甲A”一部分 30.0" in text
    assert "参照 700.0 − 情景 675.0 = 25.0，等于各组之和" in text
    assert "−5.00 ± 0.25" in text
    assert "25.00 ± 0.50" in text
    assert "各杠杆停在现状" in text
    assert "演示值" in text


def test_the_cost_curve_is_drawn_or_refused_in_words() -> None:
    refused = wedges.PAGE.render(context_of(wedge_rows()))
    assert "依据太少，不画。" in refused
    assert 'aria-labelledby="wedges-costs"' not in refused
    drawn = wedges.PAGE.render(context_of(wedge_rows(drawn=True)))
    assert 'role="img" aria-labelledby="wedges-costs"' in drawn
    assert "url(#wedges-costs-hatch)" in drawn
    assert "依据太少" not in drawn


@pytest.mark.parametrize(
    ("covered", "words"), [(0.9, "within the 80–97 %"), (0.5, "too narrow"), (0.99, "too wide")]
)
def test_the_hindcast_says_whether_its_ranges_were_right(covered: float, words: str) -> None:
    text = text_of(hindcast.PAGE, hindcast_rows(covered), "en")
    assert words in text
    assert "Groups with a coverage below 80 %: Iron and steel 0%" in text
    assert "the median was 10% too low" in text


def test_the_hindcast_says_what_was_known_when_the_run_tells() -> None:
    step = Step("pathway.study", "一", "one", {"hindcast_start": 2014, "hindcast_known": "2015-12-31"}, 1)
    assert "引擎从 2014 年起算，只用 2015-12-31 以前已知的数" in text_of(
        hindcast.PAGE, hindcast_rows(0.9), steps=(step,)
    )
    assert "起算" not in text_of(hindcast.PAGE, hindcast_rows(0.9))


def test_the_smallest_score_is_bold() -> None:
    html = hindcast.PAGE.render(context_of(hindcast_rows(0.9)))
    assert re.findall(r"<strong><button[^>]*>([\d.]+)</button></strong>", html) == ["2.0", "3.0"]


def test_the_longest_bar_is_the_headline_of_the_spread() -> None:
    text = text_of(spread.PAGE, spread_rows(), "en")
    assert "Emissions in 2030 depend most on “group large”: 600 on average at one end, 700" in text
    assert "2030.0 on average at one end, 2040.5" in text
    table = text[text.index("Standard error") :]
    assert table.index("group large") < table.index("group small")
    assert "dafeng run --with ensemble" in text
    assert "No condition held in the checking half" in text


def test_effects_and_boxes_are_shown_when_computed() -> None:
    effect = {"output": "co2_2030", "group": "g", "zh": "组", "en": "group", "shapley_effect": 0.42,
              "low": 0.4, "high": 0.44, "draws": 1024}  # fmt: skip
    box = {"output": "x", "box": 1, "futures": 500, "missed": 400, "inside": 300, "missed_inside": 280,
           "added": 280, "coverage": 0.7, "density": 0.93, "support": 0.6, "base_rate": 0.8,
           "sentence_zh": "句子", "sentence_en": "a sentence"}  # fmt: skip
    rows = spread_rows() | {"pathway.sensitivity": [effect], "pathway.boxes": [box]}
    text = text_of(spread.PAGE, rows, "en")
    assert "42%" in text
    assert "a sentence (300 of the 500 checked futures fit; coverage 70%, density 93%)" in text
    assert "--with ensemble" not in text


def test_inputs_are_counted_by_state_and_the_calibration_is_laid_beside_the_inventory() -> None:
    cell = {"region": "CN-SX", "year": 2022, "variable": "co2_fuel_combustion", "sector": "agriculture",
            "fuel": "Diesel_Oil", "unit": "Mt CO2", "value": 1.5, "source": "x", "quality": "B"}  # fmt: skip
    rows = pathway_rows()
    equal = text_of(scenarios.PAGE, rows | {"inventory.emissions": [cell]}, "en")
    assert "1 numbers stand behind 2 scenarios: 0 have a source, 1 are demonstration values" in equal
    assert "sum to 1.500, equal to the inventory (1.500)" in equal
    apart = text_of(scenarios.PAGE, rows | {"inventory.emissions": [{**cell, "value": 2.0}]}, "en")
    assert "the inventory has 2.000: −0.500 apart" in apart
    assert "120 2025–2030" in equal


def test_targets_are_judged_or_say_why_not() -> None:
    target = {"target_id": "t1", "indicator_id": "i", "name_zh": "甲", "name_en": "one", "scenario": "plan",
              "target_year": 2030, "value": 18.0, "comparator": "ge", "unit": "%", "p05": 15.0, "p50": 19.0,
              "p95": 25.0, "met_low": 0.73, "met_high": 0.73, "state": "expressed", "basis": "derived",
              "reason_zh": "", "reason_en": ""}  # fmt: skip
    silent = {**target, "target_id": "t2", "name_en": "two", "met_low": None, "met_high": None, "p05": None,
              "p50": None, "p95": None, "state": "not_expressed", "reason_zh": "没有",
              "reason_en": "the engine lacks it"}  # fmt: skip
    rows = pathway_rows() | {"pathway.targets": [target, silent]}
    text = text_of(scenarios.PAGE, rows, "en")
    assert "the model can judge 1 of 2 targets, and 1 of them are met in most futures" in text
    assert "≥ 18" in text
    assert "19.0 (15.0–25.0)" in text
    assert re.search(r"the engine lacks it 1 two", text)


def test_what_delivery_decides_is_shown_without_a_share() -> None:
    target = {"target_id": "t1", "indicator_id": "i", "name_zh": "甲", "name_en": "one", "scenario": "plan",
              "target_year": 2030, "value": 18.0, "comparator": "ge", "unit": "%", "p05": 15.0, "p50": 19.0,
              "p95": 25.0, "state": "assumed", "basis": "derived", "reason_zh": "缘由",
              "reason_en": "the reason"}  # fmt: skip
    text = text_of(scenarios.PAGE, pathway_rows() | {"pathway.targets": [target]}, "en")
    assert "the model can judge 0 of 1 targets" in text
    assert "1 more are decided by the assumed delivery" in text
    assert "19.0 (15.0–25.0) %" in text
    assert "Decided by the assumed delivery" in text
    assert "the reason" not in text  # the note above the table says it once
    assert "not published" not in text
    still = {**target, "p05": 19.0, "p95": 19.0}
    assert "the reason" in text_of(scenarios.PAGE, pathway_rows() | {"pathway.targets": [still]}, "en")
    assert "Why the other targets cannot be judged" not in text
    judged = {**target, "state": "expressed", "met_low": 0.73, "met_high": 0.73}
    assert "more are decided" not in text_of(
        scenarios.PAGE, pathway_rows() | {"pathway.targets": [judged]}, "en"
    )


def assumption(key: str, share: float, **changes: Any) -> dict[str, Any]:
    row = peak_row("plan", share)
    kept = ("scenario", *WHOLE, "by_year", "peaked_share", "words_zh", "words_en", "p50_year", "level_p50")
    return {name: row[name] for name in kept} | {
        "unit": "Mt CO2", "draws": 512, "variant": key, "zh": f"假定{key}", "en": f"assumption {key}",
        "difference": share - 0.12, **changes,
    }  # fmt: skip


def test_assumptions_stand_below_the_fan_the_largest_effect_first() -> None:
    rows = [
        assumption("as_it_is", 0.12),
        assumption("small", 0.15),
        assumption("large", 0.004, p50_year=None),
    ]
    page = pathway_rows() | {"pathway.assumptions": rows}
    text = text_of(peak.PAGE, page, "en")
    start, end = (
        text.index("Which assumptions decide the answer"),
        text.index("Every scenario in every scope"),
    )
    part = text[start:end]
    assert "In about 12 of 100 futures emissions have peaked by 2030" in part
    assert "that &lt;1 (assumption large) to 15 (assumption small)" in part
    table = part[part.index("Difference") :]
    order = [table.index(f"assumption {key}") for key in ("as_it_is", "large", "small")]
    assert order == sorted(order)
    assert "−12none seen700" in table
    assert "+32041700" in table
    assert "not published" not in table
    assert text.index("Which assumptions") > text.index("Quantiles of yearly emissions")
    assert "Which assumptions" not in text_of(peak.PAGE, pathway_rows(), "en")


def test_scopes_that_count_the_same_are_shown_once_with_both_names() -> None:
    bare = {"power_export": "excluded"}
    used = {"power_export": "excluded", "boundary": "consumption"}
    apart = {"boundary": "consumption", "power_export": "excluded", "process": "energy_only"}
    peaks = [peak_row("plan", 0.12, **axes) for axes in ({}, bare, used, apart)]
    html = peak.PAGE.render(context_of(pathway_rows() | {"pathway.peak": peaks}))
    assert html.count('<tr class="group">') == 3
    text = text_of(peak.PAGE, pathway_rows() | {"pathway.peak": peaks}, "en")
    assert re.search("production, without exported power, [^;]*; the same as: consumption, without", text)
    assert text.count("; the same as:") == 1
