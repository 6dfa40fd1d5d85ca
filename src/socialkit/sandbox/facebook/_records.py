"""What the simulated Facebook keeps."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Person:
    """Somebody, or a Page."""

    id: str
    name: str
    page: bool = False
    followers: int = 120
    """Meta counts nothing for Pages with fewer than a hundred."""


@dataclass(slots=True)
class Photo:
    """A picture, seen by nobody until a post holds it."""

    id: str
    owner: str
    alt_text: str | None = None


@dataclass(slots=True)
class Video:
    """A video or reel, on its way or out."""

    id: str
    owner: str
    session: str
    size: int = 0
    received: int = 0
    finished: bool = False
    ready_at: datetime | None = None
    failed: bool = False
    title: str = ""
    description: str = ""
    post_id: str | None = None
    released: datetime | None = None
    reel: bool = False


@dataclass(slots=True)
class Post:
    """A post."""

    id: str
    owner: str
    """Who wrote it."""
    message: str
    created: datetime
    updated: datetime
    link: str | None = None
    photos: list[str] = field(default_factory=list[str])
    video: str | None = None
    place: str | None = None
    with_people: list[str] = field(default_factory=list[str])
    """Ids of people who are tagged as having been there."""
    tagged: list[str] = field(default_factory=list[str])
    """Ids of the Pages that it names."""
    wall: str | None = None
    """The id of the Page on which somebody else put it."""
    scheduled: datetime | None = None
    """When it goes out; None once it is out."""
    app: str | None = None
    """The id of the application that made it; None where somebody wrote it by hand."""
    hidden: bool = False
    likes: set[str] = field(default_factory=set[str])
    shares: int = 0
    views: int = 0


@dataclass(slots=True)
class Comment:
    """A comment under a post, or under another comment."""

    id: str
    post: str
    owner: str
    message: str
    created: datetime
    parent: str | None = None
    app: str | None = None
    hidden: bool = False
    likes: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Story:
    """A story, gone after a day."""

    id: str
    owner: str
    media: str
    created: datetime
