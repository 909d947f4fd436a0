"""Use case: split the target of a province to its cities, from the pack's figures or from a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.app.city_stage import list_cities
from dafeng.cities.contracts import Allocation, AllocationCheck
from dafeng.cities.figure_form import draft_city_figures
from dafeng.cities.figures import choose_figures, convert_figures, known_figures
from dafeng.cities.indices import DEFAULT_WEIGHTS
from dafeng.cities.io import (
    GivenCityFigures,
    Places,
    parse_locks,
    read_city_figures,
    read_city_weights,
    read_growth,
    read_index_weights,
    read_limits,
)
from dafeng.cities.split import decline_split, split_target
from dafeng.cities.split_question import (
    METHODS,
    SplitQuestion,
    SplitWishes,
    find_questions,
    split_indicators,
)
from dafeng.errors import Finding, InputRefused, NegativeAnswer
from dafeng.pack import read_pack
from dafeng.report.city_form import FIGURE_NOTES, draw_city_form
from dafeng.store.atomic import write_bytes_atomically
from dafeng.table import KnownNames, Suggestion, check, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from dafeng.cities.figures import FigureSet
    from dafeng.cities.split_question import Method
    from dafeng.pack import Pack

GIVEN = "given"
"""Target id of a fall that no target of the pack names."""


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """What to split and how.

    Parameters
    ----------
    pack : str
        Built-in name or folder: cities, targets and, without a file, figures.
    as_of : date
        Figures of the pack that were published later are not used.
    file : Path, optional
        Figures of the user, in place of the pack's.
    target, quantity : str, optional
        Target of the pack; or the quantity, with ``fall`` and both years.
    fall : float, optional
        Fall of the province, in place of the number of the target. [1]
    base_year, target_year : int, optional
        In place of those of the target.
    methods : tuple of str
        Codes; ``all`` for every one that can be used.
    limits, growth, weights, index_weights : Path, optional
        Files of the user.
    locks : tuple of str
        ``code=fall``, beside those of the file.
    wishes : SplitWishes
        Bounds of all cities, spread, convergence year, fall of the residual.
    province_growth : float, optional
        Yearly growth of the province. [1]
    max_bytes : int
        Limit of a file. [B]
    """

    pack: str
    as_of: date
    file: Path | None = None
    target: str | None = None
    quantity: str | None = None
    fall: float | None = None
    base_year: int | None = None
    target_year: int | None = None
    methods: tuple[str, ...] = ("all",)
    limits: Path | None = None
    growth: Path | None = None
    weights: Path | None = None
    index_weights: Path | None = None
    locks: tuple[str, ...] = ()
    wishes: SplitWishes = field(default_factory=SplitWishes)
    province_growth: float | None = None
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class SplitTables:
    """What came out of several methods and targets.

    Parameters
    ----------
    allocation : Allocation
    check : AllocationCheck
    findings : tuple of Finding
        Notes: no solution of a method, differences weakened.
    names : mapping of str to str
        City -> Chinese name.
    """

    allocation: pl.DataFrame
    check: pl.DataFrame
    findings: tuple[Finding, ...]
    names: dict[str, str] = field(default_factory=dict)


def run_split(request: SplitRequest) -> SplitTables:
    """Split one target by the methods that are asked for.

    Raises
    ------
    InputRefused
        Defects of the files, an unknown target, quantity or method, no number or years.
    NegativeAnswer
        The only method asked for has no solution within bounds and locks.
    """
    pack = read_pack(request.pack)
    places = list_places(pack)
    question = _ask(pack, places, request)
    methods = choose_methods(
        request.methods, has_weights=request.weights is not None, fall=question.required_fall
    )
    wishes = _read_wishes(request, places, question)
    if request.file is None:
        found = choose_figures(known_figures(pack_figures(pack), request.as_of))
    else:
        found = choose_figures(read_city_figures(request.file, places, max_bytes=request.max_bytes).frame)
    if len(methods) == 1:
        answer = split_target(found, question, methods[0], wishes)
        return SplitTables(answer.allocation, answer.check, answer.findings, name_cities(pack))
    return replace(split_all(found, [question], methods, wishes), names=name_cities(pack))


def split_all(
    found: FigureSet, questions: Sequence[SplitQuestion], methods: Sequence[Method], wishes: SplitWishes
) -> SplitTables:
    """Return several targets by several methods; a method without a solution gives no numbers and a note.

    Parameters
    ----------
    found : FigureSet
    questions : sequence of SplitQuestion
    methods : sequence of str
    wishes : SplitWishes
    """
    allocations, checks = [empty_table(Allocation)], [empty_table(AllocationCheck)]
    notes: list[Finding] = []
    for question in questions:
        for method in methods:
            try:
                answer = split_target(found, question, method, wishes)
            except NegativeAnswer as refusal:
                answer = decline_split(found, question, method, wishes)
                notes += [replace(finding, severity="note") for finding in refusal.findings]
            allocations.append(answer.allocation)
            checks.append(answer.check)
            notes += answer.findings
    return SplitTables(
        check(pl.concat(allocations), Allocation), check(pl.concat(checks), AllocationCheck), tuple(notes)
    )


def pack_figures(pack: Pack) -> pl.DataFrame:
    """Return the city figures of a pack in the units of the room.

    Raises
    ------
    InputRefused
        Units or values that cannot be used, one finding a row.
    """
    frame, problems = convert_figures(
        pack.tables["city_figures"], pack.rows["city_figures"], "city_figures.csv"
    )
    if problems:
        raise InputRefused(problems)
    return frame


def list_places(pack: Pack) -> Places:
    """Return the cities of a pack and how they may be spelled: code, Chinese or English name."""
    cities, province = tuple(list_cities(pack)), pack.config.pack.region
    spellings = {text: code for text, code in terms.aliases("provinces").items() if code == province}
    names = pack.tables["regions"].filter(pl.col("code").is_in([*cities, province]))
    for row in names.select("code", "name_zh", "short_name_zh", "name_en").iter_rows():
        spellings |= {text.strip().lower(): row[0] for text in row if text}
    return Places(cities, province, spellings)


def name_cities(pack: Pack) -> dict[str, str]:
    """Return the Chinese names of the regions of a pack by code."""
    return dict(pack.tables["regions"].select("code", "name_zh").iter_rows())


def choose_methods(wanted: Sequence[str], *, has_weights: bool, fall: float = 1.0) -> tuple[Method, ...]:
    """Return the methods that are asked for; ``all`` means every one that can be used.

    Parameters
    ----------
    wanted : sequence of str
        Codes or names of ``split_method``, or ``all``.
    has_weights : bool
        Whether the user gives weights of the cities.
    fall : float
        Fall of the province; index and weights share out only what is positive. [1]

    Raises
    ------
    InputRefused
        ``filter_unknown``; ``split_weights_unused`` if weights are given and no method reads them.
    """
    if "all" in wanted:
        left_out = ("index", "weights") if fall <= 0 else () if has_weights else ("weights",)
        return tuple(method for method in METHODS if method not in left_out)
    known = terms.aliases("split_method")
    codes = {text: known.get(text.strip().lower(), "") for text in wanted}
    problems = [_unknown("method", text, METHODS) for text, code in codes.items() if code not in METHODS]
    if has_weights and "weights" not in codes.values():
        problems.append(Finding("split_weights_unused", params={"methods": ", ".join(codes)}))
    if problems:
        raise InputRefused(problems)
    return tuple(method for method in METHODS if method in codes.values())


def write_figure_template(pack_name: str, years: tuple[int, int], output: Path) -> int:
    """Write an empty form for the figures of the cities, CSV or XLSX by the suffix; return its rows.

    Parameters
    ----------
    pack_name : str
        Pack that lists the cities.
    years : (int, int)
        Base and target year.
    output : Path
        File to write; an existing one is replaced.

    Raises
    ------
    InputRefused
        ``split_years``: the target year is not after the base year; ``document_form_unknown``.
    """
    base_year, target_year = years
    if output.suffix.lower() not in {".csv", ".xlsx"}:
        known = KnownNames([".csv", ".xlsx"])
        raise InputRefused.of("document_form_unknown", path=output, known=known)
    if target_year <= base_year:
        raise InputRefused.of("split_years", first=base_year, last=target_year)
    pack = read_pack(pack_name)
    places = list_places(pack)
    draft = draft_city_figures([*places.cities, places.province], name_cities(pack), base_year, target_year)
    if output.suffix.lower() == ".xlsx":
        raw = draw_city_form(draft, GivenCityFigures, sheet="city_figures", lines=FIGURE_NOTES)
    else:
        raw = draft.write_csv(include_bom=True).encode("utf-8")
    write_bytes_atomically(output, raw)
    return draft.height


def _ask(pack: Pack, places: Places, request: SplitRequest) -> SplitQuestion:
    """Return the question; what the request names goes before what the target says.

    Raises
    ------
    InputRefused
        ``split_target_unusable``, ``split_question_open``, ``split_years``, ``filter_unknown``.
    """
    said = _find_target(pack, places, request.target) if request.target else _Said()
    quantity = _quantity(request.quantity) or said.quantity
    base_year, target_year = request.base_year or said.base_year, request.target_year or said.target_year
    fall = request.fall if request.fall is not None else said.fall
    if quantity is None or base_year is None or target_year is None or fall is None:
        needed = {
            "--quantity": quantity, "--base-year": base_year, "--target-year": target_year, "--fall": fall,
        }  # fmt: skip
        open_ones = [option for option, value in needed.items() if value is None]
        raise InputRefused.of("split_question_open", options=", ".join(open_ones))
    if target_year <= base_year:
        raise InputRefused.of("split_years", first=base_year, last=target_year)
    name = request.target or GIVEN
    return SplitQuestion(name, quantity, base_year, target_year, fall, places.province, places.cities)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a target of the pack says of a split; None where it is silent."""

    quantity: str | None = None
    base_year: int | None = None
    target_year: int | None = None
    fall: float | None = None


