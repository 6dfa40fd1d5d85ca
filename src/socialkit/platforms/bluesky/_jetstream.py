"""Jetstream: the network's events as they happen. See https://github.com/bluesky-social/jetstream.

Nothing here is signed: read a record again from its server before relying on it. A deletion is an event like
any other, and whoever keeps what came before has to honour it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from socialkit.errors import BadRequestError, ConfigurationError
from socialkit.operations import Arrival
from socialkit.platforms.bluesky._events import EPOCH, MICROSECOND, JetstreamEvent, to_event
from socialkit.platforms.bluesky._session import is_loopback
from socialkit.transport import OpenAnswer, Pipeline, Request

__all__ = ["JETSTREAM", "Jetstream"]

JETSTREAM: Final = "wss://jetstream2.us-east.bsky.network"
"""One of the public servers; times of events are each server's own, so a cursor belongs to one."""
SILENCE: Final = 300.0
"""Seconds without an event after which it is asked again: a narrow choice may be quiet for long."""
OVERLAP: Final = timedelta(seconds=5)
"""How much is read again after a reconnection; what was seen is passed over."""
MOST_COLLECTIONS: Final = 100
MOST_DIDS: Final = 200
"""As many as an address carries everywhere; the server itself takes 10,000 in another way."""
MARK: Final = "~"
ASKED: Final = "since"
"""In place of an event's name: the time is one that was asked for, so nothing before it is wanted."""
TIME: Final = re.compile(r"[0-9]{1,19}")
"""Microseconds in a cursor: servers count them in 63 bits."""
PLAIN: Final = re.compile(r"[^<{\[\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,300}")
"""A line of words: no page and no JSON."""
ADDRESS: Final = re.compile(r"wss?://[^\s\\@?#\x00-\x1f\x7f]+")
"""One that holds neither credentials nor a query."""


