"""The decisions of a pack as a table: what is settled, by decision key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.pack.schema import DecisionsTaken
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from dafeng.pack.model import Decisions


def list_decisions(decisions: Decisions) -> pl.DataFrame:
    """Return the decisions that were taken; what is unset is undecided and has no row.

    Parameters
    ----------
    decisions : Decisions
        Of ``pack.toml``.

    Returns
    -------
    DecisionsTaken
        Keys as in ``decision_key`` of the open questions: ``about.relative_tolerance``,
        ``target_year.<target>``, ``target_value.<target>``, ``same_scope.<indicator>``,
        ``complete_registers.<register>`` and recorded ones.
    """
    taken: dict[str, str] = {}
    if decisions.about.relative_tolerance is not None:
        taken["about.relative_tolerance"] = f"{decisions.about.relative_tolerance:g}"
    taken |= {f"target_year.{target}": str(year) for target, year in decisions.target_year.items()}
    taken |= {f"target_value.{target}": f"{value:g}" for target, value in decisions.target_value.items()}
    taken |= {f"same_scope.{indicator}": series for indicator, series in decisions.same_scope.items()}
    taken |= {f"complete_registers.{register}": "true" for register in decisions.complete_registers}
    taken |= decisions.recorded
    if not taken:
        return empty_table(DecisionsTaken)
    return check(pl.DataFrame({"decision_key": list(taken), "decided": list(taken.values())}), DecisionsTaken)
