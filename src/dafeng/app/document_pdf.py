"""A page of HTML printed as PDF by the Chromium of the machine; nothing is loaded from a network."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from dafeng.errors import InputRefused

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
"""Names under which a browser is looked for, in order."""
LONGEST_S = 90
"""How long printing may take. [s]"""


def find_browser() -> str | None:
    """Return the path of a browser that can print; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_pdf(page: Path) -> bytes:
    """Return a page as PDF.

    Parameters
    ----------
    page : Path
        A self-contained file of HTML of our own making.

    Raises
    ------
    InputRefused
        ``document_pdf_missing``: no browser; ``document_pdf_failed``: it made no file in time.
    """
    browser = find_browser()
    if browser is None:
        raise InputRefused.of("document_pdf_missing")
    with TemporaryDirectory(prefix="dafeng-pdf-", ignore_cleanup_errors=True) as folder:
        made = Path(folder) / "document.pdf"
        command = [
            browser, "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
            "--disable-background-networking", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={made}",
            *(["--no-sandbox"] if os.geteuid() == 0 else []), page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputRefused.of("document_pdf_failed", reason=type(error).__name__) from error
        if done.returncode != 0 or not made.is_file():
            raise InputRefused.of("document_pdf_failed", reason=f"exit {done.returncode}")
        return made.read_bytes()
