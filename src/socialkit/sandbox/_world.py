"""The world that users see: simulated platforms, their clock, and clients that live in it."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import random
import threading
import uuid
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar, overload
from urllib.parse import urlencode, urlsplit

from socialkit.errors import ConfigurationError, ConnectionFailedError, RequestTimeoutError
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms._registry import Registration, each, find
from socialkit.sandbox._clock import Clock
from socialkit.sandbox._dispatch import dispatch
from socialkit.sandbox._faults import Fault, FaultPlan
from socialkit.sandbox._feed import BEAT, Feed, LineCut
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._server import SandboxServer, serve
from socialkit.sandbox._simulator import LineDropped, SimPost, Simulator, TimedOut
from socialkit.transport import (
    AsyncTransport,
    BlockingTransport,
    FileBody,
    OpenAnswer,
    Request,
    Response,
    Transport,
    installed,
    reveal,
)

if TYPE_CHECKING:
    from types import TracebackType

    from socialkit.platforms.base import AsyncClient, Client
    from socialkit.platforms.bluesky import AsyncBluesky, Bluesky
    from socialkit.platforms.mastodon import AsyncMastodon, Mastodon

__all__ = ["Sandbox"]

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Simulated seconds after which a caller gives up, unless its request says otherwise."""
LONELY: Final = timedelta(days=2)
"""Simulated silence after which a blocking stream gives up: nobody else moves in its thread."""
TICK: Final = 0.2
"""Seconds between two moves of a clock that runs."""


