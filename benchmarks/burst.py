"""A hundred calls at once in one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Final

import httpx

import socialkit as sk
from benchmarks.figures import Figure
from benchmarks.server import STATUS_PATH, TOKEN, served

__all__ = ["measure"]

CALLS: Final = 100
ROUNDS: Final = 15


def measure() -> list[Figure]:
    """Return the processor time of a call in a burst."""
    with served() as url:
        bare, ours = asyncio.run(_bursts(url))
    ratio = median(mine / plain for mine, plain in zip(ours, bare, strict=True))
    return [
        Figure("burst of 100 async gets, httpx and .json(), a call", median(bare) * 1e6, "µs"),
        Figure("burst of 100 async gets, socialkit, a call", median(ours) * 1e6, "µs"),
        Figure("burst of 100 async gets, socialkit to httpx", ratio, "times"),
    ]


async def _bursts(url: str) -> tuple[list[float], list[float]]:
    bare, ours = list[float](), list[float]()
    async with (
        httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as plain,
        sk.connect_async("mastodon", base_url=url, access_token=TOKEN) as client,
    ):

        async def get() -> object:
            return (await plain.get(url + STATUS_PATH)).json()

        for _ in range(ROUNDS):
            bare.append(await _burst(get))
            ours.append(await _burst(lambda: client.posts.get("1")))
    return bare[1:], ours[1:]


async def _burst(call: Callable[[], Awaitable[object]]) -> float:
    started = time.process_time()
    await asyncio.gather(*(call() for _ in range(CALLS)))
    return (time.process_time() - started) / CALLS
