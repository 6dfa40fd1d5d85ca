"""Who renews an account's tokens: a claim that is written beside them, for other processes to see."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias

from socialkit.auth._stores import StoreAccess, Stored, owned_by_nobody
from socialkit.errors import ConfigurationError, ConnectionFailedError
from socialkit.transport import Transport
from socialkit.transport._renewing import Renewal, RenewalStoppedError, current_renewal

__all__ = ["ATTEMPTS", "CLAIM", "Claim", "Claims", "broken_store"]

CLAIM: Final = timedelta(seconds=60)
"""How long others must have seen one and the same claim before one of them takes it over."""
ASKING: Final = 40.0
"""Seconds for which whoever holds a claim asks the platform: with the time to connect, fewer than `CLAIM`."""
FORSAKEN: Final = timedelta(days=1)
"""How long a claim must be over, by clocks that may differ, to count as nobody's at first sight: a program
that never runs for as long as `CLAIM` could not renew any more after one of its kind was killed."""
POLL: Final = 0.25
"""Seconds between looks at the store while another process renews."""
ATTEMPTS: Final = 20
"""How often a swap is tried again before the store is called broken."""

Load: TypeAlias = Callable[[Transport], Coroutine[Any, Any, Stored]]
"""Reads the tokens of now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The tokens of now, and who renews them."""

    tokens: Stored
    ours: bool
    """Whether it is this process; if not, others have renewed them."""
    began: float = 0.0
    """Before it was written, in steady seconds: others may have seen it since then."""


class Claims:
    """The claims of one account, as one process sees them.

    Clocks of machines differ, so how long a claim has stood there is counted from when it was first seen.
    """

    def __init__(self, key: str, store: StoreAccess, load: Load, platform: str | None) -> None:
        self._key = key
        self._store = store
        self._load = load
        self._platform = platform
        self._abandoned: str | None = None
        self._seen: tuple[str, float] | None = None
        self.orphaned = False
        """Whether the last claim was taken over from a process that ended."""

    def held_by_another(self, stored: Stored, transport: Transport) -> bool:
        """Tell whether somebody else renews the tokens now; noted is since when."""
        if stored.claimed_by is None or stored.claimed_by == self._abandoned:
            return False
        if stored.claimed_until is None or transport.now() - FORSAKEN >= stored.claimed_until:
            return False
        if self._seen is None or self._seen[0] != stored.claimed_by:
            self._seen = stored.claimed_by, transport.steady()
        return transport.steady() - self._seen[1] < CLAIM.total_seconds()

    def abandon(self, claim: Claim) -> None:
        """Let the next caller of this process pass over a claim of its own that nobody took back."""
        self._abandoned = claim.tokens.claimed_by

    async def take(self, stored: Stored, transport: Transport) -> Claim:
        """Wait until nobody else renews the tokens, and claim them unless they are others by then.

        Raises:
            ConfigurationError: The store takes no claim.
        """
        first = owned_by_nobody(stored)
        for _ in range(ATTEMPTS):
            stored = await self._awaited(stored, transport)
            if owned_by_nobody(stored) != first:
                return Claim(stored, ours=False)
            began, until = transport.steady(), transport.now() + CLAIM
            self.orphaned = stored.claimed_by not in {None, self._abandoned}
            claimed = dataclasses.replace(stored, claimed_by=uuid.uuid4().hex, claimed_until=until)
            if await self._store.swap(self._key, stored, claimed, transport):
                return Claim(claimed, ours=True, began=began)
            stored = await self._load(transport)
        raise broken_store(self._platform)

    @contextmanager
    def exercised(self, claim: Claim, transport: Transport) -> Generator[None]:
        """Let requests be sent inside only as long as the claim is ours, and end before it may be taken over.

        Raises:
            ConnectionFailedError: They did not end in time, or somebody else took it over.
        """
        is_own = partial(self._is_own, claim, transport)
        token = current_renewal.set(Renewal(claim.began + ASKING, is_own))
        try:
            yield
        except RenewalStoppedError as stopped:
            message = f"the token of {self._key} was not renewed: {stopped.message}"
            raise ConnectionFailedError(message, platform=self._platform) from None
        finally:
            current_renewal.reset(token)

    async def _awaited(self, stored: Stored, transport: Transport) -> Stored:
        while self.held_by_another(stored, transport):
            await transport.sleep(POLL)
            stored = await self._load(transport)
        return stored

    async def _is_own(self, claim: Claim, transport: Transport) -> bool:
        kept = await self._store.load(self._key, transport)
        return kept is not None and kept.claimed_by == claim.tokens.claimed_by


def broken_store(platform: str | None) -> ConfigurationError:
    """Return the error for a store that refuses every change."""
    return ConfigurationError(
        "the token store refuses every change: its swap() must compare with what its load() returns",
        platform=platform,
    )
