"""The folder that a command writes its results to: what may be there, and what an earlier run left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.store import Manifest

if TYPE_CHECKING:
    from pathlib import Path

CHUNKS = ".chunks"
"""Folder of finished pieces of a run that was interrupted."""
HIDDEN = (CHUNKS, ".lock")
_BUILDING = ".building-"


def refuse_pack(output: Path) -> None:
    """Refuse a pack as the folder of results.

    Raises
    ------
    InputRefused
        ``output_is_pack``.
    """
    if (output / "pack.toml").exists():
        raise InputRefused.of("output_is_pack", path=output)


def check_place(output: Path) -> None:
    """Refuse a pack and a file as the folder of results.

    Raises
    ------
    InputRefused
        ``output_is_pack``, ``output_not_writable``.
    """
    refuse_pack(output)
    if output.exists() and not output.is_dir():
        raise InputRefused.of("output_not_writable", path=output, reason="not a folder")


def list_files(output: Path) -> set[str]:
    """Return the names in a folder beside the marks of a run under way; nothing where there is no folder."""
    if not output.is_dir():
        return set()
    names = {path.name for path in output.iterdir() if not path.name.startswith(_BUILDING)}
    return names - {*HIDDEN}


def read_earlier(output: Path) -> Manifest:
    """Return the manifest of an earlier run; an empty one where there is none or it cannot be read."""
    try:
        return Manifest.model_validate(json.loads((output / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return Manifest()
