"""What is wrong in one column of rows or lines: bounds, forms, codes, links, identity codes, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import DafengError, Place
from dafeng.period import parse_period
from dafeng.register.fields import NUMERIC, Bilingual
from dafeng.register.geometry import outside_box, read_geometries
from dafeng.register.identity import check_usccs, uscc_finding
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dafeng.errors import Severity
    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.vocabulary import Vocabulary

_NOWHERE = Place()
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that dates and years of a register may have."""
_CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{2028}\x{2029}\x{202a}-\x{202e}"
    r"\x{2066}-\x{2069}\x{feff}\x{fffe}\x{ffff}]"
)
"""Signs that do not print or turn the direction of text; line breaks and tabs may stand."""
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong in some cells of a column.

    Parameters
    ----------
    code : str
        Message.
    at : sequence of int
        Positions in the column.
    params : sequence of mapping
        Parameters of the message for each.
    severity : {"error", "warning"}
        Whether the row is refused.
    """

    code: str
    at: list[int]
    params: list[Mapping[str, object]]
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Against:
    """What values of a column are held against.

    Parameters
    ----------
    library : Library
        For the box of the province.
    codes : Vocabulary or None
        Codes that the column may hold.
    keys : polars.Series or None
        Keys of the rows that a link may point to.
    """

    library: Library
    codes: Vocabulary | None = None
    keys: pl.Series | None = None


def find_flaws(field: RegisterField, values: pl.Series, against: Against) -> Iterator[Flaw]:
    """Yield everything that is wrong in a column.

    Parameters
    ----------
    field : RegisterField
        What the column holds.
    values : polars.Series
        Typed values.
    against : Against
        Codes, keys of linked rows.
    """
    if field.required:
        yield from _marked("cell_empty", values.is_null(), values, lambda _: {})
    if values.null_count() == len(values):
        return
    if field.kind in NUMERIC:
        yield from _numbers(field, values)
    elif values.dtype == pl.String:
        yield from _texts(field, values, against)


def _marked(
    code: str,
    wrong: pl.Series,
    values: pl.Series,
    make: Callable[[Any], Mapping[str, object]],
    severity: Severity = "error",
) -> Iterator[Flaw]:
    """Yield the flaw of the cells that are marked; parameters are made once for equal values."""
    at = wrong.fill_null(value=False).arg_true()
    if at.is_empty():
        return
    made: dict[Any, Mapping[str, object]] = {}
    params = []
    for value in values.gather(at).to_list():
        if value not in made:
            made[value] = make(value)
        params.append(made[value])
    yield Flaw(code, at.to_list(), params, severity)


def _numbers(field: RegisterField, values: pl.Series) -> Iterator[Flaw]:
    finite = values.cast(pl.Float64).is_finite()
    yield from _marked("cell_not_finite", ~finite, values, lambda v: {"value": v})
    low, high = field.low, field.high
    if field.kind == "year":
        low, high = FIRST_YEAR if low is None else low, LAST_YEAR if high is None else high
    unit = f" {field.unit}" if field.unit not in {"", "1"} else ""

    def outside(value: float) -> Mapping[str, object]:
        ends = [f"≥ {low:.12g}" if low is not None else "", f"≤ {high:.12g}" if high is not None else ""]
        return {"value": f"{value:.12g}{unit}", "rule": ", ".join(end for end in ends if end) + unit}

    wrong = pl.repeat(value=False, n=len(values), eager=True)
    wrong = wrong | (values < low) if low is not None else wrong
    wrong = wrong | (values > high) if high is not None else wrong
    yield from _marked("value_out_of_range", wrong & finite, values, outside)


def _texts(field: RegisterField, values: pl.Series, against: Against) -> Iterator[Flaw]:
    if field.kind == "geometry":
        yield from _places(field, values, against)
        return
    most = field.max_length
    yield from _marked(
        "row_text_long", values.str.len_chars() > most, values,
        lambda text: {"length": len(text), "most": most},
    )  # fmt: skip
    yield from _marked(
        "row_text_control", values.str.contains(_CONTROL), values, lambda text: {"value": _shown(text)}
    )
    if field.kind == "date":
        yield from _dates(values)
    elif field.kind == "period":
        yield from _periods(values)
    elif field.kind == "uscc":
        yield from _usccs(values)
    elif field.kind == "link":
        yield from _links(field, values, against.keys)
    elif against.codes is not None:
        yield from _codes(field, values, against.codes)


def _shown(text: str) -> str:
    """Return the beginning of a text with its unprintable signs spelled."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:40])


