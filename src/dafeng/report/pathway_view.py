"""What the pages of pathways share: scenarios in order, scopes in words, traces of results and inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.provenance import worst_grade
from dafeng.report.emission_view import ENERGY, input_rows
from dafeng.report.figures import number, number_button, unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain, term_pair
from dafeng.scenario import AXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.report.context import ReportContext

PEAK, FAN, CUMULATIVE = "pathway.peak", "pathway.fan", "pathway.cumulative"
SCENARIOS, PARAMETERS, CALIBRATION = "pathway.scenarios", "pathway.parameters", "pathway.calibration"
EFFECTS, RANGES, OUTLOOKS = "pathway.lever_effects", "pathway.lever_ranges", "pathway.driver_outlooks"
PLANNED = "plan"
"""Scenario that is shown first: the plan itself."""
COLOURS = (
    "#1f4e79", "#e0a23b", "#5aa6a0", "#8c4a3f", "#9db7d5", "#6b5b95", "#b9c27a", "#7a8794", "#c96f8a",
    "#3f7d4f", "#d9c9a3", "#2b2f77",
)  # fmt: skip
LINES = ("#b8741a", "#0b6b4f", "#a3261b", "#5f3c94", "#c0487a", "#4d5a66", "#2b7a9b", "#6b4a1f")
"""Strokes of medians, dark enough to be seen on a range."""
DASHES = ("7 4", "2 3", "10 3 2 3", "4 4", "12 4", "1 3", "6 2 2 2", "3 6")
STATES = ("sourced", "derived", "demonstration")
"""States of a number, from the best to the weakest."""
Scope = tuple[str, str, str, str]
Pair = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PathwayView:
    """The scenarios of a run.

    Parameters
    ----------
    context : ReportContext
    names : mapping of str to (str, str)
        Names of the scenarios, Chinese and English; the keys are in the order of inheritance.
    main : str
        Scenario that is shown first.
    base_year : int
    draws : int
        Futures of each scenario.
    sources : tuple of str
        What every result rests on: accounts of the base year, outlooks of the drivers, parameters.
    grade : str
        Weakest grade of what goes in.
    """

    context: ReportContext
    names: Mapping[str, Pair]
    main: str
    base_year: int
    draws: int
    sources: tuple[str, ...]
    grade: str

    def trace(
        self, unit: str, step: str = "pathway.step", scenario: str = "", scope: Scope | None = None,
        **params: object,
    ) -> str:  # fmt: skip
        """Return the key of the trace of a result: inputs, weakest grade, scenario and scope.

        Parameters
        ----------
        unit : str
            Code of the unit.
        step : str
            Word that says what was done, with its parameters; ``draws`` is known.
        scenario : str
            Id; empty for a result of several scenarios.
        scope : Scope, optional
        """
        given = {"draws": f"{self.draws:,}", **params}
        names, scopes = self.names.get(scenario, ("", "")), scope_pair(scope) if scope else ("", "")
        return self.context.add_trace(
            Trace(
                sources=self.sources,
                grade=self.grade,
                unit_zh=unit_pair(unit)["zh"],
                unit_en=unit_pair(unit)["en"],
                step_zh=plain(step, "zh", **given),
                step_en=plain(step, "en", **given),
                note_zh=plain("pathway.note", "zh"),
                note_en=plain("pathway.note", "en"),
                place_zh=" · ".join(filter(None, (names[0], scopes[0]))),
                place_en=" · ".join(filter(None, (names[1], scopes[1]))),
            )
        )


def view_pathways(context: ReportContext) -> PathwayView:
    """Return the scenarios of a run; a run without any is refused by the pages before."""
    names = _order_scenarios(context)
    fan = context.optional_frame(FAN)
    known = fan is not None and fan.height > 0
    base_year = int(fan["year"].min()) if fan is not None and known else 0  # type: ignore[arg-type]
    energy = [row for row in input_rows(context, ENERGY, base_year) if row["source_id"]]
    given = [*context.own_rows(OUTLOOKS), *context.rows(PARAMETERS)]
    rest = [*context.rows(EFFECTS), *context.rows(RANGES)]
    grades = {row["grade"] for row in (*energy, *given, *rest) if row["grade"]}
    peaks = context.rows(PEAK)
    return PathwayView(
        context=context,
        names=names,
        main=PLANNED if PLANNED in names else next(iter(names), ""),
        base_year=base_year,
        draws=peaks[0]["draws"] if peaks else 0,
        sources=tuple(dict.fromkeys(row["source_id"] for row in (*energy, *given) if row["source_id"])),
        grade=str(worst_grade(grades) or ""),
    )


def _order_scenarios(context: ReportContext) -> dict[str, Pair]:
    """Return the names of the scenarios, those that inherit from none first."""
    rows: dict[str, Row] = {}
    for row in context.rows(SCENARIOS):
        rows.setdefault(row["scenario"], row)
    for row in context.rows(PEAK):
        bare = {"name_zh": row["scenario"], "name_en": row["scenario"], "inherits": None}
        rows.setdefault(row["scenario"], bare)

    def depth(name: str | None, seen: frozenset[str] = frozenset()) -> int:
        if name is None or name not in rows or name in seen:
            return 0
        return 1 + depth(rows[name]["inherits"], seen | {name})

    order = sorted(rows, key=depth)
    return {name: (rows[name]["name_zh"], rows[name]["name_en"]) for name in order}


def scope_of(row: Mapping[str, Any]) -> Scope:
    """Return the four axes of a row."""
    boundary, power_export, process, gases = (str(row[name]) for name in AXES)
    return boundary, power_export, process, gases


def scope_pair(scope: Scope) -> Pair:
    """Return a scope in words, Chinese and English."""
    keys = [f"scope.{axis}.{code}" for axis, code in zip(AXES, scope, strict=True)]
    return "，".join(plain(key, "zh") for key in keys), ", ".join(plain(key, "en") for key in keys)


def list_scopes(rows: Iterable[Mapping[str, Any]]) -> list[Scope]:
    """Return the scopes of some rows in their order."""
    return list(dict.fromkeys(scope_of(row) for row in rows))


def join_scopes(scopes: Iterable[Scope]) -> list[tuple[Scope, ...]]:
    """Return scopes in their order, those that count the same together.

    What is consumed is counted as what is produced without exported power, so that the axis of exported power
    changes nothing in the boundary ``consumption``.

    Examples
    --------
    >>> made, used = ("production", "excluded", "x", "co2"), ("consumption", "excluded", "x", "co2")
    >>> len(join_scopes([made, ("production", "included", "x", "co2"), used]))
    2
    """
    found: dict[tuple[object, ...], list[Scope]] = {}
    for scope in scopes:
        boundary, power_export, process, gases = scope
        without_export = boundary == "consumption" or power_export == "excluded"
        found.setdefault((without_export, process, gases), []).append(scope)
    return [tuple(same) for same in found.values()]


def per_hundred(share: float, key: str) -> Markup:
    """Return a share as a count of 100 futures with its trace; never none and never all.

    Examples
    --------
    >>> per_hundred(0.004, "t0")
    Markup('<button type="button" class="num" data-trace="t0">&lt;1</button>')
    """
    return number_button(hundred_text(share), key)


def hundred_text(share: float) -> str:
    """Return a share as a count of 100: two digits at most.

    Examples
    --------
    >>> hundred_text(0.004), hundred_text(0.37), hundred_text(0.999)
    ('<1', '37', '>99')
    """
    if share < 0.01:
        return "<1"
    return ">99" if share > 0.99 else str(min(max(round(100 * share), 1), 99))


def span_text(low: float, middle: float, high: float, key: str, digits: int = 0) -> Markup:
    """Return the median and, in brackets, the range as numbers with their trace."""
    ends = number_button(f"{number(low, digits)}–{number(high, digits)}", key)
    return Markup("{} ({})").format(number_button(number(middle, digits), key), ends)


def worst_state(states: Iterable[str | None]) -> str | None:
    """Return the weakest state of some numbers; None without any."""
    known = [state for state in states if state in STATES]
    return max(known, key=STATES.index) if known else None


def state_mark(state: str | None) -> Markup:
    """Return the state of a number as a mark; a demonstration value stands out."""
    if state is None:
        return Markup('<span class="null">—</span>')
    return Markup('<span class="state s-{}">{}</span>').format(state, phrase(f"state.{state}"))


def trace_input(context: ReportContext, row: Mapping[str, Any], unit: str | None, state: str | None) -> str:
    """Return the key of the trace of an input: its source, grade, state and note."""
    names = term_pair("evidence_state", state)
    notes = (row.get("note_zh") or row.get("zh") or "", row.get("note_en") or row.get("en") or "")
    return context.add_trace(
        Trace(
            sources=(row["source_id"],) if row.get("source_id") else (),
            grade=row.get("grade") or "",
            unit_zh=unit_pair(unit)["zh"],
            unit_en=unit_pair(unit)["en"],
            step_zh=names["zh"],
            step_en=names["en"],
            place_zh=notes[0],
            place_en=notes[1],
        )
    )
