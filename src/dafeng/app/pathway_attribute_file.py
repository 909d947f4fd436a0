"""Use cases: who avoids what in a scenario, more futures at any time; how good the engine was."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from dafeng.app.pathway_answers import HINDCAST_START, HINDCAST_YEARS, REFERENCE, look_back
from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_file import check_folder
from dafeng.app.pathway_output import check_file
from dafeng.app.pathway_scenario import check_plan, collecting, find_scenario, lay_ground
from dafeng.app.pathway_study import WHOLE, StudyPlan
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.attribution_contracts import Wedge, WedgeTotal
from dafeng.pathway.fingerprint import fingerprint
from dafeng.pathway.hindcast import FEWEST_DRAWS
from dafeng.pathway.lever_groups import group_levers
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.wedge_table import WedgeLabel, list_wedges
from dafeng.pathway.wedges import AttributionPlan, Wedges, attribute_outcome, merge_wedges
from dafeng.store.atomic import write_atomically, write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import columns_of
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from dafeng.app.pathway_engine import Foundation
    from dafeng.app.pathway_scenario import GroundRequest
    from dafeng.job import Job
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.lever_groups import Group, View
    from dafeng.scenario import Scenario
    from dafeng.table import Table

BLOCK = 64
"""Futures that are attributed at once; what is finished is kept after each block."""
PAIRS = 32
"""Pairs of random orders where groups are too many for exact values."""
MAX_GROUPS = 12
FILES = ("hindcast.csv", "hindcast_summary.csv")
"""What a hindcast writes."""
ARCHIVE = b"PK"
"""How a file of kept sums begins, also a damaged one."""
_DAMAGED = (BadZipFile, zlib.error, EOFError, LookupError, OSError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class AttributeRequest:
    """What to divide among whom.

    Parameters
    ----------
    ground : GroundRequest
    scenario : str
        Name in the pack or path of a TOML file.
    view : {"clause", "agency", "sector", "lever"}
    output : Path
        Wedges, CSV; the sums are kept beside it, so that more draws go on from there.
    plan : StudyPlan
        Common futures and seed.
    """

    ground: GroundRequest
    scenario: str
    view: View
    output: Path
    plan: StudyPlan


@dataclass(frozen=True, slots=True, eq=False)
class AttributeAnswer:
    """Wedges with their totals, how many of the futures had been kept, and the files that were written."""

    wedges: pl.DataFrame
    totals: pl.DataFrame
    kept_draws: int
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HindcastAnswer:
    """Scores of single forecasts and their summary."""

    scores: pl.DataFrame
    summary: pl.DataFrame


def kept_path(output: Path) -> Path:
    """Return where the sums of an attribution are kept."""
    return output.with_name(f"{output.name}.draws.npz")


def totals_path(output: Path) -> Path:
    """Return where the totals of an attribution are written."""
    return output.with_name(f"{output.stem}_totals.csv")


def attribute_pathway(request: AttributeRequest, job: Job | None = None) -> AttributeAnswer:
    """Divide the reduction of a scenario and write wedges and totals.

    Futures that a former call has done for the same scenario and view are taken over; the numbers are those
    of one call with all of them.

    Raises
    ------
    InputRefused
        What is wrong with options, output files, pack and scenario; nothing is computed or written then.
    Interrupted
        If the job is cancelled; finished blocks of futures stay.
    """
    problems: list[Finding] = [*check_plan(request.plan), *check_outputs(request.output)]
    ground, engine = None, None
    groups: Sequence[Group] = ()
    with collecting(problems):
        ground = lay_ground(request.ground)
        engine, groups = _prepare(request, find_scenario(ground.pack, request.scenario), ground.foundation)
    if problems or ground is None or engine is None:
        raise InputRefused(problems)
    key = fingerprint((__version__, engine, request.view, request.plan.seed, PAIRS))
    made = _read_kept(kept_path(request.output), key, request.plan.draws)
    kept = made.draws if made else 0
    for start in range(kept, request.plan.draws, BLOCK):
        count = min(BLOCK, request.plan.draws - start)
        points = sobol_points(len(engine.dimensions), start, count, request.plan.seed)
        part = attribute_outcome(
            engine.worth(points, WHOLE), {group.id: group.levers for group in groups}, engine.years,
            AttributionPlan(first_draw=start, samples=PAIRS), job,
        )  # fmt: skip
        made = part if made is None else _join(made, part)
        _keep(kept_path(request.output), key, made)
    assert made is not None
    label = WedgeLabel(engine.scenario.id, REFERENCE, WHOLE, request.view)
    wedges, totals = list_wedges(made, groups, label)
    write_bytes_atomically(totals_path(request.output), table_as_csv(totals))
    write_bytes_atomically(request.output, table_as_csv(wedges))
    return AttributeAnswer(wedges, totals, kept, output_paths(request.output))


def output_paths(output: Path) -> tuple[Path, Path, Path]:
    """Return the files that an attribution writes: wedges, totals, sums."""
    return output, totals_path(output), kept_path(output)


def check_outputs(output: Path) -> tuple[Finding, ...]:
    """Return what keeps the files of an attribution from being written; files of others are not replaced."""
    problems = check_file(output)
    if problems:
        return problems
    wedges, totals, kept = output_paths(output)
    return (
        *check_file(wedges, lambda head: _has_header(head, Wedge)),
        *check_file(totals, lambda head: _has_header(head, WedgeTotal)),
        *check_file(kept, lambda head: head.startswith(ARCHIVE)),
    )


def _has_header(head: bytes, contract: type[Table]) -> bool:
    """Return whether a CSV begins with the columns of a contract, in any order."""
    line = head.decode("utf-8-sig", "replace").partition("\n")[0].strip()
    return set(line.split(",")) == {column.name for column in columns_of(contract)}


def hindcast_pack(request: GroundRequest, output: Path, draws: int) -> HindcastAnswer:
    """Score what an engine of the past foretold and write ``hindcast.csv`` and ``hindcast_summary.csv``.

    Raises
    ------
    InputRefused
        ``pathway_hindcast_short`` when the pack's history does not reach back far enough,
        ``pathway_draws_few`` when too few futures are asked for to judge a range; defects of options and
        pack. Nothing is written then.
    """
    problems: list[Finding] = [*check_plan(StudyPlan(draws))]
    if not problems and draws < FEWEST_DRAWS:
        problems.append(Finding("pathway_draws_few", params={"have": draws, "need": FEWEST_DRAWS}))
    ground = None
    with collecting(problems):
        check_folder(output, FILES)
    with collecting(problems):
        ground = lay_ground(request)
    if problems or ground is None:
        raise InputRefused(problems)
    tables = look_back(ground.foundation, draws)
    if not tables:
        need = f"{HINDCAST_START}, {HINDCAST_YEARS[0]}-{HINDCAST_YEARS[1]}"
        raise InputRefused.of("pathway_hindcast_short", need=need)
    scores, summary = tables["pathway.hindcast"], tables["pathway.hindcast_summary"]
    for name, frame in zip(FILES, (scores, summary), strict=True):
        write_bytes_atomically(output / name, table_as_csv(frame))
    return HindcastAnswer(scores, summary)


def _prepare(
    request: AttributeRequest, scenario: Scenario, foundation: Foundation
) -> tuple[Engine, Sequence[Group]]:
    engine = build_engine(foundation, scenario)
    acting = [lever for lever in engine.levers if lever in engine.parts.states]
    if not acting:
        raise InputRefused.of("pathway_no_levers", scenario=scenario.id)
    limit = None if request.view == "lever" else MAX_GROUPS
    return engine, group_levers(foundation.tables, request.view, acting, limit)


def _join(first: Wedges, second: Wedges) -> Wedges:
    """Return the wedges of both, their ranges of draws as one where they touch."""
    merged = merge_wedges(first, second)
    spans: list[tuple[int, int]] = []
    for start, stop in merged.ranges:
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return replace(merged, ranges=tuple(spans))


def _keep(path: Path, key: str, wedges: Wedges) -> None:
    def write(stream: BinaryIO) -> None:
        arrays: dict[str, Any] = dict(wedges.to_arrays())
        np.savez(stream, key=np.array(key), **arrays)

    write_atomically(path, write)


def _read_kept(path: Path, key: str, draws: int) -> Wedges | None:
    """Return the first draws that were kept for the same game; None when there are none, or too many."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return None
            wedges = Wedges.from_arrays({name: kept[name] for name in kept.files})
    except _DAMAGED:
        return None
    return wedges if len(wedges.ranges) == 1 and wedges.ranges[0][0] == 0 and wedges.draws <= draws else None
