"""What a self-assessment is filled in with beforehand: targets, figures of the city, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.app.document_file import make_wording
from dafeng.app.run_tables import TABLES_READ, gather_facts, read_run_tables
from dafeng.app.tasks_rows import TaskRows
from dafeng.cities.facts import Facts
from dafeng.errors import LANGUAGES
from dafeng.period import latest_date
from dafeng.register.tasks_assessment import compose_items
from dafeng.register.tasks_derive import due_of_targets
from dafeng.register.tasks_standing import BoardFilter, filter_board, make_board

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.register.tasks_assessment import Subject
    from dafeng.report.context import ReportContext

VALUES = "tracking.values"
MISSED = "missed"
_GRADES = "ABCX"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Items of a form and the day of what they rest on.

    Parameters
    ----------
    items : list of dict
        Items of the list ``items``.
    as_of : date
        Day of the result tables.
    grade : str
        Weakest grade of any figure; A without one.
    """

    items: list[Row]
    as_of: date
    grade: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of targets beside their verdicts.

    Parameters
    ----------
    latest : mapping of (str, str) to dict
        Latest value by indicator and region (IndicatorValues).
    due : mapping of str to str
        Last day of the target year; None without a date.
    relations : mapping of (str, str) to str
        Relation of scope by indicator and series.
    """

    latest: Mapping[tuple[str, str], Row]
    due: Mapping[str, str | None]
    relations: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class FormGround:
    """Result tables that every form of a day rests on.

    Parameters
    ----------
    facts : Facts
    values : mapping of str to polars.DataFrame
        Values of indicators, if there are any.
    """

    facts: Facts
    values: Mapping[str, pl.DataFrame]


def gather_ground(book: Book, pack: str, run_folder: Path | None = None) -> FormGround:
    """Return the result tables for forms.

    Parameters
    ----------
    book : Book
        Open book.
    pack : str
        Name or folder of the pack.
    run_folder : Path, optional
        Output of ``dafeng run``; without it the tables are computed for the day of the book.

    Raises
    ------
    InputRefused
        As :func:`~dafeng.app.run_tables.gather_facts`.
    """
    facts = gather_facts(pack, None if run_folder else book.today, run_folder).facts
    if run_folder is not None:
        return FormGround(facts, read_run_tables(run_folder, (VALUES,)))
    return FormGround(facts, {VALUES: facts.tables[VALUES]} if facts.has(VALUES) else {})


def show_ground(context: ReportContext, region: str) -> FormGround:
    """Return the result tables for the forms of one who sees no more than a context holds.

    Parameters
    ----------
    context : ReportContext
        Tables and rows that the actor may see.
    region : str
        Code of the province.
    """
    tables = {name: context.frame(name) for name in TABLES_READ if context.has(name)}
    facts = Facts(tables, date.fromisoformat(context.meta.as_of), region)
    return FormGround(facts, {VALUES: context.frame(VALUES)} if context.has(VALUES) else {})


def gather_items(book: Book, subject: Subject, ground: FormGround) -> Gathered:
    """Return what is filled in beforehand for a city or body.

    A provincial body gets the targets behind its clauses; a city the targets of its own plans and its own
    figures; both get their tasks. Left out are targets that a later document replaced (the later one stands)
    and those that fell due before last year, unless they were missed.
    """
    facts = ground.facts
    known = Known(
        _latest_values(ground.values, facts), due_of_targets(book.pack.tables["targets"]),
        {
            (row["indicator_id"], row["series_id"]): row["relation"]
            for row in book.pack.tables["indicator_series"].to_dicts()
        },
    )  # fmt: skip
    targets = [
        _target_item(facts, target_id, known)
        for target_id in facts.verdicts
        if target_id not in facts.replaced
        and _concerns(facts, target_id, subject)
        and _still_asked(facts.verdicts[target_id], known.due[target_id], facts.as_of.year)
    ]
    figures = _city_items(book, facts, subject) if subject.kind == "city" else []
    items = compose_items(_task_items(book, subject), targets, figures)
    grades = [item["figure_grade"] for item in items if item["figure_grade"]]
    return Gathered(items, facts.as_of, max(grades, key=_GRADES.index, default="A"))


def _concerns(facts: Facts, target_id: str, subject: Subject) -> bool:
    region = facts.targets[target_id]["region"]
    if subject.kind == "city":
        return bool(region == subject.id)
    return bool(region == facts.region) and subject.id in facts.bodies_of(target_id)


def _still_asked(verdict: Row, due: str | None, year: int) -> bool:
    """Return whether a target is asked for: without a date, due last year or later, or missed."""
    return due is None or int(due[:4]) >= year - 1 or verdict["verdict"] == MISSED


def _goal(target: Mapping[str, Any]) -> str:
    """Return what a target asks for, Chinese and English."""
    return _halves(make_wording(language).goal(target) for language in LANGUAGES)


def _figure(value: float, unit: str | None, bound: str | None, relation: str | None = "same") -> str:
    """Return a figure with its unit, Chinese and English; another scope than that of the target is said."""
    texts = []
    for language in LANGUAGES:
        text = make_wording(language).seen(value, unit, bound)
        if relation not in {None, "same"}:
            name = terms.name("series_relation", str(relation), language)
            text += f"（{name}）" if language == "zh" else f" ({name.lower()})"
        texts.append(text)
    return _halves(texts)


def _halves(texts: Iterable[str]) -> str:
    """Return a text in two languages; once where they read the same."""
    return " / ".join(dict.fromkeys(texts))


def _latest_values(tables: Mapping[str, Any], facts: Facts) -> dict[tuple[str, str], Row]:
    """Return the latest value by indicator and region that was known on the day, the best scope first."""
    order = {code: place for place, code in enumerate(terms.entries("series_relation"))}
    found: dict[tuple[str, str], Row] = {}
    for row in tables[VALUES].to_dicts() if VALUES in tables else ():
        if row["known_on"] and latest_date(row["known_on"]) > facts.as_of:
            continue
        key = (row["indicator_id"], row["region"])
        held = found.get(key)
        rank = (-order[row["relation"]], row["year"])
        if held is None or rank > (-order[held["relation"]], held["year"]):
            found[key] = row
    return found


def _target_item(facts: Facts, target_id: str, known: Known) -> Row:
    target, verdict = facts.targets[target_id], facts.verdicts[target_id]
    clause = facts.clause_of(target_id)
    warning = facts.warnings.get(target_id, {})
    item: Row = {
        "item_no": target_id, "clause": clause["clause_id"] if clause else None, "name": target["name_zh"],
        "goal": _goal(target), "item_due": known.due[target_id],
        "verdict": verdict["verdict"], "level": warning.get("level"),
    }  # fmt: skip
    shown = known.latest.get((target["indicator_id"], target["region"]))
    if verdict["observed"] is not None:
        relation = known.relations.get((target["indicator_id"], verdict["series_id"]))
        figure = _figure(verdict["observed"], verdict["unit"], verdict["bound"], relation)
        shown, sources = verdict, verdict["source_id"]
    elif shown is not None:
        figure = _figure(shown["value"], shown["unit"], shown["bound"], shown["relation"])
        sources = shown["source_ids"]
    else:
        return item
    return item | {
        "figure": figure, "figure_period": shown["period"], "figure_grade": shown["grade"],
        "figure_source": _name_sources(facts, sources),
    }  # fmt: skip


def _name_sources(facts: Facts, source_ids: str | None) -> str | None:
    ids = [each for each in (source_ids or "").split(";") if each]
    return "；".join(facts.sources.get(each, {}).get("title_zh", each) for each in ids)[:300] or None


def _city_items(book: Book, facts: Facts, subject: Subject) -> list[Row]:
    """Return the latest figure of each item of a city, and what is known on the targets of its own plans."""
    latest = {
        row["item"]: row
        for row in book.pack.tables["city_figures"].sort("year").to_dicts()
        if row["region"] == subject.id
        and row["value"] is not None
        and (row["known_on"] is None or latest_date(row["known_on"]) <= facts.as_of)
    }
    found = [
        {
            "item_no": item, "name": terms.name("city_figure", item, "zh"),
            "figure": _figure(row["value"], row["unit"], None), "figure_period": str(row["year"]),
            "figure_grade": row["grade"], "figure_source": _name_sources(facts, row["source_id"]),
        }
        for item, row in latest.items()
    ]  # fmt: skip
    for row in facts.rows("cities.dossiers"):
        if row["region"] != subject.id or row["observed"] is None:
            continue
        target = facts.targets[row["target_id"]]
        found.append({
            "item_no": f"{row['target_id']}@{subject.id}", "name": target["name_zh"],
            "clause": target["clause_id"], "goal": _goal(target), "figure_period": row["period"],
            "figure": _figure(row["observed"], row["observed_unit"], row["bound"], row["relation"]),
            "figure_grade": row["grade"], "figure_source": _name_sources(facts, row["source_id"]),
        })  # fmt: skip
    return found


def _task_items(book: Book, subject: Subject) -> list[Row]:
    rows = TaskRows(book)
    wanted = BoardFilter(city=subject.id) if subject.kind == "city" else BoardFilter(agency=subject.id)
    ground = rows.ground()
    board = filter_board(make_board(ground), wanted).sort("task_no")
    measures = dict(ground.tasks.select("task_no", "measure").iter_rows())
    states = {state.code: f"{state.zh} / {state.en}" for state in book.library.register("tasks").states}
    return [
        {
            "item_no": row["task_no"], "clause": row["clause"], "name": row["title"],
            "goal": measures[row["task_no"]][:500], "item_due": row["next_due"],
            "figure": None if row["done_share"] is None else f"{100 * row['done_share']:g}%",
            "figure_period": None if row["done_share"] is None else row["changed_at"][:10],
            "task_state": states[row["state"]],
        }
        for row in board.iter_rows(named=True)
    ]  # fmt: skip
