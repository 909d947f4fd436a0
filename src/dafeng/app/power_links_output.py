"""Writing the tables that link the power system to the rest: CSV files in a folder, all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl


def check_folder(output: Path) -> None:
    """Refuse a pack and a file as the folder of results.

    Raises
    ------
    InputRefused
        ``output_is_pack``, ``output_not_writable``.
    """
    if (output / "pack.toml").exists():
        raise InputRefused.of("output_is_pack", path=output)
    if output.exists() and not output.is_dir():
        raise InputRefused.of("output_not_writable", path=output, reason="not a folder")


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
        See :func:`check_folder`; ``output_not_writable``.
    """
    check_folder(output)
    contents = {f"{name}.csv": table_as_csv(frame) for name, frame in frames.items()}
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=output, reason=error) from error
    for name, content in contents.items():
        write_bytes_atomically(output / name, content)
    return tuple(contents)
