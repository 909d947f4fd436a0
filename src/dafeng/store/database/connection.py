"""A connection to the database of the registers: SQLite by a path, PostgreSQL by a URL.

Two kinds of transaction: :meth:`Database.reading` sees one state of the data from its first statement to its
last, :meth:`Database.writing` holds a named lock, so that writers of one register come one after the other.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy import event, exc

from dafeng.errors import InputRefused
from dafeng.store.database.refusals import tell_refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

WAIT_S = 60
"""How long a writer waits for another one before it gives up. [s]"""
CONNECT_S = 10
"""How long an answer of a server is waited for. [s]"""
CACHE_KIB = 65_536
"""Pages that SQLite keeps for each connection. [KiB]"""
MAPPED_BYTES = 2**31
"""How much of a SQLite file is read as memory, which takes a third off a page of many rows. [B]"""
_WRITES = "dafeng_writes"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg",
            "postgresql+psycopg": "postgresql+psycopg"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; use it in a ``with`` block, or :meth:`close` it.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Its pool of connections.
    name : str
        URL as it may be shown: without a password.
    """

    engine: sa.Engine
    name: str

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which of the two it is."""
        return "sqlite" if self.engine.dialect.name == "sqlite" else "postgresql"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection on which every statement sees the same state.

        Raises
        ------
        InputRefused
            What the database says, in our words (``register_database_…``).
        """
        with tell_refusals(self.name), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, lock: str) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that holds a lock; all of it is written at the end or nothing.

        SQLite has one writer at a time whatever the lock is called; PostgreSQL takes an advisory lock of the
        transaction, so that writers of different registers do not wait for each other and none can deadlock.

        Parameters
        ----------
        lock : str
            Register, or what else is written.

        Raises
        ------
        InputRefused
            What the database says, in our words; ``register_database_busy`` after :data:`WAIT_S`.
        """
        with tell_refusals(self.name), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                hold(connection, lock)
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Database:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self.close()


def hold(connection: sa.Connection, lock: str) -> None:
    """Take a lock that ends with the transaction (PostgreSQL; SQLite holds the only one already)."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"dafeng {lock}".encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def open_database(url: str, *, create: bool = True) -> Database:
    """Open the database of the registers and bring its common tables up to this edition.

    Parameters
    ----------
    url : str
        Path of a SQLite file, ``sqlite:///path``, or ``postgresql://user:password@host/name``.
    create : bool
        Make a new SQLite file (readable by its owner only) where there is none.

    Returns
    -------
    Database
        Open; several processes may have it open at once.

    Raises
    ------
    InputRefused
        ``register_database_url``, ``register_database_missing``, ``register_database_driver``,
        ``register_database_unreachable``, ``register_database_foreign`` (not a database, or not ours),
        ``register_database_damaged``, ``register_database_busy``, ``register_database_read_only``,
        ``register_database_full``, ``register_database_newer``.
    """
    from dafeng.store.database.editions import bring_up_to_date  # noqa: PLC0415 - it needs this module

    address = parse_url(url)
    name = _name_openly(address)
    if address.drivername == "sqlite":
        _prepare_file(Path(str(address.database)), create=create)
    try:
        engine = _make_engine(address)
    except ImportError as error:
        raise InputRefused.of("register_database_driver", url=name, reason=error) from error
    database = Database(engine, name)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def parse_url(url: str) -> sa.URL:
    """Return the address with its driver; a text without ``://`` is the path of a SQLite file.

    Raises
    ------
    InputRefused
        ``register_database_url``; a password never stands in the message.

    Examples
    --------
    >>> parse_url("postgresql://clerk@db.example/registers").drivername
    'postgresql+psycopg'
    """
    if "://" not in url:
        return sa.URL.create("sqlite", database=str(Path(url).expanduser().absolute()))
    scheme, _, _ = url.partition("://")
    try:
        address = sa.make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise InputRefused.of("register_database_url", scheme=scheme[:20]) from error
    driver = _DRIVERS.get(address.drivername)
    has_rest = "@" in (address.host or "")  # of a password with a sign that was not written as %40
    if driver is None or has_rest or (driver == "sqlite" and (not address.database or address.query)):
        raise InputRefused.of("register_database_url", scheme=scheme[:20])
    if driver == "sqlite":
        return parse_url(str(address.database))
    return address.set(drivername=driver)


def _name_openly(address: sa.URL) -> str:
    """Return an address without the passwords that stand in it, also among its parameters."""
    hidden = [name for name in address.query if "password" in name.lower()]
    shown = address.update_query_dict(dict.fromkeys(hidden, "***"))
    return shown.render_as_string(hide_password=True)


def _prepare_file(path: Path, *, create: bool) -> None:
    """Make an empty file that only its owner may read; SQLite gives its side files the same rights."""
    if path.exists():
        return
    if not create:
        raise InputRefused.of("register_database_missing", file=path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=path, reason=error.strerror or error) from error


def _make_engine(address: sa.URL) -> sa.Engine:
    if address.drivername == "sqlite":
        engine = sa.create_engine(address, connect_args={"timeout": WAIT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    wait = {"connect_timeout": CONNECT_S, "application_name": "dafeng"}
    given = {name: value for name, value in wait.items() if name not in address.query}
    engine = sa.create_engine(
        address, connect_args=given, pool_pre_ping=True, isolation_level="REPEATABLE READ"
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own accord
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{WAIT_S}s'")
        cursor.execute("SET jit = off")  # it compiles longer than a page takes
    connection.commit()


def _begin_postgresql(connection: sa.Connection) -> None:
    """Let a writer see what others wrote while it waited for the lock; a reader sees one state throughout."""
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
