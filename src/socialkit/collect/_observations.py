"""`observations()`: the metrics of accounts and of their posts, whoever fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal, TypeVar, get_args

from socialkit.errors import ConfigurationError, NotSupportedError
from socialkit.models import AccountRef, Observation, Post, require_aware
from socialkit.operations import awaited, finish
from socialkit.platforms.base import (
    AsyncClient,
    AsyncHasInsights,
    AsyncHasPosts,
    Client,
    HasInsights,
    HasPosts,
    Insights,
    Posts,
)
from socialkit.publishing import Journal
from socialkit.workspace import Brand, Workspace
from socialkit.workspace._map import Results, run_all, run_all_async

__all__ = ["Collected", "Part", "observations", "observations_async"]

T = TypeVar("T")
ClientT = TypeVar("ClientT", Client, AsyncClient)

CONCURRENCY: Final = 8
"""How many accounts are read at once where nobody says."""

Part = Literal["account", "posts"]
"""The metrics of an account itself, or those of its posts."""
Known = tuple[tuple[AccountRef, str], ...]
"""Posts that a journal knows to be out, and whose they are."""


@dataclass(frozen=True)
class Collected:
    """What was read, and what could not be.

    Example:
        >>> from socialkit import Sandbox
        >>> with Sandbox() as world:
        ...     collected = observations(world.workspace(acme=["mastodon"]))
        >>> len(collected.observations) > 0, collected.failed()
        (True, {})
    """

    observations: tuple[Observation, ...] = ()
    """What was read, also of a part of an account that failed later."""
    _failed: Mapping[tuple[str, Part], Exception] = field(default_factory=dict[tuple[str, Part], Exception])

    def failed(self) -> dict[tuple[str, Part], Exception]:
        """Return what was raised, by the account's key and by what of it is lacking."""
        return dict(self._failed)


def observations(
    accounts: Workspace | Brand | Client,
    journal: Journal | None = None,
    *,
    since: datetime | None = None,
    concurrency: int = CONCURRENCY,
) -> Collected:
    """Return the metrics of accounts and of their posts, as they are now.

    An account that fails stops no other: `failed()` says which, and what of it is lacking. Each observation
    says whose it is and when it was read, by the client's clock.

    Args:
        accounts: A workspace, a brand, or one client.
        journal: The posts are those that it knows to be out; without one, those that the platform lists.
        since: Only posts that were published from then on (aware). Give it where accounts are old: without
            one the whole listing is read.
        concurrency: How many accounts are read at once.

    Raises:
        ConfigurationError: They are no accounts.

    Example:
        >>> from socialkit import Sandbox
        >>> with Sandbox() as world:
        ...     workspace = world.workspace(acme=["mastodon", "bluesky"])
        ...     post = workspace.brand("acme").client("mastodon").posts.publish("Autumn is here")
        ...     collected = observations(workspace)
        >>> {row.account for row in collected.observations if row.metric == "followers"} == {
        ...     "acme/mastodon/main",
        ...     "acme/bluesky/main",
        ... }
        True
    """
    start = None if since is None else require_aware(since, "since")
    known = None if journal is None else _known(journal, start)
    opened = _clients(accounts, Client, Brand.client_for)

    def read(key: str, client: Callable[[], Client]) -> Collected:
        return finish(_Reading(key).read(client, known, start))

    calls = {key: partial(read, key, client) for key, client in opened.items()}
    return _together(run_all(calls, concurrency))


async def observations_async(
    accounts: Workspace | Brand | AsyncClient,
    journal: Journal | None = None,
    *,
    since: datetime | None = None,
    concurrency: int = CONCURRENCY,
) -> Collected:
    """Return the metrics of accounts and of their posts, with async clients; otherwise as `observations`.

    Args:
        accounts: A workspace, a brand, or one async client.
        journal: As in `observations()`.
        since: Only posts that were published from then on (aware).
        concurrency: How many accounts are read at once.

    Raises:
        ConfigurationError: They are no accounts.

    Example:
        >>> import asyncio
        >>> from socialkit import Sandbox
        >>> async def followers() -> list[float | None]:
        ...     with Sandbox() as world:
        ...         collected = await observations_async(world.workspace(acme=["mastodon"]))
        ...         return [row.value for row in collected.observations if row.metric == "followers"]
        >>> asyncio.run(followers())
        [0.0]
    """
    start = None if since is None else require_aware(since, "since")
    known = None if journal is None else await asyncio.to_thread(_known, journal, start)
    opened = _clients(accounts, AsyncClient, Brand.client_async_for)
    calls = {key: partial(_Reading(key).read, client, known, start) for key, client in opened.items()}
    return _together(await run_all_async(calls, concurrency))


