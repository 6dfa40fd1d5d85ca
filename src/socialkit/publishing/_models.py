"""What the journal remembers, as users see it: deliveries, their states and events, freezes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from socialkit.models import (
    AccountRef,
    AwareTime,
    Draft,
    Message,
    Model,
    OpenEnum,
    Post,
    Problem,
    Purpose,
    WriteKind,
)

__all__ = [
    "ACTIVE",
    "TRANSITIONS",
    "Delivery",
    "DeliveryState",
    "Event",
    "Freeze",
    "Preview",
    "Scope",
]


class DeliveryState(OpenEnum):
    """Where a delivery stands."""

    PROPOSED = "proposed"
    """Somebody has to approve it."""
    APPROVED = "approved"
    PLANNED = "planned"
    """It waits for its time."""
    DUE = "due"
    """Its time has come."""
    SENDING = "sending"
    """A worker has it."""
    CONFIRMED = "confirmed"
    """It is out, exactly once."""
    INCOMPLETE = "incomplete"
    """Some of it is out: `published` says what, `failed_step` what is missing first."""
    REFUSED = "refused"
    """The platform said no, or it cannot be sent at all; nothing is out."""
    UNKNOWN = "unknown"
    """It may be out or not; `reconcile` will look."""
    NEEDS_DECISION = "needs decision"
    """No look can tell: a person has to (`resolve`)."""
    HELD = "held"
    """A freeze holds it back."""
    MISSED = "missed"
    """Its time has passed by more than was allowed."""
    CANCELLED = "cancelled"


_S = DeliveryState

ENDED: Final = frozenset({_S.CONFIRMED, _S.REFUSED, _S.CANCELLED})
"""States after which nothing is to come."""
ACTIVE: Final = frozenset(_S) - ENDED
"""States in which something is still to come."""

PLANNED_FOR: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    _S.PROPOSED: frozenset({_S.APPROVED, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.PLANNED, _S.CANCELLED}),
    _S.PLANNED: frozenset({_S.DUE, _S.HELD, _S.CANCELLED, _S.MISSED}),
    _S.DUE: frozenset({_S.SENDING, _S.HELD, _S.CANCELLED, _S.MISSED}),
    _S.SENDING: frozenset(
        {_S.CONFIRMED, _S.INCOMPLETE, _S.REFUSED, _S.UNKNOWN, _S.PLANNED, _S.NEEDS_DECISION}
    ),
    _S.UNKNOWN: frozenset({_S.CONFIRMED, _S.INCOMPLETE, _S.PLANNED, _S.NEEDS_DECISION}),
    _S.INCOMPLETE: frozenset({_S.DUE, _S.CANCELLED}),
    _S.NEEDS_DECISION: frozenset({_S.CONFIRMED, _S.PLANNED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.PLANNED, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.PLANNED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""Which state follows which as things go."""

ANSWERED_LATE: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    _S.HELD: frozenset({_S.CONFIRMED, _S.INCOMPLETE}),
    _S.MISSED: frozenset({_S.CONFIRMED, _S.INCOMPLETE}),
    _S.CANCELLED: frozenset({_S.CONFIRMED, _S.INCOMPLETE}),
    _S.REFUSED: frozenset({_S.CONFIRMED, _S.INCOMPLETE}),
    _S.NEEDS_DECISION: frozenset({_S.CONFIRMED, _S.INCOMPLETE}),
}
"""What follows when a platform's answer comes late, to a worker that stood still: it is out all the same."""

TRANSITIONS: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    state: after | ANSWERED_LATE.get(state, frozenset()) for state, after in PLANNED_FOR.items()
}
"""Which state may follow which."""


class Delivery(Model):
    """One thing that is to happen on one account, and what became of it."""

    id: str
    account: AccountRef
    kind: WriteKind = "publish"
    state: DeliveryState
    at: AwareTime
    """When it is to leave."""
    not_after: AwareTime
    """Later than this it does not leave by itself: it is missed."""
    wall: Mapping[str, JsonValue] | None = None
    """The wall time that it goes by, with its zone and rules; None where an instant was given."""
    slot: str | None = None
    """The key of the calendar's slot that it fills."""
    draft: Draft | None = None
    """As the account gets it: variants laid over, fitted to the limits."""
    message: Message | None = None
    """What is answered, hidden or deleted."""
    target: str | None = None
    """The id of the post that is deleted."""
    private: bool = False
    purpose: Purpose | None = None
    post: Post | None = None
    """What was published; None while nothing is known to be."""
    published: tuple[Post, ...] = ()
    """What is known to be out, in order, when not all of it is."""
    failed_step: str | None = None
    """What is missing first, or whose outcome is unknown."""
    because: str | None = None
    """Why it stands where it stands."""
    needs_setup: bool = False
    """Whether what is planned waits for a person who sets its account up: the login is missing or refused."""
    differences: tuple[str, ...] | None = None
    """In what the post differs from the draft; None when it was not read back."""
    next_look: AwareTime | None = None
    """From when on a worker takes it up again; what is being sent, should whoever sends it be gone."""
    actor: str | None = None
    """Who planned it."""
    tries: int = 0
    """How often a worker took it."""

    @property
    def out(self) -> tuple[Post, ...]:
        """All posts of it that are known to be out, the parts of a thread after their first."""
        whole = () if self.post is None else (self.post, *self.post.thread)
        return (*whole, *self.published)


class Preview(Model):
    """What one account would get."""

    account: AccountRef
    draft: Draft
    """As it would be sent."""
    problems: tuple[Problem, ...] = ()


class Event(Model):
    """One line of the history of a delivery, or of a case."""

    seq: int
    """Its place in the journal."""
    delivery: str
    """Whose history it is in: a delivery's id, `case ID` for a case of a desk, or `brand acme`,
    `account acme/mastodon/main` or `the journal` for what concerns no single delivery."""
    number: int
    """Its place in that history."""
    at: AwareTime
    actor: str | None = None
    what: str
    """What happened, such as `planned`, `step started` or `confirmed`."""
    state: DeliveryState | None
    """The delivery's state after it; None of what concerns no single one."""
    detail: Mapping[str, JsonValue] = {}
    digest: str
    """SHA-256 over this line and the one before it, in hexadecimal."""


class Scope(Model):
    """What a freeze covers; a field that is not given covers all.

    Example:
        >>> Scope(brand="acme", replies=True).brand
        'acme'
    """

    brand: str | None = None
    platform: str | None = None
    account: str | None = None
    """An account's key, such as `acme/mastodon/main`."""
    campaign: str | None = None
    replies: bool = False
    """Whether answers, hiding and deleting are held back too."""


class Freeze(Model):
    """A freeze, and what it found."""

    id: str
    scope: Scope
    reason: str
    actor: str | None = None
    at: AwareTime
    ended_at: AwareTime | None = None
    """None while it stands."""
    held: tuple[str, ...] = ()
    """Ids of the deliveries that it held back at once."""
    in_flight: tuple[str, ...] = ()
    """Ids of those that were already leaving: a write of them had begun.

    What a worker had taken without beginning to write stands in neither: it is held back when its turn comes.
    """
    native: tuple[str, ...] = ()
    """Ids of those that were found waiting on their platform, which publishes them by itself."""
    unscheduled: tuple[str, ...] = ()
    """Ids of those of them that were deleted there."""
