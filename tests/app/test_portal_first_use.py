"""The first use of a portal makes one administrator, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_accounts import sign_in
from dafeng.app.portal_first_use import prepare_first_administrator
from dafeng.errors import InputRefused
from dafeng.store.database.portal_accounts import read_account

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.portal import Portal


def test_an_empty_database_gets_an_administrator_who_must_change_the_password(tmp_path: Path) -> None:
    request = PortalRequest(tmp_path / "none", "shanxi", str(tmp_path / "p.sqlite"), tmp_path / "files")
    with open_portal(request) as portal:
        made = prepare_first_administrator(portal, "admin")
        assert made
        assert prepare_first_administrator(portal, "admin") is None
        account = sign_in(portal, made.actor, made.password)
        assert account.must_change
        assert portal.book_of("admin").roles == {"administrator"}
        with pytest.raises(InputRefused, match="wrong"):
            sign_in(portal, "admin", made.password + "x")


def test_a_database_of_commands_gets_an_account_for_its_administrator(portal: Portal) -> None:
    made = prepare_first_administrator(portal)
    assert made
    assert made.actor == "administrator"
    assert prepare_first_administrator(portal) is None


def test_a_password_is_hashed_anew_when_the_setting_changes(portal: Portal) -> None:
    made = prepare_first_administrator(portal)
    assert made
    portal.settings = portal.settings.model_copy(update={"cryptography": "national"})
    for _ in range(2):
        sign_in(portal, made.actor, made.password)
        account = read_account(portal.public.database, made.actor)
        assert account
        assert (account.secret or "").startswith("$pbkdf2-sm3$")
