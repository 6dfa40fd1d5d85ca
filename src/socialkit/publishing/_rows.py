"""A delivery as it lies in the database, and as users see it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypedDict

from pydantic import JsonValue, ValidationError

from socialkit.errors import JournalError
from socialkit.models import AccountRef, Attempt, AwareTime, Draft, Message, Model, Post, Purpose, WriteKind
from socialkit.publishing._models import Delivery, DeliveryState, Event

__all__ = [
    "COLUMNS",
    "EVENT_COLUMNS",
    "MICROSECOND",
    "NOTHING",
    "UNREADABLE",
    "AlteredError",
    "Body",
    "Columns",
    "Outcome",
    "Row",
    "Step",
    "event_of",
    "from_micros",
    "id_in",
    "is_another",
    "out_at",
    "place_of",
    "sent_of",
    "to_micros",
]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(time: datetime) -> int:
    """Return a time as the database keeps it."""
    return (time - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return a time from the database, aware UTC."""
    return EPOCH + micros * MICROSECOND


class AlteredError(JournalError):
    """What the journal holds of a delivery cannot be read: it was altered, or written by other code."""


class Body(Model):
    """What is to happen: fixed when it is planned."""

    account: AccountRef
    actor: str | None = None
    draft: Draft | None = None
    message: Message | None = None
    target: str | None = None
    post: Post | None = None
    """The post that is to be deleted, where more than its id was given."""
    private: bool = False
    at: AwareTime | None = None
    """When it is to leave as it was planned; the delivery may be moved."""
    purpose: Purpose | None = None
    wall: Mapping[str, JsonValue] | None = None
    """The wall time as it was planned; the delivery may be moved."""
    slot: str | None = None
    slot_at: AwareTime | None = None
    """When the slot was as it was planned; the delivery may be moved."""

    @property
    def bare(self) -> bool:
        """Whether it is the same once it was kept and read: files are not, nor what may hold some."""
        if self.post is not None or self.message is not None:
            return False
        draft = self.draft
        return draft is None or not (draft.media or draft.thread or draft.options or draft.variants)


class Outcome(Model):
    """What became of it so far."""

    post: Post | None = None
    published: tuple[Post, ...] = ()
    failed_step: str | None = None
    because: str | None = None
    needs_setup: bool = False
    differences: tuple[str, ...] | None = None


NOTHING: Final = "{}"
"""The outcome of a delivery of which nothing is known."""
UNKNOWN: Final = Outcome()
WAITING: Final = " scheduled "
"""Stands in the place of a post that waits on its platform."""


class Row(NamedTuple):
    """One delivery; times are microseconds since 1970."""

    id: str
    kind: WriteKind
    brand: str | None
    platform: str
    account: str
    campaign: str | None
    slot: str | None
    answer: bool
    """Whether it answers, hides or deletes something."""
    single: bool
    """Whether one write makes all of it."""
    body: str
    due_at: int
    ready_at: int | None
    expires_at: int
    wall: str | None = None
    """The wall time that it goes by now, as JSON."""
    state: str = ""
    lease_until: int | None = None
    fence: int = 0
    tries: int = 0
    flow: str | None = None
    outcome: str = NOTHING
    number: int = 0
    head: str = ""
    held_by: str | None = None
    """The freeze that holds it back."""

    @property
    def ref(self) -> AccountRef:
        """Whose it is, as far as its columns tell."""
        parts = self.account.split("/", 2)
        if self.brand is not None:
            return AccountRef(platform=self.platform, brand=self.brand, name=parts[-1])
        host = parts[1] if len(parts) > 2 else None
        return AccountRef(platform=self.platform, host=host, id=parts[-1])

    @property
    def waits(self) -> bool:
        """Whether it waits on its platform, which publishes it by itself."""
        return out_at(self.known().post) is not None

    def known(self) -> Outcome:
        """Return what became of it so far."""
        if self.outcome == NOTHING:
            return UNKNOWN
        try:
            return Outcome.model_validate_json(self.outcome)
        except ValidationError:
            return Outcome(because="what became of it cannot be read: the journal was altered")

    def _next_look(self) -> datetime | None:
        """Return from when on it is taken up again; what is being sent, should its worker be gone."""
        sending = self.state == DeliveryState.SENDING
        since = self.lease_until if self.ready_at is None and sending else self.ready_at
        return None if since is None else from_micros(since)

    def delivery(self, body: Body, outcome: Outcome) -> Delivery:
        """Return it as users see it."""
        return Delivery(
            id=self.id,
            account=body.account,
            kind=self.kind,
            state=DeliveryState(self.state),
            at=from_micros(self.due_at),
            not_after=from_micros(self.expires_at),
            wall=None if self.wall is None else json.loads(self.wall),
            slot=body.slot,
            draft=body.draft,
            message=body.message,
            target=body.target,
            private=body.private,
            purpose=body.purpose,
            post=outcome.post,
            published=outcome.published,
            failed_step=outcome.failed_step,
            because=outcome.because,
            needs_setup=outcome.needs_setup,
            differences=outcome.differences,
            next_look=self._next_look(),
            actor=body.actor,
            tries=self.tries,
        )


