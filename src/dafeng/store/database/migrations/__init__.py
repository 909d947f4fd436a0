"""Migrations of the common tables, run by alembic."""
