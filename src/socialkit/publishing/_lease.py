"""A delivery that somebody has: whose it is, its steps, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydantic import JsonValue

from socialkit.errors import FrozenError, JournalError
from socialkit.models import Post
from socialkit.publishing._database import Session, Value
from socialkit.publishing._history import Author, move, note, telling
from socialkit.publishing._lookup import Table
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import Body, Columns, Row, Step, place_of

__all__ = [
    "BY_WORD",
    "DELIVERIES",
    "HELD_BACK",
    "STANDING",
    "TOO_LATE",
    "Hold",
    "Lease",
    "LeaseLostError",
    "Mine",
    "NotWaitingError",
    "PostTakenError",
    "TooLateError",
    "claim_post",
    "claims_of",
    "find_row",
    "frozen",
    "hold_back",
    "require_leave",
    "steps_of",
    "waits_since",
]


class LeaseLostError(JournalError):
    """Somebody else has the delivery now; nothing was sent."""


class NotWaitingError(JournalError):
    """A delivery is in no state from which it is sent."""


class PostTakenError(JournalError):
    """A post that was found confirms another delivery already."""

    place: str = ""
    """What the post is known by."""


TOO_LATE: Final = "its time has passed by more than was allowed"
"""Why something does not leave by itself any more."""


class TooLateError(JournalError):
    """A write was to begin later than it may; nothing was sent of it."""

    step: str = ""
    """Which one."""


@dataclass(slots=True)
class Lease:
    """A delivery that a worker has."""

    row: Row
    steps: dict[str, Step]
    flow: str | None = None
    """By which version of a platform's steps it is carried."""
    body: Body | None = None
    """What is to happen, once it was read."""
    followed: bool = False
    """Whether its worker begins another one right after it, or flushes."""
    untold: set[str] = field(default_factory=set[str])
    """Steps that stand otherwise than the history tells so far."""
    claimed: dict[str, int] = field(default_factory=dict[str, int])
    """Posts that were claimed for it, and when, of which the history does not tell yet."""

    however_late: bool = False
    """Whether it may leave at any time: a person has it leave now."""

    def news(self) -> dict[str, JsonValue]:
        """Return what the next line of the history has to tell of its steps and posts."""
        return telling({name: self.steps.get(name) for name in sorted(self.untold)}, self.claimed)

    def told(self) -> None:
        """Take it that the history tells all of that."""
        self.untold.clear()
        self.claimed.clear()

    def began(self, step: Step) -> None:
        """Take note of a step that begins."""
        self.steps[step.name] = step
        self.untold.add(step.name)

    def ended(self, name: str, result: str | None) -> None:
        """Take note of what a step gave; None: nothing came of it."""
        state = "over" if result is None else "finished"
        self.steps[name] = self.steps[name]._replace(state=state, result=result)
        self.untold.add(name)

    @property
    def open(self) -> Step | None:
        """The write whose outcome is not known."""
        return next((step for step in self.steps.values() if step.open), None)

    @property
    def wrote(self) -> bool:
        """Whether something of it is known to be public."""
        return any(step.done for step in self.steps.values())

    def knowing(self, name: str, result: str | None) -> Lease:
        """Return it with what was found out about a step; None: nothing came of it."""
        state = "over" if result is None else "finished"
        step = self.steps[name]._replace(state=state, result=result)
        return Lease(self.row, {**self.steps, name: step}, self.flow, self.body, self.followed)

    @property
    def published(self) -> tuple[Post, ...]:
        """What is known to be out, in order."""
        found = (step.post() for step in self.steps.values() if step.done)
        return tuple(post for post in found if post is not None)


@dataclass(frozen=True, slots=True)
class Mine:
    """Whose deliveries a worker takes: some brands', or one account's."""

    brands: tuple[str, ...] = ()
    account: str | None = None
    """If given, this one's alone; `brands` holds its brand then."""

    @property
    def places(self) -> tuple[str, ...]:
        """Under which names the history tells what concerns no single delivery."""
        if self.account is not None:
            return (f"account {self.account}",)
        return tuple(f"brand {brand}" for brand in self.brands)

    def clause(self) -> tuple[str, tuple[Value, ...]]:
        """Return it as a condition."""
        if self.account is not None:
            return "account = ?", (self.account,)
        return f"brand IN ({', '.join('?' * len(self.brands))})", self.brands


