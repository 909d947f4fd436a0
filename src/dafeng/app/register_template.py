"""The template of a register: for use in the house, or for outsiders if the form may lawfully be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.register_book import require
from dafeng.errors import NegativeAnswer
from dafeng.register.template import check_form, describe_template
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.register.template import TemplateBook


def write_template(book: Book, register_id: str, path: Path, *, outsiders: bool = False) -> TemplateBook:
    """Write the template of a register as a workbook with drop-downs.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    path : Path
        XLSX file.
    outsiders : bool
        The form goes to enterprises or other bodies; else it is for internal use, which it says.

    Returns
    -------
    TemplateBook
        The form that was written.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``, ``output_not_writable``.
    NegativeAnswer
        ``register_form_incomplete``, ``register_form_expired``: it may not be sent.
    """
    from dafeng.store.register_book_bytes import book_bytes  # noqa: PLC0415 (xlsxwriter)

    register = book.library.register(register_id)
    require(book, "send" if outsiders else "see", register.id)
    missing = check_form(register, book.today)
    if outsiders and missing:
        raise NegativeAnswer(missing)
    template = describe_template(register, book.library, book.today)
    write_bytes_atomically(path, book_bytes(template))
    return template
