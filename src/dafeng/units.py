"""The one unit registry, for the edges of the system: reading, exchange, display.

Inside the domain rooms a number's unit stands in its column name. Here live pint and the units of
Chinese energy statistics: tce, 万吨, 亿千瓦时, CNY of a price year, tCO2e with an explicit GWP set.
"""

from __future__ import annotations

import re
from functools import cache
from math import isfinite
from tokenize import TokenError
from typing import TYPE_CHECKING

from dafeng.errors import UnitError

if TYPE_CHECKING:
    from pint import Quantity, UnitRegistry

GWP_SETS = ("SAR", "TAR", "AR4", "AR5", "AR5CCF", "AR6")
PRICE_YEARS = range(1978, 2051)

_DEFINITIONS = (
    # 7000 kcal(IT) per kg of coal equivalent, GB/T 2589-2020, 3.7: 29.3076 MJ (29.3 GJ per tce).
    "kgce = 29.3076 megajoule = kgce",
    "tce = 1000 kgce = tce",
    "wan = 10000 = 万",
    "yi = 100000000 = 亿",
    "person = [population]",
    "head = [animals] = head = heads",
    "mu = 666.6666666666666 meter ** 2 = 亩",
    "CO2 = [co2_mass] = CO2",
    "tCO2 = 1e6 CO2 = tCO2",
    "percentage_point = 0.01",  # pint has its own pp, the printer's point
)
_SPELLINGS = (
    (re.compile(r"10\^([0-9]+)\s*"), r"1e\1 "),
    (re.compile("二氧化碳"), " CO2"),
    (re.compile("百万吨标准煤"), "1e6 tce"),
    (re.compile("百万吨"), "1e6 t"),
    (re.compile(r"万吨标准煤|万吨标煤|万tce"), "1e4 tce"),
    (re.compile("亿吨标准煤"), "1e8 tce"),
    (re.compile("吨标准煤"), "tce"),
    (re.compile("亿千瓦小?时"), "1e8 kWh"),
    (re.compile("万千瓦时"), "1e4 kWh"),
    (re.compile("亿立方米"), "1e8 m3"),
    (re.compile("亿千瓦"), "1e8 kW"),
    (re.compile("万千瓦"), "1e4 kW"),
    (re.compile("百亿千焦"), "1e10 kJ"),
    (re.compile("万立方米"), "1e4 m3"),
    (re.compile("立方米"), "m3"),
    (re.compile("千公顷"), "1e3 ha"),
    (re.compile("万公顷"), "1e4 ha"),
    (re.compile("公顷"), "ha"),
    (re.compile("亿[头只匹]"), "1e8 head"),
    (re.compile("万[头只匹]"), "1e4 head"),
    (re.compile("[头只匹]"), "head"),
    (re.compile("万亩"), "1e4 mu"),
    (re.compile("亿吨"), "1e8 t"),
    (re.compile("万吨"), "1e4 t"),
    (re.compile(r"千吨|\bkt\b"), "1e3 t"),  # pint reads kt as knots
    (re.compile("吨"), "t"),
    (re.compile("克标准煤"), "gce"),
    (re.compile("千瓦时"), "kWh"),
    (re.compile("亿元"), "1e8 CNY"),
    (re.compile("万元"), "1e4 CNY"),
    (re.compile("元"), "CNY"),
    (re.compile("Mt CO2"), "1e6 tCO2"),
    (re.compile("kg CO2"), "1e-3 tCO2"),
    (re.compile("t CO2"), "tCO2"),
    (re.compile(r"\bgce\b"), "1e-3 kgce"),
    (re.compile(r"\bkcal\b"), "4.1868 kJ"),  # the kcal of GB/T 2589: 7000 kcal = 29.3076 MJ
    (re.compile(r"\bpp\b"), "percentage_point"),
    (re.compile(r"\b([ck]?m)([23])\b"), r"\1**\2"),
)
_WORDS = re.compile(r"[\w\s%°·/*().+^-]*")


