"""The document of the API (OpenAPI 3.1) with words of its own, and the same as a page for people."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastapi import FastAPI

ABOUT = """达峰门户接口。每个回答只含提问者有权看到的内容；没有的与不能看到的回答相同。
The API of the portal. Every answer holds only what the reader may see; what is not there and what may not
be seen are answered alike.

列表 / Lists：?列名=值、?列名__ge=值 筛选，sort=-列名 排序，columns= 选列，
limit、offset 分页，format=json|csv|parquet（或 Accept）。
Filter by ?column=value and ?column__ge=value, sort by sort=-column, choose by columns=, page by
limit and offset, and take JSON, CSV or Parquet.

缺失 / Missing：缺失为 null，不是零；单位见 columns。
A missing value is null, never zero; units stand in columns.

缓存 / Caching：GET 有 ETag，带 If-None-Match 得 304。
GET carries an ETag; If-None-Match is answered by 304.

错误 / Errors：一律为 {"error": {code, zh, en, findings, more, request_id}}。
Always this one envelope.

令牌 / Tokens：Authorization: Bearer …，范围 read、write、runs。Scopes: read, write, runs.
"""
TAGS = (
    ("about", "服务信息", "What answers"),
    ("tables", "数据表：最近一次计算的全部结果", "Tables: all results of the last run"),
    ("series", "观测序列：已公布的数据", "Observed series: what is published"),
    ("targets", "目标、结论、预警和依据", "Targets with verdict, warning and evidence"),
    ("scenarios", "情景和杠杆", "Scenarios and levers"),
    ("registers", "台账：查询、填报、手续、附件、导入导出", "Registers: rows, forms, steps, files, exchange"),
    ("tasks", "任务调度", "Tasks"),
    ("runs", "计算任务", "Runs"),
    ("reports", "报告文件", "Files of the last run"),
    ("rights", "身份和权限", "Identity and rights"),
    ("health", "运行状况", "State of the system"),
)


def list_tags() -> list[dict[str, str]]:
    """Return the tags of the document with their description in both languages."""
    return [{"name": name, "description": f"{zh} / {en}"} for name, zh, en in TAGS]


def describe_api(application: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application, with our description and tags."""
    application.description, application.openapi_tags = ABOUT, list_tags()
    return application.openapi()


def draw_document(document: Mapping[str, Any]) -> str:
    """Return the document as a page that needs neither script nor network."""
    text = files("dafeng.api").joinpath("templates", "document.html").read_text("utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    tags = {tag["name"]: tag["description"] for tag in document.get("tags", ())}
    grouped: dict[str, list[dict[str, Any]]] = {name: [] for name in tags}
    for operation in _operations(document):
        grouped.setdefault(operation["tag"], []).append(operation)
    groups = [(name, tags.get(name, name), listed) for name, listed in grouped.items() if listed]
    return environment.from_string(text).render(info=document["info"], groups=groups)


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            yield {
                "method": method.upper(), "path": path, "summary": operation.get("summary", ""),
                "about": operation.get("description", ""), "tag": operation.get("tags", ["about"])[0],
                "parameters": operation.get("parameters", []),
                "body": [
                    (kind, _fields(schemas, content.get("schema", {}))) for kind, content in bodies.items()
                ],
                "answers": {
                    status: (answer.get("description", ""), sorted(answer.get("content", {})))
                    for status, answer in operation.get("responses", {}).items()
                    if status in {"200", "201", "202", "204", "304"}
                },
            }  # fmt: skip


def _fields(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    """Return name, whether it is needed and description of the fields of a body."""
    named = schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    needed = set(named.get("required", ()))
    return [
        (name, name in needed, one.get("description", ""))
        for name, one in named.get("properties", {}).items()
    ]
