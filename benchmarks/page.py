"""A page of 100 statuses, read and parsed: against httpx with `.json()`, and against Mastodon.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from statistics import median
from typing import Final

import httpx

import socialkit as sk
from benchmarks.bodies import ME, page_body
from benchmarks.figures import Figure
from benchmarks.server import PAGE_PATH, TOKEN, served
from benchmarks.timing import added_by, aside, race

__all__ = ["measure"]


def _bare(url: str) -> Callable[[], object]:
    client = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"})
    return lambda: client.get(url + PAGE_PATH, params={"limit": 100}).json()


def _ours(url: str) -> Callable[[], object]:
    client = sk.connect("mastodon", base_url=url, access_token=TOKEN)
    return lambda: next(client.posts.iterate(limit=100).pages())


def _theirs(url: str) -> Callable[[], object]:
    from mastodon import Mastodon  # noqa: PLC0415 - the memory of the others must not count it

    client = Mastodon(
        access_token=TOKEN, api_base_url=url, version_check_mode="none", ratelimit_method="throw"
    )
    return lambda: client.account_statuses(ME, limit=100)


CONTENDERS: Final = {"httpx and .json()": _bare, "socialkit": _ours, "Mastodon.py": _theirs}


def measure() -> list[Figure]:
    """Return the processor time of a page, and the memory that pages take."""
    with served() as url:
        bare, ours, theirs = (make(url) for make in CONTENDERS.values())
        course = race({"bare": bare, "ours": ours}, rounds=41, calls=10)
        slow = race({"bare": bare, "theirs": theirs}, rounds=5, calls=2)
        memory = {name: median(_added(name, url) for _ in range(5)) for name in CONTENDERS}
    what = f"page of 100 statuses ({len(page_body()) / 1024:.0f} KiB)"
    least = memory["httpx and .json()"]
    return [
        Figure(f"{what}, httpx and .json()", course.seconds("bare") * 1e3, "ms"),
        Figure(f"{what}, socialkit", course.seconds("ours") * 1e3, "ms"),
        Figure(f"{what}, Mastodon.py", slow.seconds("theirs") * 1e3, "ms"),
        Figure(f"{what}, socialkit to httpx", course.ratio("ours", "bare"), "times", most=1.6, aim=1.3),
        Figure(f"{what}, Mastodon.py to httpx", slow.ratio("theirs", "bare"), "times"),
        *(Figure(f"memory of such a page, {name}", peak, "MiB") for name, peak in memory.items()),
        Figure(
            "memory of such a page, socialkit to httpx",
            memory["socialkit"] / least,
            "times",
            most=1.6,
            aim=1.3,
        ),
    ]


def _added(name: str, url: str) -> float:
    return float(aside("benchmarks.page", name, url)["added"])


if __name__ == "__main__":
    print(json.dumps({"added": added_by(CONTENDERS[sys.argv[1]](sys.argv[2]))}))
