"""Transports without a network, for tests: scripted answers and a clock that only steps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from socialkit.transport import OpenAnswer, Request, Response, Secret, Transport

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

Step = Response | BaseException | Callable[[Request], Response]


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(value).encode()
    )


class FakeAnswer:
    """An answer of which each line is one piece."""

    def __init__(self, response: Response, suspends: bool) -> None:
        self.response = response
        self.closed = False
        self._pieces = response.content.splitlines(keepends=True)
        self._suspends = suspends

    async def receive(self) -> bytes | None:
        if self._suspends:
            await asyncio.sleep(0)
        return self._pieces.pop(0) if self._pieces else None

    async def close(self) -> None:
        self.closed = True


class SteppedTransport:
    """Gives the scripted answers in order, the last one for ever; sleeping only moves its clock."""

    def __init__(self, *steps: Step, suspends: bool = False, start: datetime = NOON) -> None:
        self.sent: list[Request] = []
        self.slept: list[float] = []
        self.closed = False
        self.clock = start
        self._steps = list(steps)
        self._suspends = suspends

    async def send(self, request: Request, /) -> Response:
        await self._breathe()
        self.sent.append(request)
        step = self._steps[0] if len(self._steps) == 1 else self._steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step if isinstance(step, Response) else step(request)

    async def stream(self, request: Request, /) -> OpenAnswer:
        response = await self.send(request)
        return FakeAnswer(response, self._suspends)

    async def sleep(self, seconds: float, /) -> None:
        await self._breathe()
        self.slept.append(seconds)
        self.clock += timedelta(seconds=seconds)

    def lock(self, _key: str, /) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return [await call for call in calls]

    async def offload(self, call: Any, /, *args: Any) -> Any:
        return call(*args)

    def now(self) -> datetime:
        return self.clock

    def steady(self) -> float:
        return (self.clock - NOON).total_seconds()

    async def close(self) -> None:
        self.closed = True

    async def _breathe(self) -> None:
        if self._suspends:
            await asyncio.sleep(0)


class TokenAuthenticator:
    """Signs with a bearer token; `spare` tokens are what renewing gives, one after the other."""

    def __init__(self, token: str, *spare: str) -> None:
        self.token = Secret(token)
        self.renewals = 0
        self._spare = [Secret(text) for text in spare]

    def secrets(self) -> tuple[Secret, ...]:
        return (self.token,)

    async def sign(self, request: Request, _transport: Transport, /) -> Request:
        return request.replace(
            headers={**request.headers, "Authorization": Secret(f"Bearer {self.token.reveal()}")}
        )

    async def renew(self, _refused: Request, _transport: Transport, /) -> bool:
        self.renewals += 1
        if not self._spare:
            return False
        self.token = self._spare.pop(0)
        return True
