"""Jetstream: the network's events as JSON. See https://github.com/bluesky-social/jetstream.

Nothing here is signed: read a record again from its server before relying on it. A deletion is an event like
any other, and whoever keeps what came before has to honour it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from pydantic import AliasChoices, Field, JsonValue, ValidationError

from socialkit.models import Model, OpenEnum, Raw, WireModel
from socialkit.operations import Arrival
from socialkit.transport import Pipeline, Request

__all__ = ["JETSTREAM", "Jetstream", "JetstreamAction", "JetstreamEvent", "JetstreamKind"]

JETSTREAM: Final = "wss://jetstream2.us-east.bsky.network"
"""One of the public servers; times of events are each server's own, so a cursor belongs to one."""
SILENCE: Final = 300.0
"""Seconds without an event after which it is asked again: a narrow choice may be quiet for long."""
OVERLAP: Final = timedelta(seconds=5)
"""How much is read again after a reconnection; what was seen is passed over."""
MOST_COLLECTIONS: Final = 100
MOST_DIDS: Final = 200
"""As many as an address carries everywhere; the server itself takes 10,000 in another way."""
MICROSECOND: Final = timedelta(microseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MARK: Final = "~"
OLD_KINDS: Final = {"com": "commit", "id": "identity", "acc": "account"}
OLD_ACTIONS: Final = {"c": "create", "u": "update", "d": "delete"}
"""As they were written before 2024-09-09, in what people have saved."""


class JetstreamKind(OpenEnum):
    """What an event is about."""

    COMMIT = "commit"
    """A record."""
    IDENTITY = "identity"
    """A handle, or where an account lives."""
    ACCOUNT = "account"
    """Whether an account is active."""


class JetstreamAction(OpenEnum):
    """What was done to a record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class JetstreamEvent(Model):
    """Something that happened on the network.

    Example:
        >>> event = JetstreamEvent(
        ...     kind="commit", did="did:plc:abc", time_us=1, action="delete", collection="a.b.c", rkey="3k"
        ... )
        >>> event.uri, event.record
        ('at://did:plc:abc/a.b.c/3k', None)
    """

    kind: JetstreamKind
    did: str
    """Whose repository or account it is about."""
    time_us: int
    """When the server passed it on, in microseconds since 1970."""
    action: JetstreamAction | None = None
    """Set for commits."""
    collection: str | None = None
    """The type of the record, such as `app.bsky.feed.post`."""
    rkey: str | None = None
    rev: str | None = None
    """The state of the repository after it."""
    record: dict[str, JsonValue] | None = None
    """The record as its author wrote it; None for a deletion."""
    cid: str | None = None
    """The record's hash; None for a deletion, and in old recordings."""
    handle: str | None = None
    """Set for an identity, where it is told."""
    active: bool | None = None
    """Set for an account: False when it was deleted, deactivated or taken down."""
    status: str | None = None
    """Why an account is not active."""
    seq: int | None = None
    raw: Raw = Raw.of(b"{}")
    """What the server sent."""

    @property
    def at(self) -> datetime:
        """When the server passed it on, aware UTC."""
        return EPOCH + self.time_us * MICROSECOND

    @property
    def uri(self) -> str | None:
        """The address of the record; None for other kinds."""
        if self.collection is None or self.rkey is None:
            return None
        return f"at://{self.did}/{self.collection}/{self.rkey}"


class WireCommit(WireModel):
    """What was done to a record."""

    operation: str = Field(validation_alias=AliasChoices("operation", "type"))
    collection: str
    rkey: str
    rev: str | None = None
    record: dict[str, JsonValue] | None = None
    cid: str | None = None


class WireWho(WireModel):
    """What is told of an identity or an account."""

    handle: str | None = None
    active: bool | None = None
    status: str | None = None
    seq: int | None = None


class WireEvent(WireModel):
    """An event, in today's form or in that of before 2024-09-09."""

    did: str
    time_us: int
    kind: str = Field(validation_alias=AliasChoices("kind", "type"))
    commit: WireCommit | None = None
    identity: WireWho | None = None
    account: WireWho | None = None


def to_event(content: bytes) -> JetstreamEvent | None:
    """Map a message; None for one that nobody can read."""
    try:
        wire = WireEvent.model_validate_json(content)
    except ValidationError:
        return None
    kind = JetstreamKind(OLD_KINDS.get(wire.kind, wire.kind))
    commit, who = wire.commit, wire.identity or wire.account or WireWho()
    if kind is JetstreamKind.COMMIT and commit is None:
        return None
    action = None if commit is None else OLD_ACTIONS.get(commit.operation, commit.operation)
    return JetstreamEvent(
        kind=kind,
        did=wire.did,
        time_us=wire.time_us,
        action=None if action is None else JetstreamAction(action),
        collection=None if commit is None else commit.collection,
        rkey=None if commit is None else commit.rkey,
        rev=None if commit is None else commit.rev,
        record=None if commit is None else commit.record,
        cid=None if commit is None else commit.cid,
        handle=who.handle,
        active=who.active,
        status=who.status,
        seq=who.seq,
        raw=Raw.of(content),
    )


class _Seen:
    """Up to when events were handed out, and which ones lately."""

    def __init__(self, time_us: int, known: tuple[str, ...] = (), *, resumed: bool = False) -> None:
        self.time_us = time_us
        self._from = time_us if resumed else 0
        self._now = list(known)
        """Those of the last microsecond: several may share it."""
        self._lately = OrderedDict.fromkeys(known, time_us)

    @classmethod
    def of(cls, cursor: str) -> _Seen:
        """Read a cursor."""
        time_us, *known = cursor.split(MARK)
        if not (time_us.isascii() and time_us.isdecimal()):
            message = f"cursor={cursor!r} is not one that this stream gave"
            raise ValueError(message)
        return cls(int(time_us), tuple(known), resumed=True)

    def cursor(self) -> str:
        """Return it as a text."""
        return MARK.join((str(self.time_us), *self._now))

    def add(self, event: JetstreamEvent) -> bool:
        """Note an event, and tell whether it is new."""
        name = _name(event)
        if event.time_us < self._from or name in self._lately:
            return False
        self._lately[name] = event.time_us
        if event.time_us > self.time_us:
            self.time_us, self._now = event.time_us, []
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


class Jetstream:
    """Follows one server of the network's events; needs no account, and the extra `stream`."""

    def __init__(self, pipeline: Pipeline, *, url: str = JETSTREAM) -> None:
        self._pipeline = pipeline
        self._url = url.rstrip("/")

    async def follow(
        self, *, collections: Collection[str] = (), dids: Collection[str] = (), cursor: str | None = None
    ) -> AsyncGenerator[Arrival[JetstreamEvent], None]:
        """Yield events as they come, each once; the line is made again when it breaks.

        Args:
            collections: Only records of these types (`app.bsky.feed.post`, `app.bsky.graph.*`); news of
                identities and accounts come all the same.
            dids: Only what these accounts do.
            cursor: Where to resume; the server keeps some days.

        Raises:
            ValueError: There are too many of them, or the cursor is not one.
            ConfigurationError: The library for WebSockets is missing.
        """
        if len(collections) > MOST_COLLECTIONS or len(dids) > MOST_DIDS:
            message = f"one stream follows at most {MOST_COLLECTIONS} collections and {MOST_DIDS} accounts"
            raise ValueError(message)
        wanted = (
            *(("wantedCollections", one) for one in collections),
            *(("wantedDids", one) for one in dids),
        )
        now = (self._pipeline.transport.now() - EPOCH) // MICROSECOND
        seen, begun = (_Seen(now), False) if cursor is None else (_Seen.of(cursor), True)

        async def session() -> AsyncGenerator[Arrival[JetstreamEvent], None]:
            nonlocal begun
            back = OVERLAP // MICROSECOND if begun else 0
            params = (*wanted, ("cursor", str(max(0, seen.time_us - back))))
            request = Request(
                method="GET", url=f"{self._url}/subscribe", params=params, signed=False, timeout=SILENCE
            )
            answer = await self._pipeline.open(request)
            try:
                begun = True
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
