"""Whoever renews is in haste, and is taken for dead only after its claim was watched for a minute."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

import socialkit as sk
from socialkit.auth import MemoryTokenStore, Stored, read_token, refresh_request
from socialkit.auth._claims import ASKING, CLAIM
from socialkit.errors import ConnectionFailedError, RateLimitedError, RequestTimeoutError
from socialkit.operations import Async, Mode, finish
from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.testing import settle
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import (
    Pipeline,
    Request,
    Response,
    Retry,
    Safety,
    Secret,
    Transport,
    default_transport,
)
from tests.auth.support import (
    KEY,
    NOON,
    REQUEST,
    FakeTransport,
    Platform,
    authenticator,
    run,
    token_of,
)

PATIENCE = 10
RENEWAL = "com.atproto.server.refreshSession"
SLOW_DOWN = Response(429, {"retry-after": "50"}, b'{"error": "RateLimitExceeded"}')


def nothing() -> None:
    """Do nothing."""


class Machine(RecordingTransport):
    """A machine of its own: with its own locks, and a clock that may be wrong."""

    def __init__(self, mode: type[Mode], ahead: timedelta = timedelta()) -> None:
        super().__init__(default_transport(mode, "bluesky"))
        self.ahead = ahead
        self.limits = 0
        """How often a renewal is answered with a limit."""
        self.on_renewal: Callable[[], object] = nothing
        self.on_sleep: Callable[[], object] = nothing
        self._own = FakeTransport(mode)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        return self._own.lock(key)

    def now(self) -> datetime:
        return super().now() + self.ahead

    async def sleep(self, seconds: float, /) -> None:
        self.on_sleep()
        await super().sleep(seconds)

    async def send(self, request: Request, /) -> Response:
        if request.url.endswith(RENEWAL):
            self.on_renewal()
            if self.limits:
                self.limits -= 1
                return SLOW_DOWN
        return await super().send(request)

    def renewals(self) -> int:
        """Count those that reached the platform."""
        return sum(one.url.endswith(RENEWAL) for one in self.requests)


class Stage:
    """An account on a platform where a used refresh token is void, with a session that has run out."""

    def __init__(self, world: sk.Sandbox, mode: type[Mode]) -> None:
        self.world = world
        self.mode = mode
        self.store = MemoryTokenStore()
        simulator = cast("BlueskySimulator", world.simulator("bluesky"))
        simulator.set_refresh_grace(timedelta())
        self.login, self.did = simulator.connection("main"), simulator.did("main")
        self.act(self.machine(), self.login)
        world.clock.advance(timedelta(hours=3))

    def machine(self, ahead: timedelta = timedelta()) -> Machine:
        with self.world.install():
            return Machine(self.mode, ahead)

    def act(self, machine: Machine, login: dict[str, str] | None = None, **options: Any) -> str:
        """Read something of the account, with what the store holds unless there is a login."""
        client = self.client(machine, login, **options)
        return str(self.carried(client.account.me).handle)

    def publish(self, machine: Machine) -> str:
        """Write something before anything else, as an account whose id was given."""
        client = self.client(machine, account=sk.AccountRef(platform="bluesky", id=self.did))
        return str(self.carried(lambda: client.posts.publish("Hello")).text)

    def client(self, machine: Machine, login: dict[str, str] | None = None, **options: Any) -> Any:
        kind: Any = AsyncBluesky if self.mode is Async else Bluesky
        given = options | (login or {"identifier": self.login["identifier"]})
        return kind(base_url=self.world.address("bluesky"), transport=machine, tokens=self.store, **given)

    def carried(self, call: Callable[[], Any]) -> Any:
        async def act() -> Any:
            return await settle(call())

        return asyncio.run(act()) if self.mode is Async else finish(act())


@pytest.fixture
def stage(mode: type[Mode]) -> Iterator[Stage]:
    with sk.Sandbox(seed=7) as world:
        yield Stage(world, mode)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_whoever_waits_on_a_limit_lets_another_machine_renew_and_burns_nothing(
    stage: Stage, pool: ThreadPoolExecutor
) -> None:
    first, second = stage.machine(), stage.machine()
    first.limits = 2
    others: list[str] = []

    def let_second_act() -> None:
        if first.limits == 0 and not others:
            others.append(pool.submit(stage.act, second).result(timeout=PATIENCE))

    first.on_sleep = let_second_act
    mine = pool.submit(stage.act, first).result(timeout=PATIENCE)

    assert others == [mine] == [stage.login["identifier"]]
    assert (first.renewals(), second.renewals()) == (0, 1)


def test_a_write_waits_on_a_limit_of_the_renewal_before_it(stage: Stage, pool: ThreadPoolExecutor) -> None:
    machine, waits = stage.machine(), list[float]()
    machine.limits = 2
    machine.on_sleep = lambda: waits.append(machine.steady())

    assert pool.submit(stage.publish, machine).result(timeout=PATIENCE) == "Hello"
    assert (len(waits), machine.renewals()) == (2, 1)


def test_whoever_waits_on_no_limit_is_told_of_it(stage: Stage, pool: ThreadPoolExecutor) -> None:
    machine, began = stage.machine(), stage.world.clock.now()
    machine.limits = 1

    with pytest.raises(RateLimitedError):
        pool.submit(stage.act, machine, retry=Retry(on_limit="raise")).result(timeout=PATIENCE)
    assert stage.world.clock.now() == began


@pytest.mark.parametrize("ahead", [timedelta(seconds=90), timedelta(hours=1), timedelta(hours=-14)])
def test_a_machine_whose_clock_is_wrong_takes_over_no_live_claim(
    stage: Stage, pool: ThreadPoolExecutor, ahead: timedelta
) -> None:
    first, second = stage.machine(), stage.machine(ahead)
    asked, answered = threading.Event(), threading.Event()
    begun: list[Future[str]] = []

    def hold() -> None:
        asked.set()
        assert answered.wait(timeout=PATIENCE)

    def let_first_end() -> None:
        answered.set()
        begun[0].result(timeout=PATIENCE)

    first.on_renewal, second.on_sleep = hold, let_first_end
    begun.append(pool.submit(stage.act, first))
    assert asked.wait(timeout=PATIENCE)
    try:
        other = pool.submit(stage.act, second).result(timeout=PATIENCE)
    finally:
        answered.set()

    assert begun[0].result(timeout=PATIENCE) == other
    assert first.renewals() + second.renewals() == 1


class Line(FakeTransport):
    """Answers renewals one after the other, and notes when each was sent and how long it may take."""

    def __init__(self, mode: type[Mode], *answers: Response | Exception) -> None:
        super().__init__(mode)
        self.answers = list(answers)
        self.sent: list[tuple[timedelta, float | None]] = []

    async def send(self, request: Request, /) -> Response:
        self.sent.append((self.time - NOON, request.timeout))
        answer = self.answers.pop(0)
        if isinstance(answer, RequestTimeoutError):
            self.time += timedelta(seconds=request.timeout or 0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class OAuthPlatform(Platform):
    """Renews over the line, as platforms with OAuth do."""

    def __init__(self, safety: Safety = Safety.ONCE, timeout: float | None = None) -> None:
        super().__init__()
        self.safety = safety
        self.timeout = timeout

    async def refresh(self, stored: Stored, transport: Transport, /) -> Stored:
        assert stored.refresh_token is not None
        pipeline = Pipeline(
            transport, platform="pixelwall", base_url="https://pixelwall.example", timeout=self.timeout
        )
        request = refresh_request("token", stored.refresh_token).replace(safety=self.safety)
        response = await pipeline.send(request)
        return read_token(response, request, platform="pixelwall").to_stored(transport.now())


RENEWED = Response(200, {}, b'{"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600}')


async def test_a_limit_gives_the_claim_back_at_once(mode: type[Mode]) -> None:
    line, store = Line(mode, SLOW_DOWN, RENEWED), MemoryTokenStore()
    auth = authenticator(mode, OAuthPlatform(), store=store)

    with pytest.raises(RateLimitedError) as caught:
        await run(mode, auth.sign(REQUEST, line))
    kept = store.load(KEY)
    signed = await run(mode, auth.sign(REQUEST, line))

    assert caught.value.retry_after == timedelta(seconds=50)
    assert kept is not None
    assert kept.claimed_by is None
    assert line.slept == []
    assert token_of(signed) == "access-1"


class Doubtful:
    """Does not know whose the credentials are until it has asked."""

    def __init__(self) -> None:
        self.asked = False

    def proven(self) -> bool:
        return self.asked

    async def prove(self) -> None:
        self.asked = True


async def test_a_write_whose_account_must_be_asked_first_waits_on_a_limit_of_the_renewal(
    mode: type[Mode],
) -> None:
    line = Line(mode, SLOW_DOWN, RENEWED, Response(200, {}, b"{}"))
    auth = authenticator(mode, OAuthPlatform())
    pipeline = Pipeline(line, platform="pixelwall", base_url="https://pixelwall.example", authenticator=auth)
    pipeline.guard = Doubtful()

    answer = await run(mode, pipeline.send(Request(method="POST", url="posts", safety=Safety.WRITE)))

    assert answer.status == 200
    assert line.slept == [50.0]


@pytest.mark.parametrize(("patience", "attempts"), [(None, 2), (8.0, 4), (300.0, 1)])
async def test_all_attempts_together_end_before_the_claim_may_be_taken_over(
    mode: type[Mode], patience: float | None, attempts: int
) -> None:
    late = [RequestTimeoutError("no answer came in time", sent=True) for _ in range(9)]
    line = Line(mode, *late)
    auth = authenticator(mode, OAuthPlatform(Safety.READ, patience))

    with pytest.raises((ConnectionFailedError, RequestTimeoutError)):
        await run(mode, auth.sign(REQUEST, line))

    ends = [at.total_seconds() + (wait or CLAIM.total_seconds()) for at, wait in line.sent]
    assert len(ends) == attempts
    assert max(ends) < ASKING + 1 < CLAIM.total_seconds()


async def test_nothing_more_is_sent_after_another_process_took_the_claim_over(mode: type[Mode]) -> None:
    line, store = Line(mode, ConnectionFailedError("refused", sent=False), RENEWED), MemoryTokenStore()
    auth = authenticator(mode, OAuthPlatform(), store=store)

    def take_over() -> None:
        kept = store.load(KEY)
        assert kept is not None
        assert store.swap(KEY, kept, replace(kept, claimed_by="another process"))

    line.on_sleep = take_over
    with pytest.raises(ConnectionFailedError, match="another process took it over"):
        await run(mode, auth.sign(REQUEST, line))

    kept = store.load(KEY)
    assert len(line.sent) == 1
    assert kept is not None
    assert kept.claimed_by == "another process"


LEFT = Stored(
    access_token=Secret("access-0"),
    refresh_token=Secret("refresh-0"),
    expires_at=NOON,
    claimed_by="a process that was killed",
    claimed_until=NOON,
)


async def test_a_claim_is_taken_over_after_it_was_watched_for_a_minute(
    mode: type[Mode], transport: FakeTransport
) -> None:
    store = MemoryTokenStore()
    store.swap(KEY, None, LEFT)

    signed = await run(mode, authenticator(mode, Platform(), store=store).sign(REQUEST, transport))

    assert token_of(signed) == "access-1"
    assert transport.now() == NOON + CLAIM


async def test_each_claim_is_watched_anew(mode: type[Mode], transport: FakeTransport) -> None:
    store = MemoryTokenStore()
    store.swap(KEY, None, LEFT)
    other = replace(LEFT, claimed_by="another process")

    def take_over() -> None:
        if transport.now() >= NOON + timedelta(seconds=50) and store.load(KEY) == LEFT:
            store.swap(KEY, LEFT, other)

    transport.on_sleep = take_over
    await run(mode, authenticator(mode, Platform(), store=store).sign(REQUEST, transport))

    assert transport.now() == NOON + timedelta(seconds=50) + CLAIM


async def test_a_claim_of_days_ago_is_nobodys_at_first_sight(
    mode: type[Mode], transport: FakeTransport
) -> None:
    store = MemoryTokenStore()
    store.swap(KEY, None, LEFT)
    transport.time += timedelta(days=1)

    signed = await run(mode, authenticator(mode, Platform(), store=store).sign(REQUEST, transport))

    assert (token_of(signed), transport.slept) == ("access-1", [])
