"""Who may become a member, and that somebody can always grant."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.access.membership import Membership, admit_member, end_memberships
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

BY = ("vera", "2026-11-23T08:00:00+08:00")
DAY = date(2026, 11, 22)
GRANTED = ("root", "2026-11-22T09:00:00+08:00")
REGIONS, AGENCIES = ("P", "P1", "P11"), ("energy",)


def admit(members: pl.DataFrame, *args: Any) -> pl.DataFrame:
    return admit_member(members, Membership(*args), GRANTED, REGIONS, AGENCIES)


def code_of(call: Any) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        call()
    return {finding.code for finding in refused.value.findings}


def test_a_member_is_written_with_who_granted_it(members: Callable[..., pl.DataFrame]) -> None:
    standing = members(("root", "administrator", "*", None))
    row = admit(standing, "ann", "city", "P1", None, DAY, date(2027, 1, 1)).row(0, named=True)
    assert row["granted_by"] == "root"
    assert (row["valid_from"], row["valid_to"]) == ("2026-11-22", "2027-01-01")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (("ann", "king", "P1", None, DAY), "code_unknown"),
        (("ann", "city", "Q", None, DAY), "code_unknown"),
        (("ann", "city", "P1", "nobody", DAY), "code_unknown"),
        (("ann", "city", "P1", None, DAY, date(2026, 11, 21)), "access_dates_crossed"),
        (("root", "administrator", "*", None, DAY), "access_member_twice"),
    ],
)
def test_a_wrong_member_is_refused(
    members: Callable[..., pl.DataFrame], wanted: tuple[Any, ...], code: str
) -> None:
    standing = members(("root", "administrator", "*", None))
    assert code_of(lambda: admit(standing, *wanted)) == {code}


@pytest.mark.parametrize(
    "wanted",
    [
        ("ann", "city", "P1", None, DAY),
        ("ann", "administrator", "*", None, date(2026, 11, 23)),
        ("ann", "administrator", "*", None, DAY, date(2030, 1, 1)),
    ],
)
def test_the_first_member_can_grant(members: Callable[..., pl.DataFrame], wanted: tuple[Any, ...]) -> None:
    assert "access_first_administrator" in code_of(lambda: admit(members(), *wanted))
    assert admit(members(), "ann", "administrator", "*", None, DAY).height == 1


def test_a_role_may_come_again_after_its_end(members: Callable[..., pl.DataFrame]) -> None:
    standing = members(
        ("root", "administrator", "*", None), ("ann", "city", "P1", None, "2026-01-01", "2026-11-21")
    )
    assert admit(standing, "ann", "city", "P1", None, DAY).height == 1


def test_the_last_administrator_stays(members: Callable[..., pl.DataFrame]) -> None:
    one = members(
        ("root", "administrator", "*", None), ("tmp", "administrator", "*", None, "2026-01-01", "2026-12-31")
    )
    assert code_of(lambda: end_memberships(one, "root", "administrator", DAY, BY)) == {
        "access_last_administrator"
    }
    two = members(("root", "administrator", "*", None), ("vera", "administrator", "*", None))
    ended = end_memberships(two, "root", "administrator", DAY, BY)
    assert ended["actor"].to_list() == ["root"]
    assert ended.select("valid_to", "ended_by", "ended_at").row(0) == ("2026-11-22", *BY)
    coming = members(("root", "administrator", "*", None), ("vera", "administrator", "*", None, "2027-01-01"))
    assert code_of(lambda: end_memberships(coming, "root", "administrator", DAY, BY)) == {
        "access_last_administrator"
    }


def test_only_what_stands_can_end(members: Callable[..., pl.DataFrame]) -> None:
    over = ("ann", "reader", "P", None, "2026-01-01", "2026-02-01")
    standing = members(("ann", "city", "P1", None), ("ann", "city", "P11", None), over)
    assert end_memberships(standing, "ann", "city", DAY, BY, "P11")["region"].to_list() == ["P11"]
    assert end_memberships(standing, "ann", "city", DAY, BY).height == 2
    assert code_of(lambda: end_memberships(standing, "ann", "reader", DAY, BY)) == {"access_no_such_member"}
    assert code_of(lambda: end_memberships(standing, "bob", "city", DAY, BY)) == {"access_no_such_member"}