class _Seen:
    """Up to when events were handed out, and which ones lately."""

    def __init__(self, time_us: int, known: tuple[str, ...] = (), *, floor: int = 0) -> None:
        self.time_us = time_us
        self.floor = floor
        """What is older was handed out, or is not wanted."""
        self._now = list(known)
        """Those of the last microsecond: several may share it."""
        self._lately = OrderedDict.fromkeys(known, time_us)
        self._by_our_clock = not known
        """Until an event says what time it is at the server: a cursor ahead of that leads nowhere."""

    @classmethod
    def of(cls, cursor: str) -> _Seen:
        """Read a cursor."""
        time_us, *known = cursor.split(MARK)
        if not TIME.fullmatch(time_us):
            message = f"cursor={cursor!r} is not one that this stream gave"
            raise ValueError(message)
        # Without a name the time is one of our own clock, behind which the server's may be.
        return cls(int(time_us), tuple(known), floor=int(time_us) if known else 0)

    def cursor(self) -> str:
        """Return it as a text."""
        return MARK.join((str(self.time_us), *self._now))

    def add(self, event: JetstreamEvent) -> bool:
        """Note an event, and tell whether it is new."""
        name = _name(event)
        if event.time_us < self.floor or name in self._lately:
            return False
        self._lately[name] = event.time_us
        if event.time_us > self.time_us or self._by_our_clock:
            self.time_us, self._now, self._by_our_clock = event.time_us, [], False
        if event.time_us == self.time_us:
            self._now.append(name)
        oldest = self.time_us - 2 * (OVERLAP // MICROSECOND)
        while self._lately and next(iter(self._lately.values())) < oldest:
            self._lately.popitem(last=False)
        return True


def _name(event: JetstreamEvent) -> str:
    """Name an event in a few letters, the same each time it comes."""
    parts = (event.did, event.kind, event.action, event.collection, event.rkey, event.rev, event.seq)
    return blake2b(repr([str(part) for part in parts]).encode(), digest_size=8).hexdigest()


def address_of(given: str | None, base_url: str) -> str:
    """Return where events come from: what was given, a stand-in on this machine, or the public server.

    Raises:
        ConfigurationError: What was given is no address of a WebSocket.
    """
    if given is None:
        parts = urlsplit(base_url)
        if not is_loopback(parts.hostname or ""):
            return JETSTREAM
        return ("wss" if parts.scheme == "https" else "ws") + base_url[len(parts.scheme) :].rstrip("/")
    try:
        parts = urlsplit(given)
        good = bool(ADDRESS.fullmatch(given)) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        shown = Request(method="GET", url=given).shown().url
        message = f"jetstream must look like {JETSTREAM}, not {shown}"
        raise ConfigurationError(message, platform="bluesky")
    return given.rstrip("/")


class Jetstream:
    """Follows one server of the network's events, which is told of no account and needs none."""

    def __init__(self, pipeline: Pipeline, url: str | None = None) -> None:
        self._pipeline = pipeline
        self._url = address_of(url, pipeline.base_url)

    async def follow(
        self,
        collections: Collection[str],
        dids: Collection[str],
        *,
        since: datetime | None = None,
        cursor: str | None = None,
    ) -> AsyncGenerator[Arrival[JetstreamEvent], None]:
        """Yield events as they come, each once; the line is made again when it breaks."""
        wanted, seen = _wanted(collections, dids), _begin(since, cursor)

        async def session() -> AsyncGenerator[Arrival[JetstreamEvent], None]:
            nonlocal seen
            answer = await self._open(self._request(wanted, seen))
            try:
                if seen is None:
                    seen = _Seen(_microseconds(self._pipeline.transport.now()))
                yield Arrival(cursor=seen.cursor())
                while (message := await answer.receive()) is not None:
                    event = to_event(message)
                    new = event is not None and seen.add(event)
                    yield Arrival((event,) if new and event else (), seen.cursor())
            finally:
                await answer.close()

        async with aclosing(self._pipeline.lasting(session)) as arrivals:
            async for arrival in arrivals:
                yield arrival

    async def _open(self, request: Request) -> OpenAnswer:
        try:
            return await self._pipeline.open(request)
        except BadRequestError as error:
            # Which of the choices it does not take is said in plain words, as nothing else of the network is.
            said = error.body.decode("utf-8", "replace").strip()
            if PLAIN.fullmatch(said):
                error.message = said
            raise

    def _request(self, wanted: tuple[tuple[str, str], ...], seen: _Seen | None) -> Request:
        """Return what asks for events: from now on, or from a little before the last one."""
        if seen is not None:
            wanted = (*wanted, ("cursor", str(max(0, seen.time_us - OVERLAP // MICROSECOND))))
        return Request(
            method="GET", url=f"{self._url}/subscribe", params=wanted, signed=False, timeout=SILENCE
        )


def _wanted(collections: Collection[str], dids: Collection[str]) -> tuple[tuple[str, str], ...]:
    if isinstance(collections, str) or isinstance(dids, str):
        message = "collections and dids are several: put the one into a list"
        raise TypeError(message)
    if len(collections) > MOST_COLLECTIONS or len(dids) > MOST_DIDS:
        message = f"one stream follows at most {MOST_COLLECTIONS} collections and {MOST_DIDS} accounts"
        raise ValueError(message)
    handles = [one for one in dids if not one.startswith("did:")]
    if handles:
        message = f"dids holds {handles[0]!r}, which is none: listening.profile(handle).id is one"
        raise ValueError(message)
    return (
        *(("wantedCollections", one) for one in collections),
        *(("wantedDids", one) for one in dids),
    )


def _begin(since: datetime | None, cursor: str | None) -> _Seen | None:
    if cursor is not None:
        return _Seen.of(cursor)
    if since is None:
        return None
    start = max(0, _microseconds(since))
    return _Seen(start, (ASKED,), floor=start)


def _microseconds(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND
