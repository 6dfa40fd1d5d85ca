"""How a desk reads, writes down and settles: what its operations are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from socialkit.authority import Permission
from socialkit.desk._intake import Look, Routed, in_order, take_in
from socialkit.desk._models import Case
from socialkit.desk._rows import case_of, row_of
from socialkit.desk._staff import Staff
from socialkit.errors import NotAuthorisedError
from socialkit.models import AccountRef, BusinessHours, Message
from socialkit.operations import Async, ModeT, Operations, awaited, finish, running
from socialkit.platforms.base import AsyncHasAccount, AsyncHasInbox, HasAccount, HasInbox, Inbox
from socialkit.publishing import Authorises, Delivery, Journal, Scope
from socialkit.publishing._accounts import Accounts, authority_of, ruled
from socialkit.publishing._cases import CaseBook, Detail
from socialkit.publishing._history import Author
from socialkit.publishing._inside import Inside
from socialkit.publishing._publisher import PublisherBase
from socialkit.publishing._rows import from_micros
from socialkit.routing import Router
from socialkit.workspace._map import Results, run_all, run_all_async

__all__ = ["CONCURRENCY", "FIRST_LOOK", "PAGE", "Asked", "Inboxes", "Keeping"]

T = TypeVar("T")

FIRST_LOOK: Final = timedelta(days=7)
"""How far back an inbox is read that no sweep has read before."""
OVERLAP: Final = timedelta(hours=1)
"""How far before the last look the next one begins: platforms show some messages late."""
CONCURRENCY: Final = 8
PAGE: Final = 100
"""Cases read at once."""
NOTHING: Final[Detail] = {}


class Inboxes(Accounts, Protocol):
    """Accounts that can be told one by one: a workspace, a brand, or an application's own."""

    def accounts(self) -> tuple[AccountRef, ...]:
        """Return all of them."""
        ...

    def hours_for(self, ref: AccountRef, /) -> BusinessHours | None:
        """Return when somebody works who answers for an account; None for round the clock."""
        ...


Asked = Authorises[Delivery | Scope | Case]
"""A desk asks about cases, and its publisher about answers and freezes."""