STEPS: Final = (
    "SELECT name, writes, state, attempt, result FROM steps WHERE delivery = ? ORDER BY number, name"
)


def steps_of(session: Session, delivery: str) -> dict[str, Step]:
    """Return the steps of a delivery by their names."""
    return {row[0]: Step(*row) for row in session.run(STEPS, delivery)}


def waits_since(row: Row) -> int:
    """Return since when somebody should take a delivery: what a dead worker has, since its lease ran out."""
    since = row.ready_at if row.ready_at is not None else row.lease_until
    return since or 0


DELIVERIES: Final = Table("deliveries", "delivery", Row._fields, Row)


def find_row(session: Session, mine: Mine, delivery: str, lock: str = "") -> Row:
    """Return one delivery.

    Raises:
        JournalError: There is none, or it is somebody else's.
    """
    return DELIVERIES.find(session, mine.clause(), delivery, lock)


BY_WORD: Final = "a person decided"
"""Why a delivery stands where it stands that became a post by a person's word."""
CLAIM: Final = """
INSERT INTO posts (place, delivery, account, claimed_at) VALUES (?, ?, ?, ?)
ON CONFLICT (place) DO NOTHING RETURNING place
"""
CLAIMED: Final = "SELECT claimed_at FROM posts WHERE place = ? AND delivery = ?"


def claim_post(session: Session, row: Row, place: str, now: int) -> int:
    """Let a post confirm a delivery, and no other one, and return when it was claimed.

    Raises:
        PostTakenError: It confirms another one already.
    """
    if session.run(CLAIM, place, row.id, row.account, now):
        return now
    owner, since = session.run("SELECT delivery, claimed_at FROM posts WHERE place = ?", place)[0]
    if owner != row.id:
        error = PostTakenError(f"the post is that of delivery {owner}", platform=row.platform)
        error.place = place
        raise error
    return int(since)


def claims_of(session: Session, delivery: str, posts: Iterable[Post]) -> dict[str, int]:
    """Return which of some posts are claimed for a delivery, and since when."""
    found = {place: session.run(CLAIMED, place, delivery) for place in map(place_of, posts)}
    return {place: int(rows[0][0]) for place, rows in found.items() if rows}


STANDING: Final = "SELECT 1 FROM freezes WHERE thawed_at IS NULL LIMIT 1"
FROZEN: Final = """
SELECT reason, id FROM freezes WHERE thawed_at IS NULL AND (brand IS NULL OR brand = ?)
AND (platform IS NULL OR platform = ?) AND (account IS NULL OR account = ?)
AND (campaign IS NULL OR campaign = ?) AND (answers OR NOT ?) LIMIT 1
"""


class Hold(NamedTuple):
    """What stands against a delivery."""

    reason: str
    freeze: str


def frozen(session: Session, row: Row) -> Hold | None:
    """Return why nothing of a delivery may leave; None if it may."""
    found = session.run(FROZEN, row.brand, row.platform, row.account, row.campaign, bool(row.answer))
    return Hold(*found[0]) if found else None


def require_leave(session: Session, row: Row, lease: Lease, step: Step, now: int) -> None:
    """Raise if a write may not begin.

    It was in time when it was taken, but so may have been a whole batch, before the first of it took hours or
    the machine slept. What stands beside a post that is out follows it whenever that is.

    Raises:
        FrozenError: A freeze holds it back.
        TooLateError: It may not leave any more.
    """
    why = frozen(session, row)
    if why is not None:
        message = f"a freeze holds it back: {why.reason}"
        raise FrozenError(message, platform=row.platform)
    follows = row.single and lease.wrote
    if row.expires_at < now and not lease.however_late and not follows:
        error = TooLateError(TOO_LATE, platform=row.platform)
        error.step = step.name
        raise error


HELD_BACK: Final = "held back"
"""What a freeze does to a delivery of which some is out: it stays incomplete, and waits."""


def hold_back(session: Session, row: Row, by: Author, hold: Hold, outcome: str) -> None:
    """Have a delivery wait for the end of a freeze."""
    held = Columns(outcome=outcome, ready_at=None, held_by=hold.freeze)
    if row.state == DeliveryState.INCOMPLETE:
        note(session, row, by, HELD_BACK, {"because": hold.reason}, **held)
    else:
        move(session, row, by, DeliveryState.HELD, because=hold.reason, **held)
