"""What a call costs beyond what httpx alone costs, for the smallest answer there is."""

from __future__ import annotations

import httpx

import socialkit as sk
from benchmarks.figures import Figure
from benchmarks.server import STATUS_PATH, TOKEN, served
from benchmarks.timing import race

__all__ = ["measure"]


def measure() -> list[Figure]:
    """Return the processor time of a call, and how much of it is ours."""
    with served() as url, httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as plain:
        client = sk.connect("mastodon", base_url=url, access_token=TOKEN)
        address = url + STATUS_PATH
        course = race(
            {"bare": lambda: plain.get(address).json(), "ours": lambda: client.posts.get("1")},
            rounds=61,
            calls=60,
        )
    return [
        Figure("get of a small status, httpx and .json()", course.seconds("bare") * 1e6, "µs"),
        Figure("get of a small status, socialkit", course.seconds("ours") * 1e6, "µs"),
        Figure("get of a small status, above httpx", course.above("ours", "bare") * 1e6, "µs", most=100),
    ]
