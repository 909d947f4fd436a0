"""The log of the portal: one entry a line, as JSON for programs or as text for people."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any, Literal

from dafeng.period import CST

LOGGER = "dafeng.portal"
"""Logger of the portal; the root logger is left alone."""
FACTS = "facts"
"""Name under which an entry carries its fields."""


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``logger``, ``event`` and the fields of the entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an entry; a line break never stands in it."""
        line: dict[str, Any] = {
            "at": _moment(record), "level": record.levelname.lower(), "logger": record.name,
            "event": record.getMessage(), **getattr(record, FACTS, {}),
        }  # fmt: skip
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, event and fields, for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an entry."""
        facts = " ".join(f"{name}={value!r}" for name, value in getattr(record, FACTS, {}).items())
        line = f"{_moment(record)} {record.levelname:7} {record.getMessage()} {facts}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, CST).isoformat(timespec="milliseconds")


def log_config(form: Literal["json", "text"]) -> dict[str, Any]:
    """Return the configuration of the logs of portal and server (:func:`logging.config.dictConfig`).

    The server's own list of requests is off: ours says more. Everything goes to standard error.
    """
    lines = "JsonLines" if form == "json" else "TextLines"
    handler = {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}
    told = {"handlers": ["lines"], "level": "INFO", "propagate": False}
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{__name__}.{lines}"}},
        "handlers": {"lines": handler},
        "loggers": {
            LOGGER: told, "uvicorn": told, "uvicorn.error": {"level": "INFO"},
            "uvicorn.access": {"handlers": [], "propagate": False},
        },
    }  # fmt: skip
