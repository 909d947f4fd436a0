"""The same tests run on both databases: a new one for each test, with the made register in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.store.database.made_rows import REGIONS, made_register

from dafeng.store.database import install_registers, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.register.model import Register
    from dafeng.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a path for SQLite, a URL for PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "registers.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def register() -> Register:
    """Return the made register."""
    return made_register()


@pytest.fixture
def database(database_url: str, register: Register) -> Iterator[Database]:
    """Return an open database with the made register."""
    with open_database(database_url) as opened:
        install_registers(opened, [register], REGIONS)
        yield opened
