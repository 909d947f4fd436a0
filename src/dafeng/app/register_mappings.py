"""Saved mappings of columns: which there are, and a first draft for a sender's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.register_book import require
from dafeng.errors import InputRefused, Place
from dafeng.files import read_bytes
from dafeng.grids import read_grids
from dafeng.register.headings import Names, row_names
from dafeng.register.mapping import suggest_mapping
from dafeng.register.sheets import find_header

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.register.mapping import SavedMapping


def list_mappings(book: Book, register_id: str) -> dict[str, str]:
    """Return the saved mappings of a register: name -> JSON.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``: the actor may not import into it.
    """
    from dafeng.store.database import read_mappings  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    require(book, "import", register.id)
    return dict(read_mappings(book.database, register.id))


def draft_mapping(book: Book, register_id: str, path: Path, name: str = "") -> SavedMapping:
    """Return a first draft of a mapping for the headings of a file, for a person to mend.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    path : Path
        XLSX or CSV of the sender.
    name : str
        Name; default that of the file.

    Raises
    ------
    InputRefused
        ``register_unknown``; the file cannot be read; ``file_empty``.
    """
    register = book.library.register(register_id)
    grids = [grid for grid in read_grids(read_bytes(path), path.name) if grid.rows]
    if not grids:
        raise InputRefused.of("file_empty", Place(str(path)))
    names = Names(row_names(register))
    grid, header = max(((one, find_header(one, names)) for one in grids), key=lambda pair: pair[1].score)
    headings = [str(cell) for cell in grid.rows[header.row] if cell is not None]
    return suggest_mapping(headings, register, name or path.stem)
