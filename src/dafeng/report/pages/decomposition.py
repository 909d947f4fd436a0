"""What moved combustion CO2: effects of the drivers year by year, by two identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.provenance import worst_grade
from dafeng.report.drawing import draw
from dafeng.report.effect_bars import EffectBar, draw_effects
from dafeng.report.emission_view import ENERGY, UNIT, input_rows
from dafeng.report.figures import number, number_button, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term, term_pair

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

EFFECTS, DRIVERS = "decomposition.effects", "decomposition.drivers"
COLOURS = {
    "population": "#9db7d5", "gdp_per_head": "#1f4e79", "energy_use": "#1f4e79",
    "energy_intensity": "#5aa6a0", "sector_structure": "#e0a23b", "fuel_mix": "#8c4a3f",
    "emission_factor": "#7a8794",
}  # fmt: skip
Step = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EffectView:
    """The effects of one identity [Mt CO2].

    Parameters
    ----------
    identity : str
    factors : tuple of str
        In the order of the vocabulary.
    steps : tuple of (int, int)
        First and last year of each step.
    values : mapping
        (step, factor) -> effect.
    traces : mapping
        Step -> key of the trace.
    whole : str
        Key of the trace of all steps.
    """

    identity: str
    factors: tuple[str, ...]
    steps: tuple[Step, ...]
    values: dict[tuple[Step, str], float]
    traces: dict[Step, str]
    whole: str

    def sum_of(self, factor: str) -> float:
        """Return the effect of a factor over all steps."""
        return sum(self.values[step, factor] for step in self.steps)

    def change_in(self, step: Step) -> float:
        """Return the change of the total over a step."""
        return sum(self.values[step, factor] for factor in self.factors)


def render_decomposition(context: ReportContext) -> str:
    """Return one figure with its table for each identity that has effects."""
    views = [view for code in terms.entries("identity") if (view := view_effects(context, code))]
    if not views:
        return draw("empty.html", text=phrase("decomposition.none"))
    return draw("decomposition.html", figures=[_figure(context, view) for view in views])


def view_effects(context: ReportContext, identity: str) -> EffectView | None:
    """Return the effects of an identity of the reported province; None without any."""
    rows = [row for row in context.own_rows(EFFECTS) if row["identity"] == identity]
    if not rows:
        return None
    steps = tuple(sorted({(row["from_year"], row["to_year"]) for row in rows}))
    present = {row["factor"] for row in rows}
    return EffectView(
        identity=identity,
        factors=tuple(code for code in terms.entries("driver") if code in present),
        steps=steps,
        values={((row["from_year"], row["to_year"]), row["factor"]): row["value_mt"] for row in rows},
        traces={step: _trace(context, identity, step) for step in steps},
        whole=_trace(context, identity, (steps[0][0], steps[-1][1])),
    )


def _trace(context: ReportContext, identity: str, step: Step) -> str:
    """Return the trace of the effects of a step: energy use of its years, population and output."""
    years = range(step[0], step[1] + 1)
    energy = [row for year in years for row in input_rows(context, ENERGY, year)]
    drivers = [row for row in context.own_rows(DRIVERS) if row["year"] in years]
    economy = [code for row in drivers for code in row["sources"].split(";") if code]
    used = economy if identity == "kaya_extended" else []
    names = term_pair("identity", identity)
    return context.add_trace(
        Trace(
            sources=tuple(dict.fromkeys([*(row["source_id"] for row in energy), *used])),
            grade=str(worst_grade({row["grade"] for row in drivers}) or ""),
            unit_zh=unit_pair(UNIT)["zh"],
            unit_en=unit_pair(UNIT)["en"],
            step_zh=plain("step.effects", "zh", identity=names["zh"]),
            step_en=plain("step.effects", "en", identity=names["en"]),
            place_zh=plain("place.year", "zh", year=f"{step[0]}–{step[1]}"),
            place_en=plain("place.year", "en", year=f"{step[0]}–{step[1]}"),
        )
    )


def _figure(context: ReportContext, view: EffectView) -> dict[str, Any]:
    title = f"effects-{view.identity.replace('_', '-')}"
    bars = [
        EffectBar(
            _label(step),
            tuple((view.values[step, factor], COLOURS[factor]) for factor in view.factors),
            view.traces[step],
        )
        for step in view.steps
    ]
    shown = [factor for factor in view.factors if any(view.values[step, factor] for step in view.steps)]
    return {
        "id": title,
        "title": _message(view, "decomposition.message"),
        "identity": term("identity", view.identity),
        "scope": _scope(context, view),
        "chart": draw_effects(bars, f"{title}-title"),
        "legend": [(COLOURS[factor], term("driver", factor)) for factor in shown],
        "steps": [_label(step) for step in view.steps],
        "rows": [
            (
                term("driver", factor),
                [*_cells(view, factor), number_button(_signed(view.sum_of(factor)), view.whole)],
            )
            for factor in view.factors
        ],
        "sums": [
            *(number_button(_signed(view.change_in(step)), view.traces[step]) for step in view.steps),
            number_button(_signed(sum(view.change_in(step) for step in view.steps)), view.whole),
        ],
    }


def _cells(view: EffectView, factor: str) -> list[Markup]:
    return [number_button(_signed(view.values[step, factor]), view.traces[step]) for step in view.steps]


def _label(step: Step) -> str:
    return f"{step[0]}–{step[1]}"


def _signed(value: float) -> str:
    return number(value, 1, signed=True)


def say_drivers(context: ReportContext, key: str) -> Markup | None:
    """Return a sentence on the change since the first year and its two strongest drivers; None without any.

    Parameters
    ----------
    key : str
        Word with the places of the headline.
    """
    views = (view_effects(context, code) for code in terms.entries("identity"))
    view = next((view for view in views if view is not None), None)
    return None if view is None else _message(view, key)


def _message(view: EffectView, key: str) -> Markup:
    """Return the headline: the change over all years and the two drivers that moved it most."""
    ranked = sorted(view.factors, key=lambda factor: -abs(view.sum_of(factor)))[:2]
    names = [(pair["zh"], _within(pair["en"])) for factor in ranked for pair in [term_pair("driver", factor)]]
    change = sum(view.change_in(step) for step in view.steps)
    return phrase(
        key,
        first=view.steps[0][0],
        last=view.steps[-1][1],
        change=number_button(_signed(change), view.whole),
        one=names[0],
        one_value=number_button(_signed(view.sum_of(ranked[0])), view.whole),
        two=names[1],
        two_value=number_button(_signed(view.sum_of(ranked[1])), view.whole),
    )


def _within(name: str) -> str:
    """Return a name as it stands within a sentence: abbreviations keep their capitals."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _scope(context: ReportContext, view: EffectView) -> Markup:
    """Return what the identity says, and in which prices and vintage output is counted."""
    note = terms.entries("identity")[view.identity]
    said = both(note["note_zh"], note["note_en"])
    if view.identity != "kaya_extended":
        return phrase("decomposition.scope", identity=said)
    row = context.own_rows(DRIVERS)[-1]
    _, _, price = (row["gdp_unit"] or "").rpartition("_")
    return phrase(
        "decomposition.scope_gdp",
        identity=said,
        prices=(f"{price} 年价格", f"prices of {price}") if price.isdigit() else ("指数", "an index"),
        gdp=_vintage(row["gdp_vintage"]),
        people=_vintage(row["population_vintage"]),
    )


def _vintage(code: str | None) -> tuple[str, str]:
    """Return a vintage in words; one that the vocabulary does not know is shown as the pack writes it."""
    names = term_pair("vintage", code)
    return names["zh"], names["en"]


PAGE = Page("decomposition", "排放为何变化", "What moved emissions", (EFFECTS, DRIVERS), render_decomposition)
