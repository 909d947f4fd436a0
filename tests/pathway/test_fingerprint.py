"""A model has one fingerprint in every process, and any change changes it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from dafeng.pathway.fingerprint import fingerprint
from dafeng.scenario import Scope

from .made_simulator import MadeSimulator


def test_every_part_counts() -> None:
    model = MadeSimulator()
    frame = pl.DataFrame({"a": [1.0, None]})
    values = [
        model, replace(model, height=100.0000001), replace(model, years=np.arange(2022, 2060)), Scope(),
        Scope(gases="all"), frame, frame.fill_null(0.0), np.zeros(2), np.zeros(2, dtype=np.float32),
        np.zeros((2, 1)), (1, 2), [1, 2], (1, (2,)), ("1", 2), ("12",), None, "", True, 1, 1.0, {1: 2},
        {1, 2},
    ]  # fmt: skip
    prints = [fingerprint(value) for value in values]
    assert len(set(prints)) == len(prints)
    assert prints[0] == fingerprint(MadeSimulator())


def test_a_fortran_array_is_the_same_array() -> None:
    grid = np.arange(6.0).reshape(2, 3)
    assert fingerprint(np.asfortranarray(grid)) == fingerprint(grid)
    assert fingerprint(grid.T) != fingerprint(grid)


def test_what_cannot_be_told_apart_is_a_defect() -> None:
    with pytest.raises(TypeError):
        fingerprint({"rule": lambda value: value})
    assert fingerprint(np.sum) != fingerprint(np.mean)


def test_the_seed_of_hashes_does_not_count() -> None:
    code = (
        "from dafeng.pathway.fingerprint import fingerprint\n"
        "print(fingerprint({'a': frozenset('abcdef'), 'b': {'x', 'y', 'z'}}))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1
