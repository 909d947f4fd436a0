"""Reading monthly figures: what cannot have been known yet is refused at its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.errors import TableError
from dafeng.monthly.io import read_monthly

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "region,period,item,unit,value,known_on\n"


@pytest.mark.parametrize(("known_on", "refused"), [
    ("2024-05-31", True), ("2024-06-29", True), ("2024-06", False), ("2024-07-15", False), ("", False),
])  # fmt: skip
def test_a_figure_is_not_public_before_its_period_is_over(
    tmp_path: Path, known_on: str, refused: bool
) -> None:
    path = tmp_path / "monthly.csv"
    path.write_text(f"{HEADER}山西,2024-06 ytd,cement,10^4 t,2300,{known_on}\n", "utf-8")
    if not refused:
        assert read_monthly(path).frame["value"].to_list() == [2300.0]
        return
    with pytest.raises(TableError) as caught:
        read_monthly(path)
    (found,) = caught.value.findings
    assert (found.code, found.place.row, found.place.column) == ("figure_before_its_period", 2, "known_on")


def test_the_column_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "monthly.csv"
    path.write_text("region,period,item,unit,value\n山西,2024-06 ytd,cement,10^4 t,2300\n", "utf-8")
    assert read_monthly(path).frame["known_assumed"].to_list() == [True]
