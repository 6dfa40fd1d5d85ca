"""What comes in is taken as it comes: in order, nothing lost, nothing twice, whatever the line does."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialkit.errors import (
    AuthenticationError,
    NotSupportedError,
    PermissionDeniedError,
)
from socialkit.models import Message, MessageKind, Raw
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.platforms.mastodon._streaming import REMEMBERED
from socialkit.sandbox import Fault, MastodonSimulator, Sandbox
from socialkit.sandbox._feed import Feed
from socialkit.testing import RecordingTransport, collect, settle, take
from socialkit.transport import Retry
from tests.platforms.mastodon.streaming import Connect, says, texts


@pytest.fixture
async def connect(world: Sandbox, mode: str) -> AsyncIterator[Connect]:
    clients: list[Any] = []

    def client(account: str = "main") -> Any:
        clients.append((world.connect if mode == "blocking" else world.connect_async)("mastodon", account))
        return clients[-1]

    yield client
    for one in clients:
        await settle(one.close())


def later(world: Sandbox, seconds: float, do: Callable[[], object]) -> None:
    world.clock.at(world.clock.now() + timedelta(seconds=seconds), do)


def feeds(world: Sandbox) -> list[Feed]:
    """Return the lines that are open."""
    simulator = world.simulator("mastodon")
    assert isinstance(simulator, MastodonSimulator)
    return [feed for feed, _ in simulator._state.listeners]


def bare(messages: Iterable[Message]) -> list[Message]:
    """Return messages without what the platform sent: it counts the author's posts, and they grew."""
    return [one.model_copy(update={"raw": Raw.of(b"{}")}) for one in messages]


async def opened(stream: Any) -> None:
    """Let a stream connect, and give its cursor."""
    if hasattr(stream, "__anext__"):
        waits = asyncio.ensure_future(anext(stream))
        while stream.cursor is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        waits.cancel()
        await asyncio.wait([waits])
    else:
        step = stream._advance()
        stream._receive(step)


async def gathered(world: Sandbox, stream: Any, count: int) -> list[Message]:
    """Take items, moving the clock for a stream that only waits."""
    if not hasattr(stream, "__anext__"):
        return await take(stream, count)
    task = asyncio.ensure_future(take(stream, count))
    for _ in range(2_000):
        if task.done():
            break
        await asyncio.sleep(0)
        world.clock.advance(0.5)
    assert task.done(), "the stream waits for ever"
    return await task


async def test_messages_come_in_order_and_as_the_inbox_has_them(world: Sandbox, connect: Connect) -> None:
    client = connect()
    for number in range(3):
        later(world, 5 + number * 20, lambda n=number: says(world, f"Hello {n}"))  # type: ignore[misc]
    messages = await gathered(world, client.inbox.stream(limit=3), 3)

    assert texts(messages) == ["Hello 0", "Hello 1", "Hello 2"]
    listed = reversed(await collect(client.inbox.iterate()))
    assert bare(messages) == bare(listed)
    assert messages[0].account == client.ref
    assert messages[0].raw["visibility"] == "public"


async def test_a_new_stream_begins_now_or_at_a_time(world: Sandbox, connect: Connect) -> None:
    says(world, "Long ago")
    world.clock.advance(3_600)
    since = world.clock.now()
    world.clock.advance(60)
    says(world, "Just now")
    later(world, 30, lambda: says(world, "And now"))
    inbox = connect().inbox

    assert texts(await gathered(world, inbox.stream(since=since), 2)) == ["Just now", "And now"]
    later(world, 30, lambda: says(world, "At last"))
    assert texts(await gathered(world, inbox.stream(), 1)) == ["At last"]


async def test_a_time_without_a_zone_is_refused_unsent(connect: Connect) -> None:
    with pytest.raises(ValueError, match="since"):
        await take(connect().inbox.stream(since=datetime(2026, 3, 2)), 1)  # noqa: DTZ001 - that is the point