class Columns(TypedDict, total=False):
    """What changes of a delivery besides its state."""

    body: str
    """Only ever to let go of what it holds."""
    due_at: int
    ready_at: int | None
    expires_at: int
    lease_until: int | None
    fence: int
    tries: int
    flow: str | None
    outcome: str
    wall: str | None
    held_by: str | None


COLUMNS: Final = ", ".join(Row._fields)


class Step(NamedTuple):
    """One step of a delivery."""

    name: str
    writes: bool
    state: str
    """`started`, `finished`, or `over`: it was refused, or is known not to have happened."""
    attempt: str | None
    result: str | None

    @property
    def open(self) -> bool:
        """Whether it wrote and nobody knows what became of it."""
        return bool(self.writes) and self.state == "started"

    @property
    def done(self) -> bool:
        """Whether it wrote, and it is known that it did."""
        return bool(self.writes) and self.state == "finished"

    def post(self) -> Post | None:
        """Return the post that it made, where it made one."""
        try:
            return Post.model_validate_json(self.result or "")
        except ValidationError:
            return None

    def sent(self, body: Body | None = None) -> Attempt:
        """Return what was sent; the draft of a post is that of the delivery."""
        assert self.attempt is not None, "a step that writes says what it sends before it does"
        try:
            attempt = Attempt.model_validate_json(self.attempt)
        except ValidationError as error:
            message = f"what {self.name} sent cannot be read: the journal was altered"
            raise AlteredError(message) from error
        if body is None:
            return attempt
        more = {"message": body.message} if attempt.draft else {"message": body.message, "draft": body.draft}
        return attempt.model_copy(update=more)


def sent_of(attempt: Attempt) -> str:
    """Return an attempt as a step keeps it: without what the delivery holds already."""
    own = {"message", "draft"} if attempt.kind == "publish" else {"message"}
    return attempt.model_dump_json(exclude=own)


UNREADABLE: Final = (ValueError, TypeError, OverflowError)
"""What reading something raises that was altered; pydantic's error is among them."""
EVENT_COLUMNS: Final = "seq, delivery, number, at, actor, what, state, detail, digest"


def event_of(row: tuple[Any, ...]) -> Event:
    """Return a line of the history as users see it.

    Raises:
        AlteredError: It cannot be read.
    """
    seq, delivery, number, at, actor, what, state, detail, digest = row
    try:
        return Event(
            seq=seq,
            delivery=delivery,
            number=number,
            at=from_micros(at),
            actor=actor,
            what=what,
            state=DeliveryState(state) if state else None,
            detail=json.loads(detail),
            digest=digest,
        )
    except UNREADABLE as error:
        message = f"line {number} of the history of {delivery} cannot be read: the journal was altered"
        raise AlteredError(message) from error


def place_of(post: Post) -> str:
    """Return what a post is known by in the whole journal."""
    account = post.account
    host = "" if account is None else f"{account.platform} {account.host or ''}"
    waiting = WAITING.rstrip() if post.published_at is None and post.scheduled_at is not None else ""
    return f"{host}{waiting} {post.id}"


def is_another(place: str, known: Iterable[str]) -> bool:
    """Return whether a post is another one than those that are known.

    What was scheduled gets another id once it is out: whether the two are one post, nobody can tell.
    """
    alike = [one for one in known if (WAITING in one) == (WAITING in place)]
    return bool(alike) and place not in alike


def out_at(post: Post | None) -> datetime | None:
    """Return when a post comes out that waits on its platform; None of any other one."""
    return None if post is None or post.published_at is not None else post.scheduled_at


def id_in(place: str) -> str:
    """Return the platform's own id of a post that is known by its place."""
    return place.rpartition(" ")[2]
