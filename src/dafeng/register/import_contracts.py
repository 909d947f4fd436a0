"""Contract of the preview of an import."""

from __future__ import annotations

from dafeng.table import Table, column


class ImportPreview(Table):
    """What a file would do: one line a new, unchanged or refused row, one a field that changes."""

    register_id: str = column(zh="台账编号", en="Register")
    kind: str = column(vocabulary="import_kind", zh="处理", en="What happens")
    sheet: str = column(nullable=True, zh="工作表", en="Sheet")
    row: int = column(unit="1", zh="行号", en="Row")
    row_id: str = column(nullable=True, zh="行编号", en="Row id")
    key: str = column(zh="主键", en="Key")
    label: str = column(nullable=True, zh="名称", en="Name")
    field: str = column(nullable=True, zh="字段", en="Field")
    before: str = column(nullable=True, zh="原值", en="Before")
    after: str = column(nullable=True, zh="新值", en="After")
