"""Official documents as a page of HTML or as Markdown, and the measures of their printed form.

Measures follow GB/T 9704-2012: page core of 156 mm by 225 mm on A4, 37 mm above it and 28 mm left of it,
22 lines of 28 characters; text in FangSong of size 3 (16 pt), title in XiaoBiaoSong of size 2 (22 pt), first
headings in HeiTi, second ones in KaiTi, the copy list in size 4 (14 pt).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.document import DocumentFigure, DocumentTable, Paragraph
from dafeng.errors import InputRefused
from dafeng.report.figures import number, unit_pair
from dafeng.report.font import FAMILY, font_face
from dafeng.report.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.document import OfficialDocument, Part
    from dafeng.errors import Language

PAGE_MM = (210.0, 297.0)
"""A4: width, height. [mm]"""
CORE_MM = (156.0, 225.0)
"""Page core: width, height. [mm]"""
TOP_MM, LEFT_MM = 37.0, 28.0
"""White above and left of the core. [mm]"""
LINES, CHARACTERS = 22, 28
"""Lines of a page, characters of a line. [1]"""
TITLE_PT, BODY_PT, SMALL_PT, TABLE_PT = 22.0, 16.0, 14.0, 10.5
"""Sizes 2, 3, 4 and 5. [pt]"""
FONTS = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "宋体"),
    "heading": ("黑体", "SimHei", "Noto Sans CJK SC"),
    "subheading": ("楷体_GB2312", "KaiTi_GB2312", "楷体"),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "仿宋"),
    "page": ("宋体", "SimSun", "Noto Serif CJK SC"),
}
"""Role -> font by name, then its substitutes in order; no font file is shipped."""
LATIN_FONT = "Times New Roman"
CIRCULAR_CHARACTERS = 4000
"""A circular is at most this long. [1]"""


def say_quantity(value: float | None, unit: str | None, language: Language) -> str:
    """Return a number with its unit as a document writes it; an empty text for a missing number.

    Examples
    --------
    >>> say_quantity(7880.8, "10^4 kW", "zh"), say_quantity(12.0, "%", "en")
    ('7,880.8万千瓦', '12%')
    """
    text = number(value)
    if not text:
        return ""
    words = unit_pair(unit)[language]
    gap = "" if language == "zh" or words == "%" or not words else " "
    return f"{text}{gap}{words}"


def check_length(document: OfficialDocument, limit: int = CIRCULAR_CHARACTERS) -> int:
    """Return how many characters a document has.

    Raises
    ------
    InputRefused
        ``document_too_long`` if it has more than the limit.
    """
    count = document.count_characters()
    if count > limit:
        raise InputRefused.of("document_too_long", title=document.title, count=count, limit=limit)
    return count


def draft_mark(language: Language) -> str:
    """Return what a draft says on every page."""
    return plain("official.draft", language)


def closing_lines(document: OfficialDocument) -> tuple[str, ...]:
    """Return the list of attachments, one line each, as it stands after the text."""
    titles = [attached.title for attached in document.attachments]
    if not titles:
        return ()
    head = plain("official.attachments", document.language)
    if len(titles) == 1:
        return (f"{head}{titles[0]}",)
    return (f"{head}1. {titles[0]}", *(f"{place}. {title}" for place, title in enumerate(titles[1:], 2)))


def copy_line(document: OfficialDocument) -> str:
    """Return the copy list as one line; empty without one."""
    if not document.copy_to:
        return ""
    between = "，" if document.language == "zh" else ", "
    return plain("official.copy_to", document.language) + between.join(document.copy_to)


def balance_title(document: OfficialDocument) -> str:
    """Return the title with line breaks, so that a long Chinese one has lines of about equal length."""
    title, room = document.title, int(CORE_MM[0] / 25.4 * 72 / TITLE_PT)
    if document.language != "zh" or len(title) <= room:
        return title
    lines = -(-len(title) // room)
    cuts = [round(len(title) * place / lines) for place in range(lines + 1)]
    return "\n".join(title[start:stop] for start, stop in pairwise(cuts))


def addressee_line(document: OfficialDocument) -> str:
    """Return the addressee with its colon; empty without one."""
    return document.addressee + ("：" if document.language == "zh" else ":") if document.addressee else ""


def write_official_html(document: OfficialDocument) -> str:
    """Return a document as one self-contained page of HTML."""
    mark = (
        Markup('<p class="draft">{}</p>').format(draft_mark(document.language)) if document.is_draft else ""
    )
    body = [
        mark,
        _element("p", f"masthead {document.form}", document.masthead),
        _element("p", "number", document.number),
        Markup("<h1>{}</h1>").format(document.title),
        _element("p", "addressee", addressee_line(document)),
        *_html_parts(document.parts),
        *(_element("p", "note", line) for line in closing_lines(document)),
        _element("p", "signer", document.signer),
        _element("p", "signer", document.date),
        *(_element("p", "note", f"{label}{names}") for label, names in document.attendance),
        _element("p", "copy", copy_line(document)),
        _element("p", "copy", document.printed),
    ]
    for place, attached in enumerate(document.attachments, 1):
        heading = plain("official.attachment", document.language, number=place)
        body += [
            Markup('<section class="attached"><p class="number">{}</p><h2 class="title">{}</h2>').format(
                heading, attached.title
            ),
            *_html_parts(attached.parts),
            Markup("</section>"),
        ]
    language = "zh-Hans" if document.language == "zh" else "en"
    return str(
        Markup(
            '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
            "<style>{}</style></head>\n<body><main>\n{}\n</main></body></html>\n"
        ).format(language, document.title, Markup(_style()), Markup("\n").join(b for b in body if b))  # noqa: S704
    )


def embed_font(page: str) -> str:
    """Return a page of HTML with the glyphs that it needs, for machines without a Chinese font."""
    return page.replace("<style>", f"<style>{font_face(page)}", 1)


def write_official_markdown(document: OfficialDocument) -> str:
    """Return a document as Markdown."""
    lines = [f"**{draft_mark(document.language)}**"] if document.is_draft else []
    lines += [document.masthead, document.number, f"# {document.title}", addressee_line(document)]
    lines += _markdown_parts(document.parts, 2)
    lines += [*closing_lines(document), document.signer, document.date]
    lines += [f"{label}{names}" for label, names in document.attendance]
    lines += [copy_line(document), document.printed]
    for place, attached in enumerate(document.attachments, 1):
        heading = plain("official.attachment", document.language, number=place)
        lines += [f"## {heading} {attached.title}", *_markdown_parts(attached.parts, 3)]
    return "\n\n".join(line for line in lines if line) + "\n"


def _element(tag: str, name: str, text: str) -> Markup:
    opened = Markup('<{0} class="{1}">{2}</{0}>')
    return opened.format(tag, name, text) if text else Markup("")


def _html_parts(parts: Iterable[Part]) -> list[Markup]:
    drawn = {Paragraph: _html_paragraph, DocumentTable: _html_table, DocumentFigure: _html_figure}
    return [drawn[type(part)](part) for part in parts]  # type: ignore[operator]


def _html_paragraph(paragraph: Paragraph) -> Markup:
    tag = {"heading": "h2", "subheading": "h3"}.get(paragraph.kind, "p")
    return _element(tag, paragraph.kind, paragraph.text)


def _html_table(table: DocumentTable) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in table.header)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in table.rows
    )
    caption = Markup("<caption>{}</caption>").format(table.title) if table.title else ""
    return Markup(
        '<div class="wide"><table>{}<thead><tr>{}</tr></thead>\n<tbody>{}</tbody></table></div>'
    ).format(caption, head, rows)


def _html_figure(figure: DocumentFigure) -> Markup:
    """Return a chart as a picture within the page, with its numbers as a table for who cannot see it."""
    from base64 import b64encode  # noqa: PLC0415 - only documents with charts

    from dafeng.report.document_chart import draw_chart  # noqa: PLC0415 - matplotlib

    picture = b64encode(draw_chart(figure)).decode("ascii")
    return Markup(
        '<figure><img alt="{}" src="data:image/png;base64,{}"><figcaption>{}</figcaption></figure>'
    ).format(figure.title, picture, figure.title)


def tabulate_figure(figure: DocumentFigure, language: Language) -> DocumentTable:
    """Return the numbers of a chart as a table: its labels down, its series across."""
    unit = figure.unit
    header = (
        "",
        *(f"{name}（{unit}）" if language == "zh" else f"{name} [{unit}]" for name, _ in figure.series),
    )
    rows = tuple(
        (label, *(number(values[place], 2) or "—" for _, values in figure.series))
        for place, label in enumerate(figure.labels)
    )
    return DocumentTable(figure.title, header, rows)


def _markdown_parts(parts: Iterable[Part], level: int) -> list[str]:
    lines = []
    for given in parts:
        part = tabulate_figure(given, "zh") if isinstance(given, DocumentFigure) else given
        if isinstance(part, DocumentTable):
            rows = [part.header, ("---",) * len(part.header), *part.rows]
            cells = ["| " + " | ".join(_markdown_cell(cell) for cell in row) + " |" for row in rows]
            lines += [f"**{part.title}**"] if part.title else []
            lines.append("\n".join(cells))
        elif part.kind in {"heading", "subheading"}:
            lines.append("#" * (level + (part.kind == "subheading")) + f" {part.text}")
        else:
            lines.append(part.text)
    return lines


def _markdown_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _families(role: str) -> str:
    return ",".join(f'"{name}"' for name in (*FONTS[role], FAMILY)) + ",serif"


def _style() -> str:
    pitch = CORE_MM[1] / LINES
    return (
        f"@page{{size:A4;margin:{TOP_MM:g}mm {PAGE_MM[0] - CORE_MM[0] - LEFT_MM:g}mm "
        f"{PAGE_MM[1] - CORE_MM[1] - TOP_MM:g}mm {LEFT_MM:g}mm}}"
        f"body{{margin:0;background:#fff;color:#000;font:{BODY_PT:g}pt/{pitch:.2f}mm {_families('body')}}}"
        f"main{{max-width:{CORE_MM[0]:g}mm;margin:2rem auto;padding:0 1rem}}p{{margin:0}}"
        ".body,.note{text-indent:2em;overflow-wrap:anywhere}.draft{color:#b00020;border:1px solid;"
        f"display:inline-block;padding:0 .5em;font-family:{_families('heading')}}}"
        ".number{text-align:center}figure{margin:1em 0;text-align:center;break-inside:avoid}"
        f"img{{max-width:100%}}figcaption{{font-size:{SMALL_PT:g}pt;font-family:{_families('heading')}}}"
        f".masthead{{color:#c00;text-align:center;font:32pt/1.4 {_families('title')};padding-bottom:4mm}}"
        ".masthead.letter{border-bottom:4px double #c00}"
        ".masthead.document~.number,.masthead.minutes~.number{border-bottom:2px solid #c00}"
        f"h1,h2.title{{font:{TITLE_PT:g}pt/1.5 {_families('title')};text-align:center;margin:1em 0}}"
        f"h2.heading{{font:inherit;font-family:{_families('heading')};text-indent:2em;margin:0}}"
        f"h3.subheading{{font:inherit;font-family:{_families('subheading')};text-indent:2em;margin:0}}"
        ".signer{text-align:right;padding-right:4em}"
        f".copy{{font-size:{SMALL_PT:g}pt;border-top:1px solid;border-bottom:1px solid;margin-top:1em}}"
        ".wide{overflow-x:auto;margin:.5em 0}table{border-collapse:collapse;width:100%;"
        f"font-size:{TABLE_PT:g}pt;line-height:1.4}}th,td{{border:1px solid #000;padding:.15em .4em;"
        "text-align:left;vertical-align:top}.attached{break-before:page}"
        "@media print{main{margin:0;padding:0}.wide{overflow:visible}}"
    )
