"""The same call for every brand or account; one failure stops nobody."""

from __future__ import annotations

import asyncio
import signal
import threading
from concurrent.futures import CancelledError
from contextvars import ContextVar
from typing import Any, cast

import pytest

import socialkit as sk
from socialkit.workspace import Result
from tests.workspace.support import mastodon

SEEN: ContextVar[str | None] = ContextVar("SEEN", default=None)
LAST_FIRST = ["third", "other", "acme"]


@pytest.fixture
def workspace(socialkit_world: sk.Sandbox) -> sk.Workspace:
    return socialkit_world.workspace(
        acme=["mastodon", "mastodon/fr"], other=["mastodon", "mastodon/de"], third=[]
    )


def name_of(brand: sk.Brand) -> str:
    if brand.key == "other":
        raise ValueError(brand.key)
    return brand.key.upper()


async def name_of_async(brand: sk.Brand) -> str:
    await asyncio.sleep(0)
    return name_of(brand)


def whose(client: sk.Client) -> str:
    assert isinstance(client, sk.HasAccount)
    return client.account.me().handle


async def whose_async(client: sk.AsyncClient) -> str:
    assert isinstance(client, sk.AsyncHasAccount)
    return (await client.account.me()).handle


async def run(workspace: sk.Workspace, blocking: bool, **given: Any) -> Any:
    if blocking:
        return workspace.map(name_of, **given)
    return await workspace.map_async(name_of_async, **given)


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_one_failure_stops_nobody(workspace: sk.Workspace, blocking: bool, concurrency: int) -> None:
    results = await run(workspace, blocking, concurrency=concurrency)

    assert results.succeeded() == {"acme": "ACME", "third": "THIRD"}
    assert {key: type(error) for key, error in results.failed().items()} == {"other": ValueError}
    assert repr(results) == "Results(2 succeeded, failed: other)"


async def test_each_account_gets_its_own_client(workspace: sk.Workspace, blocking: bool) -> None:
    results = (
        workspace.map(whose, each="account")
        if blocking
        else await workspace.map_async(whose_async, each="account")
    )

    assert results.failed() == {}
    assert results.succeeded() == {
        "acme/mastodon/main": "main",
        "acme/mastodon/fr": "acmefr",
        "other/mastodon/main": "other",
        "other/mastodon/de": "otherde",
    }


async def test_a_login_that_is_missing_fails_its_account_alone(blocking: bool) -> None:
    bare = sk.Account("mastodon", name="bare", base_url="https://mastodon.example")
    workspace = sk.Workspace(sk.Brand("acme", mastodon(), bare))

    def key(client: sk.Client) -> str:
        return client.ref.key

    async def key_async(client: sk.AsyncClient) -> str:
        return client.ref.key

    results = (
        workspace.map(key, each="account")
        if blocking
        else await workspace.map_async(key_async, each="account")
    )
    assert list(results.succeeded()) == ["acme/mastodon/main"]
    assert isinstance(results.failed()["acme/mastodon/bare"], sk.ConfigurationError)


def test_calls_run_at_once_in_threads(workspace: sk.Workspace) -> None:
    together = threading.Barrier(3, timeout=10)

    assert len(workspace.map(lambda _: together.wait(), concurrency=3).succeeded()) == 3


async def test_no_more_tasks_run_at_once_than_allowed(workspace: sk.Workspace) -> None:
    running, most = 0, 0

    async def call(_brand: sk.Brand) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0)
        running -= 1

    await workspace.map_async(call, concurrency=2)
    assert most == 2


async def test_progress_is_told_as_calls_end_and_results_keep_their_order(
    workspace: sk.Workspace, blocking: bool
) -> None:
    told: list[Result[str]] = []
    threads: set[int] = set()
    turns = {key: threading.Event() if blocking else asyncio.Event() for key in LAST_FIRST}
    turns["third"].set()

    def progress(result: Result[str]) -> None:
        told.append(result)
        threads.add(threading.get_ident())
        for after in LAST_FIRST[len(told) :][:1]:
            turns[after].set()

    def named(brand: sk.Brand) -> str:
        cast("threading.Event", turns[brand.key]).wait(10)
        return name_of(brand)

    async def named_async(brand: sk.Brand) -> str:
        await cast("asyncio.Event", turns[brand.key]).wait()
        return name_of(brand)

    if blocking:
        results = workspace.map(named, progress=progress)
    else:
        results = await workspace.map_async(named_async, progress=progress)

    assert [(one.key, one.value, type(one.error)) for one in told] == [
        ("third", "THIRD", type(None)),
        ("other", None, ValueError),
        ("acme", "ACME", type(None)),
    ]
    assert threads == {threading.get_ident()}
    assert list(results.succeeded()) == ["acme", "third"]


