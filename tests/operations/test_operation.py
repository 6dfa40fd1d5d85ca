"""An operation is written once, and runs in both modes."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, cast

import pytest

from socialkit.errors import NotFoundError, OutcomeUnknownError, SocialKitError
from socialkit.models import Attempt, Post
from socialkit.operations import (
    Async,
    AsyncListing,
    Listing,
    ModeT,
    Operations,
    Page,
    Sync,
    current_operation,
    finish,
    operation,
    paginated,
)
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.sandbox import Fault, Sandbox
from socialkit.testing import collect, settle
from tests.operations.stepping import SteppedTransport, Stepper

ME = json.dumps({"id": "7", "username": "shop", "acct": "shop"}).encode()
STATUS = json.dumps(
    {
        "id": "9",
        "created_at": "2026-03-02T09:00:00Z",
        "account": {"id": "7", "username": "shop", "acct": "shop"},
        "content": "<p>Autumn</p>",
    }
).encode()


class Counter(Operations[ModeT], Generic[ModeT]):
    """A few operations without a platform."""

    namespace = "counter"

    @operation
    async def double(self, number: int, *, times: int = 1) -> int:
        """Double a number."""
        for _ in range(times):
            number = await self._twice(number)
        return number

    async def _twice(self, number: int) -> int:
        return number * 2

    @operation
    async def named(self) -> str | None:
        """Return the operation that runs."""
        return current_operation.get()

    @operation
    async def fail(self, error: Exception) -> None:
        """Raise."""
        raise error

    @operation
    async def suspend(self) -> None:
        """Wait, as an operation of a blocking client never may."""
        await asyncio.sleep(0)

    @paginated
    async def count(self, *, limit: int | None = None, cursor: str | None = None) -> Page[int]:
        """Count to four, two a page."""
        start = int(cursor or 0)
        return Page((start, start + 1), "2" if start == 0 else None)


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def counter(request: pytest.FixtureRequest) -> Counter[Any]:
    return Counter(request.param)


async def test_an_operation_gives_its_result_in_both_modes(counter: Counter[Any]) -> None:
    assert await settle(counter.double(3, times=2)) == 12


async def test_a_listing_gives_its_items_in_both_modes(counter: Counter[Any]) -> None:
    assert await collect(counter.count()) == [0, 1, 2, 3]
    assert await collect(counter.count(limit=3)) == [0, 1, 2]
    assert await collect(counter.count(cursor="2")) == [2, 3]


async def test_an_operation_keeps_its_name_and_documentation(counter: Counter[Any]) -> None:
    assert counter.double.__name__ == "double"
    assert counter.double.__doc__ == "Double a number."
    assert list(inspect.signature(counter.double).parameters)[-2:] == ["number", "times"]
    assert Counter.double.__doc__ == "Double a number."


async def test_an_error_names_the_operation_it_came_from(counter: Counter[Any]) -> None:
    with pytest.raises(SocialKitError) as caught:
        await settle(counter.fail(SocialKitError("no", platform="mastodon")))
    assert str(caught.value) == "mastodon counter.fail: no"

    with pytest.raises(SocialKitError) as caught:
        await settle(counter.fail(SocialKitError("no", operation="posts.publish")))
    assert caught.value.operation == "posts.publish"


async def test_other_errors_pass_as_they_are(counter: Counter[Any]) -> None:
    with pytest.raises(KeyError):
        await settle(counter.fail(KeyError("a bug")))


async def test_the_running_operation_is_known_while_it_runs(counter: Counter[Any]) -> None:
    assert await settle(counter.named()) == "counter.named"
    assert current_operation.get() is None


async def test_tasks_know_each_their_own_operation() -> None:
    counter, other = Counter(Async), Counter(Async)
    other.namespace = "other"
    names = tuple(await asyncio.gather(counter.named(), other.named(), counter.named()))

    assert names == ("counter.named", "other.named", "counter.named")


def test_a_blocking_operation_that_suspends_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="suspended"):
        Counter(Sync).suspend()
    assert current_operation.get() is None


def test_finish_closes_what_it_could_not_finish() -> None:
    ended: list[bool] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append(True)

    with pytest.raises(RuntimeError, match="suspended"):
        finish(forever())
    assert ended == [True]


def test_a_forgotten_await_is_told() -> None:
    async def forget() -> None:
        client = AsyncMastodon(base_url="https://mastodon.example", access_token="made-up-token")
        client.posts.publish("Autumn is here")  # type: ignore[unused-coroutine]  # what is to be told
        gc.collect()

    with pytest.warns(RuntimeWarning, match=r"'Posts\.publish' was never awaited"):
        asyncio.run(forget())


def test_an_operation_can_be_stepped_by_hand_without_any_network() -> None:
    client = AsyncMastodon(
        base_url="https://mastodon.example", access_token="made-up-token", transport=SteppedTransport()
    )
    steps = Stepper(client.posts.publish("Autumn"))

    assert steps.request is not None
    assert steps.request.url == "https://mastodon.example/api/v1/accounts/verify_credentials"
    steps.answer(ME)
    assert steps.request.url == "https://mastodon.example/api/v1/accounts/7/statuses"
    steps.answer(b"[]")
    assert (steps.request.method, steps.request.json) == ("POST", {"status": "Autumn", "media_ids": []})
    steps.answer(STATUS)
    assert (steps.result.id, steps.result.text) == ("9", "Autumn")


def test_a_stepped_operation_waits_through_its_transport() -> None:
    transport = SteppedTransport()
    client = AsyncMastodon(
        base_url="https://mastodon.example", access_token="made-up-token", transport=transport
    )
    steps = Stepper(client.posts.get("9"))
    steps.answer(b"{}", 503)
    steps.answer(STATUS)

    assert steps.result.id == "9"
    assert len(transport.slept) == 1


def test_a_blocking_client_refuses_a_transport_that_suspends() -> None:
    client = Mastodon(
        base_url="https://mastodon.example", access_token="made-up-token", transport=SteppedTransport()
    )

    with pytest.raises(RuntimeError, match="suspended"):
        client.posts.get("9")


def test_threads_share_one_blocking_client() -> None:
    together = threading.Barrier(20)

    with Sandbox(seed=7) as world, world.connect("mastodon") as client:

        def publish(number: int) -> str:
            together.wait(timeout=30)
            return client.posts.publish(f"Post {number}").text

        with ThreadPoolExecutor(20) as threads:
            texts = list(threads.map(publish, range(20)))

        assert texts == [f"Post {number}" for number in range(20)]
        assert sorted(one.text for one in world.posts("mastodon")) == sorted(texts)


def test_a_failure_in_one_thread_stays_there() -> None:
    together = threading.Barrier(20)

    with Sandbox(seed=7) as world, world.connect("mastodon") as client:
        world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT, times=5)

        def publish(number: int) -> str:
            together.wait(timeout=30)
            try:
                return client.posts.publish(f"Post {number}").id
            except OutcomeUnknownError as error:
                found = client.posts.find(cast("Attempt", error.attempt))
                return cast("Post", found.post).id

        with ThreadPoolExecutor(20) as threads:
            ids = list(threads.map(publish, range(20)))

        assert sorted(ids) == sorted(one.id for one in world.posts("mastodon"))


async def test_tasks_share_one_async_client() -> None:
    with Sandbox(seed=7) as world:
        async with world.connect_async("mastodon") as client:
            posts = await asyncio.gather(*(client.posts.publish(f"Post {n}") for n in range(20)))

        assert sorted(one.id for one in posts) == sorted(one.id for one in world.posts("mastodon"))


async def test_a_cancelled_operation_ends_and_leaves_the_client_usable() -> None:
    with Sandbox(seed=7) as world:
        client = world.connect_async("mastodon")
        task = asyncio.create_task(cast("Coroutine[Any, Any, Any]", client.posts.get("404404404")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        with pytest.raises(NotFoundError):
            await client.posts.get("404404404")


def test_listings_have_the_type_of_their_mode() -> None:
    assert isinstance(Counter(Sync).count(), Listing)
    assert isinstance(Counter(Async).count(), AsyncListing)
