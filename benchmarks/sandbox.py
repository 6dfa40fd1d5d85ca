"""Publishing into a simulated world: what a test of an application pays."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

import socialkit as sk
from benchmarks.figures import Figure

__all__ = ["measure"]

POSTS: Final = 20
ROUNDS: Final = 15


def measure() -> list[Figure]:
    """Return the processor time of opening a world, and of a publish in it."""
    opened, published = list[float](), list[float]()
    for _ in range(ROUNDS):
        started = time.process_time()
        with sk.Sandbox(seed=7) as world:
            client = world.connect("mastodon")
            opened.append(time.process_time() - started)
            client.posts.publish("The first call asks whose account it is")
            started = time.process_time()
            for number in range(POSTS):
                client.posts.publish(f"Autumn is here, for the {number}th time #autumn")
            published.append((time.process_time() - started) / POSTS)
    return [
        Figure("open a sandbox and a client in it", median(opened) * 1e3, "ms"),
        Figure("publish in the sandbox", median(published) * 1e3, "ms"),
    ]
