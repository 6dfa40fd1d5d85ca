"""`Publisher` and `AsyncPublisher`: publishing that neither loses nor doubles."""

from __future__ import annotations

from typing import Generic, final, get_args

from socialkit.errors import ConfigurationError, NotAuthorisedError, NotSupportedError
from socialkit.operations import Async, ModeT, Sync, operation
from socialkit.platforms.base import AsyncClient, Client, of_type
from socialkit.publishing._accounts import Accounts, Authorises
from socialkit.publishing._answers import Answers
from socialkit.publishing._freezes import Backlog, Native
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._models import Delivery, DeliveryState, Freeze, Scope

__all__ = ["AsyncPublisher", "Publisher", "PublisherBase"]


class PublisherBase(Answers[ModeT], Generic[ModeT]):
    """What both publishers are: a type for code that takes either.

    Example:
        >>> from socialkit import Journal, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     isinstance(Publisher(world.connect("mastodon"), journal), PublisherBase)
        True
    """

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
            ConfigurationError: The scope names a brand, a platform or an account that is not this
                publisher's, such as do not go together, or a campaign that no delivery in the journal is of:
                it would hold back nothing. For a campaign of which nothing is planned yet, freeze its brand
                or account.
        """
        inside, freezer = self._inside, await self._inside.freezer()
        _require_one_of(native, get_args(Native), "native")
        of_type(scope, Scope, "scope")
        await inside.run(freezer.require_known, scope, inside.accounts.accounts())
        freezer = await inside.freezer(await inside.require_scope("freeze", scope))
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
        """End a freeze, and return what it had held back, each as it stands now.

        What another freeze covers as well is held back by that one from now on, and not among it, unless the
        backlog is held.

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
        freezer = await self._inside.freezer(await self._inside.require_scope("thaw", freeze.scope))
        rows = await self._inside.run(freezer.thaw, freeze, backlog, self._inside.micros())
        return tuple(seen(row) for row in rows)

    # Below ---------------------------------------------------------------------------------------------

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
        authority: Who may do what without asking; that of the workspace if not given, and where it has none
            everybody everything.

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
        authority: Who may do what without asking; that of the workspace if not given, and where it has none
            everybody everything.

    Example:
        >>> import asyncio
        >>> from socialkit import Journal, Sandbox
        >>> async def publish() -> None:
        ...     with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...         publisher = AsyncPublisher(world.connect_async("mastodon"), journal)
        ...         await publisher.plan("Autumn is here", to="mastodon")
        ...         print([one.state.value for one in await publisher.run_due()])
        >>> asyncio.run(publish())
        ['confirmed']
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
