"""The part of a publisher that takes note of what people decide, and tells what stands in the journal."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, final

from socialkit.errors import ConfigurationError
from socialkit.models import Post, Purpose, WallTime
from socialkit.operations import ModeT, Page, awaited, operation, paginated
from socialkit.platforms.base import of_type, require_author
from socialkit.publishing._deliver import flow_of
from socialkit.publishing._inside import id_of
from socialkit.publishing._journal import seen
from socialkit.publishing._models import Delivery, DeliveryState, Event
from socialkit.publishing._new_rows import new_row
from socialkit.publishing._outlook import NOT_AFTER
from socialkit.publishing._plans import Plans
from socialkit.publishing._rows import MICROSECOND, Body, Outcome, event_of, place_of, to_micros
from socialkit.publishing._times import expiry, instant, require_ahead, wall_of

__all__ = ["PAGE", "Decisions"]

PAGE: Final = 100
"""Deliveries or events read at once."""


class Decisions(Plans[ModeT], Generic[ModeT]):
    """Deciding, and looking at what was decided."""

    @final
    @operation
    async def approve(self, delivery: Delivery | str, *, note: str | None = None) -> Delivery:
        """Approve a proposed delivery: it is planned then.

        How late an answer may leave counts from here.

        Raises:
            NotAuthorisedError: The actor may not approve it.
            JournalError: It is not proposed, or a post that is too late to leave.
        """
        return await self._decide("approve", delivery, note)

    @final
    @operation
    async def reject(self, delivery: Delivery | str, *, note: str | None = None) -> Delivery:
        """Reject a proposed delivery: it is cancelled then.

        Raises:
            NotAuthorisedError: The actor may not reject it.
            ConfigurationError: The note holds half a character.
            JournalError: It is not proposed.
        """
        return await self._decide("reject", delivery, note)

    @final
    @operation
    async def cancel(self, delivery: Delivery | str, *, because: str = "it was cancelled") -> Delivery:
        """Have a delivery not happen; what of it is out stays out.

        Raises:
            NotAuthorisedError: The actor may not do so.
            JournalError: It is being sent, or has ended.
        """
        row, rulings = await self._inside.require("cancel", delivery)
        planner = await self._inside.planner(rulings)
        return seen(await self._inside.run(planner.cancel, row.id, self._inside.micros(), because))

    @final
    @operation
    async def reschedule(self, delivery: Delivery | str, at: datetime | WallTime) -> Delivery:
        """Give a delivery that has not left another time; a held or missed one is planned again.

        How late it may leave stays as it was planned.

        Raises:
            ConfigurationError: The time has passed, or a clock never shows it.
            ValueError: The time has no time zone.
            NotAuthorisedError: The actor may not do so.
            JournalError: It is being sent, or has ended.
        """
        when = instant(at)
        row, rulings = await self._inside.require("reschedule", delivery)
        now = self._inside.now()
        require_ahead(when, expiry(when, (row.expires_at - row.due_at) * MICROSECOND), now)
        planner = await self._inside.planner(rulings)
        move = partial(planner.reschedule, row.id, to_micros(now), to_micros(when), wall_of(at))
        return seen(await self._inside.run(move))

    @final
    @operation
    async def resolve(self, delivery: Delivery | str, *, post: Post | str | None) -> Delivery:
        """Decide what nobody could find out.

        Args:
            delivery: One that needs a decision.
            post: What was published, or its id; None says that it never went out, and it is sent anew.

        Raises:
            NotAuthorisedError: The actor may not do so.
            NotFoundError: There is no such post.
            WrongAccountError: Somebody else wrote it.
            JournalError: There is nothing to decide, or the post is another delivery's.
        """
        row, rulings = await self._inside.require("resolve", delivery)
        planner, now = await self._inside.planner(rulings), self._inside.micros()
        client: Any = self._inside.client(seen(row).account)
        if post is None:
            return seen(await self._inside.run(planner.never_out, row.id, now, flow_of(client)))
        found: Post = await awaited(client.posts.get(post))
        await require_author(client, found)
        outcome = Outcome(post=found)
        place, result = place_of(found), found.model_dump_json()
        return seen(await self._inside.run(planner.was_out, row.id, now, outcome, place, result))

    @final
    @operation
    async def adopt(self, post: Post, purpose: Purpose) -> Delivery:
        """Take a post that was made by hand into the journal, so that its numbers count for a purpose.

        Raises:
            NotAuthorisedError: The actor may not do so.
            WrongAccountError: Somebody else wrote it.
            JournalError: It is in the journal already, or may be the post of a delivery whose write had no
                answer: reconcile or resolve that one first.
        """
        account = of_type(post, Post, "post").account
        of_type(purpose, Purpose, "purpose")
        if account is None:
            message = "the post does not say whose it is: read it through its account's client"
            raise ConfigurationError(message)
        (ref,) = self._inside.accounts.accounts_for(account)
        await require_author(self._inside.client(ref), post)
        ours = self._inside.client(ref).ref
        body = Body(account=ours, actor=self._inside.actor, purpose=purpose, target=post.id)
        now = self._inside.now()
        row = new_row(body, self._packed(body), "publish", now=now, at=now, expires=now + NOT_AFTER)
        said = Outcome(post=post).model_dump_json(exclude_defaults=True)
        adopted = row._replace(state=DeliveryState.CONFIRMED.value, outcome=said, ready_at=None)
        allowed = await self._inside.permission("adopt", seen(adopted), can_wait=False)
        planner = await self._inside.planner({} if allowed.ruling is None else {row.id: allowed.ruling})
        out = None if post.published_at is None else to_micros(post.published_at)
        return seen(await self._inside.run(planner.adopt, adopted, to_micros(now), place_of(post), out))

    @final
    @paginated
    async def deliveries(
        self,
        *,
        state: DeliveryState | None = None,
        brand: str | None = None,
        account: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Delivery]:
        """Iterate over deliveries in the order in which they were planned.

        Args:
            state: Only those that stand so.
            brand: Only this brand's.
            account: Only those of an account, by its key (`acme/mastodon/main`).
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        planner, size = await self._inside.planner(), min(PAGE, PAGE if limit is None else max(1, limit))
        wanted = {"state": state, "brand": brand, "account": account}
        rows = await self._inside.run(planner.page, wanted, cursor or "", size)
        return Page(tuple(seen(row) for row in rows), rows[-1].id if len(rows) == size else None)

    @final
    @paginated
    async def events(
        self, *, after: str | int | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Event]:
        """Iterate over what happened, oldest first.

        Args:
            after: Only what came after this place: the `seq` of the last event that was seen, or an earlier
                listing's `cursor`.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        start, planner = _place(cursor or after or 0), await self._inside.planner()
        size = min(PAGE, PAGE if limit is None else max(1, limit))
        rows = await self._inside.run(planner.events, start, size)
        return Page(tuple(event_of(row) for row in rows), str(rows[-1][0]) if rows else None)

    # Below ---------------------------------------------------------------------------------------------

    async def _decide(self, action: str, delivery: Delivery | str, text: str | None) -> Delivery:
        row, rulings = await self._inside.require(action, id_of(delivery))
        planner, now = await self._inside.planner(rulings), self._inside.micros()
        decide = partial(planner.approve, row.id, now, text, approved=action == "approve")
        return seen(await self._inside.run(decide))


def _place(after: str | int) -> int:
    try:
        return int(after)
    except ValueError:
        message = f"after={after!r} is no place in a history: give the `seq` of an event"
        raise ConfigurationError(message) from None
