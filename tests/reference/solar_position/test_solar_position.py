"""The sun's position against the example that the Solar Position Algorithm prints."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from dafeng.power.profiles.solar import find_declination, find_zenith_cosine

ROWS = csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines())
PRINTED = {row["quantity"]: float(row["value"]) for row in ROWS}
MOMENT = np.array([(datetime(2003, 10, 17, 12, 30, 30) - datetime(2003, 1, 1)).total_seconds() / 3600])  # noqa: DTZ001 - local clock
TOLERANCE = 0.3


def test_zenith() -> None:
    cosine = find_zenith_cosine(MOMENT, 365, 39.742476, -105.1786, meridian_deg=-105.0)
    assert np.rad2deg(np.arccos(cosine[0])) == pytest.approx(PRINTED["zenith"], abs=TOLERANCE)


def test_declination() -> None:
    found = np.rad2deg(find_declination(2 * np.pi * MOMENT / 24 / 365))
    assert found[0] == pytest.approx(PRINTED["declination"], abs=TOLERANCE)
