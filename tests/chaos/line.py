"""The line between a worker in a process of its own and the simulators, which live with the test.

No sockets and no waiting: time passes only in the simulated world, so an answer that comes too late costs
nothing, and a seed plays the same way on every machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

from socialkit.errors import ConnectionFailedError, RequestTimeoutError
from socialkit.sandbox import FaultPlan, Sandbox, SimRequest, SimResponse
from socialkit.sandbox._dispatch import dispatch
from socialkit.sandbox._simulator import LineDropped, TimedOut
from socialkit.sandbox._world._carrier import to_sim_request
from socialkit.testing import RecordingTransport
from socialkit.transport import AsyncTransport, BlockingTransport, Request, Response

__all__ = ["Answered", "Called", "Exchange", "Message", "Paused", "Remote", "Slept", "asking"]

PATIENCE: Final = 30.0
"""Seconds after which a worker gives up on an answer."""


@dataclass(frozen=True)
class Called:
    """A worker sends a request."""

    platform: str
    request: SimRequest
    patience: float


@dataclass(frozen=True)
class Slept:
    """A worker waits."""

    seconds: float


@dataclass(frozen=True)
class Paused:
    """A worker stands still, as a machine does that swaps, until others have had their turn."""


@dataclass(frozen=True)
class Answered:
    """What comes back: an answer, or why there is none; and the time."""

    now: datetime
    response: SimResponse | None = None
    lost: str = ""
    sent: bool = True


Message = Called | Slept | Paused
"""What a worker says to the test."""
Ask = Callable[[Message], Answered]
"""Says something to the test, and waits for what it says."""


class Remote(RecordingTransport):
    """A worker's end: hands requests over, and goes by the time of the simulated world.

    Args:
        platform: The simulator.
        ask: Leads to the test.
        now: The time when the worker begins.
        asynchronous: Whether its client is.
    """

    def __init__(self, platform: str, ask: Ask, now: datetime, *, asynchronous: bool = False) -> None:
        super().__init__(AsyncTransport() if asynchronous else BlockingTransport())
        self._platform = platform
        self._ask = ask
        self._now = now
        self._guard = threading.Lock()

    def ask(self, message: Message) -> Answered:
        """Say something to the test, and wait for what it says."""
        with self._guard:
            answered = self._ask(message)
        self._now = answered.now
        return answered

    async def send(self, request: Request, /) -> Response:
        patience = request.timeout or PATIENCE
        answered = self.ask(Called(self._platform, to_sim_request(request), patience))
        got, shown = answered.response, request.shown()
        if answered.lost == "line":
            raise ConnectionFailedError("the connection broke", request=shown, sent=answered.sent)
        if got is None:
            raise RequestTimeoutError("no answer came in time", request=shown, sent=True)
        return Response(got.status, got.headers, got.body, request.url)

    async def sleep(self, seconds: float, /) -> None:
        self.ask(Slept(seconds))

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._now.timestamp()


def asking(line: Connection) -> Ask:
    """Return a way to ask over a line to another process."""

    def ask(message: Message) -> Answered:
        line.send(message)
        answered: Answered = line.recv()
        return answered

    return ask


class Exchange:
    """The test's end: hands requests to the simulators, with the faults that were ordered.

    Args:
        world: Where the simulators live.
    """

    def __init__(self, world: Sandbox) -> None:
        self._world = world
        self.faults: Final = FaultPlan()
        self.doubles: Final = FaultPlan()
        """Which requests the line hands over twice; the second answer comes back."""
        self.seen: Final[list[str]] = []
        """The calls that came, by name."""
        self.reads: Final[set[str]] = set()
        """Those of them that only read."""
        self.hurt = 0
        """How many of them went wrong."""

    def serve(self, line: Connection, paused: Callable[[], object]) -> None:
        """Answer a worker until it ends, however it does.

        Args:
            line: To the worker.
            paused: Called while the worker stands still.
        """
        while self.serve_once(line, paused):
            pass

    def serve_once(self, line: Connection, paused: Callable[[], object] = int) -> bool:
        """Answer a worker once; return whether it still lives."""
        try:
            line.send(self.answer(line.recv(), paused))
        except (EOFError, ConnectionError):
            return False
        return True

    def answer(self, message: Message, paused: Callable[[], object]) -> Answered:
        """Answer a worker of this process."""
        clock = self._world.clock
        match message:
            case Called():
                return self.call(message)
            case Slept(seconds):
                clock.advance(seconds)
            case Paused():
                paused()
        return Answered(clock.now())

    def call(self, called: Called) -> Answered:
        """Carry one request."""
        clock, simulator = self._world.clock, self._world.simulator(called.platform)
        request, plan = called.request, _Counted(self.faults)
        name = simulator.call_name(request) or "?"
        self.seen.append(name)
        if request.method == "GET":
            self.reads.add(name)
        if self.doubles.draw(called.platform, {name}) is not None:
            simulator.handle(request)
            self.hurt += 1
        try:
            response: SimResponse | None = dispatch(simulator, plan, request)
        except LineDropped as drop:
            return Answered(clock.now(), lost="line", sent=drop.sent)
        except TimedOut:
            clock.advance(timedelta(seconds=called.patience))
            return Answered(clock.now(), lost="time")
        finally:
            self.hurt += plan.drawn
        assert response is not None
        return Answered(clock.now(), SimResponse(response.status, {**response.headers}, response.body))


class _Counted(FaultPlan):
    """Counts the faults that come, of those that were ordered."""

    def __init__(self, inner: FaultPlan) -> None:
        super().__init__()
        self._inner = inner
        self.drawn = 0

    def draw(self, platform: str, names: Any) -> Any:
        found = self._inner.draw(platform, names)
        self.drawn += found is not None
        return found
