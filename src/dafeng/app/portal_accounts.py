"""Accounts of the portal: signing in, passwords, resetting, disabling."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from dafeng.access.grants import MANAGE
from dafeng.access.relation import PUBLIC
from dafeng.app.portal_sessions import move
from dafeng.app.register_book import check_actor, require
from dafeng.crypto import find_suite, needs_rehash, verify_password
from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.crypto import SuiteName
    from dafeng.store.database.portal_accounts import Account

ACCOUNTS = "accounts"
"""The resource of accounts."""
LONGEST_PASSWORD = 128
"""Longest password; a hash takes its time however long it is. [characters]"""
LONG_PASSWORD = 16
"""From this length on a password need not mix kinds of characters. [characters]"""
KINDS_NEEDED = 3
GIVEN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of a password that is given out: none that look alike."""
FALLS_BACK = (
    "password",
    "passw0rd",
    "123456",
    "qwerty",
    "abc123",
    "111111",
    "admin123",
    "iloveyou",
    "letmein",
)
"""What passwords that are guessed first are made of."""
_hashing = BoundedSemaphore(2)
"""A hash takes 64 MiB and a core: no more than two at once, however many ask."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A password that was made for somebody; it is shown once and stands nowhere.

    Parameters
    ----------
    actor : str
        Whose.
    password : str
        He must change it at his first sign-in.
    """

    actor: str
    password: str


def sign_in(portal: Portal, actor: str, password: str) -> Account:
    """Return the account of somebody who knows its password.

    The attempt is counted before the password is looked at, so that attempts at the same moment do not get
    round the limit; an unknown name takes as long as a known one and is told the same.

    Raises
    ------
    InputRefused
        ``sign_in_refused``: name or password is wrong, the account is locked, disabled or of another kind.
    """
    from dafeng.store.database.portal_accounts import change_account  # noqa: PLC0415 (sqlalchemy)

    now, settings = portal.now(), portal.settings
    given = password[: LONGEST_PASSWORD + 1]

    def count(account: Account) -> dict[str, Any]:
        if _is_locked(account, now):
            return {}
        failures = 1 if account.locked_until else account.failures + 1
        until = move(now, timedelta(minutes=settings.lockout_minutes))
        locks = failures >= settings.sign_in_failures
        return {"failures": failures, "locked_until": until if locks else None}

    account = change_account(portal.public.database, actor, count)
    able = (
        account is not None and account.kind == "local" and account.secret is not None
        and account.disabled_at is None and not _is_locked(account, now)
    )  # fmt: skip
    stored = account.secret if able and account is not None else None
    with _hashing:
        knows = verify_password(stored or _nobody(settings.cryptography), given)
    if not (knows and stored and account):
        raise InputRefused.of("sign_in_refused", minutes=settings.lockout_minutes)
    values: dict[str, Any] = {"failures": 0, "locked_until": None}
    suite = find_suite(settings.cryptography)
    if needs_rehash(suite, stored):
        values["secret"] = suite.hash_password(given)
    change_account(portal.public.database, actor, lambda _account: values)
    return account


def change_password(portal: Portal, actor: str, old: str, new: str) -> None:
    """Change one's own password.

    Raises
    ------
    InputRefused
        ``sign_in_refused`` for a wrong old one (it counts as a failed sign-in); ``password_short``,
        ``password_simple``, ``password_long``, ``password_same``.
    """
    sign_in(portal, actor, old)
    found = check_password(portal, actor, new)
    if hmac.compare_digest(old.encode(), new.encode()):
        found.append(Finding("password_same"))
    if found:
        raise InputRefused(found)
    _set_password(portal, actor, new, must_change=False)


