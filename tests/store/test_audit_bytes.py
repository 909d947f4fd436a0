"""Tables as a workbook for readers: what is written comes back, text stays text, the same bytes."""

from __future__ import annotations

import polars as pl

from dafeng.grids import read_grids
from dafeng.store.audit_bytes import TableSheet, table_sheets_bytes
from dafeng.table import Table, column


class Seen(Table):
    """A table of the test."""

    severity: str = column(zh="严重程度", en="Severity")
    words: str = column(nullable=True, zh="说明", en="Words")
    value: float = column(unit="1", nullable=True, zh="数值", en="Value")
    done: bool = column(zh="完成", en="Done")


FRAME = pl.DataFrame(
    {"severity": ["error", "note"], "words": ["=1+1", None], "value": [None, 2.5], "done": [True, False]}
)


def test_cells_come_back_and_formulas_stay_text() -> None:
    raw = table_sheets_bytes([TableSheet("一", FRAME, Seen), TableSheet("空", FRAME.clear(), Seen, {"done"})])
    one, empty = read_grids(raw, "x.xlsx")
    assert one.rows[0] == ("严重程度", "说明", "数值", "完成")
    assert one.rows[2:] == (("error", "=1+1", None, "是 yes"), ("note", None, 2.5, "否 no"))
    assert empty.rows == (("严重程度", "说明", "数值"), ("Severity", "Words", "Value"))


def test_the_same_tables_give_the_same_bytes() -> None:
    sheets = [TableSheet("一", FRAME, Seen)]
    assert table_sheets_bytes(sheets) == table_sheets_bytes(sheets)
