"""The simulated Instagram as a whole: accounts, and what is on them."""

import random
import re
import unicodedata
from datetime import datetime, timedelta
from itertools import takewhile

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import (
    APP_ID,
    APP_SECRET,
    PAGE,
    USER,
    GraphRefusal,
    PageState,
    Pushes,
    Token,
    Usage,
    missing,
    outside_window,
)
from socialkit.sandbox.instagram._records import Comment, Container, Media, User

SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
)
"""With Facebook's login; Instagram's own calls them `instagram_business_…`."""
OWN_SCOPES = tuple(
    one.replace("instagram_", "instagram_business_", 1) for one in SCOPES if one.startswith("instagram_")
)
INSTAGRAM = "INSTAGRAM"
"""The kind of a token of Instagram's own login."""
HOUR = timedelta(hours=1)
LONG = timedelta(days=60)
DAY = timedelta(hours=24)
PROCESSING = timedelta(seconds=10)
"""How long the simulated Instagram works on a video."""
PRIVATE_REPLY = timedelta(days=7)
POSTS_A_DAY = 100
CONTAINERS_A_DAY = 400
HASHTAGS_A_WEEK = 30
WEEK = timedelta(days=7)


class State(PageState):
    """Everything that the simulated Instagram knows."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        super().__init__(
            clock,
            chance,
            numbers=17_900_000_000_000_000,
            usage=Usage(app_calls=100_000, account_calls=50_000, kind="instagram", spent=80002),
            pushes=Pushes("instagram", APP_SECRET),
        )
        self.users: dict[str, User] = {}
        self.pages: dict[str, str] = {}
        """By the id of a Page that of its account."""
        self.containers: dict[str, Container] = {}
        self.media: dict[str, Media] = {}
        self.comments: dict[str, Comment] = {}
        self.hashtags: dict[str, str] = {}
        """By id their names."""
        self.searched: dict[tuple[str, str], datetime] = {}
        """By account and hashtag when it was searched for; asking again does not count anew."""
        self.blocking = False
        self._names: dict[str, str] = {}

    def user(self, name: str, *, ours: bool = False) -> User:
        """An account by name; made when it is new."""
        if name not in self._names:
            new = User(self.number(), name, re.sub(r"[^A-Za-z0-9._]", "_", name))
            self.users[new.id] = new
            self._names[name] = new.id
        found = self.users[self._names[name]]
        if ours and found.page is None:
            found.page = self.number()
            self.pages[found.page] = found.id
        return found

    def issue(self, owner: str, kind: str, scopes: tuple[str, ...], life: timedelta | None) -> Token:
        """A new token, of a Page, of a person or of an account."""
        start = "IGAA" if kind == INSTAGRAM else "EAA"
        return self.mint(start, kind, owner, scopes, life)

    def account_of(self, token: Token) -> str:
        """The id of the account for which a token calls: a Page's is that of the account linked to it."""
        return self.pages.get(token.owner, token.owner)

    def accounts_of(self, token: Token) -> list[str]:
        """The ids of the accounts that a token opens."""
        if token.kind == USER:
            return list(self.pages.values())
        return [self.account_of(token)]

    def kind_of(self, node: str) -> str | None:
        """Of what kind a node is; `me` is told by the token alone."""
        kinds: tuple[tuple[str, dict[str, object]], ...] = (
            ("IGUser", {**self.users}),
            ("Page", {**self.pages}),
            ("IGMedia", {**self.media}),
            ("IGContainer", {**self.containers}),
            ("IGComment", {**self.comments}),
            ("UnifiedThread", {**self.conversations}),
            ("ShadowIGHashtag", {**self.hashtags}),
        )
        return next((kind for kind, known in kinds if node in known), None)

    def of(self, owner: str, *, stories: bool) -> list[Media]:
        """The posts of an account, or its stories of now, the newest first."""
        over = self.clock.now() - DAY
        found = [
            one
            for one in self.media.values()
            if one.owner == owner
            and (one.product == "STORY") is stories
            and (not stories or one.created > over)
        ]
        return sorted(found, key=newest, reverse=True)

    def under(self, media: str) -> list[Comment]:
        """The comments under a post, the newest first; answers stand below them."""
        found = [one for one in self.comments.values() if one.media == media and one.parent is None]
        return sorted(found, key=newest, reverse=True)

    def answers(self, comment: str) -> list[Comment]:
        """The answers to a comment, the oldest first."""
        return [one for one in self.comments.values() if one.parent == comment]

    def comment(self, above: str, owner: str, text: str) -> Comment:
        """Write under a post or comment: an answer to an answer stands beside it."""
        parent = self.comments.get(above)
        media = above if parent is None else parent.media
        top = None if parent is None else parent.parent or parent.id
        new = Comment(self.number(), media, owner, text, self.now, top)
        self.comments[new.id] = new
        return new

    def told(self, comment: Comment) -> dict[str, object]:
        """What is pushed of a comment; of its own ones an account is told too."""
        writer, above = self.users[comment.owner], self.media[comment.media]
        parent = {} if comment.parent is None else {"parent_id": comment.parent}
        return {
            "from": {"id": writer.writes_as, "username": writer.username},
            "media": {"id": above.id, "media_product_type": above.product},
            "id": comment.id,
            "text": comment.text,
            **parent,
        }

    def remove(self, comment: Comment) -> None:
        """Delete a comment and the answers to it."""
        for answer in self.answers(comment.id):
            self.comments.pop(answer.id, None)
        self.comments.pop(comment.id, None)

    def hashtag(self, name: str) -> str | None:
        """The id of a hashtag; None for one that nobody uses."""
        wanted = name.lower()
        if not any(wanted in hashtags_in(one.caption) for one in self.media.values()):
            return None
        known = next((key for key, value in self.hashtags.items() if value == wanted), None)
        if known is None:
            known = self.number()
            self.hashtags[known] = wanted
        return known

    def may_search(self, owner: str, name: str) -> bool:
        """Whether an account may search for a hashtag still; takes note of it."""
        now = self.clock.now()
        self.searched = {key: at for key, at in self.searched.items() if now - at < WEEK}
        mine = [key for key in self.searched if key[0] == owner]
        key = (owner, name.lower())
        if key not in self.searched and len(mine) >= HASHTAGS_A_WEEK:
            return False
        self.searched.setdefault(key, now)
        return True

    def status(self, container: Container) -> str:
        """How far a container is."""
        now = self.clock.now()
        if container.published is not None:
            return "PUBLISHED"
        if now - container.created >= DAY:
            return "EXPIRED"
        if container.failed and container.ready_at is not None and container.ready_at <= now:
            return "ERROR"
        if container.ready_at is None or container.ready_at > now:
            return "IN_PROGRESS"
        return "FINISHED"

    def used(self, owner: str) -> int:
        """How many posts of an account went out by the API in a day."""
        since = self.clock.now() - DAY
        return sum(
            one.owner == owner and one.published_at is not None and one.published_at > since
            for one in self.containers.values()
        )


def newest(one: Media | Comment) -> tuple[datetime, int]:
    """What things are ordered by."""
    return one.created, int(one.id)


def hashtags_in(text: str) -> set[str]:
    """The hashtags of a caption, in small letters and without their signs."""
    words = unicodedata.normalize("NFC", text).lower().split("#")[1:]
    return {"".join(takewhile(_of_word, one)) for one in words} - {""}


def _of_word(letter: str) -> bool:
    return letter == "_" or letter.isalnum() or unicodedata.category(letter) in {"Mn", "Mc"}


def no_such(node: str, method: str = "get") -> GraphRefusal:
    """There is no such thing, or the caller may not know of it."""
    return missing(node, method)


__all__ = [
    "APP_ID",
    "APP_SECRET",
    "INSTAGRAM",
    "OWN_SCOPES",
    "PAGE",
    "SCOPES",
    "USER",
    "State",
    "no_such",
    "outside_window",
]
