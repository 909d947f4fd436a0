"""Sphinx settings: MyST pages, numpydoc API, MathML formulas; nothing is fetched from the network."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math import latex2mathml

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

from generate import write_pages  # noqa: E402

from dafeng.version import __version__  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "dafeng"
author = "The dafeng founders"
copyright = "2026, The dafeng founders"  # noqa: A001 - the name is Sphinx's
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "exclude-members": "Config"}
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"dafeng {__version__}"
html_copy_source = False
html_static_path = ["static", "../src/dafeng/report/assets/noto-sans-sc-subset.woff2"]
html_css_files = ["docs.css"]
FONTS = {
    "font-stack": '"Dafeng CJK", -apple-system, "Segoe UI", Helvetica, Arial, sans-serif',
    "font-stack--monospace": '"Dafeng CJK", SFMono-Regular, Menlo, Consolas, monospace',
}
html_theme_options = {"light_css_variables": FONTS}
html_math_renderer = "mathml"

BARS = re.compile(r"\|([^|\s][^|`]*[^|\s])\|")


def visit_inline_math(writer: Any, node: nodes.math) -> None:
    """Write an inline formula as MathML, which browsers draw by themselves."""
    writer.body.append(latex2mathml.tex2mathml(node.astext()))
    raise nodes.SkipNode


def visit_block_math(writer: Any, node: nodes.math_block) -> None:
    """Write a displayed formula as MathML."""
    writer.body.append(f'<div class="formula">{latex2mathml.tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def generate_reference(app: Sphinx) -> None:
    """Write the reference pages before Sphinx looks for its sources."""
    write_pages(Path(app.srcdir) / "reference" / "generated")


def escape_bars(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Escape absolute values such as |a - b| in running text: Sphinx would look for a substitution."""
    lines[:] = [line if "\\" in line else BARS.sub(r"\\|\1\\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Register the formula writer and the reference generator."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_inline_math, None), block_renderers=(visit_block_math, None)
    )
    app.connect("builder-inited", generate_reference)
    app.connect("autodoc-process-docstring", escape_bars)
