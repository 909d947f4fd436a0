"""The register of official documents: drafts with their files, steps to the issue, hash of what is issued."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dafeng.app.documents import make_document
from dafeng.app.register_attach import attach_file, clean_name
from dafeng.app.register_book import judge, new_id, require
from dafeng.app.register_edit import add_row
from dafeng.app.register_steps import take_step
from dafeng.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.documents import DocumentWish
    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.app.register_write import Written

REGISTER = "official_documents"
ISSUE = "issue"
HASH_FIELD = "issued_sha256"
DRAFT_PURPOSE = "草稿 / draft"


def may_see(book: Book) -> bool:
    """Return whether the province keeps the register and the actor may see some of it."""
    return REGISTER in book.library.registers and judge(book, "see", REGISTER).allowed


def may_draft(book: Book) -> bool:
    """Return whether the actor may enter drafts."""
    return REGISTER in book.library.registers and judge(book, "add", REGISTER).allowed


def save_draft(portal: Portal, book: Book, wish: DocumentWish, fields: Mapping[str, Any]) -> str:
    """Make a document, enter it into the register as a draft with its file, and return the id of the row.

    Parameters
    ----------
    portal, book
        Results; the book in the name of who drafts.
    wish : DocumentWish
        The document.
    fields : mapping
        ``drafting_agency``, and what is known beforehand: ``addressee``, ``reply_due``, ``countersigns``.

    Raises
    ------
    InputRefused
        ``access_refused``; as :func:`~dafeng.app.documents.make_document` and
        :func:`~dafeng.app.register_edit.add_row`.
    """
    require(book, "add", REGISTER)
    made = make_document(portal, book, wish)
    kinds = {"letter": "letter", "minutes": "minutes"}
    values = {
        "draft_no": new_id(book), "document_kind": kinds.get(wish.form, "document"), "title": made.title,
        "topic": wish.kind, "period": wish.period or None, "drafted_on": book.today.isoformat(),
        "source": f"dafeng {portal.data.require_edition().id}", **fields,
    }  # fmt: skip
    row_id = add_row(book, REGISTER, values).row_ids[0]
    with TemporaryDirectory(prefix="dafeng-") as folder:
        path = Path(folder) / clean_name(made.name)
        path.write_bytes(made.raw)
        attach_file(book, REGISTER, row_id, path, DRAFT_PURPOSE)
    return row_id


def move_document(
    book: Book,
    named: str,
    step: str,
    values: Mapping[str, Any],
    reason: str | None = None,
    files: Sequence[Path] = (),
) -> Written:
    """Take a step with an official document; the issued file is attached, and its SHA-256 entered.

    Parameters
    ----------
    book : Book
        In the name of who takes it.
    named : str
        Id or key of the row.
    step : str
        Id of the step.
    values : mapping
        Fields that it needs.
    reason : str, optional
        Why.
    files : sequence of Path
        For the issue: the issued file first.

    Raises
    ------
    InputRefused
        As :func:`~dafeng.app.register_steps.take_step`.
    """
    filled = dict(values)
    if step == ISSUE and files:
        filled[HASH_FIELD] = hashlib.sha256(read_bytes(files[0])).hexdigest()
    return take_step(book, REGISTER, named, step, filled, reason, files)
