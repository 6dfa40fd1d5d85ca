"""A thousand clients, open at once in one process."""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Final

import socialkit as sk
from benchmarks.figures import Figure
from benchmarks.server import TOKEN, served
from benchmarks.timing import aside, memory_used

__all__ = ["measure"]

CLIENTS: Final = 1_000


def measure() -> list[Figure]:
    """Return the time and memory that opening them takes, and the memory once each has made a call."""
    with served() as url:
        runs = [aside("benchmarks.clients", url) for _ in range(5)]

    def middle(name: str) -> float:
        return median(float(run[name]) for run in runs)

    return [
        Figure("open 1,000 clients", middle("seconds"), "s", most=0.2),
        Figure("1,000 open clients", middle("opened"), "MiB", most=20),
        Figure("1,000 open clients that have each made a call", middle("used"), "MiB", most=20),
    ]


def _open(url: str) -> dict[str, float]:
    # The first client loads modules and the TLS context, which all others share.
    first = sk.connect("mastodon", base_url=url, access_token=TOKEN)
    first.posts.get("1")
    before, started = memory_used(), time.process_time()
    clients = [sk.connect("mastodon", base_url=url, access_token=TOKEN) for _ in range(CLIENTS)]
    seconds, opened = time.process_time() - started, memory_used() - before
    for client in clients:
        client.posts.get("1")
    used = memory_used() - before
    for client in (*clients, first):
        client.close()
    return {"seconds": seconds, "opened": opened, "used": used}


if __name__ == "__main__":
    print(json.dumps(_open(sys.argv[1])))
