"""What a publisher asks of whoever knows the accounts, and of whoever says what is allowed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from socialkit.authority import Affair, Authority, Permission, Reach
from socialkit.errors import ConfigurationError, NotSupportedError
from socialkit.models import AccountRef
from socialkit.models._people import actor_given
from socialkit.platforms.base import AsyncClient, Client, of_type

__all__ = ["Accounts", "Authorises", "Ruled", "accounts_of", "acting", "authority_of", "ruled"]

ThingT = TypeVar("ThingT", bound=Affair | Reach)
ThingT_contra = TypeVar("ThingT_contra", contravariant=True)


class Accounts(Protocol):
    """Knows accounts and their clients: a workspace, a brand, or an application's own."""

    def accounts(self) -> tuple[AccountRef, ...]:
        """Return all accounts."""
        ...

    def accounts_for(self, target: AccountRef | str, /) -> tuple[AccountRef, ...]:
        """Return the accounts that a target means: a ref, `acme/mastodon/main`, or a platform's name.

        Raises:
            ConfigurationError: There is none.
        """
        ...

    def client_for(self, ref: AccountRef, /) -> Client:
        """Return the blocking client of an account."""
        ...

    def client_async_for(self, ref: AccountRef, /) -> AsyncClient:
        """Return the async client of an account."""
        ...

    def brand_keys(self) -> tuple[str, ...]:
        """Return the brands whose deliveries may be carried out."""
        ...

    def now(self) -> datetime:
        """Return the time to go by, aware."""
        ...


class Authorises(Protocol[ThingT_contra]):
    """Says who may do what without asking: `Authority`, or an application's own.

    It is asked before whatever changes what becomes public, and about cases. Workers are not:
    `run_due` and `reconcile` carry out what was allowed when it was planned.
    """

    def permission(self, actor: str | None, action: str, thing: ThingT_contra, /) -> Permission:
        """Return whether somebody may do something.

        `ASK` has a new delivery wait for an approval; everything else it refuses, as `NO` does.

        Args:
            actor: Who.
            action: A kind of delivery (`publish`, `reply`), or `approve`, `reject`, `cancel`, `reschedule`,
                `deliver`, `resolve`, `adopt`; of a scope `freeze` or `thaw`; of a case `assign`, `escalate`
                or `close`.
            thing: With what. A publisher asks about a delivery, or the scope of a freeze, for each brand
                alone; a desk about a case besides.
        """
        ...


@runtime_checkable
class _Governed(Protocol):
    """Accounts with a table of their own of who may do what: a workspace, or a brand of one."""

    @property
    def authority(self) -> Authority | None: ...


class Ruled(NamedTuple):
    """Whether somebody may do something, and what said so."""

    permission: Permission
    ruling: str | None
    """The line that decided, in a sentence; None where no table was asked, or it does not tell."""


def ruled(authority: Authorises[ThingT] | None, actor: str | None, action: str, thing: ThingT) -> Ruled:
    """Ask whether somebody may do something; where nobody says who may do what, everybody may."""
    if authority is None:
        return Ruled(Permission.YES, None)
    # An answer that is none of the three is an error, and no permission.
    said = Permission(authority.permission(actor, action, thing))
    table: object = authority
    if not isinstance(table, Authority):
        return Ruled(said, None)
    why = table.explain(actor, action, thing)
    return Ruled(said, why.because if why.permission is said else None)


class _OneClient:
    """A single client's account."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self._client = client

    def accounts(self) -> tuple[AccountRef, ...]:
        return (self._client.ref,)

    def accounts_for(self, target: AccountRef | str, /) -> tuple[AccountRef, ...]:
        ref = self._client.ref
        if isinstance(target, AccountRef):
            if (why := ref.conflict(target)) is not None:
                message = f"this publisher has one client, and it is another account's: {why}"
                raise ConfigurationError(message, platform=ref.platform)
            return (ref,)
        if target not in {ref.platform, ref.key}:
            message = f"this publisher has one client, that of {ref.key}: there is no {target!r}"
            raise ConfigurationError(message, platform=ref.platform)
        return (ref,)

    def client_for(self, ref: AccountRef, /) -> Client:
        self.accounts_for(ref)
        if not isinstance(self._client, Client):
            message = "this publisher has an async client: use AsyncPublisher"
            raise NotSupportedError(message, platform=ref.platform)
        return self._client

    def client_async_for(self, ref: AccountRef, /) -> AsyncClient:
        self.accounts_for(ref)
        if not isinstance(self._client, AsyncClient):
            message = "this publisher has a blocking client: use Publisher"
            raise NotSupportedError(message, platform=ref.platform)
        return self._client

    def brand_keys(self) -> tuple[str, ...]:
        brand = self._client.ref.brand
        return () if brand is None else (brand,)

    def now(self) -> datetime:
        return self._client.now()


def accounts_of(accounts: Accounts | Client | AsyncClient) -> Accounts:
    """Return whose accounts are meant."""
    return _OneClient(accounts) if isinstance(accounts, Client | AsyncClient) else accounts


def authority_of(accounts: Accounts | Client | AsyncClient) -> Authority | None:
    """Return the table that accounts bring of who may do what; None where they bring none."""
    return accounts.authority if isinstance(accounts, _Governed) else None


def acting(actor: str | None) -> str | None:
    """Return the name of whoever acts; by a blank one nobody could be told apart from themselves.

    Raises:
        ConfigurationError: It is nobody's.
    """
    try:
        return None if actor is None else actor_given(of_type(actor, str, "actor"))
    except ValueError as error:
        message = f"actor={error}"
        raise ConfigurationError(message) from None
