"""The database of the registers: SQLite by default, PostgreSQL by URL; rows, history, batches, permissions.

Importing it loads SQLAlchemy: import it inside the functions that open a database.
"""

from dafeng.store.database.batches import Receipt, head_of, read_batches
from dafeng.store.database.connection import Database, open_database
from dafeng.store.database.history import read_history, verify_history
from dafeng.store.database.insert_rows import insert_frame
from dafeng.store.database.members import add_member, change_members, read_members
from dafeng.store.database.permitted import (
    permitted,
    read_permissions,
    renew_permissions,
    replace_permissions,
)
from dafeng.store.database.read_rows import Page, find_row, read_keys, read_page, read_rows
from dafeng.store.database.records import (
    NewAttachment,
    add_attachments,
    read_attachments,
    read_mapping,
    read_mappings,
    save_mapping,
    withdraw_attachment,
)
from dafeng.store.database.reversal import Reversal, preview_reversal, reverse_batch
from dafeng.store.database.row_ids import new_row_id
from dafeng.store.database.row_schema import restricted_columns
from dafeng.store.database.row_tables import install_registers
from dafeng.store.database.write_rows import write_batch

__all__ = [
    "Database",
    "NewAttachment",
    "Page",
    "Receipt",
    "Reversal",
    "add_attachments",
    "add_member",
    "change_members",
    "find_row",
    "head_of",
    "insert_frame",
    "install_registers",
    "new_row_id",
    "open_database",
    "permitted",
    "preview_reversal",
    "read_attachments",
    "read_batches",
    "read_history",
    "read_keys",
    "read_mapping",
    "read_mappings",
    "read_members",
    "read_page",
    "read_permissions",
    "read_rows",
    "renew_permissions",
    "replace_permissions",
    "restricted_columns",
    "reverse_batch",
    "save_mapping",
    "verify_history",
    "withdraw_attachment",
    "write_batch",
]
