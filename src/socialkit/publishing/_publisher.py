"""`Publisher` and `AsyncPublisher`: publishing that neither loses nor doubles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, final, get_args

from socialkit.errors import ConfigurationError, NotAuthorisedError, NotSupportedError
from socialkit.models import Draft, Message, Post, WriteKind, require_aware
from socialkit.operations import Async, ModeT, Page, Sync, operation, paginated
from socialkit.platforms.base import AsyncClient, Client, of_type
from socialkit.publishing._accounts import Accounts, Authorises
from socialkit.publishing._deliver import Carrier
from socialkit.publishing._freezes import Backlog, Native
from socialkit.publishing._inside import id_of
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._lease import Lease, LeaseLostError, waits_since
from socialkit.publishing._models import ACTIVE, Delivery, DeliveryState, Freeze, Scope
from socialkit.publishing._plans import PAGE, Plans
from socialkit.publishing._rows import Body, Row, from_micros, to_micros
from socialkit.publishing._taking import BATCH
from socialkit.publishing._times import ANSWER_NOT_AFTER
from socialkit.publishing._zones import follow_zones

__all__ = ["AsyncPublisher", "Publisher", "PublisherBase"]

Progress = Callable[[Delivery], object]
"""Told of each delivery that was carried."""
Stop = Callable[[], bool]
"""Asked before each delivery whether to end."""


class PublisherBase(Plans[ModeT], Generic[ModeT]):
    """What both publishers are."""

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
                power is lost before the next write begins or this returns: then that one is looked for.
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
        row = await self._inside.require("deliver", delivery)
        worker, carrier = await self._inside.worker(), await self._inside.carrier()
        lease = await self._inside.run(worker.take_one, row.id, self._inside.micros())
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

    @final
    @operation
    async def freeze(self, scope: Scope, *, reason: str, native: Native = "leave") -> Freeze:
        """Hold back all that a scope covers: when this returns, no write begins in it, in any process.

        Args:
            scope: What is held back.
            reason: Why, for those who come upon it.
            native: Whether what waits on a platform to be published by it is deleted there (`unschedule`).

        Returns:
            The freeze, with what it holds, what was leaving already, and what waited on platforms; it stands
            even if something could not be deleted there.

        Raises:
            NotAuthorisedError: The actor may not freeze one of its brands, and nothing is frozen.
            ConfigurationError: The scope names a brand or an account that is not this publisher's.
        """
        inside, freezer = self._inside, await self._inside.freezer()
        _require_one_of(native, get_args(Native), "native")
        self._require_account(of_type(scope, Scope, "scope"))
        freezer.require_brand(scope)
        await inside.require_scope("freeze", scope)
        if native == "leave":
            return await inside.run(freezer.freeze, scope, reason, inside.micros())
        # What deletes on the platform must still get through: answers are held back after it.
        first = scope.model_copy(update={"replies": False})
        freeze = await inside.run(freezer.freeze, first, reason, inside.micros())
        gone = [one for one in freeze.native if await self._unscheduled(one)]
        freeze = freeze.model_copy(update={"unscheduled": tuple(gone)})
        return await inside.run(freezer.widen, freeze, inside.micros()) if scope.replies else freeze

    @final
    @operation
    async def freezes(self) -> tuple[Freeze, ...]:
        """Return the freezes that stand, oldest first, whoever made them: each can be thawed.

        What they found when they were made is not told again.
        """
        freezer = await self._inside.freezer()
        return await self._inside.run(freezer.standing)

    @final
    @operation
    async def thaw(self, freeze: Freeze, *, backlog: Backlog) -> tuple[Delivery, ...]:
        """End a freeze, and return what it had held back.

        Args:
            freeze: The freeze.
            backlog: `hold` keeps it back until somebody decides on each, `reschedule` lets it leave at its
                time or at once where that has passed, `cancel` has it not happen.

        Raises:
            NotAuthorisedError: The actor may not let one of its brands go, and the freeze stands.
            JournalError: The freeze does not stand any more, or is not this publisher's.
        """
        _require_one_of(backlog, get_args(Backlog), "backlog")
        freezer = await self._inside.freezer()
        key = of_type(freeze, Freeze, "freeze").id
        # As it stands, not as it was handed over.
        freeze = next((one for one in await self._inside.run(freezer.standing) if one.id == key), freeze)
        await self._inside.require_scope("thaw", freeze.scope)
        rows = await self._inside.run(freezer.thaw, freeze, backlog, self._inside.micros())
        return tuple(seen(row) for row in rows)

    # Answers -------------------------------------------------------------------------------------------

    @final
    @operation
    async def reply(
        self, message: Message, text: str, *, private: bool = False, key: str | None = None
    ) -> Delivery:
        """Answer a message through the journal, and return the delivery as it stands then.

        Under a freeze that includes replies it is *held*, as hiding and deleting are: it stands in the
        journal and may leave when it is thawed, so do not answer again. An answer that did not leave within a
        day is missed; the day begins when it is approved, where somebody has to.

        Args:
            message: What to answer.
            text: The answer.
            private: Answer so that only the author sees it.
            key: What names this answer on its account, so that whoever is not sure whether it was planned
                can ask again: the answer of that name is returned and no second one is made, unless it was
                refused or cancelled.

        Raises:
            JournalError: Another answer has that key.
        """
        words = Draft(text=of_type(text, str, "text"))
        return await self._act("reply", message, draft=words, private=private, key=key)

    @final
    @operation
    async def hide(self, message: Message) -> Delivery:
        """Hide somebody's comment from others."""
        return await self._act("hide", of_type(message, Message, "message"))

    @final
    @operation
    async def unhide(self, message: Message) -> Delivery:
        """Show a hidden comment again."""
        return await self._act("unhide", of_type(message, Message, "message"))

    @final
    @operation
    async def delete(self, thing: Post | Message) -> Delivery:
        """Delete a post of the account, or somebody's comment under one."""
        return await self._delete(thing)

    # Below ---------------------------------------------------------------------------------------------

    async def _delete(self, thing: Post | Message) -> Delivery:
        if isinstance(thing, Message):
            return await self._act("delete comment", thing)
        return await self._act("delete", of_type(thing, Post | Message, "thing"))

    async def _act(
        self,
        kind: WriteKind,
        thing: Post | Message,
        *,
        draft: Draft | None = None,
        private: bool = False,
        key: str | None = None,
    ) -> Delivery:
        account = of_type(thing, Post | Message, "message").account
        if account is None:
            message = "it does not say whose it is: read it through its account's client"
            raise ConfigurationError(message)
        await self._inside.mine()
        (ref,) = self._inside.accounts.accounts_for(account)
        body = Body(
            account=self._inside.client(ref).ref,
            actor=self._inside.actor,
            draft=draft,
            message=thing if isinstance(thing, Message) else None,
            post=thing if isinstance(thing, Post) else None,
            target=thing.id,
            private=private,
            slot=key,
        )
        (delivery,) = await self._planned([body], kind, None, ANSWER_NOT_AFTER)
        if delivery.state is DeliveryState.PROPOSED:
            return delivery
        worker, carrier = await self._inside.worker(), await self._inside.carrier()
        moment = max(self._inside.micros(), to_micros(delivery.at))
        for lease in await self._inside.run(worker.take, moment, 1, delivery.id):
            return await self._carried(lease, carrier.send, None)
        # A freeze holds it back, or another worker has it already, or has had it.
        return seen(await self._inside.row(delivery))

    async def _each(
        self, leases: list[Lease], carrier: Carrier, carry: Any, progress: Progress | None, stop: Stop | None
    ) -> list[Delivery]:
        """Carry what was taken, one after the other; what is left when it is time to stop is given back."""
        carried: list[Delivery] = []
        for number, lease in enumerate(leases):
            lease.followed = len(leases) > 1
            if stop is not None and stop():
                for rest in leases[number:]:
                    await self._carried(rest, carrier.give_back, None)
                break
            carried.append(await self._carried(lease, carry, progress))
        await carrier.flush()
        return carried

    def _going_by(self, now: datetime | None) -> datetime:
        return self._inside.now() if now is None else require_aware(of_type(now, datetime, "now"), "now")

    async def _carried(self, lease: Lease, carry: Any, progress: Progress | None) -> Delivery:
        try:
            row: Row = await carry(lease)
            delivery = seen(row, lease.body)
        except LeaseLostError:  # whoever has it now writes down what becomes of it
            delivery = seen(await self._inside.row(lease.row.id))
        if progress is not None:
            progress(delivery)
        return delivery

    def _require_account(self, scope: Scope) -> None:
        """Raise if a scope names an account that is nobody's: such a freeze would hold back nothing."""
        if scope.account is None:
            return
        keys = [ref.key for ref in self._inside.accounts.accounts_for(scope.account)]
        if scope.account not in keys:
            message = f"account={scope.account!r} is no account's key: {keys[0]!r} is"
            raise ConfigurationError(message)

    async def _unscheduled(self, delivery: str) -> bool:
        """Delete what waits on its platform, and return whether it is gone; the freeze stands anyway."""
        post = seen(await self._inside.row(delivery)).post
        if post is None:
            return False
        try:
            deleted = await self._delete(post)
        except (NotAuthorisedError, NotSupportedError):
            return False
        if deleted.state is not DeliveryState.CONFIRMED:
            return False
        planner = await self._inside.planner()
        await self._inside.run(planner.unscheduled, delivery, self._inside.micros(), deleted.id)
        return True

    async def _prepared(self, moment: int) -> None:
        inside = self._inside
        planner = await inside.planner()
        await inside.run(planner.anchor, moment)
        day = from_micros(moment).date()
        if inside.zones_followed != day:  # a process reads the rules of a zone once, and few live for ever
            await inside.run(follow_zones, inside.journal.database, await inside.mine(), inside.actor, moment)
            inside.zones_followed = day


