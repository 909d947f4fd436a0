"""Writing the tables that link the power system to the rest: CSV files in a folder, all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.output_folder import check_place
from dafeng.errors import InputRefused
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl


def write_tables(output: Path, frames: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Write tables as CSV files and return their names.

    Parameters
    ----------
    output : Path
        Folder; made where it is missing.
    frames : mapping of str to polars.DataFrame
        By name without ``.csv``.

    Raises
    ------
    InputRefused
        See :func:`~dafeng.app.output_folder.check_place`; ``output_not_writable``.
    """
    check_place(output)
    contents = {f"{name}.csv": table_as_csv(frame) for name, frame in frames.items()}
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=output, reason=error) from error
    for name, content in contents.items():
        write_bytes_atomically(output / name, content)
    return tuple(contents)
