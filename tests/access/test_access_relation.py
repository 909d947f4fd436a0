"""The relation follows from grants and members, and decisions from the relation alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.access.decision import Scope, decide, list_permissions
from dafeng.access.explanation import Explanation
from dafeng.access.grants import collect_grants
from dafeng.access.relation import close_regions, first_use_members, relate_permissions

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2026, 11, 22)


@pytest.fixture
def relation(projects: Any, members: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    standing = members(
        ("ann", "city", "P1", None),
        ("bob", "agency", "*", "energy"),
        ("carl", "agency", "*", None),
        ("dora", "enterprise", "P2", None),
        ("eve", "reviewer", "P", None),
        ("root", "administrator", "*", None),
        ("fred", "auditor", "*", None),
    )
    return relate_permissions(collect_grants([projects]), standing, DAY)


@pytest.mark.parametrize(
    ("subject", "action", "scope", "allowed"),
    [
        ("ann", "edit", Scope("projects", "P11"), True),
        ("ann", "edit", Scope("projects", "P1"), True),
        ("ann", "edit", Scope("projects", "P"), False),
        ("ann", "edit", Scope("projects", "P21"), False),
        ("ann", "edit", Scope("projects", None), False),
        ("ann", "edit", Scope("other", "P11"), False),
        ("ann", "step.start", Scope("projects", "P12"), True),
        ("ann", "step.start", Scope("projects", "P22"), False),
        ("ann", "step.accept", Scope("projects", "P12"), False),
        ("bob", "edit", Scope("projects", "P21", "energy"), True),
        ("bob", "edit", Scope("projects", "P21", "industry"), False),
        ("carl", "see", Scope("projects", "P21", "energy"), False),
        ("dora", "see", Scope("projects", "P21", None, "dora"), True),
        ("dora", "see", Scope("projects", "P21", None, "ann"), False),
        ("eve", "step.accept", Scope("projects", "P22"), True),
        ("eve", "edit", Scope("projects", "P22"), False),
        ("fred", "see", Scope("projects", None), True),
        ("fred", "edit", Scope("projects", None), False),
        ("root", "manage", "members", True),
        ("root", "step.accept", "projects", False),
        ("eve", "see", "members", False),
        ("nobody", "see", "projects", False),
    ],
)
def test_what_is_not_in_the_relation_is_refused(
    relation: pl.DataFrame, regions: pl.DataFrame, subject: str, action: str, scope: Any, allowed: bool
) -> None:
    assert decide(relation, subject, action, scope, regions).allowed is allowed


def test_a_role_that_may_not_see_takes_no_step(projects: Any) -> None:
    grants = collect_grants([projects])
    assert grants.filter(role="statistician", resource=projects.id).is_empty()
    assert set(grants.filter(action="step.start")["role"]) == {"city", "reviewer"}


def test_a_step_reaches_as_far_as_editing(projects: Any) -> None:
    grants = collect_grants([projects])
    assert grants.filter(action="step.start", role="city")["region"].to_list() == ["own"]
    assert grants.filter(action="step.start", role="reviewer")["region"].to_list() == ["all"]


def test_everything_does_not_hold_the_members(relation: pl.DataFrame, regions: pl.DataFrame) -> None:
    assert decide(relation, "root", "see", "anything_at_all", regions).allowed
    assert not decide(relation, "root", "export", "members", regions).allowed


@pytest.mark.parametrize(
    ("day", "there"),
    [("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)],
)
def test_a_role_counts_on_its_first_and_last_day(
    projects: Any, members: Callable[..., pl.DataFrame], day: str, there: bool
) -> None:
    standing = members(("ann", "city", "P1", None, "2026-03-01", "2026-03-31"))
    relation = relate_permissions(collect_grants([projects]), standing, date.fromisoformat(day))
    assert relation.is_empty() is not there


def test_first_use_stands_in_the_relation_with_its_reason(projects: Any, regions: pl.DataFrame) -> None:
    relation = relate_permissions(collect_grants([projects]), first_use_members("me", DAY), DAY)
    decision = decide(relation, "me", "step.accept", Scope("projects", "P22", "energy"), regions)
    assert decision.allowed
    assert "首次使用" in Explanation(decision, relation, collect_grants([projects])).text("zh")
    assert decide(relation, "me", "manage", "members", regions).allowed


def test_an_allowed_explanation_names_role_reach_and_basis(
    relation: pl.DataFrame, regions: pl.DataFrame, projects: Any
) -> None:
    decision = decide(relation, "ann", "edit", Scope("projects", "P11"), regions)
    why = Explanation(decision, relation, collect_grants([projects]))
    assert why.text("zh") == (
        "ann 可以对 projects（地区 P11, 部门 无, 制作者 无）修改："
        "因其角色“市级经办”（地区 P1 及以下），依据：依据"
    )
    assert "because of the role Clerk of a city (region P1 and below), basis: basis" in why.text("en")


def test_a_refusal_tells_the_own_reach_other_rights_and_who_could(
    relation: pl.DataFrame, regions: pl.DataFrame, projects: Any
) -> None:
    decision = decide(relation, "ann", "edit", Scope("projects", "P21"), regions)
    said = Explanation(decision, relation, collect_grants([projects])).text("en")
    assert "may not edit rows on projects (region P21" in said
    assert "allowed only on: region P1 and below" in said
    assert "take the step start" in said
    assert "Clerk of a provincial agency" in said
    stranger = decide(relation, "nobody", "see", "projects", regions)
    assert "has no right here at all" in Explanation(stranger, relation, collect_grants([projects])).text(
        "en"
    )


@pytest.mark.parametrize(
    ("wanted", "subjects"),
    [
        ({"subject": "ann"}, {"ann"}),
        ({"actions": ("manage",)}, {"root"}),
        ({"resource": "projects", "actions": ("edit",)}, {"ann", "bob", "root"}),
        ({"resource": "members"}, {"root", "fred"}),
        (
            {"resource": "projects", "region": "P21", "actions": ("see",)},
            {"bob", "dora", "eve", "root", "fred"},
        ),
    ],
)
def test_the_relation_is_listed_by_anything(
    relation: pl.DataFrame, regions: pl.DataFrame, wanted: dict[str, Any], subjects: set[str]
) -> None:
    assert set(list_permissions(relation, regions=regions, **wanted)["subject"]) == subjects


def test_regions_are_closed_even_if_their_parents_run_in_a_circle() -> None:
    closed = close_regions(pl.DataFrame({"code": ["a", "b", "c"], "parent_code": ["b", "a", "gone"]}))
    assert set(closed.iter_rows()) == {
        ("a", "a"),
        ("b", "a"),
        ("a", "b"),
        ("b", "b"),
        ("c", "c"),
        ("gone", "c"),
    }
