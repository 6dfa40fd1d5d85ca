"""`Desk` and `AsyncDesk`: the inbox of all accounts, with a memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, final

from socialkit.desk._answering import Answering
from socialkit.desk._keeping import CONCURRENCY, FIRST_LOOK, PAGE, Asked, Inboxes
from socialkit.desk._models import Case, CaseEvent, CaseState, Sweep
from socialkit.desk._rows import case_of
from socialkit.errors import ConfigurationError, JournalError, SocialKitError
from socialkit.models import AccountRef, Message
from socialkit.operations import Async, ModeT, Page, Sync, operation, paginated
from socialkit.publishing import Delivery, Journal
from socialkit.publishing._cases import ChangedError
from socialkit.publishing._rows import from_micros
from socialkit.routing import Router
from socialkit.workspace._map import Results

__all__ = ["AsyncDesk", "Desk", "DeskBase"]


class DeskBase(Answering[ModeT], Generic[ModeT]):
    """What both desks are."""

    namespace = "desk"

    @final
    @operation
    async def sweep(self, *, first: timedelta = FIRST_LOOK, concurrency: int = CONCURRENCY) -> Sweep:
        """Read every inbox, and return the cases that are new or to which something was added.

        Before that it looks what became of answers that were undecided: a case whose answer did not go out
        waits again, and an answer that was missed is cancelled, so that nobody sends it beside the next one.
        What one sweep has found, no other one finds again, in any process. An inbox that cannot be read stops
        nobody else's.

        Args:
            first: How far back an inbox is read that no sweep has read before.
            concurrency: How many inboxes are read at once.
        """
        settled = await self._settled()
        refs = {ref.key: ref for ref in self._accounts.accounts()}
        calls = {key: partial(self._read, ref, first) for key, ref in refs.items()}
        read = await self._each(calls, concurrency)
        looks = read.succeeded()
        taken = await self._taken(looks)
        refused = {key: looks[key].refused for key in taken.succeeded()}
        unfrozen = {key: error for key, error in refused.items() if error is not None}
        failed = {**read.failed(), **taken.failed()}
        answered = tuple(case for case in settled if case.state is CaseState.ANSWERED)
        reopened = tuple(case for case in settled if case.state is CaseState.OPEN)
        return Sweep(_cases(taken), answered, reopened, failed, unfrozen)

    @final
    @operation
    async def receive(self, messages: Iterable[Message]) -> tuple[Case, ...]:
        """Take in messages that were pushed, and return the cases that are new or to which one was added.

        Raises:
            ConfigurationError: A message does not say to whom it came, or to an account that is not ours.
        """
        pushed: dict[AccountRef, list[Message]] = {}
        for message in sorted(messages, key=_order):
            (ref,) = self._accounts.accounts_for(_whose(message))
            pushed.setdefault(await self._known(ref), []).append(message)
        looks = {ref.key: await self._routed(ref, some, None) for ref, some in pushed.items()}
        taken = await self._taken(looks)
        for error in taken.failed().values():
            raise error
        return _cases(taken)

    @final
    @paginated
    async def cases(
        self,
        *,
        state: CaseState | None = None,
        brand: str | None = None,
        assignee: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Case]:
        """Iterate over cases in the order in which they were opened.

        Args:
            state: Only those that stand so.
            brand: Only this brand's.
            assignee: Only those that this department or person answers.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        book, size = await self._book(), min(PAGE, PAGE if limit is None else max(1, limit))
        wanted = {"state": state, "brand": brand, "assignee": assignee}
        rows = await self._inside.run(book.page, wanted, cursor or "", size)
        return Page(tuple(map(case_of, rows)), rows[-1].id if len(rows) == size else None)

    @final
    @operation
    async def case(self, case: str) -> Case:
        """Return a case by its id, as it stands now."""
        return await self._current(case)

    @final
    @operation
    async def history(self, case: Case | str) -> tuple[CaseEvent, ...]:
        """Return what happened to a case, oldest first."""
        current, book = await self._current(case), await self._book()
        lines = await self._inside.run(book.history, current.id)
        return tuple(_event(current.id, line) for line in lines)

    @final
    @operation
    async def reply(self, case: Case | str, text: str) -> Delivery:
        """Answer a case through the journal; its decision's stance says whether in public or in private.

        A case whose last answer is not decided yet is not answered again.

        Args:
            case: The case, or its id.
            text: The answer.

        Raises:
            NotAuthorisedError: The actor may not answer.
            NotSupportedError: The answer has to be private, and the platform cannot answer so: it is never
                given in public instead.
            InvalidDraftError: The platform would refuse the text.
            JournalError: An earlier answer is not decided yet, or somebody else changed the case.
        """
        before = current = await self._settle(await self._current(case))
        if current.message.id in current.gone:
            message = (
                f"what case {current.id} would answer was let go: answer it on the platform, and close it"
            )
            raise JournalError(message, platform=current.account.platform)
        if current.state is not CaseState.ANSWERING:
            number = current.answers_begun + 1
            begun = {"state": CaseState.ANSWERING, "answers_begun": number, "because": None}
            current = await self._change(current, "answer begun", begun)
        elif not current.answer_hangs:
            raise await self._undecided(current)
        try:
            delivery = await self._answer(current, text)
        except SocialKitError:
            if before.state is not CaseState.ANSWERING and await self._planned(current) is None:
                again = {name: getattr(before, name) for name in ("state", "answers_begun", "because")}
                await self._change(current, "answer given up", again)
            raise
        try:
            await self._answered_by(current, delivery)
        except ChangedError:  # more was said while it was sent
            await self._settle(await self._current(current.id))
        return delivery

    @final
    @operation
    async def assign(self, case: Case | str, *, to: str) -> Case:
        """Say which department or person answers a case, and return it.

        Raises:
            ConfigurationError: The brand names its departments, and has neither such a department nor such a
                person in its team.
        """
        current, ruling = await self._allowed("assign", case)
        self._staff.require(current.account, to)
        detail = {"from": current.assignee, "to": to}
        return await self._change(current, "assigned", {"assignee": to}, detail, ruling)

    @final
    @operation
    async def escalate(self, case: Case | str, *, to: str, note: str | None = None) -> Case:
        """Hand a case up, and return it.

        Raises:
            ConfigurationError: As `assign`.
        """
        current, ruling = await self._allowed("escalate", case)
        self._staff.require(current.account, to)
        changes = {"assignee": to, "escalated": True}
        detail = {"from": current.assignee, "to": to, "note": note}
        return await self._change(current, "escalated", changes, detail, ruling)

    @final
    @operation
    async def close(self, case: Case | str, *, note: str | None = None) -> Case:
        """Take a case off the desk, answered or not, and return it.

        Raises:
            JournalError: An answer is not decided yet.
        """
        current, ruling = await self._allowed("close", case)
        current = await self._settle(current)
        if current.state is CaseState.ANSWERING:
            raise await self._undecided(current)
        return await self._change(current, "closed", {"state": CaseState.CLOSED}, {"note": note}, ruling)


