"""All brands that one program acts for."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self, TypeVar, overload

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, Author, BusinessHours, Retention
from socialkit.models._names import instead
from socialkit.platforms.base._core import of_type
from socialkit.workspace._brand import Brand, bound
from socialkit.workspace._clients import Clients, Transports
from socialkit.workspace._file import WorkspaceFile
from socialkit.workspace._map import Results, run_all, run_all_async
from socialkit.workspace._names import require_distinct

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.platforms.base import AsyncClient, AsyncMediaHost, Client, MediaHost
    from socialkit.publishing import Journal, LetGo
    from socialkit.workspace._keeping import Calls

__all__ = ["Workspace"]

T = TypeVar("T")

ONE_BY_ONE: Final = 1
"""All brands write to one database."""
ASKED: Final = "they asked to be forgotten"

CONCURRENCY: Final = 8
"""How many calls run at once where nobody says."""


class Workspace:
    """Brands and their accounts, and one client of each, opened when first asked for.

    May be shared between threads, and between tasks. Close it, or use it in a `with` block, or an
    `async with` block where async clients are used.

    Args:
        *brands: The brands; each needs a key of its own.
        tokens: Where tokens are kept; in memory if not given. With an `AsyncTokenStore` only async clients
            can be opened.
        media_host: Where local files are put for platforms that fetch them from a public address. With an
            `AsyncMediaHost` only async clients of those platforms can be opened.
        clock: Tells the time to go by, aware UTC; this machine's if not given, or that of the sandbox in
            which it is made.
        transports: Makes what carries a client's requests, by its mode and platform; the network if not
            given.

    Raises:
        ConfigurationError: Two brands have the same key.

    Example:
        >>> from socialkit import Account
        >>> acme = Brand(
        ...     "acme",
        ...     Account("mastodon", base_url="https://mastodon.example", access_token="not-a-real-token"),
        ... )
        >>> with Workspace(acme) as workspace:
        ...     workspace.brand("acme").client("mastodon").ref.key
        'acme/mastodon/main'
    """

    def __init__(
        self,
        *brands: Brand,
        tokens: TokenStore | AsyncTokenStore | None = None,
        media_host: MediaHost | AsyncMediaHost | None = None,
        clock: Callable[[], datetime] | None = None,
        transports: Transports | None = None,
    ) -> None:
        require_distinct((of_type(brand, Brand, "brands").key for brand in brands), "brands")
        self._clients = Clients(tokens=tokens, media_host=media_host, transports=transports, clock=clock)
        self._brands = {brand.key: bound(brand, self._clients) for brand in brands}

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        /,
        *,
        tokens: TokenStore | AsyncTokenStore | None = None,
        media_host: MediaHost | AsyncMediaHost | None = None,
        clock: Callable[[], datetime] | None = None,
        transports: Transports | None = None,
    ) -> Self:
        """Return the workspace that a file describes.

        A file never holds a secret, but the name of the place where it is kept, such as
        `access_token = "env:SOCIALKIT_ACME_MASTODON"`; it is looked up when the account is first used. There
        is no way to write the file back: people write it, and comments in it stay theirs.

        Args:
            path: A file that ends in `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8.
            tokens: Takes the place of the store that the file names in its table `tokens`, if it names one;
                in memory if there is neither. The other arguments are as in the constructor.

        Raises:
            InvalidDraftError: The file holds what it may not; `problems` has every problem with its place.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        file = WorkspaceFile.load(path)
        tokens = file.to_store(Path(path).parent) if tokens is None else tokens
        return cls(
            *file.to_brands(), tokens=tokens, media_host=media_host, clock=clock, transports=transports
        )

    @property
    def brands(self) -> tuple[Brand, ...]:
        """All brands, in the order in which they were given."""
        return tuple(self._brands.values())

    def brand(self, key: str) -> Brand:
        """Return a brand.

        Raises:
            ConfigurationError: There is no such brand; the message names the nearest one.
        """
        if key not in self._brands:
            message = f"there is no brand {key!r} in the workspace{instead(key, self._brands)}"
            raise ConfigurationError(message)
        return self._brands[key]

    def accounts(self) -> tuple[AccountRef, ...]:
        """Return the accounts of all brands."""
        return tuple(ref for brand in self.brands for ref in brand.accounts())

    def accounts_for(self, target: AccountRef | str, /) -> tuple[AccountRef, ...]:
        """Return the accounts that a target means.

        Args:
            target: `acme/mastodon/main`, or a ref. A platform alone means an account only where there is a
                single brand.

        Raises:
            ConfigurationError: It means no account, or does not say of which brand.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        if isinstance(target, AccountRef):
            return self._brand_of(target).accounts_for(target)
        if "/" in target:
            return self.brand(target.partition("/")[0]).accounts_for(target)
        if len(self._brands) == 1:
            return self.brands[0].accounts_for(target)
        message = f"{target!r} does not say of which brand: name the account, such as 'acme/{target}/main'"
        raise ConfigurationError(message)

    def client_for(self, ref: AccountRef, /) -> Client:
        """Return the blocking client of an account.

        Raises:
            ConfigurationError: The account is in no brand of the workspace, or its login is missing.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        return self._brand_of(ref).client_for(ref)

    def client_async_for(self, ref: AccountRef, /) -> AsyncClient:
        """Return the async client of an account; otherwise as `client_for`.

        Raises:
            ConfigurationError: The account is in no brand of the workspace, or its login is missing.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        return self._brand_of(ref).client_async_for(ref)

    def hours_for(self, ref: AccountRef, /) -> BusinessHours:
        """Return when somebody works who answers for an account.

        Raises:
            ConfigurationError: The account is in no brand of the workspace.
        """
        return self._brand_of(ref).hours_for(ref)

    def _brand_of(self, ref: AccountRef) -> Brand:
        if ref.brand is None:
            message = f"{ref.key!r} does not say of which brand"
            raise ConfigurationError(message)
        return self.brand(ref.brand)

    def now(self) -> datetime:
        """Return the time to go by, aware UTC."""
        return self._clients.now()

    def brand_keys(self) -> tuple[str, ...]:
        """Return whose deliveries may be carried out with these accounts."""
        return tuple(self._brands)

    @overload
    def map(
        self, function: Callable[[Brand], T], /, *, each: Literal["brand"] = "brand", concurrency: int = ...
    ) -> Results[T]: ...
    @overload
    def map(
        self, function: Callable[[Client], T], /, *, each: Literal["account"], concurrency: int = ...
    ) -> Results[T]: ...
    def map(
        self, function: Callable[[Any], T], /, *, each: str = "brand", concurrency: int = CONCURRENCY
    ) -> Results[T]:
        """Call a function once for every brand, or every account, in several threads.

        A failure stops nobody else's call; it stands in the results.

        Args:
            function: Takes a brand; with `each="account"` a blocking client.
            each: What it is called for: `brand` or `account`.
            concurrency: How many calls may run at once.

        Example:
            >>> with Workspace(Brand("acme"), Brand("other")) as workspace:
            ...     workspace.map(lambda brand: brand.zone).succeeded()
            {'acme': 'UTC', 'other': 'UTC'}
        """
        return run_all(self._calls(function, each, Brand.client_for), concurrency)

    @overload
    async def map_async(
        self,
        function: Callable[[Brand], Awaitable[T]],
        /,
        *,
        each: Literal["brand"] = "brand",
        concurrency: int = ...,
    ) -> Results[T]: ...
    @overload
    async def map_async(
        self,
        function: Callable[[AsyncClient], Awaitable[T]],
        /,
        *,
        each: Literal["account"],
        concurrency: int = ...,
    ) -> Results[T]: ...
    async def map_async(
        self,
        function: Callable[[Any], Awaitable[T]],
        /,
        *,
        each: str = "brand",
        concurrency: int = CONCURRENCY,
    ) -> Results[T]:
        """Await a function once for every brand, or every account (an async client); otherwise as `map`."""
        return await run_all_async(self._calls(function, each, Brand.client_async_for), concurrency)

    def _calls(
        self, function: Callable[[Any], T], each: str, client: Callable[[Brand, AccountRef], object]
    ) -> dict[str, Callable[[], T]]:
        if each == "brand":
            return {brand.key: partial(function, brand) for brand in self.brands}
        if each != "account":
            message = f"each={each!r} is neither 'brand' nor 'account'"
            raise ConfigurationError(message)

        def call(brand: Brand, ref: AccountRef) -> T:
            return function(client(brand, ref))  # opened here: a login that is missing fails this one alone

        return {ref.key: partial(call, brand, ref) for brand in self.brands for ref in brand.accounts()}

    def let_go(
        self,
        journal: Journal,
        /,
        *,
        retention: Retention | None = None,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Let go of what has been kept of others for as long as it may be, and return what, by brand.

        A case's messages count from when they came in; the copy that an answer holds, from when the message
        was written; what a platform sent, from when its delivery came to stand as it stands. Words, authors
        and `raw` go; ids, times and what people of ours wrote stay. All of a brand's goes or none of it. The
        history tells of it, so that `journal.verify()` finds nothing wrong.

        Args:
            journal: Where it is kept.
            retention: An agency's own rules. What platforms ask for by their own pages counts besides, and
                the shorter time does.
            actor: Who does it, for the history.
            dry_run: Whether to tell only what would go.

        Example:
            >>> from datetime import timedelta
            >>> from socialkit import Journal, Retention, RetentionRule
            >>> policy = Retention(rules=[RetentionRule(longest=timedelta(days=365), because="our policy")])
            >>> with Workspace(Brand("acme")) as workspace, Journal.open("sqlite://") as journal:
            ...     workspace.let_go(journal, retention=policy, dry_run=True).succeeded()["acme"].items
            ()
        """
        return run_all(self._letting_go(journal, retention, actor, dry_run=dry_run), ONE_BY_ONE)

    async def let_go_async(
        self,
        journal: Journal,
        /,
        *,
        retention: Retention | None = None,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Let go of what has been kept for as long as it may be; otherwise as `let_go`."""
        calls = await to_thread(self._letting_go, journal, retention, actor, dry_run=dry_run)
        return await run_all_async(_in_threads(calls), ONE_BY_ONE)

    def forget(
        self,
        author: Author | str,
        /,
        *,
        platform: str,
        journal: Journal,
        host: str | None = None,
        because: str = ASKED,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Forget one person, and return what went, what stays and why, by brand.

        What they wrote goes, with their cases, our answers to them, the notes on them, and what platforms
        sent that names them. What anybody else wrote stays as it is. What is not decided yet, such as an
        answer of which nobody knows whether it is out, stays until it is: call it again then. It may be
        called any number of times. What they write from now on is taken in as before.

        Args:
            author: Who, or their id on the platform.
            platform: The platform's name.
            journal: Where it is kept.
            host: The server whose people have such ids, where the platform has many and the brands' accounts
                are on several.
            because: Why, for the history; name nobody in it.
            actor: Who does it, for the history.
            dry_run: Whether to tell only what would go.

        Raises:
            ConfigurationError: The author has no id or is an account of ours; there is no such platform; or
                people of several servers have that id.

        Example:
            >>> from socialkit import Journal
            >>> with Workspace(Brand("acme")) as workspace, Journal.open("sqlite://") as journal:
            ...     found = workspace.forget("109", platform="mastodon", journal=journal).succeeded()
            >>> found["acme"].items, found["acme"].beyond[0]
            ((), 'what is on the platform itself: delete it there')
        """
        calls = self._forgetting(author, platform, journal, host, because, actor, dry_run=dry_run)
        return run_all(calls, ONE_BY_ONE)

    async def forget_async(
        self,
        author: Author | str,
        /,
        *,
        platform: str,
        journal: Journal,
        host: str | None = None,
        because: str = ASKED,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Forget one person; otherwise as `forget`.

        Raises:
            ConfigurationError: As `forget`.
        """
        calls = await to_thread(
            self._forgetting, author, platform, journal, host, because, actor, dry_run=dry_run
        )
        return await run_all_async(_in_threads(calls), ONE_BY_ONE)

    def _letting_go(
        self, journal: Journal, retention: Retention | None, actor: str | None, *, dry_run: bool
    ) -> Calls:
        from socialkit.workspace._keeping import letting_go  # noqa: PLC0415 - few who load this need it

        return letting_go(self._brands, journal, retention, now=self.now(), actor=actor, dry_run=dry_run)

    def _forgetting(
        self,
        author: Author | str,
        platform: str,
        journal: Journal,
        host: str | None,
        because: str,
        actor: str | None,
        *,
        dry_run: bool,
    ) -> Calls:
        from socialkit.workspace._keeping import forgetting  # noqa: PLC0415 - as above

        return forgetting(
            self._brands,
            journal,
            author,
            platform=platform,
            host=host,
            because=because,
            now=self.now(),
            actor=actor,
            dry_run=dry_run,
        )

    def close(self) -> None:
        """Close the blocking clients; the workspace opens no more, in either mode.

        Async clients can only be closed where they run: with `close_async`, or `async with`.
        """
        self._clients.close()

    async def close_async(self) -> None:
        """Close all clients, blocking ones too; the workspace opens no more."""
        await self._clients.close_async()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close_async()

    def __repr__(self) -> str:
        return f"Workspace({', '.join(map(repr, self._brands))})"

    def __reduce__(self) -> NoReturn:
        message = "a workspace holds credentials and cannot be pickled: make one where it is needed"
        raise TypeError(message)


def _in_threads(calls: Mapping[str, Callable[[], T]]) -> dict[str, Callable[[], Awaitable[T]]]:
    return {key: partial(to_thread, call) for key, call in calls.items()}