class _Reading:
    """Reads one account, in either mode, and keeps what came before a failure."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._rows: list[Observation] = []
        self._failed: dict[tuple[str, Part], Exception] = {}

    async def read(
        self, opener: Callable[[], Client | AsyncClient], known: Known | None, since: datetime | None
    ) -> Collected:
        """Return the account's metrics, and those of its posts."""
        try:
            client = opener()
        except Exception as error:  # noqa: BLE001 - one account stops no other; what failed is handed on
            return Collected((), {(self._account, part): error for part in get_args(Part)})
        await self._try("account", self._of_account(client))
        await self._try("posts", self._of_posts(client, known, since))
        return Collected(tuple(self._rows), self._failed)

    async def _try(self, part: Part, reading: Coroutine[Any, Any, None]) -> None:
        try:
            await reading
        except Exception as error:  # noqa: BLE001 - as above
            self._failed[self._account, part] = error

    async def _of_account(self, client: Client | AsyncClient) -> None:
        self._rows += await awaited(_insights(client).account())

    async def _of_posts(
        self, client: Client | AsyncClient, known: Known | None, since: datetime | None
    ) -> None:
        insights = _insights(client)
        posts: list[Post | str] = []
        if known is None:
            posts += [post async for post in _each(_posts(client).iterate(since=since))]
        else:
            posts += dict.fromkeys(post for whose, post in known if _same(client.ref, whose))
        if posts:
            async for row in _each(insights.posts(posts)):
                self._rows.append(row)


def _insights(client: Client | AsyncClient) -> Insights[Any]:
    if isinstance(client, HasInsights | AsyncHasInsights):
        return client.insights
    message = "the platform gives no metrics"
    raise NotSupportedError(message, platform=client.ref.platform)


def _posts(client: Client | AsyncClient) -> Posts[Any]:
    if isinstance(client, HasPosts | AsyncHasPosts):
        return client.posts
    message = "the platform lists no posts"
    raise NotSupportedError(message, platform=client.ref.platform, instead="a journal")


def _same(ours: AccountRef, whose: AccountRef) -> bool:
    # A ref without a brand fits any brand's: only the brand tells two clients of an agency apart.
    return ours.brand == whose.brand and ours.conflict(whose) is None


async def _each(items: AsyncIterable[T] | Iterable[T]) -> AsyncGenerator[T]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def _known(journal: Journal, since: datetime | None) -> Known:
    return tuple(
        (delivery.account, post.id)
        for delivery in journal.deliveries()
        if delivery.kind == "publish"
        for post in delivery.out
        if since is None or (post.published_at or delivery.at) >= since
    )


def _together(results: Results[Collected]) -> Collected:
    parts = results.succeeded().values()
    return Collected(
        tuple(row for one in parts for row in one.observations),
        {what: error for one in parts for what, error in one.failed().items()},
    )


def _clients(
    accounts: Workspace | Brand | ClientT, kind: type[ClientT], opener: Callable[[Brand, AccountRef], ClientT]
) -> dict[str, Callable[[], ClientT]]:
    """Return what opens each client: a login that is missing fails that account alone."""
    if isinstance(accounts, kind):
        return {accounts.ref.key: lambda: accounts}
    home = _home(accounts, kind)
    brands = home.brands if isinstance(home, Workspace) else (home,)
    return {ref.key: partial(opener, brand, ref) for brand in brands for ref in brand.accounts()}


def _home(given: object, kind: type) -> Workspace | Brand:
    if isinstance(given, Workspace | Brand):
        return given
    message = f"{type(given).__name__} is no workspace, brand, or {kind.__name__}"
    raise ConfigurationError(message)
