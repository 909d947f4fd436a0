"""Use cases of ``dafeng track``: the board of a day, its replay over past years, the boards of many packs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.app.stages import RunContext
from dafeng.app.track_contracts import PackCounts
from dafeng.app.track_stage import accounts_on, readings_of, track_targets, with_accounts
from dafeng.app.warning_stage import warn_now, warn_on
from dafeng.errors import Finding, InputRefused
from dafeng.pack import read_pack
from dafeng.table import frame_of
from dafeng.tracking import replay_values, replay_verdicts, year_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import polars as pl

    from dafeng.pack import Pack
    from dafeng.result import NamedTable

FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class BoardAnswer:
    """The board of a pack on a day."""

    pack: Pack
    tables: Mapping[str, NamedTable]
    board: pl.DataFrame
    """Verdicts with ``level`` and ``p_met`` of the warning."""


def show_board(pack_name: str, as_of: date) -> BoardAnswer:
    """Return verdict and level of warning of every target by what was known on a day.

    Raises
    ------
    InputRefused
        The pack is defective.
    """
    context = with_accounts(RunContext(read_pack(pack_name), as_of, accept_findings=True))
    tables = track_targets(context).tables
    given = {**context.given, **{name: table.frame for name, table in tables.items()}}
    told = warn_now(replace(context, given=given)).select("target_id", "level", "p_met")
    verdicts = tables["tracking.verdicts"].frame
    return BoardAnswer(
        context.pack, tables, verdicts.join(told, on="target_id", how="left", maintain_order="left")
    )


def replay_pack(pack_name: str, first: int, last: int, as_of: date, *, values: bool = False) -> pl.DataFrame:
    """Return verdicts and levels, or the values of all indicators, at every year end of a span of years.

    Parameters
    ----------
    pack_name : str
    first, last : int
        Years, both included; year ends after ``as_of`` are left out.
    as_of : date
        Today.
    values : bool
        Values of the indicators instead of verdicts.

    Returns
    -------
    ReplayedVerdicts or ReplayedValues

    Raises
    ------
    InputRefused
        ``replay_span`` if the years are no span or all of them lie ahead; a defective pack.
    """
    days = [day for day in year_ends(first, last) if day <= as_of] if FIRST_YEAR <= first <= LAST_YEAR else []
    if not days:
        raise InputRefused([Finding("replay_span", params={"first": first, "last": last, "today": as_of})])
    context = with_accounts(RunContext(read_pack(pack_name), as_of, accept_findings=True))
    tables, scope = context.pack.tables, context.pack.config.decisions.same_scope
    accounts = {day: accounts_on(context, day) for day in days}
    if values:
        return replay_values(tables, days, scope, accounts.__getitem__)
    return replay_verdicts(
        tables, days, readings_of(context.pack), scope, accounts.__getitem__,
        lambda day, verdicts: warn_on(context, day, accounts[day], verdicts),
    )  # fmt: skip


def count_packs(pack_names: Iterable[str], as_of: date) -> pl.DataFrame:
    """Return how many targets of each pack have which verdict and level on a day.

    Returns
    -------
    PackCounts
        A row for every verdict and level that occurs.

    Raises
    ------
    InputRefused
        With what is wrong in any of the packs.
    """
    rows: list[dict[str, object]] = []
    problems: list[Finding] = []
    for name in pack_names:
        try:
            answer = show_board(name, as_of)
        except InputRefused as error:
            problems += error.findings
            continue
        about = {"pack": name, "region": answer.pack.config.pack.region, "as_of": as_of.isoformat()}
        for kind, column in (("verdict", "verdict"), ("warning_level", "level")):
            counts = dict(answer.board[column].value_counts().iter_rows())
            known = [code for code in terms.entries(kind) if code in counts]
            rows += [{**about, "kind": kind, "code": code, "targets": counts[code]} for code in known]
    if problems:
        raise InputRefused(problems)
    return frame_of(rows, PackCounts)
