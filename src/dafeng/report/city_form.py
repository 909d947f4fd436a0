"""The form in which cities report their energy use, as a workbook with notes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from dafeng.table import Table, columns_of

if TYPE_CHECKING:
    import polars as pl

NOTES = (
    ("value", "空着＝未报（该市不出合计）；没有用量填 0",
     "empty = not reported (the city gets no total); write 0 for none"),
    ("above_scale_industry", "规模以上工业终端消费，不含电厂、供热和其他加工转换投入",
     "final use of industry above size, without inputs of plants and other transformation"),
    ("all_use", "全社会油、气消费，不含电厂和供热投入",
     "oil and gas of the whole city without inputs of plants"),
    ("bulk_coal", "居民、服务业、农业等分散用煤", "coal of households, services, agriculture"),
    ("raw_material_use", "用作原料、材料的部分，从消费中扣除", "part used as raw material, taken off"),
    ("source_id, grade", "每行必填：来源和证据等级 A/B/C", "needed in every row: source and grade A/B/C"),
)  # fmt: skip
"""What the reporter must know, Chinese and English."""


def draw_city_form(draft: pl.DataFrame, contract: type[Table]) -> bytes:
    """Return an XLSX workbook: the empty table on the first sheet, the meaning of its fields on the second.

    Parameters
    ----------
    draft : polars.DataFrame
        Rows to be filled in.
    contract : type of Table
        Names the columns in words.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    data, notes = book.add_worksheet("city_energy"), book.add_worksheet("说明 notes")
    data.write_row(0, 0, draft.columns, book.add_format({"bold": True}))
    for place, row in enumerate(draft.iter_rows(), 1):
        data.write_row(place, 0, ["" if value is None else value for value in row])
    data.freeze_panes(1, 0)
    data.set_column(0, len(draft.columns) - 1, 18)
    for place, spec in enumerate(columns_of(contract)):
        notes.write_row(place, 0, [spec.name, spec.zh, spec.en])
    for place, line in enumerate(NOTES, len(draft.columns) + 1):
        notes.write_row(place, 0, line)
    book.close()
    return stream.getvalue()
