"""The registers as the report shows them: what there is, the figures over the rows, and the rows behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.errors import LANGUAGES
from dafeng.report.drawing import grade_mark
from dafeng.report.figures import number, number_button, split_codes, unit, unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import both, pair, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

Row = dict[str, Any]
REGISTERS, MEASURES, ROWS, ALERTS = (
    "register.list", "register.measures", "register.measure_rows", "register.alerts",
)  # fmt: skip
SYSTEMS = "register.systems"
SOURCE = "register"
"""Source of a figure over the rows of a register."""
LATEST_YEARS = 12
"""Years of a figure that are shown at most."""
MOST_ROWS_SHOWN = 30
"""Rows behind a figure that are shown; all of them stand in the table."""


@dataclass(frozen=True)
class RegisterView:
    """The tables behind the page of registers, keyed for joining."""

    context: ReportContext

    @cached_property
    def registers(self) -> list[Row]:
        """Registers in the order of the first clause that orders them."""
        return sorted(
            self.context.rows(REGISTERS), key=lambda row: (row["clause_ids"] or "~", row["register_id"])
        )

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """Names of registers by id."""
        return {row["register_id"]: (row["name_zh"], row["name_en"]) for row in self.context.rows(REGISTERS)}

    @cached_property
    def agencies(self) -> dict[str, Row]:
        """Bodies by id."""
        return self.context.by_key("plan.agencies", "agency_id")

    @cached_property
    def clauses(self) -> dict[str, Row]:
        """Clauses by id."""
        return self.context.by_key("plan.clauses", "clause_id")

    @cached_property
    def systems(self) -> dict[str, Row]:
        """Ordered systems by id."""
        return self.context.by_key("plan.systems", "system_id")

    @cached_property
    def regions(self) -> dict[str, Row]:
        """Regions by code."""
        return self.context.by_key("pack.regions", "code")

    @cached_property
    def values(self) -> dict[tuple[str, str], list[Row]]:
        """Figures by register and measure, oldest year first."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.context.rows(MEASURES):
            found[row["register_id"], row["measure_id"]].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row["year"], row["region"]))
        return found

    @cached_property
    def gifts(self) -> dict[tuple[Any, ...], list[Row]]:
        """Rows behind a figure by register, measure, region and year; what gives most stands first."""
        found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.context.rows(ROWS):
            found[row["register_id"], row["measure_id"], row["region"], row["year"]].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row["part"], -abs(row["value"] or 0.0), row["row_id"]))
        return found

    def region_name(self, code: str) -> Markup:
        """Return the name of a region."""
        row = self.regions.get(code, {})
        return both(row.get("name_zh") or code, row.get("name_en") or row.get("name_zh") or code)

    def agency_name(self, agency_id: str | None) -> Markup:
        """Return the name of a body; a dash for none."""
        if not agency_id:
            return Markup("—")
        row = self.agencies.get(agency_id, {})
        return both(row.get("name_zh") or agency_id, row.get("name_en") or agency_id)

    def clause_names(self, listed: str | None) -> list[Markup]:
        """Return labels and titles of clauses."""
        found = []
        for code in split_codes(listed):
            row = self.clauses.get(code, {})
            found.append(both(row.get("title_zh") or code, row.get("title_en") or code))
        return found

    def register_line(self, row: Row) -> Row:
        """Return a register as one line of the list."""
        key = self.context.add_trace(_count_trace("registers.step.rows"))
        counted = row["rows"]
        return {
            "id": row["register_id"],
            "name": both(row["name_zh"], row["name_en"]),
            "kind": term("register_kind", row["kind"]),
            "clauses": self.clause_names(row["clause_ids"]),
            "systems": split_codes(row["system_ids"]),
            "agency": self.agency_name(row["lead_agency"]),
            "rows": number_button(number(counted), key) if counted else None,
            "changed": (row["changed_at"] or "")[:10],
            "sendable": row["sendable"],
        }

    def figures_of(self, register_id: str) -> list[Row]:
        """Return the figures of a register that rest on rows, with their values and the rows behind."""
        return [
            self._figure(rows)
            for (register, _), rows in self.values.items()
            if register == register_id and any(row["rows"] or row["left_out"] for row in rows)
        ]

    def _figure(self, rows: list[Row]) -> Row:
        home = [row for row in rows if row["region"] == self.home(rows)]
        latest = _find_latest(home, int(self.context.meta.as_of[:4]))
        others = [row for row in rows if row["region"] != latest["region"] and row["year"] == latest["year"]]
        behind = self.gifts.get(
            tuple(latest[name] for name in ("register_id", "measure_id", "region", "year")), []
        )
        return {
            "id": f"measure-{latest['register_id']}-{latest['measure_id']}".replace("_", "-"),
            "name": both(latest["name_zh"], latest["name_en"]),
            "kind": term("measure_kind", latest["kind"]),
            "scope": both(latest["scope_zh"], latest["scope_en"]),
            "latest": self.say_value(latest),
            "when": self._day_or_year(latest),
            "year": latest["year"],
            "state": term("measure_status", latest["status"]),
            "sound": latest["status"] == "computed",
            "rows": latest["rows"],
            "left_out": latest["left_out"],
            "grade": grade_mark(latest["grade"]),
            "known_on": latest["known_on"] or "",
            "indicators": self._indicators(latest["indicator_ids"]),
            "years": [
                (row["year"], self.say_value(row), row["rows"], row["left_out"])
                for row in home[-LATEST_YEARS:]
            ]
            if len(home) > 1
            else [],
            "regions": [
                (self.region_name(row["region"]), self.say_value(row), row["rows"]) for row in others
            ],
            "behind": [self._gift(row) for row in behind[:MOST_ROWS_SHOWN]],
            "more": max(0, len(behind) - MOST_ROWS_SHOWN),
            "command": f"dafeng register measures {latest['register_id']} --rows",
        }

    def _day_or_year(self, row: Row) -> str:
        """Return when a figure holds: the day of the report for what stands in the running year."""
        day = self.context.meta.as_of
        return day if row["kind"] != "flow" and day.startswith(str(row["year"])) else str(row["year"])

    def home(self, rows: list[Row]) -> str:
        """Return the code under which the whole province stands."""
        codes = self.context.region_codes()
        return str(next((row["region"] for row in rows if row["region"] in codes), rows[0]["region"]))

    def _indicators(self, listed: str | None) -> list[Markup]:
        known = self.context.by_key("plan.indicators", "indicator_id")
        rows = [known[code] for code in split_codes(listed) if code in known]
        return [both(row["name_zh"], row["name_en"]) for row in rows]

    def _gift(self, row: Row) -> Row:
        value = None if row["value"] is None else number(row["value"])
        label = self.region_name(row["label"]) if row["label"] in self.regions else row["label"]
        return {"label": label, "part": row["part"], "value": value, "unit": unit(row["unit"])}

    def say_value(self, row: Row) -> Markup:
        """Return a figure with its unit and trace, or the mark for a missing one."""
        if row["value"] is None:
            return Markup('<span class="null">{}</span>').format(phrase("registers.no_value"))
        names = unit_pair(row["unit"])
        registers = dict(zip(LANGUAGES, self.names[row["register_id"]], strict=True))
        place = {
            language: plain("registers.place", language, name=name, measure=row[f"name_{language}"])
            for language, name in registers.items()
        }
        said = {"rows": row["rows"], "left_out": row["left_out"], "day": row["known_on"] or "—"}
        step = pair("registers.step.value", **said)
        key = self.context.add_trace(Trace(
            sources=(SOURCE,), grade=row["grade"] or "", unit_zh=names["zh"], unit_en=names["en"],
            step_zh=step["zh"], step_en=step["en"], place_zh=place["zh"], place_en=place["en"],
        ))  # fmt: skip
        return Markup('{} <span class="unit">{}</span>').format(
            number_button(number(row["value"]), key), unit(row["unit"])
        )

    def count(self, value: int) -> Markup:
        """Return a count with its trace."""
        return number_button(number(value), self.context.add_trace(_count_trace("registers.step.count")))


def _find_latest(rows: list[Row], this_year: int) -> Row:
    """Return the figure to begin with: the newest one that has a value, of no year that lies ahead."""
    past = [row for row in rows if row["year"] <= this_year] or rows[:1]
    return next((row for row in reversed(past) if row["value"] is not None), past[-1])


def _count_trace(step: str) -> Trace:
    return Trace(sources=(SOURCE,), step_zh=plain(step, "zh"), step_en=plain(step, "en"))
