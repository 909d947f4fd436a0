"""Who assesses himself: the cities and the provincial bodies that the plan names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from dafeng.cities.departments import list_bodies, list_cities
from dafeng.errors import InputRefused
from dafeng.register.tasks_assessment import Subject
from dafeng.register.tasks_derive import CITIES_KIND
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from dafeng.app.register_book import Book


def list_subjects(book: Book) -> dict[str, Subject]:
    """Return cities and bodies with tasks on the day of the book, by id."""
    tables, province = book.pack.tables, book.pack.config.pack.region
    agencies = tables["agencies"].to_dicts()
    cities_body = next((row["agency_id"] for row in agencies if row["kind"] == CITIES_KIND), "")
    found = {
        row["subject_id"]: Subject(
            row["subject_id"], "city", row["name_zh"], row["name_en"] or row["name_zh"], cities_body,
            row["subject_id"],
        )
        for row in list_cities(tables["regions"], book.today).to_dicts()
    }  # fmt: skip
    for row in list_bodies(tables["agencies"], tables["clause_agencies"], book.today).to_dicts():
        kind = cast("Literal['department', 'informed']", row["subject_kind"])
        found[row["subject_id"]] = Subject(
            row["subject_id"], kind, row["name_zh"], row["name_en"] or row["name_zh"], row["subject_id"],
            province,
        )  # fmt: skip
    return found


def resolve_code(book: Book, kind: str, text: str) -> str:
    """Return the id of a region, agency or clause that an id or a name stands for.

    Raises
    ------
    InputRefused
        ``code_unknown``.
    """
    vocabulary = book.library.pack_kinds[kind]
    code = vocabulary.resolve(text)
    if code is None:
        known = {*vocabulary.codes, *vocabulary.spellings}
        raise InputRefused.of("code_unknown", value=text, vocabulary=kind, suggestion=Suggestion(text, known))
    return code


def find_subject(book: Book, text: str) -> Subject:
    """Return the city or body that an id or a name stands for; names match whole.

    Raises
    ------
    InputRefused
        ``task_subject_unknown``.
    """
    subjects = list_subjects(book)
    wanted = text.strip()
    regions = {row["code"]: row["short_name_zh"] for row in book.pack.tables["regions"].to_dicts()}
    for subject in subjects.values():
        names = {subject.id, subject.name_zh, subject.name_en, regions.get(subject.id)}
        if wanted in names or wanted.lower() == subject.name_en.lower():
            return subject
    known = [name for subject in subjects.values() for name in (subject.id, subject.name_zh)]
    raise InputRefused.of("task_subject_unknown", subject=wanted, suggestion=Suggestion(wanted, known))
