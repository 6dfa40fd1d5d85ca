from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from socialkit.operations import finish
from socialkit.transport import AsyncTransport, BlockingTransport, Timeouts, Transport
from tests.transport.fakes import Step, SteppedTransport
from tests.transport.loopback import Loopback, Reply

T = TypeVar("T")


class Drive:
    """Runs coroutines in one mode."""

    def __init__(self, runner: asyncio.Runner | None) -> None:
        self._runner = runner
        self._open: list[Transport] = []

    @property
    def blocking(self) -> bool:
        return self._runner is None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return finish(coroutine) if self._runner is None else self._runner.run(coroutine)

    def transport(self, timeouts: Timeouts | None = None) -> BlockingTransport | AsyncTransport:
        kind = BlockingTransport if self.blocking else AsyncTransport
        transport = kind(timeouts=timeouts or Timeouts())
        self._open.append(transport)
        return transport

    def stepped(self, *steps: Step) -> SteppedTransport:
        return SteppedTransport(*steps, suspends=not self.blocking)

    def close(self) -> None:
        for transport in self._open:
            self.run(transport.close())


@pytest.fixture(params=["blocking", "async"])
def drive(request: pytest.FixtureRequest) -> Iterator[Drive]:
    with ExitStack() as stack:
        runner = None if request.param == "blocking" else stack.enter_context(asyncio.Runner())
        driven = Drive(runner)
        yield driven
        driven.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], Loopback]]:
    with ExitStack() as stack:
        yield lambda reply: stack.enter_context(Loopback(reply))
