"""Vendored files of the workbench are the ones whose hashes are written down."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path

from dafeng.web.assets import asset_url, find_asset

ASSETS = Path(str(files("dafeng.web"))) / "assets"


def test_hashes_and_licences() -> None:
    text = (ASSETS / "ASSETS.md").read_text("utf-8")
    listed = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", text, re.M)
    assert [name for name, _ in listed] == ["htmx.min.js"]
    for name, digest in listed:
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    assert (ASSETS / "htmx.LICENSE.txt").stat().st_size > 100


def test_only_assets_are_served() -> None:
    assert find_asset("ASSETS.md") is None
    assert find_asset("../pages/overview.py") is None
    assert asset_url("htmx.min.js").startswith("/assets/")
