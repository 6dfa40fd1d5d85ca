"""The part of a publisher that tells what would happen, before anything is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, Generic, cast, final

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, Draft
from socialkit.operations import ModeT, Operations, operation
from socialkit.platforms.base import AsyncClient, Client, of_type
from socialkit.publishing._accounts import Accounts, Authorises
from socialkit.publishing._calendars import HasSlots
from socialkit.publishing._estimates import Estimate, Item, estimated, reach
from socialkit.publishing._fetching import Fetching
from socialkit.publishing._inside import Inside
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._models import Delivery, DeliveryState, Preview, Scope
from socialkit.publishing._rows import to_micros

__all__ = ["NOT_AFTER", "Outlook", "Target", "preview_of"]

NOT_AFTER: Final = timedelta(hours=2)
"""How late a delivery may leave, unless it says otherwise."""
TO_COME: Final = frozenset(
    {DeliveryState.PROPOSED, DeliveryState.APPROVED, DeliveryState.PLANNED, DeliveryState.DUE}
)
"""States of which nothing has left."""

Target = AccountRef | str


class Outlook(Operations[ModeT], Generic[ModeT]):
    """Looking ahead."""

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
    async def estimate(self, plan: HasSlots | Iterable[Delivery]) -> Estimate:
        """Return what a plan takes of what platforms allow, when it would be done, and what is in the way.

        Computed from what platforms declare, without asking them: what a plan takes is the least that it
        takes, and a server may allow less. Posts count, of deliveries those that are to come; answers and
        deletions do not.

        What the journal holds of the same accounts counts beside it, whoever planned it: posts that are to
        come, being sent, out, or looked for, at the times for which they were planned, as far as they lie
        close enough to share an allowance with the plan. What is held back or was missed leaves at a time
        that nobody knows, and does not count; nor does what other accounts take of an allowance that they
        share.

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
        await self._inside.mine()
        given = self._slot_items(plan) if isinstance(plan, HasSlots) else self._delivery_items(plan)
        items = list(given)
        return estimated(items, await self._beside(items) if items else ())

    @final
    @operation
    async def preview(self, draft: Draft | str, *, to: Target | Sequence[Target]) -> tuple[Preview, ...]:
        """Return what each account would get, exactly as it would be sent, with every problem.

        Files behind addresses are fetched into memory: plan a preview's `draft`, and they are those sent.
        """
        return await self._previewed(draft, to, Fetching(self._inside.run, spooled=False))

    # Below ---------------------------------------------------------------------------------------------

    async def _previewed(
        self, draft: Draft | str, to: Target | Sequence[Target], files: Fetching
    ) -> tuple[Preview, ...]:
        await self._inside.mine()
        given = [to] if isinstance(to, str | AccountRef) else list(of_type(to, Iterable, "to"))
        targets = [of_type(one, AccountRef | str, "to") for one in given]
        refs = {ref.key: ref for one in targets for ref in self._inside.accounts.accounts_for(one)}
        if not refs:
            message = "to= names no account"
            raise ConfigurationError(message)
        clients = [self._inside.client(ref) for ref in refs.values()]
        await files.fetch((draft, client) for client in clients)
        return tuple(preview_of(draft, client, files) for client in clients)

    def _slot_items(self, calendar: HasSlots) -> Iterator[Item]:
        for slot in calendar.slots:
            if slot.draft is not None:
                (ref,) = self._inside.accounts.accounts_for(slot.account)
                client, at = self._inside.client(ref), slot.instant()
                draft = cast("Any", client).posts.adapt(slot.draft)
                yield Item(slot.key, client.ref, at, at + NOT_AFTER, draft, client.facts.quotas)

    async def _beside(self, items: Sequence[Item]) -> list[Item]:
        """Return what the journal holds of the accounts of a plan that is not part of it."""
        planner, (since, until) = await self._inside.planner(), reach(items)
        keys = {item.account.key for item in items}
        window = tuple(sorted(keys)), to_micros(since), to_micros(until)
        rows = await self._inside.run(planner.taking, *window)
        planned = {(item.account.key, item.key) for item in items}
        others = [row for row in rows if planned.isdisjoint({(row.account, row.id), (row.account, row.slot)})]
        quotas = {item.account.key: item.quotas for item in items}
        return [
            Item(one.id, one.account, one.at, one.not_after, one.draft, quotas[row.account])
            for row, one in ((row, seen(row)) for row in others)
            if one.draft is not None
        ]

    def _delivery_items(self, deliveries: Iterable[Delivery]) -> Iterator[Item]:
        for one in deliveries:
            if one.kind == "publish" and one.state in TO_COME and one.draft is not None:
                (ref,) = self._inside.accounts.accounts_for(one.account)
                quotas = self._inside.client(ref).facts.quotas
                yield Item(one.id, one.account, one.at, one.not_after, one.draft, quotas)


def preview_of(draft: Draft | str, client: Client | AsyncClient, files: Fetching) -> Preview:
    """Return what an account would get, with the files that were fetched for it."""
    ready, problems = cast("Any", client).posts._judged(files.filled(draft))
    missing = files.problems(ready, client.platform)
    return Preview(account=client.ref, draft=ready, problems=(*problems, *missing))
