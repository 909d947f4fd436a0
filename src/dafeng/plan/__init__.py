"""The plan as data: which target is in force, who is responsible, selections and details."""

from dafeng.plan.detail import describe_item
from dafeng.plan.force import find_in_force
from dafeng.plan.select import (
    TargetFilter,
    find_clauses,
    select_agencies,
    select_clauses,
    select_systems,
    select_targets,
)

__all__ = [
    "TargetFilter",
    "describe_item",
    "find_clauses",
    "find_in_force",
    "select_agencies",
    "select_clauses",
    "select_systems",
    "select_targets",
]
