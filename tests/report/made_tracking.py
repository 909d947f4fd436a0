"""Made-up tables of tracking, evaluation and the cities; texts are hostile on purpose."""

from __future__ import annotations

from typing import Any

Rows = dict[str, list[dict[str, Any]]]
HOSTILE = "</script><img src=x onerror=alert(1)> & \u2028 '\""
RULE = {"rule_id": "barometer_2020", "document_number": "测试〔2020〕1号", "valid_from": "2020", "grade": "B"}
FIRST, LAST, BASE = 2015, 2025, 2020
"""Years of the observations, base year of the paths."""


def make_rows() -> Rows:
    """Return the rows of every table of the pages of tracking, evaluation, cities and bodies."""
    made = {**make_warnings(), **make_scores(), **make_cities(), **make_evaluation()}
    return {name: [_rounded(row) for row in rows] for name, rows in made.items()}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose numbers have few digits, as published ones have."""
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}


def warning(target_id: str, level: str, *, official: bool = False, **facts: Any) -> dict[str, Any]:
    """Return a warning; what is not said is null."""
    empty = {
        "target_id": target_id,
        "as_of": "2026-11-22",
        "level": level,
        "is_official": official,
        "level_reason": "no_figure",
        "level_to_date": "cannot_judge",
        "indicator_id": "i1",
        "p_basis": "none",
        "own_level": "cannot_judge",
        "why_zh": "没有可比的数",
        "why_en": "no comparable figure",
    }
    return empty | facts


def make_warnings() -> Rows:
    """Return warnings of each level with their paths, values and replay."""
    seen = {"basis_id": "s1", "period": "2025", "unit": "%", "target_year": 2030, "grade": "A", "points": 11}
    rows = [
        warning(
            "t1",
            "red",
            official=True,
            rule_id=RULE["rule_id"],
            behind_share=0.314,
            observed=55.1,
            required=58.25,
            p_met=0.12,
            p_basis="trend",
            own_level="red",
            last_change=0.4,
            needed_per_year=2.98,
            missed_milestone_year=2025,
            missed_milestone=58.25,
            level_reason="behind",
            driver="sector_structure",
            driver_mt=12.34,
            driver_from=2020,
            driver_to=2022,
            agency_ids="a1;a2",
            lever_ids="l1;l2",
            outlook_low=0.21,
            outlook_high=0.58,
            why_zh=HOSTILE,
            why_en=HOSTILE,
            **seen,
        ),
        warning(
            "t3",
            "amber",
            rule_id=RULE["rule_id"],
            behind_share=0.05,
            observed=84.0,
            required=84.5,
            p_met=0.62,
            p_met_high=0.81,
            level_to_date="red",
            level_reason="behind",
            p_basis="trend",
            own_level="green",
            outlook_low=0.4,
            outlook_high=0.42,
            needed_per_year=1.2,
            why_zh="略有滞后",
            why_en="slightly behind",
            **seen | {"basis_id": "s2"},
        ),
        warning(
            "t2",
            "green",
            rule_id=RULE["rule_id"],
            behind_share=-0.2,
            observed=96.0,
            required=95.0,
            p_met=1.0,
            level_reason="on_schedule",
            p_basis="settled",
            why_zh="已完成",
            why_en="met",
            **seen | {"basis_id": "s3"},
        ),
        warning("t4", "cannot_judge", official=True, p_basis="too_few", points=2),
    ]
    return {
        "tracking.warnings": rows,
        "tracking.barometer": [
            {**RULE, "level": level, "quantity": "intensity", "share_of": "whole_target"}
            for level in ("red", "amber", "green")
        ],
        "tracking.paths": [*_path("t1", 50.0, 70.0), *_path("t3", 80.0, 90.0)],
        "tracking.values": [*_values("s1", 50.0, 0.4), *_values("s2", 80.0, 0.8)],
        "tracking.replay": _replay(),
    }


def _path(target_id: str, base: float, goal: float) -> list[dict[str, Any]]:
    return [
        {
            "target_id": target_id,
            "year": year,
            "required": base + (goal - base) * (year - BASE) / 10,
            "unit": "%",
            "shape": "linear",
            "base_year": BASE,
            "base": base,
            "is_milestone": year == LAST,
            "vintage": "测试方案",
        }
        for year in range(BASE, BASE + 11)
    ]


def _values(basis_id: str, start: float, step: float) -> list[dict[str, Any]]:
    return [
        {
            "indicator_id": "i1",
            "region": "XX-T",
            "year": year,
            "period": str(year),
            "basis": "series",
            "basis_id": basis_id,
            "value": start + step * (year - BASE),
            "bound": "eq",
            "unit": "%",
            "relation": "same",
            "scope_zh": HOSTILE,
            "scope_en": HOSTILE,
            "known_on": f"{year + 1}-03-01",
            "known_assumed": year == LAST,
            "vintage": "first",
            "source_ids": "book",
            "grade": "A",
        }
        for year in range(FIRST, LAST + 1)
    ]


def _replay() -> list[dict[str, Any]]:
    levels = {"t1": ("green", "amber", "red"), "t3": ("cannot_judge", "green", "amber"), "t4": (None,) * 3}
    return [
        {
            "as_of": f"{year}-12-31",
            "target_id": code,
            "verdict": "not_yet_due",
            "level": level,
            "p_met": None if level is None else 0.5,
        }
        for code, given in levels.items()
        for year, level in zip(range(2023, 2026), given, strict=True)
    ]


def make_scores() -> Rows:
    """Return the test of the thresholds, one kind of goals estimable, the other not, and its reliability."""
    posed = {"basis": "posed_goals", "threshold": 0.8, "level": "red"}
    shares = ((0.1, 0.05, 40), (0.5, 0.46, 60), (0.9, 0.97, 30))
    return {
        "tracking.warning_scores": [
            {
                **posed,
                "horizon_years": 4,
                "cases": 130,
                "outcomes": 41,
                "misses": 60,
                "hit_share": 0.55,
                "false_alarm_share": 0.08,
                "estimable": True,
            },
            {
                **posed,
                "level": "amber",
                "threshold": 0.5,
                "horizon_years": 4,
                "cases": 130,
                "outcomes": 41,
                "misses": 60,
                "hit_share": 0.81,
                "false_alarm_share": 0.22,
                "estimable": True,
            },
            {
                **posed,
                "basis": "plan_targets",
                "horizon_years": 4,
                "cases": 2,
                "outcomes": 1,
                "misses": 0,
                "estimable": False,
            },
        ],
        "tracking.reliability": [
            {
                "basis": "posed_goals",
                "bin_low": mean - 0.1,
                "bin_high": mean + 0.1,
                "cases": cases,
                "outcomes": cases // 3,
                "mean_p": mean,
                "met_share": met,
                "low_share": max(met - 0.1, 0.0),
                "high_share": min(met + 0.1, 1.0),
            }
            for mean, met, cases in shares
        ]
        + [{"basis": "posed_goals", "bin_low": 0.2, "bin_high": 0.4, "cases": 0, "outcomes": 0}],
    }


def make_cities(cities: tuple[str, ...] = ("C1",)) -> Rows:
    """Return the files of cities that report; every other city of the province is silent."""
    facts = {"source_id": "book", "grade": "A"}
    rows: Rows = {
        name: []
        for name in (
            "cities.figures",
            "cities.allocation",
            "cities.dossiers",
            "cities.plans",
            "cities.plan_events",
        )
    }
    for code in cities:
        rows["cities.figures"] += [
            {
                "region": code,
                "year": year,
                "item": "energy_total",
                "unit": "10^4 tce",
                "value": 100.0 + year,
                **facts,
            }
            for year in (2020, 2021)
        ]
        split = {
            "target_id": "t1",
            "region": code,
            "quantity": "energy_intensity",
            "base_year": 2020,
            "target_year": 2025,
            "unit": "10^4 tce",
            "is_locked": False,
            "status": "assigned",
            "grade": "A",
        }
        rows["cities.allocation"] += [
            split
            | {
                "scheme_id": method,
                "method": method,
                "base": 2120.0,
                "growth_ratio": 1.35,
                "assigned": fall,
                "implied": 2120.0 * 1.35 * (1 - fall),
            }
            for method, fall in (("uniform", 0.15), ("convergence", 0.182))
        ]
        shared = {"region": code, "target_year": 2025, "unit": "%", "target_source_id": "book", **facts}
        rows["cities.dossiers"] += [
            {
                **shared,
                "target_id": "x",
                "indicator_id": "i1",
                "city_target_id": "x",
                "city_value": 16.0,
                "province_target_id": "t1",
                "province_value": 14.5,
                "comparison": "stricter",
                "observed": 12.0,
                "observed_unit": "%",
                "bound": "ge",
                "relation": "proxy",
                "period": "2024",
            },
            {
                **shared,
                "target_id": "t2",
                "indicator_id": "i2",
                "province_target_id": "t2",
                "province_value": 95.0,
                "comparison": "province_only",
            },
        ]
        rows["cities.plans"].append(
            {
                "region": code,
                "document_id": "plan",
                "status": "revising",
                "peak_year": 2030,
                "note_zh": HOSTILE,
                "note_en": HOSTILE,
                **facts,
            }
        )
        rows["cities.plan_events"] += [
            {
                "region": code,
                "event_id": "e1",
                "date": "2026-03-01",
                "kind": "submitted",
                "text_zh": "初稿",
                "text_en": "Draft",
                "source_id": "book",
            },
            {
                "region": code,
                "event_id": "e2",
                "date": "2026-04-01",
                "kind": "opinion",
                "agency_id": "a1",
                "answers_event_id": "e1",
                "text_zh": HOSTILE,
                "text_en": HOSTILE,
                "source_id": "book",
            },
        ]
    silent = {
        "scheme_id": "uniform",
        "method": "uniform",
        "target_id": "t1",
        "region": "C2",
        "base_year": 2020,
        "quantity": "energy_intensity",
        "target_year": 2025,
        "unit": "10^4 tce",
        "is_locked": False,
        "status": "missing",
        "missing_items": "energy_total;gdp_constant",
    }
    rows["cities.allocation"].append(silent)
    check = {
        "target_id": "t1",
        "required": 0.145,
        "unit": "10^4 tce",
        "cities_known": len(cities),
        "cities_all": 2,
    }
    rows["cities.allocation_check"] = [
        check
        | {
            "scheme_id": "uniform",
            "method": "uniform",
            "reached": 0.131,
            "cities_sum": 2500.0,
            "allowed": 2460.0,
            "gap": -40.0,
            "weighted_growth": 1.41,
            "mean_growth": 1.35,
            "uniform_needed": 0.19,
            "outcome": "fails",
        },
        check
        | {
            "scheme_id": "convergence",
            "method": "convergence",
            "reached": 0.15,
            "cities_sum": 2450.0,
            "allowed": 2460.0,
            "gap": 10.0,
            "weighted_growth": 1.41,
            "mean_growth": 1.35,
            "outcome": "holds",
        },
    ]
    return rows


def make_evaluation() -> Rows:
    """Return one city with a rank, one without figures, a body whose weights are not known, a company."""
    rules = [
        {
            "rule_pack": "r1",
            "item_id": item,
            "part": part,
            "kind": kind,
            "name_zh": f"考核项{item}",
            "name_en": f"Item {item}",
            "formula": formula,
            "points_max": most,
            "document_zh": "测试办法",
            "document_en": "Test rules",
            "grade": "B",
        }
        for item, part, kind, formula, most in (
            ("annual", "targets", "scored", "annual_completion", 25.0),
            ("tasks", "tasks", "scored", "awarded", None),
        )
    ]
    score = {"rule_pack": "r1", "year": 2025, "kind": "scored", "why_zh": HOSTILE, "why_en": HOSTILE}
    result = {
        "rule_pack": "r1",
        "year": 2025,
        "points_judged": 0.0,
        "items_judged": 0,
        "items_all": 2,
        "version": "v1",
        "why_zh": HOSTILE,
        "why_en": HOSTILE,
    }
    ranked = {
        "points": 23.5,
        "points_judged": 25.0,
        "points_max": 100.0,
        "items_judged": 1,
        "outcome": "partial",
        "grade_name": "good",
        "rank": 3,
        "rank_best": 2,
        "rank_worst": 5,
        "rank_kept_share": 0.68,
    }
    return {
        "evaluation.rules": rules,
        "evaluation.scores": [
            score
            | {
                "subject_id": "C1",
                "item_id": "annual",
                "part": "targets",
                "unit": "%",
                "required": 3.2,
                "achieved": 3.0,
                "completion_ratio": 0.94,
                "points": 23.5,
                "points_max": 25.0,
                "status": "scored",
                "is_missed": True,
                "appeal": "pending",
                "source_ids": "book",
                "grade": "A",
            },
            score | {"subject_id": "C1", "item_id": "tasks", "part": "tasks", "status": "no_figures"},
        ],
        "evaluation.results": [
            result
            | ranked
            | {"subject_id": "C1", "subject_kind": "city", "name_zh": "甲市", "name_en": "City 1"},
            result | {"subject_id": "C2", "subject_kind": "city", "name_zh": "乙市", "outcome": "no_figures"},
            result
            | {"subject_id": "a1", "subject_kind": "department", "name_zh": "部门1", "outcome": "blocked"},
            result
            | {"subject_id": "a3", "subject_kind": "informed", "name_zh": "部门3", "outcome": "not_scored"},
        ],
        "evaluation.appeals": [
            {
                "subject_id": "C1",
                "year": 2025,
                "item_id": "annual",
                "filed_on": "2026-05-06",
                "claim_zh": HOSTILE,
                "decision": "pending",
                "source_id": "book",
            },
        ],
        "evaluation.departments": [
            {
                "agency_id": body,
                "target_id": target,
                "clause_id": "c1",
                "role": "lead",
                "verdict": verdict,
                "level": level,
            }
            for body in ("a1", "a2", "a3")
            for target, verdict, level in (
                ("t1", "off_track", "red"),
                ("t2", "met", "green"),
                ("t4", "needs_decision", None),
            )
        ],
        "evaluation.follow_ups": [
            {
                "notice_id": "n1",
                "step": step,
                "recorded_on": f"2026-0{step}-01",
                "recorded_by": "x",
                "kind": "reminder",
                "subject_id": "a1",
                "state": state,
                "due_on": "2026-06-30",
                "text": HOSTILE,
            }
            for step, state in ((1, "drafted"), (2, "issued"))
        ],
    }
