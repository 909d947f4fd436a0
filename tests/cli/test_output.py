"""Tables of the terminal: ids and dates stay on one line, figures keep the digits that are asked for."""

from __future__ import annotations

import polars as pl
import pytest

from dafeng.cli import output


def test_ids_and_dates_stay_whole_at_100_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "WIDTH", 100)
    long = "A rather long text that has to give way to what cannot be broken"
    row = {"no": "C2.1.2-energy_bureau", "due": "2025-12-31"} | {f"text{n}": long for n in range(5)}
    told = output.draw_table(pl.DataFrame([row]))
    assert "C2.1.2-energy_bureau" in told
    assert "2025-12-31" in told
    assert max(len(line) for line in told.splitlines()) <= 100


@pytest.mark.parametrize(("digits", "told"), [(6, "1.23457e+07"), (12, "12345678.5")])
def test_figures_keep_the_digits_that_are_asked_for(digits: int, told: str) -> None:
    assert told in output.draw_table(pl.DataFrame({"value": [12345678.5]}), digits)
