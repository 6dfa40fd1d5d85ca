"""The part of a publisher that sends what is due, and looks for what is unknown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Generic, final

from socialkit.errors import JournalError
from socialkit.models import require_aware
from socialkit.operations import ModeT, Page, carrying, operation, paginated
from socialkit.platforms.base import of_type
from socialkit.publishing._decisions import PAGE, Decisions
from socialkit.publishing._deliver import Carrier
from socialkit.publishing._inside import id_of
from socialkit.publishing._journal import seen
from socialkit.publishing._lease import Lease, LeaseLostError, waits_since
from socialkit.publishing._models import ACTIVE, Delivery
from socialkit.publishing._rows import Row, from_micros, to_micros
from socialkit.publishing._taking import BATCH
from socialkit.publishing._zones import follow_zones

__all__ = ["Carrying", "Progress", "Stop"]

Progress = Callable[[Delivery], object]
"""Told of each delivery that was carried; what it raises ends the run, and the rest is left to others."""
Stop = Callable[[], bool]
"""Asked before each delivery whether to end."""


class Carrying(Decisions[ModeT], Generic[ModeT]):
    """Sending and looking."""

    @final
    @paginated
    async def due(
        self, *, now: datetime | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Delivery]:
        """Iterate over what waits for a worker, oldest first, without taking it.

        That is what is due, what may be looked for by now, and what a worker had that is gone.

        Args:
            now: The time to go by (aware); the clock's if not given.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        worker, size = await self._inside.worker(), min(PAGE, PAGE if limit is None else max(1, limit))
        since, _, after = (cursor or "0 ").partition(" ")
        rows = await self._inside.run(
            worker.waiting, to_micros(self._going_by(now)), (int(since), after), size
        )
        last = rows[-1] if len(rows) == size else None
        following = None if last is None else f"{waits_since(last)} {last.id}"
        return Page(tuple(seen(row) for row in rows), following)

    @final
    @operation
    async def run_due(
        self,
        *,
        now: datetime | None = None,
        limit: int | None = None,
        only: Delivery | str | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> tuple[Delivery, ...]:
        """Send what is due, oldest first, until nothing is left, and return what was carried.

        It never waits for a request budget: what has to wait is postponed. What was planned by a wall time
        leaves at that time, even if the rules of its zone were changed since: such deliveries are moved when
        a publisher first runs, and once a day. Any number of workers may run it
        at the same time.

        Args:
            now: The time to go by (aware); the clock's if not given.
            limit: Carry at most this many.
            only: Carry no other delivery than this; nothing happens if it is not due, or a worker has it.
            progress: Called with each delivery after it was carried. What it is told may be forgotten if the
                power is lost before the next write begins or this returns: then that one is looked for. What
                it raises ends the run; what was not begun is left to others.
            stop: Asked before each delivery; once it says yes, the rest is left to others.
        """
        inside = self._inside
        going_by = self._going_by(now)
        worker, carrier, moment = await inside.worker(), await inside.carrier(going_by), to_micros(going_by)
        one = None if only is None else id_of(only)
        await self._prepared(moment)
        carried: list[Delivery] = []
        while (limit is None or len(carried) < limit) and not (stop and stop()):
            most = BATCH if limit is None else min(BATCH, limit - len(carried))
            leases = await inside.run(worker.take, moment, most, one)
            if not leases:
                break
            carried += await self._each(leases, carrier, carrier.send, progress, stop)
            if one is not None and carried and carried[-1].state not in ACTIVE:
                break  # nothing of it is left to be taken
        return tuple(carried)

    @final
    @operation
    async def deliver(self, delivery: Delivery | str) -> Delivery:
        """Send one delivery now, whatever its time; of an incomplete one, what is missing.

        Raises:
            NotAuthorisedError: The actor may not have it leave.
            JournalError: It is not in a state to be sent.
            FrozenError: A freeze holds it back.
        """
        row, rulings = await self._inside.require("deliver", delivery)
        worker, carrier = await self._inside.worker(), await self._inside.carrier()
        take = partial(worker.take_one, row.id, self._inside.micros(), rulings.get(row.id))
        lease = await self._inside.run(take)
        return await self._carried(lease, carrier.send, None)

    @final
    @operation
    async def reconcile(
        self,
        *,
        limit: int | None = None,
        only: Delivery | str | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> tuple[Delivery, ...]:
        """Look for what became of deliveries whose outcome is unknown, as far as a look may decide it by now.

        It only reads on the platforms. What turns out not to have happened is planned again; what no look can
        decide needs a person's decision. What was sent beside a post without an answer (a first comment) is
        looked for too: its delivery stays confirmed, and `post.incomplete` says what was found.

        Args:
            limit: Look for at most this many.
            only: Look for no other than this; nothing happens if it is too early, or a worker has it.
            progress: Called with each delivery after a look.
            stop: Asked before each delivery; once it says yes, the rest is left to others.
        """
        inside = self._inside
        worker, carrier = await inside.worker(), await inside.carrier()
        moment, one = inside.micros(), None if only is None else id_of(only)
        looked: dict[str, Delivery] = {}
        while (limit is None or len(looked) < limit) and not (stop and stop()):
            most = BATCH if limit is None else min(BATCH, limit - len(looked))
            leases = await inside.run(worker.take_unknown, moment, most, one)
            leases = [lease for lease in leases if lease.row.id not in looked]
            if not leases:
                break
            looked |= {
                done.id: done for done in await self._each(leases, carrier, carrier.look, progress, stop)
            }
        return tuple(looked.values())

    # Below ---------------------------------------------------------------------------------------------

    async def _each(
        self, leases: list[Lease], carrier: Carrier, carry: Any, progress: Progress | None, stop: Stop | None
    ) -> list[Delivery]:
        """Carry what was taken, one after the other; what is left when it is time to stop is given back."""
        carried: list[Delivery] = []
        left = leases[::-1]
        try:
            while left and not (stop is not None and stop()):
                lease = left.pop()
                lease.followed = len(leases) > 1
                carried.append(await self._carried(lease, carry, progress))
        except BaseException:
            with suppress(JournalError):  # what cannot be given back is free when its lease ends
                await self._ended(left, carrier)
            raise
        await self._ended(left, carrier)
        return carried

    async def _ended(self, left: list[Lease], carrier: Carrier) -> None:
        """Give back what was not begun, and wait until the disk has what was."""
        for lease in reversed(left):
            await self._carried(lease, carrier.give_back, None)
        await carrier.flush()

    def _going_by(self, now: datetime | None) -> datetime:
        return self._inside.now() if now is None else require_aware(of_type(now, datetime, "now"), "now")

    async def _carried(self, lease: Lease, carry: Any, progress: Progress | None) -> Delivery:
        token = carrying.set(True)
        try:
            row: Row = await carry(lease)
            delivery = seen(row, lease.body)
        except LeaseLostError:  # whoever has it now writes down what becomes of it
            delivery = seen(await self._inside.row(lease.row.id))
        finally:
            carrying.reset(token)
        if progress is not None:
            progress(delivery)
        return delivery

    async def _prepared(self, moment: int) -> None:
        inside = self._inside
        planner = await inside.planner()
        await inside.run(planner.anchor, moment)
        day = from_micros(moment).date()
        if inside.zones_followed != day:  # a process reads the rules of a zone once, and few live for ever
            await inside.run(follow_zones, inside.journal.database, await inside.mine(), inside.actor, moment)
            inside.zones_followed = day
