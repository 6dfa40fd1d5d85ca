"""Telling a lost post from others: no key tells, so what it holds and when it came are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from socialkit.models import Attempt, Draft, Found, Post
from socialkit.platforms.base import in_one_line
from socialkit.platforms.facebook._facts import SETTLES_AFTER
from socialkit.platforms.facebook._map import COMMENT_FIELDS, POST_FIELDS, link_named, links_of
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._wire import WireComment, WireMessage, WirePost

__all__ = [
    "MARGIN",
    "SEARCHED_COMMENTS",
    "SEARCHED_POSTS",
    "Seen",
    "Then",
    "Wanted",
    "app_of",
    "chosen",
]

MADE_BY: Final = "application"
SEARCHED_POSTS: Final = (*POST_FIELDS, MADE_BY)
SEARCHED_COMMENTS: Final = (*COMMENT_FIELDS, MADE_BY)

MARGIN: Final = timedelta(minutes=5)
"""How late Facebook may publish what was scheduled."""
SAME_TIME: Final = timedelta(minutes=1)
SKEW: Final = timedelta(minutes=1)
"""How far apart the platform's clock, as it is known, and what it writes of a post may be."""
STRANGE: Final = timedelta(days=1)
"""How far apart its clock and this machine's may be, where it never told its time."""


@dataclass(frozen=True, slots=True)
class Then:
    """When a lost write may have landed: what came before or after is another's.

    Example:
        >>> from datetime import UTC
        >>> then = Then(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
        >>> then.holds(datetime(2026, 3, 2, 10, tzinfo=UTC)), then.holds(None)
        (False, True)
    """

    earliest: datetime
    latest: datetime
    slack: timedelta = timedelta()
    """How much earlier or later it may have been, if this machine's clock was wrong."""

    @classmethod
    def of(cls, attempt: Attempt) -> Then:
        """Return when a write may have landed, by the platform's clock where that is known."""
        began = attempt.platform_time or attempt.started_at
        slack = timedelta() if attempt.platform_time is not None else STRANGE
        # What its clock showed is told with an answer, and so too late by as long as that may have been on
        # its way: no longer than a sender waits.
        patience = attempt.deadline - attempt.started_at
        return cls(began - patience - SKEW, began + patience + SETTLES_AFTER + SKEW, slack)

    def holds(self, at: datetime | None) -> bool:
        """Return whether something of that time may be it; what tells no time may be."""
        return at is None or self.earliest <= at <= self.latest

    def may_hold(self, at: datetime | None) -> bool:
        """Return whether it may be it if this machine's clock was wrong."""
        return at is None or self.earliest - self.slack <= at <= self.latest + self.slack


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that was found, with what of it no common model holds."""

    post: Post
    links: frozenset[str] = frozenset()
    """Where its cards lead."""
    app: str | None = None
    """The id of the application that made it, where Facebook tells."""
    made_at: datetime | None = None

    @classmethod
    def of(cls, wire: WirePost, post: Post) -> Seen:
        """Return a post as it is compared."""
        return cls(post, links_of(wire), app_of(wire), wire.created_time)

    @property
    def files(self) -> frozenset[str]:
        """The ids of its files, as far as they are told."""
        return frozenset(one.id for one in self.post.media)

    def may_be(self, why: str) -> str:
        """Return a doubt in words."""
        return f"{self.post.url} may be it: {why}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lost post must look like."""

    text: str
    """In one line: of white space nobody knows what Facebook keeps."""
    files: frozenset[str]
    link: str | None
    at: datetime | None
    taken: frozenset[str] = frozenset()
    then: Then | None = None
    """When it may have come; None for any time."""
    app: str | None = None
    """The id of the application that sent it, where it is known."""

    @classmethod
    def of(cls, draft: Draft, files: Iterable[str], app: str | None = None) -> Wanted:
        """Return what a draft makes with files that are uploaded."""
        options = draft.option(FacebookOptions) or FacebookOptions()
        at = options.scheduled_at
        return cls(in_one_line(draft.text), frozenset(files), options.link, at, app=app)

    def fits(self, seen: Seen) -> bool | str:
        """Return whether a post is the one that is wanted, or why nobody can tell."""
        if seen.post.id in self.taken:
            return False
        if self.files & seen.files:
            return True  # they were uploaded for this post alone
        if self.app is not None and seen.app not in {None, self.app}:
            return False
        if in_one_line(seen.post.text) != self.text:
            changed = self._is_of_then(seen) and self._is_edited(seen)
            return seen.may_be("it was changed since") if changed else False
        if self._is_of_then(seen):
            return self._fits_rest(seen)
        may_be = self.then is not None and self.at is None and self.then.may_hold(seen.made_at)
        return seen.may_be("it says the same, and no clock tells whether then") if may_be else False

    def _is_of_then(self, seen: Seen) -> bool:
        """Return whether a post may be of that time; when one for later goes out, anybody may change."""
        if self.then is None:
            return True
        if self.at is None:
            return self.then.holds(seen.made_at)
        return seen.made_at is None or self.then.earliest - self.then.slack <= seen.made_at

    def _is_edited(self, seen: Seen) -> bool:
        """Return whether a post may have been another one; comments move that time as well."""
        if seen.post.edited_at is None:
            return False
        return self.at is None or seen.post.scheduled_at is not None or self._is_on_time(seen.post)

    def _fits_rest(self, seen: Seen) -> bool | str:
        """Return whether a post that says the same is the one that is wanted."""
        if self.files or seen.files:
            untold = len(seen.files) < len(self.files)
            doubtful = untold or bool(self.text) or self._is_edited(seen)
            return seen.may_be("it says the same, and other files are told of it") if doubtful else False
        fits = self._fits_link(seen)
        if fits is True and not self._is_on_time(seen.post):
            return seen.may_be("it says the same, and is of another time")
        return fits

    def _fits_link(self, seen: Seen) -> bool | str:
        """Return whether the card leads where it was to lead; Facebook may show another address for it."""
        if self.link is None or link_named(self.link) in seen.links:
            return True
        shown = ", ".join(sorted(seen.links)) or "nowhere that Facebook tells"
        return seen.may_be(f"it says the same, and its card leads {shown}")

    def _is_on_time(self, post: Post) -> bool:
        """Return whether a post is there for the time that was wanted; one for now is always."""
        time = post.scheduled_at or post.published_at
        return self.at is None or (time is not None and -SAME_TIME <= time - self.at <= MARGIN)


def app_of(wire: WirePost | WireComment | WireMessage) -> str | None:
    """Return the id of the application that made something; None where Facebook does not tell."""
    told = None if isinstance(wire, WireMessage) else wire.application
    return None if told is None else told.id


def chosen(newer: Iterable[Seen], wanted: Wanted) -> Found:
    """Return the oldest post that fits: the later of two equal ones may be of a later draft.

    Args:
        newer: What was not there before, the newest first.
        wanted: What is looked for.
    """
    doubt: str | None = None
    for seen in reversed(list(newer)):
        fits = wanted.fits(seen)
        if fits is True:
            return Found.published(seen.post)
        doubt = doubt or (fits if isinstance(fits, str) else None)
    if doubt is not None:
        return Found.undecided(doubt)
    return Found.absent("it is not among the Page's posts since")
