"""Secrets that cannot be mistaken, a search for them, and servers that repeat whatever they are told."""

from __future__ import annotations

import errno
import json
import logging
import pickle
import socket
import traceback
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, cast
from urllib.parse import quote

import pytest

import socialkit as sk
from socialkit.models import Attempt
from socialkit.platforms.mastodon import AsyncMastodon, Mastodon, MastodonOptions
from socialkit.transport import AsyncTransport, BlockingTransport, Retry, Secret
from tests.transport.loopback import Act, Loopback, Reply, http

MARK: Final = "planted"
ACCESS: Final = "PLANTEDaccess/PLANTED+token=="
"""With the characters that JSON, HTML and addresses spell in other ways."""
CLIENT_SECRET: Final = "PLANTEDclient/PLANTED+secret"
CODE: Final = "PLANTEDcode/PLANTED+code"
VERIFIER: Final = "PLANTED-verifier-" + "PLANTED" * 5
REFRESH: Final = "PLANTEDrefresh/PLANTED+token"
PASSWORD: Final = 'PLANTEDpassword&<PLANTED>"é'
GIF: Final = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b"
)
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE: Final = Retry(attempts=1)
TWICE: Final = Retry(attempts=2, base=timedelta(0))

Client: TypeAlias = Mastodon | AsyncMastodon
Operation: TypeAlias = Callable[[Any], Any]
Serve: TypeAlias = Callable[[Reply], Loopback]


class BlockingHaste(BlockingTransport):
    """Goes to the network and never waits; `slept` says what it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)


class AsyncHaste(AsyncTransport):
    """Goes to the network and never waits; `slept` says what it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)


def haste(blocking: bool) -> BlockingHaste | AsyncHaste:
    return BlockingHaste() if blocking else AsyncHaste()


def connect(blocking: bool, base_url: str, **given: Any) -> Client:
    """A client of either kind with the planted token."""
    kind: Any = Mastodon if blocking else AsyncMastodon
    defaults: dict[str, Any] = {"access_token": ACCESS, "retry": ONCE, "transport": haste(blocking)}
    arguments = defaults | given
    return cast("Client", kind(base_url=base_url, **arguments))


async def close(client: Client) -> None:
    closed = client.close()
    if closed is not None:
        await closed


async def outcome(call: Operation, client: Client) -> object:
    """What an operation gives or raises, in either mode; a listing is read to its end."""
    try:
        result = call(client)
        if isinstance(result, AsyncIterable):
            return [item async for item in cast("AsyncIterable[object]", result)]
        if isinstance(result, Awaitable):
            return await cast("Awaitable[object]", result)
        return list(cast("Iterator[object]", result)) if isinstance(result, Iterator) else result
    except Exception as error:  # noqa: BLE001 - whatever comes out is looked through
        return error


def message() -> sk.Message:
    return sk.Message(
        id="7",
        kind=sk.MessageKind.MENTION,
        author=sk.Author(id="2", handle="customer"),
        text="Where is my order?",
        created_at=NOON,
    )


def attempt() -> Attempt:
    return Attempt(
        platform="mastodon",
        account=sk.AccountRef(platform="mastodon"),
        kind="publish",
        step="part 1 post",
        key="k",
        started_at=NOON,
        deadline=NOON,
        draft=sk.Draft(text="Hello"),
        results={"part 1 anchor": "1"},
    )


def media() -> sk.Media:
    return sk.Media.from_bytes(GIF, filename="dot.gif", alt_text="One dot")


ME: Final = http(b'{"id": "9", "acct": "shop"}')
STATUS: Final = json.dumps(
    {"id": "1", "created_at": "2026-03-01T12:00:00Z", "account": {"id": "9", "acct": "shop"}}
)


def reading(request: bytes) -> bytes:
    """What the reads around a write are answered."""
    if b"verify_credentials" in request:
        return ME
    alone = b"GET /api/v1/statuses/1 " in request
    return http(STATUS.encode()) if alone else http(b"[]")


FAR: Final = datetime(2999, 1, 1, tzinfo=UTC)

