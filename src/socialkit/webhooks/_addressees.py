"""Which of our accounts a push is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from socialkit.errors import (
    ConfigurationError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    TransportError,
)
from socialkit.models import AccountRef
from socialkit.operations import Async, Mode
from socialkit.platforms.base import AsyncClient, Client, account_of
from socialkit.publishing import Accounts

__all__ = ["Addressees"]

PASSING: Final = (TransportError, ServerError, RateLimitedError)
"""What goes by itself: the platform's next repetition may find it over."""


class Addressees:
    """Finds accounts by the platform's ids, and their clients.

    Args:
        mode: How clients are called.
        accounts: All accounts that there are.
        platform: On which platform.
        account: The only one that is meant, where there is one.
        host: The only server that is meant, where there is one.
    """

    def __init__(
        self,
        mode: type[Mode],
        accounts: Accounts,
        platform: str,
        *,
        account: AccountRef | str | None,
        host: str | None,
    ) -> None:
        self._async = issubclass(mode, Async)
        self._accounts = accounts
        self._platform = platform
        self._account = account
        self._host = host
        self.failed: dict[str, SocialKitError] = {}
        self._unread: dict[str, SocialKitError] = {}

    def require_asked(self) -> None:
        """Raise if an account could not be asked for its id for a while: what is nobody's may be its own.

        Raises:
            SocialKitError: Why. A login that is over is only told: nobody knows when it will be well again.
        """
        for error in self.failed.values():
            if isinstance(error, PASSING):
                raise error

    def fail(self, ref: AccountRef, error: SocialKitError) -> None:
        """Take note that something cannot be read for an account.

        Raises:
            SocialKitError: It goes by itself, so the push has to come again.
        """
        if isinstance(error, PASSING):
            raise error
        self._unread[ref.key] = self.failed[ref.key] = error

    def require_read(self) -> None:
        """Raise if something could not be read.

        Raises:
            SocialKitError: Why.
        """
        for error in self._unread.values():
            raise error

    def candidates(self) -> tuple[AccountRef, ...]:
        """Return all that it can be for at all.

        Raises:
            ConfigurationError: There is none, or the one that is meant is on another platform.
        """
        every = (
            self._accounts.accounts() if self._account is None else self._accounts.accounts_for(self._account)
        )
        there = tuple(ref for ref in every if ref.platform == self._platform)
        if not there:
            message = f"there is no account on {self._platform} to which anything could be pushed"
            raise ConfigurationError(message, platform=self._platform)
        return there

    def client(self, ref: AccountRef) -> Client | AsyncClient:
        """Return an account's client."""
        return self._accounts.client_async_for(ref) if self._async else self._accounts.client_for(ref)

    async def only(self) -> AccountRef:
        """Return the account that a push is for which does not say; by its id its own words are told.

        Raises:
            ConfigurationError: There are several.
            SocialKitError: It cannot be asked for its id.
        """
        ref, *others = self.candidates()
        if others:
            message = (
                f"pushes do not say for which of {len(others) + 1} accounts they are: give account=, and "
                "each account an address of its own"
            )
            raise ConfigurationError(message, platform=self._platform)
        return ref if ref.id is not None else await account_of(self.client(ref))

    async def of(self, ids: Sequence[str]) -> tuple[AccountRef, ...]:
        """Return those that have one of some ids; who cannot be asked stands in `failed`."""
        found: list[AccountRef] = []
        for ref in self.candidates():
            if ref.id is None or ref.id in ids:
                known = await self._known(ref)
                if known is not None and known.id in ids and self._host in {None, known.host}:
                    found.append(known)
        return tuple(found)

    async def _known(self, ref: AccountRef) -> AccountRef | None:
        if ref.id is not None and self._host is None:
            return ref  # no login is needed to know that
        try:
            client = self.client(ref)
            return client.ref if ref.id is not None else await account_of(client)
        except SocialKitError as error:
            self.failed[ref.key] = error
            return None
