"""``dafeng register measures``: figures over the rows of registers, and the rows behind."""

from __future__ import annotations

from typing import Annotated

import typer

from dafeng.cli.options import AsOfOption, PackOption
from dafeng.cli.output import Format, FormatOption
from dafeng.cli.register_options import ActorOption, DatabaseOption, OutputFileOption, open_for


def measures_command(
    register: Annotated[
        str | None, typer.Argument(help="台账编号；缺省全部 / id of the register; default: all")
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="列出每个数值由哪些行构成 / list the rows behind each figure")
    ] = False,
    regions: Annotated[
        bool, typer.Option("--regions", help="也列各市、县 / cities and counties too")
    ] = False,
    years: Annotated[
        bool, typer.Option("--years", help="也列各年 / every year, not only the newest")
    ] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """汇总台账指标，每个数值可追到各行 / figures over the rows, each down to its rows."""
    import polars as pl

    from dafeng.app.register_measures import measure_book
    from dafeng.cli.register_words import names_of_pack, pick, show_words
    from dafeng.register.contracts import MeasureRows, MeasureValues

    with open_for(pack, database, actor, as_of, reads=True) as book:
        answer = measure_book(book, register)
        words = {"region": names_of_pack(book, "region")}
        home, year = book.pack.config.pack.region, book.today.year
    shown = answer.rows if rows else answer.values
    if not regions:
        shown = shown.filter(pl.col("region") == home)
    if not years:
        past = pl.when(pl.col("year") <= year).then(pl.col("year"))
        known = pl.when(pl.lit(rows) | pl.col("value").is_not_null()).then(past)  # a silent year has no rows
        newest = pl.coalesce(known.max(), past.max(), pl.col("year").min())
        newest = newest.over("register_id", "measure_id", "region")
        shown = shown.filter(pl.col("year") == newest)
    columns = ([] if register else ["register_id"]) + ["measure_id", "year"]
    columns += ["region"] if regions else []
    columns += (
        ["part", "label", "value", "unit"]
        if rows
        else [pick(("name_zh", "name_en")), "value", "unit", "rows", "left_out", "status"]
    )
    show_words(shown, MeasureRows if rows else MeasureValues, columns, form, output, words)
    if rows and answer.hidden:
        typer.echo(f"另有 {answer.hidden} 行无权查看 / rows not shown to you: {answer.hidden}", err=True)
