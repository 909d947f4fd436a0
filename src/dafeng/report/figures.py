"""How numbers, units and comparisons are written."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.words import both, phrase, term, words

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUS = "−"
_POWER = re.compile(r"10\^(\d+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "", "in_place": "", "assigned": "", "none": ""}
BOUND_SIGNS = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< ", "about": "≈ "}
"""What is written before a value of which only a bound is published."""
_WORDED = {"about", "change_ge", "change_about", "points_ge", "peak_by"}


def number(value: float | None, digits: int | None = None, *, signed: bool = False) -> str:
    """Return a number as people read it; empty for a missing one.

    Parameters
    ----------
    value : float, optional
        The number.
    digits : int, optional
        Decimals; default as many as the number has, at most six significant digits.
    signed : bool
        Write the plus sign.

    Examples
    --------
    >>> number(12345.678, 1), number(-0.5), number(3.0, signed=True)
    ('12,345.7', '−0.5', '+3')
    """
    if value is None or not math.isfinite(value):
        return ""
    size = abs(float(value))
    text = f"{size:,.{digits}f}" if digits is not None else _shortest(size)
    zero = not text.strip("0.,")
    sign = MINUS if value < 0 and not zero else ("+" if signed and not zero else "")
    return sign + text


def _shortest(size: float) -> str:
    decimals = max(0, 5 - math.floor(math.log10(size))) if size > 0 else 0
    text = f"{size:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_pair(unit: str | None) -> dict[str, str]:
    """Return a unit in words, Chinese and English; a unit without words is typeset.

    Examples
    --------
    >>> unit_pair("10^3 x")["en"]
    '10³ x'
    """
    if unit in {None, "", "1"}:
        return {"zh": "", "en": ""}
    row = words().get(f"unit.{unit}")
    if row is not None:
        return row
    text = _POWER.sub(lambda found: "10" + found[1].translate(_RAISED), unit or "")
    text = re.sub(r"\bm([23])\b", lambda found: "m" + found[1].translate(_RAISED), text).replace("CO2", "CO₂")
    return {"zh": text, "en": text}


def unit(code: str | None) -> Markup:
    """Return a unit in both languages."""
    names = unit_pair(code)
    return both(names["zh"], names["en"])


def period_text(period: str | None) -> str:
    """Return a period as both languages read it.

    Examples
    --------
    >>> period_text("2021..2025"), period_text("2024-06 ytd"), period_text(None)
    ('2021–2025', '2024-01 – 2024-06', '')
    """
    if not period:
        return ""
    if period.endswith(" ytd"):
        last = period.removesuffix(" ytd")
        return f"{last[:4]}-01 – {last}"
    return period.replace("..", "–")


def split_pair(text: str | None) -> list[str]:
    """Return a name written as “Chinese / English” as its two parts; any other text twice.

    Examples
    --------
    >>> split_pair("统计局 / Bureau of Statistics")[1]
    'Bureau of Statistics'
    """
    parts = (text or "").split(" / ")
    if len(parts) == 2 and any(ord(char) > 0x2E7F for char in parts[0]) and parts[1].isascii():
        return parts
    return [text or ""] * 2


def split_names(text: str | None) -> Markup:
    """Return a name written as “Chinese / English” in both languages; any other text as it is."""
    return both(*split_pair(text))


def split_codes(listed: str | None) -> list[str]:
    """Return the codes of a list that is written with semicolons.

    Examples
    --------
    >>> split_codes("a;b"), split_codes(None)
    (['a', 'b'], [])
    """
    return [code for code in (listed or "").split(";") if code]


def number_button(text: str, key: str) -> Markup:
    """Return a number that opens its trace."""
    return Markup('<button type="button" class="num" data-trace="{}">{}</button>').format(key, text)


def traced(value: float | None, key: str, digits: int | None = None, *, signed: bool = False) -> Markup:
    """Return a number with its trace, or the mark for a missing one."""
    text = number(value, digits, signed=signed)
    return number_button(text, key) if text else missing()


def missing() -> Markup:
    """Return the mark for a number that is not published."""
    return Markup('<span class="null">{}</span>').format(phrase("null"))


def aim(target: Mapping[str, Any], key: str) -> Markup:
    """Return what a target demands: comparison, value and unit, with its trace.

    Parameters
    ----------
    target : mapping
        A row of the targets.
    key : str
        Key of the trace of its value.
    """
    comparator = str(target["comparator"])
    measure = unit(target["unit"])
    low, high, value = target["lower"], target["upper"], target["value"]
    if comparator == "range" and low is not None and high is not None:
        return Markup("{} {}").format(number_button(f"{number(low)}–{number(high)}", key), measure)
    if comparator == "peak_by" and target["target_year"] is not None:
        return phrase("aim.peak_by", year=number_button(str(target["target_year"]), key))
    if value is None:
        return Markup("{}").format(term("comparator", comparator))
    if comparator in _SIGNS:
        return Markup("{} {}").format(
            number_button(f"{_SIGNS[comparator]} {number(value)}".strip(), key), measure
        )
    shown = number_button(number(value), key)
    if comparator in _WORDED:
        return phrase(
            f"aim.{comparator}",
            value=shown,
            unit=(unit_pair(target["unit"])["zh"], unit_pair(target["unit"])["en"]),
        )
    return Markup("{} {} {}").format(term("comparator", comparator), shown, measure)
