"""PyPSA for the tests of the exchange; its import takes seconds and is paid once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dafeng.power.exchange.writing import keep_strings, load_pypsa

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def pypsa() -> Iterator[Any]:
    """Return PyPSA with the strings of its next version, so that it does not warn."""
    pytest.importorskip("pypsa")
    module = load_pypsa()
    with keep_strings(module):
        yield module
