"""Columns that many tables of a pack have: names in two languages, source, grade."""

from __future__ import annotations

from dafeng.table import column


def chinese_column(what_zh: str, what_en: str, *, nullable: bool = False) -> str:
    """Declare the Chinese column of a pair."""
    text: str = column(zh=f"{what_zh}（中文）", en=f"{what_en} (Chinese)", nullable=nullable)
    return text


def english_column(what_zh: str, what_en: str, *, nullable: bool = False) -> str:
    """Declare the English column of a pair."""
    text: str = column(zh=f"{what_zh}（英文）", en=f"{what_en} (English)", nullable=nullable)
    return text


def source_column() -> str:
    """Declare the reference to the list of sources."""
    text: str = column(references="sources.source_id", zh="来源", en="Source")
    return text


def grade_column() -> str:
    """Declare the evidence grade."""
    text: str = column(vocabulary="grade", zh="证据等级", en="Evidence grade")
    return text
