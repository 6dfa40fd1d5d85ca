"""The part of a publisher that plans, and takes note of what people decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, cast, final

from socialkit.authority import Permission
from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import (
    AccountRef,
    Draft,
    Post,
    Purpose,
    Severity,
    WallTime,
    WriteKind,
)
from socialkit.operations import ModeT, Operations, Page, operation, paginated
from socialkit.platforms.base import AsyncClient, Client, of_type, require_author
from socialkit.publishing._accounts import Accounts, Authorises
from socialkit.publishing._calendars import HasSlots, bodies_of, wall_of
from socialkit.publishing._deliver import awaited, flow_of
from socialkit.publishing._estimates import Estimate, Item, estimated
from socialkit.publishing._inside import Inside, id_of
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._models import Delivery, DeliveryState, Event, Preview, Scope
from socialkit.publishing._packing import pack
from socialkit.publishing._planning import new_row
from socialkit.publishing._rows import MICROSECOND, Body, Outcome, Row, event_of, place_of, to_micros
from socialkit.publishing._times import expiry, instant, require_ahead

__all__ = ["NOT_AFTER", "PAGE", "Plans"]

NOT_AFTER: Final = timedelta(hours=2)
"""How late a delivery may leave, unless it says otherwise."""
PAGE: Final = 100
"""Deliveries or events read at once."""

TO_COME: Final = frozenset(
    {DeliveryState.PROPOSED, DeliveryState.APPROVED, DeliveryState.PLANNED, DeliveryState.DUE}
)
"""States of which nothing has left."""

Target = AccountRef | str


class Plans(Operations[ModeT], Generic[ModeT]):
    """Planning and deciding."""

    namespace = "publisher"

    def __init__(
        self,
        mode: type[ModeT],
        accounts: Accounts | Client | AsyncClient,
        journal: Journal,
        *,
        actor: str | None,
        authority: Authorises[Delivery | Scope] | None,
    ) -> None:
        super().__init__(mode)
        self._inside = Inside(mode, accounts, journal, actor, authority)

    @final
    @operation
    async def plan(
        self,
        draft: Draft | str,
        *,
        to: Target | Sequence[Target],
        at: datetime | WallTime | None = None,
        not_after: timedelta | datetime = NOT_AFTER,
    ) -> tuple[Delivery, ...]:
        """Plan a draft for one or several accounts, and return a delivery for each; nothing is sent.

        Each account's draft is fixed as it gets it, its files are kept, and all or none are planned.

        Args:
            draft: What to publish.
            to: Accounts: refs, `acme/mastodon/main`, or a platform where it has one account.
            at: When (aware, or a wall time); now if not given.
            not_after: How late it may leave; later it is missed, and a person decides.

        Raises:
            InvalidDraftError: An account's platform would refuse it; holds every problem of all of them.
            ConfigurationError: There is no such account, or the time has passed, or a clock never shows it.
            ValueError: A time has no time zone.
            NotAuthorisedError: The actor may not publish there.
            JournalError: The journal cannot be written.
        """
        previews = await self._previewed(draft, to)
        problems = [one for preview in previews for one in preview.problems if one.severity is Severity.ERROR]
        if problems:
            raise InvalidDraftError("nothing was planned", problems=problems)
        purpose = draft.purpose if isinstance(draft, Draft) else None
        bodies = [
            Body(account=one.account, actor=self._inside.actor, draft=one.draft, purpose=purpose)
            for one in previews
        ]
        return await self._planned(bodies, "publish", at, not_after)

    @final
    @operation
    async def plan_calendar(
        self, calendar: HasSlots, *, not_after: timedelta | datetime = NOT_AFTER
    ) -> tuple[Delivery, ...]:
        """Plan all slots of a calendar that hold a draft, and return their deliveries in the slots' order.

        Nothing is sent. Every draft is checked before the first is written down, and all or none are planned,
        in one transaction. A slot that is filled already is not planned again, and the delivery that fills it
        is returned: a calendar that grew may be planned whole. A delivery that was cancelled or refused
        leaves its slot empty.

        Other workers wait for as long as the transaction takes, so plan ten thousand slots rather than a
        million at once.

        Args:
            calendar: What has `slots`; those without a draft are passed over.
            not_after: How late each may leave. One that is later already is missed, and a person decides:
                what has passed keeps no calendar from being planned whole.

        Raises:
            InvalidDraftError: Some would be refused; holds every problem, each with the place of its slot.
            NotAuthorisedError: The actor may not publish there.
            ConfigurationError: Two slots of an account have one key, or a clock never shows a slot's time.
            JournalError: A slot is filled with another draft, or was at another time when it was filled; or
                the journal cannot be written.
        """
        await self._inside.mine()
        refs: dict[AccountRef, AccountRef] = {}

        def look(draft: Draft, account: AccountRef) -> Preview:
            if account not in refs:
                (refs[account],) = self._inside.accounts.accounts_for(account)
            return self._preview(draft, refs[account])

        wishes = bodies_of(calendar.slots, look, self._inside.actor)
        rows = await self._rows(wishes, "publish", not_after)
        planner, now = await self._inside.planner(), self._inside.micros()
        bodies = {row.id: body for row, (body, _) in zip(rows, wishes, strict=True)}
        filled = await self._inside.run(planner.fill, rows, now)
        return tuple(seen(row, bodies.get(row.id)) for row in filled)

    @final
    def estimate(self, plan: HasSlots | Iterable[Delivery]) -> Estimate:
        """Return what a plan takes of what platforms allow, when it would be done, and what is in the way.

        Computed from what platforms declare, without asking anybody: what a plan takes is the least that it
        takes, and a server may allow less. Posts count, of deliveries those that are to come; answers and
        deletions do not.

        Args:
            plan: A calendar before it is planned, or deliveries that are planned.

        Example:
            >>> from socialkit import Journal, Publisher, Sandbox
            >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
            ...     publisher = Publisher(world.connect("mastodon"), journal)
            ...     estimate = publisher.estimate(publisher.plan("Autumn is here", to="mastodon"))
            ...     [f"{need.needed} of {need.limit} {need.unit}" for need in estimate.needs]
            ['3 of 300 requests', '1 of 300 posts']
        """
        items = self._slot_items(plan) if isinstance(plan, HasSlots) else self._delivery_items(plan)
        return estimated(items)

    @final
    @operation
    async def preview(self, draft: Draft | str, *, to: Target | Sequence[Target]) -> tuple[Preview, ...]:
        """Return what each account would get, exactly as it would be sent, with every problem."""
        return await self._previewed(draft, to)

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
        """Reject a proposed delivery: it is cancelled then."""
        return await self._decide("reject", delivery, note)

    @final
    @operation
    async def cancel(self, delivery: Delivery | str, *, because: str = "it was cancelled") -> Delivery:
        """Have a delivery not happen; what of it is out stays out.

        Raises:
            NotAuthorisedError: The actor may not do so.
            JournalError: It is being sent, or has ended.
        """
        row = await self._inside.require("cancel", delivery)
        planner = await self._inside.planner()
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
        row = await self._inside.require("reschedule", delivery)
        now = self._inside.now()
        require_ahead(when, expiry(when, (row.expires_at - row.due_at) * MICROSECOND), now)
        planner = await self._inside.planner()
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
        row = await self._inside.require("resolve", delivery)
        planner, now = await self._inside.planner(), self._inside.micros()
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
            JournalError: It is in the journal already.
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
        await self._inside.permission("adopt", seen(adopted), can_wait=False)
        planner = await self._inside.planner()
        add = partial(planner.add, [adopted], to_micros(now), places={adopted.id: place_of(post)})
        return seen((await self._inside.run(add))[0])

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

    async def _previewed(self, draft: Draft | str, to: Target | Sequence[Target]) -> tuple[Preview, ...]:
        await self._inside.mine()
        given = [to] if isinstance(to, str | AccountRef) else list(of_type(to, Iterable, "to"))
        targets = [of_type(one, AccountRef | str, "to") for one in given]
        refs = {ref.key: ref for one in targets for ref in self._inside.accounts.accounts_for(one)}
        if not refs:
            message = "to= names no account"
            raise ConfigurationError(message)
        return tuple(self._preview(draft, ref) for ref in refs.values())

    def _preview(self, draft: Draft | str, ref: AccountRef) -> Preview:
        client: Any = self._inside.client(ref)
        ready, problems = client.posts._judged(draft)
        return Preview(account=client.ref, draft=ready, problems=problems)

    def _slot_items(self, calendar: HasSlots) -> Iterator[Item]:
        for slot in calendar.slots:
            if slot.draft is not None:
                (ref,) = self._inside.accounts.accounts_for(slot.account)
                client, at = self._inside.client(ref), slot.instant()
                draft = cast("Any", client).posts.adapt(slot.draft)
                yield Item(slot.key, client.ref, at, at + NOT_AFTER, draft, client.facts.quotas)

    def _delivery_items(self, deliveries: Iterable[Delivery]) -> Iterator[Item]:
        for one in deliveries:
            if one.kind == "publish" and one.state in TO_COME and one.draft is not None:
                (ref,) = self._inside.accounts.accounts_for(one.account)
                quotas = self._inside.client(ref).facts.quotas
                yield Item(one.id, one.account, one.at, one.not_after, one.draft, quotas)

    async def _planned(
        self,
        bodies: Sequence[Body],
        kind: WriteKind,
        at: datetime | WallTime | None,
        not_after: timedelta | datetime,
    ) -> tuple[Delivery, ...]:
        now = self._inside.now()
        when = now if at is None else instant(at)
        require_ahead(when, expiry(when, not_after), now)
        said = {"wall": wall_of(at)}
        rows = await self._rows([(body.model_copy(update=said), when) for body in bodies], kind, not_after)
        planner = await self._inside.planner()
        write = planner.add if bodies[0].slot is None else planner.fill
        return tuple(seen(row) for row in await self._inside.run(write, rows, to_micros(now)))

    async def _rows(
        self, wishes: Sequence[tuple[Body, datetime]], kind: WriteKind, not_after: timedelta | datetime
    ) -> list[Row]:
        """Return new deliveries, their files kept and their states known."""
        now, expires = self._inside.now(), [expiry(when, not_after) for _, when in wishes]
        texts = await self._inside.run(lambda: [self._packed(body) for body, _ in wishes])
        rows = [
            new_row(body, text, kind, now=now, at=when, expires=late)
            for (body, when), text, late in zip(wishes, texts, expires, strict=True)
        ]
        return [row._replace(state=await self._first_state(kind, row)) for row in rows]

    async def _first_state(self, kind: WriteKind, row: Row) -> str:
        if not self._inside.restricted:
            return DeliveryState.PLANNED.value
        proposal = seen(row._replace(state=DeliveryState.PROPOSED.value))
        asked = await self._inside.permission(kind, proposal, can_wait=True) is Permission.ASK
        return DeliveryState.PROPOSED.value if asked else DeliveryState.PLANNED.value

    def _packed(self, body: Body) -> str:
        return pack(body, self._inside.journal.media)

    async def _decide(self, action: str, delivery: Delivery | str, text: str | None) -> Delivery:
        row = await self._inside.require(action, id_of(delivery))
        planner, now = await self._inside.planner(), self._inside.micros()
        decide = partial(planner.approve, row.id, now, text, approved=action == "approve")
        return seen(await self._inside.run(decide))


def _place(after: str | int) -> int:
    try:
        return int(after)
    except ValueError:
        message = f"after={after!r} is no place in a history: give the `seq` of an event"
        raise ConfigurationError(message) from None
