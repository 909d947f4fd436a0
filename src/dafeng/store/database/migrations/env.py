"""What alembic runs: the migrations on the connection that it was given, inside its transaction."""

from __future__ import annotations

from alembic import context

from dafeng.store.database.tables import metadata

config = getattr(context, "config", None)
if config is not None:  # else somebody only imports this file
    context.configure(connection=config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()
