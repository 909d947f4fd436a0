"""Labels of official tables: numbering, full-width signs, spaces and brackets aside, which code is meant."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.balance.editions import editions

if TYPE_CHECKING:
    from dafeng.errors import Language

_NUMBERING = re.compile(
    r"^(?:[(]?[一二三四五六七八九十]+[)]?[、.,:]|[(]?[0-9]{1,2}[)][.、,]?|[0-9]{1,2}[.、,](?![0-9])|[ivx]{1,4}\.|#|\*"
    r"|(?:of which|其中|in which)[:,]?|[-–—·]+)\s*"
)
_MARKS = re.compile(r"[(][+-][)]")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NOT_WORD = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z0-9][a-z0-9\W]*")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_CJK_RUN = re.compile(r"[\u4e00-\u9fff]+")
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "＋": "+", "\u00a0": " "})

UNIT_SPELLINGS = {
    "10^4 t": ("万吨", "10^4t", "104t", "104tons", "10000t", "10000tons", "10ktons", "10^4tons", "万t"),
    "10^8 m3": ("亿立方米", "亿m3", "10^8m3", "108m3", "108cu.m", "10^8cu.m", "100millioncu.m", "108cu.m."),
    "10^10 kJ": ("百亿千焦", "10^10kj", "1010kj", "10billionkj"),
    "10^8 kWh": (
        "亿千瓦小时", "亿千瓦时", "亿kwh", "10^8kwh", "108kwh", "108kw.h", "10^8kw.h", "100millionkwh",
    ),
    "10^4 tce": (
        "万吨标准煤", "万吨标煤", "万tce", "10^4tce", "104tce", "10^4tofsce", "10000tce", "104tonsofsce",
        "10^4tonsofsce",
    ),
}  # fmt: skip
"""Accounting unit -> how tables write it, without spaces, lower case."""
_UNITS = {spelling: unit for unit, spellings in UNIT_SPELLINGS.items() for spelling in spellings}


@dataclass(frozen=True, slots=True)
class UnitWord:
    """An accounting unit in a message: 万吨 in Chinese, 10^4 t in English."""

    unit: str

    def text(self, language: Language) -> str:
        """Return it in one language."""
        return terms.unit_name(self.unit, language)


def flatten(text: str) -> str:
    """Return a text in half-width lower-case signs with single spaces.

    Examples
    --------
    >>> flatten("１．火力发电　（－）")
    '1.火力发电 (-)'
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return " ".join(plain.lower().split())


def strip_numbering(text: str) -> str:
    """Return a flattened label without its number or “of which”.

    Examples
    --------
    >>> strip_numbering("一、可供本地区消费的能源量")
    '可供本地区消费的能源量'
    """
    while (shorter := _NUMBERING.sub("", text, count=1)) != text and shorter:
        text = shorter
    return text


def _core(text: str) -> str:
    """Return only letters, digits and Chinese characters of a flattened label."""
    return _NOT_WORD.sub("", _MARKS.sub("", text))


def _candidates(label: str) -> list[str]:
    """Return the readings of a label: whole, without brackets, its Chinese and its Latin part alone."""
    text = strip_numbering(flatten(label))
    short = _BRACKETS.sub("", _MARKS.sub("", text))
    forms = [text, short]
    if _CJK.search(text) and (latin := _LATIN.search(short)):
        forms += [short[: latin.start()], strip_numbering(short[latin.start() :].strip())]
    return list(dict.fromkeys(core for form in forms if (core := _core(form))))


@cache
def _known(vocabulary: str) -> dict[str, frozenset[str]]:
    """Return every reading of a row or fuel: core text -> codes."""
    found: dict[str, set[str]] = {}
    for code, entry in terms.entries(vocabulary).items():
        for spelling in (code, entry["zh"], entry["en"], *(entry.get("aliases") or "").split(";")):
            found.setdefault(_core(strip_numbering(flatten(spelling))), set()).add(code)
    for edition in editions().values():
        for label in edition.rows if vocabulary == "balance_rows" else edition.columns:
            for spelling in (label.zh, label.en):
                found.setdefault(_core(strip_numbering(flatten(spelling))), set()).add(label.code)
    return {core: frozenset(codes) for core, codes in found.items() if core}


@lru_cache(maxsize=8192)
def match_label(vocabulary: str, label: str) -> frozenset[str]:
    """Return the codes that a label may stand for; several where only its place in the table tells.

    Parameters
    ----------
    vocabulary : {"balance_rows", "balance_fuels"}
    label : str
        As it stands in the cell; numbering, brackets and full-width signs do not matter. A label in two
        languages counts when both name the same code.

    Examples
    --------
    >>> sorted(match_label("balance_rows", "2．回收能"))
    ['recovered_energy', 'recovery_of_energy']
    >>> sorted(match_label("balance_fuels", "焦炉煤气 (亿立方米) CokeOven Gas"))
    ['Coke_Oven_Gas']
    """
    known = _known(vocabulary)
    found: frozenset[str] | None = None
    for core in _candidates(label):
        codes = known.get(core)
        if codes is not None:
            found = codes if found is None else found & codes
    return found or frozenset()


@lru_cache(maxsize=256)
def spellings_of(vocabulary: str, taken: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the labels to suggest from, without those of codes that are taken.

    Examples
    --------
    >>> "损失量" in spellings_of("balance_rows", frozenset({"loss"}))
    False
    """
    official = {
        strip_numbering(name)
        for edition in editions().values()
        for label in (edition.rows if vocabulary == "balance_rows" else edition.columns)
        for name in (label.zh, label.en)
    }
    known = frozenset(official) | terms.spellings(vocabulary)
    if not taken:
        return known
    meant = {name: match_label(vocabulary, name) for name in known}
    return frozenset(name for name, codes in meant.items() if not codes or codes - taken)


def match_unit(text: str) -> str:
    """Return the accounting unit that a text is, or an empty text.

    Examples
    --------
    >>> match_unit("（万吨）"), match_unit("10^4 tce"), match_unit("原煤")
    ('10^4 t', '10^4 tce', '')
    """
    plain = re.sub(r"^(?:计量)?(?:单位|units?|[ :])+", "", flatten(text).strip("()[] "))
    plain = plain.replace(" ", "").replace("·", ".").strip("()[]")
    chinese = "".join(_CJK_RUN.findall(plain))
    found = {_UNITS[part] for part in (plain, chinese, _CJK_RUN.sub("", plain)) if part in _UNITS}
    whole = plain in _UNITS or {chinese, _CJK_RUN.sub("", plain)} <= set(_UNITS)
    return found.pop() if whole and len(found) == 1 else ""


def unit_in_label(label: str) -> str:
    """Return the accounting unit in the brackets of a label, or an empty text.

    Examples
    --------
    >>> unit_in_label("原煤（万吨）")
    '10^4 t'
    """
    found = {match_unit(part.group()) for part in _BRACKETS.finditer(flatten(label))} - {""}
    return found.pop() if len(found) == 1 else ""
