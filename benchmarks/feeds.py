"""A page of 100 items of a Bluesky feed: against httpx with `.json()`, and against the atproto package."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from statistics import median
from typing import Any, Final

import httpx

from benchmarks.feed import DID, HANDLE, feed_body
from benchmarks.figures import Figure
from benchmarks.others import ATPROTO, python_with
from benchmarks.server import FEED_PATH, TOKEN, served
from benchmarks.timing import added_by, aside, race

__all__ = ["measure"]

ROUNDS: Final = 15
CALLS: Final = 50
"""In a round: so many that the garbage collector goes over the whole process in each contender's turn."""
MEMORY_ROUNDS: Final = 5
WANTED: Final[dict[str, str | int]] = {"actor": DID, "limit": 100, "filter": "posts_with_replies"}


def _bare(url: str) -> Callable[[], object]:
    client = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"})
    return lambda: client.get(url + FEED_PATH, params=WANTED).json()


def _ours(url: str) -> Callable[[], object]:
    import socialkit as sk  # noqa: PLC0415 - not there where the others are measured

    client = sk.connect("bluesky", base_url=url, identifier=HANDLE, password=TOKEN)
    return lambda: next(client.posts.iterate(limit=100).pages())


def _theirs(url: str) -> Callable[[], object]:
    atproto: Any = importlib.import_module("atproto")  # there alone
    client = atproto.Client(base_url=f"{url}/xrpc")
    return lambda: client.app.bsky.feed.get_author_feed(WANTED)


CONTENDERS: Final = {"httpx and .json()": _bare, "socialkit": _ours, "atproto": _theirs}


def measure() -> list[Figure]:
    """Return the processor time of a page, and the memory that pages take."""
    pythons = {"atproto": python_with(ATPROTO)}
    with served() as url:
        course = race({"bare": _bare(url), "ours": _ours(url)}, rounds=ROUNDS, calls=CALLS)
        theirs = aside("benchmarks.feeds", "race", "atproto", url, python=pythons["atproto"])
        memory = {
            name: median(
                aside("benchmarks.feeds", "memory", name, url, python=pythons.get(name, sys.executable))[
                    "added"
                ]
                for _ in range(MEMORY_ROUNDS)
            )
            for name in CONTENDERS
        }
    what = f"page of 100 feed items ({len(feed_body()) / 1024:.0f} KiB)"
    times = memory["socialkit"] / memory["httpx and .json()"]
    return [
        Figure(f"{what}, httpx and .json()", course.seconds("bare") * 1e3, "ms"),
        Figure(f"{what}, socialkit", course.seconds("ours") * 1e3, "ms"),
        Figure(f"{what}, atproto", theirs["seconds"] * 1e3, "ms"),
        Figure(f"{what}, socialkit to httpx", course.ratio("ours", "bare"), "times", most=1.6, aim=1.3),
        Figure(f"{what}, atproto to httpx", theirs["ratio"], "times"),
        *(Figure(f"memory of such a page, {name}", added, "MiB") for name, added in memory.items()),
        Figure("memory of such a page, socialkit to httpx", times, "times", most=1.6, aim=1.3),
    ]


def _raced(name: str, url: str) -> dict[str, float]:
    course = race({"bare": _bare(url), "theirs": CONTENDERS[name](url)}, rounds=ROUNDS, calls=CALLS)
    return {"seconds": course.seconds("theirs"), "ratio": course.ratio("theirs", "bare")}


if __name__ == "__main__":
    what, name, url = sys.argv[1:]
    print(json.dumps(_raced(name, url) if what == "race" else {"added": added_by(CONTENDERS[name](url))}))
