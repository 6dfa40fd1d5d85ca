"""What a platform gives so that it can push: how it proves itself, and what its pushes hold."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from socialkit.auth import Handshake, Proof, Pushed
from socialkit.errors import NotSupportedError
from socialkit.models import AccountRef, Message, WebhookEvent
from socialkit.platforms.base._client import AsyncClient, Client
from socialkit.platforms.base._core import Core

__all__ = ["Hint", "PushFacts", "PushedThing", "account_of", "read_again"]


@dataclass(frozen=True, slots=True)
class Hint:
    """Something came in, and only its id is told or believed: it is read again by the account's client."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedThing:
    """One of the things that a push tells."""

    key: str
    """Tells it from every other thing for the account, and is the same each time that it is pushed."""
    accounts: tuple[str, ...] = ()
    """The platform's ids of whom it is for; empty where the push does not say, and its address has to."""
    make: Callable[[AccountRef], Message | WebhookEvent | Hint | None]
    """Returns it for one of the accounts; None where it is nothing to that one, such as its own words."""
    undated: bool = False
    """Whether the push does not say when it happened: then a message is of the time at which it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFacts:
    """How a platform pushes.

    What of a push proves nothing (`Unsigned`) is never handed on: of a message its id is taken, and what is
    there is read, and told from repetitions by its words; an event is left out.
    """

    proof: Proof
    handshakes: tuple[Handshake, ...] = ()
    """What a `GET` may ask."""
    read: Callable[[Pushed], Iterable[PushedThing]]
    """Returns what a push tells. What it cannot read it may leave to pydantic to refuse."""
    fetch: Callable[[Core, str], Coroutine[Any, Any, Message | None]] | None = None
    """Reads a message by its id, where hints are pushed; None where it is none to this account. An id that
    nobody signed may be that of anybody's."""
    per_server: bool = False
    """Whether each of many servers pushes what happens on it, to whomever: ids say nothing without the
    server, and what is for none of our accounts is no mistake."""


async def account_of(client: Client | AsyncClient) -> AccountRef:
    """Return whose client it is; the platform is asked once, and the id is None if it does not tell."""
    return await client._core.identify()  # pyright: ignore[reportPrivateUsage]  # the base is one


async def read_again(client: Client | AsyncClient, facts: PushFacts, message: str) -> Message | None:
    """Return a message of which a push told the id, as the account's client reads it; None if it has none.

    Raises:
        NotSupportedError: The platform has no such read.
        NotFoundError: It is not there, or not for this account.
    """
    if facts.fetch is None:
        problem = "pushes only hint, and nothing reads what they are about"
        raise NotSupportedError(problem, platform=client.platform)
    return await facts.fetch(client._core, message)  # pyright: ignore[reportPrivateUsage]
