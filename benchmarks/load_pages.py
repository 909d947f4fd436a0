"""Fifty readers who ask for a page again and again without a pause, and the first paint in a browser.

``python -m benchmarks.load_pages http://127.0.0.1:8100 / /targets``

The portal has to run (``dafeng serve``); pages are asked for as the public sees them. The first paint is that
of a new browser profile (Chromium), the median of five.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from typing import Any

import httpx

USERS, ROUNDS, PAINTS = 50, 10, 5


async def load(address: str, path: str) -> dict[str, Any]:
    """Return quantiles of the times of a page under load [ms], and requests a second."""
    times: list[float] = []
    limits = httpx.Limits(max_connections=USERS, max_keepalive_connections=USERS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        (await client.get(path)).raise_for_status()

        async def read() -> None:
            for _ in range(ROUNDS):
                start = time.perf_counter()
                (await client.get(path)).raise_for_status()
                times.append(1e3 * (time.perf_counter() - start))

        start = time.perf_counter()
        await asyncio.gather(*(read() for _ in range(USERS)))
        wall = time.perf_counter() - start
    ranked = sorted(times)
    quantiles = {f"p{q}_ms": round(ranked[int(len(ranked) * q / 100)], 1) for q in (50, 95, 99)}
    return {"path": path, "users": USERS, **quantiles, "per_second": round(len(ranked) / wall)}


def paint(address: str, path: str) -> float:
    """Return the median time to the first paint with contents in a new browser [ms]."""
    from selenium import webdriver  # noqa: PLC0415 - only with --paint

    found = []
    for _ in range(PAINTS):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
            options.add_argument(argument)
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        with webdriver.Chrome(options=options, service=service) as browser:
            browser.get(address + path)
            time.sleep(2)
            entries = browser.execute_script(
                "return performance.getEntriesByName('first-contentful-paint').map((e) => e.startTime)"
            )
            found += entries[:1]
    return round(statistics.median(found))


def main() -> None:
    """Read the arguments and write one line of JSON a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--paint", action="store_true")
    chosen = parser.parse_args()
    for path in chosen.paths:
        found = asyncio.run(load(chosen.address, path))
        if chosen.paint:
            found["first_paint_ms"] = paint(chosen.address, path)
        print(json.dumps(found))  # noqa: T201 - a script


if __name__ == "__main__":
    main()
