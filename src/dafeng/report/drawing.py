"""Templates and the small marks that pages share: badges, grades, icons, documents."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dafeng.report import figures, words
from dafeng.report.charts import json_text


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("dafeng.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        w=words.phrase, plain=words.plain, both=words.both, term=words.term, unit=figures.unit,
        number=figures.number, traced=figures.traced, period=figures.period_text, names=figures.split_names,
        missing=figures.missing, badge=badge, grade=grade_mark, icon=icon, json_text=json_text,
        level=level_badge, hint=hint_badge,
    )  # fmt: skip
    return made


def draw(template: str, **values: object) -> str:
    """Return a template filled with values."""
    return environment().get_template(template).render(**values)


def asset(name: str) -> str:
    """Return a text asset of the report."""
    return files("dafeng.report").joinpath("assets", name).read_text("utf-8")


def icon(name: str) -> Markup:
    """Return an icon of the page's sprite; it says nothing that the words beside it do not say."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>').format(
        name
    )


def badge(verdict: str) -> Markup:
    """Return a verdict as icon and word."""
    return Markup('<span class="badge v-{}">{}{}</span>').format(
        verdict, icon(verdict), words.term("verdict", verdict)
    )


def level_badge(level: str) -> Markup:
    """Return a level of warning as icon and word."""
    return Markup('<span class="badge l-{}">{}{}</span>').format(
        level, icon(level), words.term("warning_level", level)
    )


def hint_badge(hint: str) -> Markup:
    """Return a hint by probability as icon and word: the words of the official levels are not used."""
    return Markup('<span class="badge l-{}">{}{}</span>').format(
        hint, icon(hint), words.term("hint_level", hint)
    )


def grade_mark(grade: str | None) -> Markup:
    """Return an evidence grade as a letter with its meaning."""
    if not grade:
        return Markup("")
    meaning = words.term_pair("grade", grade)
    return Markup(
        '<abbr class="grade g-{0}" title="{1}" data-title-zh="{1}" data-title-en="{2}">{0}</abbr>'
    ).format(grade, meaning["zh"], meaning["en"])
