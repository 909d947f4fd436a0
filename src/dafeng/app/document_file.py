"""Write an official document in the form that the name of the file asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.cities.wording import Wording
from dafeng.errors import InputRefused
from dafeng.report.official import say_quantity, write_official_html, write_official_markdown
from dafeng.store.atomic import write_bytes_atomically
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.document import OfficialDocument
    from dafeng.errors import Language

SUFFIXES = (".docx", ".html", ".md")


def make_wording(language: Language) -> Wording:
    """Return how documents of a language speak."""
    return Wording(language, say_quantity)


def check_suffix(path: Path) -> None:
    """Refuse a file whose name asks for no known form.

    Raises
    ------
    InputRefused
        ``document_form_unknown``.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames(SUFFIXES))


def write_document(document: OfficialDocument, path: Path) -> None:
    """Write a document as DOCX, HTML or Markdown, by the suffix of the file.

    Raises
    ------
    InputRefused
        ``document_form_unknown``, ``output_not_writable``.
    """
    check_suffix(path)
    suffix = path.suffix.lower()
    if suffix == ".docx":
        from dafeng.report.official_docx import write_official_docx  # noqa: PLC0415 - takes long to import

        content = write_official_docx(document)
    elif suffix == ".html":
        content = write_official_html(document).encode()
    else:
        content = write_official_markdown(document).encode()
    write_bytes_atomically(path, content)
