"""Two small made-up registers that use every part of the language, and the library of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.register.library import Library, read_library

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

GROUPS = """
id = "groups"
zh = "集团名录"
en = "Groups"
key = ["code"]
label = "name"
fields = [
  { id = "code", zh = "编码", en = "Code", required = true, max_length = 8 },
  { id = "name", zh = "名称", en = "Name", required = true },
  { id = "limit", zh = "限额", en = "Limit", kind = "number", unit = "10^4 t" },
  { id = "kind", zh = "类别", en = "Kind", kind = "code", choices = [
    { code = "state", zh = "国有", en = "State" },
    { code = "private", zh = "民营", en = "Private" } ] },
]
states = [
  { code = "open", zh = "在用", en = "Open" },
  { code = "shut", zh = "关闭", en = "Shut", final = true },
]
transitions = [
  { id = "shut", zh = "关闭", en = "Shut", sources = ["open"], target = "shut", roles = ["agency"] },
]
access = [{ role = "agency", actions = ["see", "add"] }]
[basis]
zh = "测试"
en = "A test"
"""
PLANTS = """
id = "plants"
zh = "工厂台账"
en = "Plants"
kind = "project"
key = ["code"]
label = "name"
region = "county"
fields = [
  { id = "code", zh = "编码", en = "Code", required = true, max_length = 8 },
  { id = "name", zh = "名称", en = "Name", required = true, max_length = 20 },
  { id = "county", zh = "地区", en = "County", kind = "region" },
  { id = "parent", zh = "集团", en = "Group", kind = "link", link = "groups" },
  { id = "parent_name", zh = "集团名称", en = "Name of the group", held_in = "parent.name" },
  { id = "coal", zh = "煤", en = "Coal", kind = "number", unit = "t", low = -100, high = 1e6 },
  { id = "coke", zh = "焦", en = "Coke", kind = "number", unit = "10^4 t" },
  { id = "share", zh = "比例", en = "Share", kind = "number", unit = "%" },
  { id = "kilns", zh = "窑数", en = "Kilns", kind = "integer", low = 0, high = 50 },
  { id = "kind", zh = "类别", en = "Kind", kind = "code", choices = [
    { code = "a", zh = "甲", en = "First" }, { code = "b", zh = "乙", en = "Second" },
    { code = "c", zh = "丙", en = "Third" } ] },
  { id = "tags", zh = "标签", en = "Tags", kind = "codes", choices = [
    { code = "x", zh = "子", en = "X" }, { code = "xx", zh = "丑", en = "XX" },
    { code = "y", zh = "寅", en = "Y" } ] },
  { id = "opened", zh = "投产", en = "Opened", kind = "date" },
  { id = "closed", zh = "关停", en = "Closed", kind = "date" },
  { id = "month", zh = "月份", en = "Month", kind = "period" },
  { id = "built", zh = "年份", en = "Built", kind = "year" },
  { id = "flag", zh = "重点", en = "Key plant", kind = "boolean" },
  { id = "uscc", zh = "信用代码", en = "Credit code", kind = "uscc" },
  { id = "place", zh = "位置", en = "Place", kind = "geometry", geometry = "Point" },
]
states = [
  { code = "draft", zh = "草稿", en = "Draft" }, { code = "sent", zh = "已报", en = "Sent" },
  { code = "done", zh = "办结", en = "Done", final = true },
]
formulas = [
  { id = "coal_left", zh = "余煤", en = "Coal left", unit = "10^4 t", expr = "coal - sum(years.burnt)" },
  { id = "age", zh = "厂龄", en = "Age", unit = "year", expr = "year(today) - built" },
  { id = "over_limit", zh = "超限", en = "Over the limit", unit = "t", expr = "coal - parent.limit" },
  { id = "last_day", zh = "最近日期", en = "Last day", kind = "date", expr = "max(years.day)" },
]
access = [{ role = "agency", actions = ["see", "add"] }]
[basis]
zh = "测试"
en = "A test"
[[lists]]
id = "years"
zh = "各年"
en = "Years"
key = ["year"]
most_rows = 5
fields = [
  { id = "year", zh = "年", en = "Year", kind = "year", required = true, low = 2000, high = 2060 },
  { id = "burnt", zh = "燃煤", en = "Burnt", kind = "number", unit = "kg", low = 0 },
  { id = "kind", zh = "类", en = "Kind", kind = "code", choices = [
    { code = "a", zh = "甲", en = "First" }, { code = "b", zh = "乙", en = "Second" } ] },
  { id = "day", zh = "日", en = "Day", kind = "date" },
  { id = "ok", zh = "已核", en = "Checked", kind = "boolean" },
  { id = "buyer", zh = "买方", en = "Buyer", kind = "link", link = "groups" },
  { id = "marks", zh = "记号", en = "Marks", kind = "codes", choices = [
    { code = "x", zh = "子", en = "X" }, { code = "y", zh = "寅", en = "Y" } ] },
]
[[transitions]]
id = "send"
zh = "上报"
en = "Send"
sources = ["draft"]
target = "sent"
roles = ["city", "agency"]
requires = ["coal", "years"]
when = "coal > 0 or flag"
[[transitions]]
id = "finish"
zh = "办结"
en = "Finish"
sources = ["sent"]
target = "done"
roles = ["reviewer"]
evidence = true
other_person = true
[[transitions]]
id = "return"
zh = "退回"
en = "Return"
sources = ["sent"]
target = "draft"
roles = ["reviewer"]
reason = true
[[rules]]
id = "order"
expr = "closed >= opened"
field = "closed"
zh = "关停早于投产"
en = "closed before it opened"
[[rules]]
id = "tags_of_a"
expr = "kind != 'a' or contains(tags, 'x')"
severity = "warning"
states = ["sent"]
zh = "甲类须有标签"
en = "kind a needs tag x"
[[measures]]
id = "coal_of_kind"
zh = "甲类煤"
en = "Coal of kind a"
unit = "10^4 t"
expr = "sum(coal, kind == 'a') / 2 + 0.5 * sum(coke)"
rows = "state != 'draft'"
[[measures]]
id = "burnt"
zh = "各年燃煤"
en = "Burnt in a year"
unit = "t"
expr = "sum(years.burnt, years.ok)"
kind = "flow"
date = "years.year"
"""


def library(tables: Mapping[str, pl.DataFrame] | None = None, **texts: str) -> Library:
    """Return the library of both registers, or of other texts for them."""
    files = {"groups.toml": GROUPS, "plants.toml": PLANTS} | {f"{k}.toml": v for k, v in texts.items()}
    return read_library(files, tables or {})
