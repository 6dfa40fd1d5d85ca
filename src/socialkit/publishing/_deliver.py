"""Carrying one delivery: sending what is missing of it, or looking for what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar, cast

from socialkit.errors import JournalError, MediaStoreError, SocialKitError
from socialkit.models import AccountRef, Attempt, Found, FoundState, Post, WriteKind
from socialkit.operations import awaited, run_maker
from socialkit.platforms.base import AsyncClient, Client, require_account
from socialkit.publishing._io import Io
from socialkit.publishing._lease import Lease, LeaseLostError, PostTakenError, TooLateError
from socialkit.publishing._leases import Worker
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._owners import Owners
from socialkit.publishing._packing import peek
from socialkit.publishing._rows import (
    AlteredError,
    Body,
    Outcome,
    Row,
    Step,
    id_in,
    out_at,
    place_of,
    sent_of,
    to_micros,
)
from socialkit.publishing._run import InDoubtError, JournalRun
from socialkit.publishing._verdict import Verdict, beside, judge, pause, pause_since

__all__ = ["Carrier", "OtherFlowError", "flow_of"]

T = TypeVar("T")

MARGIN: Final = timedelta(hours=1)
"""How much before an attempt posts of other deliveries are looked up: clocks differ."""
GRAIN: Final = timedelta(seconds=1)
"""How exactly platforms tell their time."""
NOTHING: Final = "true"
"""What a step gave that makes no post."""


class OtherFlowError(JournalError):
    """A delivery was begun by other steps than those of today."""


UNDECIDED: Final = (MediaStoreError, InDoubtError, OtherFlowError, AlteredError)
"""After what a person has to decide: another try would find the same."""


Call = Callable[[Any, Body], Any]

CALLS: Final[Mapping[WriteKind, Call]] = {
    "publish": lambda client, body: client.posts.publish(body.draft),
    "reply": lambda client, body: client.inbox.reply(body.message, words_of(body), private=body.private),
    "hide": lambda client, body: client.inbox.hide(body.message),
    "unhide": lambda client, body: client.inbox.unhide(body.message),
    "delete": lambda client, body: client.posts.delete(body.post or body.target),
    "delete comment": lambda client, body: client.inbox.delete(body.message),
}
"""What each kind of delivery does."""


def _call(row: Row) -> Call:
    call = CALLS.get(row.kind)
    if call is None:
        message = f"what is to happen is of no known kind: {row.kind!r}"
        raise AlteredError(message, platform=row.platform)
    return call


def known_of(lease: Lease) -> Outcome:
    """Return what is known of a delivery so far."""
    return Outcome.model_validate_json(lease.row.outcome)


def _first_seen(step: Step, found: Found) -> tuple[str, str] | None:
    """Return a step and its attempt with the time of the first look that missed it; None if it is known."""
    attempt = step.sent()
    if found.platform_time is None or attempt.first_look is not None:
        return None
    return step.name, sent_of(attempt.model_copy(update={"first_look": found.platform_time}))


def words_of(body: Body) -> str:
    """Return the words of an answer."""
    return "" if body.draft is None else body.draft.text


def flow_of(client: Client | AsyncClient) -> str:
    """Return by which version of a platform's steps a client writes."""
    return f"{client.platform} {client.facts.flow_version}"


