"""Routing messages by few and by many phrases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from benchmarks.figures import Figure
from benchmarks.texts import texts
from benchmarks.timing import race
from socialkit.models import AccountRef, Author, Message, MessageKind
from socialkit.routing import Router, RoutingRule
from socialkit.text import Phrases

__all__ = ["measure"]

MESSAGES: Final = 5_000
PHRASES: Final = (10, 1_000, 20_000)
RULES: Final = 5
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SYLLABLES: Final = ["bax", "def", "fiq", "gox", "luz", "maf", "nex", "piq", "roz", "sux", "tav", "vez"]
CAUGHT: Final = 0.3
"""The share of messages that hold one of the phrases."""


def measure() -> list[Figure]:
    """Return the processor time of a message, with so many phrases; and matching alone."""
    figures: list[Figure] = []
    for count in PHRASES:
        phrases = list(_phrases(count))
        messages = _messages(phrases)
        plain = [_plain(message) for message in messages]
        router, index = _router(phrases), Phrases(phrases)
        course = race(
            {
                "route": partial(_routed, router, messages),
                "plain": partial(_routed, router, plain),
                "match": partial(_matched, index, messages),
            },
            rounds=7,
            calls=1,
        )
        route, ascii_only, match = (course.seconds(name) / MESSAGES for name in ("route", "plain", "match"))
        caught = 1 - len(router.replay(messages).unmatched) / MESSAGES
        figures += [
            Figure(f"routing a message, {count:,} phrases", route * 1e6, "µs"),
            Figure(f"routing one in ASCII, {count:,} phrases", ascii_only * 1e6, "µs"),
            Figure(f"looking for {count:,} phrases in a message", match * 1e6, "µs"),
            Figure(f"messages caught by {count:,} phrases", caught * 100, "%"),
        ]
    shown = texts(MESSAGES)
    beyond = sum(not text.isascii() for text in shown) / MESSAGES
    length = sum(map(len, shown)) / MESSAGES
    return [
        *figures,
        Figure("characters in a message", length, ""),
        Figure("messages that are not in ASCII", beyond * 100, "%"),
    ]


def _plain(message: Message) -> Message:
    return message.model_copy(update={"text": message.text.encode("ascii", "ignore").decode()})


def _routed(router: Router, messages: list[Message]) -> None:
    for _ in router.route_many(messages, now=NOON):
        pass


def _matched(index: Phrases, messages: list[Message]) -> None:
    for message in messages:
        index.hits(message.text)


def _router(phrases: list[str]) -> Router:
    rules = [
        RoutingRule(key=f"rule {number}", any_of=phrases[number::RULES], department="sales")
        for number in range(RULES)
    ]
    return Router(rules=rules, default=RoutingRule(key="common", department="manager"))


def _phrases(count: int) -> Iterator[str]:
    """Yield so many phrases of one to three words, no two alike."""
    draw, seen = random.Random(7), set[str]()
    while len(seen) < count:
        words = ("".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(draw.randint(1, 3)))
        phrase = " ".join(words)
        if phrase not in seen:
            seen.add(phrase)
            yield phrase


def _messages(phrases: list[str]) -> list[Message]:
    draw = random.Random(8)
    account = AccountRef(platform="mastodon", brand="acme", name="main")
    return [
        Message(
            id=str(number),
            kind=MessageKind.MENTION,
            account=account,
            author=Author(id="7", handle="ada"),
            text=f"{text} {draw.choice(phrases)}" if draw.random() < CAUGHT else text,
            created_at=NOON,
        )
        for number, text in enumerate(texts(MESSAGES))
    ]
