"""What is wrong in the text of a register, as findings with the path of the key, Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from dafeng.errors import Finding, Place
from dafeng.register.fields import Bilingual, Defects
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_CHINESE = {
    "string_type": "应为文字",
    "int_type": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "finite_number": "应为有限的数",
    "tuple_type": "应为数组",
    "model_type": "应为表",
    "model_attributes_type": "应为表",
    "string_too_short": "不能少于 {min_length} 个字符",
    "string_too_long": "不能超过 {max_length} 个字符",
    "string_pattern_mismatch": "格式应为 {pattern}",
    "literal_error": "只能取 {expected}",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}
"""Type of a defect as pydantic calls it -> Chinese words with its parameters."""


def findings_of(error: ValidationError, model: type[BaseModel], data: object, file: str) -> list[Finding]:
    """Return one finding a defect.

    Parameters
    ----------
    error : ValidationError
        Of the model.
    model : type of BaseModel
        What the file should be.
    data : object
        What it holds; paths name the items of an array by their ``id`` or ``code``.
    file : str
        Its name.
    """
    return [finding for detail in error.errors() for finding in _findings(detail, model, data, file)]


def _key_path(path: tuple[int | str, ...], data: Any) -> str:
    """Return where a key stands: ``fields.capacity_mw.unit``; an item without a name counts from 1."""
    words = []
    for part in path:
        try:
            data = data[part]
        except (LookupError, TypeError):
            data = None
        named = (data.get("id") or data.get("code")) if isinstance(data, dict) else None
        words.append(str(named or part + 1) if isinstance(part, int) else part)
    return ".".join(words)


def _findings(detail: ErrorDetails, model: type[BaseModel], data: object, file: str) -> Iterator[Finding]:
    path = _key_path(detail["loc"], data)
    place = Place(file, column=path)
    kind, context = detail["type"], detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Defects):
        for found in cause.findings:
            inner = ".".join(part for part in (path, found.place.column) if part)
            yield Finding(found.code, Place(file, column=inner), found.params)
    elif kind == "missing":
        yield Finding("register_key_missing", place, {"key": detail["loc"][-1]})
    elif kind == "extra_forbidden":
        key = str(detail["loc"][-1])
        known = _keys_at(model, detail["loc"][:-1])
        yield Finding("register_key_unknown", place, {"key": key, "suggestion": Suggestion(key, known)})
    else:
        chinese = _CHINESE.get(kind, "").format(**context) or detail["msg"]
        reason = Bilingual(chinese, detail["msg"])
        yield Finding("register_value", place, {"value": _short(detail["input"]), "reason": reason})


def _keys_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model has where a path leads."""
    for part in path:
        if isinstance(part, str):
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, get_args(annotation)) if m is not None), None)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
