"""Make the Chinese font of the report: Noto Sans SC Regular, cut down to what reports can need.

Run once when the font or the character set changes::

    python scripts/make_font.py NotoSansSC_400Regular.ttf

The input is ``400Regular/NotoSansSC_400Regular.ttf`` of the npm package ``@expo-google-fonts/noto-sans-sc``
(SIL OFL 1.1). The output keeps GB 2312 (levels 1 and 2, 6,763 characters) with its punctuation, Latin-1,
common symbols, and every character that stands in a CSV of the package. Glyph data are stored without the
WOFF2 glyph transform, so that the report can cut its own small subset in a fraction of a second.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2FlavorData

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "src" / "dafeng" / "report" / "assets"
SUPERSCRIPTS = dict(zip("⁰⁴⁵⁶⁷⁸⁹⁻", "0456789−", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
SYMBOLS = "¹²³‰℃°→←↑↓⇄≥≤≠≈±×÷·–—…№①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳−∅✓✕▲▼●◆■□○◇「」『』〔〕【】《》“”‘’"
GREEK = "".join(map(chr, range(0x391, 0x3CA)))
MARKS = "·“”‘’"
MARK_BEARING = 45
"""Space at both sides of a mark [1/1000 em]."""
LATIN = "".join(map(chr, range(0x20, 0x7F))) + "".join(map(chr, range(0xA0, 0x100)))


def gb2312() -> str:
    """Return the characters of GB 2312: symbols (rows 1 to 9) and both levels of hanzi (rows 16 to 87)."""
    found = []
    for row in (*range(1, 10), *range(16, 88)):
        for cell in range(1, 95):
            try:
                found.append(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return "".join(found)


def characters() -> set[int]:
    """Return all code points that the font shall have."""
    texts = [gb2312(), SYMBOLS, GREEK, LATIN, *SUPERSCRIPTS, *SUBSCRIPTS]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "src" / "dafeng").rglob("*.csv"))]
    return {ord(char) for text in texts for char in text if ord(char) >= 0x20}


def add_small_digits(font: TTFont) -> None:
    """Add superscripts and subscripts, which the font lacks, as scaled copies of its digits."""
    cmap = font.getBestCmap()
    glyphs = font.getGlyphSet()
    rise = {"superscript": 0.34, "subscript": -0.14}
    for kind, table in (("superscript", SUPERSCRIPTS), ("subscript", SUBSCRIPTS)):
        for char, digit in table.items():
            base = cmap[ord(digit)]
            pen = TTGlyphPen(glyphs)
            shift = rise[kind] * font["head"].unitsPerEm
            pen.addComponent(base, (0.6, 0, 0, 0.6, 0, round(shift)))
            name = f"{base}.{kind}"
            font.setGlyphOrder([*font.getGlyphOrder(), name])
            font["glyf"][name] = pen.glyph()
            font["hmtx"][name] = (round(font["hmtx"][base][0] * 0.62), font["hmtx"][base][1])
            for subtable in font["cmap"].tables:
                if subtable.isUnicode() and subtable.format in {4, 12}:
                    subtable.cmap[ord(char)] = name


def make_marks(source: Path, target: Path) -> None:
    """Write the marks that Chinese sets in a full square (quotes, middle dot) at the width of Latin text."""
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(plain_options())
    cutter.populate(unicodes=map(ord, MARKS))
    cutter.subset(font)
    for name in set(font.getBestCmap().values()):
        glyph = font["glyf"][name]
        glyph.coordinates.translate((MARK_BEARING - glyph.xMin, 0))
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (glyph.xMax + MARK_BEARING, MARK_BEARING)
    save(font, target)


def plain_options() -> subset.Options:
    """Return the options of both subsets: outlines and names; no features, hinting or vertical setting."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "STAT", "meta", "gasp"]
    return options


def save(font: TTFont, target: Path) -> None:
    """Write a font as WOFF2 without the glyph transform and say what it is."""
    font.flavor = "woff2"
    font.flavorData = WOFF2FlavorData(transformedTables=set())
    font.save(target, reorderTables=False)
    raw = target.read_bytes()
    print(f"{target.name}: {len(raw):,} bytes, {len(font.getGlyphOrder()):,} glyphs")
    print(f"sha256 {hashlib.sha256(raw).hexdigest()}")


def make_font(source: Path, target: Path) -> None:
    """Write the subset of ``source`` to ``target``."""
    font = TTFont(source, recalcTimestamp=False)
    add_small_digits(font)
    wanted = characters()
    missing = sorted(wanted - set(font.getBestCmap()))
    cutter = subset.Subsetter(plain_options())
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    save(font, target)
    print("not in the source font: " + " ".join(f"U+{code:04X}" for code in missing))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="NotoSansSC_400Regular.ttf")
    parser.add_argument("--folder", type=Path, default=ASSETS, help="where to write the two fonts")
    arguments = parser.parse_args()
    make_font(arguments.source, arguments.folder / "noto-sans-sc-subset.woff2")
    make_marks(arguments.source, arguments.folder / "noto-sans-sc-marks.woff2")