class Carrier:
    """Carries the deliveries of one publisher.

    Args:
        worker: Writes down what becomes of them.
        io: How the worker is called.
        client: Returns an account's client.
        owners: Knows whose the accounts were.
        read: Returns what is to happen, its files looked at.
        now: The time to go by.
    """

    def __init__(
        self,
        worker: Worker,
        io: Io,
        client: Callable[[AccountRef], Client | AsyncClient],
        owners: Owners,
        read: Callable[[str], Body],
        now: Callable[[], datetime],
    ) -> None:
        self._worker = worker
        self._io = io
        self._client = client
        self._owners = owners
        self._read = read
        self._now = now

    # Sending -----------------------------------------------------------------------------------------

    async def send(self, lease: Lease) -> Row:
        """Send what is missing of a delivery; it ends in a state with a name, whatever happens.

        Raises:
            LeaseLostError: Somebody else has it now.
            JournalError: The journal cannot be written; what is not written down by then is looked for later.
        """
        try:
            return await self._send(lease)
        except LeaseLostError:
            # What the platform has confirmed by then is true, whoever has it now.
            await self._io(self._worker.late, lease, to_micros(self._now()))
            raise

    async def _send(self, lease: Lease) -> Row:
        try:
            body = lease.body = await self._io(self._read, lease.row.body)
            client = self._client(body.account)
            self._require_flow(lease, client)
            # The login of an account may have been changed for another one's since it was planned.
            await require_account(client, body.account)
            await self._owners.require(client)
            post = await self._made(lease, client, body)
        except PostTakenError as error:
            exchange = partial(self._worker.exchange, lease, to_micros(self._now()), error.place)
            return await self._io(exchange) or await self._ask(lease, str(error))
        except TooLateError as error:
            return await self._missed(lease, error)
        except UNDECIDED as error:
            return await self._ask(lease, str(error))
        except JournalError:
            # What was begun cannot be written down now: others find it open when the lease has ended.
            raise
        except SocialKitError as error:
            tries, published = lease.row.tries, lease.published
            verdict = judge(error, now=self._now(), tries=tries, published=published)
            return await self._settled(lease, verdict)
        except Exception as error:
            await self._broken(lease, error)
            raise
        return await self._sent(lease, client, body, post)

    async def _broken(self, lease: Lease, error: Exception) -> None:
        """Leave a delivery whose platform's code broke in a state with a name, so that others get on."""
        because = f"the code that was to send it broke: {type(error).__name__}"
        if lease.open is None:
            await self._ask(lease, because)
            return
        outcome = Outcome(published=lease.published, failed_step=lease.open.name, because=because)
        await self._settled(lease, Verdict(DeliveryState.UNKNOWN, outcome, self._now()))

    async def _missed(self, lease: Lease, error: TooLateError) -> Row:
        """Leave to a person what may not leave any more; of what is out in part, the rest."""
        step = error.step if lease.wrote else None
        outcome = Outcome(published=lease.published, failed_step=step, because=error.message)
        state = DeliveryState.INCOMPLETE if lease.wrote else DeliveryState.MISSED
        return await self._settled(lease, Verdict(state, outcome))

    @staticmethod
    def _require_flow(lease: Lease, client: Client | AsyncClient) -> None:
        """Raise if what was begun is not to be carried on: its steps may mean something else now."""
        lease.flow = flow_of(client)
        if lease.steps and lease.row.flow != lease.flow:
            message = (
                f"it was begun by {lease.row.flow}, and its steps may mean something else to {lease.flow}"
            )
            raise OtherFlowError(message)

    async def _made(self, lease: Lease, client: Client | AsyncClient, body: Body) -> Post | None:
        if lease.row.single and lease.wrote:
            # All of it is out. What was planned may not be sent any more by now, and need not be.
            return next(iter(lease.published), None)
        return await self._run(lease, client, body)

    async def _run(self, lease: Lease, client: Client | AsyncClient, body: Body) -> Post | None:
        maker = partial(JournalRun, worker=self._worker, lease=lease, io=self._io, planned=body.at)

        token = run_maker.set(maker)
        try:
            result: object = await awaited(_call(lease.row)(client, body))
        finally:
            run_maker.reset(token)
        return result if isinstance(result, Post) else None

    async def _sent(self, lease: Lease, client: Client | AsyncClient, body: Body, post: Post | None) -> Row:
        parts = () if post is None else (post, *post.thread)
        places = tuple(place_of(one) for one in parts)
        waits = out_at(post)
        # What was sent beside it without an answer is looked for.
        look = waits if waits is not None or lease.open is None else self._now()
        verdict, fence = Verdict(DeliveryState.CONFIRMED, Outcome(post=post), look), lease.row.fence
        try:
            row = await self._settled(lease, verdict, places=places)
        except PostTakenError as error:
            return await self._ask(lease, str(error))
        # A late answer is told as such, and nothing is laid over that.
        late = row.fence != fence
        if lease.row.kind == "publish" and post is not None and waits is None and not late:
            return await self._read_back(row, client, body, post, later=lease.followed)
        return row

    async def _read_back(
        self, row: Row, client: Client | AsyncClient, body: Body, post: Post, *, later: bool
    ) -> Row:
        posts: Any = cast("Any", client).posts
        try:
            first, *rest = [await awaited(posts.get(one.id)) for one in (post, *post.thread)]
        except SocialKitError:  # nothing is said of it then, and the post is out all the same
            return row
        seen = first.model_copy(update={"thread": tuple(rest)})
        return await self._compared(row, client, body, post, seen, later=later)

    async def _compared(
        self, row: Row, client: Client | AsyncClient, body: Body, post: Post, seen: Post, *, later: bool
    ) -> Row:
        """Write down in what a post differs from its draft, as it was seen."""
        differences = cast("Any", client).posts.differences(seen, body.draft)
        outcome = Outcome(post=post, differences=differences)
        remark = partial(self._worker.remark, row, to_micros(self._now()), outcome, later=later)
        return await self._io(remark)

    # Looking -----------------------------------------------------------------------------------------

    async def look(self, lease: Lease) -> Row:
        """Look on the platform for what became of a delivery."""
        step = lease.open
        if step is None:
            return await self._on(lease, "its answer came late")
        try:
            found = await self._looked(lease, step)
        except SocialKitError:
            raise
        except Exception as error:
            # Another look would break as this one did, and keep all others from theirs: a person decides.
            because = f"the code that was to look for it broke: {type(error).__name__}"
            await self._judged(lease, step, Found.undecided(because))
            raise
        return await self._judged(lease, step, found)

    async def _judged(self, lease: Lease, step: Step, found: Found) -> Row:
        if lease.row.state == DeliveryState.CONFIRMED:
            return await self._found_beside(lease, step, found)
        return await self._found(lease, step, found)

    async def _looked(self, lease: Lease, step: Step) -> Found:
        try:
            body = await self._io(self._read, lease.row.body)
            client = self._client(body.account)
            await self._owners.require(client)
            attempt = await self._not_others(lease, step.sent(body))
            found: Found = await awaited(cast("Any", client).posts.find(attempt))
            if found.state is FoundState.ABSENT:
                found = await self._not_by_word(lease, client, attempt, found)
            if not client.facts.authoritative:
                found = self._looked_again(attempt, found, client.facts.settles_after)
                return await self._not_a_rivals(lease, found)
        except UNDECIDED as error:
            return Found.undecided(str(error))
        except JournalError:
            raise
        except SocialKitError as error:
            return Found.undecided(str(error), ask_again=self._now() + self._rest(step))
        return found

    def _looked_again(self, attempt: Attempt, found: Found, late: timedelta | None) -> Found:
        """Return what was found; what one look alone did not find is looked for once more.

        Between the two lies the time in which a write may still land, by the platform's own clock: whatever a
        machine that stood still believed when it began, both have missed it. Where a platform tells no time,
        `find` has counted from its first look already.
        """
        alone = attempt.first_look is None and found.platform_time is not None
        if found.state is not FoundState.ABSENT or late is None or not alone:
            return found
        again = self._now() + late + GRAIN
        later = Found.undecided(f"{found.because}; one look alone does not decide", ask_again=again)
        return later.model_copy(update={"platform_time": found.platform_time})

    def _rest(self, step: Step) -> timedelta:
        """Return how long to wait before another look: longer, the longer nobody could tell."""
        return pause_since(step.sent().deadline, self._now())

    async def _not_others(self, lease: Lease, attempt: Attempt) -> Attempt:
        """Return the attempt with the posts that it cannot be: those that confirm other deliveries."""
        since = to_micros(attempt.started_at - MARGIN)
        places = await self._io(self._worker.taken_since, lease.row.account, since)
        return attempt.model_copy(update={"taken": tuple(id_in(place) for place in places)})

    async def _not_by_word(
        self, lease: Lease, client: Client | AsyncClient, attempt: Attempt, absent: Found
    ) -> Found:
        """Return that it is absent, unless it may be what a person has said is another delivery's."""
        since = to_micros(attempt.started_at - MARGIN)
        places = await self._io(self._worker.said_since, lease.row.account, since)
        said = {id_in(place) for place in places}
        if not said:
            return absent
        others = tuple(one for one in attempt.taken if one not in said)
        without = attempt.model_copy(update={"taken": others})
        found: Found = await awaited(cast("Any", client).posts.find(without))
        if found.state is not FoundState.PUBLISHED:
            return found
        where = "a post" if found.post is None else found.post.url or f"the post {found.post.id}"
        return Found.undecided(f"{where} may be it, and a person took it for another delivery's")

    async def _not_a_rivals(self, lease: Lease, found: Found) -> Found:
        """Return what was found, unless it may as well be what another delivery had scheduled."""
        part = found.post.thread[-1] if found.post is not None and found.post.thread else found.post
        if part is None or part.published_at is None:
            return found
        rival = await self._io(self._worker.rival, lease.row, part.text.strip(), to_micros(part.published_at))
        if rival is None:
            return found
        return Found.undecided(f"the post may be that of delivery {rival}, which was scheduled for that time")

    async def _found(self, lease: Lease, step: Step, found: Found) -> Row:
        if found.state is FoundState.ABSENT:
            return await self._on(lease, found.because, ended=(step.name, None))
        if found.state is FoundState.PUBLISHED:
            try:
                return await self._was_out(lease, step, found)
            except PostTakenError as error:
                return await self._later(lease, str(error))
        if found.ask_again is None:
            return await self._ask(lease, found.because)
        return await self._later(lease, found.because, found.ask_again, seen=_first_seen(step, found))

    async def _found_beside(self, lease: Lease, step: Step, found: Found) -> Row:
        """Settle what was to stand beside a post that is out; it is never sent again."""
        now, outcome = to_micros(self._now()), beside(known_of(lease), step, found)
        if found.state is FoundState.UNDECIDED:
            again = None if found.ask_again is None else to_micros(found.ask_again)
            later = partial(self._worker.later, seen=_first_seen(step, found))
            return await self._io(later, lease, now, outcome, found.because, again)
        place = None if found.post is None else place_of(found.post)
        result = None if found.state is FoundState.ABSENT else NOTHING
        result = result if found.post is None else found.post.model_dump_json()
        more = None if lease.knowing(step.name, result).open is None else now
        settle = partial(self._worker.found_beside, lease, now, outcome, (step.name, result), place, more)
        try:
            return await self._io(settle)
        except PostTakenError as error:
            taken = Found.undecided(str(error), ask_again=self._now() + self._rest(step))
            return await self._found_beside(lease, step, taken)

    async def _was_out(self, lease: Lease, step: Step, found: Found) -> Row:
        # A part of a thread is found with those before it, and with a word on those that are still to come.
        part = found.post.thread[-1] if found.post is not None and found.post.thread else found.post
        part = None if part is None else part.model_copy(update={"thread": (), "incomplete": ()})
        result = NOTHING if part is None else part.model_dump_json()
        places = () if part is None else (place_of(part),)
        if lease.row.single:
            waits = out_at(found.post)
            verdict = Verdict(DeliveryState.CONFIRMED, Outcome(post=found.post), waits)
            row = await self._settled(lease, verdict, ended=(step.name, result), places=places)
            if lease.row.kind != "publish" or found.post is None or waits is not None:
                return row
            # The look read the post: nobody has to ask for it again. No file is sent, and none is touched.
            body = peek(Body, lease.row.body)
            client, seen = self._client(body.account), found.post
            return await self._compared(row, client, body, seen, seen, later=lease.followed)
        return await self._on(lease, found.because, ended=(step.name, result), places=places)

    # Ends --------------------------------------------------------------------------------------------

    async def flush(self) -> None:
        """Wait until the disk has what became of each delivery."""
        await self._io(self._worker.flush)

    async def give_back(self, lease: Lease) -> Row:
        """Leave to other workers what was taken and not begun."""
        if lease.row.state == DeliveryState.CONFIRMED:
            now, known = to_micros(self._now()), known_of(lease)
            return await self._io(self._worker.later, lease, now, known, None, now)
        if lease.row.state == DeliveryState.UNKNOWN:
            return await self._later(lease, known_of(lease).because or "", self._now())
        state = DeliveryState.INCOMPLETE if lease.wrote else DeliveryState.PLANNED
        because = "its worker was told to stop before it began"
        outcome = known_of(lease).model_copy(update={"because": because})
        return await self._settled(lease, Verdict(state, outcome, self._now()))

    async def _on(
        self,
        lease: Lease,
        because: str,
        *,
        ended: tuple[str, str | None] | None = None,
        places: tuple[str, ...] = (),
    ) -> Row:
        """Have a delivery carried on from where it is known to stand."""
        known = lease if ended is None else lease.knowing(*ended)
        state = DeliveryState.INCOMPLETE if known.wrote else DeliveryState.PLANNED
        outcome = Outcome(published=known.published, because=because)
        verdict = Verdict(state, outcome, self._now())
        return await self._settled(lease, verdict, ended=ended, places=places)

    async def _ask(self, lease: Lease, because: str) -> Row:
        """Have a person decide."""
        step = lease.open
        outcome = Outcome(
            published=lease.published, failed_step=None if step is None else step.name, because=because
        )
        return await self._settled(lease, Verdict(DeliveryState.NEEDS_DECISION, outcome))

    async def _later(
        self, lease: Lease, because: str, at: datetime | None = None, *, seen: tuple[str, str] | None = None
    ) -> Row:
        step, now = lease.open, self._now()
        outcome = Outcome(
            published=lease.published, failed_step=None if step is None else step.name, because=because
        )
        ready = to_micros(now + pause(lease.row.tries) if at is None else at)
        later = partial(self._worker.later, seen=seen)
        return await self._io(later, lease, to_micros(now), outcome, because, ready)

    async def _settled(
        self,
        lease: Lease,
        verdict: Verdict,
        *,
        ended: tuple[str, str | None] | None = None,
        places: tuple[str, ...] = (),
    ) -> Row:
        settle = partial(
            self._worker.settle,
            lease,
            to_micros(self._now()),
            verdict.state,
            outcome=verdict.outcome,
            ended=ended,
            places=places,
            ready_at=None if verdict.ready_at is None else to_micros(verdict.ready_at),
        )
        return await self._io(settle)
