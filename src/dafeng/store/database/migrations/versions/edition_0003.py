"""Tables of the portal: accounts, sessions, keys of programs, the audit log, work that goes on beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dafeng.store.database.tables import protect

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger()


def text(name: str, *, empty: bool = False, key: bool = False, unique: bool = False) -> sa.Column[str]:
    """Return a column of text."""
    return sa.Column(name, TEXT, nullable=empty, primary_key=key, unique=unique or None)


def upgrade() -> None:
    """Make the tables and the triggers that keep the audit log."""
    op.create_table(
        "account", text("actor", key=True), text("kind"), text("issuer", empty=True),
        text("subject", empty=True), text("secret", empty=True),
        sa.Column("must_change", WHOLE, nullable=False), sa.Column("failures", WHOLE, nullable=False),
        text("locked_until", empty=True), text("created_by"), text("created_at"), text("changed_at"),
        text("disabled_at", empty=True), sa.UniqueConstraint("issuer", "subject"),
    )  # fmt: skip
    op.create_table(
        "session", text("digest", key=True), text("actor"), text("csrf"), text("created_at"),
        text("seen_at"), text("expires_at"), text("address", empty=True), text("ended_at", empty=True),
    )  # fmt: skip
    op.create_table(
        "token", text("token_id", key=True), text("digest", unique=True), text("actor"), text("name"),
        text("scopes"), text("created_at"), text("expires_at"), text("used_at", empty=True),
        text("revoked_at", empty=True),
    )  # fmt: skip
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit", sa.Column("number", counter, primary_key=True, autoincrement=True), text("at"),
        text("request_id"), text("door"), text("actor"), text("address", empty=True), text("act"),
        text("object", empty=True), text("outcome"), text("detail_json", empty=True), text("chain"),
    )  # fmt: skip
    op.create_table(
        "job", text("job_id", key=True), text("kind"), text("request_json"), text("actor"), text("state"),
        text("created_at"), text("started_at", empty=True), text("ended_at", empty=True),
        text("stage", empty=True), sa.Column("done", WHOLE), sa.Column("total", WHOLE),
        text("outcome_json", empty=True), text("worker", empty=True),
    )  # fmt: skip
    for name, table, columns in (
        ("ix_session_actor", "session", ["actor"]), ("ix_token_actor", "token", ["actor"]),
        ("audit_of_actor", "audit", ["actor", "number"]), ("ix_job_state", "job", ["state"]),
    ):  # fmt: skip
        op.create_index(name, table, columns)
    for statement in protect("audit", op.get_bind().dialect.name):
        op.execute(statement)
