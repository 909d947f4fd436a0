"""What the head of a table says: province, year, measure, how electricity is counted, edition, grade."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.balance.editions import editions
from dafeng.balance.labels import flatten
from dafeng.balance.model import ElectricityBasis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.balance.model import Basis, Measure

_YEAR = re.compile(r"(?<![0-9.^])(19[5-9][0-9]|20[0-9]{2})(?![0-9]|\.[0-9])")
_TITLE = re.compile(r"平衡表|energy balance", re.IGNORECASE)
_EQUIVALENT_UNIT = re.compile(r"标准量|标准煤|coal equivalent|\bt?ce\b|\bsce\b|standard (?:quantity|coal)")
_PHYSICAL = re.compile(r"实物量|实物单位|physical")
_BASES: dict[Basis, re.Pattern[str]] = {
    "calorific": re.compile(r"当量值|当量|calorific value"),
    "equivalent": re.compile(r"等价值|等价|发电煤耗|equivalent value|coal equivalent calculation"),
}
_GCE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(k?gce|k?g ?ce|千?克标准煤) ?/ ?(?:kwh|kw\.h|千瓦小?时)")
_GRADE = re.compile(r"(?:证据等级|evidence grade)[^a-z]*([abcx])\b")


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said; every set holds all that is named, so that two different ones can be refused.

    Parameters
    ----------
    regions, years : frozenset
        Codes of provinces, calendar years.
    measures, bases, editions, grades : frozenset of str
        Codes.
    gce_per_kwh : float or None
        Coefficient of electricity. [gce/kWh]
    titled : bool
        Whether one of the texts is a title.
    """

    regions: frozenset[str]
    years: frozenset[int]
    measures: frozenset[Measure]
    bases: frozenset[Basis]
    editions: frozenset[str]
    grades: frozenset[str]
    gce_per_kwh: float | None
    titled: bool = False

    @property
    def electricity(self) -> ElectricityBasis | None:
        """How electricity is counted, if basis and coefficient are both said."""
        if len(self.bases) != 1 or self.gce_per_kwh is None:
            return None
        return ElectricityBasis(next(iter(self.bases)), self.gce_per_kwh)


def read_caption(texts: Iterable[str]) -> Caption:
    """Return what texts above a table say.

    Where one of them is a title (平衡表, energy balance) province and year are taken from titles only.

    Examples
    --------
    >>> caption = read_caption(["能源平衡表（标准量，等价值 305.5 克标准煤/千瓦时）—2015"])
    >>> sorted(caption.years), caption.electricity
    ([2015], ElectricityBasis(basis='equivalent', gce_per_kwh=305.5))
    """
    plain = [flatten(text) for text in texts]
    named = [text for text in plain if _TITLE.search(text)]
    titles = named or plain
    whole = " \n ".join(plain)
    measures: set[Measure] = set()
    if _PHYSICAL.search(whole):
        measures.add("physical")
    if any(_EQUIVALENT_UNIT.search(text) for text in titles):
        measures.add("coal_equivalent")
    bases = frozenset(basis for basis, pattern in _BASES.items() if pattern.search(whole))
    return Caption(
        regions=frozenset().union(*map(find_regions, titles)),
        years=frozenset(int(year) for text in titles for year in _YEAR.findall(_without_codes(text))),
        measures=frozenset(measures),
        bases=bases,
        editions=frozenset(code for code in editions() if code in whole),
        grades=frozenset(grade.upper() for grade in _GRADE.findall(whole)),
        gce_per_kwh=_coefficient(whole),
        titled=bool(named),
    )


def continue_caption(own: Caption, before: Caption) -> Caption:
    """Return what holds for the continuation of a table: its own title, where that is silent the one before.

    Parameters
    ----------
    own : Caption
        Of the lines above the continuation; counts only if one of them is a title.
    before : Caption
        Of the part that it continues.
    """
    if not own.titled:
        return before
    said = {field.name: getattr(own, field.name) for field in fields(Caption)}
    return Caption(**{name: value or getattr(before, name) for name, value in said.items()})


def find_regions(text: str) -> frozenset[str]:
    """Return the provinces that a text names, by whole names: one that is contained in another is no hit."""
    plain = flatten(text)
    found = set()
    for name, code in _region_names().items():
        pattern = rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9-])" if name.isascii() else re.escape(name)
        match = re.search(pattern, plain)
        if match:
            found.add(code)
            plain = plain[: match.start()] + " " + plain[match.end() :]
    return frozenset(found)


def _without_codes(text: str) -> str:
    """Return a text without the codes of editions, which hold years of their own."""
    for code in editions():
        text = text.replace(code, "")
    return text


@cache
def _region_names() -> dict[str, str]:
    """Return every name of a province, longest first."""
    names: dict[str, str] = {}
    for code, entry in terms.entries("provinces").items():
        for field in ("code", "gb_code", "zh", "full_zh", "en"):
            if entry.get(field):
                names[entry[field].lower()] = code
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _coefficient(text: str) -> float | None:
    match = _GCE.search(text)
    if match is None:
        return None
    number, unit = float(match.group(1)), match.group(2)
    return number * 1000 if unit.startswith(("k", "千")) else number
