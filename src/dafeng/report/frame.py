"""The frame of every page: style, font and scripts inside, and a policy that forbids everything else."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.drawing import asset, draw
from dafeng.report.font import font_face

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.errors import Language

REPORT_STYLES, REPORT_SCRIPTS = ("report.css",), ("echarts.min.js", "report.js")
"""Assets of the report and of the pages that show its charts."""


def draw_page(
    title: Mapping[str, str], body: str, software: str,
    styles: Sequence[str] = REPORT_STYLES, scripts: Sequence[str] = REPORT_SCRIPTS, language: Language = "zh",
) -> str:  # fmt: skip
    """Return a complete page with everything inside; the same for the same body.

    Parameters
    ----------
    title : mapping
        Language -> title.
    body : str
        Drawn with autoescape.
    software : str
        Version of the software.
    styles, scripts : sequence of str
        Names of our own assets.
    language : {"zh", "en"}
        In which the page opens; a button of the page may change it.
    """
    style = "".join(asset(name) for name in styles)
    inside = [Markup(asset(name)) for name in scripts]  # noqa: S704 - our own assets
    return draw(
        "page.html",
        title=title,
        language=language,
        software=software,
        policy=security_policy(inside),
        font=Markup(font_face(body + style + "".join(title.values()))),  # noqa: S704 - base64 only
        style=Markup(style),  # noqa: S704 - our own asset
        body=Markup(body),  # noqa: S704 - drawn with autoescape
        scripts=inside,
    )


def security_policy(scripts: list[Markup]) -> str:
    """Return the content security policy: no address at all, and only our own scripts by their hash."""
    hashes = []
    for script in scripts:
        digest = hashlib.sha256(f"\n{script}\n".encode()).digest()
        hashes.append(f"'sha256-{base64.b64encode(digest).decode('ascii')}'")
    parts = (
        "default-src 'none'", f"script-src {' '.join(hashes)}", "style-src 'unsafe-inline'", "font-src data:",
        "img-src data:", "base-uri 'none'", "form-action 'none'",
    )  # fmt: skip
    return "; ".join(parts)
