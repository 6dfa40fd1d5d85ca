"""What the simulated Instagram keeps."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class User:
    """An account; one that is ours is a professional one, linked to a Page."""

    id: str
    name: str
    """What the world calls it."""
    username: str
    page: str | None = None
    """The id of the Page that it is linked to."""
    personal: bool = False
    followers: int = 120
    """Instagram tells nothing of followers when there are fewer than a hundred."""

    @property
    def writes_as(self) -> str:
        """The id by which comments name it: for accounts of ours it is another one than their own."""
        return self.id if self.page is None else f"8480{self.id[-11:]}"


@dataclass(slots=True)
class Container:
    """What a post is made of, seen by nobody until it is published."""

    id: str
    owner: str
    created: datetime
    values: dict[str, str]
    film: bool = False
    children: list[str] = field(default_factory=list[str])
    awaits_bytes: bool = False
    received: int = 0
    ready_at: datetime | None = None
    failed: bool = False
    published: str | None = None
    """The id of what it became."""
    published_at: datetime | None = None


@dataclass(slots=True)
class Media:
    """A picture, reel, carousel or story, or a file of a carousel."""

    id: str
    owner: str
    created: datetime
    kind: str
    """`IMAGE`, `VIDEO` or `CAROUSEL_ALBUM`."""
    product: str
    """`FEED`, `REELS` or `STORY`."""
    url: str
    caption: str = ""
    alt_text: str | None = None
    children: list["Media"] = field(default_factory=list["Media"])
    tagged: list[str] = field(default_factory=list[str])
    """Ids of the accounts that it names."""
    likes: set[str] = field(default_factory=set[str])
    likes_hidden: bool = False
    """Whether their number is left out."""
    views: int = 0
    comments_on: bool = True


@dataclass(slots=True)
class Comment:
    """A comment under a post, or an answer to one."""

    id: str
    media: str
    owner: str
    text: str
    created: datetime
    parent: str | None = None
    hidden: bool = False
