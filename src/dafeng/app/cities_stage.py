"""The stage of the cities: provincial targets split by every method that needs no wish of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.cities_split import choose_methods, list_places, pack_figures, split_all
from dafeng.app.tables import name_tables
from dafeng.cities.figures import choose_figures, known_figures
from dafeng.cities.split_question import SplitQuestion, SplitWishes, find_questions
from dafeng.period import latest_date
from dafeng.provenance import Grade, Step
from dafeng.result import Result

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext

CITIES_FILES = ("regions", "documents", "targets", "city_figures")


def cities_parameters(context: RunContext) -> dict[str, object]:
    """Return what changes the result beside the files."""
    config = context.pack.config
    return {
        "region": config.pack.region,
        "as_of": context.as_of.isoformat(),
        "target_value": dict(config.decisions.target_value),
    }


def split_pack_targets(context: RunContext) -> Result:
    """Return the targets of the pack split to its cities, with the check and the figures behind it.

    Raises
    ------
    InputRefused
        Figures of the pack whose units or values cannot be used.
    """
    figures = known_figures(pack_figures(context.pack), context.as_of)
    questions = list_questions(context)
    methods = choose_methods(["all"], has_weights=False)
    made = split_all(choose_figures(figures), questions, methods, SplitWishes())
    outcomes = made.check["outcome"]
    step = Step(
        "cities.split_target",
        f"把 {len(questions)} 个全省目标按 {len(methods)} 种方法分解到各市；"
        "指数权重为本软件缺省值，不是官方权重",
        f"{len(questions)} targets of the province split by {len(methods)} methods; the weights of the index"
        " are our own default, not official ones",
        {outcome: int((outcomes == outcome).sum()) for outcome in sorted(set(outcomes))},
        made.allocation.height,
    )
    frames = {
        "cities.figures": figures,
        "cities.allocation": made.allocation,
        "cities.allocation_check": made.check,
    }
    return Result("cities", name_tables(frames), (step,), made.findings)


def list_questions(context: RunContext) -> list[SplitQuestion]:
    """Return the targets of the pack that can be split and were published on the day of the run."""
    tables, config = context.pack.tables, context.pack.config
    dated = tables["documents"].select("document_id", "date")
    public = [
        document for document, text in dated.iter_rows() if text is None or latest_date(text) <= context.as_of
    ]
    counted = [grade.value for grade in Grade if grade.counts]
    targets = tables["targets"].filter(pl.col("document_id").is_in(public) & pl.col("grade").is_in(counted))
    places = list_places(context.pack)
    questions = find_questions(targets, config.decisions.target_value, places.province, places.cities)
    return [question for question in questions if question.required_fall > 0]