async def test_what_progress_raises_ends_the_run(workspace: sk.Workspace, blocking: bool) -> None:
    begun: list[str] = []

    def begin(brand: sk.Brand) -> None:
        begun.append(brand.key)

    async def begin_async(brand: sk.Brand) -> None:
        begin(brand)
        if brand.key != "acme":
            await asyncio.Event().wait()

    def progress(_result: Result[None]) -> None:
        raise LookupError("enough")

    async def run_begin() -> None:
        if blocking:
            workspace.map(begin, progress=progress, concurrency=1)
        else:
            await workspace.map_async(begin_async, progress=progress, concurrency=1)

    with pytest.raises(LookupError, match="enough"):
        await run_begin()
    assert begun[0] == "acme"
    assert "third" not in begun or blocking  # a thread may be quicker than the one that stops it


async def test_what_one_call_sets_in_its_context_the_next_does_not_see(
    workspace: sk.Workspace, blocking: bool
) -> None:
    def swap(brand: sk.Brand) -> str | None:
        before = SEEN.get()
        SEEN.set(brand.key)
        return before

    async def swap_async(brand: sk.Brand) -> str | None:
        return swap(brand)

    SEEN.set("the caller")
    if blocking:
        results = workspace.map(swap, concurrency=1)
    else:
        results = await workspace.map_async(swap_async, concurrency=1)

    assert results.succeeded() == dict.fromkeys(("acme", "other", "third"), "the caller")
    assert SEEN.get() == "the caller"


def test_what_interrupts_one_call_begins_no_other(workspace: sk.Workspace) -> None:
    begun: list[str] = []

    def stop(brand: sk.Brand) -> None:
        begun.append(brand.key)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.map(stop, concurrency=1)
    assert begun == ["acme"]


def test_a_function_that_has_to_be_awaited_fails_and_is_not_left_lying(workspace: sk.Workspace) -> None:
    async def never(brand: sk.Brand) -> str:
        raise AssertionError(brand.key)

    results = workspace.map(never)

    assert results.succeeded() == {}
    assert {str(error) for error in results.failed().values()} == {
        "the function has to be awaited, and nothing of it was done: use map_async()"
    }


def test_a_call_that_is_cancelled_in_its_thread_fails_alone(workspace: sk.Workspace) -> None:
    first, *others = [brand.key for brand in workspace.brands]

    def call(brand: sk.Brand) -> str:
        if brand.key == first:
            raise asyncio.CancelledError
        return brand.key

    results = workspace.map(call, concurrency=1)

    assert isinstance(results.failed()[first], CancelledError)
    assert results.succeeded() == {key: key for key in others}


def test_what_ends_the_program_in_one_call_ends_the_run(workspace: sk.Workspace) -> None:
    def leave(_brand: sk.Brand) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        workspace.map(leave, concurrency=1)


def test_an_interruption_waits_for_what_runs(workspace: sk.Workspace) -> None:
    begun: list[str] = []
    ended: list[str] = []
    interrupted = threading.Event()

    def work(brand: sk.Brand) -> None:
        begun.append(brand.key)
        if brand.key == "acme":
            main = threading.main_thread().ident
            assert main is not None
            while not interrupted.wait(0.01):  # one that comes just before a wait begins does not end it
                signal.pthread_kill(main, signal.SIGINT)
        interrupted.wait(10)
        ended.append(brand.key)

    def on_signal(*_: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        with pytest.raises(KeyboardInterrupt):
            workspace.map(work, concurrency=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert begun == ended != []


async def test_a_cancelled_map_leaves_no_call_behind(workspace: sk.Workspace) -> None:
    begun: list[str] = []
    ended: list[str] = []
    all_begun = asyncio.Event()

    async def wait(brand: sk.Brand) -> None:
        begun.append(brand.key)
        if len(begun) == 2:
            all_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(brand.key)

    mapping = asyncio.create_task(workspace.map_async(wait, concurrency=2))
    await all_begun.wait()
    mapping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await mapping
    assert begun == ended == ["acme", "other"]


def test_what_interrupts_the_loop_leaves_no_call_behind(
    workspace: sk.Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[str] = []

    async def wait(brand: sk.Brand) -> None:
        if brand.key == "other":
            raise KeyboardInterrupt
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(brand.key)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(workspace.map_async(wait, concurrency=2))
    assert ended == ["acme"]
    assert caplog.records == []


@pytest.mark.parametrize("itself", [True, False])
async def test_a_call_that_is_cancelled_from_within_fails_alone(
    workspace: sk.Workspace, itself: bool
) -> None:
    async def wait(brand: sk.Brand) -> str:
        if brand.key == "other":
            inner = asyncio.current_task() if itself else asyncio.create_task(asyncio.Event().wait())
            assert inner is not None
            inner.cancel()
            await (asyncio.sleep(0) if itself else inner)
        return brand.key

    results = await workspace.map_async(wait)
    assert list(results.succeeded()) == ["acme", "third"]
    assert isinstance(results.failed()["other"], CancelledError)


async def test_wrong_arguments_are_refused_before_any_call(workspace: sk.Workspace, blocking: bool) -> None:
    with pytest.raises(sk.ConfigurationError, match="concurrency=0"):
        await run(workspace, blocking, concurrency=0)
    with pytest.raises(sk.ConfigurationError, match="each='team'"):
        await run(workspace, blocking, each=cast("Any", "team"))
