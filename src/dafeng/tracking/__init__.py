"""Tracking: published outcomes against targets, one verdict each, with its reason."""

from dafeng.tracking.board import Board, judge_targets, judging_rules, reason_texts
from dafeng.tracking.case import Readings
from dafeng.tracking.contracts import JudgingRules, Variants, Verdicts
from dafeng.tracking.evidence import known_observations

__all__ = [
    "Board",
    "JudgingRules",
    "Readings",
    "Variants",
    "Verdicts",
    "judge_targets",
    "judging_rules",
    "known_observations",
    "reason_texts",
]
