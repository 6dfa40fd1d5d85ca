"""What the simulated Threads keeps."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class User:
    """Somebody with a profile."""

    id: str
    name: str
    followers: int = 150
    """Meta tells nothing of profiles with fewer than a hundred."""


@dataclass(slots=True, kw_only=True)
class Content:
    """What a post holds, and a container before it."""

    kind: str
    """`TEXT`, `IMAGE`, `VIDEO` or `CAROUSEL`; `REPOST` for what only repeats another post."""
    text: str = ""
    url: str | None = None
    alt_text: str | None = None
    children: tuple[str, ...] = ()
    reply_to: str | None = None
    quotes: str | None = None
    repeats: str | None = None
    link: str | None = None
    topic: str | None = None
    spoiler: bool = False
    ghost: bool = False
    approvals: bool = False
    """Whether replies wait until its owner approves them."""
    countries: tuple[str, ...] = ()
    """In which it is shown; everywhere if none are given."""


@dataclass(slots=True)
class Container:
    """A post that nobody sees yet."""

    id: str
    owner: str
    content: Content
    item: bool
    """Whether it is one of a carousel's."""
    created: datetime
    ready_at: datetime
    failed: bool = False
    published: str | None = None
    """The id of the post that it became."""


@dataclass(slots=True)
class Post:
    """A post or reply."""

    id: str
    owner: str
    content: Content
    created: datetime
    root: str | None = None
    """The id of the post at the top, for a reply."""
    named: tuple[str, ...] = ()
    """Ids of the accounts that it mentions."""
    hidden: bool = False
    waits: str | None = None
    """`pending` or `ignored`; None for what everybody sees."""
    likes: set[str] = field(default_factory=set[str])
    reposts: int = 0
    quotes: int = 0