OPERATIONS: Final[Mapping[str, Operation]] = {
    "account.me": lambda c: c.account.me(),
    "account.refresh_limits": lambda c: c.account.refresh_limits(),
    "posts.publish": lambda c: c.posts.publish("Hello"),
    "posts.publish media": lambda c: c.posts.publish(sk.Draft(text="Hello", media=[media()])),
    "posts.publish thread": lambda c: c.posts.publish(sk.Draft(text="One", thread=[sk.Draft(text="Two")])),
    "posts.publish scheduled": lambda c: c.posts.publish(
        sk.Draft(text="Later", options=[MastodonOptions(scheduled_at=FAR)])
    ),
    "posts.get": lambda c: c.posts.get("1"),
    "posts.iterate": lambda c: c.posts.iterate(limit=2),
    "posts.iterate_scheduled": lambda c: c.posts.iterate_scheduled(limit=2),
    "posts.reschedule": lambda c: c.posts.reschedule("1", FAR),
    "posts.edit": lambda c: c.posts.edit("1", "Hello again"),
    "posts.delete": lambda c: c.posts.delete("1"),
    "posts.find": lambda c: c.posts.find(attempt()),
    "media.upload": lambda c: c.media.upload(media()),
    "media.get": lambda c: c.media.get("1"),
    "inbox.iterate": lambda c: c.inbox.iterate(limit=2),
    "inbox.comments": lambda c: c.inbox.comments("1", limit=2),
    "inbox.reply": lambda c: c.inbox.reply(message(), "Thank you"),
    "inbox.like": lambda c: c.inbox.like(message()),
    "inbox.hide": lambda c: c.inbox.hide(message()),
    "insights.posts": lambda c: c.insights.posts(["1", "2"]),
    "insights.account": lambda c: c.insights.account(),
    "insights.audience": lambda c: c.insights.audience(),
    "listening.search": lambda c: c.listening.search("jackets", limit=2),
    "listening.search hashtag": lambda c: c.listening.search("#jackets", limit=2),
    "listening.trends": lambda c: c.listening.trends(limit=2),
    "listening.profile": lambda c: c.listening.profile("@someone@social.example"),
}
OFFLINE: Final = frozenset({"inbox.hide", "insights.audience"})
"""Not offered by Mastodon, so refused before anything is sent."""


# Looking for secrets --------------------------------------------------------------------------


def leaks(thing: object) -> list[str]:
    """Return everything that a careless program could show of a thing and that holds a planted secret."""
    return [shown[max(0, found - 80) : found + 40] for shown in _faces(thing) if (found := _find(shown)) >= 0]


def _find(text: str) -> int:
    lower = text.lower()
    spelled = next((lower.find(one) for one in (MARK, quote(MARK)) if one in lower), -1)
    return spelled if spelled >= 0 else text.find("UExBTlRFR")  # the mark in base64


def _faces(thing: object) -> Iterator[str]:
    yield repr(thing)
    yield str(thing)
    yield format(thing)
    yield from _inside(thing, set())
    if isinstance(thing, BaseException):
        yield from _traces(thing)
    if isinstance(thing, sk.SocialKitError | sk.Post | sk.Draft | Attempt):
        yield pickle.dumps(thing).decode("latin-1")
        yield repr(pickle.loads(pickle.dumps(thing)))


def _traces(error: BaseException) -> Iterator[str]:
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    parts: list[traceback.TracebackException | None] = [report]
    while parts:
        part = parts.pop()
        if part is not None:
            # The tests' own frames hold the secrets that they plant.
            kept = [frame for frame in part.stack if "/tests/" not in frame.filename]
            part.stack = traceback.StackSummary.from_list(kept)
            parts += [part.__cause__, part.__context__]
    yield "".join(report.format())


def _inside(thing: object, seen: set[int]) -> Iterator[str]:  # noqa: C901 - one case for each kind
    if id(thing) in seen or isinstance(thing, Secret | type):
        return
    seen.add(id(thing))
    match thing:
        case str():
            yield thing
        case bytes():
            yield thing.decode("latin-1")
        case Mapping():
            for key, value in cast("Mapping[object, object]", thing).items():
                yield from _inside(key, seen)
                yield from _inside(value, seen)
        case list() | tuple() | set() | frozenset():
            for item in cast("tuple[object, ...]", thing):
                yield from _inside(item, seen)
        case BaseException():
            yield repr(thing)
            for other in (thing.args, vars(thing), thing.__cause__, thing.__context__):
                yield from _inside(other, seen)
        case sk.Post() | sk.Draft() | Attempt():
            yield thing.model_dump_json()
        case _ if type(thing).__module__.startswith(("socialkit", "httpx", "httpcore")):
            yield repr(thing)
            yield from _inside(getattr(thing, "__dict__", {}), seen)
        case _:
            return