async def test_a_line_that_drops_loses_nothing(world: Sandbox, connect: Connect) -> None:
    later(world, 5, lambda: says(world, "Before"))
    later(world, 6, lambda: world.interrupt("mastodon"))
    later(world, 6, lambda: says(world, "While it was down"))
    later(world, 90, lambda: says(world, "After"))
    stream = connect().inbox.stream(limit=3)

    assert texts(await gathered(world, stream, 3)) == ["Before", "While it was down", "After"]


async def test_an_event_that_was_cut_in_half_comes_whole(world: Sandbox, connect: Connect) -> None:
    world.fail("mastodon", "stream", Fault.TRUNCATED)
    later(world, 20, lambda: says(world, "Cut"))
    later(world, 60, lambda: says(world, "Whole"))

    assert texts(await gathered(world, connect().inbox.stream(), 2)) == ["Cut", "Whole"]


@pytest.mark.parametrize(
    "fault",
    [Fault.DROP_BEFORE_COMMIT, Fault.SERVER_ERROR, Fault.RATE_LIMITED, Fault.GARBAGE, Fault.SLOW],
)
async def test_a_failed_opening_is_tried_again(world: Sandbox, connect: Connect, fault: Fault) -> None:
    world.fail("mastodon", "stream", fault, times=2)
    stream = connect().inbox.stream(cursor="0")
    says(world, "Hello")

    assert texts(await gathered(world, stream, 1)) == ["Hello"]


async def test_what_was_missed_is_read_again_when_reading_it_failed(world: Sandbox, connect: Connect) -> None:
    says(world, "Hello")
    world.fail("mastodon", "notifications", Fault.DROP_AFTER_COMMIT, times=6)

    assert texts(await gathered(world, connect().inbox.stream(cursor="0"), 1)) == ["Hello"]


async def test_waits_between_connections_grow_and_are_capped(world: Sandbox, mode: str) -> None:
    world.fail("mastodon", "stream", Fault.SERVER_ERROR, times=12)
    says(world, "Hello")
    credentials = world.simulator("mastodon").connection()
    slept: list[float] = []
    kind: Any = Mastodon if mode == "blocking" else AsyncMastodon
    source = world.connect("mastodon") if mode == "blocking" else world.connect_async("mastodon")

    class Watched(RecordingTransport):
        async def sleep(self, seconds: float, /) -> None:
            slept.append(seconds)
            await super().sleep(seconds)

    client = kind(
        base_url=world.address("mastodon"),
        transport=Watched(source._core.transport),
        retry=Retry(random=lambda: 1.0, longest_wait=timedelta(seconds=20)),
        **credentials,
    )
    messages = await gathered(world, client.inbox.stream(cursor="0"), 1)
    await settle(client.close())

    assert texts(messages) == ["Hello"]
    assert slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]


async def test_a_cursor_resumes_in_another_client(world: Sandbox, connect: Connect) -> None:
    for number in range(3):
        says(world, f"Hello {number}")
    first = connect().inbox.stream(cursor="0")
    taken = await gathered(world, first, 2)
    await settle(first.close())
    says(world, "While nobody listened")
    second = connect().inbox.stream(cursor=first.cursor)
    rest = await gathered(world, second, 2)
    await settle(second.close())
    says(world, "Again")

    assert texts(taken) == ["Hello 0", "Hello 1"]
    assert texts(rest) == ["Hello 2", "While nobody listened"]
    assert texts(await gathered(world, connect().inbox.stream(cursor=second.cursor), 1)) == ["Again"]


async def test_a_cursor_of_a_stream_that_saw_nothing_resumes_too(world: Sandbox, connect: Connect) -> None:
    says(world, "Before")
    stream = connect().inbox.stream()
    await opened(stream)
    await settle(stream.close())
    says(world, "Missed")

    assert stream.cursor is not None
    assert texts(await gathered(world, connect().inbox.stream(cursor=stream.cursor), 1)) == ["Missed"]


