"""The identities of a balance table, as data: which cells sum to which.

Audit, reconciliation and conversion use the same list. An identity holds for every fuel (``fuel`` empty) or
for every row (``row`` empty); all coefficients are on values with the signs of the yearbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dafeng import terms

DIFFERENCE = "statistical_difference"


@dataclass(frozen=True, slots=True)
class Identity:
    """``total = sum of coefficient x part``.

    Parameters
    ----------
    id : str
        Name in findings and diagnostics.
    axis : {"row", "fuel"}
        Whether parts are rows (the identity holds for each fuel) or fuels (it holds for each row).
    total : str
        Code of the row or fuel on the left.
    parts : tuple of (str, float)
        Codes on the right with their coefficients.
    """

    id: str
    axis: str
    total: str
    parts: tuple[tuple[str, float], ...]


def is_of_which(row: str) -> bool:
    """Return whether a row only tells a part of its parent and is in no sum.

    Examples
    --------
    >>> is_of_which("industry_non_energy_use"), is_of_which("residential_urban")
    (True, False)
    """
    return terms.entries("balance_rows")[row]["section"].endswith("_of_which")


@cache
def row_identities() -> tuple[Identity, ...]:
    """Return the sums down a column: supply, transformation, final use, households, the difference."""
    children: dict[str, list[tuple[str, float]]] = {}
    for code, entry in terms.entries("balance_rows").items():
        if entry["parent"] and not is_of_which(code):
            children.setdefault(entry["parent"], []).append((code, 1.0))
    sums = tuple(Identity(f"sum_{total}", "row", total, tuple(parts)) for total, parts in children.items())
    closing = (
        ("total_primary_supply", 1.0),
        ("transformation_total", 1.0),
        ("loss", -1.0),
        ("final_consumption", -1.0),
    )
    return (*sums, Identity("closing", "row", DIFFERENCE, closing))


@cache
def fuel_identities() -> tuple[Identity, ...]:
    """Return the sums along a row: coal and petroleum products.

    They do not hold for ``total_consumption``, which counts transformation input of each fuel but only the
    net loss of coal as a whole.
    """
    members: dict[str, list[tuple[str, float]]] = {}
    for code, entry in terms.entries("fuels").items():
        if entry["total"]:
            members.setdefault(entry["total"], []).append((code, 1.0))
    return tuple(Identity(f"sum_{total}", "fuel", total, tuple(parts)) for total, parts in members.items())
