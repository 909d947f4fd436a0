"""``dafeng plan``: targets, clauses, systems and agencies of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, language, show_frame, to_json, write_answer
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.pack import Pack

app = typer.Typer(
    no_args_is_help=True, help="方案：目标、条款、系统、部门 / plan: targets, clauses, systems, agencies"
)

OutputOption = Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")]
AgencyOption = Annotated[str | None, typer.Option(help="责任部门编号或名称 / agency id or name")]
SectorOption = Annotated[str | None, typer.Option(help="领域 / sector")]
YearOption = Annotated[int | None, typer.Option(help="目标年 / target year")]
KindOption = Annotated[str | None, typer.Option(help="类别 / kind")]


def _pack(name: str | None) -> Pack:
    from dafeng.pack import read_pack

    return read_pack(name or read_settings().pack)


@app.command("targets")
def targets_command(
    sector: SectorOption = None,
    year: YearOption = None,
    agency: AgencyOption = None,
    kind: KindOption = None,
    nature: Annotated[str | None, typer.Option(help="性质 / nature")] = None,
    comparator: Annotated[str | None, typer.Option(help="比较方式 / comparator")] = None,
    document: Annotated[str | None, typer.Option(help="文件编号 / document id")] = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """列出目标 / list targets."""
    from dafeng.plan import TargetFilter, select_targets

    wanted = TargetFilter(sector, kind, nature, comparator, document, year, agency)
    chosen = select_targets(_pack(pack).tables, wanted)
    columns = [
        "target_id", f"name_{language()}", "comparator", "value", "unit", "target_year", "kind", "nature",
        "sector",
    ]  # fmt: skip
    show_frame(chosen, columns, form, output)


@app.command("clauses")
def clauses_command(
    sector: SectorOption = None,
    year: Annotated[
        int | None, typer.Option(help="条款有该目标年的目标 / year of one of its targets")
    ] = None,
    agency: AgencyOption = None,
    kind: Annotated[str | None, typer.Option(help="措施类型之一 / one of its kinds of measure")] = None,
    measurable: Annotated[str | None, typer.Option(help="是否可量化 / measurable: yes | partly | no")] = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """列出条款 / list clauses."""
    from dafeng.plan import select_clauses

    chosen = select_clauses(
        _pack(pack).tables, sector=sector, year=year, agency=agency, kind=kind, measurable=measurable
    )
    show_frame(chosen, ["clause_id", "label", f"title_{language()}", f"summary_{language()}"], form, output)


@app.command("systems")
def systems_command(
    sector: Annotated[str | None, typer.Option(help="所属条款的领域 / sector of its clause")] = None,
    year: Annotated[
        int | None, typer.Option(help="所属条款有该目标年的目标 / year of a target of its clause")
    ] = None,
    agency: Annotated[
        str | None, typer.Option(help="牵头使用部门编号或名称 / id or name of a lead user")
    ] = None,
    kind: KindOption = None,
    priority: Annotated[
        str | None, typer.Option(help="优先级 / priority: core | adjacent | external")
    ] = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """列出要求建设的系统 / list the systems that the plan orders."""
    from dafeng.plan import select_systems

    chosen = select_systems(
        _pack(pack).tables, sector=sector, year=year, agency=agency, kind=kind, priority=priority
    )
    columns = ["system_id", "clause_id", f"name_{language()}", "kind", "priority", "lead_agency_ids"]
    show_frame(chosen, columns, form, output)


@app.command("agencies")
def agencies_command(
    sector: Annotated[
        str | None, typer.Option(help="所负责条款的领域 / sector of one of its clauses")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="所负责条款有该目标年的目标 / year of a target of one of its clauses")
    ] = None,
    kind: KindOption = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """列出责任部门 / list agencies."""
    from dafeng.plan import select_agencies

    chosen = select_agencies(_pack(pack).tables, sector=sector, year=year, kind=kind)
    show_frame(chosen, ["agency_id", "name_zh", "name_en", "kind", "scored", "valid_to"], form, output)


@app.command("show")
def show_command(
    item_id: Annotated[str, typer.Argument(help="编号 / id: T1.2a-3, C2.1.2, S004, L_wind_pv, drc")],
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """显示一项及其关联 / show one item with what belongs to it."""
    from dafeng.plan import describe_item

    found = describe_item(_pack(pack).tables, item_id)
    if form is Format.json:
        write_answer(to_json(found), output)
        return
    import polars as pl

    rows = [
        {"field": key, "value": "" if value is None else str(value)} for key, value in found["item"].items()
    ]
    rows += [
        {"field": key, "value": "; ".join(_label(row) for row in value)}
        for key, value in found.items()
        if isinstance(value, list)
    ]
    show_frame(pl.DataFrame(rows), ["field", "value"], form, output)


def _label(row: dict[str, object]) -> str:
    key = next(iter(row.values()))
    name = row.get("name_zh") or row.get("title_zh") or row.get("question_zh") or row.get("relation") or ""
    return f"{key} {name}".strip()
