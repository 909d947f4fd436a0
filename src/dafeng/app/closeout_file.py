"""``dafeng closeout``: the close-out of a plan period as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.document_file import check_suffix, make_wording, write_document
from dafeng.app.run_tables import gather_facts
from dafeng.cities.closeout import OutcomeCount, PlanPeriod, count_outcomes, list_due
from dafeng.cities.closeout_document import compose_closeout
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from dafeng.errors import Language

_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})")


@dataclass(frozen=True, slots=True)
class CloseoutRequest:
    """What to close out.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    output : Path
        ``.docx``, ``.html`` or ``.md``.
    years : str
        ``2021-2025``.
    as_of : date, optional
        Day of the results.
    run_folder : Path, optional
        Output folder of ``dafeng run``; without it the tables are computed.
    language : {"zh", "en"}
        Language of the document.
    """

    pack: str
    output: Path
    years: str
    as_of: date | None = None
    run_folder: Path | None = None
    language: Language = "zh"


def parse_years(text: str) -> PlanPeriod:
    """Return a period written as 2021-2025.

    Raises
    ------
    InputRefused
        ``plan_years_invalid``.
    """
    match = _YEARS.fullmatch(text.strip())
    if match is None or not 1990 <= int(match[1]) <= int(match[2]) <= 2100:
        raise InputRefused.of("plan_years_invalid", value=text)
    return PlanPeriod(int(match[1]), int(match[2]))


def make_closeout(request: CloseoutRequest) -> OutcomeCount:
    """Write the close-out and return how the targets of the period came out.

    Raises
    ------
    InputRefused
        ``plan_years_invalid``, ``closeout_too_early``, ``document_form_unknown``, or as
        :func:`~dafeng.app.run_tables.gather_facts`.
    """
    check_suffix(request.output)
    period = parse_years(request.years)
    gathered = gather_facts(request.pack, request.as_of, request.run_folder)
    facts, document_id = gathered.facts, gathered.pack.config.pack.plan_document
    if facts.as_of.year <= period.last:
        raise InputRefused.of("closeout_too_early", years=request.years, day=facts.as_of)
    wording = make_wording(request.language)
    write_document(compose_closeout(facts, period, wording, plan_document=document_id), request.output)
    return count_outcomes(request.years, list_due(facts, period))
