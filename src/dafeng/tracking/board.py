"""The target board: every target of a pack judged on a day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import LANGUAGES, Finding, InputRefused, Place
from dafeng.period import latest_date
from dafeng.plan import find_in_force
from dafeng.provenance import Step
from dafeng.table import check, columns_of, empty_table
from dafeng.tracking.case import Case, Readings, Ruling
from dafeng.tracking.contracts import JudgingRules, Variants, Verdicts
from dafeng.tracking.evidence import Evidence, gather_evidence
from dafeng.tracking.indicators import compute_indicators, computed_observations
from dafeng.tracking.paths import PATH_WORDS, PathRule, list_paths, read_rules
from dafeng.tracking.rulings import NUMERIC, rule_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.errors import Language


@dataclass(frozen=True, slots=True)
class Board:
    """Verdicts, variants, required paths and the rules that made them."""

    verdicts: pl.DataFrame
    variants: pl.DataFrame
    rules: pl.DataFrame
    paths: pl.DataFrame
    steps: tuple[Step, ...]


def judge_targets(
    tables: Mapping[str, pl.DataFrame], as_of: date, readings: Readings,
    same_scope: Mapping[str, str] | None = None, accounts: pl.DataFrame | None = None,
) -> Board:  # fmt: skip
    """Return one verdict a target; each is judged by the outcomes of its own region.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``targets``, ``target_links``, ``indicators``, ``indicator_series``, ``series``, ``observations``,
        ``open_questions``, ``documents`` and, where there are any, ``indicator_formulas``, ``target_paths``
        and ``target_milestones`` of a pack.
    as_of : date
        The day of the verdict: later publications are not known yet.
    readings : Readings
        Decisions on open wording.
    same_scope : mapping of str to str, optional
        ``indicator_id`` -> ``series_id`` decided to be the same scope.
    accounts : AccountValues, optional
        Yearly figures of the system's own accounts, for formulas that read them.

    Returns
    -------
    Board

    Raises
    ------
    InputRefused
        ``unit_wrong`` if a level is published in another unit than its target is written in.
    """
    cases = gather_cases(tables, as_of, readings, same_scope, accounts)
    problems = [finding for case in cases for finding in _check_units(case)]
    if problems:
        raise InputRefused(problems)
    questions = _questions(tables["open_questions"])
    by_id = {row["target_id"]: row for row in tables["targets"].iter_rows(named=True)}
    rows: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    for case in cases:
        target_id = case.target["target_id"]
        ruling = rule_on(case)
        rows.append(
            _verdict_row(case, ruling, by_id[case.replaced_by or target_id], questions.get(target_id))
        )
        variants += _variant_rows(target_id, ruling)
    later = tables["targets"].height - len(rows)
    return Board(
        _table(rows, Verdicts), _table(variants, Variants), judging_rules(), list_paths(cases),
        (Step(
            "tracking.judge_targets",
            f"对 {len(rows)} 个目标作出结论；{later} 个目标的文件在截止日之后公布，未列入",
            f"verdicts on {len(rows)} targets; {later} targets of documents published after the day left out",
            {"as_of": as_of.isoformat(), "about_tolerance": readings.about_tolerance}, len(rows),
        ),),
    )  # fmt: skip


def gather_cases(
    tables: Mapping[str, pl.DataFrame], as_of: date, readings: Readings,
    same_scope: Mapping[str, str] | None = None, accounts: pl.DataFrame | None = None,
) -> list[Case]:  # fmt: skip
    """Return every target that was public on a day with all that its verdict, path and warning depend on.

    Parameters
    ----------
    tables, as_of, readings, same_scope, accounts
        As in :func:`judge_targets`.
    """
    computed = computed_observations(compute_indicators(tables, as_of, accounts))
    evidence = gather_evidence(
        tables["observations"], tables["indicator_series"], as_of, same_scope or {}, computed
    )
    targets = tables["targets"]
    known = _known_targets(targets, tables.get("documents"), as_of)
    links = tables["target_links"].filter(pl.col("target_id").is_in(sorted(known)))
    in_force = find_in_force(targets, links, as_of)
    indicators = {row["indicator_id"]: row for row in tables["indicators"].iter_rows(named=True)}
    assigned = _assigned(targets, links, as_of)
    rules = read_rules(tables, as_of)
    cases = []
    for target in targets.iter_rows(named=True):
        target_id, indicator = target["target_id"], indicators[target["indicator_id"]]
        if target_id not in known:
            continue
        current = in_force[target_id]
        giver = assigned.get(target_id, ("", None))
        cases.append(Case(
            target=target, direction=indicator["direction"], indicator_kind=indicator["kind"],
            evidence=evidence.get((target["indicator_id"], target["region"]), Evidence()),
            replaced_by=current if current != target_id else "",
            assigned_by=giver[0], assigned_value=giver[1], readings=readings, as_of=as_of,
            path=rules.get(target_id, PathRule()),
        ))  # fmt: skip
    return cases


@cache
def judging_rules() -> pl.DataFrame:
    """Return how each kind of target is judged, as a :class:`JudgingRules` table."""
    return _table(list(_read("rules.csv")), JudgingRules)


@cache
def _read(name: str) -> tuple[dict[str, str], ...]:
    text = files("dafeng.tracking").joinpath(name).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def reason_texts() -> dict[str, dict[str, str]]:
    """Return the reasons that verdicts give: code -> {zh, en}."""
    return {row["reason"]: row for row in _read("reasons.csv")}


def _check_units(case: Case) -> list[Finding]:
    """Return a finding for every series in another unit than the number it would be compared with."""
    target = case.target
    if target["comparator"] not in NUMERIC or not target["unit"]:
        return []
    units = {o.series_id: o.unit for o in case.evidence.of("same") if o.unit}
    return [
        Finding(
            "unit_wrong", Place("observations.csv", column="unit"),
            {"what": f"{target['target_id']}: {series}", "value": unit, "expected": target["unit"]},
        )
        for series, unit in units.items()
        if unit != target["unit"]
    ]  # fmt: skip


def _known_targets(targets: pl.DataFrame, documents: pl.DataFrame | None, as_of: date) -> set[str]:
    """Return the targets whose document was public on the day."""
    if documents is None:
        return set(targets["target_id"])
    late = {
        row["document_id"]
        for row in documents.iter_rows(named=True)
        if row["date"] is not None and latest_date(row["date"]) > as_of
    }
    return {r["target_id"] for r in targets.iter_rows(named=True) if r["document_id"] not in late}


def _assigned(targets: pl.DataFrame, links: pl.DataFrame, as_of: date) -> dict[str, tuple[str, float | None]]:
    """Return for each assigned target and for its giver: (giver, number), as known on the day."""
    values = dict(targets.select("target_id", "value").iter_rows())
    found: dict[str, tuple[str, float | None]] = {}
    given = links.filter(pl.col("relation") == "assigns")
    for row in given.sort("date", "target_id", nulls_last=False).iter_rows(named=True):
        if row["date"] is not None and latest_date(row["date"]) > as_of:
            continue
        pair = (row["target_id"], values.get(row["target_id"]))
        found[row["other_target_id"]] = pair
        found[row["target_id"]] = pair
    return found


def _questions(questions: pl.DataFrame) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in questions.iter_rows(named=True):
        for target_id in (row["target_ids"] or "").split(";"):
            found.setdefault(target_id, []).append(row["question_id"])
    return {target_id: ";".join(ids) for target_id, ids in found.items()}


def _verdict_row(
    case: Case, ruling: Ruling, in_force: Mapping[str, Any], questions: str | None
) -> dict[str, Any]:
    seen, base = ruling.observation, ruling.baseline
    why = {language: _explain(case, ruling, in_force, language) for language in LANGUAGES}
    return {
        "target_id": case.target["target_id"],
        "as_of": case.as_of.isoformat(),
        "verdict": ruling.verdict,
        "indicator_id": case.target["indicator_id"],
        "series_id": seen and seen.series_id,
        "period": seen and str(seen.period),
        "observed": seen and (seen.value if seen.basis == "series" else _rounded(seen.value)),
        "bound": seen and seen.bound,
        "unit": (seen.unit if seen else case.target["unit"]) or None,
        "baseline_period": base and str(base.period),
        "baseline": base and base.value,
        "goal_unit": ("%" if case.target["comparator"].startswith("change") else case.target["unit"]) or None,
        "required": _rounded(ruling.required),
        "gap": _rounded(ruling.gap),
        "needed_per_year": _rounded(ruling.needed_per_year),
        "source_id": seen and seen.source_id,
        "grade": seen and seen.grade,
        "in_force_target_id": in_force["target_id"],
        "why_zh": why["zh"],
        "why_en": why["en"],
        "question_ids": questions,
    }


def _explain(case: Case, ruling: Ruling, in_force: Mapping[str, Any], language: Language) -> str:
    words = {"in_force": in_force[f"name_{language}"], "path": PATH_WORDS[case.path.shape][language]}
    text = reason_texts()[ruling.reason][language].format(**{**ruling.params, **words})
    seen = ruling.observation
    if seen is None or seen.basis == "series":
        return text
    how = "from_register" if seen.basis == "register" else "computed"
    return text + reason_texts()[how][language].format(formula=seen.series_id)


def _rounded(value: float | None) -> float | None:
    """Return a difference without the noise of binary fractions (10 significant digits)."""
    return None if value is None else float(f"{value:.10g}")


def _variant_rows(target_id: str, ruling: Ruling) -> list[dict[str, Any]]:
    return [
        {
            "target_id": target_id, "reading": f"about.relative_tolerance={tolerance:g}",
            "reading_zh": f"“左右”读作允许偏差 {tolerance:.0%}" if tolerance else "“左右”不打折扣",
            "reading_en": f"“about” as within {tolerance:.0%}" if tolerance else "“about” to the letter",
            "verdict": verdict,
        }
        for tolerance, verdict in ruling.variants
    ]  # fmt: skip


def _table(rows: list[dict[str, Any]], contract: Any) -> pl.DataFrame:
    if not rows:
        return empty_table(contract)
    schema = {spec.name: spec.dtype for spec in columns_of(contract)}
    return check(pl.DataFrame(rows, schema=schema, orient="row"), contract)
