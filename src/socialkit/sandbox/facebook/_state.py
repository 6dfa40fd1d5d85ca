"""The simulated Facebook as a whole: people, Pages, and what is on them."""

import random
from datetime import datetime, timedelta

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
    bad_parameter,
    missing,
    outside_window,
)
from socialkit.sandbox.facebook._records import (
    Comment,
    Person,
    Photo,
    Post,
    Story,
    Video,
)

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_manage_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_messaging",
    "read_insights",
)
TEXT = 63_206
"""Characters of a post, as is widely said."""
HOUR = timedelta(hours=1)
LONG = timedelta(days=60)
PROCESSING = timedelta(seconds=10)
"""How long the simulated Facebook works on a video."""
PRIVATE_REPLY = timedelta(days=7)
DAY = timedelta(hours=24)
REELS = 30
"""How many reels a Page takes by the API within 24 hours."""


class State(PageState):
    """Everything that the simulated Facebook knows."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        super().__init__(
            clock,
            chance,
            numbers=100_000_000_000_000,
            usage=Usage(app_calls=100_000, account_calls=50_000, kind="pages", spent=80001),
            pushes=Pushes("page", APP_SECRET),
        )
        self.people: dict[str, Person] = {}
        self.photos: dict[str, Photo] = {}
        self.videos: dict[str, Video] = {}
        self.posts: dict[str, Post] = {}
        self.comments: dict[str, Comment] = {}
        self.stories: dict[str, Story] = {}
        self._names: dict[str, str] = {}
        self.refuses_repeats = True
        self.posts_told_after = timedelta()
        """How long after its release a video tells which post shows it."""
        self._reels: list[tuple[str, datetime]] = []

    def spend_reel(self, page: str) -> None:
        """Note that a Page publishes a reel, or refuse the one too many: its code is not told."""
        since = self.clock.now() - DAY
        self._reels = [one for one in self._reels if one[1] > since]
        if sum(owner == page for owner, _ in self._reels) >= REELS:
            raise GraphRefusal(4, f"(#4) The Page has reached the limit of {REELS} reels in 24 hours")
        self._reels.append((page, self.clock.now()))

    def person(self, name: str, *, page: bool = False) -> Person:
        """Somebody by name; made when they are new."""
        if name not in self._names:
            new = Person(self.number(), name, page)
            self.people[new.id] = new
            self._names[name] = new.id
        return self.people[self._names[name]]

    def page_of(self, post: str) -> str:
        """The id of the Page that a post is on."""
        return post.partition("_")[0]

    def issue(self, owner: Person, kind: str, scopes: tuple[str, ...], life: timedelta | None) -> Token:
        """A new token."""
        return self.mint("EAA", kind, owner.id, scopes, life)

    def kind_of(self, node: str) -> str | None:
        """Of what kind a node is."""
        if node == "me":
            return "Page"
        kinds: tuple[tuple[str, dict[str, object]], ...] = (
            ("PagePost", {**self.posts}),
            ("Comment", {**self.comments}),
            ("Photo", {**self.photos}),
            ("AdVideo", {**self.videos}),
            ("UnifiedThread", {**self.conversations}),
        )
        for kind, known in kinds:
            if node in known:
                return kind
        if node.startswith("act_"):
            return "AdAccount"
        person = self.people.get(node)
        return None if person is None else "Page" if person.page else "User"

    def post(self, post: str, method: str = "get") -> Post:
        """A post, or refuse."""
        if post not in self.posts:
            raise missing(post, method)
        return self.posts[post]

    def shown(self, node: str) -> str:
        """The post that stands for a node: a video's own, where it has one."""
        video = self.videos.get(node)
        return node if video is None or video.post_id is None else video.post_id

    def remove_video(self, video: Video) -> None:
        """Delete a video with its post."""
        if video.post_id in self.posts:
            self.remove_post(self.posts[video.post_id])
        del self.videos[video.id]

    def visible(self, page: str) -> list[Post]:
        """The posts of a Page that are out, the newest first."""
        found = [one for one in self.posts.values() if one.owner == page and one.scheduled is None]
        return sorted(found, key=lambda one: (one.created, int(one.id.partition("_")[2])), reverse=True)

    def waiting(self, page: str) -> list[Post]:
        """The posts of a Page that wait for their time."""
        found = [one for one in self.posts.values() if one.owner == page and one.scheduled is not None]
        return sorted(found, key=lambda one: one.scheduled or one.created, reverse=True)

    def under(self, thing: str, *, whole: bool) -> list[Comment]:
        """The comments under a post or comment, the oldest first; with those below them if `whole`."""
        if thing in self.posts:
            found = [one for one in self.comments.values() if one.post == thing]
            return [one for one in found if whole or one.parent is None]
        return [one for one in self.comments.values() if one.parent == thing]

    def fitting(self, message: str) -> str:
        """The words of a post, or refuse too many."""
        if len(message) > TEXT:
            raise bad_parameter(f"message must be at most {TEXT} characters")
        return message

    def publish(self, owner: str, message: str, at: datetime | None = None) -> Post:
        """Make a post; one with a time waits for it."""
        post = Post(
            f"{owner}_{self.number()}", owner, self.fitting(message), self.now, self.now, scheduled=at
        )
        self.posts[post.id] = post
        return post

    def remove_post(self, post: Post) -> None:
        """Delete a post and what stands under it."""
        del self.posts[post.id]
        self.comments = {key: one for key, one in self.comments.items() if one.post != post.id}

    def remove_comment(self, comment: Comment) -> None:
        """Delete a comment and the answers to it."""
        for answer in self.under(comment.id, whole=True):
            self.remove_comment(answer)
        del self.comments[comment.id]

    def comment(self, above: str, owner: str, message: str) -> Comment:
        """Write under a post, or under a comment: an answer to an answer stands beside it."""
        parent = self.comments.get(above)
        post = above if parent is None else parent.post
        top = None if parent is None else parent.parent or parent.id
        new = Comment(f"{post.partition('_')[2]}_{self.number()}", post, owner, message, self.now, top)
        self.comments[new.id] = new
        return new

    def catch_up(self) -> None:
        """Let out what has waited for its time, and forget stories that are over."""
        for post in self.posts.values():
            if post.scheduled is not None and post.scheduled <= self.clock.now():
                post.created = post.updated = post.scheduled.replace(microsecond=0)
                post.scheduled = None
        over = self.clock.now() - timedelta(days=1)
        self.stories = {key: one for key, one in self.stories.items() if one.created > over}


__all__ = ["APP_ID", "APP_SECRET", "PAGE", "SCOPES", "USER", "State", "outside_window"]
