"""A transport in memory, with a clock that only moves when told, and platforms that renew tokens."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, TypeVar, cast

from socialkit.auth import Credentials, LoginState, MemoryTokenStore, Refreshing, RefreshModel, Stored
from socialkit.errors import AuthenticationError
from socialkit.operations import Async, Mode, Sync, finish
from socialkit.transport import OpenAnswer, Request, Response, Secret, Transport

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = "acme/pixelwall/main"
REQUEST = Request(method="GET", url="https://pixelwall.example/me")
WINNER = Stored(
    access_token=Secret("access-of-winner"), refresh_token=Secret("refresh-of-winner"), expires_at=NOON + HOUR
)
BACK = "https://shop.example/back"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def state(**changes: Any) -> LoginState:
    defaults: dict[str, Any] = {
        "platform": "pixelwall",
        "base_url": "https://pixelwall.example",
        "client_id": "shop",
        "client_secret": Secret("secret-of-app"),
        "code_verifier": Secret(VERIFIER),
        "nonce": Secret("nonce-of-login"),
        "redirect_uri": BACK,
        "scopes": ("read", "write:posts"),
        "created_at": NOON,
    }
    return LoginState(**(defaults | changes))


class ThreadLock(AbstractAsyncContextManager[None]):
    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._lock.release()


class FakeTransport:
    """One process: its locks are its own, its clock too."""

    def __init__(self, mode: type[Mode]) -> None:
        self.mode = mode
        self.time = NOON
        self.slept: list[float] = []
        self.on_sleep: Callable[[], object] = lambda: None
        self.offloaded = 0
        self._locks: dict[str, AbstractAsyncContextManager[Any]] = {}
        self._guard = threading.Lock()

    async def send(self, request: Request, /) -> Response:
        raise AssertionError(f"nothing is sent here: {request}")

    async def stream(self, request: Request, /) -> OpenAnswer:
        raise AssertionError(f"nothing here listens: {request}")

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        self.on_sleep()
        if self.mode is Async:
            await asyncio.sleep(0)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        with self._guard:
            made: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.mode is Async else ThreadLock()
            return self._locks.setdefault(key, made)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return [await call for call in calls]

    async def offload(self, call: Any, /, *args: Any) -> Any:
        self.offloaded += 1
        return await asyncio.to_thread(call, *args) if self.mode is Async else call(*args)

    def now(self) -> datetime:
        return self.time

    def steady(self) -> float:
        return self.time.timestamp()

    async def close(self) -> None:
        """Nothing is held."""


async def run(mode: type[Mode], coroutine: Coroutine[Any, Any, T]) -> T:
    """Carry a coroutine as a client of that mode does."""
    return finish(coroutine) if mode is Sync else await coroutine


class Platform:
    """Renews tokens, each refresh token once, and counts."""

    def __init__(self, *, lifetime: timedelta = HOUR, rotates: bool = True) -> None:
        self.asked: list[Stored] = []
        self.lifetime = lifetime
        self.rotates = rotates
        self.good = "refresh-0"
        self.failures: list[Exception] = []
        self.before: Callable[[Stored, Transport], Awaitable[object]] | None = None

    @property
    def count(self) -> int:
        return len(self.asked)

    async def refresh(self, stored: Stored, transport: Transport, /) -> Stored:
        self.asked.append(stored)
        number = self.count
        if self.before is not None:
            await self.before(stored, transport)
        if self.failures:
            raise self.failures.pop(0)
        if stored.refresh_token is None or stored.refresh_token.reveal() != self.good:
            raise AuthenticationError("the refresh token is unknown", status=400, code="invalid_grant")
        if self.rotates:
            self.good = f"refresh-{number}"
        return Stored(
            access_token=Secret(f"access-{number}"),
            refresh_token=Secret(self.good) if self.rotates else None,
            expires_at=transport.now() + self.lifetime,
        )


def given(**changes: Any) -> Credentials:
    defaults: dict[str, Any] = {"access_token": "access-0", "refresh_token": "refresh-0", "expires_at": NOON}
    return Credentials(**(defaults | changes))


def authenticator(
    mode: type[Mode],
    platform: Platform,
    *,
    store: Any = None,
    credentials: Credentials | None = None,
    model: RefreshModel = RefreshModel.ROTATING,
) -> Refreshing:
    return Refreshing(
        credentials or given(),
        refresh=platform.refresh,
        tokens=MemoryTokenStore() if store is None else store,
        key=KEY,
        mode=mode,
        model=model,
        platform="pixelwall",
    )


def token_of(request: Request) -> str:
    header = cast("Secret", request.headers["Authorization"])
    return header.reveal().removeprefix("Bearer ")


def shown(error: BaseException) -> str:
    """Return everything that a careless program could log of an error, without the tests' own frames."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    part: traceback.TracebackException | None = report
    while part is not None:
        frames = [frame for frame in part.stack if "/tests/" not in frame.filename]
        part.stack = traceback.StackSummary.from_list(frames)
        part = part.__cause__ or part.__context__
    return "".join([*report.format(), repr(error), str(error), repr(error.__dict__)])
