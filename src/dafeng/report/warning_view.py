"""Warnings as the report tells them: levels, chances in words, rules, and what each figure rests on."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.period import parse_period
from dafeng.report.board import Board
from dafeng.report.figures import number, number_button, split_codes, unit, unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.report.context import ReportContext

WARNINGS, BAROMETER, REPLAY = "tracking.warnings", "tracking.barometer", "tracking.replay"
PATHS, VALUES = "tracking.paths", "tracking.values"
SCORES, RELIABILITY = "tracking.warning_scores", "tracking.reliability"
LEVELS = ("red", "amber", "green", "cannot_judge")

Row = dict[str, Any]


def round_value(value: float | None) -> float | None:
    """Return a computed value with the digits that a reader can use.

    Examples
    --------
    >>> round_value(0.4982731), round_value(51332.4)
    (0.4983, 51332.0)
    """
    if value is None or not math.isfinite(value):
        return None
    return float(round(value)) if abs(value) >= 1000 else float(f"{value:.4g}")


def last_year(period: str | None) -> int | None:
    """Return the year in which a period ends.

    Examples
    --------
    >>> last_year("2021..2024"), last_year(None)
    (2024, None)
    """
    return parse_period(period).end.year if period else None


@dataclass(frozen=True)
class WarningView:
    """The tables behind the warnings, keyed for joining."""

    context: ReportContext

    @cached_property
    def board(self) -> Board:
        """Targets, bodies and documents with their names."""
        return Board(self.context)

    @cached_property
    def rows(self) -> list[Row]:
        """Warnings of known targets: worst level first, official before by analogy, furthest behind first."""
        known = [row for row in self.context.rows(WARNINGS) if row["target_id"] in self.board.targets]
        return sorted(
            known,
            key=lambda row: (
                LEVELS.index(row["level"]), not row["is_official"], -(row["behind_share"] or 0.0),
                row["target_id"],
            ),
        )  # fmt: skip

    @cached_property
    def by_target(self) -> dict[str, Row]:
        """Warnings by target."""
        return {row["target_id"]: row for row in self.rows}

    @cached_property
    def rules(self) -> dict[str, list[Row]]:
        """Rules of the official level by id: one row a level and quantity."""
        return _group(self.context.rows(BAROMETER), ("rule_id",))

    def document_number(self, rule_id: str | None) -> str:
        """Return the number of the document of a rule."""
        rows = self.rules.get(rule_id or "", [])
        return rows[0]["document_number"] if rows else "—"

    @cached_property
    def paths(self) -> dict[str, list[Row]]:
        """Required path of each target, year by year."""
        return _group(sorted(self.context.rows(PATHS), key=lambda row: row["year"]), ("target_id",))

    @cached_property
    def values(self) -> dict[str, list[Row]]:
        """Known values of each indicator and basis, year by year; the newest of a year last."""
        rows = sorted(self.context.rows(VALUES), key=lambda row: (row["year"], row["known_on"] or ""))
        return _group(rows, ("indicator_id", "basis_id"))

    def observations(self, warning: Row) -> list[Row]:
        """Return the yearly values of the basis of a warning, in its unit, for the region of its target."""
        region = self.board.targets[warning["target_id"]]["region"]
        own = self.context.region_codes()
        regions = own if region in own else {region}
        rows = self.values.get(f"{warning['indicator_id']} {warning['basis_id']}", [])
        found = [row for row in rows if row["region"] in regions and row["unit"] == warning["unit"]]
        return list({row["year"]: row for row in found}.values())

    def name_documents(self, listed: str) -> tuple[str, str]:
        """Return the titles of documents whose ids stand in a list."""
        return _titles(listed.split(", "), self.board.documents)

    def name_sources(self, value: Row) -> tuple[str, str]:
        """Return the titles of the sources of a value."""
        return _titles(split_codes(value["source_ids"]), self.board.sources)

    def path(self, warning: Row) -> list[Row]:
        """Return the required path of a warning's target in the unit of the warning."""
        rows = self.paths.get(warning["target_id"], [])
        return [row for row in rows if row["unit"] == warning["unit"]]

    def trace_value(self, row: Row) -> str:
        """Return the key of the trace of a yearly value: series, scope, vintage, day of knowledge."""
        known = row["known_on"] or "—"
        assumed = "warning.known_assumed" if row["known_assumed"] else "warning.known"
        sources = tuple(split_codes(row["source_ids"]))
        names = unit_pair(row["unit"])
        series = self.board.series.get(row["basis_id"], {})
        return self.context.add_trace(
            Trace(
                sources=sources, grade=row["grade"], unit_zh=names["zh"], unit_en=names["en"],
                place_zh=_join("；", series.get("name_zh") or row["basis_id"], row["year"], row["scope_zh"]),
                place_en=_join("; ", series.get("name_en") or row["basis_id"], row["year"], row["scope_en"]),
                step_zh=plain(assumed, "zh", day=known, vintage=row["vintage"]),
                step_en=plain(assumed, "en", day=known, vintage=row["vintage"]),
            )
        )  # fmt: skip

    def trace_step(self, warning: Row, step: str, unit_code: str | None = None, **words: object) -> str:
        """Return the key of the trace of a figure that was computed for a warning."""
        target = self.board.targets[warning["target_id"]]
        document = self.board.documents.get(target["document_id"], {})
        seen = [row for row in self.observations(warning) if row["year"] == last_year(warning["period"])]
        sources = dict.fromkeys(code for row in seen for code in split_codes(row["source_ids"]))
        names = unit_pair(unit_code if unit_code is not None else warning["unit"])
        return self.context.add_trace(
            Trace(
                sources=(*sources, target["source_id"]), grade=warning["grade"] or target["grade"],
                unit_zh=names["zh"], unit_en=names["en"],
                step_zh=plain(step, "zh", **words), step_en=plain(step, "en", **words),
                place_zh=_join("；", document.get("title_zh"), target["label"], target["scope_zh"]),
                place_en=_join("; ", document.get("title_en"), target["label"], target["scope_en"]),
            )
        )  # fmt: skip

    def trace_count(self) -> str:
        """Return the key of the trace of counts of warnings."""
        day = self.context.meta.as_of
        step = {language: plain("warning.step.count", language, day=day) for language in ("zh", "en")}
        names = unit_pair("targets")
        return self.context.add_trace(
            Trace(unit_zh=names["zh"], unit_en=names["en"], step_zh=step["zh"], step_en=step["en"])
        )

    def show_figure(self, value: float | None, key: str, unit_code: str | None) -> Markup:
        """Return a computed figure with its unit, or nothing."""
        if value is None:
            return Markup("")
        return Markup('{} <span class="unit">{}</span>').format(
            number_button(number(round_value(value)), key), unit(unit_code)
        )

    def name(self, target_id: str) -> tuple[str, str]:
        """Return the name of a target."""
        return self.board.target_names(self.board.targets[target_id])


def _group(rows: Iterable[Row], keys: tuple[str, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[" ".join(str(row[key]) for key in keys)].append(row)
    return found


def _titles(codes: list[str], known: Mapping[str, Row]) -> tuple[str, str]:
    """Return titles in both languages; an unknown code stands for itself."""
    rows = [known.get(code, {"title_zh": code, "title_en": code}) for code in codes]
    return _join("；", *(row["title_zh"] for row in rows)), _join("; ", *(row["title_en"] for row in rows))


def _join(mark: str, *parts: object) -> str:
    return mark.join(str(part) for part in parts if part not in (None, ""))
