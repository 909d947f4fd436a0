"""The first edition of the common tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dafeng.store.database.tables import protect

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger()


def text(name: str, *, empty: bool = False, key: bool = False) -> sa.Column[str]:
    """Return a column of text."""
    return sa.Column(name, TEXT, nullable=empty, primary_key=key)


def upgrade() -> None:
    """Make the tables, their indexes and the triggers that keep history."""
    op.create_table(
        "batch", text("batch_id", key=True), sa.Column("number", WHOLE, nullable=False, unique=True),
        text("register_id"), text("act"), text("actor"), text("at"), text("reason", empty=True),
        text("file", empty=True), text("file_sha256", empty=True), text("reverses", empty=True),
        sa.Column("rows", WHOLE, nullable=False), text("digest"), text("chain"), text("request"),
    )  # fmt: skip
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "event", sa.Column("event_id", counter, primary_key=True, autoincrement=True), text("batch_id"),
        text("row_id"), sa.Column("version", WHOLE, nullable=False), text("change"),
        text("state_before", empty=True), text("state_after"), text("before_json", empty=True),
        text("after_json", empty=True), text("reason", empty=True),
    )  # fmt: skip
    op.create_table(
        "attachment", text("attachment_id", key=True), text("batch_id"), text("register_id"), text("row_id"),
        text("name"), text("sha256"), sa.Column("size_bytes", WHOLE, nullable=False),
        text("purpose", empty=True), text("withdrawn_by", empty=True),
    )  # fmt: skip
    op.create_table(
        "mapping", text("register_id", key=True), text("name", key=True), text("mapping_json"), text("actor"),
        text("at"),
    )  # fmt: skip
    op.create_table(
        "member", text("actor", key=True), text("role", key=True), text("region", key=True),
        text("agency", empty=True), text("valid_from", key=True), text("valid_to", empty=True),
        text("granted_by"), text("granted_at"),
    )  # fmt: skip
    op.create_table(
        "permission", text("subject", key=True), text("action", key=True), text("resource", key=True),
        text("region", key=True), text("agency", key=True), text("maker", key=True), text("role"),
        text("basis_zh"), text("basis_en"),
    )  # fmt: skip
    op.create_table("region_closure", text("ancestor", key=True), text("descendant", key=True))
    op.create_table(
        "register_edition", text("register_id", key=True), sa.Column("edition", WHOLE, nullable=False),
        text("columns_json"), text("definition_json"),
    )  # fmt: skip
    for name, table, columns, unique in (
        ("ix_batch_register_id", "batch", ["register_id"], False),
        ("ix_batch_reverses", "batch", ["reverses"], False),
        ("event_of_batch", "event", ["batch_id"], False),
        ("event_of_row", "event", ["row_id", "version"], True),
        ("ix_attachment_row_id", "attachment", ["row_id"], False),
        ("ix_attachment_sha256", "attachment", ["sha256"], False),
    ):
        op.create_index(name, table, columns, unique=unique)
    for table in ("event", "batch"):
        for statement in protect(table, op.get_bind().dialect.name):
            op.execute(statement)
