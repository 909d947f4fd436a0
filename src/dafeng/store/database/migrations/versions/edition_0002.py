"""Who ended a role and when; a permission for every role that gives it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = ("subject", "action", "resource", "region", "agency", "maker", "role")


def upgrade() -> None:
    """Add the columns, and make the table of the relation anew: the next opening fills it."""
    for name in ("ended_by", "ended_at"):
        op.add_column("member", sa.Column(name, TEXT))
    op.drop_table("permission")
    op.create_table(
        "permission",
        *(sa.Column(name, TEXT, primary_key=True, nullable=False) for name in KEY),
        *(sa.Column(name, TEXT, nullable=False) for name in ("basis_zh", "basis_en")),
    )
