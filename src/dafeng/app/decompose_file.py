"""Use case: the decomposition of a total, from a CSV file of factors to one of effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.decomposition.effects import Form, decompose_table, list_effects
from dafeng.decomposition.io import read_factors
from dafeng.errors import InputRefused
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class DecomposeRequest:
    """What to decompose and where to.

    Parameters
    ----------
    file, output : Path
        Factors (year, category, one column per factor) and effects (from, to, factor, value).
    factors : tuple of str
        Columns whose product is the value of a category.
    by : tuple of str
        Grouping columns, for example region.
    chained : bool
        Each year against the one before, or against the first.
    form : {"additive", "multiplicative", "both"}
    by_category : bool
        One row a category.
    max_bytes : int
        Limit of the file. [B]
    """

    file: Path
    output: Path
    factors: tuple[str, ...]
    by: tuple[str, ...] = ()
    chained: bool = True
    form: Form = "additive"
    by_category: bool = False
    max_bytes: int = 200 * 2**20


def run_decompose(request: DecomposeRequest) -> int:
    """Read factors, decompose the change of their total (LMDI-I), write the effects; return the rows written.

    Raises
    ------
    InputRefused, TableError
        The file cannot be used; the output is untouched.
    """
    if request.file.resolve() == request.output.resolve():
        raise InputRefused.of("output_is_input", path=request.file)
    table = read_factors(request.file, request.factors, by=request.by, max_bytes=request.max_bytes)
    found = decompose_table(table, request.factors, by=request.by, chained=request.chained)
    effects = list_effects(
        found, request.factors, by=request.by, form=request.form, by_category=request.by_category
    )
    write_bytes_atomically(request.output, effects.write_csv().encode("utf-8"))
    return effects.height
