"""What the simulated network remembers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

Json: TypeAlias = dict[str, Any]
Action: TypeAlias = Literal["create", "update", "delete"]


def part(value: Json, key: str) -> Json:
    """The object under a key, empty where there is none."""
    found: object = value.get(key)
    return cast("Json", found) if isinstance(found, dict) else {}


@dataclass(slots=True)
class AppPassword:
    """A password that somebody gave to an application."""

    name: str
    password: str
    created_at: datetime
    privileged: bool
    """Whether it opens private messages too."""


@dataclass(slots=True)
class Account:
    """Somebody on the network."""

    name: str
    """What the sandbox calls them."""
    did: str
    handle: str
    password: str
    created_at: datetime
    app_passwords: dict[str, AppPassword] = field(default_factory=dict[str, AppPassword])
    aliases: set[str] = field(default_factory=set[str])
    """What else they may log in with."""
    email_confirmed: bool = True
    seen_at: datetime | None = None
    muted: set[str] = field(default_factory=set[str])
    muted_threads: set[str] = field(default_factory=set[str])

    @property
    def email(self) -> str:
        """An address that no mail reaches."""
        return f"{self.name}@sandbox.example"


@dataclass(slots=True)
class Access:
    """An access token and what it may do."""

    value: str
    did: str
    scopes: tuple[str, ...]
    expires_at: datetime
    expired: bool = False
    revoked: bool = False
    key: str | None = None
    """Thumbprint of the key that it is bound to; tokens of passwords are bound to none."""


@dataclass(slots=True)
class Refresh:
    """A refresh token of a session that began with a password."""

    value: str
    did: str
    app_password: str | None
    expires_at: datetime
    successor: str | None = None
    """Set once it was used: its next use gives the same again."""


@dataclass(slots=True)
class Blob:
    """An uploaded file."""

    cid: str
    mime: str
    content: bytes
    kept: bool = False
    """Whether a record refers to it."""

    def ref(self) -> Json:
        """The file as records refer to it."""
        return {
            "$type": "blob",
            "ref": {"$link": self.cid},
            "mimeType": self.mime,
            "size": len(self.content),
        }


@dataclass(slots=True)
class Record:
    """A record in a repository."""

    uri: str
    did: str
    collection: str
    key: str
    cid: str
    value: Json
    written_at: datetime
    number: int


@dataclass(slots=True)
class Repo:
    """Somebody's repository, as their server keeps it."""

    did: str
    rev: str = ""
    head: str = ""
    records: dict[tuple[str, str], Record] = field(default_factory=dict[tuple[str, str], Record])
    blobs: dict[str, Blob] = field(default_factory=dict[str, Blob])


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a repository on its way to the app's view."""

    action: Action
    record: Record
    at: datetime


@dataclass(slots=True)
class Indexed:
    """A record as the app's view knows it."""

    record: Record
    indexed_at: datetime
    number: int
    refused: bool = False
    """A reply against the gate of its thread: shown to nobody who looks at the thread, and not counted."""
    loose: bool = False
    """A quote against the gate of the post."""

    @property
    def uri(self) -> str:
        """The record's address."""
        return self.record.uri

    @property
    def value(self) -> Json:
        """What the record says."""
        return self.record.value

    @property
    def order(self) -> tuple[datetime, int]:
        """Where it stands in lists."""
        return self.sorted_at, self.number

    @property
    def sorted_at(self) -> datetime:
        """When it was made, but never later than when it became known."""
        written = self.value.get("createdAt")
        try:
            made = datetime.fromisoformat(written) if isinstance(written, str) else self.indexed_at
        except ValueError:
            return self.indexed_at
        return min(made, self.indexed_at) if made.tzinfo else self.indexed_at


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification."""

    number: int
    did: str
    """Whom it tells."""
    reason: str
    source: Indexed
    subject: str | None = None


@dataclass(slots=True)
class Job:
    """A film that the video service works on."""

    id: str
    did: str
    content: bytes
    made_at: datetime
    ready_at: datetime
    failed: bool = False
    blob: Blob | None = None


@dataclass(slots=True)
class Message:
    """A private message."""

    id: str
    rev: str
    sender: str
    text: str
    sent_at: datetime
    facets: list[Json] | None = None
    reply_to: str | None = None


@dataclass(slots=True)
class Convo:
    """A run of private messages."""

    id: str
    members: tuple[str, ...]
    rev: str
    messages: list[Message] = field(default_factory=list[Message])
    read: dict[str, str] = field(default_factory=dict[str, str])
    """By member the revision up to which they have read."""
    accepted: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Log:
    """An entry in the log of somebody's private messages."""

    did: str
    rev: str
    body: Json


@dataclass(slots=True)
class Pushed:
    """An authorization request that an application pushed."""

    params: dict[str, str]
    key: str
    expires_at: datetime


@dataclass(slots=True)
class Grant:
    """An authorization code that waits to be exchanged."""

    code: str
    did: str
    request: Pushed
    expires_at: datetime


@dataclass(slots=True)
class OAuthSession:
    """What an application was allowed; its refresh tokens count once."""

    did: str
    client_id: str
    scope: str
    key: str
    refresh: str
    access: str
    expires_at: datetime
    used: set[str] = field(default_factory=set[str])
    revoked: bool = False
