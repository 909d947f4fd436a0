"""Addresses of pages with their questions, and files that are handed out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
}


def address(path: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Return a path with its question; empty values are left out."""
    asked = urlencode([(name, value) for name, value in params if value])
    return f"{path}?{asked}" if asked else path


def go_to(path: str, params: Iterable[tuple[str, str]] = ()) -> RedirectResponse:
    """Return the way to a page after something was written."""
    return RedirectResponse(address(path, params), status_code=303)


def go_back(wanted: object, default: str) -> RedirectResponse:
    """Return the way back to a page of ours that a form names; anything else leads to the default."""
    text = str(wanted or "")
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return RedirectResponse(text if is_ours else default, status_code=303)


def hand_out(name: str, raw: bytes) -> Response:
    """Return a file to save; browsers never show it as a page of ours."""
    kind = KINDS.get(Path(name).suffix.lower(), "application/octet-stream")
    plain = "".join(char if (char.isascii() and char.isalnum()) or char in "._-" else "_" for char in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
    }  # fmt: skip
    return Response(raw, media_type=kind, headers=headers)


def write_out(name: str, write: Callable[[Path], object]) -> Response:
    """Return the file that a use case writes.

    Parameters
    ----------
    name : str
        Name under which it is saved; its suffix chooses the form.
    write : callable
        Takes the path to write.
    """
    with TemporaryDirectory(prefix="dafeng-") as folder:
        path = Path(folder) / f"file{Path(name).suffix}"
        write(path)
        return hand_out(name, path.read_bytes())