def _require_one_of(value: str, known: tuple[str, ...], name: str) -> None:
    """Raise for a word that a type checker would have refused: what it would do must not be guessed."""
    if value not in known:
        message = f"{name}={value!r} is none of {', '.join(map(repr, known))}"
        raise ConfigurationError(message)


class Publisher(PublisherBase[Sync]):
    """Publishes through a journal: it knows after any time-out or crash what is out, and sends nothing twice.

    Args:
        accounts: Whose accounts: a client, a brand, or a workspace.
        journal: What it remembers in; may be shared with other publishers of any mode.
        actor: Who acts, for the history.
        authority: Who may do what without asking; everybody everything if not given.

    Example:
        >>> from socialkit import Journal, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = Publisher(world.connect("mastodon"), journal, actor="maria")
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        ...     [one.state.value for one in publisher.run_due()]
        ['confirmed']
    """

    def __init__(
        self,
        accounts: Accounts | Client,
        journal: Journal,
        *,
        actor: str | None = None,
        authority: Authorises[Delivery | Scope] | None = None,
    ) -> None:
        super().__init__(Sync, accounts, journal, actor=actor, authority=authority)


class AsyncPublisher(PublisherBase[Async]):
    """The same as `Publisher`, awaited; the journal is called in a worker thread.

    Args:
        accounts: Whose accounts: an async client, a brand, or a workspace.
        journal: What it remembers in; may be shared with other publishers of any mode.
        actor: Who acts, for the history.
        authority: Who may do what without asking; everybody everything if not given.
    """

    def __init__(
        self,
        accounts: Accounts | AsyncClient,
        journal: Journal,
        *,
        actor: str | None = None,
        authority: Authorises[Delivery | Scope] | None = None,
    ) -> None:
        super().__init__(Async, accounts, journal, actor=actor, authority=authority)
