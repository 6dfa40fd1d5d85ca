"""A film of 300 MB, uploaded from a file: what that adds to a process at the peak, and what it costs."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx

import socialkit as sk
from benchmarks.feed import HANDLE
from benchmarks.figures import Figure
from benchmarks.server import MEDIA_PATH, TOKEN, served
from benchmarks.timing import aside, memory_peak, memory_used, reset_peak
from socialkit.testing import mp4

__all__ = ["measure"]

SIZE: Final = 300_000_000
ROUNDS: Final = 5
MOST: Final = 50
"""MiB that an upload may add to a process."""
PLATFORMS: Final[dict[str, dict[str, str]]] = {
    "mastodon": {"access_token": TOKEN},
    "facebook": {"access_token": TOKEN},
    "instagram": {"access_token": TOKEN},
    "bluesky": {"identifier": HANDLE, "password": TOKEN},
    "x": {"access_token": TOKEN},
}

Upload = Callable[[Path], Any]
"""Uploads a film, or returns what must be awaited for it."""


def _bare(kind: type[httpx.Client | httpx.AsyncClient], url: str) -> Upload:
    client: Any = kind(headers={"Authorization": f"Bearer {TOKEN}"})
    address = url + MEDIA_PATH
    return lambda film: client.post(address, files={"file": (film.name, film.open("rb"), "video/mp4")})


def _theirs(url: str) -> Upload:
    from mastodon import Mastodon  # noqa: PLC0415 - the memory of the others must not count it

    client: Any = Mastodon(access_token=TOKEN, api_base_url=url, ratelimit_method="throw")
    return lambda film: client.media_post(str(film), mime_type="video/mp4")


def _ours(connect: Callable[..., Any], platform: str, url: str) -> Upload:
    client = connect(platform, base_url=url, **PLATFORMS[platform])
    return lambda film: client.media.upload(sk.Media.open(film))


def _with_its_post(connect: Callable[..., Any], platform: str, url: str) -> Upload:
    """Publish it, where files go up with their post alone."""
    client = connect(platform, base_url=url, **PLATFORMS[platform])
    return lambda film: client.posts.publish(sk.Draft(text="A film", media=[sk.Media.open(film)]))


CONTENDERS: Final[dict[str, Callable[[str], Upload]]] = {
    "httpx": partial(_bare, httpx.Client),
    "httpx, async": partial(_bare, httpx.AsyncClient),
    "Mastodon.py": _theirs,
    "socialkit, Mastodon": partial(_ours, sk.connect, "mastodon"),
    "socialkit, Mastodon, async": partial(_ours, sk.connect_async, "mastodon"),
    "socialkit, Facebook": partial(_ours, sk.connect, "facebook"),
    "socialkit, Facebook, async": partial(_ours, sk.connect_async, "facebook"),
    "socialkit, Instagram": partial(_with_its_post, sk.connect, "instagram"),
    "socialkit, Instagram, async": partial(_with_its_post, sk.connect_async, "instagram"),
    "socialkit, Bluesky": partial(_ours, sk.connect, "bluesky"),
    "socialkit, Bluesky, async": partial(_ours, sk.connect_async, "bluesky"),
    "socialkit, X": partial(_ours, sk.connect, "x"),
    "socialkit, X, async": partial(_ours, sk.connect_async, "x"),
}


def measure() -> list[Figure]:
    """Return the memory and the processor time of an upload."""
    with served() as url, tempfile.TemporaryDirectory() as folder:
        films = [_film(Path(folder), "small.mp4", 1), _film(Path(folder), "large.mp4", SIZE)]
        rounds = [
            {name: aside("benchmarks.upload", name, url, *films) for name in CONTENDERS}
            for _ in range(ROUNDS)
        ]
    what = f"upload of {SIZE / 1e6:.0f} MB"
    figures = list[Figure]()
    for name in CONTENDERS:
        ours, bare = name.startswith("socialkit"), "httpx, async" if name.endswith("async") else "httpx"
        added = median(float(one[name]["added"]) for one in rounds)
        ratio = median(one[name]["seconds"] / one[bare]["seconds"] for one in rounds)
        seconds = median(float(one[name]["seconds"]) for one in rounds)
        figures += [
            Figure(f"{what}, {name}, memory", added, "MiB", most=MOST if ours else None),
            Figure(f"{what}, {name}", seconds * 1e3, "ms"),
        ]
        if name != bare:
            figures.append(Figure(f"{what}, {name} to {bare}", ratio, "times"))
    return figures


def _film(folder: Path, name: str, size: int) -> str:
    path, piece = folder / name, bytes(range(256)) * 4_096
    with path.open("wb") as file:
        file.write(mp4())
        while file.tell() < size:
            file.write(piece)
        file.truncate(max(size, len(mp4()) + 1))
    return str(path)


def _spent(name: str, url: str, small: str, large: str) -> dict[str, float]:
    """Return the MiB that an upload adds at the peak, and its processor seconds; a small one came before."""
    upload = CONTENDERS[name](url)
    with asyncio.Runner() as loop:

        def run(film: str) -> None:
            outcome = upload(Path(film))
            if inspect.isawaitable(outcome):
                loop.run(_awaited(outcome))

        run(small)
        reset_peak()
        before, started = memory_used(), time.process_time()
        run(large)
        return {"added": memory_peak() - before, "seconds": time.process_time() - started}


async def _awaited(outcome: Any) -> None:
    await outcome


if __name__ == "__main__":
    print(json.dumps(_spent(*sys.argv[1:])))
