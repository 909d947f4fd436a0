"""``dafeng document``: yearly report, quarterly review, sheets and inventory report as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.notice import DocumentLanguage
from dafeng.cli.options import PackOption
from dafeng.cli.output import language
from dafeng.cli.register_options import ActorOption, DatabaseOption
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.portal import Portal

app = typer.Typer(
    no_args_is_help=True,
    help="报告、通报和情况表：系统起草，由人签发 / reports, reviews, sheets: people issue them",
)
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(help="结果文件夹，缺省同 dafeng run / folder of the results; default: that of dafeng run"),
]


class DocumentKindName(StrEnum):
    """What a document is."""

    yearly = "yearly"
    quarterly = "quarterly"
    city = "city"
    department = "department"
    inventory = "inventory"


class OfficialFormName(StrEnum):
    """Form of GB/T 9704-2012."""

    document = "document"
    letter = "letter"
    minutes = "minutes"
    plain = "plain"


KindArgument = Annotated[
    DocumentKindName,
    typer.Argument(
        help="yearly 年度评估、quarterly 季度通报、city 市、department 部门、inventory 清单 / what to make"
    ),
]


@app.command("make")
def make_command(
    kind: KindArgument,
    output: Annotated[
        Path, typer.Option(help="文件 .docx、.pdf、.html、.md 或 .xlsx / file; its suffix is the form")
    ],
    period: Annotated[
        str,
        typer.Option(help="报告期：2025 或 2026-Q3；缺省为最近结束的一期 / period; default: the last one"),
    ] = "",
    subject: Annotated[str, typer.Option(help="市代码或部门编号 / code of the city or id of the body")] = "",
    official: Annotated[
        OfficialFormName | None,
        typer.Option(
            "--form", help="公文、信函、纪要或不套版式 / document, letter, minutes (GB/T 9704) or plain"
        ),
    ] = None,
    written: Annotated[
        DocumentLanguage, typer.Option("--language", help="文件语言 / language of the document")
    ] = DocumentLanguage.zh,
    workspace: WorkspaceOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """由计算结果和台账生成文件 / make a document from the results and the registers."""
    from dafeng.app.documents import DocumentWish, make_document
    from dafeng.store.atomic import write_bytes_atomically

    wish = DocumentWish(
        kind.value, period, subject, output.suffix.lower().removeprefix("."), written.value,
        official.value if official else "",
    )  # fmt: skip
    with _open(workspace, pack, database, actor) as portal:
        made = make_document(portal, portal.public, wish)
    write_bytes_atomically(output, made.raw)
    typer.echo(f"{made.title} → {output}")


@app.command("list")
def list_command(
    workspace: WorkspaceOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """列出可生成的文件和对象 / list the documents that can be made, and their subjects."""
    from dafeng.app.documents import default_period, list_kinds, list_subjects

    with _open(workspace, pack, database, actor) as portal:
        for kind in list_kinds(portal, portal.public):
            typer.echo(f"{kind}  {default_period(portal, kind)}")
            for code, names in list_subjects(portal, portal.public, kind).items():
                typer.echo(f"  {code}  {names[language()]}")


def _open(workspace: Path | None, pack: str | None, database: str | None, actor: str | None) -> Portal:
    """Return results and registers in the name of who sits at this machine."""
    from dafeng.app.portal import Portal, PortalRequest
    from dafeng.app.portal_data import PortalData
    from dafeng.app.register_book import make_request, open_book

    settings = read_settings()
    book = open_book(make_request(pack, database, actor, reads=True))
    request = PortalRequest(workspace or Path(settings.out), pack, database)
    return Portal(request, settings, book, PortalData(request.workspace, book.pack))
