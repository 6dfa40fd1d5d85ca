"""Answers that go on, as httpx carries them.

A traceback shows no secret here either: a failure below is handed up as a value and raised without its trace.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Any, Final, TypeVar

import httpx

from socialkit.errors import ConfigurationError
from socialkit.transport._request import Request, Response
from socialkit.transport._wire import apieces, failure, pieces, response_of

__all__ = ["AsyncPieces", "BlockingPieces", "Whole", "is_websocket", "raised", "websockets_of"]

T = TypeVar("T")

WEBSOCKETS: Final = ("ws://", "wss://")


def is_websocket(request: Request) -> bool:
    """Tell whether an address is a WebSocket's."""
    return request.url.lower().startswith(WEBSOCKETS)


def websockets_of(request: Request) -> Any:
    """Return the module that opens WebSockets; its library is loaded when first needed.

    Raises:
        ConfigurationError: The library is not installed.
    """
    try:
        return importlib.import_module("socialkit.transport._websocket")
    except ImportError:
        message = "this stream needs another library: pip install 'socialkit[stream]'"
    raise ConfigurationError(message, operation=request.operation)


def raised(outcome: T | BaseException) -> T:
    """Return what came, or raise it where nothing secret is in sight."""
    if not isinstance(outcome, BaseException):
        return outcome
    try:
        raise outcome
    finally:
        del outcome  # or the failure, its trace and this frame would hold each other


class Whole:
    """An answer that does not go on: a refusal, read to its end."""

    def __init__(self, response: Response) -> None:
        self._response = response

    @property
    def response(self) -> Response:
        """The whole."""
        return self._response

    async def receive(self) -> bytes | None:
        """Return that nothing follows."""
        return None

    async def close(self) -> None:
        """Do nothing: it is closed."""


class BlockingPieces:
    """The pieces of an answer, waited for."""

    def __init__(self, request: Request, answer: httpx.Response) -> None:
        self._request = request
        self._response = response_of(request, answer, b"")
        self._answer = answer
        self._pieces = pieces(answer)

    @property
    def response(self) -> Response:
        """Its beginning."""
        return self._response

    async def receive(self) -> bytes | None:
        """Wait for the next piece."""
        return raised(self._next())

    def _next(self) -> bytes | BaseException | None:
        try:
            return next(self._pieces, None)
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, self._request)

    async def close(self) -> None:
        """Hang up."""
        with suppress(httpx.HTTPError, OSError):
            self._answer.close()


class AsyncPieces:
    """The pieces of an answer, awaited."""

    def __init__(self, request: Request, answer: httpx.Response) -> None:
        self._request = request
        self._response = response_of(request, answer, b"")
        self._answer = answer
        self._pieces = apieces(answer)

    @property
    def response(self) -> Response:
        """Its beginning."""
        return self._response

    async def receive(self) -> bytes | None:
        """Wait for the next piece."""
        return raised(await self._next())

    async def _next(self) -> bytes | BaseException | None:
        try:
            return await anext(self._pieces, None)
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, self._request)

    async def close(self) -> None:
        """Hang up."""
        with suppress(httpx.HTTPError, OSError, RuntimeError):
            await self._answer.aclose()
