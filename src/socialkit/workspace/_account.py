"""One identity on a platform, and what it logs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self, overload

from socialkit.errors import WrongAccountError
from socialkit.models import AccountRef, Limits
from socialkit.platforms import find
from socialkit.platforms._connect import Arguments
from socialkit.platforms.base._opening import host_of
from socialkit.workspace._names import checked, checked_id
from socialkit.workspace._opener import Opener

if TYPE_CHECKING:
    from socialkit.auth import Credentials
    from socialkit.platforms.x import Tier, VocabularyName
    from socialkit.transport import Retry, Secret

__all__ = ["Account", "identity", "identity_of", "of_a_world", "opener_of", "ref_of", "vouched"]


class Account:
    """An account of a brand: which platform, what it is called here, and what it logs in with.

    It takes the arguments that `connect` takes for the platform; what binds a client to its place (`account`,
    `tokens`, `transport`) comes from the workspace. It cannot be
    pickled, and nothing shows what it logs in with.

    Args:
        platform: The platform's name, such as `mastodon`.
        credentials: From `Login`; the platform's own arguments may take their place.
        name: What the account is called among the brand's accounts on the platform.
        id: The platform's own id of the account. Things of another id are refused, and credentials that are
            another account's, before anything is written. Without it nobody notices when two accounts of a
            platform have each other's: `workspace.health()` tells the id to write here.

    Raises:
        ConfigurationError: There is no such platform, or an argument is missing.
        WrongAccountError: The credentials name another account.
        TypeError: The platform takes no such argument.

    Example:
        >>> Account("mastodon", base_url="https://mastodon.example", access_token="not-a-real-token")
        Account('mastodon', name='main')
    """

    __slots__ = ("_opener", "_vouched", "id", "name", "platform")

    platform: Final[str]
    name: Final[str]
    id: Final[str | None]
    """The platform's own id; None where nobody said it."""

    @overload
    def __init__(
        self,
        platform: Literal["bluesky"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        identifier: str | None = None,
        password: str | Secret | None = None,
        base_url: str = "https://bsky.social",
        jetstream: str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: Literal["facebook"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        access_token: str | Secret | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str = "https://graph.facebook.com",
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: Literal["instagram"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        access_token: str | Secret | None = None,
        login: Literal["facebook", "instagram"] | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        deletes: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: Literal["mastodon"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        base_url: str,
        access_token: str | Secret | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: Literal["threads"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        access_token: str | Secret | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str = "https://graph.threads.net",
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: Literal["x"],
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        access_token: str | Secret | None = None,
        access_token_secret: str | Secret | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        base_url: str = "https://api.x.com",
        tier: Tier = "self-serve",
        premium: bool = False,
        vocabulary: VocabularyName = "tweet",
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self,
        platform: str,
        credentials: Credentials,
        /,
        *,
        name: str = "main",
        id: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None: ...
    def __init__(
        self,
        platform: str,
        credentials: Credentials | None = None,
        /,
        *,
        name: str = "main",
        id: str | None = None,  # noqa: A002 - what AccountRef calls it
        **login: Any,
    ) -> None:
        given = Arguments(login)
        del login  # a token among them would stand in the traceback
        self.platform = platform
        self.name = checked(name, "an account")
        self._opener = Opener(platform, credentials, given)
        self._vouched = False
        told = None if credentials is None else credentials.account_id
        if id is not None:
            checked_id(id)
        if id is not None and told is not None and id != told:
            message = f"the credentials are those of {told!r}, not of {id!r}: look where they were read from"
            raise WrongAccountError(message, platform=platform)
        self.id = told if id is None else id

    def __repr__(self) -> str:
        return f"Account({self.platform!r}, name={self.name!r})"

    def __reduce__(self) -> NoReturn:
        message = "an account holds what it logs in with and cannot be pickled: make it where it is needed"
        raise TypeError(message)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self


def opener_of(account: Account) -> Opener:
    """Return what opens the clients of an account."""
    return account._opener  # pyright: ignore[reportPrivateUsage] - not for users


def of_a_world(account: Account) -> Account:
    """Return an account after taking note that a world made it, with a login that is nobody else's."""
    account._vouched = True  # pyright: ignore[reportPrivateUsage] - not for users
    return account


def vouched(account: Account) -> bool:
    """Return whether somebody said whose an account's login is: its id, or the world that made both."""
    return account.id is not None or account._vouched  # pyright: ignore[reportPrivateUsage] - as above


def identity_of(account: Account) -> str | None:
    """Return what no two accounts may have in common; None where nobody said it."""
    return None if account.id is None else identity(account.platform, account._opener.base_url, account.id)  # pyright: ignore[reportPrivateUsage] - as above


def identity(platform: str, base_url: str | None, own: str) -> str:
    """Return the identity of an account: its id, and its server where servers have ids of their own.

    Raises:
        ConfigurationError: There is no such platform.
    """
    everywhere = find(platform).load_facts().ids_everywhere
    return f"{platform} {'' if everywhere else host_of(base_url or '')} {own}"


def ref_of(account: Account, brand: str) -> AccountRef:
    """Return whose an account's things are in a brand."""
    return AccountRef(platform=account.platform, id=account.id, brand=brand, name=account.name)
