"""What becomes of deliveries that a worker has: each step, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.errors import FrozenError
from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, Noted, move, note, telling
from socialkit.publishing._late import confirm_late, keep_late
from socialkit.publishing._lease import (
    BY_WORD,
    TOO_LATE,
    Lease,
    LeaseLostError,
    Mine,
    TooLateError,
    claim_post,
    frozen,
    steps_of,
)
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import COLUMNS, MICROSECOND, Columns, Outcome, Row, Step, place_of
from socialkit.publishing._taking import LEASE, Taker, outcome_with

__all__ = ["Worker"]


class _LateError(Exception):
    """A step ended when somebody else had its delivery already."""


class Worker(Taker):
    """Writes down what becomes of what it has taken; each call is one transaction.

    Args:
        database: The journal's.
        mine: Whose deliveries it takes.
        actor: In whose name the history is written.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        super().__init__(database, mine, actor)
        self._riding = False
        """Whether what became of a delivery is still to reach the disk."""
        self._remarks: list[tuple[Noted, Outcome]] = []
        """What was seen of deliveries that have ended, and is not written down yet."""

    # Steps -------------------------------------------------------------------------------------------

    def start(self, lease: Lease, step: Step, now: int, until: int) -> None:
        """Write down that a step begins; for a write only while nothing speaks against it.

        Raises:
            LeaseLostError: Somebody else has the delivery.
            FrozenError: A freeze holds it back.
            TooLateError: It may not leave any more.
        """
        # Where nothing is made public, nobody needs to know after a loss of power that it was begun.
        with self._database.writing(flushed=step.writes) as session:
            row = self._fenced(session, lease)
            # A lease that ran out is ours again where nobody took it: the row is locked, and its fence ours.
            longest = max(now + LEASE // MICROSECOND, until)
            flow = row.flow if lease.steps else lease.flow
            if step.writes:
                _require_leave(session, row, lease, step, now)
                lease.began(step)
                detail: dict[str, JsonValue] = {"step": step.name, "until": until, **lease.news()}
                by = Author(now, self._actor)
                lease.row = note(session, row, by, "commit started", detail, lease_until=longest, flow=flow)
            else:
                lease.began(step)
                session.run(CARRY, longest, flow, row.id)
            begun = (row.fence, lease.row.number, now, step.attempt)
            if not session.run(START, row.id, step.name, bool(step.writes), *begun):
                message = (
                    f"{step.name} was answered meanwhile, to a worker that stood still: it is not repeated"
                )
                raise LeaseLostError(message, platform=row.platform)
            self._write_remarks(session)
        self._remarks.clear()
        if step.writes:
            lease.told()
        self._riding = self._riding and not step.writes

    def extend(self, lease: Lease, now: int, until: int) -> None:
        """Have a delivery for longer, because its step goes on.

        Raises:
            LeaseLostError: Somebody else has it.
        """
        longest = max(now + LEASE // MICROSECOND, until)
        with self._database.writing(flushed=False) as session:
            if not session.run(
                EXTEND, longest, lease.row.id, lease.row.fence, DeliveryState.SENDING, longest
            ):
                self._fenced(session, lease)

    def end(
        self,
        lease: Lease,
        name: str,
        result: str | None,
        now: int,
        place: str | None = None,
        waits: int | None = None,
    ) -> None:
        """Write down what a step gave; None: nothing came of it.

        Args:
            lease: The delivery.
            name: The step.
            result: What it gave.
            now: The time.
            place: The post that it made.
            waits: When that comes out, if the platform keeps it until then.

        Raises:
            PostTakenError: The post that it made confirms another delivery.
        """
        given, out = (name, result), max(now, waits or now)
        try:
            # The next step, or the outcome, follows at once, tells of this and takes it along to the disk.
            with self._database.writing(flushed=False) as session:
                claimed = self._end(session, lease, place, out, *given)
        except _LateError:
            self._end_late(lease, now, place, out, *given)
            return
        lease.ended(name, result)
        lease.claimed |= claimed

    def _end(
        self, session: Session, lease: Lease, place: str | None, out: int, name: str, result: str | None
    ) -> dict[str, int]:
        """Write down what a step gave while nobody else has its delivery, and return what was claimed."""
        state, fence = "over" if result is None else "finished", lease.row.fence
        end = END.format(lock=self._database.dialect.for_update)
        if not session.run(end, state, result, lease.row.id, fence, name, fence):
            raise _LateError
        return _claimed(session, lease, place, out)

    def _end_late(
        self, lease: Lease, now: int, place: str | None, out: int, name: str, result: str | None
    ) -> None:
        """Write down what a step gave when somebody else has the delivery: their lines cannot tell it."""
        state = "over" if result is None else "finished"
        with self._database.writing(flushed=False) as session:
            row = self._row(session, lease.row.id)
            session.run(END_LATE, state, result, row.id, name, lease.row.fence)
            claimed = _claimed(session, lease, place, out)
            stands = {name: steps_of(session, row.id).get(name)}
            said: dict[str, JsonValue] = {"step": name, **telling(stands, claimed)}
            note(session, row, Author(now, self._actor), "answered late", said)
        lease.ended(name, result)
        lease.untold.discard(name)

    def settle(
        self,
        lease: Lease,
        now: int,
        *states: DeliveryState,
        outcome: Outcome,
        ended: tuple[str, str | None] | None = None,
        places: tuple[str, ...] = (),
        ready_at: int | None = None,
    ) -> Row:
        """Write down what became of a delivery, and give it back.

        Where another one follows, this reaches the disk before a write of that one begins, or when that one
        is settled without any: never more than one outcome rides along.

        Args:
            lease: The delivery.
            now: The time.
            states: Through which states it goes.
            outcome: What is known of it.
            ended: A step that was found out about, and what it gave; None: nothing came of it.
            places: The posts that it made.
            ready_at: From when on a worker takes it up again.

        Raises:
            PostTakenError: A post that was found is another delivery's.
            LeaseLostError: Somebody else has the delivery, and what they know wins.
        """
        flushed = self._riding or not lease.followed
        by = Author(now, self._actor)
        with self._database.writing(flushed=flushed) as session:
            row = self._row(session, lease.row.id)
            # A post that waits counts from when it comes out; another look later than that does no harm.
            out = max(now, ready_at or now)
            # In one order, or two of them wait for each other.
            lease.claimed |= {place: claim_post(session, row, place, out) for place in sorted(places)}
            if row.fence == lease.row.fence:
                self._found(session, lease, ended)
                lease.row = _settled(session, row, by, states, outcome, ready_at, lease.news())
            else:
                late = None
                if states == (DeliveryState.CONFIRMED,):
                    late = confirm_late(session, row, by, lease, outcome, ready_at)
                if late is None:
                    message = f"delivery {row.id} was taken by somebody else meanwhile: what they find counts"
                    raise LeaseLostError(message, platform=row.platform)
                lease.row = late
        self._riding = not flushed
        lease.told()
        return lease.row

    @staticmethod
    def _found(session: Session, lease: Lease, ended: tuple[str, str | None] | None) -> None:
        """Write down what was found out about a step, unless its answer came after all."""
        if ended is None:
            return
        name, result = ended
        if not session.run(FOUND, "over" if result is None else "finished", result, lease.row.id, name):
            message = f"the answer to {name} came while it was looked for"
            raise LeaseLostError(message, platform=lease.row.platform)
        lease.ended(name, result)

    def late(self, lease: Lease, now: int) -> None:
        """Take note of what a platform confirmed of a thread while somebody else had it."""
        if lease.row.single or not lease.wrote:
            return
        with self._database.writing() as session:
            row = self._row(session, lease.row.id)
            if row.fence != lease.row.fence:
                keep_late(session, row, Author(now, self._actor), lease)

    def flush(self) -> None:
        """Wait until the disk has what became of each delivery, and was seen of it."""
        if self._riding or self._remarks:
            with self._database.writing() as session:
                session.run(TOUCH)
                self._write_remarks(session)
            self._riding = False
            self._remarks.clear()

    def exchange(self, lease: Lease, now: int, place: str) -> Row | None:
        """Take over the lost write of the delivery that took this one's post for its own.

        Two equal drafts are told apart by the platform alone: when it says whose a post is, the other one's
        write is still to be found. Returns None where no such write is known.
        """
        with self._database.writing() as session:
            row, step = self._fenced(session, lease), lease.open
            owner = next((Row(*one) for one in session.run(OWNER, place)), None)
            theirs = None if owner is None else _maker(session, owner, place)
            if owner is None or step is None or theirs is None or theirs.name != step.name:
                return None
            if (owner.account, owner.kind, owner.single) != (row.account, row.kind, True):
                return None
            by, mine = Author(now, self._actor), step._replace(attempt=theirs.attempt)
            given = telling({step.name: theirs._replace(attempt=step.attempt)}, {})
            if not Noted.of(owner, by, "exchanged", {"with": row.id, **given}).write(session):
                return None
            session.run(ATTEMPT, theirs.attempt, row.id, step.name)
            session.run(ATTEMPT, step.attempt, owner.id, step.name)
            because = f"delivery {owner.id} took its post for its own; what became of that one's is not known"
            outcome = outcome_with(row, because, failed_step=step.name)
            free = Columns(outcome=outcome, lease_until=None, ready_at=now)
            lease.began(mine)
            news = lease.news()
            return move(session, row, by, DeliveryState.UNKNOWN, because=because, more=news, **free)

    def found_beside(
        self,
        lease: Lease,
        now: int,
        outcome: Outcome,
        ended: tuple[str, str | None],
        place: str | None,
        ready_at: int | None,
    ) -> Row:
        """Write down what became of a step beside a post; the delivery stays confirmed.

        Args:
            lease: The delivery.
            now: The time.
            outcome: What is known of it.
            ended: The step, and what it gave; None: nothing came of it.
            place: The post that it made.
            ready_at: When to look for another such step.

        Raises:
            PostTakenError: The post is another delivery's.
            LeaseLostError: Somebody else has the delivery.
        """
        with self._database.writing() as session:
            row = self._fenced(session, lease)
            if place is not None:
                lease.claimed[place] = claim_post(session, row, place, now)
            self._found(session, lease, ended)
            detail: dict[str, JsonValue] = {"step": ended[0], **lease.news()}
            if outcome.because is not None and place is not None:
                detail |= {"also": [place], "because": outcome.because}
            what = f"step {lease.steps[ended[0]].state}"
            said = outcome.model_dump_json(exclude_defaults=True)
            free = Columns(outcome=said, lease_until=None, ready_at=ready_at)
            return note(session, row, Author(now, self._actor), what, detail, **free)

    def later(
        self,
        lease: Lease,
        now: int,
        outcome: Outcome,
        because: str | None,
        ready_at: int | None,
        *,
        seen: tuple[str, str] | None = None,
    ) -> Row:
        """Give back what could not be decided yet.

        Args:
            lease: The delivery.
            now: The time.
            outcome: What is known of it.
            because: Why it could not.
            ready_at: When to look again; None: no look will decide it.
            seen: A step, and its attempt with when it was looked for first.

        Raises:
            LeaseLostError: Somebody else has the delivery.
        """
        with self._database.writing() as session:
            row = self._fenced(session, lease)
            if seen is not None:
                _looked_for(session, lease, *seen)
            said = outcome.model_dump_json(exclude_defaults=True)
            free = Columns(outcome=said, lease_until=None, ready_at=ready_at)
            why: dict[str, JsonValue] = {"because": because, **lease.news()}
            return note(session, row, Author(now, self._actor), "undecided", why, **free)

    def remark(self, row: Row, now: int, outcome: Outcome, *, later: bool) -> Row:
        """Write down what was seen of a delivery that has ended.

        Args:
            row: The delivery.
            now: The time.
            outcome: What became of it, with what was seen.
            later: Write it down together with the next step that begins, or with `flush`.
        """
        noted = _read_back(row, Author(now, self._actor), outcome)
        self._remarks.append((noted, outcome))
        if not later:
            with self._database.writing(flushed=False) as session:
                self._write_remarks(session)
            self._remarks.clear()
        return noted.after

    def _write_remarks(self, session: Session) -> None:
        for noted, outcome in self._remarks:
            if noted.write(session):
                continue
            # Somebody did, or tried, something with it since: what they wrote stays.
            row = self._row(session, noted.before.id)
            known = row.known().model_copy(update={"differences": outcome.differences})
            _read_back(row, Author(noted.line[2], self._actor), known).write(session)

    def taken_since(self, account: str, since: int) -> list[str]:
        """Return the places of posts that other deliveries of an account have claimed."""
        with self._database.reading() as session:
            rows = session.run(
                "SELECT place FROM posts WHERE account = ? AND claimed_at >= ?", account, since
            )
        return [str(row[0]) for row in rows]

    def said_since(self, account: str, since: int) -> list[str]:
        """Return those of them that a person has said are other deliveries': they adopted or resolved one."""
        with self._database.reading() as session:
            rows = session.run(SAID, account, since, f'%"because": "{BY_WORD}"%')
        return [str(row[0]) for row in rows]

    def rival(self, row: Row, text: str, out: int) -> str | None:
        """Return another delivery whose equal post its platform published by itself at about a time.

        What was scheduled is known by another id once it is out, so that nothing else tells whose it is.
        """
        with self._database.reading() as session:
            rows = session.run(
                RIVALS, row.account, out - ABOUT // MICROSECOND, out + ABOUT // MICROSECOND, row.id
            )
        posts = ((other.id, other.known().post) for other in (Row(*one) for one in rows))
        return next((key for key, post in posts if post is not None and post.text.strip() == text), None)

    def _fenced(self, session: Session, lease: Lease) -> Row:
        row = self._row(session, lease.row.id)
        if row.fence != lease.row.fence:
            message = f"delivery {row.id} was taken by somebody else meanwhile; nothing more is sent"
            raise LeaseLostError(message, platform=row.platform)
        return row


TOUCH: Final = "UPDATE meta SET value = value WHERE name = 'schema'"
"""Changes nothing, but takes everything before it along to the disk."""
CARRY: Final = "UPDATE deliveries SET lease_until = ?, flow = ? WHERE id = ?"


EXTEND: Final = """
UPDATE deliveries SET lease_until = ? WHERE id = ? AND fence = ? AND state = ? AND lease_until < ?
RETURNING id
"""
START: Final = """
INSERT INTO steps (delivery, name, writes, fence, number, started_at, attempt, state)
VALUES (?, ?, ?, ?, ?, ?, ?, 'started') ON CONFLICT (delivery, name) DO UPDATE SET state = excluded.state,
fence = excluded.fence, number = excluded.number, started_at = excluded.started_at,
attempt = excluded.attempt, result = NULL WHERE steps.state <> 'finished' OR NOT steps.writes RETURNING name
"""
"""Nothing where the write has been answered since it was known to be open."""
END: Final = """
UPDATE steps SET state = ?, result = ?
WHERE delivery = (SELECT id FROM deliveries WHERE id = ? AND fence = ?{lock}) AND name = ? AND fence = ?
RETURNING name
"""
"""Locks the delivery before its step: whoever read its steps under that lock tells of them as they are."""
END_LATE: Final = "UPDATE steps SET state = ?, result = ? WHERE delivery = ? AND name = ? AND fence = ?"
"""Nothing where the step was begun anew since."""
FOUND: Final = (
    "UPDATE steps SET state = ?, result = ? WHERE delivery = ? AND name = ? AND state <> 'finished'"
    " RETURNING name"
)
ATTEMPT: Final = "UPDATE steps SET attempt = ? WHERE delivery = ? AND name = ?"
OWNER: Final = f"SELECT {COLUMNS} FROM deliveries WHERE id = (SELECT delivery FROM posts WHERE place = ?)"
RIVALS: Final = f"""
SELECT {COLUMNS} FROM deliveries WHERE id IN (SELECT delivery FROM posts WHERE account = ? AND claimed_at >= ?
AND claimed_at <= ? AND place LIKE '% scheduled %') AND id <> ?
"""
SAID: Final = """
SELECT place FROM posts WHERE account = ? AND claimed_at >= ? AND EXISTS (SELECT 1 FROM events
WHERE events.delivery = posts.delivery AND ((number = 1 AND state = 'confirmed') OR detail LIKE ?))
"""
"""What was adopted is confirmed from the first line of its history on."""
ABOUT: Final = timedelta(minutes=5)
"""How far from its time a platform may publish what was scheduled."""


def _require_leave(session: Session, row: Row, lease: Lease, step: Step, now: int) -> None:
    """Raise if a write may not begin.

    It was in time when it was taken, but so may have been a whole batch, before the first of it took hours or
    the machine slept. What stands beside a post that is out follows it whenever that is.
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


def _settled(
    session: Session,
    row: Row,
    by: Author,
    states: tuple[DeliveryState, ...],
    outcome: Outcome,
    ready_at: int | None,
    more: Mapping[str, JsonValue],
) -> Row:
    if states == (DeliveryState.MISSED,):
        states = (DeliveryState.PLANNED, *states)
    hold = frozen(session, row) if states == (DeliveryState.HELD,) else None
    if states == (DeliveryState.HELD,):
        # What a freeze stops is planned again first; it may be thawed since.
        states = (DeliveryState.PLANNED,) if hold is None else (DeliveryState.PLANNED, *states)
        ready_at = by.at if hold is None else ready_at
    return move(
        session,
        row,
        by,
        *states,
        because=outcome.because,
        more=more,
        outcome=outcome.model_dump_json(exclude_defaults=True),
        ready_at=ready_at,
        flow=row.flow,
        lease_until=None,
        held_by=None if hold is None else hold.freeze,
    )


def _looked_for(session: Session, lease: Lease, name: str, attempt: str) -> None:
    """Write down when a step was looked for first, unless its answer came meanwhile."""
    # As it stands now: a worker that stood still may have told of it since it was taken.
    step = steps_of(session, lease.row.id).get(name)
    if step is None or not step.open:
        return
    session.run(ATTEMPT, attempt, lease.row.id, name)
    lease.began(step._replace(attempt=attempt))


def _claimed(session: Session, lease: Lease, place: str | None, out: int) -> dict[str, int]:
    """Claim the post of a step at once, so that nobody who looks for an equal one takes it."""
    return {} if place is None else {place: claim_post(session, lease.row, place, out)}


def _maker(session: Session, row: Row, place: str) -> Step | None:
    """Return the write by which a delivery is thought to have made a post."""
    for step in steps_of(session, row.id).values():
        post = step.post()
        if step.done and step.attempt is not None and post is not None and place_of(post) == place:
            return step
    return None


def _read_back(row: Row, by: Author, outcome: Outcome) -> Noted:
    said = outcome.model_dump_json(exclude_defaults=True)
    detail: dict[str, JsonValue] = {"differences": list(outcome.differences or ())}
    return Noted.of(row, by, "read back", detail, outcome=said)
