"""Clients: what each platform's pair of classes is made of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Self

from socialkit.errors import SocialKitError, WrongAccountError
from socialkit.models import AccountRef, Author, Capability, Limits, Post
from socialkit.operations import Async, ModeT, Sync, finish
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._facts import PlatformFacts

if TYPE_CHECKING:
    from types import TracebackType

    from socialkit.platforms.base._account import Account
    from socialkit.platforms.base._ads import Ads
    from socialkit.platforms.base._inbox import Inbox
    from socialkit.platforms.base._insights import Insights
    from socialkit.platforms.base._listening import Listening
    from socialkit.platforms.base._media import MediaFiles
    from socialkit.platforms.base._posts import Posts

__all__ = [
    "AsyncClient",
    "AsyncHasAccount",
    "AsyncHasAds",
    "AsyncHasInbox",
    "AsyncHasInsights",
    "AsyncHasListening",
    "AsyncHasMedia",
    "AsyncHasPosts",
    "Client",
    "HasAccount",
    "HasAds",
    "HasInbox",
    "HasInsights",
    "HasListening",
    "HasMedia",
    "HasPosts",
    "LoginFound",
    "PlatformClient",
    "facts_for",
    "is_named",
    "login_of",
    "require_account",
    "require_author",
    "require_known",
    "settings_of",
]


FIRST: Final = datetime(1, 1, 3, tzinfo=UTC)
LAST: Final = datetime(9999, 12, 29, tzinfo=UTC)
"""Between these a moment has a day in every zone, and one before it: platforms write any number."""


@dataclass(frozen=True, slots=True)
class LoginFound:
    """What is known of a client's login."""

    ends_at: datetime | None = None
    """From when on somebody must have logged in again; None when it renews itself, or nobody said."""
    renews: bool = False
    """Whether it goes on by itself as long as it is used."""
    lacking: Mapping[Capability, tuple[str, ...]] | None = None
    """What the token does not open, and by which scopes it would; None when its scopes are not known."""


class PlatformClient(Generic[ModeT]):
    """What every client has, whatever its platform and mode."""

    facts: ClassVar[PlatformFacts]

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        self._mode = mode
        self._core = core
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it was closed: it sends nothing any more."""
        return self._closed

    @property
    def platform(self) -> str:
        """The platform's name, such as `mastodon`."""
        return self.facts.name

    @property
    def ref(self) -> AccountRef:
        """Whose client this is; without `id` until the platform was asked."""
        return self._core.ref

    @property
    def limits(self) -> Limits:
        """The limits by which drafts are judged; `basis` says where they come from."""
        return self._core.limits

    def now(self) -> datetime:
        """Return the time that the client goes by, aware UTC."""
        return self._core.now()

    def can(self, capability: Capability) -> bool:
        """Return whether the platform, and the token as far as its scopes are known, offer something.

        A blocking client reads its token store for that, if it was not read yet, and once more before it says
        no; an async one knows what is kept there once an operation has run.
        """
        if self._mode is Sync:
            with suppress(SocialKitError):  # what cannot be read is not known
                return finish(self._core.may(capability))
        return self._core.can(capability)

    def __repr__(self) -> str:
        core = self.__dict__.get("_core")  # not there yet in the traceback of a constructor that failed
        return f"{type(self).__name__}({core.ref.key!r})" if core is not None else f"{type(self).__name__}()"

    def __reduce__(self) -> str:
        message = (
            "a client holds credentials and connections and cannot be pickled: make one where it is needed"
        )
        raise TypeError(message)


