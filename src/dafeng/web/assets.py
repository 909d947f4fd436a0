"""Styles, scripts and fonts, served under an address that holds their hash: browsers keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FOLDERS = (("dafeng.web", "assets"), ("dafeng.report", "assets"))
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
PREFIX = "/assets/"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, also packed, and its media type."""

    name: str
    kind: str
    digest: str
    raw: bytes
    packed: bytes | None


@cache
def find_asset(name: str) -> Asset | None:
    """Return an asset by its name; ours go before those of the report.

    In a style, ``asset:NAME`` stands for the address of another asset.
    """
    suffix = name[name.rfind(".") :]
    if suffix not in KINDS or "/" in name or "\\" in name:
        return None
    for package, folder in FOLDERS:
        entry: Traversable = files(package).joinpath(folder, name)
        if entry.is_file():
            raw = entry.read_bytes()
            if suffix == ".css":
                raw = re.sub(rb"asset:([\w.-]+)", lambda hit: asset_url(hit[1].decode()).encode(), raw)
            packed = None if suffix == ".woff2" else gzip.compress(raw, 9, mtime=0)
            return Asset(name, KINDS[suffix], hashlib.sha256(raw).hexdigest()[:16], raw, packed)
    return None


def asset_url(name: str) -> str:
    """Return the address of an asset.

    Raises
    ------
    KeyError
        If there is none: a defect of ours.
    """
    asset = find_asset(name)
    if asset is None:
        raise KeyError(name)
    return f"{PREFIX}{asset.digest}/{asset.name}"
