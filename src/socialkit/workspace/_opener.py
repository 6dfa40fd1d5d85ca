"""From an account of a workspace to a client of its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from socialkit.auth import Credentials
from socialkit.platforms import find
from socialkit.platforms._connect import Arguments, made, require_all, takes
from socialkit.platforms.base._core import of_type

if TYPE_CHECKING:
    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.models import AccountRef
    from socialkit.platforms.base import AsyncClient, Client
    from socialkit.transport import Transport

__all__ = ["Opener"]

FROM_WORKSPACE: Final = frozenset({"account", "tokens", "transport"})
"""What the workspace itself gives each client."""
NO_LOGIN: Final = frozenset({"base_url", "retry", "timeout"})
"""What every platform takes and nobody logs in with."""


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
        """Whether there is anything to log in with."""
        return self._credentials is not None or not NO_LOGIN.issuperset(self._given.values)

    def client(
        self, ref: AccountRef, *, tokens: TokenStore | AsyncTokenStore | None, transport: Transport | None
    ) -> Client:
        """Return a new blocking client, which refuses an `AsyncTokenStore`."""
        return cast("Client", self._open(find(self._platform).load_client(), ref, tokens, transport))

    def async_client(
        self, ref: AccountRef, *, tokens: TokenStore | AsyncTokenStore | None, transport: Transport | None
    ) -> AsyncClient:
        """Return a new async client."""
        kind = find(self._platform).load_async_client()
        return cast("AsyncClient", self._open(kind, ref, tokens, transport))

    def _open(self, kind: type[Any], ref: AccountRef, tokens: object, transport: object) -> Any:
        place = {"account": ref, "tokens": tokens, "transport": transport}
        return made(kind, self._platform, self._credentials, Arguments(self._given.values | place))

    def __reduce__(self) -> NoReturn:
        message = "what an account logs in with cannot be pickled"
        raise TypeError(message)
