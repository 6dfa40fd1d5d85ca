"""The simulated Threads as a whole: people, their posts, and what is on its way."""

import random
from datetime import datetime, timedelta

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import USER, GraphRefusal, GraphState, Token, Versions, missing
from socialkit.sandbox.threads._pushes import ThreadsPushes
from socialkit.sandbox.threads._records import Container, Content, Post, User

SCOPES = (
    "threads_basic",
    "threads_content_publish",
    "threads_read_replies",
    "threads_manage_replies",
    "threads_manage_insights",
    "threads_manage_mentions",
    "threads_keyword_search",
    "threads_delete",
    "threads_profile_discovery",
    "threads_location_tagging",
)
APP_ID = "9876543210"
APP_SECRET = "sandbox-threads-secret"
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
LONG = timedelta(days=60)
PROCESSING = {"TEXT": timedelta(), "IMAGE": timedelta(seconds=1), "VIDEO": timedelta(seconds=10)}
"""How long the simulated Threads works on what it fetches; a carousel is ready with its files."""
ALLOWED = {
    "posts": 250,
    "replies": 1_000,
    "deletions": 100,
    "location searches": 500,
    "keyword searches": 2_200,
    "profile lookups": 1_000,
}
"""What an account may do in 24 hours."""


class State(GraphState):
    """Everything that the simulated Threads knows."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        super().__init__(
            clock,
            chance,
            app_secret=APP_SECRET,
            versions=Versions("v1.0"),
            numbers=17_900_000_000_000_000,
            stride=1_000_000,
        )
        self.people: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.containers: dict[str, Container] = {}
        self.done: list[tuple[str, str, datetime]] = []
        """Who did what of which so much is allowed, and when; a post that is gone since counts on."""
        self.pushes = ThreadsPushes(APP_ID, APP_SECRET)
        self.hasty = 0
        """How many containers are not seen yet when they are to be published."""
        self._names: dict[str, str] = {}

    def person(self, name: str) -> User:
        """Somebody by name; made when they are new."""
        if name not in self._names:
            new = User(self.number(), name)
            self.people[new.id] = new
            self._names[name] = new.id
        return self.people[self._names[name]]

    def known(self, name: str) -> User | None:
        """Somebody by name; None when there is nobody."""
        return self.people.get(self._names.get(name, ""))

    def issue(self, owner: User, scopes: tuple[str, ...], life: timedelta) -> Token:
        """A new token."""
        token = self.mint("THAA", USER, owner.id, scopes, life)
        token.proven = False
        return token

    def kind_of(self, node: str) -> str | None:
        """Of what kind a node is."""
        if node == "me" or node in self.people:
            return "User"
        if node in self.posts and not self.is_archived(self.posts[node]):
            return "Media"
        return "Container" if node in self.containers else None

    def post(self, post: str, method: str = "get") -> Post:
        """A post that is there, or refuse."""
        found = self.posts.get(post)
        if found is None or self.is_archived(found):
            raise missing(post, method)
        return found

    def is_archived(self, post: Post) -> bool:
        """Whether a post that vanishes has vanished: a day after it was published."""
        return post.content.ghost and post.created + DAY <= self.clock.now()

    def kept(self) -> list[Post]:
        """Every post that is there, the oldest first."""
        return [one for one in self.posts.values() if not self.is_archived(one)]

    def listed(self) -> list[Post]:
        """Every post that stands in listings: those that vanish have one of their own."""
        return [one for one in self.posts.values() if not one.content.ghost]

    def is_hidden(self, post: Post) -> bool:
        """Whether a reply is hidden, by itself or with the one above it."""
        above = self.posts.get(post.content.reply_to or "")
        return post.hidden or (above is not None and self.is_hidden(above))

    def contain(self, owner: str, content: Content, *, item: bool) -> Container:
        """Make a container."""
        wait = max(
            (self.containers[one].ready_at - self.now for one in content.children),
            default=PROCESSING.get(content.kind, timedelta()),
        )
        new = Container(self.number(), owner, content, item, self.now, self.now + max(wait, timedelta()))
        if content.kind == "VIDEO" and self.failing_videos:
            self.failing_videos -= 1
            new.failed = True
        self.containers[new.id] = new
        return new

    def status(self, container: Container) -> str:
        """How far a container is."""
        if container.published is not None:
            return "PUBLISHED"
        if container.created + DAY <= self.clock.now():
            return "EXPIRED"
        if container.ready_at > self.clock.now():
            return "IN_PROGRESS"
        return "ERROR" if container.failed else "FINISHED"

    def publish(self, owner: str, content: Content, named: tuple[str, ...] = ()) -> Post:
        """Make a post."""
        above = self.posts.get(content.reply_to or "")
        root = None if above is None else above.root or above.id
        new = Post(self.number(), owner, content, self.now, root, named)
        self.posts[new.id] = new
        if content.repeats is None:
            self.note(owner, "posts" if root is None else "replies")
        quoted = self.posts.get(content.quotes or "")
        if quoted is not None:
            quoted.quotes += 1
        return new

    def of(self, owner: str, *, replies: bool) -> list[Post]:
        """The posts of somebody, or their replies, the newest first."""
        found = [one for one in self.listed() if one.owner == owner]
        return newest_first([one for one in found if (one.root is not None) is replies])

    def ghosts(self, owner: str) -> list[Post]:
        """The posts of somebody that vanish, or have vanished, the newest first."""
        return newest_first([one for one in self.posts.values() if one.owner == owner and one.content.ghost])

    def under(self, post: str) -> list[Post]:
        """Everything that stands under a post, the newest first."""
        return self.waiting(post, None)

    def waiting(self, post: str, status: str | None) -> list[Post]:
        """What waits under a post, or was ignored; with no status what everybody sees."""
        found = [one for one in self.posts.values() if one.root == post]
        return newest_first([one for one in found if one.waits == status])

    def answers(self, post: str) -> list[Post]:
        """What answers a post itself."""
        found = [one for one in self.posts.values() if one.content.reply_to == post]
        return [one for one in found if one.waits is None]

    def remove(self, post: Post) -> None:
        """Delete a post; what answered it stays."""
        del self.posts[post.id]
        self.note(post.owner, "deletions")

    def used(self, owner: str) -> dict[str, tuple[int, int]]:
        """What somebody did in the last 24 hours, and what they may."""
        since = self.clock.now() - DAY
        recent = [what for name, what, at in self.done if name == owner and at > since]
        return {what: (recent.count(what), limit) for what, limit in ALLOWED.items()}

    def note(self, owner: str, what: str) -> None:
        """Remember that somebody did something of which so much is allowed."""
        self.done.append((owner, what, self.clock.now()))

    def spend(self, owner: str, what: str) -> None:
        """Refuse what was done too often in the last 24 hours."""
        used, limit = self.used(owner)[what]
        if used >= limit:
            raise GraphRefusal(4, f"(#4) The user has reached the limit of {limit} {what} in 24 hours")


def newest_first(posts: list[Post]) -> list[Post]:
    """Posts in the order of Threads' listings."""
    return sorted(posts, key=lambda one: (one.created, int(one.id)), reverse=True)
