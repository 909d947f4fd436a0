"""Load on the lists of the API: 200 requests a second, sent when they are due, whatever is still on its way.

``python -m benchmarks.load_api http://127.0.0.1:8111 --token TOKEN --seconds 20``

The time of a request runs from the moment it was due, not from when it could be sent, so that a server that
stalls cannot hide it (open loop). Every request asks for another page, so that nothing but the server keeps
answers. The portal has to run (``dafeng serve``); without a token the lists of the public are asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter

import httpx

PATHS = (
    "/tables?limit=50&offset={n}", "/tables/plan.targets/rows?limit=50&offset={n}",
    "/tables/pack.economy/rows?limit=100&year__ge=2010&sort=-year&offset={n}", "/targets?limit=50&offset={n}",
    "/series?limit=50&offset={n}", "/tables/inventory.energy/rows?limit=100&offset={n}",
    "/tables/tracking.observations/rows?limit=100&sort=period&offset={n}",
)  # fmt: skip


async def load(address: str, token: str, rate: float, seconds: float) -> dict[str, object]:
    """Send requests and return quantiles of their times [ms] and the statuses."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400, keepalive_expiry=2)
    times: list[float] = []
    statuses: Counter[int] = Counter()
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, limits=limits) as client:

        async def send(number: int, due: float) -> None:
            path = PATHS[number % len(PATHS)].format(n=number % 40)
            answer = await client.get(path, timeout=30)
            times.append(1e3 * (time.perf_counter() - due))
            statuses[answer.status_code] += 1

        for number in range(2 * len(PATHS)):
            await send(number, time.perf_counter())
        times.clear()
        statuses.clear()
        start = time.perf_counter() + 0.1
        sent = []
        for number in range(int(rate * seconds)):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sent.append(asyncio.create_task(send(number, due)))
        await asyncio.gather(*sent)
    ranked = sorted(times)
    quantiles = {f"p{q}_ms": round(ranked[int(len(ranked) * q / 100)], 1) for q in (50, 90, 95, 99)}
    return {"requests": len(ranked), "per_second": rate, **quantiles, "statuses": dict(statuses)}


def main() -> None:
    """Read the arguments, send the load and write the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--token", default="")
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(load(given.address, given.token, given.rate, given.seconds))))  # noqa: T201


if __name__ == "__main__":
    main()
