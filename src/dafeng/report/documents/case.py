"""What a document is made of: tables that the reader may see, period, words."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.cities.wording import Wording
from dafeng.document import OfficialDocument
from dafeng.report.emission_view import view_emissions
from dafeng.report.official import say_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dafeng.cities.facts import Facts
    from dafeng.document import Attachment, OfficialForm, Part
    from dafeng.errors import Language
    from dafeng.register.tasks_period import ReportPeriod
    from dafeng.report.context import ReportContext
    from dafeng.report.emission_view import EmissionView

Row = dict[str, Any]
LEVELS = ("red", "amber", "green", "cannot_judge")


@cache
def document_words() -> dict[str, dict[str, str]]:
    """Return the templates of documents: key -> {zh, en}; they hold no figure."""
    text = files("dafeng.report.documents").joinpath("words.csv").read_text("utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class TaskTally:
    """Where the tasks of the register stand on the day, as far as the reader may see them.

    Parameters
    ----------
    counts : mapping
        ``tasks``, ``done``, ``under_way``, ``blocked``, ``overdue``: how many. [1]
    late : tuple of tuple of str
        Number, task, body and days overdue of the latest tasks, most overdue first.
    """

    counts: dict[str, int]
    late: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class DocumentCase:
    """What a document is made of.

    Parameters
    ----------
    context : ReportContext
        Tables that the reader may see.
    facts : Facts
        The same tables, keyed for documents.
    period : ReportPeriod
        What it reports on.
    language : {"zh", "en"}
        Language of the document.
    region, signer : str
        Names of the province and of the body that issues it.
    form : {"plain", "document", "letter", "minutes"}
        Form of GB/T 9704-2012.
    tasks : TaskTally, optional
        None: no register of tasks is kept, or none may be seen.
    """

    context: ReportContext
    facts: Facts
    period: ReportPeriod
    language: Language
    region: str
    signer: str
    form: OfficialForm = "document"
    tasks: TaskTally | None = None

    @cached_property
    def wording(self) -> Wording:
        """How numbers, days and goals are written."""
        return Wording(self.language, say_quantity)

    @cached_property
    def emissions(self) -> EmissionView:
        """Emissions of the province up to the year of the period. [Mt CO2]"""
        view = view_emissions(self.context)
        last = self.period.year
        cut = {
            name: {year: value for year, value in getattr(view, name).items() if year <= last}
            for name in ("combustion", "process", "total", "published")
        }
        return replace(view, years=tuple(year for year in view.years if year <= last), **cut)

    def say(self, key: str, **params: object) -> str:
        """Return a template with its places filled.

        Raises
        ------
        KeyError
            If there is no such template: a defect of ours.
        """
        return document_words()[key][self.language].format(**params)

    def header(self, *names: str) -> tuple[str, ...]:
        """Return the names of columns."""
        return tuple(self.say(f"column.{name}") for name in names)

    def term(self, vocabulary: str, code: str | None) -> str:
        """Return the name of a code; a dash for none."""
        return terms.name(vocabulary, code, self.language) if code else "—"

    def tally(self, vocabulary: str, codes: Iterable[str]) -> str:
        """Return how often each code occurs, in the order of the vocabulary."""
        counts = Counter(codes)
        return self.wording.listed(
            self.say("count.of", name=self.term(vocabulary, code), count=counts[code])
            for code in terms.entries(vocabulary) if counts[code]
        )  # fmt: skip

    def say_known(self) -> str:
        """Return as of when the results are known, and whether the period was over by then."""
        key = "known" if self.facts.as_of >= self.period.end else "known.early"
        return self.say(key, day=self.wording.day(self.facts.as_of), period=self.period.text(self.language))

    def document(
        self,
        kind: str,
        title: str,
        parts: Sequence[Part],
        attachments: Sequence[Attachment] = (),
        addressee: str = "",
    ) -> OfficialDocument:
        """Return a draft in the form that was asked for: number, date and copy list stay open."""
        heads = {
            "plain": "", "letter": self.signer, "document": self.say("masthead.document", office=self.signer),
            "minutes": self.say("masthead.minutes", office=self.signer),
        }  # fmt: skip
        present = ("present", "excused", "invited") if self.form == "minutes" else ()
        printed = self.form in {"document", "minutes"}
        return OfficialDocument(
            kind=kind, title=title, language=self.language, parts=tuple(parts),
            number="" if self.form == "plain" else self.say("number.open"), addressee=addressee,
            signer=self.signer, date=self.say("date.open"), attachments=tuple(attachments),
            copy_to=(self.say("copy.open"),) if self.form == "document" else (), form=self.form,
            masthead=heads[self.form],
            attendance=tuple((self.say(f"attendance.{name}"), self.say("names.open")) for name in present),
            printed=self.say("printed", office=self.signer) if printed else "",
        )  # fmt: skip
