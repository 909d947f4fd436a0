"""Why a decision is as it is, in words: because of which role, or what would be needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.access.grants import APART, EVERYTHING, STEP

if TYPE_CHECKING:
    from dafeng.access.decision import Decision, Scope
    from dafeng.errors import Language

MOST_REASONS = 5
"""Reasons that are told; the relation lists all."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of a decision; as a parameter of a message it reads in either language.

    Parameters
    ----------
    decision : Decision
        What was decided.
    permissions : polars.DataFrame
        The relation (Permissions), for what the subject may do instead.
    grants : polars.DataFrame
        What roles may do (Grants), for who could do it.
    """

    decision: Decision
    permissions: pl.DataFrame
    grants: pl.DataFrame

    def text(self, language: Language) -> str:
        """Return the explanation, some sentences."""
        head = _question(self.decision, language)
        lines = self._reasons(language) if self.decision.allowed else self._lacks(language)
        return head + ("；" if language == "zh" else "; ").join(lines)

    def _reasons(self, language: Language) -> list[str]:
        """Return role, reach and basis of the lines that allow it."""
        said = []
        for line in self.decision.because.head(MOST_REASONS).iter_rows(named=True):
            role = _role(line["role"], language)
            reach = _tell_reach(line["region"], line["agency"], line["maker"], language)
            if language == "zh":
                said.append(f"因其角色“{role}”（{reach}），依据：{line['basis_zh']}")
            else:
                said.append(f"because of the role {role} ({reach}), basis: {line['basis_en']}")
        return said

    def _lacks(self, language: Language) -> list[str]:
        """Return where the subject may do it, what else it may do here, and which roles could do it."""
        decision = self.decision
        own = self.permissions.filter(pl.col("subject") == decision.subject)
        reaches = [decision.resource] if decision.resource in APART else [decision.resource, EVERYTHING]
        here = own.filter(pl.col("resource").is_in(reaches))
        same = here.filter(pl.col("action") == decision.action)
        lines = []
        if not same.is_empty():
            scopes = same.select("region", "agency", "maker").unique(maintain_order=True).head(MOST_REASONS)
            told = "; ".join(_tell_reach(r, a, m, language) for r, a, m in scopes.iter_rows())
            lines.append(f"只可对下列范围：{told}" if language == "zh" else f"allowed only on: {told}")
        actions = [_action(one, language) for one in here["action"].unique().sort()]
        gap = "、" if language == "zh" else ", "
        if language == "zh":
            lines.append(f"对此可做：{gap.join(actions)}" if actions else "对此没有任何权限")
        else:
            lines.append(f"may do here: {gap.join(actions)}" if actions else "has no right here at all")
        able = self.grants.filter(pl.col("resource").is_in(reaches) & (pl.col("action") == decision.action))[
            "role"
        ].unique(maintain_order=True)
        roles = gap.join(_role(role, language) for role in able)
        if language == "zh":
            lines.append(f"有此权限的角色：{roles}" if roles else "没有任何角色有此权限")
        else:
            lines.append(f"roles that could: {roles}" if roles else "no role could")
        return lines


def _question(decision: Decision, language: Language) -> str:
    action = _action(decision.action, language)
    where = _tell_scope(decision.scope, language)
    if language == "zh":
        return f"{decision.subject} {'可以' if decision.allowed else '不可以'}对{where}{action}："
    return f"{decision.subject} {'may' if decision.allowed else 'may not'} {action} on {where}: "


def _tell_scope(scope: Scope | str, language: Language) -> str:
    if isinstance(scope, str):
        return f" {scope} " if language == "zh" else scope
    names = {"zh": ("地区", "部门", "制作者", "无"), "en": ("region", "agency", "maker", "none")}[language]
    values = zip(names, (scope.region, scope.agency, scope.maker), strict=False)
    parts = ", ".join(f"{name} {value or names[3]}" for name, value in values)
    return f" {scope.resource}（{parts}）" if language == "zh" else f"{scope.resource} ({parts})"


def _tell_reach(region: str, agency: str, maker: str, language: Language) -> str:
    """Return the scope of a line in words."""
    names = {
        "zh": ("地区 {} 及以下", "部门 {}", "{} 所建的行", "全部"),
        "en": ("region {} and below", "agency {}", "rows made by {}", "everything"),
    }[language]
    values = zip(names, (region, agency, maker), strict=False)
    parts = [name.format(value) for name, value in values if value != EVERYTHING]
    return ", ".join(parts) or names[3]


def _action(action: str, language: Language) -> str:
    """Return an action in words; a step by its id, as commands take it."""
    if action.startswith(STEP):
        name = action.removeprefix(STEP)
        return f"流转（{name}）" if language == "zh" else f"take the step {name}"
    return terms.name("access_action", action, language)


def _role(role: str, language: Language) -> str:
    return terms.name("access_role", role, language)
