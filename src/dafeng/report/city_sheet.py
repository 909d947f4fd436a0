"""One sheet a city: its targets beside the province, what was split to it, its evaluation, its plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.drawing import grade_mark
from dafeng.report.evaluation_view import DASH, SheetBook
from dafeng.report.figures import (
    BOUND_SIGNS,
    number,
    number_button,
    period_text,
    split_codes,
    unit,
    unit_pair,
)
from dafeng.report.traces import Trace
from dafeng.report.warning_view import round_value
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from collections.abc import Iterable


FIGURES, ALLOCATION, CHECK = "cities.figures", "cities.allocation", "cities.allocation_check"
DOSSIERS, PLANS, EVENTS = "cities.dossiers", "cities.plans", "cities.plan_events"
NOT_FILED = "not_filed"

Row = dict[str, Any]


@dataclass(frozen=True)
class CityBook(SheetBook):
    """The tables about cities, by city."""

    @cached_property
    def codes(self) -> list[str]:
        """The cities of the province that exist on the day of the report."""
        own = self.context.region_codes()
        return [
            row["code"]
            for row in self.context.rows("pack.regions")
            if row["level"] == "city" and not row["valid_to"] and (row["parent_code"] or "") in {*own, ""}
        ]

    @cached_property
    def figures(self) -> dict[str, list[Row]]:
        """The latest figure of each item, by city."""
        known = [row for row in self.context.rows(FIGURES) if row["value"] is not None]
        latest = {(row["region"], row["item"]): row for row in sorted(known, key=lambda row: row["year"])}
        return by_region(latest.values())

    @cached_property
    def allocation(self) -> dict[str, list[Row]]:
        """Targets split to each city."""
        return by_region(self.context.rows(ALLOCATION))

    @cached_property
    def dossiers(self) -> dict[str, list[Row]]:
        """Targets of each city's plan beside the province."""
        return by_region(self.context.rows(DOSSIERS))

    @cached_property
    def plans(self) -> dict[str, list[Row]]:
        """Plans of each city."""
        return by_region(self.context.rows(PLANS))

    @cached_property
    def events(self) -> dict[str, list[Row]]:
        """What happened to each city's plan, in order."""
        return by_region(sorted(self.context.rows(EVENTS), key=lambda row: (row["date"], row["event_id"])))

    def name(self, code: str) -> Markup:
        """Return the name of a city."""
        row = self.board.regions.get(code, {})
        return both(row.get("name_zh") or code, row.get("name_en") or row.get("name_zh") or code)

    def trace(self, step: str, unit_code: str | None, grade: str | None, *sources: str | None) -> str:
        """Return the key of the trace of a figure of a city."""
        names = unit_pair(unit_code)
        return self.context.add_trace(
            Trace(
                sources=tuple(code for code in sources if code), grade=grade or "",
                unit_zh=names["zh"], unit_en=names["en"],
                step_zh=plain(step, "zh"), step_en=plain(step, "en"),
            )
        )  # fmt: skip

    def own_targets(self, code: str) -> list[Row]:
        """Return the rows of the dossier about which the city itself says something."""
        rows = self.dossiers.get(code, ())
        return [row for row in rows if row["city_value"] is not None or row["observed"] is not None]

    def assigned(self, code: str) -> list[Row]:
        """Return the rows of the allocation that gave the city a number."""
        return [row for row in self.allocation.get(code, ()) if row["assigned"] is not None]

    def filed(self, code: str) -> bool:
        """Return whether the plan of a city was handed in."""
        return any(row["status"] != NOT_FILED for row in self.plans.get(code, ())) or code in self.events

    def judged(self, code: str) -> bool:
        """Return whether any item of the evaluation of a city has figures."""
        return any(row["items_judged"] for row in self.evaluation.latest(code))

    def speaks(self, code: str) -> bool:
        """Return whether there is anything to put on the sheet of a city."""
        known = (self.figures.get(code), self.own_targets(code), self.assigned(code), self.filed(code))
        return any(known) or self.judged(code) or bool(self.evaluation.appeals.get(code))

    @cached_property
    def common_missing(self) -> set[str]:
        """Items that every city lacks for the splitting of targets."""
        lacking = [self.missing_items(code) for code in self.codes if code in self.allocation]
        return set.intersection(*lacking) if lacking else set()

    def missing_items(self, code: str) -> set[str]:
        """Return the items that the splitting of targets lacks for a city."""
        rows = self.allocation.get(code, ())
        return {item for row in rows for item in split_codes(row["missing_items"])}

    def describe(self, code: str) -> dict[str, Any]:
        """Return the sheet of a city, ready to be drawn."""
        dossier = self.dossiers.get(code, [])
        own = self.own_targets(code)
        return {
            "id": f"city-{code}", "name": self.name(code), "code": code,
            "figures": [self._figure(row) for row in self.figures.get(code, ())],
            "targets": [self._target(row) for row in own],
            "not_set": Counter(row["comparison"] for row in dossier if row not in own)["province_only"],
            "allocation": [self._share(row) for row in self.allocation.get(code, ())],
            "unassigned": not self.assigned(code),
            "missing": [
                term("city_figure", item)
                for item in sorted(self.missing_items(code) - self.common_missing)
            ],
            "results": [
                self.evaluation.describe(row) for row in self.evaluation.latest(code) if row["items_judged"]
            ],
            "unjudged": sum(1 for row in self.evaluation.latest(code) if not row["items_judged"]),
            "appeals": self.evaluation.describe_appeals(code),
            "notices": self.evaluation.describe_notices(code),
            "plans": [self._plan(row) for row in self.plans.get(code, ())],
            "events": [self._event(row) for row in self.events.get(code, ())],
        }  # fmt: skip

    def _figure(self, row: Row) -> dict[str, Any]:
        key = self.trace("citysheet.step.figure", row["unit"], row["grade"], row["source_id"])
        return {
            "item": term("city_figure", row["item"]), "year": row["year"],
            "value": _shown(row["value"], key, row["unit"]), "grade": grade_mark(row["grade"]),
        }  # fmt: skip

    def _target(self, row: Row) -> dict[str, Any]:
        target = self.board.targets.get(row["target_id"])
        names = (target["name_zh"], target["name_en"]) if target else (row["target_id"], "")
        key = self.trace("citysheet.step.target", row["unit"], "", row["target_source_id"])
        sign = BOUND_SIGNS.get(row["bound"], "")
        seen = self.trace("step.observed", row["observed_unit"], row["grade"], row["source_id"])
        return {
            "name": both(*names),
            "year": row["target_year"],
            "city": _shown(row["city_value"], key, row["unit"]),
            "province": _shown(row["province_value"], key, row["unit"]),
            "comparison": row["comparison"],
            "observed": _shown(row["observed"], seen, row["observed_unit"], sign),
            "period": period_text(row["period"]), "grade": grade_mark(row["grade"]),
            "relation": row["relation"] if row["relation"] not in {None, "same"} else "",
        }  # fmt: skip

    def _share(self, row: Row) -> dict[str, Any]:
        key = self.trace("citysheet.step.split", row["unit"], row["grade"])
        target = self.board.targets.get(row["target_id"])
        names = self.board.target_names(target) if target else (row["target_id"], row["target_id"])
        fall, growth = row["assigned"], row["growth_ratio"]
        return {
            "target": both(*names), "method": term("split_method", row["method"]),
            "scheme": row["scheme_id"], "base_year": row["base_year"], "year": row["target_year"],
            "base": _shown(row["base"], key, row["unit"]),
            "growth": DASH if growth is None else number_button(number(growth, 3), key),
            "fall": DASH if fall is None else number_button(f"{number(100 * fall, 2)}%", key),
            "implied": _shown(row["implied"], key, row["unit"]),
            "status": term("allocation_status", row["status"]), "locked": row["is_locked"],
            "grade": grade_mark(row["grade"]),
        }  # fmt: skip

    def _plan(self, row: Row) -> dict[str, Any]:
        document = self.board.documents.get(row["document_id"], {})
        return {
            "title": both(document.get("title_zh") or row["document_id"], document.get("title_en")),
            "status": term("city_plan_status", row["status"]), "number": row["approval_number"] or "",
            "approved": row["approved_on"] or "", "peak_year": row["peak_year"],
            "grade": grade_mark(row["grade"]), "note": both(row["note_zh"], row["note_en"]),
        }  # fmt: skip

    def _event(self, row: Row) -> dict[str, Any]:
        body = self.board.body_names(row["agency_id"]) if row["agency_id"] else ("", "")
        return {
            "date": row["date"], "kind": term("city_plan_event", row["kind"]), "body": both(*body),
            "text": both(row["text_zh"], row["text_en"]), "number": row["document_number"] or "",
            "answers": row["answers_event_id"] or "", "id": row["event_id"],
        }  # fmt: skip

    def plan_status(self, code: str) -> Markup:
        """Return where the plan of a city stands."""
        plans = self.plans.get(code, [])
        return term("city_plan_status", plans[-1]["status"]) if plans else phrase("citysheet.no_plan")


def by_region(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by region."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["region"]].append(row)
    return dict(found)


def _shown(value: float | None, key: str, code: str | None, sign: str = "") -> Markup:
    if value is None:
        return DASH
    return Markup('{} <span class="unit">{}</span>').format(
        number_button(sign + number(round_value(value)), key), unit(code)
    )
