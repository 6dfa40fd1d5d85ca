"""What the simulated X remembers."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class User:
    """An account."""

    id: str
    name: str
    """As tests call it."""
    username: str
    created_at: datetime
    followers: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class File:
    """An uploaded file."""

    id: str
    owner: str
    kind: str
    """`photo`, `animated_gif` or `video`."""
    size: int
    created_at: datetime
    pieces: dict[int, bytes] = field(default_factory=dict[int, bytes])
    finished_at: datetime | None = None
    fails: bool = False
    alt_text: str | None = None
    views: int = 0
    """How often a film was seen."""

    @property
    def key(self) -> str:
        """The key under which posts show it."""
        return f"{ {'photo': 3, 'video': 7, 'animated_gif': 16}[self.kind] }_{self.id}"


@dataclass(slots=True)
class Link:
    """A link in a text, and what X made of it."""

    typed: str
    short: str


@dataclass(slots=True)
class Post:
    """A post."""

    id: str
    author: str
    created_at: datetime
    text: str
    """With whom it addresses, without what X adds for its files."""
    typed: str
    """As its author sent it."""
    links: list[Link] = field(default_factory=list[Link])
    files: list[str] = field(default_factory=list[str])
    file_link: str = ""
    quote_link: str = ""
    reply_to: str | None = None
    root: str = ""
    quote_of: str | None = None
    repost_of: str | None = None
    reply_settings: str = "everyone"
    poll: dict[str, object] | None = None
    hidden: bool = False
    versions: list[str] = field(default_factory=list[str])
    """Its ids before this one, oldest first: each edit makes a new one."""
    likes: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Event:
    """A private message."""

    id: str
    conversation: str
    sender: str
    text: str
    created_at: datetime
    links: list[Link] = field(default_factory=list[Link])


@dataclass(slots=True)
class Token:
    """A token of an account."""

    value: str
    user: str
    scopes: tuple[str, ...]
    secret: str = ""
    """Set for tokens of OAuth 1.0a."""
    expires_at: datetime | None = None
    dead: bool = False
    app: bool = False
    """Whether it is the app's own."""
    taken_on_trust: bool = False
    """Whether nobody can check its signatures: it was admitted, and its secret was never told."""


@dataclass(slots=True)
class Hook:
    """An address to which X pushes."""

    id: str
    url: str
    created_at: datetime
    challenge: str
    """What it has to answer for; empty when it was asked."""
    valid: bool = False
    """Whether it answered rightly the last time."""


@dataclass(slots=True)
class Subscription:
    """A kind of activity that X pushes."""

    id: str
    event: str
    user: str
    hook: str
    created_at: datetime


@dataclass(slots=True)
class Grant:
    """A code that waits to be changed into tokens, or a refresh token."""

    client_id: str
    user: str
    scopes: tuple[str, ...]
    redirect_uri: str = ""
    challenge: str = ""
    ends_at: datetime | None = None
