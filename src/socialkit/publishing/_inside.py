"""What the operations of one publisher share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from pydantic import JsonValue, ValidationError

from socialkit.authority import Permission
from socialkit.errors import ConfigurationError, NotAuthorisedError
from socialkit.models import AccountRef
from socialkit.operations import Async, Mode, awaited
from socialkit.platforms.base import AsyncClient, Client, of_type
from socialkit.publishing._accounts import (
    Accounts,
    Authorises,
    Ruled,
    accounts_of,
    acting,
    authority_of,
    ruled,
)
from socialkit.publishing._deliver import Carrier
from socialkit.publishing._freezes import NOBODY_ASKED, Freezer
from socialkit.publishing._history import Author
from socialkit.publishing._io import io_of
from socialkit.publishing._journal import Journal, seen
from socialkit.publishing._lease import Mine
from socialkit.publishing._leases import Worker
from socialkit.publishing._models import Delivery, Scope
from socialkit.publishing._owners import Owners
from socialkit.publishing._packing import unpack
from socialkit.publishing._planning import NOWHERE, Planner
from socialkit.publishing._refusals import note_refusal
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
        authority: Authorises[Delivery | Scope] | None,
    ) -> None:
        self.accounts: Final = accounts_of(accounts)
        self.journal: Final = journal
        self.actor: Final = acting(actor)
        self._authority = authority_of(accounts) if authority is None else authority
        self._async = issubclass(mode, Async)
        self._single = accounts if isinstance(accounts, Client | AsyncClient) else None
        self._io = io_of(mode)
        self._mine: Mine | None = None
        self.zones_followed: date | None = None
        """The day on which wall times were last compared with the rules of their zones."""

    async def run(self, call: Callable[..., T], /, *args: Any) -> T:
        """Call something that reads or writes the journal."""
        return await self._io(call, *args)

    def client(self, ref: AccountRef) -> Client | AsyncClient:
        """Return an account's client, of this publisher's mode."""
        return self.accounts.client_async_for(ref) if self._async else self.accounts.client_for(ref)

    @cached_property
    def owners(self) -> Owners:
        """Whose the accounts were when the journal last saw them."""
        return Owners(self.journal.database, self._io)

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

    async def planner(self, rulings: Mapping[str, str] = NOWHERE) -> Planner:
        """Return what writes down what people want.

        Args:
            rulings: What allowed it, by the deliveries' ids.
        """
        return Planner(self.journal.database, await self.mine(), self.actor, rulings)

    async def freezer(self, rulings: Mapping[str | None, str] = NOBODY_ASKED) -> Freezer:
        """Return what freezes and thaws.

        Args:
            rulings: What allowed it, by the brands' keys.
        """
        return Freezer(self.journal.database, await self.mine(), self.actor, rulings)

    async def worker(self) -> Worker:
        """Return what takes deliveries."""
        return Worker(self.journal.database, await self.mine(), self.actor)

    async def carrier(self, moment: datetime | None = None) -> Carrier:
        """Return what carries deliveries, by a time that is not before a moment."""

        def now() -> datetime:
            return self.now() if moment is None else max(moment, self.now())

        return Carrier(await self.worker(), self._io, self.client, self.owners, self._read, now)

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

    def _said(self, action: str, thing: Delivery | Scope) -> Ruled:
        return ruled(self._authority, self.actor, action, thing)

    async def permission(self, action: str, new: Delivery, *, can_wait: bool) -> Ruled:
        """Return whether the actor may do something that is new.

        Args:
            action: What.
            new: Its delivery, which is not in the journal yet.
            can_wait: Whether somebody may approve it later.

        Raises:
            NotAuthorisedError: They may not.
        """
        said = self._said(action, new)
        refused = {Permission.NO} if can_wait else {Permission.NO, Permission.ASK}
        if said.permission in refused:
            account = new.account
            raise await self.refused(said, action, f"for {account.key}", account.brand, account.platform)
        return said

    async def require(self, action: str, delivery: Delivery | str) -> tuple[Row, dict[str, str]]:
        """Return a delivery with which the actor may do something at once, and by its id what says so.

        Raises:
            NotAuthorisedError: They may not, or not without asking.
        """
        row = await self.row(delivery)
        said = self._said(action, seen(row))
        if said.permission is not Permission.YES:
            what = f"for {row.account}"
            raise await self.refused(said, action, what, row.brand, row.platform, place=row.id)
        return row, {} if said.ruling is None else {row.id: said.ruling}

    async def require_scope(self, action: str, scope: Scope) -> dict[str | None, str]:
        """Raise unless the actor may do something at once with all that a scope covers.

        Returns:
            What says so, by brand.

        Raises:
            NotAuthorisedError: They may not, or not without asking, for one of its brands.
        """
        rulings: dict[str | None, str] = {}
        for brand in (scope.brand,) if scope.brand is not None else (await self.mine()).brands or (None,):
            said = self._said(action, scope.model_copy(update={"brand": brand}))
            if said.permission is not Permission.YES:
                what = f"what is {brand}'s" if brand is not None else "this account"
                raise await self.refused(said, action, what, brand, scope.platform)
            if said.ruling is not None:
                rulings[brand] = said.ruling
        return rulings

    async def _place(self, brand: str | None) -> str:
        places = (await self.mine()).places
        return f"brand {brand}" if f"brand {brand}" in places else places[0]

    async def refused(
        self,
        said: Ruled,
        action: str,
        what: str,
        brand: str | None,
        platform: str | None,
        *,
        place: str | None = None,
    ) -> NotAuthorisedError:
        """Write down that something was refused, and return the error that says so.

        Args:
            said: What was said of it.
            action: What was wanted.
            what: Of what, in words.
            brand: Whose it is.
            platform: Where it is.
            place: In whose history it is written; the brand's if not given.
        """
        place = await self._place(brand) if place is None else place
        without = " without asking" if said.permission is Permission.ASK else ""
        detail: dict[str, JsonValue] = {"action": action, "brand": brand, "what": what}
        note = partial(note_refusal, self.journal.database, await self.mine(), of=place)
        await self.run(note, Author(self.micros(), self.actor, said.ruling), detail)
        message = f"{self.actor or 'nobody'} may not {action} {what}{without}"
        return NotAuthorisedError(message, actor=self.actor, action=action, brand=brand, platform=platform)


def id_of(delivery: Delivery | str) -> str:
    """Return the id of a delivery that may be given by it alone."""
    return delivery if isinstance(delivery, str) else of_type(delivery, Delivery, "delivery").id
