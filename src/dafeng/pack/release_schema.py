"""Which class the tables and files of a run have: the contract of ``releases.csv``."""

from __future__ import annotations

from dafeng.pack.columns import chinese_column, english_column
from dafeng.table import Table, column


class Releases(Table):
    """Class and circle of readers of tables and files; a pack states what differs from the general list."""

    pattern: str = column(key=True, zh="表或文件（可用 *）", en="Table or file (* as a wildcard)")
    kind: str = column(vocabulary="release_class", zh="类别", en="Class")
    circle: str = column(
        form="list", vocabulary="access_role", nullable=True, zh="知悉范围（角色；空为不限）",
        en="Circle of readers (roles; empty: any)",
    )  # fmt: skip
    region_by: str = column(
        nullable=True,
        zh="按此列的地区限行（空为全省一份）",
        en="Column whose region limits rows (empty: none)",
    )
    own_by: str = column(
        nullable=True, zh="按此列的来源，自测数按内部处理", en="Column of sources: own estimates are internal"
    )
    basis_zh: str = chinese_column("依据", "Basis")
    basis_en: str = english_column("依据", "Basis")


RELEASE_TABLES: dict[str, type[Table]] = {"releases": Releases}
"""File name without ``.csv`` -> contract."""
