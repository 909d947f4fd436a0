"""The embedded font: only the glyphs that a page uses, so that Chinese shows on a bare machine."""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2FlavorData

if TYPE_CHECKING:
    from pathlib import Path

FAMILY, MARKS_FAMILY = "Dafeng Sans", "Dafeng Marks"
_ASSET, _MARKS_ASSET = "noto-sans-sc-subset.woff2", "noto-sans-sc-marks.woff2"


@cache
def known_characters() -> frozenset[str]:
    """Return the characters that the vendored font has."""
    with TTFont(_open_asset(), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _open_asset() -> io.BytesIO:
    return io.BytesIO(_read_asset(_ASSET))


def _read_asset(name: str) -> bytes:
    return files("dafeng.report").joinpath("assets", name).read_bytes()


def subset_font(text: str) -> bytes:
    """Return a WOFF2 font with the glyphs of a text; characters that the font lacks are left to the system.

    Parameters
    ----------
    text : str
        Everything that the page may show.
    """
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(_open_asset(), lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={ord(char) for char in text if ord(char) >= 0x20})
    cutter.subset(font)
    font.flavor = "woff2"
    font.flavorData = WOFF2FlavorData(transformedTables=set())
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def write_font_file(path: Path) -> None:
    """Write the whole vendored font unpacked, for programs that read no WOFF2."""
    with TTFont(_open_asset(), lazy=True, recalcTimestamp=False) as font:
        font.flavor = None
        with path.open("wb") as out:
            font.save(out)


def font_face(text: str) -> str:
    """Return the ``@font-face`` rules as data: the glyphs of a text, and narrow marks for English."""
    return _face(FAMILY, subset_font(text)) + "\n" + _face(MARKS_FAMILY, _read_asset(_MARKS_ASSET))


def _face(family: str, raw: bytes) -> str:
    data = base64.b64encode(raw).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:400;font-display:block;'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )
