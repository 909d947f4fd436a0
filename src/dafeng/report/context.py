"""What a report is made of: the description of the run and its tables, found by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.report.traces import Trace, TraceBook
from dafeng.report.words import plain

if TYPE_CHECKING:
    from dafeng.provenance import Step
    from dafeng.result import NamedTable

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReportMeta:
    """What the report says of itself.

    Parameters
    ----------
    region_code : str
        The province: ISO 3166-2 or the code that the tables use.
    region_zh, region_en : str
        Its name.
    pack_id, pack_version : str
        The province pack.
    totals_version : str
        Method, pack and hash behind the totals, as one text.
    as_of : str
        ISO date: what was known on that day.
    map_approval : str
        Approval number of the map; empty when there is none.
    software_version : str
        Version of dafeng.
    stages_not_run : tuple of str
        Names of the slow stages that were left out.
    boundaries : str
        GeoJSON text of the province and its cities (WGS 84); empty when there is none.
    map_closed : bool
        The reader may not have the map, only the figures on it.
    """

    region_code: str
    region_zh: str
    region_en: str
    pack_id: str
    pack_version: str
    totals_version: str
    as_of: str
    map_approval: str = ""
    software_version: str = ""
    stages_not_run: tuple[str, ...] = ()
    boundaries: str = ""
    map_closed: bool = False


@dataclass(frozen=True)
class ReportContext:
    """The run as pages see it.

    Parameters
    ----------
    meta : ReportMeta
        The description of the run.
    tables : mapping of str to NamedTable
        Keyed by table id.
    steps : tuple of Step
        What was done, in order; listed on the page of methods.
    traces : TraceBook
        Filled while pages are drawn; :func:`~dafeng.report.html.render_report` starts an empty one.
    """

    meta: ReportMeta
    tables: Mapping[str, NamedTable]
    steps: tuple[Step, ...] = ()
    traces: TraceBook = field(default_factory=TraceBook, compare=False, repr=False)

    def with_traces(self, traces: TraceBook) -> ReportContext:
        """Return the same context with traces of its own: what is drawn from it fills only these."""
        return replace(self, traces=traces)

    def has(self, *table_ids: str) -> bool:
        """Return whether all these tables were handed in."""
        return all(table_id in self.tables for table_id in table_ids)

    def frame(self, table_id: str) -> pl.DataFrame:
        """Return a table's frame.

        Raises
        ------
        KeyError
            If it was not handed in: ask :meth:`has` first or name it in the page's ``needs``.
        """
        return self.tables[table_id].frame

    def optional_frame(self, table_id: str) -> pl.DataFrame | None:
        """Return a table's frame, or None when it was not handed in."""
        return self.tables[table_id].frame if table_id in self.tables else None

    def rows(self, table_id: str) -> list[dict[str, Any]]:
        """Return a table's rows as mappings; no rows when it was not handed in."""
        frame = self.optional_frame(table_id)
        return [] if frame is None else frame.to_dicts()

    def by_key(self, table_id: str, column: str) -> dict[str, dict[str, Any]]:
        """Return a table's rows keyed by a column; empty when it was not handed in."""
        return {str(row[column]): row for row in self.rows(table_id)}

    def own_rows(self, table_id: str) -> list[dict[str, Any]]:
        """Return the rows of a table that are about the reported province."""
        frame = self.optional_frame(table_id)
        if frame is None:
            return []
        return frame.filter(pl.col("region").is_in(sorted(self.region_codes()))).to_dicts()

    def region_codes(self) -> frozenset[str]:
        """Return every code under which tables may name the province."""
        known = {self.meta.region_code}
        code = terms.aliases("provinces").get(self.meta.region_code.lower())
        if code is not None:
            known |= {code, terms.entries("provinces")[code].get("gb_code", code)}
        return frozenset(known)

    def add_trace(self, trace: Trace) -> str:
        """Return the key under which the page stores a trace."""
        return self.traces.add(trace)

    def derive_trace(self, key: str, step: str, **params: object) -> str:
        """Return the key of the trace of a percentage that was computed from a traced number.

        Parameters
        ----------
        key : str
            Trace of the number.
        step : str
            Word that says what was done, with its parameters.
        """
        base = self.traces.get(key)
        derived = replace(
            base,
            unit_zh="%",
            unit_en="%",
            step_zh=plain(step, "zh", **params),
            step_en=plain(step, "en", **params),
        )
        return self.add_trace(derived)
