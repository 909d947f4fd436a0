"""Tables of registers, rights and tasks in words: names of columns and codes in the language of the terminal.

CSV and JSON keep column ids and codes; only the table for people is put into words.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.cli.output import Format, draw_table, language, show_frame, write_answer
from dafeng.cli.register_options import DIGITS, headings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Register
    from dafeng.table import ColumnSpec, Table

    Words = Mapping[str, str]

SHORTER = {
    "中文名称": "名称", "English name": "Name", "因缺值或等级未计入的行数": "未计入",
    "Rows left out (missing value or grade)": "Left out", "已报送待审核": "待审核",
    "Submitted, to be verified": "To verify", "已审核或办结": "已办结", "Verified or closed": "Done",
    "最长逾期天数": "最长天数", "Most days overdue": "Most days", "方案未定期限": "未定期限",
    "No date in the plan": "No date", "推进中（含已签收、已退回）": "推进中",
    "Under way (also accepted, returned)": "Under way", "Files of evidence": "Files",
    "Over the cities that give it": "Sum given", "已给出各市合计": "已给合计",
    "Cities that give it": "Given by", "给出数据的市数": "已给市数", "Cities": "Of cities",
    "Required of the province": "Required", "Difference (sum less required)": "Gap",
    "差额（合计减要求）": "差额", "Name of the state": "State", "状态名称": "状态",
    "Deadline in words": "Deadline", "期限说明": "期限", "Codes, or what it points to": "Codes or formula",
    "可选值或所指": "可选值、所指或公式", "对象（台账等；* 为全部）": "对象",
}  # fmt: skip
"""Headings that are too long beside others on a terminal, or name the language that is shown anyway."""
OTHER_HEADS = {
    "changes": ("变更内容", "What changed"), "key": ("主键", "Key"), "label": ("名称", "Name"),
    "field": ("字段", "Field"), "before": ("原值", "Before"), "after": ("新值", "After"),
    "rows": ("行数", "Rows"),
}  # fmt: skip
"""Columns that no contract names."""
EVERYTHING = ("全部", "all")


def pick(pair: tuple[str, str]) -> str:
    """Return the Chinese or the English word of a pair, as the terminal speaks."""
    return pair[1] if language() == "en" else pair[0]


def names_of_pack(book: Book, kind: str) -> dict[str, str]:
    """Return code -> name of the regions, agencies or clauses of the pack; ``*`` stands for all."""
    names = {code: pick(pair) for code, pair in book.library.pack_kinds[kind].names.items()}
    return names | {"*": pick(EVERYTHING)}


def names_of_registers(book: Book) -> dict[str, str]:
    """Return id -> id and name of the registers; the id stays, commands are called with it."""
    named = {one.id: f"{one.id} {pick((one.zh, one.en))}" for one in book.library.registers.values()}
    return named | {"*": pick(EVERYTHING), "members": pick(("members 用户与授权", "members and roles"))}


def names_of_actions(book: Book) -> dict[str, str]:
    """Return action -> its words; the step of a register bears its own name."""
    known = {code: terms.name("access_action", code, _tongue()) for code in terms.codes("access_action")}
    steps = {
        f"step.{step.id}": f"step.{step.id} {pick((step.zh, step.en))}"
        for one in book.library.registers.values()
        for step in one.transitions
    }
    return steps | {code: f"{code} {said}" for code, said in known.items()}


def names_of_kinds() -> dict[str, Words]:
    """Return the kinds and the parts of fields in words."""
    kinds = {code: terms.name("field_kind", code, _tongue()) for code in terms.codes("field_kind")}
    return {"kind": kinds, "part": {"row": pick(("主表", "row")), "formula": pick(("公式", "formula"))}}


def names_of_field(book: Book, register_id: str, field_id: str) -> dict[str, str]:
    """Return the codes of a field of a register in words."""
    register = book.library.register(register_id)
    vocabulary = book.library.vocabulary(register_id, register.field(field_id))
    return {} if vocabulary is None else {code: pick(pair) for code, pair in vocabulary.names.items()}


def names_of_states(register: Register) -> dict[str, str]:
    """Return the states of a register in words."""
    return {state.code: pick((state.zh, state.en)) for state in register.states}


def show_words(
    frame: pl.DataFrame,
    contract: type[Table],
    columns: Sequence[str],
    form: Format,
    output: Path | None = None,
    words: Mapping[str, Words] | None = None,
) -> None:
    """Show a table of a contract in words, or whole as CSV or JSON with its codes.

    Parameters
    ----------
    frame : polars.DataFrame
        What is shown.
    contract : Table
        Names its columns and the vocabularies of its codes.
    columns : sequence of str
        Columns of the table for people.
    form : Format
    output : Path, optional
        File to write instead.
    words : mapping of str to mapping of str to str, optional
        Column -> code -> word, for codes of the pack.
    """
    if form is not Format.table:
        show_frame(frame, columns, form, output)
        return
    write_answer(draw_words(frame, contract, columns, words), output)


def draw_words(
    frame: pl.DataFrame,
    contract: type[Table],
    columns: Sequence[str],
    words: Mapping[str, Words] | None = None,
) -> str:
    """Return a table of a contract in words."""
    import polars as pl

    from dafeng.table import columns_of

    specs = {spec.name: spec for spec in columns_of(contract)}
    made = {}
    for name in columns:
        known = (words or {}).get(name) or _words_of(specs.get(name))
        made[head_of(name, specs.get(name))] = tell_column(frame[name], known)
    return draw_table(pl.DataFrame(made))


def head_of(name: str, spec: ColumnSpec | None) -> str:
    """Return the heading of a column in the language of the terminal."""
    if name in OTHER_HEADS:
        return pick(OTHER_HEADS[name])
    if spec is None:
        return name
    told = pick((spec.zh, spec.en)).removesuffix("（中文）").removesuffix(" (English)")
    return SHORTER.get(told, told)


def _words_of(spec: ColumnSpec | None) -> Words:
    if spec is None:
        return {}
    if spec.name == "unit":
        return {code: terms.unit_name(code, _tongue()) for code in terms.codes("unit_name")} | {"1": "—"}
    if not spec.vocabulary or spec.vocabulary == "grade":
        return {}  # a grade is known by its letter
    return {code: terms.name(spec.vocabulary, code, _tongue()) for code in terms.codes(spec.vocabulary)}


def tell_column(values: pl.Series, words: Words) -> pl.Series:
    """Return a column with codes (also several, joined by ``;``) and yes or no in words."""
    import polars as pl

    if values.dtype == pl.Boolean:
        return values.replace_strict(
            {True: pick(("是", "yes")), False: pick(("否", "no"))}, return_dtype=pl.String
        )
    if values.dtype != pl.String or not words:
        return values
    told = [None if text is None else _tell(text, words) for text in values]
    return pl.Series(values.name, told, dtype=pl.String)


def _tell(text: str, words: Words) -> str:
    if text in words or ";" not in text:
        return words.get(text, text)
    return pick(("、", ", ")).join(words.get(code, code) for code in text.split(";"))


def tell_value(value: Any) -> str:
    """Return one value as people read it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return pick(("是", "yes") if value else ("否", "no"))
    if isinstance(value, list):
        return f"{len(value)} {pick(('行', 'lines'))}"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