@pytest.mark.parametrize("cursor", ["", "a b", "7~", "../..", "7&min_id=1", "é"])
async def test_a_cursor_of_another_listing_is_refused(connect: Connect, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await take(connect().inbox.stream(cursor=cursor), 1)


async def test_more_than_a_page_was_missed(world: Sandbox, connect: Connect) -> None:
    wanted = [f"Hello {number}" for number in range(2 * REMEMBERED + 90)]
    for text in wanted:
        says(world, text)
    later(world, 5, lambda: says(world, "Live"))
    stream = connect().inbox.stream(cursor="0")

    assert texts(await gathered(world, stream, len(wanted) + 1)) == [*wanted, "Live"]
    assert len(stream.cursor) < 20 * REMEMBERED


async def test_notices_and_kinds_are_chosen_as_in_the_inbox(world: Sandbox, connect: Connect) -> None:
    client = connect()
    post = await settle(client.posts.publish("Autumn"))

    def happen() -> None:
        world.receive("mastodon", kind="like", reply_to=post.id)
        says(world, "How much?", reply_to=post.id)
        says(world, "Secret", private=True)

    later(world, 5, happen)
    everything = await gathered(world, client.inbox.stream(notices=True), 3)
    words = await gathered(world, client.inbox.stream(cursor="0"), 2)
    direct = await gathered(world, client.inbox.stream(cursor="0", kinds=[MessageKind.DIRECT_MESSAGE]), 1)

    assert [one.kind for one in everything] == [
        MessageKind.NOTICE,
        MessageKind.COMMENT,
        MessageKind.DIRECT_MESSAGE,
    ]
    assert bare(words) == bare(everything[1:])
    assert bare(direct) == bare(everything[2:])


async def test_a_token_that_does_not_count_ends_the_stream(world: Sandbox, connect: Connect) -> None:
    client = connect()
    later(world, 5, lambda: says(world, "Hello"))
    stream = client.inbox.stream()
    assert texts(await gathered(world, stream, 1)) == ["Hello"]
    simulator = world.simulator("mastodon")
    assert isinstance(simulator, MastodonSimulator)
    simulator.revoke_token()
    world.interrupt("mastodon")

    with pytest.raises(AuthenticationError) as caught:
        await gathered(world, stream, 1)
    assert (caught.value.operation, caught.value.platform) == ("inbox.stream", "mastodon")
    assert stream.closed
    assert await collect(stream) == []


async def test_a_scope_that_is_missing_is_told(world: Sandbox, mode: str) -> None:
    simulator = world.simulator("mastodon")
    assert isinstance(simulator, MastodonSimulator)
    token = simulator.issue_token(scopes=("read:accounts", "read:statuses"))
    source = world.connect("mastodon") if mode == "blocking" else world.connect_async("mastodon")
    kind: Any = Mastodon if mode == "blocking" else AsyncMastodon
    client = kind(base_url=world.address("mastodon"), access_token=token, transport=source._core.transport)
    with pytest.raises(PermissionDeniedError):
        await gathered(world, client.inbox.stream(), 1)
    await settle(client.close())


async def test_a_platform_without_streams_says_so(connect: Connect) -> None:
    client = connect()
    client._core.facts = dataclasses.replace(client._core.facts, capabilities=frozenset())
    with pytest.raises(NotSupportedError) as caught:
        await take(client.inbox.stream(), 1)

    assert caught.value.operation == "inbox.stream"


async def test_silence_is_a_broken_line(world: Sandbox, connect: Connect) -> None:
    def deafen() -> None:
        for feed in feeds(world):
            feed.mute()

    later(world, 5, lambda: says(world, "Heard"))
    later(world, 6, deafen)
    later(world, 7, lambda: says(world, "Not told"))

    assert texts(await gathered(world, connect().inbox.stream(), 2)) == ["Heard", "Not told"]


async def test_a_blocking_stream_that_nobody_writes_to_gives_up_in_the_sandbox(world: Sandbox) -> None:
    with world.connect("mastodon") as client, pytest.raises(RuntimeError, match="silent"):
        next(client.inbox.stream())


async def test_closing_hangs_up(world: Sandbox, connect: Connect) -> None:
    stream = connect().inbox.stream()
    later(world, 5, lambda: says(world, "Hello"))
    await gathered(world, stream, 1)
    (feed,) = feeds(world)
    assert not feed.closed
    await settle(stream.close())

    assert feed.closed
