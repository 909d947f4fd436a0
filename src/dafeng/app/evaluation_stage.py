"""The stage ``evaluation``: cities and departments by every built-in rule pack, on the day of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.cities.appeals import known_appeals
from dafeng.cities.departments import add_tasks, join_targets, list_bodies, list_cities
from dafeng.cities.evaluation import Evaluation, EvaluationCase, evaluate_subjects, known_figures
from dafeng.cities.evaluation_checks import GivenTable, check_given, list_defects
from dafeng.cities.evaluation_rules import DEPARTMENT_PACK, builtin_rules, city_packs, select_rules
from dafeng.pack import PACK_TABLES
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.app.stages import RunContext
    from dafeng.errors import Finding
    from dafeng.pack import Pack

EVALUATION_FILES = (
    "regions", "agencies", "clause_agencies", "targets", "evaluation_figures", "evaluation_appeals",
)  # fmt: skip
TABLES = ("evaluation_figures", "evaluation_appeals")
EVALUATION_NEEDS = ("tracking.verdicts", "tracking.warnings")


def evaluate_pack(context: RunContext) -> Result:
    """Return scores and results of the last complete year and of all years with figures.

    Raises
    ------
    InputRefused
        Defective figures or appeals of the pack, row by row.
    """
    pack, as_of = context.pack, context.as_of
    figures, appeals = checked_figures(pack, builtin_rules(), as_of)
    tasks = join_targets(pack.tables, context.given, as_of)
    made: list[Evaluation] = []
    for year in evaluated_years(figures, as_of):
        for rule_pack in [*city_packs(), DEPARTMENT_PACK]:
            case = EvaluationCase(select_rules(rule_pack), figures, appeals, year, as_of)
            subjects = subjects_of(pack, "departments" if rule_pack == DEPARTMENT_PACK else "cities", as_of)
            made.append(evaluate_subjects(subjects, case))
    results = pl.concat(one.results for one in made)
    bodies = pl.col("subject_kind") != "city"
    results = pl.concat([results.filter(~bodies), add_tasks(results.filter(bodies), tasks)])
    frames = {
        "evaluation.rules": builtin_rules(),
        "evaluation.scores": pl.concat(one.scores for one in made),
        "evaluation.results": results,
        "evaluation.appeals": known_appeals(appeals, as_of),
        "evaluation.departments": tasks,
    }
    ranked = results["rank"].count()
    step = Step(
        "cities.evaluate_subjects",
        f"按各规则考核 {results.height} 例，其中 {ranked} 例数据完整、参加排名",
        f"evaluated {results.height} cases by each rule, of which {ranked} are complete and ranked",
        {"as_of": as_of.isoformat()}, results.height,
    )  # fmt: skip
    return Result("evaluation", name_tables(frames), (step,))


def evaluated_years(figures: pl.DataFrame, as_of: date) -> list[int]:
    """Return the last complete year and every year with figures that were known on the day."""
    return sorted({as_of.year - 1, *known_figures(figures, as_of)["year"]})


def subjects_of(pack: Pack, which: str, as_of: date) -> pl.DataFrame:
    """Return the cities, or the departments and the bodies that are informed, as EvaluationSubjects.

    Parameters
    ----------
    pack : Pack
    which : {"cities", "departments"}
    as_of : date
    """
    if which == "cities":
        return list_cities(pack.tables["regions"], as_of)
    return list_bodies(pack.tables["agencies"], pack.tables["clause_agencies"], as_of)


def checked_figures(
    pack: Pack, rules: pl.DataFrame, as_of: date, given: Mapping[str, GivenTable] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return checked figures and appeals: the pack's, or given ones in their place.

    Parameters
    ----------
    pack : Pack
    rules : EvaluationRules
        Rule packs that the items of the pack's own tables may belong to.
    as_of : date
    given : mapping of str to GivenTable, optional
        ``evaluation_figures`` and ``evaluation_appeals`` from files.

    Raises
    ------
    InputRefused
        Everything that is wrong, row by row.
    """
    taken = {**_own_tables(pack, rules), **(given or {})}
    figures, appeals = (taken[name] for name in TABLES)
    return check_given(figures, appeals, known_subjects(pack, as_of))


def check_pack_evaluation(pack: Pack, as_of: date) -> list[Finding]:
    """Return what is wrong in the pack's own figures and appeals, by the built-in rule packs."""
    own = _own_tables(pack, builtin_rules())
    figures, appeals = (own[name] for name in TABLES)
    return list_defects(figures, appeals, known_subjects(pack, as_of))


def check_appeal_record(pack: Pack, appeals: GivenTable, as_of: date) -> None:
    """Refuse a record of appeals that names what does not exist or contradicts itself.

    Raises
    ------
    InputRefused
        Every defective row.
    """
    none = empty_table(PACK_TABLES["evaluation_figures"])
    rows = pl.Series([], dtype=pl.Int64)
    check_given(GivenTable(none, rows, "", appeals.rules), appeals, known_subjects(pack, as_of))


def _own_tables(pack: Pack, rules: pl.DataFrame) -> dict[str, GivenTable]:
    return {name: GivenTable(pack.tables[name], pack.rows[name], f"{name}.csv", rules) for name in TABLES}


def known_subjects(pack: Pack, as_of: date) -> pl.DataFrame:
    """Return all that figures may name: cities of all times and the bodies of the day."""
    return pl.concat([list_cities(pack.tables["regions"]), subjects_of(pack, "departments", as_of)])
