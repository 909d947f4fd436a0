"""The words of the interface, Chinese and English, from one table."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from dafeng import terms

if TYPE_CHECKING:
    from dafeng.errors import Language


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the word table: key -> {zh, en}."""
    text = files("dafeng.report").joinpath("words.csv").read_text("utf-8")
    return {row["key"]: {"zh": row["zh"], "en": row["en"]} for row in csv.DictReader(text.splitlines())}


def plain(key: str, language: Language, **params: object) -> str:
    """Return the text of a key in one language.

    Raises
    ------
    KeyError
        If the key is not in the table: a defect of ours.
    """
    text = words()[key][language]
    return text.format(**params) if params else text


def both(zh: object, en: object) -> Markup:
    """Return a text in both languages; the style sheet shows one of them.

    Parameters
    ----------
    zh, en : object
        Text, escaped here unless it is Markup. A missing one is replaced by the other.
    """
    left, right = (zh if zh not in (None, "") else en), (en if en not in (None, "") else zh)
    if left in (None, ""):
        return Markup("")
    if left == right:
        return escape(left)
    return Markup('<span class="zh" lang="zh-Hans">{}</span><span class="en" lang="en">{}</span>').format(
        left, right
    )


def phrase(key: str, **params: object) -> Markup:
    """Return the text of a key in both languages.

    Parameters
    ----------
    key : str
        Key of ``words.csv``.
    params : object
        Values for the places in braces: text is escaped, Markup (a number with its trace) is kept. A pair
        (zh, en) gives each language its own.
    """
    row = words()[key]
    zh = {name: value[0] if isinstance(value, tuple) else value for name, value in params.items()}
    en = {name: value[1] if isinstance(value, tuple) else value for name, value in params.items()}
    left, right = Markup(row["zh"]), Markup(row["en"])  # noqa: S704 - our own table
    return both(left.format(**zh), right.format(**en))


def pair(key: str, **params: object) -> dict[str, str]:
    """Return the text of a key as ``{"zh": …, "en": …}`` for chart data."""
    return {"zh": plain(key, "zh", **params), "en": plain(key, "en", **params)}


def term(vocabulary: str, code: str | None) -> Markup:
    """Return the name of a code in both languages; an unknown code is shown as it is."""
    names = term_pair(vocabulary, code)
    return both(names["zh"], names["en"])


def term_pair(vocabulary: str, code: str | None) -> dict[str, str]:
    """Return the name of a code as ``{"zh": …, "en": …}``; an unknown code stands for itself."""
    row = terms.entries(vocabulary).get(code or "")
    return {"zh": row["zh"], "en": row["en"]} if row else {"zh": code or "", "en": code or ""}
