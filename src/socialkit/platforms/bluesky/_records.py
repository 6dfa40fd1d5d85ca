"""Addresses and keys of records. See https://atproto.com/specs/at-uri-scheme and https://atproto.com/specs/tid."""

from __future__ import annotations

import hashlib
import re
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from socialkit.models import Model
from socialkit.text import is_at_uri, is_tid

__all__ = [
    "LIKE",
    "LIST",
    "POST",
    "POSTGATE",
    "THREADGATE",
    "Address",
    "Key",
    "Ref",
    "Thread",
    "new_key",
    "parse_uri",
    "planned_key",
    "settled_key",
    "written",
]

POST: Final = "app.bsky.feed.post"
LIKE: Final = "app.bsky.feed.like"
LIST: Final = "app.bsky.graph.list"
THREADGATE: Final = "app.bsky.feed.threadgate"
POSTGATE: Final = "app.bsky.feed.postgate"

URI: Final = re.compile(r"at://([^/]+)/([^/]+)/([^/]+)")
DIGITS: Final = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH: Final = 13
CLOCK_BITS: Final = 10
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LEAP: Final = 1_000_000
"""Microseconds within which keys follow each other; a clock that stood back further is believed."""

SPREAD: Final = timedelta(minutes=1)
"""Over how much time before that of their plan keys are spread: much is planned for one instant."""


class Address(NamedTuple):
    """The parts of a record's address."""

    authority: str
    """Whose it is: a DID, or a handle."""
    collection: str
    key: str

    def __str__(self) -> str:
        return f"at://{self.authority}/{self.collection}/{self.key}"


def parse_uri(uri: str) -> Address | None:
    """Return the parts of a record's address; None when the text is none.

    Example:
        >>> parse_uri("at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a").key
        '3jzfcijpj2z2a'
    """
    found = URI.fullmatch(uri)
    return Address(*found.groups()) if found is not None and is_at_uri(uri) else None


class Ref(Model):
    """A version of a record: its address and the digest of its content."""

    uri: str
    cid: str


class Thread(Model):
    """Where an answer stands: what it answers, and the first post above."""

    root: Ref
    parent: Ref


class Key(Model):
    """What makes writing a record repeatable: chosen once, before anything is sent."""

    rkey: str
    created_at: str


class _Latest:
    """The latest key of this process: two in the same microsecond would be one record."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._time = 0

    def after(self, time: int) -> int:
        with self._guard:
            ahead = self._time - time
            self._time = self._time + 1 if 0 <= ahead < LEAP else time
            return self._time


_latest = _Latest()


def new_key(now: datetime, identity: str) -> Key:
    """Return the key of a new record.

    Args:
        now: The time, which the key holds in microseconds.
        identity: The write's own identity (a UUID), which fills the bits that are no time.
    """
    moment = _latest.after((now - EPOCH) // MICROSECOND)
    rkey = _tid(moment << CLOCK_BITS | uuid.UUID(identity).int % (1 << CLOCK_BITS))
    return Key(rkey=rkey, created_at=written(now))


def planned_key(planned: datetime, now: datetime, identity: str, *, after: str | None = None) -> Key:
    """Return the key of a record that was planned: who forgot that it was written writes no second one.

    Args:
        planned: When the delivery was to leave as it was planned.
        now: The time, which readers see.
        identity: The write's own identity (a UUID): it keeps apart what was planned for one instant.
        after: The address of the part before, whose key this one follows.
    """
    chance = uuid.UUID(identity).int
    before = parse_uri(after) if after is not None else None
    if before is not None and is_tid(before.key):
        moment = _moment(before.key) + 1 + (chance >> CLOCK_BITS) % LEAP
    else:
        moment = (planned - EPOCH) // MICROSECOND - (chance >> CLOCK_BITS) % (SPREAD // MICROSECOND)
    return Key(rkey=_tid(moment << CLOCK_BITS | chance % (1 << CLOCK_BITS)), created_at=written(now))


def written(time: datetime) -> str:
    """Return a time as records hold it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def settled_key(uri: str) -> str:
    """Return the key of what an account has once for each other record: a like, above all.

    It follows from the record alone, so that writing it twice writes one.

    Example:
        >>> settled_key("at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a")
        '6fyao4mnypcdy'
    """
    digest = hashlib.sha256(uri.encode()).digest()
    return _tid(int.from_bytes(digest[:8]) >> 1)


def _tid(number: int) -> str:
    return "".join(DIGITS[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def _moment(tid: str) -> int:
    """Return the microseconds that a key holds."""
    number = 0
    for digit in tid:
        number = number << 5 | DIGITS.index(digit)
    return number >> CLOCK_BITS
