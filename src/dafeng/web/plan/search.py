"""Search over the plan: clauses, targets, systems, bodies, levers, open questions, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.errors import Language
    from dafeng.web.plan.view import PlanView, Row

MOST_FOUND = 200
MOST_WORDS = 8
AROUND = 60
"""Characters that are shown before the first word that was found. [characters]"""
LONGEST = 220
"""Longest excerpt. [characters]"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found.

    Parameters
    ----------
    kind : str
        ``clause``, ``target``, ``system``, ``agency``, ``lever``, ``question``.
    href : str
        Its page.
    label : str
        Number or id.
    name, text : (str, str)
        Chinese and English: title, and what else is searched.
    """

    kind: str
    href: str
    label: str
    name: tuple[str, str]
    text: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, with its words marked."""

    entry: Entry
    name: Markup
    excerpt: Markup


def split_words(query: str) -> list[str]:
    """Return the words of a query, in lower case.

    Examples
    --------
    >>> split_words(" 煤电 Retrofit ")
    ['煤电', 'retrofit']
    """
    return query.casefold().split()[:MOST_WORDS]


def search_plan(view: PlanView, query: str, language: Language) -> list[Hit]:
    """Return what holds every word of a query in either language; those with words in the title first."""
    words = split_words(query)
    if not words:
        return []
    at = 0 if language == "zh" else 1
    ranked: list[tuple[int, int, Entry]] = []
    for entry in list_entries(view):
        title = " ".join((entry.label, *entry.name)).casefold()
        whole = title + " " + " ".join(entry.text).casefold()
        if all(word in whole for word in words):
            ranked.append((-sum(word in title for word in words), len(ranked), entry))
    found = [entry for _, _, entry in sorted(ranked)][:MOST_FOUND]
    return [Hit(one, mark_words(one.name[at], words), _excerpt(one, words, at)) for one in found]


def list_entries(view: PlanView) -> Iterator[Entry]:
    """Yield everything that can be found, in the order of the plan."""
    for code, row in view.clauses.items():
        title = _pair(row, "title")
        more = tuple(f"{row[f'chapter_{one}'] or ''} {row[f'summary_{one}'] or ''}" for one in ("zh", "en"))
        yield Entry("clause", f"/plan/clauses/{code}", row["label"], title, (more[0], more[1]))
    for code, row in view.board.targets.items():
        if code in view.verdicts:
            more = tuple(f"{row[f'wording_{one}'] or ''} {row[f'scope_{one}'] or ''}" for one in ("zh", "en"))
            names = view.board.target_names(row)
            yield Entry("target", f"/targets/{code}", row["label"] or code, names, (more[0], more[1]))
    for row in view.context.rows("plan.systems"):
        place = f"/plan/clauses/{row['clause_id']}#{row['system_id']}"
        yield Entry("system", place, row["system_id"], _pair(row, "name"), _pair(row, "capability"))
    for code, row in view.board.agencies.items():
        more_zh = " ".join(filter(None, (row["full_name_zh"], row["note_zh"])))
        yield Entry(
            "agency", f"/plan/agencies/{code}", "", _pair(row, "name"), (more_zh, row["note_en"] or "")
        )
    for row in view.context.rows("plan.levers"):
        codes = [code for code in (row["clause_ids"] or "").split(";") if code in view.clauses]
        if codes:
            place = f"/plan/clauses/{codes[0]}#{row['lever_id']}"
            yield Entry("lever", place, row["lever_id"], _pair(row, "name"), _pair(row, "effect"))
    for row in view.context.rows("plan.open_questions"):
        place = f"/questions#q-{row['question_id']}"
        yield Entry("question", place, "", _pair(row, "question"), _pair(row, "why"))


def _pair(row: Row, column: str) -> tuple[str, str]:
    zh, en = row[f"{column}_zh"] or "", row[f"{column}_en"] or ""
    return zh or en, en or zh


def mark_words(text: str, words: list[str]) -> Markup:
    """Return a text with the words marked that were searched.

    Examples
    --------
    >>> mark_words("Coal <power>", ["power"])
    Markup('Coal &lt;<mark>power</mark>&gt;')
    """
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    marked = (
        Markup("<mark>{}</mark>").format(one) if at % 2 else escape(one) for at, one in enumerate(pieces)
    )
    return Markup("").join(marked)


def _excerpt(entry: Entry, words: list[str], at: int) -> Markup:
    text = entry.text[at].strip()
    places = [place for word in words if (place := text.casefold().find(word)) >= 0]
    start = max(0, min(places, default=0) - AROUND)
    cut = text[start : start + LONGEST]
    return mark_words(f"{'…' if start else ''}{cut}{'…' if start + LONGEST < len(text) else ''}", words)
