"""Laws of the permission relation: more lines allow more; time ends rights; no role grows itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng import terms
from dafeng.access.contracts import Grants, Members, Permissions
from dafeng.access.decision import Scope, decide, permit_rows
from dafeng.access.grants import collect_grants
from dafeng.access.relation import close_regions, relate_permissions
from dafeng.table import frame_of, keys_of

DAY = date(2026, 11, 22)
ACTORS, AGENCIES = ("ann", "bob"), ("a", "b")
REGIONS = {"P": None, "P1": "P", "P11": "P1", "P2": "P"}
CLOSURE = close_regions(pl.DataFrame({"code": list(REGIONS), "parent_code": list(REGIONS.values())}))
ROLES = ("city", "agency", "reader")
KEYS = keys_of(Permissions)

reaches = st.sampled_from(("all", "own"))
grant_rows = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES), "action": st.sampled_from(("see", "edit")),
        "resource": st.sampled_from(("x", "y", "*")), "region": reaches, "agency": reaches, "rows": reaches,
        "basis_zh": st.just("依据"), "basis_en": st.just("basis"),
    }
)  # fmt: skip
member_rows = st.fixed_dictionaries(
    {
        "actor": st.sampled_from(ACTORS), "role": st.sampled_from(ROLES),
        "region": st.sampled_from((*REGIONS, "*")), "agency": st.sampled_from((*AGENCIES, None)),
        "valid_from": st.sampled_from(("2026-01-01", "2026-11-22", "2026-12-01")),
        "valid_to": st.sampled_from((None, "2026-11-21", "2026-11-22", "2027-01-01")),
        "granted_by": st.just("root"), "granted_at": st.just("2026-01-01T00:00:00+08:00"),
    }
)  # fmt: skip
grants_of = st.lists(grant_rows, max_size=5).map(lambda rows: _unique(rows, Grants))
members_of = st.lists(member_rows, max_size=5).map(lambda rows: _unique(rows, Members))
scopes = st.builds(
    Scope, st.sampled_from(("x", "y")), st.sampled_from((*REGIONS, None)), st.sampled_from((*AGENCIES, None)),
    st.sampled_from((*ACTORS, None)),
)  # fmt: skip


def _unique(rows: list[dict[str, str | None]], contract: type) -> pl.DataFrame:
    keys = keys_of(contract)
    return frame_of(list({tuple(row[key] for key in keys): row for row in rows}.values()), contract)


def lines_of(relation: pl.DataFrame) -> set[tuple[str, ...]]:
    return set(relation.select(KEYS).iter_rows())


@given(grants_of, members_of, st.data())
@settings(max_examples=60, deadline=None)
def test_taking_away_a_grant_or_a_member_adds_no_right(
    grants: pl.DataFrame, members: pl.DataFrame, data: st.DataObject
) -> None:
    whole = lines_of(relate_permissions(grants, members, DAY))
    for frame, place in ((grants, 0), (members, 1)):
        if frame.is_empty():
            continue
        gone = data.draw(st.integers(0, frame.height - 1))
        fewer = frame.with_row_index("n").filter(pl.col("n") != gone).drop("n")
        pair = (fewer, members) if place == 0 else (grants, fewer)
        assert lines_of(relate_permissions(*pair, DAY)) <= whole


@given(grants_of, members_of)
@settings(max_examples=40, deadline=None)
def test_after_the_last_day_nothing_is_left_and_an_earlier_end_only_removes(
    grants: pl.DataFrame, members: pl.DataFrame
) -> None:
    ended = members.with_columns(valid_to=pl.lit("2026-11-22"))
    assert relate_permissions(grants, ended, DAY + timedelta(days=1)).is_empty()
    assert lines_of(relate_permissions(grants, ended, DAY)) >= lines_of(
        relate_permissions(
            grants, members.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= "2026-11-22")), DAY
        )
    )


@given(grants_of, members_of, st.sampled_from(ACTORS), scopes)
@settings(max_examples=100, deadline=None)
def test_a_decision_is_what_a_walk_over_members_and_grants_says(
    grants: pl.DataFrame, members: pl.DataFrame, actor: str, scope: Scope
) -> None:
    """The peer is written out by hand: no join, no closure."""
    above = {None: set(), "P": {"P"}, "P1": {"P", "P1"}, "P11": {"P", "P1", "P11"}, "P2": {"P", "P2"}}
    expected = any(
        member["actor"] == actor
        and member["valid_from"] <= "2026-11-22" <= (member["valid_to"] or "9999")
        and grant["role"] == member["role"]
        and grant["action"] == "edit"
        and grant["resource"] in {scope.resource, "*"}
        and (grant["region"] == "all" or member["region"] == "*" or member["region"] in above[scope.region])
        and (grant["agency"] == "all" or (member["agency"] is not None and member["agency"] == scope.agency))
        and (grant["rows"] == "all" or scope.maker == actor)
        for member in members.iter_rows(named=True)
        for grant in grants.iter_rows(named=True)
    )
    relation = relate_permissions(grants, members, DAY)
    assert decide(relation, actor, "edit", scope, CLOSURE).allowed is expected


@given(grants_of, members_of, st.sampled_from(ACTORS), st.lists(scopes, max_size=6))
@settings(max_examples=60, deadline=None)
def test_rows_in_bulk_are_decided_as_rows_one_by_one(
    grants: pl.DataFrame, members: pl.DataFrame, actor: str, rows: list[Scope]
) -> None:
    relation = relate_permissions(grants, members, DAY)
    frame = pl.DataFrame(
        [(one.region, one.agency, one.maker) for one in rows],
        schema=dict.fromkeys(("scope_region", "scope_agency", "created_by"), pl.String), orient="row",
    )  # fmt: skip
    bulk = permit_rows(relation, actor, "see", "x", frame, CLOSURE).to_list()
    single = [
        decide(relation, actor, "see", Scope("x", one.region, one.agency, one.maker), CLOSURE).allowed
        for one in rows
    ]
    assert bulk == single
    if any(single):
        assert decide(relation, actor, "see", "x", CLOSURE).allowed


@dataclass(frozen=True)
class _Line:
    role: str
    actions: tuple[str, ...]
    region: str = "all"
    agency: str = "all"
    rows: str = "all"


@dataclass(frozen=True)
class _Step:
    id: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class _Basis:
    zh: str = "依据"
    en: str = "basis"


@dataclass(frozen=True)
class _Register:
    id: str
    access: tuple[_Line, ...]
    transitions: tuple[_Step, ...]
    basis: _Basis = field(default_factory=_Basis)


ALL_ROLES = sorted(terms.codes("access_role"))
ROW_ACTIONS = sorted(terms.codes("access_action") - {"manage"})
lines = st.builds(
    _Line, st.sampled_from(ALL_ROLES),
    st.lists(st.sampled_from(ROW_ACTIONS), min_size=1, unique=True).map(tuple), reaches, reaches, reaches,
)  # fmt: skip
steps = st.builds(
    _Step, st.sampled_from(("go", "manage", "members")),
    st.lists(st.sampled_from(ALL_ROLES), min_size=1, unique=True).map(tuple),
)  # fmt: skip
registers = st.lists(
    st.builds(
        _Register, st.sampled_from(("x", "y", "members_too")),
        st.lists(lines, min_size=1, max_size=6).map(tuple), st.lists(steps, max_size=2).map(tuple),
    ),
    max_size=3,
)  # fmt: skip


@given(registers)
@settings(max_examples=60, deadline=None)
def test_no_register_makes_anybody_but_the_administrator_change_members(defined: list[_Register]) -> None:
    grants = collect_grants(defined)
    assert set(grants.filter(action="manage").select("role", "resource").iter_rows()) == {
        ("administrator", "members"),
        ("administrator", "accounts"),
    }
    everybody = _unique(
        [
            {"actor": role, "role": role, "region": "*", "agency": "*", "valid_from": "2026-01-01",
             "valid_to": None, "granted_by": "r", "granted_at": "2026-01-01T00:00:00+08:00"}
            for role in ALL_ROLES
        ],
        Members,
    )  # fmt: skip
    relation = relate_permissions(grants, everybody, DAY)
    able = {role for role in ALL_ROLES if decide(relation, role, "manage", "members", CLOSURE).allowed}
    assert able == {"administrator"}


@given(registers)
@settings(max_examples=60, deadline=None)
def test_who_may_take_a_step_may_see_the_rows_as_far(defined: list[_Register]) -> None:
    grants = collect_grants(defined)
    for role, resource in grants.filter(pl.col("action").str.starts_with("step."))["role", "resource"].rows():
        assert not grants.filter(role=role, resource=resource, action="see").is_empty()
