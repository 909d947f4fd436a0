"""Write an empty, commented pack, and describe every file and field of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pack.model import PackConfig
from dafeng.pack.schema import PACK_TABLES
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.table import ColumnSpec

_TOML = """\
# 省包设置 / settings of this pack. 每个键的说明见 FIELDS.md 与文档“省包”一章。
# Every province is data: nothing here is code. Run `dafeng pack check .` after each change.

[pack]
id = "{id}"                    # 短名，小写英文 / short ASCII name
region = "{region}"            # ISO 3166-2
name_zh = "{name_zh}"
name_en = "{name_en}"
version = "0"                  # 数据版本，随总量一起显示 / edition of the data, shown with every total
plan_document = ""             # documents.csv 中的 document_id / the peak plan
base_year = 2020               # 目标未写基年时的起点 / baseline where a target names none

[map]
boundaries = "boundaries.geojson"   # WGS-84 GeoJSON，每个要素含 properties.code
approval_number = ""                # 审图号；空则印“内部参考” / empty: stamped for internal reference

[accounts]
gwp_set = ""                        # 增温潜势，如 AR5；空则只列气体质量 / GWP set; empty: gas masses only

# 没有文件规定的读法；不写就是未决定，结论会列出各种读法
# Decisions that no document makes; what is unset stays open and verdicts show variants.
[decisions]
# complete_registers = ["my_list"]  # 已登记齐全、其汇总可用于判断目标的台账 / registers that hold every case

[decisions.about]
# relative_tolerance = 0.02         # “左右”允许的相对偏差 / tolerance of 左右
readings = [0.0, 0.01, 0.02, 0.05]  # 未决定时列出的读法 / readings shown while undecided

[decisions.target_year]
# "T1" = 2030                       # 未写年份的目标 / year of a target that names none

[decisions.target_value]
# "T1" = 18.0                       # 未写数值的目标（如国家下达）/ number of a target that names none

[decisions.same_scope]
# indicator_id = "series_id"        # 认定为同口径 / series taken as the same scope

[decisions.recorded]
# "co2.peak_level" = "…"            # 其他决定，只记录并显示 / other decisions, recorded and shown
"""

_BOUNDARIES = """
## `boundaries.geojson`

WGS-84 GeoJSON FeatureCollection；每个要素含 `properties.code`，为 `regions.csv` 的 `code` 或省级代码。
Each feature has `properties.code`: a `code` of `regions.csv` or a code of the province.
"""


_REGISTERS = """
## `registers/*.toml`

每个文件定义一个台账（也可用 `.json`），文件名即编号；`dafeng register new` 写出带注释的样例。
Each file defines a register (`.json` too), named like the file; `dafeng register new` writes a commented one.
"""


def write_empty_pack(folder: Path, region: str) -> None:
    """Write a pack without rows: commented ``pack.toml``, all CSV headers, ``FIELDS.md``.

    Parameters
    ----------
    folder : Path
        New or empty.
    region : str
        Province by code or name.

    Raises
    ------
    InputRefused
        ``pack_exists`` if the folder holds anything, ``term_unknown`` for an unknown province.
    """
    code = terms.resolve("provinces", region)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputRefused.of("pack_exists", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    row = terms.entries("provinces")[code]
    short = row["en"].lower().replace(" ", "_")
    toml = _TOML.format(id=short, region=code, name_zh=row["zh"], name_en=row["en"])
    (folder / "pack.toml").write_text(toml, "utf-8")
    for name, contract in PACK_TABLES.items():
        header = ",".join(spec.name for spec in columns_of(contract))
        (folder / f"{name}.csv").write_text(header + "\n", "utf-8")
    (folder / "FIELDS.md").write_text(describe_pack(), "utf-8")


def describe_pack() -> str:
    """Return the reference of all pack files and fields as Markdown, Chinese and English."""
    parts = [
        "# 省包的文件和字段 / Files and fields of a pack\n",
        "空单元格表示未公布，0 表示实测为零。多个代码用 `;` 分隔。",
        "An empty cell means not published, 0 means a measured zero. Several codes are separated by `;`.\n",
        f"## `pack.toml`\n\n{PackConfig.__doc__}\n",
        "| 键 key | 说明 meaning | 缺省 default |\n|---|---|---|",
        *_describe_settings(PackConfig),
        _BOUNDARIES,
        _REGISTERS,
    ]
    for name, contract in PACK_TABLES.items():
        summary = (contract.__doc__ or "").splitlines()[0]
        parts.append(f"## `{name}.csv`\n\n{summary}\n")
        parts.append("| 字段 column | 中文 | English | 类型 type | 规则 rules |\n|---|---|---|---|---|")
        parts += [_describe_column(spec) for spec in columns_of(contract)]
        parts.append("")
    return "\n".join(parts)


def _describe_settings(model: type[BaseModel], section: str = "") -> list[str]:
    lines: list[str] = []
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            lines += _describe_settings(kind, f"{section}{name}.")
            continue
        default = info.get_default(call_default_factory=True)
        shown = "必填 required" if default is PydanticUndefined else f"`{default!r}`"
        lines.append(f"| `{section}{name}` | {info.description} | {shown} |")
    return lines


def _describe_column(spec: ColumnSpec) -> str:
    rules = []
    if spec.key:
        rules.append("主键 key")
    if not spec.nullable:
        rules.append("必填 required")
    if spec.unit:
        rules.append(f"单位 unit: {spec.unit}")
    if spec.vocabulary:
        rules.append(f"词表 vocabulary: {spec.vocabulary}")
    if spec.references:
        rules.append(f"引用 refers to {spec.references}")
    if spec.choices:
        rules.append("取值 one of " + ", ".join(spec.choices))
    if spec.form:
        forms = {"period": "时期 period", "published": "日期 date", "list": "列表 list"}
        rules.append(forms[spec.form])
    kind = "text" if spec.dtype == pl.String else str(spec.dtype)
    return f"| `{spec.name}` | {spec.zh} | {spec.en} | {kind} | {'; '.join(rules)} |"
