"""What several test folders share: the data outside the project and the two packs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dafeng.pack import read_pack

if TYPE_CHECKING:
    from dafeng.pack import Pack

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of the data outside the project; skip where there is none."""
    named = os.environ.get("DAFENG_TEST_DATA")
    folder = Path(named) if named else TESTS.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set DAFENG_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny_pack() -> Path:
    """Return the folder of the second province, whose figures are all invented."""
    return TESTS / "packs" / "tiny"


@pytest.fixture(scope="session")
def shanxi() -> Pack:
    """Return the built-in pack, read once."""
    return read_pack("shanxi")
