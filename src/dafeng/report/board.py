"""The target board as rows: each verdict joined with its target, clause, bodies, evidence and readings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.period import latest_date
from dafeng.report.chances import say_chance
from dafeng.report.figures import aim, number, number_button, period_text, traced, unit, unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term_pair

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

Row = dict[str, Any]
REPLACES = frozenset({"supersedes", "adjusts"})
MAIN_RANK = "provincial_plan"
NOT_JUDGED = "cannot_judge"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row of the board, ready to be drawn."""

    target_id: str
    verdict: str
    sector: str
    document_id: str
    agency_ids: tuple[str, ...]
    name: Markup
    origin: Markup
    in_force: Markup
    replaced: tuple[Markup, ...]
    observed: Markup
    gap: Markup
    why: Markup
    bodies: tuple[Markup, ...]
    clause: Markup
    evidence: Markup
    grade: str
    level: str
    official: bool
    chance: Markup
    variants: tuple[tuple[Markup, str], ...]
    questions: tuple[tuple[str, tuple[str, str]], ...]
    search: str


@dataclass(frozen=True)
class Board:
    """The tables behind the board, keyed for joining."""

    context: ReportContext

    @cached_property
    def targets(self) -> dict[str, Row]:
        """Targets by id."""
        return self.context.by_key("plan.targets", "target_id")

    @cached_property
    def documents(self) -> dict[str, Row]:
        """Documents by id."""
        return self.context.by_key("plan.documents", "document_id")

    @cached_property
    def clauses(self) -> dict[str, Row]:
        """Clauses by id."""
        return self.context.by_key("plan.clauses", "clause_id")

    @cached_property
    def agencies(self) -> dict[str, Row]:
        """Responsible bodies by id."""
        return self.context.by_key("plan.agencies", "agency_id")

    @cached_property
    def regions(self) -> dict[str, Row]:
        """Regions by code."""
        return self.context.by_key("pack.regions", "code")

    @cached_property
    def series(self) -> dict[str, Row]:
        """Observed series by id."""
        return self.context.by_key("tracking.series", "series_id")

    @cached_property
    def sources(self) -> dict[str, Row]:
        """Sources by id."""
        return self.context.by_key("pack.sources", "source_id")

    @cached_property
    def questions(self) -> dict[str, Row]:
        """Open questions by id."""
        return self.context.by_key("plan.open_questions", "question_id")

    @cached_property
    def agencies_of(self) -> dict[str, list[str]]:
        """Bodies of each clause, those that share the task first."""
        found: dict[str, list[str]] = defaultdict(list)
        rows = self.context.rows("plan.clause_agencies")
        for row in sorted(rows, key=lambda row: row["role"] != "lead"):
            found[row["clause_id"]].append(row["agency_id"])
        return found

    @cached_property
    def earlier(self) -> dict[str, list[str]]:
        """Targets that each later target replaced."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.context.rows("plan.links"):
            if row["relation"] in REPLACES:
                found[row["target_id"]].append(row["other_target_id"])
        return found

    @cached_property
    def variants(self) -> dict[str, list[Row]]:
        """Readings of each target that needs a decision."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.context.rows("tracking.variants"):
            found[row["target_id"]].append(row)
        return found

    @cached_property
    def warnings(self) -> dict[str, Row]:
        """Warnings by target."""
        return self.context.by_key("tracking.warnings", "target_id")

    def rows(self) -> list[BoardRow]:
        """Return the board, in the order of the verdict table; verdicts without a target are left out."""
        verdicts = self.context.rows("tracking.verdicts")
        return [self._row(verdict) for verdict in verdicts if verdict["target_id"] in self.targets]

    def _row(self, verdict: Row) -> BoardRow:
        target = self.targets[verdict["target_id"]]
        clause = self.clauses.get(target["clause_id"] or "")
        agency_ids = tuple(self.agencies_of.get(target["clause_id"] or "", ()))
        bodies = tuple(both(*self.body_names(agency_id)) for agency_id in agency_ids)
        current, replaced = self._aims(target, verdict)
        level, official, chance = self._warning(target["target_id"])
        return BoardRow(
            target_id=target["target_id"],
            verdict=verdict["verdict"],
            sector=target["sector"],
            document_id=target["document_id"],
            agency_ids=agency_ids,
            name=both(*self.target_names(target)),
            origin=self._origin(target),
            in_force=current,
            replaced=replaced,
            observed=self._observed(verdict),
            gap=self._gap(verdict, target),
            why=both(verdict["why_zh"], verdict["why_en"]),
            bodies=bodies,
            clause=both(clause["title_zh"], clause["title_en"]) if clause else Markup(""),
            evidence=self._evidence(verdict, target),
            grade=(verdict["grade"] if verdict["source_id"] else target["grade"]) or "",
            level=level,
            official=official,
            chance=chance,
            variants=tuple(
                (both(row["reading_zh"], row["reading_en"]), row["verdict"])
                for row in self.variants.get(target["target_id"], ())
            ),
            questions=self._questions(verdict["question_ids"]),
            search=" ".join((*self.target_names(target), target["label"] or "", target["target_id"])).lower(),
        )

    def _warning(self, target_id: str) -> tuple[str, bool, Markup]:
        """Return the level of warning, whether it is official, and the chance in words.

        The level is empty where it cannot be judged, the chance where the outcome is known or there is none.
        """
        row = self.warnings.get(target_id)
        if row is None:
            return "", False, Markup("")
        level = "" if row["level"] == NOT_JUDGED else row["level"]
        return level, row["is_official"], say_chance(row) if row["p_basis"] == "trend" else Markup("")

    def _questions(self, listed: str | None) -> tuple[tuple[str, tuple[str, str]], ...]:
        """Return (id, question in both languages) for ids separated by semicolons."""
        found = []
        for code in (listed or "").split(";"):
            row = self.questions.get(code)
            if row is not None:
                found.append((code, (row["question_zh"], row["question_en"])))
        return tuple(found)

    def target_names(self, target: Row) -> tuple[str, str]:
        """Return the name of a target, led by the region's when that is not the reported province."""
        names = target["name_zh"] or target["name_en"], target["name_en"] or target["name_zh"]
        code = target.get("region")
        if code is None or code in self.context.region_codes():
            return names
        zh, en = self._region_names(code)
        return (
            plain("target.of_region", "zh", region=zh, name=names[0]),
            plain("target.of_region", "en", region=en, name=names[1]),
        )

    def _region_names(self, code: str) -> tuple[str, str]:
        row = self.regions.get(code, {})
        name = str(row.get("name_zh") or code)
        return name, str(row.get("name_en") or name)

    def body_names(self, agency_id: str) -> tuple[str, str]:
        """Return the name of a body; one that no longer exists follows its successor's in brackets."""
        row = self.agencies.get(agency_id)
        if row is None:
            return agency_id, agency_id
        names = row["name_zh"], row["name_en"]
        heir = self._current_body(row)
        if heir is row:
            return names
        return (
            plain("agency.formerly", "zh", name=heir["name_zh"], old=names[0]),
            plain("agency.formerly", "en", name=heir["name_en"], old=names[1]),
        )

    def current_body(self, agency_id: str) -> str:
        """Return the id of the body that stands for another on the day of the report."""
        row = self.agencies.get(agency_id)
        return agency_id if row is None else str(self._current_body(row)["agency_id"])

    def _current_body(self, row: Row) -> Row:
        """Return the body that took over by the day of the report; the last one known."""
        today, passed = latest_date(self.context.meta.as_of), {row["agency_id"]}
        while row["valid_to"] and latest_date(row["valid_to"]) < today:
            heir = self.agencies.get(row["successor_id"] or "")
            if heir is None or heir["agency_id"] in passed:
                break
            passed.add(heir["agency_id"])
            row = heir
        return row

    def _evidence(self, verdict: Row, target: Row) -> Markup:
        """Return the source of the observation or, without one, of the target, and which of them it is."""
        source_id = verdict["source_id"] or target["source_id"]
        row = self.sources.get(source_id, {"title_zh": source_id, "title_en": source_id})
        key = "evidence.observed" if verdict["source_id"] else "evidence.target"
        return phrase(key, source=(row["title_zh"], row["title_en"]))

    def _origin(self, target: Row) -> Markup:
        document = self.documents.get(target["document_id"], {})
        title = both(document.get("title_zh"), document.get("title_en"))
        number_of = target["label"] or self.clauses.get(target["clause_id"] or "", {}).get("label")
        return phrase("origin", label=number_of, document=title) if number_of else title

    def _aims(self, target: Row, verdict: Row) -> tuple[Markup, tuple[Markup, ...]]:
        """Return the target in force, and those that it replaced."""
        current = self.targets.get(verdict["in_force_target_id"], target)
        old_ids = [code for code in self.earlier.get(current["target_id"], ()) if code in self.targets]
        if current is not target and target["target_id"] not in old_ids:
            old_ids.append(target["target_id"])
        return self.aim(current), tuple(self.aim(self.targets[code]) for code in old_ids)

    def aim(self, target: Row) -> Markup:
        """Return what a target demands and by when, with its trace."""
        text = aim(target, self.context.add_trace(self._trace_target(target)))
        year = target["target_year"]
        if year is None or target["comparator"] == "peak_by":
            return text
        return phrase("aim.by", aim=text, year=year)

    def _trace_target(self, target: Row) -> Trace:
        document = self.documents.get(target["document_id"], {})
        label = target["label"] or ""
        wording_zh, wording_en = target["wording_zh"], target["wording_en"]
        names = unit_pair(target["unit"])
        nature, timing = term_pair("nature", target["nature"]), term_pair("timing", target["timing"])
        return Trace(
            sources=(target["source_id"],),
            grade=target["grade"],
            unit_zh=names["zh"],
            unit_en=names["en"],
            step_zh=plain("step.target", "zh", nature=nature["zh"], timing=timing["zh"]),
            step_en=plain("step.target", "en", nature=nature["en"], timing=timing["en"]),
            place_zh="；".join(
                t for t in (document.get("title_zh"), label, wording_zh, target["scope_zh"]) if t
            ),
            place_en="; ".join(
                t for t in (document.get("title_en"), label, wording_en, target["scope_en"]) if t
            ),
        )

    def _trace_observed(self, verdict: Row) -> Trace:
        series = self.series.get(verdict["series_id"] or "", {})
        names = unit_pair(verdict["unit"])
        period = period_text(verdict["period"])
        return Trace(
            sources=(verdict["source_id"],) if verdict["source_id"] else (),
            grade=verdict["grade"] or "",
            unit_zh=names["zh"],
            unit_en=names["en"],
            step_zh=plain("step.observed", "zh"),
            step_en=plain("step.observed", "en"),
            place_zh="；".join(t for t in (series.get("name_zh"), period, series.get("scope_zh")) if t),
            place_en="; ".join(t for t in (series.get("name_en"), period, series.get("scope_en")) if t),
        )

    def _observed(self, verdict: Row) -> Markup:
        if verdict["observed"] is None:
            return Markup('<span class="null">{}</span>').format(phrase("null"))
        key = self.context.add_trace(self._trace_observed(verdict))
        bound = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< "}.get(verdict["bound"] or "", "")
        shown = number_button(bound + number(verdict["observed"]), key)
        if verdict["bound"] == "about":
            shown = phrase("aim.about", value=shown, unit="")
        text = Markup('{} <span class="unit">{}</span><span class="period">{}</span>')
        return text.format(shown, unit(verdict["unit"]), period_text(verdict["period"]))

    def _gap(self, verdict: Row, target: Row) -> Markup:
        if verdict["gap"] is None:
            return Markup("")
        base = self._trace_observed(verdict)
        required = f"{number(verdict['required'])} {{}}".strip() if verdict["required"] is not None else ""
        goal_unit = verdict.get("goal_unit") or target["unit"]
        aimed, names = unit_pair(goal_unit), unit_pair(_gap_unit(goal_unit))
        trace = Trace(
            sources=tuple(dict.fromkeys((*base.sources, target["source_id"]))),
            grade=base.grade,
            unit_zh=names["zh"],
            unit_en=names["en"],
            step_zh=plain("step.gap", "zh", required=required.format(aimed["zh"]).strip() or "—"),
            step_en=plain("step.gap", "en", required=required.format(aimed["en"]).strip() or "—"),
            place_zh=base.place_zh,
            place_en=base.place_en,
        )
        key = self.context.add_trace(trace)
        shown = Markup('{} <span class="unit">{}</span>').format(
            traced(round(verdict["gap"], 2), key, signed=True), unit(_gap_unit(goal_unit))
        )
        if verdict["needed_per_year"] is None:
            return shown
        need = traced(verdict["needed_per_year"], key, signed=True)
        return shown + Markup('<span class="need">{}</span>').format(phrase("need", value=need))


def _gap_unit(code: str | None) -> str | None:
    """Return the unit of a difference: percentage points for shares in percent."""
    return "pp" if code == "%" else code


def main_document(context: ReportContext) -> str:
    """Return the province's plan: the plan document with most judged targets; empty when none is known."""
    ranks = {code: row["rank"] for code, row in context.by_key("plan.documents", "document_id").items()}
    targets = context.by_key("plan.targets", "target_id")
    counts: dict[str, int] = defaultdict(int)
    for verdict in context.rows("tracking.verdicts"):
        document = targets.get(verdict["target_id"], {}).get("document_id")
        if document is not None and ranks.get(document) == MAIN_RANK:
            counts[document] += 1
    return max(counts, key=lambda code: (counts[code], code), default="")
