"""Headlines: a few sentences computed from the tables; every number opens its trace."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng import terms
from dafeng.report.board import main_document
from dafeng.report.drawing import badge, draw
from dafeng.report.emission_view import EMISSIONS, EmissionView, trace_difference, view_emissions
from dafeng.report.figures import number, number_button
from dafeng.report.page import Page
from dafeng.report.pages.balance import say_difference
from dafeng.report.pages.decomposition import say_drivers
from dafeng.report.pages.methane import say_methane
from dafeng.report.pages.territorial_consumption import say_power
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain, term_pair

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

VERDICTS = "tracking.verdicts"


def render_headlines(context: ReportContext) -> str:
    """Return the sentences on emissions and the tally of verdicts; each part only if its table is there."""
    sentences = emission_sentences(context, view_emissions(context)) if context.has(EMISSIONS) else []
    sentences += account_sentences(context)
    document = context.by_key("plan.documents", "document_id").get(main_document(context))
    found = tally(context)
    count = sum(int(number_of) for *_, number_of in found)
    if document is None:
        heading = phrase("headline.tally_all", count=count)
    else:
        titles = (document["title_zh"], document["title_en"])
        heading = phrase("headline.tally", document=titles, count=count)
    return draw("headlines.html", sentences=sentences, heading=heading, tally=found)


def emission_sentences(context: ReportContext, view: EmissionView) -> list[Markup]:
    """Return what can be said of the totals: latest, change, highest, largest group, published gap."""
    if not view.combustion:
        return []
    sentences = []
    if view.total:
        sentences.append(_latest_total(context, view))
    sentences.append(_largest_group(context, view))
    if view.years_without_total:
        years = "、".join(map(str, view.years_without_total)), ", ".join(map(str, view.years_without_total))
        sentences.append(phrase("headline.gap", years=years))
    if view.published and view.total:
        sentences.append(_published_gap(context, view))
    return sentences


def account_sentences(context: ReportContext) -> list[Markup]:
    """Return at most three sentences of the other accounts: drivers, power and methane, the balance."""
    power, methane = say_power(context, "headline.power"), say_methane(context, "headline.methane")
    found = (
        say_drivers(context, "headline.drivers"),
        None if power is None and methane is None else (power or Markup("")) + (methane or Markup("")),
        say_difference(context, "headline.balance"),
    )
    return [sentence for sentence in found if sentence]


def _mass(view: EmissionView, value: float, year: int) -> tuple[Markup, Markup]:
    """Return a mass as Chinese (10^8 t) and English (Mt) readers expect it."""
    key = view.traces[year]
    zh = plain("mass", "zh", hundred_mt=number(value / 100, 2), mt=number(value, 1))
    en = plain("mass", "en", hundred_mt=number(value / 100, 2), mt=number(value, 1))
    return number_button(zh, key), number_button(en, key)


def _latest_total(context: ReportContext, view: EmissionView) -> Markup:
    year = max(view.total)
    mass = _mass(view, view.total[year], year)
    earlier = [y for y in view.total if y < year]
    if not earlier:
        return phrase("headline.total", year=year, mass=mass)
    before, top = max(earlier), max(view.total, key=lambda y: view.total[y])
    change = 100 * (view.total[year] / view.total[before] - 1)
    key = context.derive_trace(view.traces[year], "step.change", year=year, before=before)
    shown = number_button(f"{number(change, 1, signed=True)}%", key)
    sentence = phrase("headline.total_change", year=year, mass=mass, before=before, change=shown)
    if top == year:
        return sentence + phrase("headline.highest", first=min(view.total))
    peak = _mass(view, view.total[top], top)
    return sentence + phrase("headline.below_highest", first=min(view.total), top=top, mass=peak)


def _largest_group(context: ReportContext, view: EmissionView) -> Markup:
    year = max(view.combustion)
    (first, value), *rest = view.ranked("sector_groups", year)
    whole = view.combustion[year]
    names = term_pair("sector_groups", first)
    key = context.derive_trace(view.traces[year], "step.share", year=year)
    share = number_button(f"{number(100 * value / whole, 1)}%", key)
    sentence = phrase("headline.largest", year=year, group=(names["zh"], names["en"]), share=share)
    if not rest:
        return sentence
    second = term_pair("sector_groups", rest[0][0])
    share = number_button(f"{number(100 * rest[0][1] / whole, 1)}%", key)
    return sentence + phrase("headline.second", group=(second["zh"], second["en"]), share=share)


def _published_gap(context: ReportContext, view: EmissionView) -> Markup:
    shared = [year for year in view.published if year in view.total]
    if not shared:
        return phrase("headline.no_published")
    worst = max(shared, key=lambda y: abs(view.total[y] - view.published[y]["value"]))
    gap = 100 * (view.total[worst] / view.published[worst]["value"] - 1)
    text = f"{number(gap, 2, signed=True)}%" if abs(gap) >= 0.005 else "< 0.01%"
    shown = number_button(text, trace_difference(context, view.traces[worst], view.published[worst]))
    return phrase("headline.published", count=len(shared), year=worst, gap=shown)


def tally(context: ReportContext) -> list[tuple[str, Markup, Markup, int]]:
    """Return (verdict, badge, traced count, count) for the verdicts that occur on the plan's targets."""
    main = main_document(context)
    targets = context.by_key("plan.targets", "target_id")
    counts = Counter(
        row["verdict"]
        for row in context.rows(VERDICTS)
        if not main or targets.get(row["target_id"], {}).get("document_id") == main
    )
    return [
        (
            verdict,
            badge(verdict),
            number_button(str(counts[verdict]), _trace_count(context, verdict)),
            counts[verdict],
        )
        for verdict in terms.entries("verdict")
        if counts[verdict]
    ]


def _trace_count(context: ReportContext, verdict: str) -> str:
    row = terms.entries("verdict")[verdict]
    as_of = context.meta.as_of
    return context.add_trace(
        Trace(
            unit_zh=plain("unit.targets", "zh"),
            unit_en=plain("unit.targets", "en"),
            step_zh=plain("step.tally", "zh", rule=row["note_zh"] or row["zh"], date=as_of),
            step_en=plain("step.tally", "en", rule=row["note_en"] or row["en"], date=as_of),
            jump=verdict,
        )
    )


PAGE = Page("headlines", "要点", "Main points", (), render_headlines)