def tell_cells(frame: pl.DataFrame, register: Register, library: Library) -> pl.DataFrame:
    """Return rows of a register with states, codes and yes or no in words."""
    known = words_of_fields(register, library)
    return frame.with_columns(tell_column(frame[name], known.get(name, {})) for name in frame.columns)


def show_preview(
    preview: pl.DataFrame, book: Book, register: Register, form: Format, output: Path | None = None
) -> None:
    """Show what a correction or a reversal would change, one line a field."""
    from dafeng.register.import_contracts import ImportPreview

    told = tell_preview(preview, register, book.library) if form is Format.table else preview
    show_words(told, ImportPreview, ("key", "label", "field", "before", "after"), form, output)


def show_history(
    events: pl.DataFrame, book: Book, register: Register, form: Format, output: Path | None = None
) -> None:
    """Show history: event by event with a line a field, or whole as CSV or JSON."""
    if form is not Format.table:
        show_frame(events, events.columns, form, output)
        return
    told = [tell_event(event, register, book.library) for event in events.iter_rows(named=True)]
    count = f"{events.height} {pick(('条', 'events'))}"
    write_answer("\n".join((*told, count)) + "\n", output)


def words_of_fields(register: Register, library: Library) -> dict[str, Words]:
    """Return field -> code -> word, and the states."""
    known: dict[str, Words] = {"state": names_of_states(register)}
    return known | {field.id: _choices(library, register, field) for field in register.fields}


def tell_preview(preview: pl.DataFrame, register: Register, library: Library) -> pl.DataFrame:
    """Return the preview of a correction with the names of its fields and their codes in words."""
    import polars as pl

    heads, known = headings_of(register), words_of_fields(register, library)
    told = [
        (heads.get(name, name), *(_tell_text(text, known.get(name, {})) for text in (before, after)))
        for name, before, after in preview.select("field", "before", "after").iter_rows()
    ]
    fields = pl.DataFrame(told, schema=dict.fromkeys(("field", "before", "after"), pl.String), orient="row")
    return preview.with_columns(fields)


def _tell_text(text: str | None, words: Words) -> str | None:
    """Return a value that was written as text: a code in words, a number without the tail of a binary one."""
    if text is None:
        return None
    if text in {"true", "false"}:
        return tell_value(text == "true")
    try:
        number = float(text) if "." in text else None
    except ValueError:
        number = None
    return _tell(text, words) if number is None else tell_value(number)


def tell_event(event: Mapping[str, Any], register: Register, library: Library) -> str:
    """Return an event of the history as lines: who, when, what, then one field a line."""
    heads, known = headings_of(register), words_of_fields(register, library)
    old: dict[str, Any] = json.loads(event["before_json"] or "{}")
    new: dict[str, Any] = json.loads(event["after_json"] or "{}")
    change = terms.name("register_change", event["change"], _tongue())
    state = known["state"].get(event["state_after"], event["state_after"])
    parts = (event["at"][:19].replace("T", " "), event["actor"], change, state, event["reason"] or "")
    version = f"{pick(('第', 'version '))}{event['version']}{pick(('版', ''))}"
    lines = [
        "  ".join(part for part in parts if part),
        f"  {event['row_id']} {version}  {pick(('批次', 'batch'))} {event['batch_id']}",
    ]
    for name in {**old, **new}:
        words, told = known.get(name, {}), []
        for side in (old, new):
            value = side.get(name)
            told.append(_tell(value, words) if isinstance(value, str) else tell_value(value))
        if event["before_json"]:
            lines.append(f"    {heads.get(name, name)}: {told[0]} → {told[1]}")
        elif new.get(name) is not None:
            lines.append(f"    {heads.get(name, name)}: {told[1]}")
    return "\n".join(lines)


def _choices(library: Library, register: Register, field: RegisterField) -> Words:
    vocabulary = library.vocabulary(register.id, field)
    if vocabulary is None:
        return {}
    coded = "{0} {1}" if field.kind in {"clause", "target", "system"} else "{1}"
    return {code: coded.format(code, pick(pair)) for code, pair in vocabulary.names.items()}


def _tongue() -> Any:
    return "en" if language() == "en" else "zh"