def logged(records: list[logging.LogRecord]) -> list[str]:
    """Return the log lines that hold a planted secret."""
    lines = [f"{one.name} {one.getMessage()} {one.args!r} {one.exc_text!r}" for one in records]
    return [line[:300] for line in lines if _find(line) >= 0]


# Servers that repeat what they are told -------------------------------------------------------


class Cut(bytes):
    """An answer after which the line breaks."""


class Server(Loopback):
    """A loopback server that may break the line in the middle of an answer."""

    def _serve(self, connection: socket.socket) -> None:
        with _Breaking(connection) as line:
            self._open.append(line)  # the first one holds no line any more, and cannot be shut down
            super()._serve(line)


class _Breaking(socket.socket):
    """A line that breaks after an answer that was cut."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__(fileno=line.detach())

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        super().sendall(data, flags)
        if isinstance(data, Cut):
            raise OSError(errno.EPIPE, "cut")


def echoed(request: bytes) -> str:
    return request.decode("latin-1")


def echo(status: int, *headers: str) -> Callable[[bytes], bytes]:
    """Refuse, and repeat the whole request in the body and the token in a header."""

    def reply(request: bytes) -> bytes:
        token = token_of(request) or "none"
        text = echoed(request)
        body = json.dumps(
            {
                "error": f"no such token: {token}",
                "error_description": f"refused: {text}",
                "quoted": quote(text, safe=""),
            }
        )
        known = (f"X-Request-Id: {token}", f"Set-Cookie: session={token}", *headers)
        return http(body.replace("/", "\\/").encode(), status, *known)

    return reply


def token_of(request: bytes) -> str | None:
    """Return the bearer token that came with a request."""
    for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"authorization":
            return value.strip().removeprefix(b"Bearer ").decode("latin-1")
    return None


def first_lines(server: Loopback) -> list[str]:
    """Return method and target of each request that came."""
    return [one.partition(b" HTTP/")[0].decode("latin-1") for one in server.requests]


def raised(call: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is looked through
        call()
    return caught.value


def misfit(request: bytes) -> bytes:
    """An answer of the wrong shape that repeats what came."""
    text = echoed(request)
    return http(json.dumps([{"id": {"token": text}, "created_at": text, text: text}]).encode())


def misfit_object(request: bytes) -> bytes:
    text = echoed(request)
    return http(json.dumps({"id": "1", "created_at": text, "account": text, "url": [text]}).encode())


def page(request: bytes) -> bytes:
    return http(f"<html>{echoed(request)}</html>".encode(), 200, "Content-Type: text/html")


def truncated(request: bytes) -> bytes:
    return http(json.dumps({"id": "1", "echo": echoed(request)}).encode()[:-2])


def cut(request: bytes) -> bytes:
    return Cut(http(json.dumps({"id": "1", "echo": echoed(request)}).encode())[:-5])


def no_http(request: bytes) -> bytes:
    return Cut(request + b"\r\n\r\n")


def away(request: bytes) -> bytes:
    token = token_of(request) or ""
    where = f"Location: http://localhost:1/?access_token={token}&x={token}"
    return http(echoed(request).encode(), 302, where)


FAULTS: Final[dict[str, Reply]] = {
    **{str(status): echo(status) for status in (400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503, 999)},
    "304": lambda request: http(b"", 304, f"X-Request-Id: {token_of(request)}"),
    "page": page,
    "page 500": lambda request: page(request).replace(b" 200 ", b" 500 ", 1),
    "truncated": truncated,
    "cut": cut,
    "list": misfit,
    "object": misfit_object,
    "not http": no_http,
    "away": away,
    "drop": lambda _: Act.DROP,
}
