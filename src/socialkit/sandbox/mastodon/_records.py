"""What the simulated instance remembers."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Account:
    """Somebody with a profile, here or on another server."""

    id: str
    username: str
    created_at: datetime
    domain: str | None = None
    display_name: str = ""
    note: str = ""
    locked: bool = False

    @property
    def acct(self) -> str:
        """The address as this server shows it."""
        return f"{self.username}@{self.domain}" if self.domain else self.username


@dataclass(slots=True)
class App:
    """A registered application."""

    id: str
    name: str
    website: str | None
    redirect_uris: list[str]
    scopes: list[str]
    client_id: str
    client_secret: str


@dataclass(slots=True)
class Token:
    """An access token; without an account it is the application's own."""

    value: str
    app: App
    account_id: str | None
    scopes: list[str]
    created_at: datetime
    revoked: bool = False
    expired: bool = False


@dataclass(slots=True)
class Grant:
    """An authorization code that waits to be exchanged."""

    code: str
    app: App
    account_id: str
    scopes: list[str]
    redirect_uri: str
    challenge: str | None
    expires_at: datetime


@dataclass(slots=True)
class Attachment:
    """An uploaded file."""

    id: str
    account_id: str
    kind: str
    size: tuple[int, int]
    file_name: str
    ready_at: datetime
    description: str | None = None
    focus: tuple[float, float] | None = None
    status_id: str | None = None
    """The status or scheduled status that it is attached to."""
    failed: bool = False


@dataclass(slots=True)
class Poll:
    """A question with options."""

    id: str
    options: list[str]
    expires_at: datetime
    multiple: bool
    hide_totals: bool
    votes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """By account id."""
    announced: bool = False


@dataclass(slots=True)
class Edit:
    """A version of a status."""

    created_at: datetime
    text: str
    spoiler_text: str
    sensitive: bool
    media_ids: list[str]
    poll_options: list[str] | None


@dataclass(slots=True)
class Content:
    """What a caller says when making or changing a status, after validation."""

    text: str
    spoiler_text: str
    sensitive: bool
    language: str | None
    media_ids: list[str]
    poll: Poll | None
    quote_policy: str


@dataclass(slots=True)
class Status:
    """A published status, or a boost of one."""

    id: str
    account_id: str
    created_at: datetime
    text: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = None
    reply_to_id: str | None = None
    reply_to_account_id: str | None = None
    root_id: str = ""
    """First status of the thread: what conversations are kept by."""
    reblog_of_id: str | None = None
    quote_of_id: str | None = None
    quote_policy: str = "public"
    media_ids: list[str] = field(default_factory=list[str])
    poll: Poll | None = None
    app: App | None = None
    mention_ids: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    edited_at: datetime | None = None
    edits: list[Edit] = field(default_factory=list[Edit])
    favourites: dict[str, int] = field(default_factory=dict[str, int])
    """Account id to the favourite's own, internal id."""
    bookmarks: dict[str, int] = field(default_factory=dict[str, int])
    muted_by: set[str] = field(default_factory=set[str])
    pinned: int | None = None
    """When it was pinned, as an internal id; None when it is not."""


@dataclass(slots=True)
class Scheduled:
    """A status that waits for its time."""

    id: str
    account_id: str
    scheduled_at: datetime
    status: Status
    content: Content
    params: dict[str, object]


@dataclass(slots=True)
class Notice:
    """A notification."""

    id: str
    account_id: str
    """Whom it tells."""
    kind: str
    from_id: str
    created_at: datetime
    status_id: str | None = None


@dataclass(slots=True)
class Conversation:
    """A run of direct messages as one of its members sees it."""

    id: str
    account_id: str
    """Whose view this is."""
    root_id: str
    others: tuple[str, ...]
    status_ids: list[str] = field(default_factory=list[str])
    unread: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Report:
    """A report about an account."""

    id: str
    account_id: str
    target_id: str
    status_ids: list[str]
    comment: str
    category: str
    rule_ids: list[str]
    forward: bool
    created_at: datetime
