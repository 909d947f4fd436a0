"""The tables behind a document, keyed for joining; what is not there is empty and said to be missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dafeng.period import latest_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import polars as pl

Row = dict[str, Any]
REPLACES = frozenset({"supersedes", "adjusts"})
OUTPUT_EFFECTS = frozenset({"driver", "activity"})
"""Effects of levers that act through how much is produced: no document names them as a measure."""


@dataclass(frozen=True)
class Facts:
    """Tables of a run by id.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``plan.targets``, ``tracking.verdicts``, ``tracking.warnings``, …; a table may be missing.
    as_of : date
        Day of the documents.
    region : str
        The province.
    """

    tables: Mapping[str, pl.DataFrame]
    as_of: date
    region: str
    _kept: dict[str, list[Row]] = field(default_factory=dict, repr=False, compare=False)

    def has(self, table_id: str) -> bool:
        """Return whether a table was made."""
        return table_id in self.tables

    def rows(self, table_id: str) -> list[Row]:
        """Return the rows of a table; none if it was not made."""
        if table_id not in self._kept:
            frame = self.tables.get(table_id)
            self._kept[table_id] = [] if frame is None else frame.to_dicts()
        return self._kept[table_id]

    def by_key(self, table_id: str, key: str) -> dict[str, Row]:
        """Return the rows of a table by one column."""
        return {row[key]: row for row in self.rows(table_id)}

    @cached_property
    def targets(self) -> dict[str, Row]:
        """Targets by id."""
        return self.by_key("plan.targets", "target_id")

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """Indicators by id."""
        return self.by_key("plan.indicators", "indicator_id")

    @cached_property
    def documents(self) -> dict[str, Row]:
        """Documents by id."""
        return self.by_key("plan.documents", "document_id")

    @cached_property
    def sources(self) -> dict[str, Row]:
        """Sources by id."""
        return self.by_key("pack.sources", "source_id")

    @cached_property
    def regions(self) -> dict[str, Row]:
        """Regions by code."""
        return self.by_key("pack.regions", "code")

    @cached_property
    def agencies(self) -> dict[str, Row]:
        """Bodies by id."""
        return self.by_key("plan.agencies", "agency_id")

    @cached_property
    def clauses(self) -> dict[str, Row]:
        """Clauses by id."""
        return self.by_key("plan.clauses", "clause_id")

    @cached_property
    def verdicts(self) -> dict[str, Row]:
        """Verdicts by target."""
        return self.by_key("tracking.verdicts", "target_id")

    @cached_property
    def warnings(self) -> dict[str, Row]:
        """Warnings by target."""
        return self.by_key("tracking.warnings", "target_id")

    @cached_property
    def published_series(self) -> dict[str, Row]:
        """Published series by id; a verdict on any other one rests on a figure that is computed."""
        return self.by_key("tracking.series", "series_id")

    @cached_property
    def assigned(self) -> dict[str, Row]:
        """Assigned target -> the target of a later document that gives its number, as known on the day."""
        found = {}
        for link in self.rows("plan.links"):
            known = link["date"] is None or latest_date(link["date"]) <= self.as_of
            if link["relation"] == "assigns" and known:
                found[link["other_target_id"]] = self.targets[link["target_id"]]
        return found

    @cached_property
    def replaced(self) -> dict[str, Row]:
        """Earlier target -> the link that replaced it, as known on the day."""
        return {
            link["other_target_id"]: link
            for link in self.rows("plan.links")
            if link["relation"] in REPLACES
            and (link["date"] is None or latest_date(link["date"]) <= self.as_of)
        }

    @cached_property
    def cities(self) -> list[Row]:
        """Cities of the province that exist today, by code."""
        return sorted(
            (r for r in self.regions.values() if r["level"] == "city" and r["valid_to"] is None),
            key=lambda row: str(row["code"]),
        )

    def clause_of(self, target_id: str) -> Row | None:
        """Return the clause of a target, or of the plan's target of the same indicator."""
        target = self.targets[target_id]
        if target["clause_id"]:
            return self.clauses[target["clause_id"]]
        same = (
            row["clause_id"]
            for row in self.targets.values()
            if row["indicator_id"] == target["indicator_id"] and row["clause_id"]
        )
        clause_id = next(same, None)
        return self.clauses[clause_id] if clause_id else None

    def bodies_of(self, target_id: str) -> list[str]:
        """Return the bodies that answer for a target: those of its warning, else of its clause.

        A body that no longer exists is followed by its successor.
        """
        warning = self.warnings.get(target_id)
        if warning is not None and warning["agency_ids"]:
            named = warning["agency_ids"].split(";")
        else:
            clause = self.clause_of(target_id)
            named = self._bodies_by_clause.get(clause["clause_id"], []) if clause else []
        return list(dict.fromkeys(self.current_body(agency_id) for agency_id in named))

    def current_body(self, agency_id: str) -> str:
        """Return a body, or the one that took its place by the day."""
        seen = {agency_id}
        row = self.agencies[agency_id]
        while row["successor_id"] and row["valid_to"] and latest_date(row["valid_to"]) < self.as_of:
            if row["successor_id"] in seen:
                break
            seen.add(row["successor_id"])
            row = self.agencies[row["successor_id"]]
        return str(row["agency_id"])

    @cached_property
    def _bodies_by_clause(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("plan.clause_agencies"):
            found[row["clause_id"]].append(row["agency_id"])
        return found

    def measures_of(self, target_id: str) -> list[Row]:
        """Return the plan's own measures that help a target, by its warning, else by its clause.

        Levers that act through the amount of production are left out: no document may ask for less of it.
        """
        warning = self.warnings.get(target_id)
        if warning is not None and warning["lever_ids"]:
            wanted = set(warning["lever_ids"].split(";"))
        else:
            clause = self.clause_of(target_id)
            own = clause["clause_id"] if clause else None
            wanted = {
                row["lever_id"] for row in self.rows("plan.levers") if own in row["clause_ids"].split(";")
            }
        return [
            row
            for row in self.rows("plan.levers")
            if row["lever_id"] in wanted and row["lever_id"] not in self._through_output
        ]

    @cached_property
    def _through_output(self) -> frozenset[str]:
        return frozenset(
            row["lever_id"] for row in self.rows("pathway.lever_effects") if row["effect"] in OUTPUT_EFFECTS
        )


@dataclass(slots=True)
class SourceMarks:
    """Numbers the sources of a document in the order in which they are cited."""

    facts: Facts
    _places: dict[str, int] = field(default_factory=dict)

    def mark(self, source_ids: str | Iterable[str] | None) -> str:
        """Return the marks of one or more sources (``;`` between ids); a dash for none."""
        ids = source_ids.split(";") if isinstance(source_ids, str) else list(source_ids or ())
        ids = list(dict.fromkeys(ids))
        places = [self._places.setdefault(each, len(self._places) + 1) for each in ids if each]
        return "".join(f"[{place}]" for place in places) or "—"

    @property
    def cited(self) -> list[tuple[int, Row]]:
        """The sources in the order of their numbers; one that the list lacks shows its id."""
        empty = {"title_zh": "", "title_en": "", "publisher": None, "date": None, "locator": None}
        return [
            (place, self.facts.sources.get(each, empty | {"title_zh": each, "title_en": each}))
            for each, place in self._places.items()
        ]
