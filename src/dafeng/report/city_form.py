"""The form in which cities report their energy use, as a workbook with notes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from dafeng.table import Table, columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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


FIGURE_NOTES = (
    ("value", "空着＝未报（该市不分解，不作估算）",
     "empty = not reported (the city gets no number, nothing is imputed)"),
    ("gdp_constant, gdp_current", "填一种即可；不变价须写 price_base_year",
     "one of them is enough; constant prices need price_base_year"),
    ("gdp_growth", "基年之后逐年增速（实际或计划），百分数，不变价",
     "growth of every year after the base year, real or planned, in percent, constant prices"),
    ("energy_total, co2_total", "分解哪个量填哪个；单位可用万吨标准煤、吨标准煤、万吨、吨、Mt",
     "the one that is split; units: 10^4 tce, tce, 10^4 t, t, Mt"),
    ("population, fiscal_revenue, secondary_share, coal_share", "只有指数法需要；比重为百分数",
     "only the index needs them; shares in percent"),
    ("全省 / province", "全省一行给出总量和增速；没有则取各市合计和按生产总值加权的增速",
     "row of the province: total and growth; else the sum of the cities and growth weighted by GDP"),
    ("grade", "有数值即须填证据等级 A/B/C", "evidence grade A/B/C wherever there is a value"),
)  # fmt: skip
"""What whoever fills in the figures of the cities must know, Chinese and English."""


def draw_city_form(
    draft: pl.DataFrame,
    contract: type[Table],
    *,
    sheet: str = "city_energy",
    lines: Sequence[tuple[str, str, str]] = NOTES,
) -> bytes:
    """Return an XLSX workbook: the empty table on the first sheet, the meaning of its fields on the second.

    Parameters
    ----------
    draft : polars.DataFrame
        Rows to be filled in.
    contract : type of Table
        Names the columns in words.
    sheet : str
        Name of the first sheet.
    lines : sequence of (str, str, str)
        What the notes say beside the names: column, Chinese, English.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    data, notes = book.add_worksheet(sheet), book.add_worksheet("说明 notes")
    data.write_row(0, 0, draft.columns, book.add_format({"bold": True}))
    for place, row in enumerate(draft.iter_rows(), 1):
        data.write_row(place, 0, ["" if value is None else value for value in row])
    data.freeze_panes(1, 0)
    data.set_column(0, len(draft.columns) - 1, 18)
    for place, spec in enumerate(columns_of(contract)):
        notes.write_row(place, 0, [spec.name, spec.zh, spec.en])
    for place, line in enumerate(lines, len(draft.columns) + 1):
        notes.write_row(place, 0, line)
    book.close()
    return stream.getvalue()
