"""The memory of the simulated X and the rules of who sees what."""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from socialkit.sandbox._clock import Clock
from socialkit.sandbox.x import _text as texts
from socialkit.sandbox.x._facts import EPOCH, MEDIA_LIFE, PROCESSING_TIME
from socialkit.sandbox.x._records import Event, File, Grant, Hook, Link, Post, Subscription, Token, User


class State:
    """Everything that the platform knows."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self.clock = clock
        self.rng = rng
        self.vocabulary = "tweet"
        self.self_serve = True
        self.premium = False
        self.refuses_repeats = True
        self.client_id, self.client_secret = "sandbox-app", "not-a-real-secret"
        self.users: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.older: dict[str, str] = {}
        """The newest version, by the ids of those before it."""
        self.texts: dict[str, Post] = {}
        """Versions that were edited, as they were."""
        self.files: dict[str, File] = {}
        self.events: dict[str, Event] = {}
        self.hooks: dict[str, Hook] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.read: dict[date, set[str]] = {}
        """Which posts were read, by day: each counts once a day."""
        self.cap = 2_000_000
        """How many posts may be read in a month."""
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Grant] = {}
        self.refreshers: dict[str, Grant] = {}
        self.requested: dict[str, tuple[str, str, str]] = {}
        """Tokens of logins by OAuth 1.0a: their secret, where to go back to, and the verifier."""
        self.uses: dict[tuple[str, str], tuple[int, int]] = {}
        self.failing = 0
        self.dead_fields: set[str] = set()
        """Names of fields that X does not know any more."""
        self._last = 0
        self._numbers = itertools.count(1)

    @property
    def now(self) -> datetime:
        """The simulated time, to the millisecond."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    def snowflake(self) -> str:
        """Make an id that holds the time, sorts by it and never repeats."""
        milliseconds = (self.now - EPOCH) // timedelta(milliseconds=1)
        self._last = max(milliseconds << 22, self._last + 1)
        return str(self._last)

    def used(self) -> int:
        """How many posts were read in this month."""
        today = self.now.date()
        return sum(len(ids) for day, ids in self.read.items() if day.replace(day=1) == today.replace(day=1))

    def secret(self) -> str:
        """Make a text that nobody guesses."""
        return f"{self.rng.getrandbits(160):040x}"

    def short(self) -> str:
        """Make a short link."""
        return f"https://t.co/{self.rng.getrandbits(50):010x}"

    def _linked(self, text: str) -> list[Link]:
        """What stands for the links of a text, in order; the same for the same one."""
        typed = [text[start:end] for start, end in texts.links(text)]
        shorts = {one: self.short() for one in dict.fromkeys(typed)}
        return [Link(one, shorts[one]) for one in typed]

    def user(self, name: str) -> User:
        """The account of that name, made when it is new."""
        name = name.lstrip("@")
        for one in self.users.values():
            if one.name == name or one.username.lower() == name.lower():
                return one
        username = re.sub(r"[^A-Za-z0-9_]", "_", name)[:15] or "nobody"
        if any(one.username.lower() == username.lower() for one in self.users.values()):
            username = f"{username[:9]}_{next(self._numbers):05d}"
        since = (self.now - timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
        user = User(self.snowflake(), name, username, since)
        self.users[user.id] = user
        return user

    def named(self, username: str) -> User | None:
        """The account with that handle, if there is one."""
        return next((one for one in self.users.values() if one.username.lower() == username.lower()), None)

    def token(self, user: User, scopes: tuple[str, ...], *, life: timedelta | None = None) -> Token:
        """Issue an access token."""
        ends = None if life is None else self.now + life
        token = Token(self.secret(), user.id, scopes, expires_at=ends)
        self.tokens[token.value] = token
        return token

    def write(
        self,
        author: User,
        typed: str,
        *,
        reply_to: Post | None = None,
        quote_of: Post | None = None,
        files: list[str] | None = None,
    ) -> Post:
        """Publish a post; an answer to somebody else begins with their name."""
        text = typed
        if reply_to is not None and reply_to.author != author.id:
            name = self.users[reply_to.author].username
            if name.lower() not in texts.names(typed)[:1]:
                text = f"@{name} {typed}"
        post = Post(self.snowflake(), author.id, self.now, text, typed, files=files or [])
        post.links = self._linked(text)
        post.file_link = self.short() if post.files else ""
        post.reply_to = None if reply_to is None else reply_to.id
        post.root = post.id if reply_to is None else reply_to.root
        if quote_of is not None:
            post.quote_of, post.quote_link = quote_of.id, self.short()
        self.posts[post.id] = post
        return post

    def edit(self, before: Post, typed: str) -> Post:
        """Make a new version of a post; the one before is read by its id alone."""
        post = replace(before, id=self.snowflake(), text=typed, typed=typed, created_at=self.now)
        post.links = self._linked(typed)
        post.versions = [*before.versions, before.id]
        del self.posts[before.id]
        self.posts[post.id], self.texts[before.id] = post, before
        self.older |= dict.fromkeys(post.versions, post.id)
        return post

    def chain(self, post: Post) -> list[str]:
        """The ids of all versions of a post, oldest first."""
        newest = self.posts.get(self.older.get(post.id, post.id), post)
        return [*newest.versions, newest.id]

    def say(self, sender: User, conversation: str, text: str) -> Event:
        """Send a private message."""
        event = Event(self.snowflake(), conversation, sender.id, text, self.now)
        event.links = self._linked(text)
        self.events[event.id] = event
        return event

    @staticmethod
    def conversation(one: str, other: str) -> str:
        """The id of the conversation between two accounts."""
        return "-".join(sorted((one, other), key=int))

    def names_of(self, post: Post) -> set[str]:
        """The ids of the accounts that a post names."""
        found = (self.named(one) for one in texts.names(post.text))
        return {one.id for one in found if one is not None}

    def summoned(self, user: User, parent: Post) -> bool:
        """Whether an account may answer a post: its own, or one that names or quotes it."""
        quoted = self.posts.get(parent.quote_of or "")
        quotes = quoted is not None and quoted.author == user.id
        return parent.author == user.id or quotes or user.id in self.names_of(parent)

    def newest_first(self, posts: Iterator[Post]) -> list[Post]:
        """Order posts as timelines do."""
        return sorted(posts, key=lambda one: int(one.id), reverse=True)

    def file_state(self, file: File) -> str:
        """How far the work on a file is."""
        if file.finished_at is None:
            return "uploading"
        if file.kind == "photo":
            return "succeeded"
        if self.now < file.finished_at + PROCESSING_TIME:
            return "in_progress"
        return "failed" if file.fails else "succeeded"

    def attachable(self, identity: str, user: User) -> bool:
        """Whether an account may attach a file."""
        file = self.files.get(identity)
        if file is None or file.owner != user.id or self.now >= file.created_at + MEDIA_LIFE:
            return False
        return self.file_state(file) == "succeeded"
