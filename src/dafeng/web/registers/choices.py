"""Templates with drop-downs: an option holds plain text, so that it is written in the visitor's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.web.drawing import draw as draw_template

if TYPE_CHECKING:
    from dafeng.errors import Language
    from dafeng.web.page import Asking

_OPTION = re.compile(r"(<option[^>]*>)(.*?)(</option>)", re.DOTALL)
_PAIR = re.compile(
    r'<span class="zh" lang="zh-Hans">(.*?)</span><span class="en" lang="en">(.*?)</span>', re.DOTALL
)


def draw(template: str, *, asking: Asking, **values: object) -> Markup:
    """Return a template filled with values; options of drop-downs in the language of the visitor."""
    html = str(draw_template(template, asking=asking, **values))
    made = _OPTION.sub(lambda hit: hit[1] + speak(hit[2], asking.language) + hit[3], html)
    return Markup(made)  # noqa: S704 - drawn with autoescape; one language of two is taken


def speak(html: str, language: Language) -> str:
    """Return a text in two languages in one of them."""
    return _PAIR.sub(r"\1" if language == "zh" else r"\2", html)
