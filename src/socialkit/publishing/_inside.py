"""What the operations of one publisher share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from socialkit.errors import ConfigurationError, NotAuthorisedError
from socialkit.models import AccountRef
from socialkit.operations import Async, Mode
from socialkit.platforms.base import AsyncClient, Client
from socialkit.platforms.base._core import of_type
from socialkit.publishing._accounts import Accounts, Authorises, Permission, accounts_of
from socialkit.publishing._deliver import Carrier, awaited
from socialkit.publishing._freezes import Freezer
from socialkit.publishing._io import io_of
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._lease import Mine
from socialkit.publishing._leases import Worker
from socialkit.publishing._models import Delivery
from socialkit.publishing._packing import unpack
from socialkit.publishing._planning import Planner
from socialkit.publishing._rows import AlteredError, Body, Row, to_micros

__all__ = ["Inside"]

T = TypeVar("T")


class Inside:
    """A publisher's accounts, its journal, and whoever acts."""

    def __init__(
        self,
        mode: type[Mode],
        accounts: Accounts | Client | AsyncClient,
        journal: Journal,
        actor: str | None,
        authority: Authorises | None,
    ) -> None:
        self.accounts: Final = accounts_of(accounts)
        self.journal: Final = journal
        self.actor: Final = actor
        self._authority = authority
        self._async = issubclass(mode, Async)
        self._single = accounts if isinstance(accounts, Client | AsyncClient) else None
        self._io = io_of(mode)
        self._mine: Mine | None = None

    async def run(self, call: Callable[..., T], /, *args: Any) -> T:
        """Call something that reads or writes the journal."""
        return await self._io(call, *args)

    def client(self, ref: AccountRef) -> Client | AsyncClient:
        """Return an account's client, of this publisher's mode."""
        return self.accounts.client_async_for(ref) if self._async else self.accounts.client_for(ref)

    def now(self) -> datetime:
        """Return the time to go by."""
        return self.accounts.now()

    def micros(self) -> int:
        """Return the time to go by, as the journal keeps it."""
        return to_micros(self.now())

    async def mine(self) -> Mine:
        """Return whose deliveries these are; an account without a brand is asked for its id first."""
        if self._mine is None:
            self._mine = await self._whose()
        return self._mine

    async def _whose(self) -> Mine:
        client = self._single
        if client is None:
            return self._brands()
        if client.ref.brand is None and client.ref.id is None:
            account: Any = getattr(client, "account", None)
            if account is not None:
                await awaited(account.me())
        if client.ref.brand is None and client.ref.id is None:
            message = "whose account this is is not known, and the journal must not mix up two: give account="
            raise ConfigurationError(message, platform=client.platform)
        return Mine(brands=self.accounts.brand_keys(), account=client.ref.key)

    def _brands(self) -> Mine:
        brands = self.accounts.brand_keys()
        if not brands:
            message = "there are no brands, and so nothing to publish for"
            raise ConfigurationError(message)
        return Mine(brands=brands)

    async def planner(self) -> Planner:
        """Return what writes down what people want."""
        return Planner(self.journal.database, await self.mine(), self.actor)

    async def freezer(self) -> Freezer:
        """Return what freezes and thaws."""
        return Freezer(self.journal.database, await self.mine(), self.actor)

    async def worker(self) -> Worker:
        """Return what takes deliveries."""
        return Worker(self.journal.database, await self.mine(), self.actor)

    async def carrier(self, moment: datetime | None = None) -> Carrier:
        """Return what carries deliveries, by a time that is not before a moment."""

        def now() -> datetime:
            return self.now() if moment is None else max(moment, self.now())

        return Carrier(await self.worker(), self._io, self.client, self._read, now)

    def _read(self, packed: str) -> Body:
        try:
            return unpack(Body, packed, self.journal.media)
        except ValidationError as error:
            message = "what was planned cannot be read: the journal was altered"
            raise AlteredError(message) from error

    async def row(self, delivery: Delivery | str) -> Row:
        """Return a delivery as the journal has it."""
        planner = await self.planner()
        return await self.run(planner.get, id_of(delivery))

    @property
    def restricted(self) -> bool:
        """Whether somebody says who may do what."""
        return self._authority is not None

    def permission(self, action: str, delivery: Delivery) -> Permission:
        """Return whether the actor may do something.

        Raises:
            NotAuthorisedError: They may not.
        """
        if self._authority is None:
            return Permission.YES
        # An answer that is none of the three is an error, and no permission.
        said = Permission(self._authority.permission(self.actor, action, delivery))
        if said is Permission.NO:
            message = f"{self.actor or 'nobody'} may not {action} for {delivery.account.key}"
            raise NotAuthorisedError(message, platform=delivery.account.platform)
        return said

    async def require(self, action: str, delivery: Delivery | str) -> Row:
        """Return a delivery with which the actor may do something at once.

        Raises:
            NotAuthorisedError: They may not, or not without asking.
        """
        row = await self.row(delivery)
        if self.permission(action, seen(row)) is not Permission.YES:
            message = f"{self.actor or 'nobody'} may not {action} delivery {row.id} without asking"
            raise NotAuthorisedError(message, platform=row.platform)
        return row


def id_of(delivery: Delivery | str) -> str:
    """Return the id of a delivery that may be given by it alone."""
    return delivery if isinstance(delivery, str) else of_type(delivery, Delivery, "delivery").id
