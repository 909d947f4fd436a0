"""Counts of the portal in the text format of Prometheus."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from dafeng.app.portal_health import read_gauges
from dafeng.version import __version__

if TYPE_CHECKING:
    from dafeng.app.portal import Portal

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the folder in which several processes count together."""
BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Bounds of the histogram of durations. [s]"""


class Metrics:
    """Requests are counted as they come; the state of the portal is read when somebody asks."""

    def __init__(self) -> None:
        self._counted = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("dafeng_requests", "Requests", labels, registry=self._counted)
        self._seconds = Histogram(
            "dafeng_request_seconds", "Duration of requests", ("route",), registry=self._counted,
            buckets=BOUNDS_S,
        )  # fmt: skip

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request.

        Parameters
        ----------
        method : str
            HTTP method.
        route : str
            Address as it is declared, so that there are few of them.
        status : int
            HTTP status.
        seconds : float
            Duration. [s]
        """
        named = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
        self._requests.labels(named, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def write(self, portal: Portal) -> bytes:
        """Return all counts, those of all processes, and the state of the portal."""
        counted = self._counted
        if os.environ.get(SHARED_FOLDER):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + _state_of(portal)


def _state_of(portal: Portal) -> bytes:
    lines = ["# HELP dafeng_info Version of dafeng", "# TYPE dafeng_info gauge"]
    lines.append(f'dafeng_info{{version="{__version__}"}} 1')
    for name, (words, values) in read_gauges(portal).items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
        for label, value in values.items():
            lines.append(f"{name}{label} {value:g}")
    return ("\n".join(lines) + "\n").encode()
