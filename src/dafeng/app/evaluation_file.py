"""Use cases: evaluate from a file of figures, hand out a rule pack, vary the weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng.app.evaluation_stage import checked_figures, subjects_of
from dafeng.cities.appeals import EvaluationAppeals
from dafeng.cities.contracts import EvaluationRules
from dafeng.cities.departments import add_tasks, join_targets
from dafeng.cities.evaluation import Evaluation, EvaluationCase, evaluate_subjects
from dafeng.cities.evaluation_checks import GivenTable
from dafeng.cities.evaluation_rules import (
    DEPARTMENT_PACK,
    ITEM_KINDS,
    builtin_rules,
    city_packs,
    is_in_force,
    parse_rules,
    select_rules,
)
from dafeng.cities.ranks import Stability, WeightDraws, vary_weights
from dafeng.errors import InputRefused, NegativeAnswer, Place
from dafeng.files import read_bytes
from dafeng.inventory.io import add_columns
from dafeng.pack import PACK_TABLES, read_pack
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.table import columns_of

if TYPE_CHECKING:
    from datetime import date

    from dafeng.table import Table

EvaluationFigures = PACK_TABLES["evaluation_figures"]
Subjects = Literal["cities", "departments"]


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to evaluate.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    rules : str
        Id of a built-in rule pack, or the path of a rule file.
    year : int
        Evaluated year. [year]
    as_of : date
        Only what was known on this day is used.
    subjects : {"cities", "departments"}
    figures, appeals : Path, optional
        CSV files in place of the pack's tables.
    draws : WeightDraws
        How weights are varied.
    max_bytes : int
        Limit of an input file. [B]
    """

    pack: str
    rules: str
    year: int
    as_of: date
    subjects: Subjects = "cities"
    figures: Path | None = None
    appeals: Path | None = None
    draws: WeightDraws = field(default_factory=WeightDraws)
    max_bytes: int = MAX_BYTES


def run_evaluation(request: EvaluationRequest) -> Evaluation:
    """Return scores and results of one year by one rule pack.

    Raises
    ------
    InputRefused
        An unknown rule pack, defective files, or rows that do not fit the rules; all rows at once.
    """
    pack = read_pack(request.pack)
    rules = read_rules(request.rules, request.max_bytes)
    given = _given_tables(request, rules)
    figures, appeals = checked_figures(pack, _with_builtin(rules), request.as_of, given)
    subjects = subjects_of(pack, request.subjects, request.as_of)
    case = EvaluationCase(rules, figures, appeals, request.year, request.as_of)
    made = evaluate_subjects(subjects, case, request.draws)
    if request.subjects == "cities":
        return made
    tasks = join_targets(pack.tables, _verdicts(request), request.as_of)
    return Evaluation(made.scores, add_tasks(made.results, tasks))


def run_stability(request: EvaluationRequest) -> Stability:
    """Return how the ranks behave under other weights, and which pairs swap.

    Raises
    ------
    InputRefused
        As :func:`run_evaluation`.
    NegativeAnswer
        ``evaluation_unranked``: no subject is complete, so that there are no ranks.
    """
    made = run_evaluation(request)
    if not made.results["rank"].count():
        raise NegativeAnswer.of("evaluation_unranked", year=request.year, rules=request.rules)
    return vary_weights(made.results, made.scores, request.draws)


def read_rules(name_or_path: str, max_bytes: int = MAX_BYTES) -> pl.DataFrame:
    """Return a built-in rule pack, or the one of a file.

    Raises
    ------
    InputRefused
        ``rule_pack_unknown``, ``rule_packs_several``, or a defective file.
    """
    path = Path(name_or_path)
    if not (path.suffix or path.exists()):
        return select_rules(name_or_path)
    optional = [spec.name for spec in columns_of(EvaluationRules) if spec.nullable]
    rules = parse_rules(add_columns(read_bytes(path, max_bytes), path.name, optional), path.name, max_bytes)
    packs = rules["rule_pack"].unique().sort()
    if len(packs) > 1:
        raise InputRefused.of("rule_packs_several", Place(path.name), packs=", ".join(packs))
    return rules


def list_packs() -> pl.DataFrame:
    """Return the built-in rule packs: document, validity, items, what is known of their points."""
    items = pl.col("kind").is_in(ITEM_KINDS)
    return builtin_rules().group_by("rule_pack", maintain_order=True).agg(
        pl.col("document_zh", "document_en", "valid_from", "valid_to", "grade").first(),
        items.sum().alias("items"),
        (items & pl.col("points_max").is_null()).sum().alias("items_without_points"),
    )  # fmt: skip


def default_rules(subjects: Subjects, year: int) -> str:
    """Return the rule pack used where none is named: that of the departments, or the cities' of the year.

    Where no pack covers the year it is the newest one.
    """
    if subjects == "departments":
        return DEPARTMENT_PACK
    packs = sorted(city_packs(), key=lambda name: str(select_rules(name)["valid_from"][0]))
    return next((name for name in reversed(packs) if is_in_force(select_rules(name), year)), packs[-1])


def _with_builtin(rules: pl.DataFrame) -> pl.DataFrame:
    others = builtin_rules().filter(~pl.col("rule_pack").is_in(rules["rule_pack"].unique().implode()))
    return pl.concat([rules, others])


def _given_tables(request: EvaluationRequest, rules: pl.DataFrame) -> dict[str, GivenTable]:
    wanted: dict[str, tuple[Path | None, type[Table]]] = {
        "evaluation_figures": (request.figures, EvaluationFigures),
        "evaluation_appeals": (request.appeals, EvaluationAppeals),
    }
    return {
        name: read_given(path, contract, rules, request.max_bytes)
        for name, (path, contract) in wanted.items()
        if path is not None
    }


def read_given(path: Path, contract: type[Table], rules: pl.DataFrame, max_bytes: int) -> GivenTable:
    """Return a file of figures or appeals; columns that may be empty may be left out.

    Parameters
    ----------
    path : Path
        CSV file.
    contract : type of Table
        EvaluationFigures or EvaluationAppeals.
    rules : EvaluationRules
        The rule packs that its items may belong to.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused
        Every defective cell.
    """
    optional = [spec.name for spec in columns_of(contract) if spec.nullable]
    raw = add_columns(read_bytes(path, max_bytes), path.name, optional, max_bytes)
    parsed = parse_csv(raw, contract, path.name, max_bytes=max_bytes)
    return GivenTable(parsed.frame, parsed.rows, path.name, rules)


def _verdicts(request: EvaluationRequest) -> dict[str, pl.DataFrame]:
    """Return verdicts and levels of warning on the day, for the counts of the departments."""
    from dafeng.app.track_board import show_board  # noqa: PLC0415 - only departments need the board

    board = show_board(request.pack, request.as_of).board
    return {"tracking.verdicts": board, "tracking.warnings": board.drop_nulls("level")}
