"""All brands that one program acts for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self, TypeVar, overload

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, BusinessHours, Retention
from socialkit.models._names import instead
from socialkit.operations import finish
from socialkit.platforms import find
from socialkit.platforms.base._things import of_type
from socialkit.workspace._brand import Brand, bound, identities, is_vouched
from socialkit.workspace._checking import NOTICE, LoginPage, Question, Standings, ask, judged, told_apart
from socialkit.workspace._clients import Clients, ClientT, Transports
from socialkit.workspace._custody import Custody
from socialkit.workspace._file import WorkspaceFile
from socialkit.workspace._health import Health
from socialkit.workspace._map import Progress, Results, run_all, run_all_async
from socialkit.workspace._names import require_distinct
from socialkit.workspace._schema import file_schema

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from pydantic import JsonValue

    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.authority import Authority
    from socialkit.platforms.base import AsyncClient, AsyncMediaHost, Client, MediaHost

__all__ = ["Workspace"]

T = TypeVar("T")

CONCURRENCY: Final = 8
"""How many calls run at once where nobody says."""


class Workspace(Custody):
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
        authority: Who may do what without asking: what publishers and desks go by that are given none.
        retention: How long what others wrote is kept: what `let_go` goes by that is given none.

    Raises:
        ConfigurationError: Two brands have the same key, or two accounts the same id on one platform.

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
        authority: Authority | None = None,
        retention: Retention | None = None,
    ) -> None:
        require_distinct((of_type(brand, Brand, "brands").key for brand in brands), "brands")
        _require_apart(brands)
        self._clients = Clients(
            tokens=tokens,
            media_host=media_host,
            transports=transports,
            clock=clock,
            authority=authority,
        )
        self._retention = retention
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
        authority: Authority | None = None,
    ) -> Self:
        """Return the workspace that a file describes.

        A file never holds a secret, but the name of the place where it is kept, such as
        `access_token = "env:SOCIALKIT_ACME_MASTODON"`; it is looked up when the account is first used. There
        is no way to write the file back: people write it, and comments in it stay theirs.

        Args:
            path: A file that ends in `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8.
            tokens: Takes the place of the store that the file names in its table `tokens`, if it names one;
                in memory if there is neither. The other arguments are as in the constructor.
            media_host: Takes the place of the one that the file names in its table `media_host`, if it names
                one.
            authority: Takes the place of the table that the file holds as `authority`, if it holds one.

        Raises:
            InvalidDraftError: The file holds what it may not; `problems` has every problem with its place.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        file = WorkspaceFile.load(path)
        folder = Path(path).parent
        tokens = file.to_store(folder) if tokens is None else tokens
        media_host = file.to_media_host(folder) if media_host is None else media_host
        return cls(
            *file.to_brands(),
            tokens=tokens,
            media_host=media_host,
            clock=clock,
            transports=transports,
            authority=file.authority if authority is None else authority,
            retention=file.to_retention(),
        )

    @staticmethod
    def schema() -> dict[str, JsonValue]:
        """Return the JSON schema of a workspace's file, by which editors complete and check it.

        It knows the platforms that are installed here, and the time zones of this machine. What it accepts
        `load()` may still refuse, such as a name that stands there twice.

        Example:
            >>> Workspace.schema()["required"]
            ['brands']
        """
        return file_schema()

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

    def departments_for(self, ref: AccountRef, /) -> tuple[str, ...]:
        """Return the departments that answer for an account; none where nobody named them.

        Raises:
            ConfigurationError: The account is in no brand of the workspace.
        """
        return self._brand_of(ref).departments_for(ref)

    @property
    def authority(self) -> Authority | None:
        """Who may do what without asking; None where everybody may do everything."""
        return self._clients.authority

    @property
    def retention(self) -> Retention | None:
        """How long what others wrote is kept; None where only platforms say so."""
        return self._retention

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
        self,
        function: Callable[[Brand], T],
        /,
        *,
        each: Literal["brand"] = "brand",
        concurrency: int = ...,
        progress: Progress[T] | None = ...,
    ) -> Results[T]: ...
    @overload
    def map(
        self,
        function: Callable[[Client], T],
        /,
        *,
        each: Literal["account"],
        concurrency: int = ...,
        progress: Progress[T] | None = ...,
    ) -> Results[T]: ...
    def map(
        self,
        function: Callable[[Any], T],
        /,
        *,
        each: str = "brand",
        concurrency: int = CONCURRENCY,
        progress: Progress[T] | None = None,
    ) -> Results[T]:
        """Call a function once for every brand, or every account, in several threads.

        A failure stops nobody else's call; it stands in the results, as does a call that was cancelled. What
        is to end the program (Ctrl-C, `sys.exit()`) begins no other call, waits for those that run, and is
        raised.

        Args:
            function: Takes a brand; with `each="account"` a blocking client. One that has to be awaited
                fails: give it to `map_async`.
            each: What it is called for: `brand` or `account`.
            concurrency: How many calls may run at once.
            progress: Called with each `Result` as its call ends, in the thread that called `map`. What it
                raises ends the run as an interruption does.

        Example:
            >>> with Workspace(Brand("acme"), Brand("other")) as workspace:
            ...     workspace.map(lambda brand: brand.zone).succeeded()
            {'acme': 'UTC', 'other': 'UTC'}
        """
        return run_all(self._calls(function, each, Brand.client_for), concurrency, progress)

    @overload
    async def map_async(
        self,
        function: Callable[[Brand], Awaitable[T]],
        /,
        *,
        each: Literal["brand"] = "brand",
        concurrency: int = ...,
        progress: Progress[T] | None = ...,
    ) -> Results[T]: ...
    @overload
    async def map_async(
        self,
        function: Callable[[AsyncClient], Awaitable[T]],
        /,
        *,
        each: Literal["account"],
        concurrency: int = ...,
        progress: Progress[T] | None = ...,
    ) -> Results[T]: ...
    async def map_async(
        self,
        function: Callable[[Any], Awaitable[T]],
        /,
        *,
        each: str = "brand",
        concurrency: int = CONCURRENCY,
        progress: Progress[T] | None = None,
    ) -> Results[T]:
        """Await a function once for every brand, or every account (an async client); otherwise as `map`.

        Cancelling it cancels all calls and waits until they have ended.
        """
        return await run_all_async(self._calls(function, each, Brand.client_async_for), concurrency, progress)

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

    def health(
        self,
        *,
        notice: timedelta = NOTICE,
        login_page: LoginPage | None = None,
        concurrency: int = CONCURRENCY,
    ) -> Health:
        """Ask for every account whether it can be used, and until when; a line for each, in words.

        Each account's own client asks whose it is, and nothing is published, sent or changed; tokens that are
        about to end are renewed. A platform that does not answer says nothing about a login: `unreachable`
        is not `revoked`.

        Args:
            notice: How long before its end a login that does not renew itself counts as expiring.
            login_page: Returns where the owner of an account logs in again, such as a page of your own; the
                platform's own settings if not given.
            concurrency: How many accounts are asked at once.

        Raises:
            ConfigurationError: `notice` is negative.

        Example:
            >>> from socialkit import Sandbox
            >>> with Sandbox() as world:
            ...     health = world.workspace(acme=["mastodon"]).health()
            >>> [one.state.value for one in health]
            ['valid']
        """
        _require_notice(notice)
        openers = self._openers(Brand.client_for)
        calls = {key: partial(_asked, opener) for key, opener in openers.items()}
        return self._judged(run_all(calls, concurrency), notice, login_page)

    async def health_async(
        self,
        *,
        notice: timedelta = NOTICE,
        login_page: LoginPage | None = None,
        concurrency: int = CONCURRENCY,
    ) -> Health:
        """Return the same as `health`, asked with async clients."""
        _require_notice(notice)
        openers = self._openers(Brand.client_async_for)
        calls = {key: partial(ask, opener) for key, opener in openers.items()}
        return self._judged(await run_all_async(calls, concurrency), notice, login_page)

    def _openers(self, client: Callable[[Brand, AccountRef], ClientT]) -> dict[str, Callable[[], ClientT]]:
        return {ref.key: partial(client, brand, ref) for brand in self.brands for ref in brand.accounts()}

    def _judged(self, answers: Results[Standings], notice: timedelta, login_page: LoginPage | None) -> Health:
        now, found = self.now(), answers.succeeded()
        # What ended otherwise than by an error, such as a call that was cancelled, says nothing of a login.
        found |= {key: Standings(error=error) for key, error in answers.failed().items()}
        lines = [
            judged(
                Question(
                    account=ref,
                    facts=find(ref.platform).load_facts(),
                    named=is_vouched(brand, ref),
                    zone=brand.zone,
                    now=now,
                    notice=notice,
                    login_page=login_page,
                ),
                found[ref.key],
            )
            for brand in self.brands
            for ref in brand.accounts()
        ]
        return Health(told_apart(lines))

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


def _require_apart(brands: Iterable[Brand]) -> None:
    found: dict[str, str] = {}
    for identity, key in chain.from_iterable(map(identities, brands)):
        first = found.setdefault(identity, key)
        if first != key:
            message = f"{first} and {key} have the same id: nothing can belong to two accounts"
            raise ConfigurationError(message)


def _require_notice(notice: timedelta) -> None:
    if of_type(notice, timedelta, "notice") < timedelta():
        message = f"notice={notice} is negative: nothing would count as expiring before it has ended"
        raise ConfigurationError(message)


def _asked(opener: Callable[[], Client]) -> Standings:
    return finish(ask(opener))