class Client(PlatformClient[Sync]):
    """A blocking client of any platform; may be shared between threads."""

    def close(self) -> None:
        """Give back the client's connections; other clients keep theirs."""
        self._closed = True
        finish(self._core.transport.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(PlatformClient[Async]):
    """An async client of any platform; may be shared between tasks of one event loop."""

    async def close(self) -> None:
        """Give back the client's connections; other clients keep theirs."""
        self._closed = True
        await self._core.transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def require_account(client: Client | AsyncClient, ref: AccountRef) -> None:
    """Raise unless a thing of an account can be this client's; the platform is asked whose it is.

    Raises:
        WrongAccountError: It is another account's.
    """
    await client._core.mine(ref)  # pyright: ignore[reportPrivateUsage]  # the base is one


def is_named(client: Client | AsyncClient) -> bool:
    """Return whether whoever opened a client said whose it is: it is compared with that by itself."""
    return client._core.named  # pyright: ignore[reportPrivateUsage]  # the base is one


async def require_known(client: Client | AsyncClient, last: AccountRef) -> None:
    """Raise if a client's login is another one's than the account was known by.

    Raises:
        WrongAccountError: It is.
    """
    own = await client._core.identify()  # pyright: ignore[reportPrivateUsage]  # the base is one
    if None not in (own.id, last.id) and own.id != last.id:
        message = (
            f"the credentials are those of {own.id!r} ({own.handle}), and by the journal {own.key} was "
            f"{last.id!r} ({last.handle}): look where they were read from, or give the account its new id"
        )
        raise WrongAccountError(message, platform=client.platform)


async def login_of(client: Client | AsyncClient) -> LoginFound:
    """Return what is known of a client's login: how long it holds, and what its token does not open."""
    core = client._core  # pyright: ignore[reportPrivateUsage]  # the base is one
    standing = await core.standing()
    scopes = core.scopes  # those of the standing are empty for unknown too
    if scopes is not None and core.lacking(scopes):
        await core.read_again()  # somebody may have logged in since
        standing, scopes = await core.standing(), core.scopes
    lacking = None if scopes is None else core.lacking(scopes)
    ends = standing.ends_at
    return LoginFound(None if ends is None else min(max(ends, FIRST), LAST), standing.renews, lacking)


def facts_for(client: Client | AsyncClient) -> PlatformFacts:
    """Return what the platform is to this account: by its login, its access and the version that it calls."""
    return client._core.facts  # pyright: ignore[reportPrivateUsage]  # the base is one


def settings_of(client: Client | AsyncClient) -> str | None:
    """Return where the account's owner gives access; None when not declared."""
    core = client._core  # pyright: ignore[reportPrivateUsage]  # the base is one
    return None if core.facts.settings is None else core.pipeline.resolve(core.facts.settings)


async def require_author(client: Client | AsyncClient, post: Post) -> None:
    """Raise unless a post that was read can be of this client's account.

    Raises:
        WrongAccountError: Somebody else wrote it.
    """
    own = await client._core.identify()  # pyright: ignore[reportPrivateUsage]  # the base is one
    author = post.author
    if author is not None and _is_other(author, own):
        message = f"post {post.id} is by {author.handle or author.id}, not by {own.handle or own.id}"
        raise WrongAccountError(message, platform=client.platform)


def _is_other(author: Author, own: AccountRef) -> bool:
    """Return whether somebody is known to be another one: by id, and where none is told by name."""
    if author.id and own.id is not None:
        return author.id != own.id
    return bool(author.handle and own.handle) and author.handle.lower() != (own.handle or "").lower()


class HasAccount(Client):
    """A blocking client that tells whose it is."""

    if TYPE_CHECKING:

        @property
        def account(self) -> Account[Sync]:
            """The operations."""
            ...


class HasAds(Client):
    """A blocking client that reads advertisements."""

    if TYPE_CHECKING:

        @property
        def ads(self) -> Ads[Sync]:
            """The operations."""
            ...


class HasPosts(Client):
    """A blocking client that publishes and reads posts."""

    if TYPE_CHECKING:

        @property
        def posts(self) -> Posts[Sync]:
            """The operations."""
            ...


class HasMedia(Client):
    """A blocking client that takes files."""

    if TYPE_CHECKING:

        @property
        def media(self) -> MediaFiles[Sync]:
            """The operations."""
            ...


class HasInbox(Client):
    """A blocking client with an inbox."""

    if TYPE_CHECKING:

        @property
        def inbox(self) -> Inbox[Sync]:
            """The operations."""
            ...


class HasInsights(Client):
    """A blocking client with insights."""

    if TYPE_CHECKING:

        @property
        def insights(self) -> Insights[Sync]:
            """The operations."""
            ...


class HasListening(Client):
    """A blocking client that listens."""

    if TYPE_CHECKING:

        @property
        def listening(self) -> Listening[Sync]:
            """The operations."""
            ...


class AsyncHasAccount(AsyncClient):
    """An async client that tells whose it is."""

    if TYPE_CHECKING:

        @property
        def account(self) -> Account[Async]:
            """The operations."""
            ...


class AsyncHasAds(AsyncClient):
    """An async client that reads advertisements."""

    if TYPE_CHECKING:

        @property
        def ads(self) -> Ads[Async]:
            """The operations."""
            ...


class AsyncHasPosts(AsyncClient):
    """An async client that publishes and reads posts."""

    if TYPE_CHECKING:

        @property
        def posts(self) -> Posts[Async]:
            """The operations."""
            ...


class AsyncHasMedia(AsyncClient):
    """An async client that takes files."""

    if TYPE_CHECKING:

        @property
        def media(self) -> MediaFiles[Async]:
            """The operations."""
            ...


class AsyncHasInbox(AsyncClient):
    """An async client with an inbox."""

    if TYPE_CHECKING:

        @property
        def inbox(self) -> Inbox[Async]:
            """The operations."""
            ...


class AsyncHasInsights(AsyncClient):
    """An async client with insights."""

    if TYPE_CHECKING:

        @property
        def insights(self) -> Insights[Async]:
            """The operations."""
            ...


class AsyncHasListening(AsyncClient):
    """An async client that listens."""

    if TYPE_CHECKING:

        @property
        def listening(self) -> Listening[Async]:
            """The operations."""
            ...
