"""A run that remembers: each step is written down before it begins and after it ended."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from socialkit.errors import JournalError, OutcomeUnknownError, SocialKitError
from socialkit.models import Attempt, Post
from socialkit.operations import OpenStep, PassingRun
from socialkit.publishing._io import Io
from socialkit.publishing._lease import Lease, LeaseLostError
from socialkit.publishing._leases import Worker
from socialkit.publishing._rows import AlteredError, Step, out_at, place_of, sent_of, to_micros

__all__ = ["InDoubtError", "JournalRun"]

T = TypeVar("T")

LATEST: Final = timedelta(seconds=10)
"""How long after it was written down that a write begins it may still be sent."""
SPARE: Final = timedelta(seconds=30)
"""What the clocks of two machines may be apart."""
BEAT: Final = timedelta(minutes=1)
"""How often a step that goes on makes the lease longer: before a request, or with a piece of a file."""


class InDoubtError(JournalError):
    """A write was begun in an earlier run, and what became of it has to be found out first."""


class JournalRun(PassingRun):
    """Carries one delivery on from where an earlier run left it.

    Args:
        now: The client's clock.
        patience: The time after which a call has ended for sure.
        steady: The client's clock that nobody sets.
        worker: Writes things down.
        lease: The delivery.
        io: How the worker is called.
        planned: When the delivery was to leave as it was planned.
    """

    waits = False

    def __init__(
        self,
        now: Callable[[], datetime],
        patience: timedelta,
        steady: Callable[[], float],
        *,
        worker: Worker,
        lease: Lease,
        io: Io,
        planned: datetime | None,
    ) -> None:
        super().__init__(now, patience=patience, steady=steady)
        self.planned = planned
        self._root = uuid.UUID(lease.row.id)
        self._worker = worker
        self._lease = lease
        self._io = io
        self._latest: datetime | None = None
        self._heard = now()

    def require_time(self) -> None:
        """Raise if it is too late to send a write.

        Raises:
            LeaseLostError: Others may have taken the delivery by now.
        """
        if self._latest is not None and (self.now() > self._latest or self._stood_still()):
            message = f"too late to send: others may have taken delivery {self._lease.row.id} by now"
            raise LeaseLostError(message)

    def _stood_still(self) -> bool:
        """Return whether too much time has passed since a write began, although the clock was put back."""
        opened = self.open
        if opened is None or opened.began is None:
            return False
        return timedelta(seconds=self.steady() - opened.began) > LATEST

    async def alive(self) -> None:
        """Keep the delivery for as long as there is progress, and a little longer.

        Raises:
            LeaseLostError: Somebody else has it, and nothing of this step is public.
        """
        now = self.now()
        if now - self._heard < BEAT:
            return
        self._heard = now
        try:
            await self._io(self._worker.extend, self._lease, to_micros(now), self._until(now))
        except LeaseLostError:
            if self.open is None:  # a write that is on its way ends as the platform answers it
                raise
        except JournalError:  # it is still ours for a while, and the next piece tries again
            return

    def _until(self, now: datetime) -> int:
        """Return until when others take it for granted that a silent step goes on."""
        return to_micros(now + self._patience + SPARE + BEAT)

    def key(self, name: str) -> str:
        """Return the identity of a step: that of the write that it took over, if it did."""
        if self.open is not None and self.open.name == name:
            return self.open.key
        step = self._lease.steps.get(name)
        if step is None or step.attempt is None:
            return super().key(name)
        return step.sent().key

    async def step(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run a step that makes nothing public, or hand back what it gave."""
        known = self._known(name, returns)
        if known is not None:
            return known
        step = Step(name, writes=False, state="started", attempt=None, result=None)
        self._heard = self.now()
        await self._io(self._worker.start, self._lease, step, self._micros(), self._until(self._heard))
        result = await super().step(name, call, returns=returns)
        await self._io(self._worker.end, self._lease, name, self._dumped(result, returns), self._micros())
        return result

    async def commit(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run the step that makes something public, or hand back what it gave; never twice.

        Raises:
            OutcomeUnknownError: Nobody knows; the journal holds what was sent.
            InDoubtError: Nobody knows of an earlier run.
            LeaseLostError: Somebody else has the delivery, or it is too late; nothing was sent.
            FrozenError: A freeze holds it back; nothing was sent.
        """
        known = self._known(name, returns)
        if known is not None:
            return known
        if (earlier := self._lease.steps.get(name)) is not None and earlier.open:
            message = f"{name} was begun by an earlier run, and nobody knows what became of it"
            raise InDoubtError(message)
        started = self.now()
        self._latest = started + LATEST
        self._heard = started
        deadline = self._latest + self._patience
        self.open = self.last = OpenStep(name, self.key(name), started, deadline, self.steady())
        await self._begin(self.open)
        return await self._committed(name, call, returns)

    async def _begin(self, opened: OpenStep) -> None:
        attempt = sent_of(self._attempt())
        until = to_micros(opened.deadline + SPARE)
        step = Step(opened.name, writes=True, state="started", attempt=attempt, result=None)
        await self._io(self._worker.start, self._lease, step, self._micros(), until)

    async def _committed(self, name: str, call: Callable[[], Awaitable[T]], returns: type[T]) -> T:
        try:
            self.require_time()
            result = await super().step(name, call, returns=returns)
        except OutcomeUnknownError as error:
            error.attempt = self._attempt()
            raise
        except SocialKitError:
            await self._io(self._worker.end, self._lease, name, None, self._micros())
            raise
        self.open = None
        post = result if isinstance(result, Post) else None
        place, out = None if post is None else place_of(post), out_at(post)
        dumped, waits = self._dumped(result, returns), None if out is None else to_micros(out)
        await self._io(self._worker.end, self._lease, name, dumped, self._micros(), place, waits)
        return result

    def _attempt(self) -> Attempt:
        """Return everything that is needed to find out what becomes of the write that is open."""
        assert self.describe is not None, "every write says how it can be found"
        assert self.open is not None, "a write is open"
        return self.describe(self.open)

    def _known(self, name: str, returns: type[T]) -> T | None:
        step = self._lease.steps.get(name)
        if step is None or step.state != "finished" or step.result is None:
            return None
        adapter: TypeAdapter[T] = _adapter(cast("Any", returns))
        try:
            result = _read(adapter, step.result)
        except ValidationError as error:
            message = f"what {name} gave cannot be read: the journal was altered"
            raise AlteredError(message) from error
        self._results[name] = (returns, result)
        if step.writes:
            attempt = step.sent()
            self.last = OpenStep(name, attempt.key, attempt.started_at, attempt.deadline)
        return result

    def _dumped(self, result: T, returns: type[T]) -> str:
        adapter: TypeAdapter[T] = _adapter(cast("Any", returns))
        return adapter.dump_json(result).decode()

    def _micros(self) -> int:
        return to_micros(self.now())


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(adapter: TypeAdapter[T], result: str) -> T:
    """Return a recorded result; of a post that was found instead, what the platform sent for it."""
    try:
        return adapter.validate_json(result)
    except ValidationError:
        post = Post.model_validate_json(result)
        return adapter.validate_python(dict(post.raw))
