"""Contracts of tables that only the use cases of tracking make."""

from __future__ import annotations

from dafeng.table import Table, column


class PackCounts(Table):
    """How many targets of each pack have which verdict and which level of warning."""

    pack: str = column(key=True, zh="省包", en="Pack")
    region: str = column(zh="地区", en="Region")
    as_of: str = column(form="published", zh="截至", en="As of")
    kind: str = column(key=True, choices=("verdict", "warning_level"), zh="结论或等级", en="Verdict or level")
    code: str = column(key=True, zh="代码", en="Code")
    targets: int = column(unit="1", low=0, zh="目标数", en="Targets")
