"""From an account of a workspace to a client of its platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from socialkit.auth import Credentials, SecretRef
from socialkit.errors import ConfigurationError
from socialkit.platforms import find
from socialkit.platforms._arguments import logs_in
from socialkit.platforms._connect import Arguments, made, require_all, takes
from socialkit.platforms.base._things import of_type
from socialkit.transport import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.models import AccountRef
    from socialkit.platforms.base import AsyncClient, AsyncMediaHost, Client, MediaHost
    from socialkit.transport import Transport

__all__ = ["Opener", "Place"]

FROM_WORKSPACE: Final = frozenset({"account", "media_host", "tokens", "transport"})
"""What the workspace itself gives each client."""
ANYWHERE: Final = frozenset({"retry", "timeout", "limits", "premium", "tier", "vocabulary", "deletes"})
"""What is the same wherever an account lives: how patient a client is, and what the account may."""


@dataclass(frozen=True, slots=True)
class Place:
    """What binds a client to its workspace."""

    tokens: TokenStore | AsyncTokenStore | None
    media_host: MediaHost | AsyncMediaHost | None
    transport: Transport | None


class Opener:
    """Opens the clients of one account; what it logs in with is shown to nobody.

    Raises:
        ConfigurationError: There is no such platform, or an argument is missing.
        TypeError: The platform takes no such argument.
    """

    __slots__ = ("_credentials", "_given", "_platform")

    def __init__(self, platform: str, credentials: Credentials | None, given: Arguments) -> None:
        self._platform = platform
        self._credentials = credentials
        self._given = given
        if credentials is not None:
            of_type(credentials, Credentials, "credentials")
        kind = find(platform).load_client()
        for name in given.values:
            if name in FROM_WORKSPACE or not takes(kind, name):
                message = f"an account on {platform} takes no argument {name!r}"
                raise TypeError(message)
        require_all(kind, platform, given)

    @property
    def has_login(self) -> bool:
        """Whether there is anything to log in with; what is said of the app beside it is no login."""
        return self._credentials is not None or any(
            logs_in(self._platform, one) for one in self._given.values
        )

    @property
    def has_references(self) -> bool:
        """Whether a secret is only named, and has to be looked up."""
        return any(isinstance(value, SecretRef) for value in self._given.values.values())

    @property
    def base_url(self) -> str | None:
        """The server's address, where one was given."""
        given = self._given.values.get("base_url")
        return given if isinstance(given, str) else None

    def instead(self, login: Mapping[str, object]) -> Opener:
        """Return what opens the account with another login, otherwise as this one does."""
        kept = {name: value for name, value in self._given.values.items() if name in ANYWHERE}
        return Opener(self._platform, None, Arguments({**kept, **login}))

    def client(self, ref: AccountRef, place: Place) -> Client:
        """Return a new blocking client, which refuses an `AsyncTokenStore` and an `AsyncMediaHost`."""
        return cast("Client", self._open(find(self._platform).load_client(), ref, place))

    def async_client(self, ref: AccountRef, place: Place) -> AsyncClient:
        """Return a new async client."""
        return cast("AsyncClient", self._open(find(self._platform).load_async_client(), ref, place))

    def _open(self, kind: type[Any], ref: AccountRef, place: Place) -> Any:
        given = {name: _looked_up(name, value, ref) for name, value in self._given.values.items()}
        given |= {"account": ref, "tokens": place.tokens, "transport": place.transport}
        if takes(kind, "media_host"):  # only platforms that fetch files by themselves do
            given["media_host"] = place.media_host
        return made(kind, self._platform, self._credentials, Arguments(given))

    def __reduce__(self) -> NoReturn:
        message = "what an account logs in with cannot be pickled"
        raise TypeError(message)


def _looked_up(name: str, value: Any, ref: AccountRef) -> Any:
    """Return an argument; a secret that is kept elsewhere is read now, and a client keeps what was read."""
    if not isinstance(value, SecretRef):
        return value
    try:
        return Secret(value.reveal())
    except ConfigurationError as error:
        message = f"{name}= of the account {ref.key}: {error.message}"
    raise ConfigurationError(message, platform=ref.platform)
