"""What a page of the report is: an id, a title, the tables that it needs, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.report.context import ReportContext


@dataclass(frozen=True)
class Page:
    """One section of the report, registered in a file of its own under :mod:`dafeng.report.pages`.

    Parameters
    ----------
    id : str
        Anchor in the page; ASCII.
    title_zh, title_en : str
        Heading and entry of the navigation.
    needs : tuple of str
        Ids of the tables without which the section says “not computed”.
    render : callable
        Takes the context, returns the inner HTML of the section.
    part : str
        Slow part of the main job that makes its tables; empty for the usual run.
    """

    id: str
    title_zh: str
    title_en: str
    needs: tuple[str, ...]
    render: Callable[[ReportContext], str]
    part: str = ""
