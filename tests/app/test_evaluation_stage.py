"""The stage of the main job: every pack, every subject, nothing filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.evaluation_stage import EVALUATION_NEEDS, evaluate_pack
from dafeng.app.stages import STAGES, RunContext
from dafeng.errors import InputRefused
from dafeng.pack import Pack, read_pack

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def tiny(tiny_pack: Path) -> Pack:
    return read_pack(str(tiny_pack))


def tables_of(pack: Pack, day: date = DAY) -> dict[str, pl.DataFrame]:
    verdicts = pack.tables["targets"].select("target_id", verdict=pl.lit("on_track"))
    context = RunContext(pack, day, accept_findings=False, given={"tracking.verdicts": verdicts})
    return {name: table.frame for name, table in evaluate_pack(context).tables.items()}


def test_the_stage_comes_after_what_it_needs() -> None:
    ids = [stage.id for stage in STAGES]
    assert ids.index("evaluation") > ids.index("tracking")
    assert next(stage for stage in STAGES if stage.id == "evaluation").needs == EVALUATION_NEEDS


def test_results_of_the_made_pack(tiny: Pack) -> None:
    results = tables_of(tiny)["evaluation.results"]
    found = {
        (row["year"], row["subject_id"]): (row["outcome"], row["points"], row["rank"])
        for row in results.filter(pl.col("rule_pack") == "2014").iter_rows(named=True)
    }
    assert found == {
        (2024, "610100"): ("failed", 18.75 + 25.0 + 45.0, None), (2024, "610300"): ("no_figures", None, None),
        (2025, "610100"): ("complete", 94.0, 1), (2025, "610300"): ("partial", 25.0, None),
    }  # fmt: skip
    assert set(results.filter(pl.col("rule_pack") == "plan13")["outcome"]) == {"blocked", "no_figures"}
    bodies = results.filter(pl.col("rule_pack") == "departments")
    assert set(bodies["outcome"]) == {"blocked"}
    tasks = tables_of(tiny)["evaluation.departments"].filter(pl.col("agency_id") == "drc").height
    said = f"{tasks} target(s) in 1 of its clauses: On track {tasks}"
    assert bodies["why_en"].str.contains(said, literal=True).any()


def test_the_day_decides_what_is_known(tiny: Pack) -> None:
    early = tables_of(tiny, date(2026, 5, 1))
    appeals = early["evaluation.appeals"]
    assert set(appeals["decision"]) == {"pending"}
    first = early["evaluation.results"].filter(
        (pl.col("rule_pack") == "2014") & (pl.col("year") == 2025) & (pl.col("subject_id") == "610100")
    )
    assert first["points"].to_list() == [91.0]


def test_the_built_in_province_ranks_nobody_without_figures(shanxi: Pack) -> None:
    made = tables_of(shanxi)
    results = made["evaluation.results"]
    cities = results.filter(pl.col("subject_kind") == "city")
    assert set(cities["outcome"]) == {"no_figures"}
    assert results["rank"].null_count() == results.height
    assert made["evaluation.scores"]["points"].null_count() == made["evaluation.scores"].height
    assert made["evaluation.departments"].height > 100


def test_a_defective_row_of_the_pack_stops_the_run_at_its_row(tiny: Pack) -> None:
    figures = tiny.tables["evaluation_figures"]
    third = pl.int_range(pl.len()) == 2
    wrong = figures.with_columns(item_id=pl.when(third).then(pl.lit("annuall")).otherwise("item_id"))
    pack = replace(tiny, tables={**tiny.tables, "evaluation_figures": wrong})
    with pytest.raises(InputRefused) as refused:
        evaluate_pack(RunContext(pack, DAY, accept_findings=False))
    assert refused.value.text("en").startswith("evaluation_figures.csv, row 4, column item_id")
    assert "是否为 annual" in refused.value.text("zh")