class Sandbox:
    """A world of simulated platforms, for tests and for trying things out; nothing leaves the process.

    The clock stands still until it is moved; whatever a client waits for moves it.

    Args:
        seed: Makes the world's chance repeatable.

    Example:
        >>> with Sandbox(seed=7) as world:
        ...     with world.connect("mastodon") as client:
        ...         post = client.posts.publish("Autumn is here")
        ...     [one.text for one in world.posts("mastodon")]
        ['Autumn is here']
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.clock: Final = Clock()
        self._random = random.Random(seed)
        self._plan = FaultPlan()
        self._simulators: dict[str, Simulator] = {}
        self._guard = threading.Lock()
        self._servers: list[SandboxServer] = []

    def simulator(self, platform: str) -> Simulator:
        """Return a platform's simulator, for what only it can do.

        Raises:
            ConfigurationError: There is no such platform, or no simulator of it.
        """
        with self._guard:
            if platform not in self._simulators:
                kind: type[Simulator] = find(platform).load_simulator()
                self._simulators[platform] = kind(self.clock, self._random)
            return self._simulators[platform]

    @overload
    def connect(self, platform: Literal["bluesky"], account: str = "main") -> Bluesky: ...
    @overload
    def connect(self, platform: Literal["mastodon"], account: str = "main") -> Mastodon: ...
    @overload
    def connect(self, platform: str, account: str = "main") -> Client: ...
    def connect(self, platform: str, account: str = "main") -> Any:
        """Return a blocking client of an account that lives in this world.

        Args:
            platform: The platform's name.
            account: The account's name; it is made when first named.
        """
        return self._client(find(platform).load_client(), Sync, platform, account)

    @overload
    def connect_async(self, platform: Literal["bluesky"], account: str = "main") -> AsyncBluesky: ...
    @overload
    def connect_async(self, platform: Literal["mastodon"], account: str = "main") -> AsyncMastodon: ...
    @overload
    def connect_async(self, platform: str, account: str = "main") -> AsyncClient: ...
    def connect_async(self, platform: str, account: str = "main") -> Any:
        """Return an async client of an account that lives in this world."""
        return self._client(find(platform).load_async_client(), Async, platform, account)

    def _client(self, kind: type[Any], mode: type[Mode], platform: str, account: str) -> Any:
        credentials = self.simulator(platform).connection(account)
        transport = self._transport(platform, mode, admit=False)
        return kind(base_url=self.address(platform), transport=transport, **credentials)

    def address(self, platform: str) -> str:
        """Return the address under which a platform is found inside this world; it resolves nowhere else."""
        return f"https://{platform}.sandbox.example"

    def fail(
        self,
        platform: str,
        name: str,
        fault: Fault,
        *,
        times: int = 1,
        after: int = 0,
        delay: timedelta | None = None,
    ) -> None:
        """Have the next calls of a name go wrong.

        Args:
            platform: Which platform.
            name: An operation of the common interface (`publish`, `reply`), or a call of the platform
                (`post_status`).
            fault: What goes wrong.
            times: How many calls.
            after: How many calls go well before.
            delay: For `Fault.LATE`: how long until the write lands.

        Raises:
            ConfigurationError: The platform has no such name: a fault that never comes proves nothing.
        """
        known = self.simulator(platform).orderable()
        if name not in known:
            near = difflib.get_close_matches(name.rpartition(".")[2], known, n=1)
            hint = f": did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(known))}"
            message = f"no fault can be ordered for {name!r}{hint}"
            raise ConfigurationError(message, platform=platform)
        more = {} if delay is None else {"delay": delay}
        self._plan.order(platform, name, fault, times, after, **more)

    def interrupt(self, platform: str) -> None:
        """Break the line of every stream of a platform, after what was sent."""
        self.simulator(platform).interrupt()

    def posts(self, platform: str, account: str | None = "main") -> list[SimPost]:
        """Return what exists on a platform: the simulator's own truth, not what a client believes.

        Args:
            platform: Which platform.
            account: Whose posts; None is everybody's.
        """
        return self.simulator(platform).posts(account)

    def receive(
        self,
        platform: str,
        *,
        text: str = "",
        author: str = "customer",
        private: bool = False,
        reply_to: str | None = None,
        account: str = "main",
        kind: str = "mention",
    ) -> str:
        """Have somebody write to an account, and return the id of what they wrote.

        Args:
            platform: Where.
            text: What they write; notices have none.
            author: Their name.
            private: Whether only the account sees it.
            reply_to: The id of the account's post that they answer.
            account: To whom.
            kind: `mention`, or a notice: `follow`, `like`, `share`.
        """
        return self.simulator(platform).receive(
            text=text, author=author, private=private, reply_to=reply_to, account=account, kind=kind
        )

    @contextmanager
    def install(self) -> Generator[Self]:
        """Let every client that is opened inside, anywhere in the process, live in this world.

        The application under test is not changed: whatever address and token it uses, its platform is the
        simulated one. The first token that is seen is the account `main`'s, each further one a new account's.
        """

        def transport(mode: type[Mode], platform: str) -> Transport:
            return self._transport(platform, mode, admit=True)

        with installed(transport):
            yield self

    def serve(
        self, *, port: int = 0, running: bool = False, platforms: tuple[str, ...] = ()
    ) -> SandboxServer:
        """Serve the world's platforms on the loopback interface, for people and other programs.

        Args:
            port: Where to listen; 0 takes a free port.
            running: Whether the world's clock runs on by itself.
            platforms: Which ones; all that have a simulator if none is given. Each is found at
                `server.url(name)`.
        """
        chosen = platforms or tuple(filter(None, each(_simulated)))
        simulators = {name: self.simulator(name) for name in chosen}
        server = serve(simulators, self._plan, port=port)
        self._servers.append(server)
        if running:
            threading.Thread(target=self._run_clock, args=(server,), daemon=True).start()
        return server

    def _run_clock(self, server: SandboxServer) -> None:
        while not server.closed.wait(TICK):
            self.clock.advance(TICK)

    def close(self) -> None:
        """Stop the world's servers."""
        while self._servers:
            self._servers.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _transport(self, platform: str, mode: type[Mode], *, admit: bool) -> Transport:
        return _WorldTransport(partial(self._handle, platform, admit=admit), self.clock, mode)

    def _handle(self, platform: str, request: Request, *, admit: bool) -> SimResponse:
        simulator = self.simulator(platform)
        sent = to_sim_request(request)
        if admit:
            simulator.admit(sent)
        return dispatch(simulator, self._plan, sent, operation=request.operation)


class _WorldTransport:
    """Carries a client's requests to a simulator; waiting moves the world's clock."""

    def __init__(self, handle: Callable[[Request], SimResponse], clock: Clock, mode: type[Mode]) -> None:
        self._handle = handle
        self._clock = clock
        self._async = mode is Async
        self._closed = False
        self._loneliness = _Loneliness()
        # Locks and worker threads are the same as on the network.
        self._inner: Transport = AsyncTransport() if self._async else BlockingTransport()

    async def send(self, request: Request, /) -> Response:
        await self._yield()
        answer = self._answer(request)
        return Response(answer.status, answer.headers, answer.body, request.url)

    def _answer(self, request: Request) -> SimResponse:
        if self._closed:
            message = "the client is closed: open another one"
            raise ConfigurationError(message)
        shown = request.shown()
        try:
            return self._handle(request)
        except LineDropped as drop:
            message = "the connection broke before an answer came"
            raise ConnectionFailedError(message, request=shown, sent=drop.sent) from None
        except TimedOut:
            self._clock.advance(request.timeout or PATIENCE)
            message = "no answer came in time"
            raise RequestTimeoutError(message, request=shown, sent=True) from None

    async def stream(self, request: Request, /) -> OpenAnswer:
        await self._yield()
        answer = self._answer(request)
        content = b"" if answer.feed is not None else answer.body
        head = Response(answer.status, answer.headers, content, request.url)
        lonely = None if self._async else self._loneliness
        return _Line(head, answer.feed or Feed(), self._clock, request, lonely)

    async def sleep(self, seconds: float, /) -> None:
        self._clock.advance(seconds)
        await self._yield()

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        return self._inner.lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return await self._inner.gather(*calls)

    async def offload(self, call: Callable[..., T], /, *args: Any) -> T:
        result: T = await self._inner.offload(call, *args)
        return result

    def now(self) -> datetime:
        return self._clock.now()

    async def close(self) -> None:
        self._closed = True
        await self._inner.close()

    async def _yield(self) -> None:
        if self._async:
            await asyncio.sleep(0)  # let other tasks run, as the network would


