"""Events of the network, as Jetstream tells them. See https://github.com/bluesky-social/jetstream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import AliasChoices, Field, JsonValue, ValidationError

from socialkit.models import Model, OpenEnum, Raw, WireModel

__all__ = ["EPOCH", "MICROSECOND", "JetstreamAction", "JetstreamEvent", "JetstreamKind", "to_event"]

MICROSECOND: Final = timedelta(microseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
"""The calendar's last microsecond: a later one would lead every cursor into nowhere."""
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
    time_us: int = Field(ge=0, le=LAST)
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
