"""Finding the links, mentions and tags of 10,000 posts by Bluesky's rules."""

from __future__ import annotations

from typing import Final

from benchmarks.figures import Figure
from benchmarks.texts import texts
from benchmarks.timing import race
from socialkit.text import detect_facets

__all__ = ["measure"]

POSTS: Final = 10_000


def measure() -> list[Figure]:
    """Return the processor time of all posts, and of one."""
    posts = texts(POSTS)
    found = sum(len(detect_facets(text)) for text in posts)
    course = race({"facets": lambda: [detect_facets(text) for text in posts]}, rounds=21, calls=1)
    seconds = course.seconds("facets")
    return [
        Figure("facets of 10,000 posts", seconds, "s", most=0.5),
        Figure("facets of a post", seconds / POSTS * 1e6, "µs"),
        Figure("facets in a post", found / POSTS, ""),
        Figure("characters in a post", sum(map(len, posts)) / POSTS, ""),
    ]
