"""What is known of a login without its tokens: how long it holds, what it may do, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from socialkit.transport import Secret, Transport

__all__ = ["Holder", "Standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a login.

    Example:
        >>> Standing(renews=True).ends_at is None
        True
    """

    ends_at: datetime | None = None
    """From when on somebody must have logged in again, aware UTC; None when nobody said, or it renews
    itself."""
    renews: bool = False
    """Whether it goes on by itself as long as it is used."""
    scopes: tuple[str, ...] = ()
    """What the token may do; empty when nobody said."""


@runtime_checkable
class Holder(Protocol):
    """What an authenticator does that can tell about its tokens."""

    def token(self) -> Secret | None:
        """Return the access token of now; None before it was read."""
        ...

    def owner(self) -> str | None:
        """Return the id of the account that the token of now is kept as; None when nobody said."""
        ...

    def scopes(self) -> tuple[str, ...]:
        """Return what the token of now may do; empty before it was read, or when nobody said."""
        ...

    async def read(self, transport: Transport, /, *, again: bool = False) -> None:
        """Read what is kept, if it was not yet or is to be `again`; nothing is renewed."""
        ...

    async def standing(self, transport: Transport, /) -> Standing:
        """Return what is known of the tokens of now, renewed first if they are about to expire."""
        ...

    async def owned_by(self, account_id: str, transport: Transport, /, *, sure: bool) -> None:
        """Keep whose the tokens are, where something is kept.

        Args:
            account_id: What the platform said.
            transport: The client's.
            sure: Whether somebody said so before: what was kept of another account counts no more.

        Raises:
            WrongAccountError: What is kept says that they are another account's.
        """
        ...