def _find_target(pack: Pack, places: Places, target_id: str) -> _Said:
    targets, quantities = pack.tables["targets"], split_indicators()
    usable = targets.filter(
        pl.col("indicator_id").is_in(list(quantities)) & (pl.col("region") == places.province)
    )
    found = usable.filter(pl.col("target_id") == target_id).to_dicts()
    if not found:
        known = KnownNames(usable["target_id"])
        raise InputRefused.of("split_target_unusable", target=target_id, known=known)
    decided = pack.config.decisions.target_value
    ready = find_questions(usable, decided, places.province, places.cities)
    fall = {question.target_id: question.required_fall for question in ready}.get(target_id)
    row = found[0]
    return _Said(quantities[row["indicator_id"]], row["base_year"], row["target_year"], fall)


def _quantity(text: str | None) -> str | None:
    if text is None:
        return None
    known = terms.aliases("split_quantity")
    code = known.get(text.strip().lower())
    if code is None:
        entries = terms.entries("split_quantity")
        raise InputRefused([_unknown("quantity", text, [*entries, *(row["zh"] for row in entries.values())])])
    return code


def _unknown(name: str, value: str, known: Iterable[str]) -> Finding:
    names = list(known)
    params = {"name": name, "value": value, "known": ", ".join(names), "suggestion": Suggestion(value, names)}
    return Finding("filter_unknown", params=params)


def _read_wishes(request: SplitRequest, places: Places, question: SplitQuestion) -> SplitWishes:
    """Return the wishes of a request with what its files say."""
    limit = request.max_bytes
    years = question.target_year - question.base_year
    locks, bounds = (
        ({}, {}) if request.limits is None else read_limits(request.limits, places, max_bytes=limit)
    )
    growth = {} if request.growth is None else read_growth(request.growth, places, years, max_bytes=limit)
    if request.province_growth is not None:
        growth[places.province] = (1 + request.province_growth) ** years
    weights = {} if request.weights is None else read_city_weights(request.weights, places, max_bytes=limit)
    indices = (
        dict(DEFAULT_WEIGHTS)
        if request.index_weights is None
        else read_index_weights(request.index_weights, max_bytes=limit)
    )
    return replace(
        request.wishes, locks=locks | parse_locks(request.locks, places, locks), bounds=bounds, growth=growth,
        city_weights=weights, indicator_weights=indices,
    )  # fmt: skip
