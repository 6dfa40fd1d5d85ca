"""WebSockets, as the library `websockets` carries them; imported when first needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio import client as asynchronous
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException
from websockets.frames import Close, CloseCode
from websockets.sync import client as blocking
from websockets.typing import Data

from socialkit._version import __version__
from socialkit.errors import ConnectionFailedError, RequestTimeoutError, UnexpectedResponseError
from socialkit.transport._open import Whole, raised
from socialkit.transport._pool import AsyncPool, BlockingPool
from socialkit.transport._protocol import OpenAnswer
from socialkit.transport._request import Request, Response
from socialkit.transport._secret import reveal
from socialkit.transport._wire import failure

__all__ = ["open_async", "open_blocking"]

LONGEST_MESSAGE: Final = 8 * 2**20
"""Bytes: a record is far shorter, and a hostile server must not fill the memory."""
AGENT: Final = f"socialkit/{__version__}"

_silent = logging.getLogger("socialkit.websocket")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL)  # the library writes down headers at level DEBUG


class _BlockingOpening(blocking.reconnect):
    """Opens a line, and lets nobody send it elsewhere: credentials would come along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Return the refusal that a redirect is here."""
        return exc


class _AsyncOpening(asynchronous.connect):
    """Opens a line, and lets nobody send it elsewhere: credentials would come along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Return the refusal that a redirect is here."""
        return exc


def _options(request: Request, waits: Mapping[str, float], pool: BlockingPool | AsyncPool) -> dict[str, Any]:
    scheme, _, rest = request.url.partition("://")
    secure = scheme.lower() == "wss"
    host = rest.partition("/")[0].rpartition("@")[2].partition(":")[0]
    proxy = pool.proxy("https" if secure else "http", host)
    return {
        "additional_headers": [(name, reveal(value)) for name, value in request.headers.items()],
        "user_agent_header": AGENT,
        "open_timeout": waits["connect"],
        "close_timeout": 1.0,
        "max_size": LONGEST_MESSAGE,
        "proxy": None if proxy is None else proxy.reveal(),
        "ssl": pool.tls if secure else None,
        "logger": _silent,
    }


def open_blocking(request: Request, waits: Mapping[str, float], pool: BlockingPool) -> OpenAnswer:
    """Open a WebSocket and block until it stands."""
    try:
        line = _BlockingOpening(request.target(), **_options(request, waits, pool)).connect()
        line.__enter__()  # the library warns without it; closing ends it
    except InvalidStatus as refusal:
        return _refused(request, refusal)
    except (OSError, WebSocketException) as error:
        raise _unopened(error, request) from None
    return _BlockingMessages(request, line, waits["read"])


async def open_async(request: Request, waits: Mapping[str, float], pool: AsyncPool) -> OpenAnswer:
    """Open a WebSocket."""
    try:
        line = await _AsyncOpening(request.target(), **_options(request, waits, pool)).connect()
    except InvalidStatus as refusal:
        return _refused(request, refusal)
    except (OSError, WebSocketException) as error:
        raise _unopened(error, request) from None
    return _AsyncMessages(request, line, waits["read"])


def _refused(request: Request, refusal: InvalidStatus) -> Whole:
    answer = refusal.response
    headers = {name.lower(): value for name, value in answer.headers.raw_items()}
    return Whole(Response(answer.status_code, headers, bytes(answer.body or b""), request.url))


def _unopened(error: Exception, request: Request) -> Exception:
    # What the library says may quote headers; only the kind of the failure is told.
    shown = request.shown()
    if isinstance(error, TimeoutError):
        return RequestTimeoutError("no connection in time", request=shown, operation=request.operation)
    why = "the other side speaks no WebSocket" if isinstance(error, InvalidHandshake) else "it failed"
    message = f"the connection could not be made: {why}"
    return ConnectionFailedError(message, request=shown, operation=request.operation)


def _broken(error: BaseException, request: Request) -> BaseException:
    match error:
        case ConnectionClosed(sent=Close(code=CloseCode.MESSAGE_TOO_BIG)):
            # No failure of the line: it would come again and again, for a stream resumes where it was.
            message = f"a message of more than {LONGEST_MESSAGE} bytes came, and none so long is read"
            return UnexpectedResponseError(message, request=request.shown(), operation=request.operation)
        case TimeoutError():
            message = "nothing came in time"
            return RequestTimeoutError(
                message, request=request.shown(), sent=True, operation=request.operation
            )
        case ConnectionClosed() | WebSocketException():
            message = "the connection broke"
            return ConnectionFailedError(
                message, request=request.shown(), sent=True, operation=request.operation
            )
        case _:
            return failure(error, request)


def _bytes(message: Data) -> bytes:
    return message.encode() if isinstance(message, str) else message


class _Messages:
    def __init__(self, request: Request, silence: float) -> None:
        self._request = request
        self._silence = silence
        self._response = Response(101, {}, b"", request.url)

    @property
    def response(self) -> Response:
        return self._response


class _BlockingMessages(_Messages):
    def __init__(self, request: Request, line: blocking.ClientConnection, silence: float) -> None:
        super().__init__(request, silence)
        self._line = line

    async def receive(self) -> bytes | None:
        return raised(self._next())

    def _next(self) -> bytes | BaseException:
        try:
            return _bytes(self._line.recv(timeout=self._silence))
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return _broken(error, self._request)

    async def close(self) -> None:
        with suppress(OSError, WebSocketException):
            self._line.close()


class _AsyncMessages(_Messages):
    def __init__(self, request: Request, line: asynchronous.ClientConnection, silence: float) -> None:
        super().__init__(request, silence)
        self._line = line

    async def receive(self) -> bytes | None:
        return raised(await self._next())

    async def _next(self) -> bytes | BaseException:
        try:
            async with asyncio.timeout(self._silence):
                return _bytes(await self._line.recv())
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return _broken(error, self._request)

    async def close(self) -> None:
        with suppress(OSError, WebSocketException):
            await self._line.close()
        self._line.transport.abort()  # where the other side did not answer in time, nothing else closes it
        await self._line.wait_closed()
