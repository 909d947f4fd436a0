"""From the rows a rule found to the table of findings: names in words, numbers readable, both languages."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.balance.audit.contracts import AuditFindings, FirmPurchase
from dafeng.balance.audit.slips import TIMES_ZH
from dafeng.errors import LANGUAGES
from dafeng.table import columns_of, empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.balance.audit.catalogue import Rule
    from dafeng.errors import Language

CODES = ("row", "last_row", "fuel", "fuel_other", "region")
NUMBERS = ("value", "expected", "difference")
UNITS = ("unit", "unit_before")
AT = ("at_row", "at_fuel")
"""Where the cell stands that a finding points to, if that is not the row and fuel it is about."""
FILLED = ("rule", "group", "text_zh", "text_en", "suppressed", "reason", "by", "on", "file", "sheet", "place")


class _Blank:
    """What is not known, in any format."""

    def __format__(self, _spec: str) -> str:
        return "—"


def show_number(value: float) -> str:
    """Return a number with at most four decimals and no exponent where it is not tiny.

    Examples
    --------
    >>> show_number(-17000.0), show_number(0.34661), show_number(0.0000123)
    ('-17000', '0.3466', '1.23e-05')
    """
    if value and abs(value) < 1e-3:
        return f"{value:.3g}"
    return f"{value:.4f}".rstrip("0").rstrip(".")


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    """Return code -> {zh, en} of everything a finding may name; the first vocabulary with a code wins."""
    found: dict[str, Mapping[str, str]] = {}
    for vocabulary in ("balance_rows", "balance_fuels", "sectors", "provinces", "energy_variables"):
        for code, entry in terms.entries(vocabulary).items():
            found.setdefault(code, entry)
    for spec in columns_of(FirmPurchase):
        found.setdefault(spec.name, {"zh": spec.zh, "en": spec.en})
    return found


def _say(template: str, row: Mapping[str, Any], language: Language) -> str:
    params: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            params[name] = "" if name in {"fuel", "variable"} else _Blank()
        elif name in NUMBERS:
            params[name] = show_number(value)
        elif name in CODES:
            params[name] = _names().get(value, {}).get(language, value)
        elif name in UNITS:
            params[name] = terms.unit_name(value, language)
        else:
            params[name] = value
    params["times"] = TIMES_ZH.get(abs(round(row.get("tens") or 0)), "")
    said = " ".join(template.format(**params).split()).replace(" ：", "：").replace(" :", ":")
    return said + _say_slips(row.get("slips") or (), language)


def _say_slips(slips: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Return which cell has most likely slipped, and the figure that would fit."""
    said = []
    for slip in slips:
        row, fuel = (_names()[slip[name]][language] for name in ("row", "fuel"))
        value, fitting, tens = show_number(slip["value"]), show_number(slip["fitting"]), abs(slip["tens"])
        if language == "zh":
            said.append(f"“{row}、{fuel}”一格差{TIMES_ZH[tens]}（{value}，应为 {fitting}）")
        else:
            said.append(f"{row}, {fuel} is {10**tens} times off ({value}, {fitting} would fit)")
    if not said:
        return ""
    return "；疑似" + "，或".join(said) if language == "zh" else "; most likely " + ", or ".join(said)


def word_findings(rule: Rule, found: pl.DataFrame) -> pl.DataFrame:
    """Return what a rule found as findings, not suppressed, without places.

    Parameters
    ----------
    rule : Rule
    found : polars.DataFrame
        Columns of the findings that the rule knows, and whatever its text needs beside them.

    Returns
    -------
    polars.DataFrame
        AuditFindings with ``at_row`` and ``at_fuel``.
    """
    blank = empty_table(AuditFindings).with_columns(pl.lit(None, pl.String).alias(name) for name in AT)
    if found.is_empty():
        return blank
    frame = found.with_columns(
        difference=pl.col("value") - pl.col("expected"), rule=pl.lit(rule.id), group=pl.lit(rule.group),
        suppressed=pl.lit(value=False),
    )  # fmt: skip
    if "severity" not in frame.columns:
        frame = frame.with_columns(severity=pl.lit(rule.severity))
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in blank.schema.items()
        if name not in frame.columns or name in {"reason", "by", "on", "file", "sheet", "place"}
    ]
    frame = frame.with_columns(missing).with_columns(
        at_row=pl.coalesce("at_row", "row"), at_fuel=pl.coalesce("at_fuel", "fuel")
    )
    rows = frame.to_dicts()
    texts = {
        f"text_{language}": [_say(getattr(rule, f"text_{language}"), row, language) for row in rows]
        for language in LANGUAGES
    }
    return frame.with_columns(**{name: pl.Series(name, lines) for name, lines in texts.items()}).select(
        pl.col(name).cast(dtype) for name, dtype in blank.schema.items()
    )
