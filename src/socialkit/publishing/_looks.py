"""What is written down of looks: what was found of deliveries, and seen of those that have ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, Noted, move, note, telling
from socialkit.publishing._lease import BY_WORD, Lease, LeaseLostError, Mine, claim_post, steps_of
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import COLUMNS, MICROSECOND, Columns, Outcome, Row, Step, place_of
from socialkit.publishing._taking import Taker, outcome_with

__all__ = ["Looks"]


class Looks(Taker):
    """Writes down what was found of what it has taken; each call is one transaction.

    Args:
        database: The journal's.
        mine: Whose deliveries it takes.
        actor: In whose name the history is written.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        super().__init__(database, mine, actor)
        self._remarks: list[tuple[Noted, Outcome]] = []
        """What was seen of deliveries that have ended, and is not written down yet."""

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

    def _write_remarks(self, session: Session) -> None:
        for noted, outcome in self._remarks:
            if noted.write(session):
                continue
            # Somebody did, or tried, something with it since: what they wrote stays.
            row = self._row(session, noted.before.id)
            known = row.known().model_copy(update={"differences": outcome.differences})
            _read_back(row, Author(noted.line[2], self._actor), known).write(session)

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

    def _fenced(self, session: Session, lease: Lease) -> Row:
        row = self._row(session, lease.row.id)
        if row.fence != lease.row.fence:
            message = f"delivery {row.id} was taken by somebody else meanwhile; nothing more is sent"
            raise LeaseLostError(message, platform=row.platform)
        return row


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


def _looked_for(session: Session, lease: Lease, name: str, attempt: str) -> None:
    """Write down when a step was looked for first, unless its answer came meanwhile."""
    # As it stands now: a worker that stood still may have told of it since it was taken.
    step = steps_of(session, lease.row.id).get(name)
    if step is None or not step.open:
        return
    session.run(ATTEMPT, attempt, lease.row.id, name)
    lease.began(step._replace(attempt=attempt))


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
