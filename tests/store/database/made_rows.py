"""A register of twenty fields of every kind, and rows for it that are all invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.register.changes import BatchHead
from dafeng.register.model import Register
from dafeng.store.database import new_row_id

if TYPE_CHECKING:
    from dafeng.register.changes import Act

AT = "2026-11-22T09:30:00+08:00"
COUNTIES = [f"1401{number:02d}" for number in (5, 6, 7, 8, 9, 10, 21, 22, 23, 81)]
REGIONS = pl.DataFrame(
    {
        "code": ["CN", "CN-SX", "140100", "140200", *COUNTIES, "140212"],
        "parent_code": [None, "CN", "CN-SX", "CN-SX", *["140100"] * len(COUNTIES), "140200"],
    }
)
"""A province with two cities."""
STATES = ("planned", "under_way", "done", "cancelled")


def _field(name: str, kind: str = "text", **rules: Any) -> dict[str, Any]:
    return {"id": name, "zh": f"字段{name}", "en": f"Field {name}", "kind": kind, **rules}


def made_register(**changes: Any) -> Register:
    """Return the register; ``changes`` replace parts of it."""
    kinds = [{"code": code, "zh": code, "en": code} for code in ("efficiency", "flexibility", "heating")]
    states = [{"code": code, "zh": code, "en": code, "final": code == "cancelled"} for code in STATES]
    steps = [
        ("start", ["planned"], "under_way"), ("finish", ["under_way"], "done"),
        ("return", ["done"], "under_way"), ("cancel", ["planned", "under_way"], "cancelled"),
    ]  # fmt: skip
    content = {
        "id": "made_units", "zh": "测试台账", "en": "Made register",
        "basis": {"zh": "测试", "en": "Test"}, "key": ["unit_code", "retrofit"], "label": "unit_name",
        "region": "county", "agency": "agency",
        "fields": [
            _field("unit_code", required=True), _field("unit_name", required=True), _field("firm_name"),
            _field("contact", restricted=True), _field("remark"),
            _field("county", "region"), _field("agency", "agency"),
            _field("retrofit", "code", required=True, choices=kinds), _field("tags", "codes", choices=kinds),
            _field("capacity", "number", unit="MW"), _field("rate_before", "number", unit="gce/kWh"),
            _field("rate_after", "number", unit="gce/kWh"),
            _field("profit", "number", unit="10^4 CNY", restricted=True),
            _field("heat", "number", unit="MW"), _field("staff", "integer"),
            _field("built", "year"), _field("accepted_on", "date"), _field("started_on", "date"),
            _field("is_open", "boolean"), _field("clause", "clause"),
        ],
        "lists": [{"id": "years", "zh": "各年", "en": "Years", "key": ["year"], "fields": [
            _field("year", "year", required=True), _field("output", "number", unit="10^4 kWh"),
        ]}],
        "formulas": [
            {"id": "gain", "zh": "下降", "en": "Gain", "unit": "gce/kWh", "expr": "rate_before - rate_after"},
            {"id": "margin", "zh": "单位利润", "en": "Margin", "unit": "10^4 CNY/MW",
             "expr": "profit / capacity"},
        ],
        "states": states,
        "transitions": [
            {"id": name, "zh": name, "en": name, "sources": sources, "target": target, "roles": ["agency"]}
            for name, sources, target in steps
        ],
        "access": [{"role": "agency", "actions": ["see", "edit"]}],
    }  # fmt: skip
    return Register.model_validate({**content, **changes})


def head(act: Act = "edit", actor: str = "li", **more: Any) -> BatchHead:
    """Return the head of a new batch."""
    given = {"batch_id": new_row_id(1_763_769_600_000), "register_id": "made_units", "at": AT}
    return BatchHead(act=act, actor=actor, **{**given, **more})


def made_values(number: int, **more: Any) -> dict[str, Any]:
    """Return the values of one row."""
    given = {
        "unit_code": f"U-{number}", "unit_name": f"机组 {number}", "retrofit": "efficiency",
        "county": COUNTIES[0], "agency": "energy_bureau", "capacity": 300.0, "source": "测试", "grade": "B",
    }  # fmt: skip
    return {**given, **more}


def made_frame(rows: int, seed: int = 1) -> pl.DataFrame:
    """Return many rows with every field."""
    random = np.random.default_rng(seed)
    number = np.arange(rows)

    def pick(values: Any) -> Any:
        return np.asarray(values)[random.integers(len(values), size=rows)]

    before = random.uniform(280, 340, rows).round(1)
    days = pl.Series(np.datetime64("2015-01-01") + random.integers(0, 4000, rows)).cast(pl.Date)
    return pl.DataFrame(
        {
            "unit_code": [f"U-{one}" for one in number],
            "unit_name": [f"第{one}发电厂{one % 8}号机组" for one in number],
            "firm_name": pick(["晋阳发电有限公司", "河东热电有限责任公司", "北岳能源股份有限公司"]),
            "contact": pick(["甲", "乙"]), "remark": pick(["", "按期推进", "设备到货延迟，正在协调"]),
            "county": pick(COUNTIES), "agency": pick(["energy_bureau", "industry_office"]),
            "retrofit": pick(["efficiency", "flexibility", "heating"]),
            "tags": pick(["efficiency", "efficiency;heating"]),
            "capacity": pick([135.0, 300.0, 350.0, 600.0, 1000.0]), "rate_before": before,
            "rate_after": (before - random.uniform(0, 20, rows)).round(1),
            "profit": random.normal(0, 1000, rows).round(2), "heat": random.uniform(0, 400, rows).round(1),
            "staff": random.integers(50, 900, rows), "built": random.integers(1985, 2025, rows),
            "accepted_on": days.dt.to_string("%Y-%m-%d"), "started_on": days.dt.to_string("%Y-%m-%d"),
            "is_open": pick([True, False]), "clause": pick(["C2.1.2", "C2.2.1"]),
            "gain": random.uniform(0, 20, rows), "margin": random.normal(0, 10, rows),
            "source": "测试", "grade": "B",
        }
    ).with_columns(accepted_on=pl.when(pl.col("staff") > 500).then("accepted_on"))  # fmt: skip
