"""The part of a publisher that plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, final

from socialkit.authority import Permission
from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import AccountRef, Draft, PostingSchedule, Recurrence, Severity, WallTime, WriteKind
from socialkit.operations import ModeT, operation
from socialkit.platforms.base import AsyncClient, Client
from socialkit.publishing._calendars import HasSlots, bodies_of
from socialkit.publishing._fetching import Fetching
from socialkit.publishing._filling import is_same, named_otherwise
from socialkit.publishing._journal import seen
from socialkit.publishing._models import Delivery, DeliveryState, Preview
from socialkit.publishing._new_rows import new_row
from socialkit.publishing._outlook import NOT_AFTER, Outlook, Target, preview_of
from socialkit.publishing._packing import pack
from socialkit.publishing._queues import Queue, queued, times_after
from socialkit.publishing._rows import Body, Row, to_micros
from socialkit.publishing._times import expiry, instant, require_ahead, wall_of

__all__ = ["Plans"]


class Plans(Outlook[ModeT], Generic[ModeT]):
    """Planning."""

    @final
    @operation
    async def plan(
        self,
        draft: Draft | str,
        *,
        to: Target | Sequence[Target],
        at: datetime | WallTime | None = None,
        not_after: timedelta | datetime = NOT_AFTER,
        key: str | None = None,
    ) -> tuple[Delivery, ...]:
        """Plan a draft for one or several accounts, and return a delivery for each; nothing is sent.

        Each account's draft is fixed as it gets it, its files are kept, and all or none are planned. A file
        behind an address is fetched now, once for all accounts: what lies there later changes nothing.

        Args:
            draft: What to publish.
            to: Accounts: refs, `acme/mastodon/main`, or a platform where it has one account.
            at: When (aware, or a wall time); now if not given.
            not_after: How late it may leave; later it is missed, and a person decides.
            key: What names it on each of the accounts, so that whoever is not sure whether it was planned can
                ask again: the delivery of that name is returned and no second one is made, unless it was
                refused or cancelled.

        Raises:
            InvalidDraftError: An account's platform would refuse it, or a file cannot be fetched; holds every
                problem of all of them.
            ConfigurationError: There is no such account, or the time has passed, or a clock never shows it.
            ValueError: A time has no time zone.
            NotAuthorisedError: The actor may not publish there.
            JournalError: Something else has that key, or had it at another time; or the journal cannot be
                written.

        Example:
            >>> from socialkit import Journal, Publisher, Sandbox
            >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
            ...     publisher = Publisher(world.connect("mastodon"), journal)
            ...     (first,) = publisher.plan("Autumn is here", to="mastodon", key="autumn")
            ...     (again,) = publisher.plan("Autumn is here", to="mastodon", key="autumn")
            >>> again.id == first.id
            True
        """
        async with Fetching(self._inside.run, spooled=True) as files:
            named = {"slot": key, "slot_at": None if key is None or at is None else instant(at)}
            bodies = [one.model_copy(update=named) for one in await self._bodies(draft, to, files)]
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

        A file behind an address is fetched each time: a slot whose file is another one by now is filled with
        something else, and one whose address has ended cannot be planned again.

        Other workers wait for as long as the transaction takes, so plan ten thousand slots rather than a
        million at once.

        Args:
            calendar: What has `slots`; those without a draft are passed over.
            not_after: How late each may leave. One that is later already is missed, and a person decides:
                what has passed keeps no calendar from being planned whole.

        Raises:
            InvalidDraftError: Some would be refused, or a file cannot be fetched; holds every problem, each
                with the place of its slot.
            NotAuthorisedError: The actor may not publish there.
            ConfigurationError: Two slots of an account have one key, or a clock never shows a slot's time.
            JournalError: A slot is filled with another draft, or was at another time when it was filled; or
                the journal cannot be written.
        """
        await self._inside.mine()
        clients: dict[AccountRef, Client | AsyncClient] = {}

        def known(account: AccountRef) -> Client | AsyncClient:
            if account not in clients:
                (ref,) = self._inside.accounts.accounts_for(account)
                clients[account] = self._inside.client(ref)
            return clients[account]

        slots = tuple(calendar.slots)
        async with Fetching(self._inside.run, spooled=True) as files:
            await files.fetch((one.draft, known(one.account)) for one in slots if one.draft is not None)

            def look(draft: Draft, account: AccountRef) -> Preview:
                return preview_of(draft, known(account), files)

            wishes = bodies_of(slots, look, self._inside.actor)
            rows, rulings = await self._rows(wishes, "publish", not_after)
        planner, now = await self._inside.planner(rulings), self._inside.micros()
        bodies = {row.id: body for row, (body, _) in zip(rows, wishes, strict=True)}
        filled = await self._inside.run(planner.fill, rows, now)
        return tuple(seen(row, bodies.get(row.id)) for row in filled)

    @final
    @operation
    async def queue(
        self,
        draft: Draft | str,
        *,
        to: Target | Sequence[Target],
        slots: PostingSchedule | Recurrence,
        not_after: timedelta | datetime = NOT_AFTER,
        key: str | None = None,
    ) -> tuple[Delivery, ...]:
        """Plan a draft for the next free slot of one or several accounts, of each its own; nothing is sent.

        A slot is an instant, whichever clock or rule it was read from. It is taken by whatever the account
        is to publish then: proposed, held or being looked for as well, in a queue or planned for that very
        time. It is free again once that was cancelled, rejected or refused; a delivery of a queue that was
        moved keeps the slot that it had. However many processes queue at once, each gets a slot of its own.

        Args:
            draft: What to publish.
            to: Accounts: refs, `acme/mastodon/main`, or a platform where it has one account.
            slots: The hours of the account's week, or a rule of repetition: what it gives later than now.
            not_after: How late it may leave; later it is missed, and a person decides.
            key: As in `plan()`: the delivery of that name keeps the slot that it got the first time.

        Raises:
            InvalidDraftError: An account's platform would refuse it, or a file cannot be fetched; holds every
                problem of all of them.
            ConfigurationError: There is no such account, the hours are another one's, the rule ends before
                a slot is free, or a clock never shows one.
            NotAuthorisedError: The actor may not publish there.
            JournalError: Something else has that key, or the journal cannot be written.

        Example:
            >>> from socialkit import Journal, Publisher, Recurrence, Sandbox, WallTime
            >>> mornings = Recurrence("FREQ=DAILY", start=WallTime("2026-03-01 09:30", zone="Europe/Paris"))
            >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
            ...     publisher = Publisher(world.connect("mastodon"), journal)
            ...     for text in ("One", "Two"):
            ...         (delivery,) = publisher.queue(text, to="mastodon", slots=mornings)
            ...         print(delivery.at)
            2026-03-03 08:30:00+00:00
            2026-03-04 08:30:00+00:00
        """
        async with Fetching(self._inside.run, spooled=True) as files:
            bodies = await self._bodies(draft, to, files)
            self._require_hours_of(slots, bodies)
            return await self._queued(bodies, slots, not_after, key)

    # Below ---------------------------------------------------------------------------------------------

    async def _queued(
        self, bodies: Sequence[Body], slots: Queue, not_after: timedelta | datetime, key: str | None
    ) -> tuple[Delivery, ...]:
        planner = await self._inside.planner()
        while True:
            now, wishes = self._inside.now(), list[tuple[Body, datetime]]()
            there = {} if key is None else await self._named(bodies, key)
            for body in bodies:
                if body.account.key not in there:
                    ahead = times_after(slots, now)
                    found = await self._inside.run(planner.first_free, body.account.key, ahead)
                    wishes.append(queued(body, found, key))
            rows, rulings = await self._rows(wishes, "publish", not_after)
            planner = await self._inside.planner(rulings)
            # What has a name of its own does not stand under its time: only alone nobody else takes it.
            fill = planner.fill_free if key is None else planner.fill_free_alone
            filled = await self._inside.run(fill, rows, to_micros(now)) if rows else []
            if filled is not None:  # else somebody was quicker, and the next slot is looked for
                there |= {row.account: row for row in filled}
                return tuple(seen(there[body.account.key]) for body in bodies)

    async def _named(self, bodies: Sequence[Body], key: str) -> dict[str, Row]:
        """Return the deliveries that have a key already, by their accounts.

        Raises:
            JournalError: One is something else.
        """
        planner = await self._inside.planner()
        accounts = [body.account.key for body in bodies]
        found = {row.account: row for row in await self._inside.run(planner.named, accounts, key)}
        again = [body for body in bodies if body.account.key in found]
        texts = await self._inside.run(lambda: [self._packed(body) for body in again])
        for body, text in zip(again, texts, strict=True):
            if not is_same(found[body.account.key], text):
                raise named_otherwise(found[body.account.key])
        return found

    async def _bodies(self, draft: Draft | str, to: Target | Sequence[Target], files: Fetching) -> list[Body]:
        """Return what each account would get.

        Raises:
            InvalidDraftError: Some would be refused.
        """
        previews = await self._previewed(draft, to, files)
        problems = [one for preview in previews for one in preview.problems if one.severity is Severity.ERROR]
        if problems:
            raise InvalidDraftError("nothing was planned", problems=problems)
        purpose, actor = draft.purpose if isinstance(draft, Draft) else None, self._inside.actor
        return [Body(account=one.account, actor=actor, draft=one.draft, purpose=purpose) for one in previews]

    def _require_hours_of(self, slots: Queue, bodies: Sequence[Body]) -> None:
        """Raise if hours are not those of an account that is to post in them."""
        if not isinstance(slots, PostingSchedule):
            return
        (whose,) = self._inside.accounts.accounts_for(slots.account)
        for body in bodies:
            if body.account.key != whose.key:
                message = f"slots= holds the hours of {whose.key}, not those of {body.account.key}"
                raise ConfigurationError(message, platform=body.account.platform)

    async def _planned(
        self,
        bodies: Sequence[Body],
        kind: WriteKind,
        at: datetime | WallTime | None,
        not_after: timedelta | datetime,
    ) -> tuple[Delivery, ...]:
        now = self._inside.now()
        when = now if at is None else instant(at)
        if not await self._all_there(bodies):  # what was planned already may have passed
            require_ahead(when, expiry(when, not_after), now)
        said = {"wall": wall_of(at), "at": when}
        wishes = [(body.model_copy(update=said), when) for body in bodies]
        rows, rulings = await self._rows(wishes, kind, not_after)
        planner = await self._inside.planner(rulings)
        write = planner.add if bodies[0].slot is None else planner.fill
        return tuple(seen(row) for row in await self._inside.run(write, rows, to_micros(now)))

    async def _all_there(self, bodies: Sequence[Body]) -> bool:
        """Return whether all have a name, and their names are taken."""
        if bodies[0].slot is None:
            return False
        planner, accounts = await self._inside.planner(), [body.account.key for body in bodies]
        return len(await self._inside.run(planner.named, accounts, bodies[0].slot)) == len(bodies)

    async def _rows(
        self, wishes: Sequence[tuple[Body, datetime]], kind: WriteKind, not_after: timedelta | datetime
    ) -> tuple[list[Row], dict[str, str]]:
        """Return new deliveries, their files kept, in their first states, and by their ids what says so."""
        now, expires = self._inside.now(), [expiry(when, not_after) for _, when in wishes]
        texts = await self._inside.run(lambda: [self._packed(body) for body, _ in wishes])
        rows = [
            new_row(body, text, kind, now=now, at=when, expires=late)
            for (body, when), text, late in zip(wishes, texts, expires, strict=True)
        ]
        if not self._inside.restricted:
            return rows, {}
        proposals = [row._replace(state=DeliveryState.PROPOSED.value) for row in rows]
        said = [await self._inside.permission(kind, seen(one), can_wait=True) for one in proposals]
        asks = [one.permission is Permission.ASK for one in said]
        states = [new if ask else row for row, new, ask in zip(rows, proposals, asks, strict=True)]
        rulings = {row.id: one.ruling for row, one in zip(rows, said, strict=True) if one.ruling is not None}
        return states, rulings

    def _packed(self, body: Body) -> str:
        return pack(body, self._inside.journal.media)
