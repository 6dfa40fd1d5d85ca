"""A page of 100 statuses, read and parsed: against httpx with `.json()`, and against Mastodon.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from json import dumps
from statistics import median

import httpx

import socialkit as sk
from benchmarks.bodies import ME, page_body
from benchmarks.figures import Figure
from benchmarks.server import PAGE_PATH, served
from benchmarks.timing import aside, memory_peak, memory_used, race, reset_peak

__all__ = ["contender", "measure"]

TOKEN = "not-a-real-token"  # noqa: S105 - says so
NAMES = ("httpx", "socialkit", "Mastodon.py")


def contender(name: str, url: str) -> Callable[[], object]:
    """Return a call that reads the page."""
    match name:
        case "httpx":
            plain = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"})
            address = url + PAGE_PATH
            return lambda: plain.get(address, params={"limit": 100}).json()
        case "socialkit":
            ours = sk.connect("mastodon", base_url=url, access_token=TOKEN)
            return lambda: next(ours.posts.iterate(limit=100).pages())
        case _:
            from mastodon import Mastodon  # noqa: PLC0415 - costs memory that the others must not pay

            theirs = Mastodon(
                access_token=TOKEN, api_base_url=url, version_check_mode="none", ratelimit_method="throw"
            )
            return lambda: theirs.account_statuses(ME, limit=100)


def measure() -> list[Figure]:
    """Return processor time a page and the memory that reading takes, each as a ratio to bare httpx."""
    with served() as url:
        course = race({name: contender(name, url) for name in NAMES}, rounds=31, calls=10)
        peaks = {name: median(_peaks(name, url)) for name in NAMES}
    size = len(page_body()) / 1024
    page = f"page of 100 statuses ({size:.0f} KiB)"
    return [
        Figure(f"{page}: httpx and .json()", course.seconds("httpx") * 1e3, "ms"),
        Figure(f"{page}: socialkit", course.seconds("socialkit") * 1e3, "ms"),
        Figure(f"{page}: Mastodon.py", course.seconds("Mastodon.py") * 1e3, "ms"),
        Figure(
            f"{page}: socialkit to httpx", course.ratio("socialkit", "httpx"), "times", most=1.6, aim=1.3
        ),
        Figure(f"{page}: Mastodon.py to httpx", course.ratio("Mastodon.py", "httpx"), "times"),
        *(Figure(f"{page}: memory, {name}", peaks[name], "MiB") for name in NAMES),
        Figure(
            f"{page}: memory, socialkit to httpx",
            peaks["socialkit"] / peaks["httpx"],
            "times",
            most=1.6,
            aim=1.3,
        ),
    ]


def _peaks(name: str, url: str) -> list[float]:
    return [aside("benchmarks.page", name, url)["peak"] for _ in range(5)]


def _read_once(name: str, url: str) -> float:
    """Return the MiB that holding ten pages adds at its peak, a page."""
    call = contender(name, url)
    call()
    reset_peak()
    before = memory_used()
    kept = [call() for _ in range(PAGES)]
    return (memory_peak() - before) / len(kept)


PAGES = 10

if __name__ == "__main__":
    print(dumps({"peak": _read_once(*sys.argv[1:3])}))
