"""An official document as parts: what it says, in order; how it looks is the business of the report.

A draft carries no number, no date of issue and no seal: those places stay open until a person issues it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.errors import Language

ParagraphKind = Literal["heading", "subheading", "body", "note"]
"""First and second heading, running text, a remark in small type."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph.

    Parameters
    ----------
    text : str
        What it says; no markup.
    kind : ParagraphKind
        How it is set.
    """

    text: str
    kind: ParagraphKind = "body"


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """One table of texts.

    Parameters
    ----------
    title : str
        Caption.
    header : tuple of str
        Names of the columns.
    rows : tuple of tuple of str
        Cells; every row as long as the header.
    widths : tuple of float
        Relative widths of the columns; empty for equal ones. [1]
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()


FigureKind = Literal["lines", "bars"]
"""How a figure is drawn: lines over labels in order, or bars beside each other."""
OfficialForm = Literal["plain", "document", "letter", "minutes"]
"""Without a masthead, or one of the forms of GB/T 9704-2012: 公文, 信函, 纪要."""


@dataclass(frozen=True, slots=True)
class DocumentFigure:
    """One chart.

    Parameters
    ----------
    title : str
        Caption.
    kind : {"lines", "bars"}
        How it is drawn.
    unit : str
        Unit of the values in words, at the axis.
    labels : tuple of str
        Places along the axis.
    series : tuple of (str, tuple of float or None)
        Name -> a value for each label; None leaves a gap.
    """

    title: str
    kind: FigureKind
    unit: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]


Part = Paragraph | DocumentTable | DocumentFigure


@dataclass(frozen=True, slots=True)
class Attachment:
    """What follows the document on pages of its own."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """An official document or its draft.

    Parameters
    ----------
    kind : str
        What it is (``reminder``, ``circular``, ``closeout``, …); for programs.
    title : str
        Title in full.
    language : {"zh", "en"}
        Language of all its texts.
    parts : tuple of Paragraph, DocumentTable or DocumentFigure
        The text, in order.
    number, signer, date : str
        Number, issuing body, date of issue; a draft has placeholders here.
    addressee : str
        To whom, without the colon; empty for a report.
    attachments : tuple of Attachment
        Listed after the text, printed on pages of their own.
    copy_to : tuple of str
        Copy list.
    is_draft : bool
        Every page says so.
    form : {"plain", "document", "letter", "minutes"}
        Form of GB/T 9704-2012.
    masthead : str
        Name above the first page (发文机关标志, 纪要标志); only where the form has one.
    attendance : tuple of (str, str)
        Minutes: label and names (出席, 请假, 列席).
    printed : str
        Who printed it and when (版记); only where the form has it.
    """

    kind: str
    title: str
    language: Language
    parts: tuple[Part, ...]
    number: str = ""
    addressee: str = ""
    signer: str = ""
    date: str = ""
    attachments: tuple[Attachment, ...] = ()
    copy_to: tuple[str, ...] = ()
    is_draft: bool = True
    form: OfficialForm = "plain"
    masthead: str = ""
    attendance: tuple[tuple[str, str], ...] = ()
    printed: str = ""

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Paragraphs of the text, without the attachments."""
        return tuple(part for part in self.parts if isinstance(part, Paragraph))

    @property
    def tables(self) -> tuple[DocumentTable, ...]:
        """Tables of the text and of the attachments, in order."""
        return tuple(part for part in self._every_part() if isinstance(part, DocumentTable))

    @property
    def figures(self) -> tuple[DocumentFigure, ...]:
        """Charts of the text and of the attachments, in order."""
        return tuple(part for part in self._every_part() if isinstance(part, DocumentFigure))

    def _every_part(self) -> list[Part]:
        return [*self.parts, *(part for attached in self.attachments for part in attached.parts)]

    def texts(self) -> Iterator[str]:
        """Yield every text of the document, attachments included."""
        yield from (self.masthead, self.title, self.number, self.addressee)
        yield from _texts_of(self.parts)
        for attached in self.attachments:
            yield attached.title
            yield from _texts_of(attached.parts)
        yield from (self.signer, self.date, *self.copy_to, self.printed)
        for label, names in self.attendance:
            yield from (label, names)

    def count_characters(self) -> int:
        """Return how long the text is: title, addressee, paragraphs and tables without blanks. [1]

        Attachments are not counted; a letter, digit or mark counts one, as a Han character does.
        """
        return sum(
            len("".join(text.split())) for text in (self.title, self.addressee, *_texts_of(self.parts))
        )


def _texts_of(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Paragraph):
            yield part.text
        elif isinstance(part, DocumentFigure):
            yield from (part.title, part.unit, *part.labels, *(name for name, _ in part.series))
        else:
            yield part.title
            yield from part.header
            for row in part.rows:
                yield from row
