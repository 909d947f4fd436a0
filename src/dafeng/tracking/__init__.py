"""Tracking: published outcomes against targets, one verdict each, with its reason."""

from dafeng.tracking.board import Board, gather_cases, judge_targets, judging_rules, reason_texts
from dafeng.tracking.case import Case, Readings
from dafeng.tracking.contracts import JudgingRules, Variants, Verdicts
from dafeng.tracking.evidence import gather_evidence, known_observations
from dafeng.tracking.indicators import check_formulas, list_values
from dafeng.tracking.paths import Path, check_paths, path_of
from dafeng.tracking.replay import replay_values, replay_verdicts, year_ends

__all__ = [
    "Board",
    "Case",
    "JudgingRules",
    "Path",
    "Readings",
    "Variants",
    "Verdicts",
    "check_formulas",
    "check_paths",
    "gather_cases",
    "gather_evidence",
    "judge_targets",
    "judging_rules",
    "known_observations",
    "list_values",
    "path_of",
    "reason_texts",
    "replay_values",
    "replay_verdicts",
    "year_ends",
]
