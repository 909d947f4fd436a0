"""The common tables of the registers: batches, history, attachments, mappings, members, permissions.

The tables of single registers are made from their schema (:mod:`dafeng.store.database.row_tables`).
"""

from __future__ import annotations

import sqlalchemy as sa

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that both databases order by code point, as polars does."""
Whole = sa.BigInteger()
Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that the database counts up (SQLite: the row's own number)."""

metadata = sa.MetaData()

batch = sa.Table(
    "batch",
    metadata,
    sa.Column("batch_id", Text, primary_key=True),
    sa.Column("number", Whole, nullable=False, unique=True),
    sa.Column("register_id", Text, nullable=False, index=True),
    sa.Column("act", Text, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("reason", Text),
    sa.Column("file", Text),
    sa.Column("file_sha256", Text),
    sa.Column("reverses", Text, index=True),
    sa.Column("rows", Whole, nullable=False),
    sa.Column("digest", Text, nullable=False),
    sa.Column("chain", Text, nullable=False),
    sa.Column("request", Text, nullable=False),
)
"""``number`` counts batches in the order in which they became visible; ``digest`` is over the events of the
batch, ``chain`` over head, digest and the chain before; ``request`` over what the caller asked for."""

event = sa.Table(
    "event",
    metadata,
    sa.Column("event_id", Counter, primary_key=True, autoincrement=True),
    sa.Column("batch_id", Text, nullable=False),
    sa.Column("row_id", Text, nullable=False),
    sa.Column("version", Whole, nullable=False),
    sa.Column("change", Text, nullable=False),
    sa.Column("state_before", Text),
    sa.Column("state_after", Text, nullable=False),
    sa.Column("before_json", Text),
    sa.Column("after_json", Text),
    sa.Column("reason", Text),
    sa.Index("event_of_batch", "batch_id"),
    sa.Index("event_of_row", "row_id", "version", unique=True),
)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("attachment_id", Text, primary_key=True),
    sa.Column("batch_id", Text, nullable=False),
    sa.Column("register_id", Text, nullable=False),
    sa.Column("row_id", Text, nullable=False, index=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("sha256", Text, nullable=False, index=True),
    sa.Column("size_bytes", Whole, nullable=False),
    sa.Column("purpose", Text),
    sa.Column("withdrawn_by", Text),
)
"""``batch_id`` added it, ``withdrawn_by`` is the batch that took it down."""

mapping = sa.Table(
    "mapping",
    metadata,
    sa.Column("register_id", Text, primary_key=True),
    sa.Column("name", Text, primary_key=True),
    sa.Column("mapping_json", Text, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("actor", Text, primary_key=True),
    sa.Column("role", Text, primary_key=True),
    sa.Column("region", Text, primary_key=True),
    sa.Column("agency", Text),
    sa.Column("valid_from", Text, primary_key=True),
    sa.Column("valid_to", Text),
    sa.Column("granted_by", Text, nullable=False),
    sa.Column("granted_at", Text, nullable=False),
    sa.Column("ended_by", Text),
    sa.Column("ended_at", Text),
)

permission = sa.Table(
    "permission",
    metadata,
    sa.Column("subject", Text, primary_key=True),
    sa.Column("action", Text, primary_key=True),
    sa.Column("resource", Text, primary_key=True),
    sa.Column("region", Text, primary_key=True),
    sa.Column("agency", Text, primary_key=True),
    sa.Column("maker", Text, primary_key=True),
    sa.Column("role", Text, primary_key=True),
    sa.Column("basis_zh", Text, nullable=False),
    sa.Column("basis_en", Text, nullable=False),
)

region_closure = sa.Table(
    "region_closure",
    metadata,
    sa.Column("ancestor", Text, primary_key=True),
    sa.Column("descendant", Text, primary_key=True),
)
"""Every region with itself and everything below it."""

register_edition = sa.Table(
    "register_edition",
    metadata,
    sa.Column("register_id", Text, primary_key=True),
    sa.Column("edition", Whole, nullable=False),
    sa.Column("columns_json", Text, nullable=False),
    sa.Column("definition_json", Text, nullable=False),
)
"""Which columns the table of a register has (``list.field`` for those of lists), by their type."""

account = sa.Table(
    "account",
    metadata,
    sa.Column("actor", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("issuer", Text),
    sa.Column("subject", Text),
    sa.Column("secret", Text),
    sa.Column("must_change", Whole, nullable=False),
    sa.Column("failures", Whole, nullable=False),
    sa.Column("locked_until", Text),
    sa.Column("created_by", Text, nullable=False),
    sa.Column("created_at", Text, nullable=False),
    sa.Column("changed_at", Text, nullable=False),
    sa.Column("disabled_at", Text),
    sa.UniqueConstraint("issuer", "subject"),
)
"""Who may sign in: ``kind`` is local (``secret`` is a password hash with its parameters) or oidc (``issuer``
and ``subject``). What he may do stands in ``member``."""

session = sa.Table(
    "session",
    metadata,
    sa.Column("digest", Text, primary_key=True),
    sa.Column("actor", Text, nullable=False, index=True),
    sa.Column("csrf", Text, nullable=False),
    sa.Column("created_at", Text, nullable=False),
    sa.Column("seen_at", Text, nullable=False),
    sa.Column("expires_at", Text, nullable=False),
    sa.Column("address", Text),
    sa.Column("ended_at", Text),
)
"""``digest`` is over the value of the cookie, which stands nowhere."""

token = sa.Table(
    "token",
    metadata,
    sa.Column("token_id", Text, primary_key=True),
    sa.Column("digest", Text, nullable=False, unique=True),
    sa.Column("actor", Text, nullable=False, index=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("scopes", Text, nullable=False),
    sa.Column("created_at", Text, nullable=False),
    sa.Column("expires_at", Text, nullable=False),
    sa.Column("used_at", Text),
    sa.Column("revoked_at", Text),
)
"""Keys of programs; ``scopes`` are words joined by ``;``."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", Counter, primary_key=True, autoincrement=True),
    sa.Column("at", Text, nullable=False),
    sa.Column("request_id", Text, nullable=False),
    sa.Column("door", Text, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("address", Text),
    sa.Column("act", Text, nullable=False),
    sa.Column("object", Text),
    sa.Column("outcome", Text, nullable=False),
    sa.Column("detail_json", Text),
    sa.Column("chain", Text, nullable=False),
    sa.Index("audit_of_actor", "actor", "number"),
)
"""Every write and every sign-in, also those that were refused; ``chain`` is over the row and the chain
before."""

job = sa.Table(
    "job",
    metadata,
    sa.Column("job_id", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("request_json", Text, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("created_at", Text, nullable=False),
    sa.Column("started_at", Text),
    sa.Column("ended_at", Text),
    sa.Column("stage", Text),
    sa.Column("done", Whole),
    sa.Column("total", Whole),
    sa.Column("outcome_json", Text),
    sa.Column("worker", Text),
)
"""Work that was started from the portal and goes on beside it."""

FOR_ALL_TIME = ("event", "batch", "audit")
"""Tables whose rows are never changed or deleted: the database itself refuses it."""


def protect(table: str, dialect: str) -> list[str]:
    """Return the statements that make a table append-only.

    Parameters
    ----------
    table : str
        Name of the table.
    dialect : str
        ``sqlite`` or ``postgresql``.
    """
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return [
            f"CREATE TRIGGER {table}_keeps_{act.lower()} BEFORE {act} ON {table} {refuse}"
            for act in ("UPDATE", "DELETE")
        ]
    function = f"{table}_is_append_only()"
    body = f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    moment = "BEFORE UPDATE OR DELETE OR TRUNCATE"
    return [
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER {table}_keeps {moment} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}",
    ]
