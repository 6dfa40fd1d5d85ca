"""Who: accounts, authors and profiles."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from socialkit.models._base import EMPTY_RAW, AwareTime, Model, Raw

__all__ = ["ACCOUNT", "AccountKey", "AccountRef", "Author", "KeyPart", "Profile"]

ACCOUNT: Final = r"[^/]*[^\s/][^/]*/[^\s/]+/[^/]*[^\s/][^/]*"
"""What `brand/platform/name` looks like; brands and accounts may have spaces in their names."""


def _part(name: str) -> str:
    if not name.strip() or "/" in name:
        message = f"{name!r} cannot be part of an account's key: it is empty or holds a slash"
        raise ValueError(message)
    return name


KeyPart = Annotated[str, AfterValidator(_part)]
"""With a slash in it, two accounts could have one key, and one the other's tokens."""


def _account(key: str) -> str:
    if re.fullmatch(ACCOUNT, key) is None:
        message = f"{key[:60]!r} is no account's key: write it as 'acme/mastodon/main'"
        raise ValueError(message)
    return key


AccountKey = Annotated[str, AfterValidator(_account)]
"""One of our accounts, by its key in a workspace."""


class AccountRef(Model):
    """Whose a thing is: one account of one brand on one platform.

    Every post, message and observation carries one, and a client of another account refuses the thing.

    Example:
        >>> AccountRef(platform="x", brand="acme", name="main").key
        'acme/x/main'
    """

    platform: KeyPart
    host: KeyPart | None = None
    """The server, where a platform has many."""
    id: str | None = None
    """The platform's own id; None until it was asked for."""
    handle: str | None = None
    """The name that people see."""
    brand: KeyPart | None = None
    """The brand's key in a workspace."""
    name: KeyPart | None = None
    """The account's name in a workspace."""

    @property
    def key(self) -> str:
        """`brand/platform/name` in a workspace, which drafts are for; else `platform://host/id`."""
        if self.brand is not None:
            return f"{self.brand}/{self.platform}/{self.name or 'main'}"
        if self.host is None and self.id is None:
            return self.platform
        # Nothing between two slashes: no address of an account in a workspace looks like that.
        place = f"{self.platform}://{self.host or ''}"
        return place if self.id is None else f"{place}/{self.id}"

    def conflict(self, other: AccountRef) -> str | None:
        """Return why two refs cannot be the same account; None when nothing speaks against it."""
        for field in ("platform", "brand", "name", "host", "id"):
            mine, others = getattr(self, field), getattr(other, field)
            if mine is not None and others is not None and mine != others:
                return f"{field} {others!r}, not {mine!r}"
        return None


class Author(Model):
    """Who wrote a post or a message.

    Example:
        >>> ada = Author(id="7", handle="ada@example.social", name="Ada")
        >>> f"{ada.name} is mentioned as @{ada.handle}"
        'Ada is mentioned as @ada@example.social'
    """

    id: str
    handle: str
    """The name to mention them by, without the `@`."""
    name: str = ""
    """The name that they show."""
    url: str | None = None
    avatar_url: str | None = None


class Profile(Author):
    """An account as it presents itself; counts are None where the platform gives none.

    Example:
        >>> profile = Profile(id="7", handle="ada", bio="Waxed jackets", follower_count=1200)
        >>> profile.follower_count, profile.following_count
        (1200, None)
    """

    bio: str = ""
    """The self-description as plain text."""
    follower_count: int | None = None
    following_count: int | None = None
    post_count: int | None = None
    created_at: AwareTime | None = None
    automated: bool | None = None
    """Whether it says that it is a bot."""
    account: AccountRef | None = None
    """Through which of our accounts it was seen."""
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
