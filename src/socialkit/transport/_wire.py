"""Between our requests and httpx's: building one, reading an answer, saying what went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

import httpx

from socialkit._version import __version__
from socialkit.errors import (
    ConfigurationError,
    ConnectionFailedError,
    InvalidDraftError,
    RequestTimeoutError,
    SocialKitError,
    UnexpectedResponseError,
)
from socialkit.operations import finish, still_alive
from socialkit.transport._reading import Pieces, Reading
from socialkit.transport._redact import redact, secrets_of
from socialkit.transport._request import FileBody, Request, Response
from socialkit.transport._secret import reveal

__all__ = ["apieces", "aread", "build", "failure", "pieces", "read", "response_of"]

DEFAULT_HEADERS: Final = (
    (b"User-Agent", f"socialkit/{__version__}".encode()),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"gzip, deflate"),
)
DEFAULT_NAMES: Final = tuple((name.decode().lower(), pair) for pair in DEFAULT_HEADERS for name in pair[:1])
ASKED: Final = frozenset({"gzip", "deflate"})
UNFOLDING: Final = ASKED | {"br", "zstd"}
"""What httpx takes away; by gzip a piece becomes a thousand times as long, by two of them a million times."""
JSON_TYPE: Final = (b"Content-Type", b"application/json")
FORM_TYPE: Final = (b"Content-Type", b"application/x-www-form-urlencoded")
UNFIT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]\Z")
NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Raised before the request's first byte leaves; a proxy that refuses the tunnel is among them."""


def build(request: Request, files: ExitStack, extensions: dict[str, Any]) -> httpx.Request:
    """Write a request down for httpx, in the clear; `files` closes what is opened for it.

    Raises:
        ConfigurationError: The address or a value cannot be sent.
        InvalidDraftError: A file cannot be opened.
    """
    try:
        wire = _written(request, files, extensions)
        if wire.url.host:
            return wire
        message = f"an address without a host cannot be asked: {request.shown().url}"
    except httpx.InvalidURL:
        message = f"not an address that can be asked: {request.shown().url}"
    except ValueError:  # a lone surrogate, a number that JSON has no word for
        message = "the request cannot be written down as bytes"
    raise ConfigurationError(message)


