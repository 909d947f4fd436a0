"""Users, their roles and the permission relation: listing, explaining, granting, ending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from dafeng.access.decision import Decision, Scope, decide, list_permissions
from dafeng.access.explanation import Explanation
from dafeng.access.grants import MANAGE, MEMBERS, STEP
from dafeng.access.membership import Membership, admit_member, end_memberships
from dafeng.access.relation import PUBLIC, relate_permissions, standing_members
from dafeng.app.clock import parse_day
from dafeng.app.register_book import check_actor, read_standing, refresh_permissions, require
from dafeng.app.register_rows import read_row
from dafeng.errors import InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dafeng.app.register_book import Book


@dataclass(frozen=True, slots=True)
class AccessQuestion:
    """Which lines of the relation.

    Parameters
    ----------
    subject : str, optional
        User; default: all whom the actor may see, else the actor.
    actions : tuple of str
        Actions.
    resource : str, optional
        Register or ``members``.
    region : str, optional
        Code or name.
    """

    subject: str | None = None
    actions: tuple[str, ...] = ()
    resource: str | None = None
    region: str | None = None


def read_relation(book: Book) -> pl.DataFrame:
    """Return the relation of today, of everybody if the actor may see the members, else his own part.

    Returns
    -------
    Permissions
        With every role as a reason of its own.
    """
    if not _sees_members(book):
        return book.permissions
    day = parse_day(book.now()[:10])
    members, _ = read_standing(book.database, book.actor, day)
    return relate_permissions(book.grants, members, day)


def list_access(book: Book, question: AccessQuestion) -> pl.DataFrame:
    """Return the lines of the relation that are asked for (Permissions).

    Raises
    ------
    InputRefused
        ``access_refused``: lines of somebody else without the right to see the members; ``register_unknown``,
        ``code_unknown``, ``access_action_unknown``.
    """
    if question.subject not in {None, book.actor}:
        require(book, "see", MEMBERS)
    _check_names(book, question.actions, question.resource)
    region = None if question.region is None else _find_region(book, question.region)
    return list_permissions(
        read_relation(book), subject=question.subject, actions=question.actions, resource=question.resource,
        region=region, regions=book.regions,
    )  # fmt: skip


def explain_access(
    book: Book, subject: str, action: str, resource: str, named: str | None = None
) -> tuple[Decision, Explanation]:
    """Return whether somebody may do something, and why or why not.

    Parameters
    ----------
    book : Book
        Open book.
    subject, action, resource : str
        Who, what, on which register (or ``members``).
    named : str, optional
        Id or key of a row; default: on any row.

    Raises
    ------
    InputRefused
        ``access_refused``: somebody else without the right to see the members; ``row_unknown`` for a row that
        the asking actor may not see.
    """
    if subject != book.actor:
        require(book, "see", MEMBERS)
    _check_names(book, (action,), resource)
    scope: Scope | str = resource
    if named is not None:
        row = read_row(book, book.library.register(resource), named)
        scope = Scope(resource, row["scope_region"], row["scope_agency"], row["created_by"])
    relation = read_relation(book)
    decision = decide(relation, subject, action, scope, book.regions)
    return decision, Explanation(decision, relation, book.grants)


def list_members(book: Book, *, every: bool = False) -> pl.DataFrame:
    """Return the members of today, or of any day; without the right to see the members, one's own lines.

    Returns
    -------
    Members
        During the first use: the local user with the reason in ``granted_by``.
    """
    from dafeng.store.database import read_members  # noqa: PLC0415 (sqlalchemy)

    day = parse_day(book.now()[:10])
    members, _ = read_standing(book.database, book.actor, day)
    if every and not book.first_use:
        members = read_members(book.database)
    return members if _sees_members(book) else members.filter(pl.col("actor") == book.actor)


def grant_role(book: Book, wanted: Membership) -> pl.DataFrame:
    """Give somebody a role, and return the line (Members).

    Parameters
    ----------
    book : Book
        Open book; the actor must be an administrator.
    wanted : Membership
        Region by code or name, ``*`` for all.

    Raises
    ------
    InputRefused
        ``access_refused``; as :func:`dafeng.access.membership.admit_member`.
    """
    require(book, MANAGE, MEMBERS)
    if check_actor(wanted.actor) == PUBLIC:
        raise InputRefused.of("access_actor_public", actor=PUBLIC)
    region = wanted.region if wanted.region == "*" else _find_region(book, wanted.region)
    codes = set(book.pack.tables["regions"]["code"]), set(book.pack.tables["agencies"]["agency_id"])
    granted = book.actor, book.now()
    return _change(book, lambda rows: admit_member(rows, replace(wanted, region=region), granted, *codes))


def end_role(
    book: Book, actor: str, role: str, last_day: str | None = None, region: str | None = None
) -> int:
    """End a role of somebody, and return how many lines ended; the lines stay.

    Parameters
    ----------
    book : Book
        Open book; the actor must be an administrator.
    actor, role : str
        Whose role.
    last_day : str, optional
        Last day on which it counts; default yesterday, so that it ends at once.
    region : str, optional
        Only for this region.

    Raises
    ------
    InputRefused
        ``access_refused``; as :func:`dafeng.access.membership.end_memberships`.
    """
    require(book, MANAGE, MEMBERS)
    yesterday = parse_day(book.now()[:10]) - timedelta(days=1)
    day = yesterday if last_day is None else parse_day(last_day)
    code = None if region in {None, "*"} else _find_region(book, str(region))
    where = "*" if region == "*" else code
    ended = book.actor, book.now()
    return _change(book, lambda rows: end_memberships(rows, actor, role, day, ended, where)).height


def _change(book: Book, decide_lines: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Change members, and write the relation anew, so that what was granted or ended counts at once.

    The right to do so is asked again in the transaction: two administrators who end each other in the same
    moment do not both succeed, and the first use ends with its first member.
    """
    from dafeng.store.database import change_members  # noqa: PLC0415 (sqlalchemy)

    day = parse_day(book.now()[:10])

    def judge_again(members: pl.DataFrame) -> pl.DataFrame:
        if not (members.is_empty() and book.first_use):
            own = standing_members(members, day).filter(pl.col("actor") == book.actor)
            require(replace(book, permissions=relate_permissions(book.grants, own, day)), MANAGE, MEMBERS)
        return decide_lines(members)

    lines = change_members(book.database, judge_again)
    refresh_permissions(book.database, book.grants, read_standing(book.database, book.actor, day)[0], day)
    return lines


def _sees_members(book: Book) -> bool:
    return decide(book.permissions, book.actor, "see", MEMBERS, book.regions).allowed


def _find_region(book: Book, text: str) -> str:
    """Return the code of a region.

    Raises
    ------
    InputRefused
        ``code_unknown``.
    """
    vocabulary = book.library.pack_kinds["region"]
    code = vocabulary.resolve(text)
    if code is None:
        suggestion = Suggestion(text, vocabulary.spellings)
        raise InputRefused.of("code_unknown", value=text, vocabulary="regions", suggestion=suggestion)
    return code


def _check_names(book: Book, actions: Collection[str], resource: str | None) -> None:
    """Refuse actions and resources that nobody could be granted."""
    if resource is not None and resource not in {MEMBERS, *book.grants["resource"]}:
        book.library.register(resource)
    known = {*book.grants["action"]}
    for action in actions:
        if action not in known and not action.startswith(STEP):
            raise InputRefused.of(
                "access_action_unknown", action=action, suggestion=Suggestion(action, known)
            )
