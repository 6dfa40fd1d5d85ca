"""Transports that watch, forbid or change what passes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from socialkit.transport import OpenAnswer, Request, Response, Safety, Transport

__all__ = ["RecordingTransport", "SilentTransport", "StrangeTransport"]

T = TypeVar("T")

STRANGE: Final = "something new"
"""A value that no version of socialkit knows."""


class _Around:
    """A transport around another one."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, request: Request, /) -> Response:
        """Send one request."""
        return await self._inner.send(request)

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Send one request whose answer goes on."""
        return await self._inner.stream(request)

    async def sleep(self, seconds: float, /) -> None:
        """Wait."""
        await self._inner.sleep(seconds)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        """Return the lock of that name."""
        return self._inner.lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        """Await all."""
        return await self._inner.gather(*calls)

    async def offload(self, call: Callable[..., Any], /, *args: Any) -> Any:
        """Call a blocking function."""
        return await self._inner.offload(call, *args)

    def now(self) -> datetime:
        """Return the time."""
        return self._inner.now()

    def steady(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return self._inner.steady()

    async def close(self) -> None:
        """Give back what is held."""
        await self._inner.close()


class RecordingTransport(_Around):
    """Notes every request on its way to another transport.

    Example:
        >>> from socialkit.operations import finish
        >>> from socialkit.transport import BlockingTransport
        >>> transport = RecordingTransport(BlockingTransport())
        >>> transport.requests, transport.writes
        ([], [])
        >>> finish(transport.close())
    """

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self.requests: Final[list[Request]] = []
        """What was sent, in order."""

    @property
    def writes(self) -> list[Request]:
        """Those of the requests that write something."""
        # A login writes nothing, however little it may be repeated.
        harmless = {Safety.READ, Safety.ONCE}
        return [one for one in self.requests if one.safety not in harmless or one.method == "DELETE"]

    async def send(self, request: Request, /) -> Response:
        """Note a request and send it."""
        self.requests.append(request)
        return await super().send(request)

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Note a request and send it."""
        self.requests.append(request)
        return await super().stream(request)


class SilentTransport(_Around):
    """Fails the test when anything is sent.

    Example:
        >>> from socialkit.operations import finish
        >>> from socialkit.transport import BlockingTransport
        >>> transport = SilentTransport(BlockingTransport())
        >>> finish(transport.send(Request(method="GET", url="https://pixelwall.example")))
        Traceback (most recent call last):
            ...
        AssertionError: nothing may be sent here: GET https://pixelwall.example
        >>> finish(transport.close())
    """

    async def send(self, request: Request, /) -> Response:
        """Fail."""
        message = f"nothing may be sent here: {request.shown()}"
        raise AssertionError(message)

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Fail."""
        message = f"nothing may be sent here: {request.shown()}"
        raise AssertionError(message)


class StrangeTransport(_Around):
    """Makes every answer one of a newer platform: with unknown fields, and unknown values in known ones.

    Args:
        inner: What carries the requests.
        enums: The names of the fields whose values are one of a list; each gets a value that is not on it.
        gone: The names of the fields that the platform does not send any more.

    Example:
        >>> from socialkit.operations import finish
        >>> from socialkit.transport import BlockingTransport
        >>> transport = StrangeTransport(BlockingTransport(), enums={"colour"})
        >>> transport.changed({"id": "1", "colour": "red"})["colour"]
        'something new'
        >>> finish(transport.close())
    """

    def __init__(
        self,
        inner: Transport,
        *,
        enums: set[str] | frozenset[str] = frozenset(),
        gone: set[str] | frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(inner)
        self._enums = frozenset(enums)
        self._gone = frozenset(gone)
        self.left_out: Final = set[str]()
        """Which of the fields that are gone stood in an answer, and were taken out of it."""

    async def send(self, request: Request, /) -> Response:
        """Send a request and change its answer."""
        answer = await super().send(request)
        try:
            document = answer.json()
        except ValueError:
            return answer
        content = json.dumps(self.changed(document)).encode()
        return Response(answer.status, answer.headers, content, answer.url)

    def changed(self, value: Any) -> Any:
        """Return a document as a newer platform would send it."""
        if isinstance(value, Mapping):
            fields = cast("Mapping[str, Any]", value)
            self.left_out.update(self._gone.intersection(fields))
            known = {
                name: STRANGE if name in self._enums and isinstance(inner, str) else self.changed(inner)
                for name, inner in fields.items()
                if name not in self._gone
            }
            return {**known, "socialkit_made_this_up": {"of": ["no", "version"]}}
        if isinstance(value, list):
            # Some platforms list what they count as objects that name themselves.
            things: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            return [self.changed(one) for one in things if not self._is_gone(one)]
        return value

    def _is_gone(self, value: Any) -> bool:
        name = cast("Mapping[str, Any]", value).get("name") if isinstance(value, Mapping) else None
        if not isinstance(name, str) or name not in self._gone:
            return False
        self.left_out.add(name)
        return True
