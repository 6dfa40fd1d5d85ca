"""What a worker tells that stood still while others had its delivery: what its platform confirmed is true."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from socialkit.models import Post
from socialkit.publishing._database import Session
from socialkit.publishing._history import Author, move, note, telling
from socialkit.publishing._lease import Lease, steps_of
from socialkit.publishing._models import ENDED, DeliveryState
from socialkit.publishing._rows import Outcome, Row, Step, id_in, is_another, place_of

__all__ = ["ALSO_OUT", "confirm_late", "keep_late", "twice"]

ALSO_OUT: Final = "also out"
"""What the history says of a second post of one delivery."""
ANSWERED: Final = "answered late"
"""What it says of a part that somebody else was to send again."""
WAITED: Final = frozenset({DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.INCOMPLETE})
"""What was to be sent again: a late answer was sent first."""
SENT_AGAIN: Final = frozenset({DeliveryState.SENDING, DeliveryState.CONFIRMED, DeliveryState.INCOMPLETE})
"""Where somebody else carries on, or has: a late part is told, and changes no state."""
LOOKED_FOR: Final = frozenset({DeliveryState.UNKNOWN, DeliveryState.NEEDS_DECISION})
"""Where it changes none either while another write of it is in doubt."""


def twice(places: Iterable[str]) -> str:
    """Return what is said of a delivery of which more is out than there should be."""
    return f"it is out twice: {', '.join(id_in(place) for place in places)} came of it too"


def confirm_late(
    session: Session, row: Row, by: Author, lease: Lease, outcome: Outcome, ready_at: int | None
) -> Row | None:
    """Confirm a delivery that others have had since; None if that is nothing new.

    Where it was sent again meanwhile and that is confirmed too, both posts are public, and the history and
    the outcome say so. A write that is still open then is looked for.
    """
    if row.state == DeliveryState.CONFIRMED:
        ours = [place_of(post) for post in _posts(row.known())]
        theirs = [place for place in map(place_of, _posts(outcome)) if is_another(place, ours)]
        return _also_out(session, row, by, theirs, telling({}, lease.claimed))
    kept = steps_of(session, row.id)
    # What is open, somebody sends again: what becomes of that is looked for.
    new = _keep(session, row, [step for step in _told(lease, kept) if not kept[step.name].open], kept)
    looks = any(step.open for step in kept.values())
    ready, more = by.at if looks else ready_at, telling(new, lease.claimed)
    confirmed = DeliveryState.CONFIRMED
    return _overruled(session, row, by, confirmed, outcome, more=more, ready_at=ready, held_by=None)


def keep_late(session: Session, row: Row, by: Author, lease: Lease) -> None:
    """Take note of the parts of a thread that were confirmed late, of each once."""
    kept = steps_of(session, row.id)
    more = telling(_keep(session, row, _told(lease, kept), kept), {})
    row = _also_out(session, row, by, _others(lease, kept), {}) or row
    known, left = row.known(), Lease(row, steps_of(session, row.id))
    ours = {place_of(post) for post in _posts(known)}
    new: list[JsonValue] = [place for place in map(place_of, left.published) if place not in ours]
    if not new:
        if more:
            note(session, row, by, ANSWERED, more)
        return
    outcome = known if known.post is not None else known.model_copy(update={"published": left.published})
    in_doubt = left.open is not None and row.state in LOOKED_FOR
    if row.state in SENT_AGAIN or in_doubt:
        said = outcome.model_dump_json(exclude_defaults=True)
        note(session, row, by, ANSWERED, {"also": new, **more}, outcome=said)
        return
    ready = by.at if row.state == DeliveryState.UNKNOWN else row.ready_at
    incomplete, held = DeliveryState.INCOMPLETE, row.held_by
    _overruled(session, row, by, incomplete, outcome, more=more, ready_at=ready, held_by=held)


def _told(lease: Lease, kept: Mapping[str, Step]) -> list[Step]:
    """Return the writes of a worker of which the journal does not know that they are out."""
    done = (step for step in lease.steps.values() if step.done and step.name in kept)
    return [step for step in done if not kept[step.name].done]


def _keep(
    session: Session, row: Row, told: Iterable[Step], kept: Mapping[str, Step]
) -> dict[str, Step | None]:
    """Write down that steps gave what a worker told, and return how they stand now."""
    done = {one.name: kept[one.name]._replace(state="finished", result=one.result) for one in told}
    for step in done.values():
        session.run(KEEP, step.result, row.id, step.name)
    return dict(done)


def _posts(outcome: Outcome) -> tuple[Post, ...]:
    post = outcome.post
    return outcome.published if post is None else (post, *post.thread)


def _others(lease: Lease, kept: Mapping[str, Step]) -> Generator[str]:
    """Return the places of a worker's posts where somebody else's of the same steps are known."""
    for step in lease.steps.values():
        mine, theirs = step.post(), kept[step.name].post() if step.name in kept else None
        if mine is not None and theirs is not None and is_another(place_of(mine), [place_of(theirs)]):
            yield place_of(mine)


def _also_out(
    session: Session, row: Row, by: Author, places: Iterable[str], more: Mapping[str, JsonValue]
) -> Row | None:
    others: list[JsonValue] = [*places]
    if not others:
        return None
    because = twice(map(str, others))
    said = row.known().model_copy(update={"because": because}).model_dump_json(exclude_defaults=True)
    detail: dict[str, JsonValue] = {"also": others, "because": because, **more}
    return note(session, row, by, ALSO_OUT, detail, outcome=said)


def _overruled(
    session: Session,
    row: Row,
    by: Author,
    state: DeliveryState,
    outcome: Outcome,
    *,
    more: Mapping[str, JsonValue],
    ready_at: int | None,
    held_by: str | None,
) -> Row:
    """Have a delivery be in the state that its platform's answer puts it in, whatever was decided since."""
    because = f"its answer came late, when it was {row.state} already"
    if row.state in ENDED:
        session.run(LATE, True, row.id)
    said = outcome.model_copy(update={"because": because}).model_dump_json(exclude_defaults=True)
    return move(
        session,
        row,
        by,
        *_path(DeliveryState(row.state), state),
        because=because,
        more=more,
        outcome=said,
        ready_at=ready_at,
        lease_until=None,
        fence=row.fence + 1,
        held_by=held_by,
    )


def _path(before: DeliveryState, after: DeliveryState) -> tuple[DeliveryState, ...]:
    """Return the states to pass: what waited to be sent again was sent first."""
    if before not in WAITED:
        return (after,)
    due = () if before is DeliveryState.DUE else (DeliveryState.DUE,)
    return (*due, DeliveryState.SENDING, after)


KEEP: Final = "UPDATE steps SET state = 'finished', result = ? WHERE delivery = ? AND name = ?"
LATE: Final = "UPDATE deliveries SET late = ? WHERE id = ?"