def _cases(taken: Results[list[Case]]) -> tuple[Case, ...]:
    """Return all cases in the order in which they were opened: that of their ids."""
    found = [case for some in taken.succeeded().values() for case in some]
    return tuple(sorted(found, key=lambda case: case.id))


def _event(case: str, line: tuple[Any, ...]) -> CaseEvent:
    number, at, actor, what, detail = line
    return CaseEvent(
        case=case, number=number, at=from_micros(at), actor=actor, what=what, detail=json.loads(detail)
    )


def _whose(message: Message) -> AccountRef:
    if message.account is None:
        problem = "a message does not say to whom it came"
        raise ConfigurationError(problem)
    return message.account


def _order(message: Message) -> datetime:
    return message.created_at


class Desk(DeskBase[Sync]):
    """The inbox of all accounts with a memory: who answers what until when, and what was answered.

    Args:
        accounts: Whose inboxes: a workspace or a brand.
        journal: What it remembers in, together with what is published.
        router: Says who answers what, in public or in private.
        actor: Who acts, for the history.
        authority: Who may do what without asking; that of the workspace if not given, and where it has none
            everybody everything.

    Example:
        >>> from socialkit import Journal, Router, RoutingRule, Sandbox
        >>> router = Router(default=RoutingRule(key="common", department="manager"))
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     workspace = world.workspace(acme=["mastodon"])
        ...     message = world.receive("mastodon", text="Where is my order?")
        ...     desk = Desk(workspace, journal, router=router, actor="maria")
        ...     (case,) = desk.sweep()
        ...     delivery = desk.reply(case, "On its way: it leaves our house today.")
        ...     delivery.state.value, desk.case(case.id).state.value
        ('confirmed', 'answered')
    """

    def __init__(
        self,
        accounts: Inboxes,
        journal: Journal,
        *,
        router: Router,
        actor: str | None = None,
        authority: Asked | None = None,
    ) -> None:
        super().__init__(Sync, accounts, journal, router=router, actor=actor, authority=authority)


class AsyncDesk(DeskBase[Async]):
    """The same as `Desk`, awaited.

    Args:
        accounts: Whose inboxes: a workspace or a brand.
        journal: What it remembers in, together with what is published.
        router: Says who answers what, in public or in private.
        actor: Who acts, for the history.
        authority: Who may do what without asking; that of the workspace if not given, and where it has none
            everybody everything.

    Example:
        >>> import asyncio
        >>> from socialkit import Journal, Router, RoutingRule, Sandbox
        >>> router = Router(default=RoutingRule(key="common", department="manager"))
        >>> async def departments() -> list[str]:
        ...     with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...         world.receive("mastodon", text="Where is my order?")
        ...         desk = AsyncDesk(world.workspace(acme=["mastodon"]), journal, router=router)
        ...         return [case.assignee for case in await desk.sweep()]
        >>> asyncio.run(departments())
        ['manager']
    """

    def __init__(
        self,
        accounts: Inboxes,
        journal: Journal,
        *,
        router: Router,
        actor: str | None = None,
        authority: Asked | None = None,
    ) -> None:
        super().__init__(Async, accounts, journal, router=router, actor=actor, authority=authority)
