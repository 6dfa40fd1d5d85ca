"""The tokens of now: those of a store, and those that it has not taken yet."""

from __future__ import annotations

import dataclasses

from socialkit.auth._claims import ATTEMPTS, broken_store
from socialkit.auth._stores import StoreAccess, Stored
from socialkit.errors import ConfigurationError, ReadOnlyStoreError
from socialkit.transport import Transport

__all__ = ["Kept"]


class Kept:
    """One account's tokens, as they are kept.

    Args:
        key: Under which they are kept.
        store: Where.
        given: What the application gave; kept where the store holds none.
        newer: Whether a given access token takes the place of another one in the store.
        platform: For errors.

    What is given names the host that the client speaks to, where a platform has many.
    """

    def __init__(
        self, key: str, store: StoreAccess, given: Stored, *, newer: bool, platform: str | None
    ) -> None:
        self._key = key
        self._store = store
        self._given = given
        self._newer = newer
        self._platform = platform
        self.current: Stored | None = None
        """What was read or kept last."""
        self.unsaved: tuple[Stored, Stored] | None = None
        """New tokens that the store did not take, after those whose place they take."""

    async def load(self, transport: Transport) -> Stored:
        """Return what the store holds; what was given where it holds nothing, or something older.

        Raises:
            ConfigurationError: It holds tokens of another host than the one that the client speaks to.
        """
        stored = await self._store.load(self._key, transport)
        if stored is None or self._is_superseded(stored) or self._moves_along(stored):
            stored = await self._seed(stored, transport)
        if stored is not None:
            self._require_host(stored)
        self.current = stored or self._given
        return self.current

    async def save(self, old: Stored, new: Stored, transport: Transport) -> Stored:
        """Keep new tokens, and return them or those of somebody who was quicker.

        Until the store has answered they are remembered, so that a store that fails once loses nothing.

        Raises:
            ConfigurationError: The store takes nothing.
        """
        self.unsaved = old, new
        seen: Stored | None = old
        for _ in range(ATTEMPTS):
            if await self._store.swap(self._key, seen, new, transport):
                break
            seen = await self._store.load(self._key, transport)
            # Only the claim differs, or the entry is gone: nobody else has made tokens of these.
            if seen is not None and seen.unclaimed() != old.unclaimed():
                new = seen
                break
        else:
            raise broken_store(self._platform)
        self.unsaved, self.current = None, new
        return new

    async def tell(self, account_id: str, transport: Transport) -> None:
        """Keep whose the tokens of now are, and where, if that can be kept and is not yet."""
        stored = self.current
        if stored is None or stored.claimed_by is not None:
            return  # whoever renews them now knows them by what stands there
        told = dataclasses.replace(stored, account_id=account_id, host=stored.host or self._given.host)
        if told == stored:
            return
        try:
            kept = await self._store.swap(self._key, stored, told, transport)
        except ReadOnlyStoreError:
            return
        if kept:
            self.current = told

    async def _seed(self, stored: Stored | None, transport: Transport) -> Stored | None:
        given = self._given
        if stored is not None and given.account_id is None:
            # Whose place it is stays known: the new token may be another account's by mistake.
            given = dataclasses.replace(given, account_id=stored.account_id)
        try:
            kept = await self._store.swap(self._key, stored, given, transport)
        except ReadOnlyStoreError:
            return given  # it is given again at each start
        return given if kept else await self._store.load(self._key, transport)

    def _require_host(self, stored: Stored) -> None:
        here = self._given.host
        if stored.host is None or here is None or stored.host == here:
            return
        message = (
            f"the token of {self._key} is for {stored.host}, and base_url leads to {here}: put base_url "
            "back, or discard() the token and log in there"
        )
        raise ConfigurationError(message, platform=self._platform)

    def _moves_along(self, stored: Stored) -> bool:
        """Tell whether nothing of another host would be sent here: no token, or the one given for here."""
        if stored.claimed_by is not None or stored.host in {None, self._given.host}:
            return False
        empty = stored.access_token is None and stored.refresh_token is None
        return empty or (stored.access_token is not None and stored.access_token == self._given.access_token)

    def _is_superseded(self, stored: Stored) -> bool:
        """Tell whether a given token takes a stored one's place: where nothing renews, the given is newer."""
        given = self._given
        if self.current is not None:
            return False  # what came into its place since was kept after it
        return self._newer and given.access_token is not None and stored.access_token != given.access_token