def _written(request: Request, files: ExitStack, extensions: dict[str, Any]) -> httpx.Request:
    headers = _headers(request)
    if request.files:
        return _multipart(request, headers, files, extensions)
    if isinstance(request.content, FileBody):
        file = _opened(request, request.content.filename, request.content.open, files)
        return _in_pieces(_request(request, headers, extensions, content=file))
    content = request.content
    if request.json is not None:
        content = json.dumps(
            request.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()
        _add(headers, request, JSON_TYPE)
    elif request.form:
        content = urlencode([(name, reveal(value)) for name, value in request.form]).encode()
        _add(headers, request, FORM_TYPE)
    return _request(request, headers, extensions, content=content)


def _add(headers: list[tuple[bytes, bytes]], request: Request, pair: tuple[bytes, bytes]) -> None:
    name = pair[0].decode().lower()
    if not any(given.lower() == name for given in request.headers):
        headers.append(pair)


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    given = request.headers
    pairs: list[tuple[bytes, bytes]] = []
    for name, value in given.items():
        text = reveal(value)
        if UNFIT.search(text):  # found here, because the library below quotes the value in its complaint
            message = (
                f"the value of the header {name} has a line break or another character no header carries"
            )
            raise ConfigurationError(message)
        pairs.append((name.encode(), text.encode()))
    names = {name.lower() for name in given}
    pairs.extend(pair for name, pair in DEFAULT_NAMES if name not in names)
    return pairs


def _multipart(
    request: Request, headers: list[tuple[bytes, bytes]], files: ExitStack, extensions: dict[str, Any]
) -> httpx.Request:
    fields: dict[str, list[str]] = {}
    for name, value in request.form:
        fields.setdefault(name, []).append(reveal(value))
    parts: list[tuple[str, tuple[str, BinaryIO, str]]] = []
    for upload in request.files:
        file = _opened(request, upload.filename, upload.open, files)
        parts.append((upload.field, (upload.filename, file.as_binary(), upload.mime_type)))
    return _in_pieces(_request(request, headers, extensions, data=fields, files=parts))


def _request(
    request: Request, headers: list[tuple[bytes, bytes]], extensions: dict[str, Any], **body: Any
) -> httpx.Request:
    return httpx.Request(request.method, request.target(), headers=headers, extensions=extensions, **body)


def _in_pieces(wire: httpx.Request) -> httpx.Request:
    assert isinstance(wire.stream, httpx.SyncByteStream), "a file is written down piece by piece"
    wire.stream = Pieces(wire.stream)
    return wire


def _opened(request: Request, filename: str, opener: Callable[[], BinaryIO], files: ExitStack) -> Reading:
    try:
        return Reading(files.enter_context(opener()), filename, request)
    except OSError as error:
        message = f"{filename} cannot be read: {error.strerror or error}"
    raise InvalidDraftError(message)


def _too_long(limit: int) -> UnexpectedResponseError:
    return UnexpectedResponseError(f"the answer is longer than {limit} bytes")


def pieces(answer: httpx.Response) -> Iterator[bytes]:
    """Yield what comes of an answer, unfolded."""
    _require_asked(answer)
    yield from answer.iter_bytes()


async def apieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Yield what comes of an answer, unfolded."""
    _require_asked(answer)
    async for piece in answer.aiter_bytes():
        yield piece


def _require_asked(answer: httpx.Response) -> None:
    """Refuse what one piece of which could fill the memory, before its length can be looked at."""
    told = answer.headers.get("content-encoding")
    if told is None:
        return
    codings = [one.strip().lower() for one in told.split(",")]
    unfolded = [one for one in codings if one in UNFOLDING]
    if len(unfolded) > 1 or not ASKED.issuperset(unfolded):
        message = f"the answer is compressed as nobody asked for: {', '.join(unfolded)}"
        raise UnexpectedResponseError(message)


def read(answer: httpx.Response, limit: int | None) -> bytes:
    """Read an answer to its end, or refuse one that is longer than `limit`."""
    content = bytearray()
    for chunk in pieces(answer):
        finish(still_alive())
        content += chunk
        if limit is not None and len(content) > limit:
            raise _too_long(limit)
    return bytes(content)


async def aread(answer: httpx.Response, limit: int | None) -> bytes:
    """Read an answer to its end, or refuse one that is longer than `limit`."""
    content = bytearray()
    async for chunk in apieces(answer):
        await still_alive()
        content += chunk
        if limit is not None and len(content) > limit:
            raise _too_long(limit)
    return bytes(content)


def response_of(request: Request, answer: httpx.Response, content: bytes) -> Response:
    """Return our own answer for httpx's."""
    return Response(answer.status_code, dict(answer.headers.items()), content, request.url)


def failure(error: BaseException, request: Request) -> BaseException:
    """Return what a caller is told: one of our errors, the bare cause behind it."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    told = _told(error, request)
    if told is not error:
        secrets = secrets_of(request)
        error.args = tuple(redact(text, secrets) if isinstance(text, str) else text for text in error.args)
        told.__cause__ = error
    return told


def _told(error: BaseException, request: Request) -> BaseException:
    shown, operation, sent = request.shown(), request.operation, not isinstance(error, NOTHING_SENT)
    match error:
        case SocialKitError():
            error.operation = error.operation or operation
            return error
        case httpx.UnsupportedProtocol():
            return ConfigurationError(f"not an address that can be asked: {shown.url}", operation=operation)
        case httpx.TimeoutException():
            waited = "no answer in time" if sent else "no connection in time"
            return RequestTimeoutError(waited, request=shown, sent=sent, operation=operation)
        case httpx.TransportError():
            broken = "the connection broke" if sent else "the connection could not be made"
            return ConnectionFailedError(broken, request=shown, sent=sent, operation=operation)
        case httpx.DecodingError():
            garbled = UnexpectedResponseError(
                "the answer's compression is broken", request=shown, operation=operation
            )
            garbled.repeatable = True
            return garbled
        case (
            OSError() | ValueError() | RuntimeError()
        ):  # a file failed while it was sent, or the pool was closed
            broken = "the request broke off"
            return ConnectionFailedError(broken, request=shown, sent=True, operation=operation)
        case _:
            return error