def check_password(portal: Portal, actor: str, password: str) -> list[Finding]:
    """Return what is wrong with a new password.

    At least as long as the setting says; three of small letters, capitals, digits and others, or sixteen
    characters; not made of the user's name or of what is guessed first.
    """
    found = []
    least, plain = portal.settings.password_length, password.lower()
    if len(password) < least:
        found.append(Finding("password_short", params={"least": least}))
    if len(password) > LONGEST_PASSWORD:
        found.append(Finding("password_long", params={"most": LONGEST_PASSWORD}))
    kinds = sum(
        any(test(letter) for letter in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    named = len(actor) > 2 and actor.lower() in plain
    guessed = any(word in plain for word in FALLS_BACK) or len(set(plain)) < 5
    if (kinds < KINDS_NEEDED and len(password) < LONG_PASSWORD) or named or guessed:
        found.append(Finding("password_simple", params={"long": LONG_PASSWORD}))
    return found


def list_accounts(portal: Portal, book: Book) -> list[Account]:
    """Return all accounts, without what stands for their passwords.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    from dafeng.store.database.portal_accounts import read_accounts  # noqa: PLC0415 (sqlalchemy)

    require(book, "see", ACCOUNTS)
    return [replace(one, secret=None) for one in read_accounts(portal.public.database)]


def find_own_account(portal: Portal, book: Book) -> Account | None:
    """Return the account of the actor, without what stands for its password; None if he has none."""
    from dafeng.store.database.portal_accounts import read_account  # noqa: PLC0415 (sqlalchemy)

    account = read_account(portal.public.database, book.actor)
    return None if account is None else replace(account, secret=None)


def add_account(portal: Portal, book: Book, actor: str, kind: str = "local") -> NewSecret | None:
    """Make an account, and return the password of a local one.

    Raises
    ------
    InputRefused
        ``access_refused``, ``access_actor_invalid``, ``access_actor_public``, ``account_exists``.
    """
    require(book, MANAGE, ACCOUNTS)
    return make_account(portal, actor, book.actor, kind)


def make_account(portal: Portal, actor: str, made_by: str, kind: str = "local") -> NewSecret | None:
    """Make an account for whom the caller vouches (:func:`add_account`, first use, single sign-on)."""
    from dafeng.store.database.portal_accounts import Account, insert_account  # noqa: PLC0415 (sqlalchemy)

    if check_actor(actor) == PUBLIC:
        raise InputRefused.of("access_actor_public", actor=PUBLIC)
    now = portal.now()
    if kind == "oidc":
        issuer = portal.settings.oidc_issuer
        insert_account(portal.public.database, Account(actor, kind, made_by, now, now, issuer))
        return None
    password = new_password(portal)
    secret = find_suite(portal.settings.cryptography).hash_password(password)
    new = Account(actor, "local", made_by, now, now, secret=secret, must_change=True)
    insert_account(portal.public.database, new)
    return NewSecret(actor, password)


def reset_password(portal: Portal, book: Book, actor: str) -> NewSecret:
    """Give an account a new password, unlock it, and end its sessions and keys.

    Raises
    ------
    InputRefused
        ``access_refused``, ``account_unknown``, ``account_not_local``.
    """
    from dafeng.store.database.portal_accounts import read_account  # noqa: PLC0415 (sqlalchemy)

    require(book, MANAGE, ACCOUNTS)
    account = read_account(portal.public.database, actor)
    if account is None:
        raise InputRefused.of("account_unknown", actor=actor)
    if account.kind != "local":
        raise InputRefused.of("account_not_local", actor=actor)
    password = new_password(portal)
    _set_password(portal, actor, password, must_change=True)
    _end_everything(portal, actor)
    return NewSecret(actor, password)


def disable_account(portal: Portal, book: Book, actor: str, *, disabled: bool = True) -> None:
    """Let an account sign in no more, or again; its sessions and keys end at once.

    Raises
    ------
    InputRefused
        ``access_refused``, ``account_unknown``, ``account_own``: nobody shuts himself out.
    """
    from dafeng.store.database.portal_accounts import change_account  # noqa: PLC0415 (sqlalchemy)

    require(book, MANAGE, ACCOUNTS)
    if actor == book.actor:
        raise InputRefused.of("account_own", actor=actor)
    now = portal.now()
    values = {
        "disabled_at": now if disabled else None, "failures": 0, "locked_until": None, "changed_at": now,
    }  # fmt: skip
    if change_account(portal.public.database, actor, lambda _account: values) is None:
        raise InputRefused.of("account_unknown", actor=actor)
    if disabled:
        _end_everything(portal, actor)


def new_password(portal: Portal) -> str:
    """Return a random password of four groups that a person can type (about 79 bit)."""
    length = max(16, portal.settings.password_length)
    letters = [secrets.choice(GIVEN_LETTERS) for _ in range(length)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, length, 4))


def _set_password(portal: Portal, actor: str, password: str, *, must_change: bool) -> None:
    from dafeng.store.database.portal_accounts import change_account  # noqa: PLC0415 (sqlalchemy)

    values: dict[str, Any] = {
        "secret": find_suite(portal.settings.cryptography).hash_password(password), "failures": 0,
        "locked_until": None, "must_change": must_change, "changed_at": portal.now(),
    }  # fmt: skip
    change_account(portal.public.database, actor, lambda _account: values)


def _end_everything(portal: Portal, actor: str) -> None:
    from dafeng.store.database.portal_sessions import end_sessions  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_tokens import revoke_tokens  # noqa: PLC0415 (sqlalchemy)

    end_sessions(portal.public.database, actor, portal.now())
    revoke_tokens(portal.public.database, actor, portal.now())


def _is_locked(account: Account, now: str) -> bool:
    return account.locked_until is not None and account.locked_until > now


@cache
def _nobody(suite: SuiteName) -> str:
    """Return the hashed password of nobody, against which an unknown name is tried."""
    return find_suite(suite).hash_password(secrets.token_hex(16))