class _Loneliness:
    """How long blocking streams of a client have waited for something that nobody may be there to do.

    Of the client, since a line on which nothing comes is made again from time to time.
    """

    def __init__(self) -> None:
        self._waited = timedelta()

    def wait(self, clock: Clock) -> None:
        """Let the clock go on to the next sign of life."""
        if self._waited >= LONELY:
            self.end()
            message = f"the simulated stream was silent for {LONELY.days} days: is limit= too high?"
            raise RuntimeError(message)
        self._waited += BEAT
        clock.advance(BEAT)

    def end(self) -> None:
        """Take note that something came."""
        self._waited = timedelta()


class _Line:
    """An answer that goes on, as a client of the same process takes it.

    A blocking client waits by moving the clock, an async one until another task or thread does something.
    """

    def __init__(
        self, head: Response, feed: Feed, clock: Clock, request: Request, lonely: _Loneliness | None
    ) -> None:
        self._head = head
        self._feed = feed
        self._clock = clock
        self._request = request
        self._lonely = lonely
        self._heard = clock.now()
        self._armed = False

    @property
    def response(self) -> Response:
        return self._head

    async def receive(self) -> bytes | None:
        frame = self._take()
        while frame is None and not self._feed.closed:
            if self._clock.now() - self._heard >= self._patience():
                message = "nothing came in time"
                raise RequestTimeoutError(message, request=self._request.shown(), sent=True)
            await self._wait()
            frame = self._take()
        self._heard = self._clock.now()
        if self._lonely is not None and not self._feed.is_beat(frame):
            self._lonely.end()
        return frame

    def _take(self) -> bytes | None:
        try:
            return self._feed.take()
        except LineCut:
            message = "the connection broke"
        raise ConnectionFailedError(message, request=self._request.shown(), sent=True)

    def _patience(self) -> timedelta:
        return timedelta(seconds=self._request.timeout or PATIENCE)

    async def _wait(self) -> None:
        if self._lonely is not None:
            self._lonely.wait(self._clock)
            return
        woken = asyncio.Event()
        self._feed.on_change(partial(_tell, asyncio.get_running_loop(), woken))
        if not self._armed:
            self._armed = True
            self._clock.at(self._heard + self._patience(), self._ring)
        if not self._feed.ready():
            await woken.wait()

    def _ring(self) -> None:
        self._armed = False
        self._feed.wake()

    async def close(self) -> None:
        self._feed.on_change(None)
        self._feed.close()


def _tell(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(woken.set)


def to_sim_request(request: Request) -> SimRequest:
    """Return a request as a simulator receives it: with its body written out, secrets in the clear."""
    kind, body = _body(request)
    headers = {name: reveal(value) for name, value in request.headers.items()}
    if kind is not None:
        headers["content-type"] = kind
    address = request.target()
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return SimRequest.of(request.method, target, headers=headers, body=body)


def _body(request: Request) -> tuple[str | None, bytes]:
    if request.files:
        return _multipart(request)
    if request.form:
        pairs = [(name, reveal(value)) for name, value in request.form]
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if request.json is not None:
        return "application/json", json.dumps(request.json).encode()
    if isinstance(request.content, FileBody):
        with request.content.open() as stream:
            return None, stream.read()
    return None, request.content or b""


def _multipart(request: Request) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in request.form:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(head.encode() + reveal(value).encode() + b"\r\n")
    for file in request.files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{file.field}"; '
            f'filename="{file.filename}"\r\nContent-Type: {file.mime_type}\r\n\r\n'
        )
        with file.open() as stream:
            parts.append(head.encode() + stream.read() + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


def _simulated(registration: Registration) -> str | None:
    if registration.simulator is None:
        return None
    registration.load_simulator()
    return registration.name
