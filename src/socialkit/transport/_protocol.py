"""What an operation may await: everything that a transport does, in either mode."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from socialkit.transport._request import Request, Response

__all__ = ["Authenticator", "Guard", "Hearing", "OpenAnswer", "Transport"]

T = TypeVar("T")


class OpenAnswer(Protocol):
    """An answer that goes on: its pieces are taken as they come."""

    @property
    def response(self) -> Response:
        """Its beginning; of a refusal the whole, of what goes on no content."""
        ...

    async def receive(self) -> bytes | None:
        """Wait for the next piece: bytes as they came, or one whole message of a WebSocket; None at its end.

        Raises:
            ConnectionFailedError: The line broke.
            RequestTimeoutError: Nothing came for as long as the request's `timeout`.
        """
        ...

    async def close(self) -> None:
        """Hang up; closing twice is closing once."""
        ...


class Transport(Protocol):
    """Carries single requests. A blocking one never suspends; an async one runs in its event loop."""

    async def send(self, request: Request, /) -> Response:
        """Send one request as it is (absolute address, signed) and return the whole answer.

        Raises:
            ConnectionFailedError: The connection could not be made, or broke; `sent` says which.
            RequestTimeoutError: No answer in time; `sent` as above.
        """
        ...

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Send one request as it is, and return its answer while it goes on.

        An address that begins with `ws` or `wss` is spoken to as a WebSocket. Redirects are not followed.

        Raises:
            ConnectionFailedError: The connection could not be made.
            RequestTimeoutError: Nothing answered in time.
            ConfigurationError: A library that this kind of address needs is missing.
        """
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        """Return the lock of that name, shared by all clients of this process (and loop)."""
        ...

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        """Await all: in turn when blocking, together when async; the first failure is raised."""
        ...

    async def offload(self, call: Any, /, *args: Any) -> Any:
        """Call a blocking function: at once when blocking, in a worker thread when async."""
        ...

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        ...

    def steady(self) -> float:
        """Return seconds on a clock that nobody sets; only their difference means something."""
        ...

    async def close(self) -> None:
        """Give back what is held; other clients' connections stay open."""
        ...


class Authenticator(Protocol):
    """Puts credentials on requests and renews them."""

    def secrets(self) -> tuple[Any, ...]:
        """Return what must not be shown, as secrets."""
        ...

    async def sign(self, request: Request, transport: Transport, /) -> Request:
        """Return the request with credentials, renewed first if they are about to expire."""
        ...

    async def renew(self, refused: Request, transport: Transport, /) -> bool:
        """Get new credentials after the platform refused a signed request; return whether there are any."""
        ...


class Guard(Protocol):
    """Sees to it that nothing is written with another account's credentials."""

    def proven(self) -> bool:
        """Return whether the credentials of now are known to be the account's."""
        ...

    async def prove(self) -> None:
        """Ask whose they are.

        Raises:
            WrongAccountError: They are another account's.
        """
        ...


@runtime_checkable
class Hearing(Protocol):
    """What an authenticator may do besides: take note of what answers to signed requests tell."""

    def heard(self, request: Request, response: Response, /) -> None:
        """Take note of an answer, refusals included: of a nonce for the next request, say."""
        ...