@cache
def registry() -> UnitRegistry[float]:
    """Return the pint registry with our units; made at the first call."""
    from pint import UnitRegistry  # noqa: PLC0415 - pint takes 0.2 s to import

    made: UnitRegistry[float] = UnitRegistry(autoconvert_offset_to_baseunit=False)
    for definition in _DEFINITIONS:
        made.define(definition)
    for gwp in GWP_SETS:
        made.define(f"tCO2e_{gwp} = [co2e_{gwp.lower()}]")
    for year in PRICE_YEARS:
        made.define(f"CNY_{year} = [currency_{year}]")
    made.define("CNY = [currency_nominal]")  # current prices: never added to those of a price year
    return made


def pint_expression(unit: str) -> str:
    """Return the pint spelling of a unit as statistics write it (``10^4 t``, ``亿千瓦时``).

    Everything behind a ``/`` up to the next one is its denominator, the power of ten included.

    Examples
    --------
    >>> pint_expression("10^4 tce")
    '1e4 tce'
    >>> pint_expression("t CO2/10^4 m3")
    'tCO2/(1e4 m**3)'
    """
    text = unit.strip()
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    above, *below = text.split("/")
    if below and "(" not in text:
        text = "/".join([above, *(f"({part})" for part in below)])
    return {"%": "percent", "1": "dimensionless", "": "dimensionless"}.get(text, text)


def conversion_factor(unit: str, target: str) -> float:
    """Return the number by which values in ``unit`` are multiplied to be in ``target``.

    Parameters
    ----------
    unit, target : str
        As statistics or pint spell them.

    Raises
    ------
    UnitError
        ``unit_unknown`` or ``unit_mismatch`` (other dimensions, other GWP set, other price year).

    Examples
    --------
    >>> conversion_factor("10^4 tce", "TJ")
    293.076
    >>> round(conversion_factor("亿千瓦时", "GWh"), 9)
    100.0
    """
    import pint  # noqa: PLC0415

    given, wanted = _quantity(unit), _quantity(target)
    try:
        ratio = float((given / wanted).to("dimensionless").magnitude)
    except pint.errors.PintError as error:
        raise UnitError.of("unit_mismatch", unit=unit, target=target) from error
    return float(f"{ratio:.15g}")


def product_factor(first: str, second: str, target: str) -> float:
    """Return the number by which a product of values in two units is multiplied to be in ``target``.

    Parameters
    ----------
    first, second, target : str
        As statistics or pint spell them.

    Raises
    ------
    UnitError
        ``unit_unknown`` or ``unit_mismatch``.

    Examples
    --------
    >>> product_factor("10^4 t", "kg/t", "kt")
    0.01
    """
    import pint  # noqa: PLC0415

    given, wanted = _quantity(first) * _quantity(second), _quantity(target)
    try:
        ratio = float((given / wanted).to("dimensionless").magnitude)
    except pint.errors.PintError as error:
        raise UnitError.of("unit_mismatch", unit=f"{first} × {second}", target=target) from error
    return float(f"{ratio:.15g}")


def _quantity(unit: str) -> Quantity[float]:
    import pint  # noqa: PLC0415

    unreadable = (
        pint.errors.PintError, TokenError, ValueError, TypeError, AttributeError, ArithmeticError,
        SyntaxError, AssertionError,
    )  # fmt: skip
    if not _WORDS.fullmatch(unit):  # pint skips signs that it does not know
        raise UnitError.of("unit_unknown", unit=unit, suggestion="")
    try:
        quantity: Quantity[float] = registry().Quantity(pint_expression(unit))
        size = float(quantity.magnitude)
    except unreadable as error:
        raise UnitError.of("unit_unknown", unit=unit, suggestion="") from error
    if not (isfinite(size) and size > 0):
        raise UnitError.of("unit_unknown", unit=unit, suggestion="")
    return quantity
