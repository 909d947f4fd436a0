"""Where register definitions come from: the pack, and further folders; a later file of the same id wins."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dafeng.pack import Pack

SUFFIXES = frozenset({".toml", ".json"})
LARGEST_DEFINITION = 2 * 2**20
"""Largest definition of a register. [byte]"""


def read_register_texts(pack: Pack, folders: Iterable[Path]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return the texts of all register files by file name, and what was replaced.

    Parameters
    ----------
    pack : Pack
        Its own registers come first.
    folders : iterable of Path
        Further folders, in order.

    Raises
    ------
    InputRefused
        ``file_missing``, ``file_too_large`` or ``text_not_utf8`` of a definition.
    """
    texts = dict(pack.registers)
    notes = []
    for folder in folders:
        if not folder.is_dir():
            raise InputRefused.of("file_missing", file=folder)
        for path in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file()):
            earlier = [name for name in texts if PurePath(name).stem == path.stem]
            for name in earlier:
                del texts[name]
                params = {"register": path.stem, "file": path}
                notes.append(Finding("register_replaced", Place(str(path)), params, "note"))
            texts[path.name] = read_definition(path)
    return texts, tuple(notes)


def read_definition(path: Path) -> str:
    """Return the text of a definition file.

    Raises
    ------
    InputRefused
        The file is missing, too large or not UTF-8.
    """
    raw = read_bytes(path, LARGEST_DEFINITION)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused.of("register_not_utf8", Place(str(path)), position=error.start) from error