def _dates(values: pl.Series) -> Iterator[Flaw]:
    days = values.str.to_date("%Y-%m-%d", strict=False)
    good = values.str.contains(_DATE) & days.is_not_null()
    good = good & days.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(value=False)
    yield from _marked("cell_not_date", ~good & values.is_not_null(), values, lambda v: {"value": v[:40]})


def _periods(values: pl.Series) -> Iterator[Flaw]:
    bad = [text for text in values.drop_nulls().unique().to_list() if not _is_period(text)]
    yield from _marked("cell_not_period", values.is_in(bad), values, lambda v: {"value": v[:40]})


def _is_period(text: str) -> bool:
    try:
        period = parse_period(text)
    except DafengError:
        return False
    return str(period) == text and period.start.year >= FIRST_YEAR and period.end.year <= LAST_YEAR


def _usccs(values: pl.Series) -> Iterator[Flaw]:
    problems = check_usccs(values)
    bad = (problems != "").fill_null(value=False)
    for at, problem, text in zip(bad.arg_true(), problems.filter(bad), values.filter(bad), strict=True):
        found = uscc_finding(problem, text[:40], _NOWHERE)
        yield Flaw(found.code, [at], [found.params], found.severity)


def _links(field: RegisterField, values: pl.Series, keys: pl.Series | None) -> Iterator[Flaw]:
    if keys is None:
        raise KeyError(field.link)
    known = keys.drop_nulls().unique()
    wrong = values.is_not_null() & ~values.is_in(known.implode())
    few = known.to_list() if len(known) <= MOST_SUGGESTED else []
    yield from _marked(
        "row_link_missing", wrong, values,
        lambda v: {"value": v[:60], "register": field.link, "suggestion": Suggestion(v, few)},
    )  # fmt: skip


MOST_SUGGESTED = 5_000
"""Most keys among which a near one is looked for."""


def _codes(field: RegisterField, values: pl.Series, codes: Vocabulary) -> Iterator[Flaw]:
    """Yield codes that are not in the vocabulary, and codes that are no longer in force."""
    several = field.kind == "codes"
    table = pl.DataFrame({"at": np.arange(len(values)), "code": values.str.split(";") if several else values})
    table = (table.explode("code") if several else table).filter(pl.col("code").is_not_null())
    names = [name for pair in codes.names.values() for name in pair]
    meant = [*codes.codes, *names]
    label = Bilingual(field.zh, field.en)
    for code, positions in _grouped(table.filter(~pl.col("code").is_in(list(codes.codes)))):
        params = {"value": code[:60], "vocabulary": label, "suggestion": Suggestion(code, meant)}
        yield Flaw("code_unknown", positions, [params] * len(positions))
    for code, positions in _grouped(table.filter(pl.col("code").is_in(list(codes.retired)))):
        params = {"value": code, "name": Bilingual(*codes.names[code]), "successor": _successor(codes, code)}
        yield Flaw("row_code_retired", positions, [params] * len(positions), "warning")


def _successor(codes: Vocabulary, code: str) -> Bilingual:
    """Return what came in place of a code, in words; nothing if the pack does not say."""
    heir = codes.retired[code]
    if heir not in codes.names:
        return Bilingual("", "")
    zh, en = codes.names[heir]
    return Bilingual(f"，现为 {zh}（{heir}）", f"; now {en} ({heir})")


def _grouped(table: pl.DataFrame) -> Iterator[tuple[str, list[int]]]:
    for (code,), rows in table.group_by(["code"], maintain_order=True):
        yield str(code), rows["at"].to_list()


def _places(field: RegisterField, values: pl.Series, against: Against) -> Iterator[Flaw]:
    read = read_geometries(values, field.geometry)
    for at, (code, params) in sorted(read.problems.items()):
        yield Flaw(code, [at], [params])
    if against.library.box is not None:
        outside = outside_box(read.bounds, against.library.box)
        positions = [at for at in np.flatnonzero(outside).tolist() if at not in read.problems]
        if positions:
            yield Flaw("row_geometry_province", positions, [{}] * len(positions), "warning")
