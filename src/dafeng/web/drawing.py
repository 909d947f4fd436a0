"""Templates of the workbench: those of the report with its marks, our own before them, and our words."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from dafeng.report import words as report_words
from dafeng.report.drawing import environment as report_environment
from dafeng.report.figures import split_names
from dafeng.report.words import both, term_pair
from dafeng.web.assets import asset_url

if TYPE_CHECKING:
    from dafeng.errors import Language


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the words of the workbench: key -> {zh, en}, from every file under ``web/words``.

    Raises
    ------
    ValueError
        If a key stands twice: a defect of ours.
    """
    made: dict[str, dict[str, str]] = {}
    for entry in sorted(files("dafeng.web").joinpath("words").iterdir(), key=lambda one: one.name):
        for row in csv.DictReader(entry.read_text("utf-8").splitlines()):
            if row["key"] in made:
                raise ValueError(f"word {row['key']} stands twice ({entry.name})")
            made[row["key"]] = {"zh": row["zh"], "en": row["en"]}
    return made


def plain(key: str, language: Language, **params: object) -> str:
    """Return the text of a key in one language, of our words or else of the report's."""
    row = words().get(key)
    if row is None:
        return report_words.plain(key, language, **params)
    return row[language].format(**params) if params else row[language]


def phrase(key: str, **params: object) -> Markup:
    """Return the text of a key in both languages; the style sheet shows one of them.

    Text is escaped, Markup is kept, a pair (zh, en) gives each language its own.
    """
    row = words().get(key)
    if row is None:
        return report_words.phrase(key, **params)
    zh = {name: value[0] if isinstance(value, tuple) else value for name, value in params.items()}
    en = {name: value[1] if isinstance(value, tuple) else value for name, value in params.items()}
    left, right = Markup(row["zh"]), Markup(row["en"])  # noqa: S704 - our own table
    return both(left.format(**zh), right.format(**en))


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, an unknown name is an error."""
    made = report_environment().overlay(
        loader=ChoiceLoader(
            [PackageLoader("dafeng.web", "templates"), PackageLoader("dafeng.report", "templates")]
        )
    )
    made.globals = {**made.globals, "w": phrase, "plain": plain, "asset_url": asset_url,
                    "term_pair": term_pair, "split_names": split_names}  # fmt: skip
    return made


def draw(template: str, **values: object) -> Markup:
    """Return a template filled with values."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704 - autoescape is on