class Keeping(Operations[ModeT], Generic[ModeT]):
    """Cases in a journal, and the inboxes that they come from."""

    def __init__(
        self,
        mode: type[ModeT],
        accounts: Inboxes,
        journal: Journal,
        *,
        router: Router,
        actor: str | None,
        authority: Asked | None,
    ) -> None:
        super().__init__(mode)
        self._accounts = accounts
        self._publisher = PublisherBase(mode, accounts, journal, actor=actor, authority=authority)
        self._router = router
        self._authority: Asked | None = authority_of(accounts) if authority is None else authority
        self._staff = Staff(accounts, self._authority)
        self._staff.require_all(router, accounts.accounts())
        self._inside = Inside(mode, accounts, journal, actor, authority)

    async def _book(self) -> CaseBook:
        inside = self._inside
        return CaseBook(inside.journal.database, await inside.mine(), inside.actor)

    async def _current(self, case: Case | str) -> Case:
        book, wanted = await self._book(), case.id if isinstance(case, Case) else case
        return case_of(await self._inside.run(book.get, wanted))

    async def _each(self, calls: Mapping[str, Callable[[], Coroutine[Any, Any, T]]], most: int) -> Results[T]:
        if issubclass(self._mode, Async):
            awaited: Mapping[str, Callable[[], Awaitable[T]]] = calls
            return await run_all_async(awaited, most)
        return run_all({key: partial(_stepped, call) for key, call in calls.items()}, most)

    async def _read(self, ref: AccountRef, first: timedelta) -> Look:
        client = self._inside.client(ref)
        if not isinstance(client, HasInbox | AsyncHasInbox):
            return Look(client.ref, (), self._inside.now(), None)
        now, book = self._inside.now(), await self._book()
        until = await self._inside.run(book.read_until, ref.key)
        since = now - first if until is None else from_micros(until) - OVERLAP
        await self._inside.owners.require(client)
        messages = await self._messages(client.inbox, since)
        return await self._routed(client.ref, messages, now)

    async def _known(self, ref: AccountRef) -> AccountRef:
        """Return an account with its id, by which its own words are told from those of others."""
        client: Any = self._inside.client(ref)
        if client.ref.id is None and isinstance(client, HasAccount | AsyncHasAccount):
            await awaited(client.account.me())
        await self._inside.owners.require(client)
        known: AccountRef = client.ref
        return known

    async def _messages(self, inbox: Any, since: datetime) -> list[Message]:
        messages: list[Message] = []
        cursors: set[str | None] = set()
        cursor: str | None = None
        while cursor not in cursors:
            cursors.add(cursor)
            page = await running(partial(Inbox.iterate, inbox, since=since, cursor=cursor), "inbox.iterate")
            messages += page.items
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        messages.reverse()  # they came newest first, and several may have one time
        return sorted(messages, key=lambda message: message.created_at)

    async def _routed(
        self, ref: AccountRef, messages: Sequence[Message], read_until: datetime | None
    ) -> Look:
        """Route what is new; a freeze comes before all that is written down: no crash can lose it."""
        book, now = await self._book(), self._inside.now()
        others = [message for message in messages if ref.id is None or message.author.id != ref.id]
        new = await self._inside.run(book.unknown, ref.key, [message.id for message in others])
        news, hours = [message for message in others if message.id in new], self._accounts.hours_for(ref)
        routed = [Routed(message, self._router.route(message, now=now, hours=hours)) for message in news]
        return Look(ref, [await self._frozen(ref, one) for one in routed], now, read_until)

    async def _taken(self, looks: Mapping[str, Look]) -> Results[list[Case]]:
        """Write down what was found, one account after the other; of one that fails nothing is lost."""
        book = await self._book()
        ordered = zip(looks, in_order(list(looks.values())), strict=True)
        calls = {key: partial(self._inside.run, take_in, book, look) for key, look in ordered}
        return await self._each(calls, 1)

    async def _frozen(self, ref: AccountRef, routed: Routed) -> Routed:
        """Hold back what is scheduled for a brand if a rule says so, unless somebody has done so.

        Who may not freeze still has the case, escalated: nobody would read of it otherwise.
        """
        scope, decision = Scope(brand=ref.brand), routed.decision
        if not decision.freeze:
            return routed
        standing = await PublisherBase.freezes(self._publisher)
        if all(freeze.scope != scope for freeze in standing):
            # Not its id, which may name somebody: the history is never taken back.
            came = routed.message.created_at.isoformat(" ", "minutes")
            reason = f"rule {decision.because.rule} caught the message of {came} to {ref.key}"
            try:
                await PublisherBase.freeze(self._publisher, scope, reason=reason)
            except NotAuthorisedError as error:
                return routed._replace(refused=error)
        return routed

    async def _allowed(self, action: str, case: Case | str) -> tuple[Case, str | None]:
        """Return a case with which the actor may do something, and what says so."""
        current, inside = await self._current(case), self._inside
        said = ruled(self._authority, inside.actor, action, current)
        if said.permission is not Permission.YES:
            ref, what = current.account, f"case {current.id}"
            raise await inside.refused(said, action, what, ref.brand, ref.platform)
        return current, said.ruling

    async def _change(
        self,
        case: Case,
        what: str,
        changes: Mapping[str, object],
        detail: Detail = NOTHING,
        ruling: str | None = None,
    ) -> Case:
        changed, book = case.model_copy(update=dict(changes)), await self._book()
        detail = Author(0, None, ruling).saying(detail)
        row = await self._inside.run(book.change, row_of(changed), self._inside.micros(), what, detail)
        return changed.model_copy(update={"version": row.version})


def _stepped(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return finish(call())
