"""What the pages of the power system share: years, kinds and colours, the profiles in use, traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.provenance import worst_grade
from dafeng.report.bars import Bar, Segment
from dafeng.report.figures import unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term_pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup

    from dafeng.report.context import ReportContext

CAPACITY, ENERGY, SYSTEM = "power.capacity", "power.energy", "power.system"
STORAGE, CORRIDORS, HOURLY = "power.storage", "power.corridors", "power.hourly"
COSTS, TARGETS, CERTIFICATE = "power.costs", "power.targets", "power.certificate"
PROFILES, TECHNOLOGIES, PARAMETERS = "power.profiles", "power.technologies", "power.parameters"
STATISTICS, DEMANDS = "power.statistics", "power.demands"
COLOURS = {
    "coal": "#4a5561", "coal_chp": "#8b98a5", "gas": "#b0604f", "biomass": "#7d8f3f", "recovered": "#6b5b95",
    "hydro": "#1f4e79", "wind": "#5aa6a0", "pv": "#e0c34a", "import": "#c9cfd6", "pumped_hydro": "#2b7a9b",
    "battery": "#9b4f96", "hydrogen_store": "#3f7d4f", "demand_shift": "#c96f8a", "demand_cut": "#d98a6a",
    "ev": "#d9c9a3", "electrolysis": "#9fc7a5", "electric_heat": "#e8b7a0", "heat_store": "#d7b49e",
    "boiler": "#a9978a", "export": "#c9a9a6", "shedding": "#ff2d1a", "other": "#b4bec8",
}  # fmt: skip
"""Fill of each kind of :term:`power_kind`, in the order in which the kinds are stacked."""
ELECTRIC = (
    "coal", "coal_chp", "gas", "biomass", "recovered", "hydro", "wind", "pv", "pumped_hydro", "battery",
)  # fmt: skip
"""Kinds whose capacity is counted as power plants."""
RENEWABLE = ("wind", "pv")
STORING = ("pumped_hydro", "battery", "hydrogen_store", "demand_shift", "ev", "heat_store")
PLANNED = "plan"
Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PowerView:
    """The hourly model of a run, for one scenario.

    Parameters
    ----------
    context : ReportContext
    scenario : str
        Scenario that is shown: the plan itself where it was computed.
    years : tuple of int
        Modelled years, ascending.
    names : mapping of str to (str, str)
        Names of the technology classes.
    kinds : mapping of str to str
        Kind of each class.
    sources : tuple of str
        What the results rest on: profiles, parameters, published statistics.
    grade : str
        Weakest grade of what goes in.
    """

    context: ReportContext
    scenario: str
    years: tuple[int, ...]
    names: Mapping[str, Pair]
    kinds: Mapping[str, str]
    sources: tuple[str, ...]
    grade: str

    def rows(self, table_id: str) -> list[Row]:
        """Return the rows of the scenario."""
        return [row for row in self.context.rows(table_id) if row["scenario"] == self.scenario]

    def name(self, technology: str) -> Markup:
        """Return the name of a class; one that the pack does not name stands for itself."""
        return both(*self.names.get(technology, (technology, technology)))

    def kind(self, technology: str) -> str:
        """Return the kind of a class."""
        return self.kinds.get(technology, "other")

    def trace(self, unit: str, step: str = "power.step", place: Pair = ("", ""), **params: object) -> str:
        """Return the key of the trace of a result.

        Parameters
        ----------
        unit : str
            Code of the unit.
        step : str
            Word that says what was done.
        place : (str, str)
            What the number is of; the scenario stands before it.
        """
        names, profiles = unit_pair(unit), profile_pair(self)
        return self.context.add_trace(
            Trace(
                sources=self.sources,
                grade=self.grade,
                unit_zh=names["zh"],
                unit_en=names["en"],
                step_zh=plain(step, "zh", **params) if params else plain(step, "zh"),
                step_en=plain(step, "en", **params) if params else plain(step, "en"),
                note_zh=profiles[0],
                note_en=profiles[1],
                place_zh=" · ".join(filter(None, (self.scenario, place[0]))),
                place_en=" · ".join(filter(None, (self.scenario, place[1]))),
            )
        )


def view_power(context: ReportContext) -> PowerView | None:
    """Return the hourly model of a run; None when its tables have no rows."""
    scenarios = list(dict.fromkeys(row["scenario"] for row in context.rows(SYSTEM)))
    if not scenarios:
        return None
    scenario = PLANNED if PLANNED in scenarios else scenarios[0]
    years = sorted({row["year"] for row in context.rows(SYSTEM) if row["scenario"] == scenario})
    classes = context.rows(TECHNOLOGIES)
    used = [row for row in context.rows(PROFILES) if row["scenario"] == scenario]
    given = [*used, *context.rows(DEMANDS), *context.rows(PARAMETERS), *context.rows(STATISTICS)]
    grades = {row["grade"] for row in given if row.get("grade")}
    return PowerView(
        context=context,
        scenario=scenario,
        years=tuple(years),
        names={row["technology"]: (row["name_zh"], row["name_en"]) for row in classes},
        kinds={row["technology"]: row["kind"] for row in classes},
        sources=tuple(dict.fromkeys(row["source_id"] for row in given if row.get("source_id"))),
        grade=str(worst_grade(grades) or ""),
    )


def profile_pair(view: PowerView) -> Pair:
    """Return which profiles stand behind the results, Chinese and English: origin, weather year, seed."""
    seen: dict[tuple[str, int | None, int | None], list[str]] = {}
    for row in view.rows(PROFILES):
        seen.setdefault((row["origin"], row["weather_year"], row["seed"]), []).append(row["profile"])
    texts: tuple[list[str], list[str]] = ([], [])
    for (origin, weather, seed), profiles in seen.items():
        words = term_pair("profile_origin", origin)
        for place, language in enumerate(("zh", "en")):
            extra = [
                plain(f"power.profile.{key}", language, value=value)  # type: ignore[arg-type]
                for key, value in (("weather", weather), ("seed", seed))
                if value is not None
            ]
            said = plain("power.comma", language).join([words[language], *extra])  # type: ignore[arg-type]
            texts[place].append(f"{said} [{', '.join(dict.fromkeys(profiles))}]")
    if not seen:
        return plain("power.profile.none", "zh"), plain("power.profile.none", "en")
    zh, en = ("；".join(texts[0]), "; ".join(texts[1]))
    return plain("power.profile", "zh", profiles=zh), plain("power.profile", "en", profiles=en)


def scope_line(view: PowerView) -> Markup:
    """Return the line under every chart: scenario, zones, hours, profiles."""
    hours = {row["hours"] for row in view.rows(CERTIFICATE)}
    zones = {row["zone"] for row in view.rows(CAPACITY)}
    per_year = max(hours, default=0.0) / max(len(view.years), 1)
    return phrase(
        "power.scope", scenario=view.scenario, zones=len(zones), hours=f"{per_year:,.0f}",
        profiles=profile_pair(view),
    )  # fmt: skip


def stack_years(
    view: PowerView, values: Mapping[str, Mapping[int, float]], colours: Mapping[str, str], key: str
) -> list[Bar]:
    """Return one bar a year, the parts in the order of ``values``; a part below nil is not drawn."""
    return [
        Bar(
            str(year),
            tuple(
                Segment(max(by_year.get(year, 0.0), 0.0), colours.get(part, COLOURS["other"]))
                for part, by_year in values.items()
            ),
            trace=key,
        )
        for year in view.years
    ]


def kinds_in_order(kinds: Iterable[str]) -> list[str]:
    """Return kinds in the order in which they are stacked.

    Examples
    --------
    >>> kinds_in_order(["pv", "coal", "pv"])
    ['coal', 'pv']
    """
    order = list(COLOURS)
    return sorted(set(kinds), key=lambda kind: order.index(kind) if kind in order else len(order))


def kind_pair(kind: str) -> dict[str, str]:
    """Return the name of a kind, Chinese and English."""
    if kind in {"import", "export", "other"}:
        return {"zh": plain(f"power.kind.{kind}", "zh"), "en": plain(f"power.kind.{kind}", "en")}
    return term_pair("power_kind", kind)


def kind_name(kind: str) -> Markup:
    """Return the name of a kind in both languages."""
    names = kind_pair(kind)
    return both(names["zh"], names["en"])


def colour_of(kind: str) -> str:
    """Return the fill of a kind."""
    return COLOURS.get(kind, COLOURS["other"])
