"""Closed sets of codes with every spelling that names one of them: choices, terms, tables of the pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING

from dafeng import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl

    from dafeng.register.fields import Choice

MAX_ABOVE = 3
"""Most levels above a region whose names may stand before its own."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Codes that a field may hold.

    Parameters
    ----------
    codes : tuple of str
        In the order of drop-downs.
    names : mapping of str to (str, str)
        Chinese and English name of each code.
    spellings : mapping of str to str
        Every spelling that names exactly one code, lower case and stripped -> code.
    retired : mapping of str to str
        Codes that are no longer in force -> their successor, empty if the pack names none.
    """

    codes: tuple[str, ...]
    names: Mapping[str, tuple[str, str]]
    spellings: Mapping[str, str]
    retired: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> str | None:
        """Return the code that a spelling names; None if there is none or more than one."""
        plain = text.strip().lower()
        return self.spellings.get(plain) or self.spellings.get("".join(plain.split()))


@lru_cache(maxsize=1024)
def choices_vocabulary(choices: tuple[Choice, ...]) -> Vocabulary:
    """Return the vocabulary of the choices of a field."""
    names = {choice.code: (choice.zh, choice.en) for choice in choices}
    return _vocabulary(names, ((code, words) for code, words in names.items()))


@lru_cache(maxsize=256)
def terms_vocabulary(name: str) -> Vocabulary:
    """Return a vocabulary of :mod:`dafeng.terms`.

    Raises
    ------
    KeyError
        There is none of this name.
    """
    entries = terms.entries(name)
    names = {code: (row["zh"], row["en"]) for code, row in entries.items()}
    return Vocabulary(tuple(names), names, dict(terms.aliases(name)))


def pack_vocabularies(tables: Mapping[str, pl.DataFrame]) -> dict[str, Vocabulary]:
    """Return kind of field -> vocabulary, for the kinds whose values stand in tables of the pack.

    Regions of one level stand under ``region.<level>``.
    """
    makers: dict[str, tuple[str, Callable[[pl.DataFrame], Vocabulary]]] = {
        "region": ("regions", regions_vocabulary),
        "agency": ("agencies", agencies_vocabulary),
        "clause": (
            "clauses",
            partial(_plain_vocabulary, names=("clause_id", "title_zh", "title_en", "label")),
        ),
        "target": ("targets", partial(_plain_vocabulary, names=("target_id", "name_zh", "name_en", "label"))),
        "system": ("systems", partial(_plain_vocabulary, names=("system_id", "name_zh", "name_en"))),
    }
    made = {kind: make(tables[table]) for kind, (table, make) in makers.items() if table in tables}
    if "regions" in tables:
        levels = tables["regions"].group_by("level").agg("code").iter_rows()
        made |= {f"region.{level}": _narrow(made["region"], frozenset(codes)) for level, codes in levels}
    return made


def _narrow(whole: Vocabulary, codes: frozenset[str]) -> Vocabulary:
    """Return a vocabulary of some codes of another one; what they are called does not change."""
    return Vocabulary(
        tuple(code for code in whole.codes if code in codes),
        {code: words for code, words in whole.names.items() if code in codes},
        {text: code for text, code in whole.spellings.items() if code in codes},
        {code: heir for code, heir in whole.retired.items() if code in codes},
    )


def _plain_vocabulary(table: pl.DataFrame, names: Sequence[str]) -> Vocabulary:
    """Return the vocabulary of a table: column of the code, of both names, of further spellings."""
    code, zh, en, *_ = names
    rows = list(table.iter_rows(named=True))
    called = {row[code]: (row[zh], row[en] or row[zh]) for row in rows}
    return _vocabulary(called, ((row[code], [row[column] for column in names[1:]]) for row in rows))


def agencies_vocabulary(agencies: pl.DataFrame) -> Vocabulary:
    """Return the bodies of the pack; those that ended are retired in favour of their successor."""
    rows = list(agencies.iter_rows(named=True))
    names = {row["agency_id"]: (row["name_zh"], row["name_en"] or row["name_zh"]) for row in rows}
    spelled = ((r["agency_id"], [r["name_zh"], r["full_name_zh"], r["name_en"]]) for r in rows)
    retired = {row["agency_id"]: row["successor_id"] or "" for row in rows if row["valid_to"]}
    return _vocabulary(names, spelled, retired)


def regions_vocabulary(regions: pl.DataFrame) -> Vocabulary:
    """Return the regions of the pack.

    A name that two regions bear (城区) needs that of the city before it; a name that a retired region
    shares with one in force means the one in force. The successor of a retired region is the region in force
    under the same parent with the same name or short name, if there is one.
    """
    rows = {row["code"]: row for row in regions.iter_rows(named=True)}
    names = {code: (row["name_zh"], row["name_en"] or row["name_zh"]) for code, row in rows.items()}
    heirs: dict[tuple[str, str], set[str]] = {}
    for code, row in rows.items():
        for word in () if row["valid_to"] else _own_words(row):
            heirs.setdefault((row["parent_code"] or "", word), set()).add(code)
    retired = {
        code: _only(set().union(*(heirs.get((row["parent_code"] or "", w), set()) for w in _own_words(row))))
        for code, row in rows.items()
        if row["valid_to"]
    }
    spelled = ((code, [*_region_spellings(row, rows), *_provincial(code)]) for code, row in rows.items())
    return _vocabulary(names, spelled, retired)


def _only(codes: set[str]) -> str:
    return next(iter(codes)) if len(codes) == 1 else ""


def _own_words(row: Mapping[str, str | None]) -> list[str]:
    return [word for word in (row["name_zh"], row["short_name_zh"]) if word]


def _region_spellings(
    row: Mapping[str, str | None], rows: Mapping[str, Mapping[str, str | None]]
) -> list[str]:
    """Return its own names, and each with the names of one or more levels above it before it."""
    own = _own_words(row)
    made = [*own, row["name_en"] or ""]
    chains = [own]
    above, levels = rows.get(row["parent_code"] or ""), 0
    while above is not None and above["level"] != "country" and levels < MAX_ABOVE:
        longer = [words for chain in chains for words in _joined(_own_words(above), chain)]
        made += longer
        chains.append(longer)
        above, levels = rows.get(above["parent_code"] or ""), levels + 1
    return made


def _joined(above: Iterable[str], below: Iterable[str]) -> list[str]:
    return [first + second for first, second in product(above, below)]


def _provincial(code: str) -> list[str]:
    entries = terms.entries("provinces")
    return (
        [spelling for spelling, c in terms.aliases("provinces").items() if c == code]
        if code in entries
        else []
    )


def _vocabulary(
    names: dict[str, tuple[str, str]],
    spelled: Iterable[tuple[str, Iterable[str | None]]],
    retired: Mapping[str, str] | None = None,
) -> Vocabulary:
    """Return the vocabulary in which a spelling counts if it names one code, or one code in force."""
    gone = retired or {}
    found: dict[str, set[str]] = {}
    for code, words in spelled:
        for word in words:
            if word and word.strip():
                found.setdefault(word.strip().lower(), set()).add(code)
    spellings = {}
    for word, codes in found.items():
        in_force = {code for code in codes if code not in gone}
        meant = _only(in_force) or (_only(codes) if not in_force else "")
        if meant:
            spellings[word] = meant
    spellings |= {code.lower(): code for code in names}
    return Vocabulary(tuple(names), names, spellings, dict(gone))
