"""The network's events come as they happen: in order, nothing lost, nothing twice, whatever the line does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.errors import BadRequestError, ConfigurationError, NotSupportedError
from socialkit.platforms.bluesky import (
    JETSTREAM,
    Bluesky,
    JetstreamAction,
    JetstreamEvent,
    JetstreamKind,
)
from socialkit.platforms.bluesky._events import to_event
from socialkit.platforms.bluesky._jetstream import _Seen, address_of
from socialkit.sandbox import Fault, Sandbox
from socialkit.testing import settle, take
from tests.platforms.bluesky.conftest import Network

START = 1_772_442_000_000_000
"""The first moment of a sandbox, in microseconds."""
POST, LIKE, FOLLOW = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.follow"


def says(network: Network, text: str, **more: Any) -> str:
    return network.world.receive("bluesky", text=text, kind="post", **more)


def later(network: Network, seconds: float, do: Callable[[], object]) -> None:
    clock = network.world.clock
    clock.at(clock.now() + timedelta(seconds=seconds), do)


def words(events: list[JetstreamEvent]) -> list[str]:
    return [str((event.record or {}).get("text", event.action or event.kind)) for event in events]


def asked(network: Network) -> list[dict[str, list[str]]]:
    """Return what each connection asked for."""
    found: list[dict[str, list[str]]] = []
    for request in network.calls_to("/subscribe"):
        found.append({})
        for name, value in request.params:
            found[-1].setdefault(name, []).append(str(value))
    return found


async def gathered(network: Network, stream: Any, count: int) -> list[JetstreamEvent]:
    """Take events, moving the clock for a stream that only waits."""
    if not hasattr(stream, "__anext__"):
        return await take(stream, count)
    task = asyncio.ensure_future(take(stream, count))
    for _ in range(2_000):
        if task.done():
            break
        await asyncio.sleep(0)
        network.world.clock.advance(0.5)
    assert task.done(), "the stream waits for ever"
    return await task


async def test_events_come_in_order_as_they_happen(network: Network) -> None:
    says(network, "Long ago")
    client = network.connect()
    later(network, 5, lambda: says(network, "Hello"))
    later(network, 5, lambda: network.world.receive("bluesky", kind="follow"))
    later(network, 90, lambda: says(network, "Hello again"))
    events = await gathered(network, client.listening.events(limit=3), 3)

    assert words(events) == ["Hello", "create", "Hello again"]
    assert [event.collection for event in events] == [POST, FOLLOW, POST]
    assert [event.at for event in events] == sorted({event.at for event in events})
    assert {event.did for event in events} == {network.simulator.did("customer")}
    assert {event.kind for event in events} == {JetstreamKind.COMMIT}
    assert all(event.cid and event.rev and event.raw["did"] == event.did for event in events)


async def test_what_the_account_does_comes_too(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Autumn"))
    await settle(client.posts.delete(post))
    made, gone = await gathered(network, client.listening.events(cursor="0"), 2)

    assert (made.action, made.uri, words([made])) == (JetstreamAction.CREATE, post.id, ["Autumn"])
    assert (gone.action, gone.uri) == (JetstreamAction.DELETE, post.id)
    assert (gone.record, gone.cid) == (None, None)


async def test_private_messages_are_told_to_nobody(network: Network) -> None:
    network.world.receive("bluesky", text="My order is lost", private=True)
    says(network, "In public")

    assert words(await gathered(network, network.connect().listening.events(cursor="0"), 1)) == ["In public"]


async def test_a_line_that_drops_loses_nothing(network: Network) -> None:
    later(network, 5, lambda: says(network, "Before"))
    later(network, 6, lambda: network.world.interrupt("bluesky"))
    later(network, 6, lambda: says(network, "While it was down"))
    later(network, 90, lambda: says(network, "After"))
    stream = network.connect().listening.events(limit=3)

    assert words(await gathered(network, stream, 3)) == ["Before", "While it was down", "After"]


async def test_a_reconnection_goes_back_a_few_seconds(network: Network) -> None:
    later(network, 15, lambda: says(network, "One"))
    later(network, 16, lambda: network.world.interrupt("bluesky"))
    later(network, 17, lambda: says(network, "Two"))
    await gathered(network, network.connect().listening.events(limit=2), 2)

    assert asked(network) == [{}, {"cursor": [str(START + 15_000_000 - 5_000_000)]}]


async def test_an_event_that_was_cut_in_half_comes_whole(network: Network) -> None:
    network.world.fail("bluesky", "events", Fault.TRUNCATED)
    later(network, 20, lambda: says(network, "Cut"))
    later(network, 60, lambda: says(network, "Whole"))

    assert words(await gathered(network, network.connect().listening.events(), 2)) == ["Cut", "Whole"]


@pytest.mark.parametrize(
    "fault", [Fault.DROP_BEFORE_COMMIT, Fault.SERVER_ERROR, Fault.RATE_LIMITED, Fault.SLOW]
)
async def test_a_failed_opening_is_tried_again(network: Network, fault: Fault) -> None:
    network.world.fail("bluesky", "events", fault, times=2)
    says(network, "Hello")

    assert words(await gathered(network, network.connect().listening.events(cursor="0"), 1)) == ["Hello"]
    assert len(asked(network)) == 3


async def test_silence_is_a_broken_line(network: Network) -> None:
    def deafen() -> None:
        for feed, _ in network.simulator._state.listeners:
            feed.mute()

    later(network, 5, lambda: says(network, "Heard"))
    later(network, 6, deafen)
    later(network, 7, lambda: says(network, "Not told"))

    assert words(await gathered(network, network.connect().listening.events(), 2)) == ["Heard", "Not told"]


async def test_a_cursor_resumes_in_another_client(network: Network) -> None:
    for number in range(4):  # all at the same time: their order is all that tells them apart
        says(network, f"Hello {number}")
    first = network.connect().listening.events(cursor="0")
    taken = await gathered(network, first, 2)
    await settle(first.close())
    says(network, "While nobody listened")
    rest = await gathered(network, network.connect().listening.events(cursor=first.cursor), 3)

    assert words(taken) == ["Hello 0", "Hello 1"]
    assert words(rest) == ["Hello 2", "Hello 3", "While nobody listened"]


async def test_a_stream_begins_at_a_time(network: Network) -> None:
    says(network, "Before")
    network.world.clock.advance(2)
    since = network.world.clock.now()
    says(network, "After")
    listening = network.connect().listening
    stream = listening.events(since=since)

    assert words(await gathered(network, stream, 1)) == ["After"]
    await settle(stream.close())
    network.world.interrupt("bluesky")
    says(network, "Later")
    assert words(await gathered(network, listening.events(since=since), 2)) == ["After", "Later"]


async def test_a_time_that_was_asked_for_holds_when_the_wait_was_broken_off() -> None:
    with Sandbox(seed=3) as world:
        world.receive("bluesky", text="Before", kind="post")
        world.clock.advance(2)
        async with world.connect_async("bluesky") as client:
            stream = client.listening.events(since=world.clock.now())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.05)
            world.receive("bluesky", text="After", kind="post")

            assert words([await asyncio.wait_for(anext(stream), 10)]) == ["After"]
            await stream.close()


async def test_what_is_wanted_is_asked_for(network: Network) -> None:
    ada, bob = network.simulator.did("ada"), network.simulator.did("bob")
    post = says(network, "Hello", author="ada")
    for author in ("ada", "bob"):
        for kind in ("like", "follow"):
            network.world.receive("bluesky", kind=kind, author=author, reply_to=post)
    network.simulator.announce("ada", status="deleted")
    network.simulator.announce("bob", status="deleted")
    chosen = network.connect().listening.events(
        collections=[LIKE, "app.bsky.graph.*"], dids=[ada], cursor="0"
    )
    events = await gathered(network, chosen, 3)

    assert [event.collection for event in events] == [LIKE, FOLLOW, None]
    assert {event.did for event in events} == {ada}
    assert asked(network) == [
        {"wantedCollections": [LIKE, "app.bsky.graph.*"], "wantedDids": [ada], "cursor": ["0"]}
    ]
    assert bob != ada


async def test_news_of_accounts_come(network: Network) -> None:
    network.simulator.announce("customer")
    network.simulator.announce("customer", status="deactivated")
    identity, account = await gathered(network, network.connect().listening.events(cursor="0"), 2)

    assert (identity.kind, identity.active) == (JetstreamKind.IDENTITY, None)
    assert identity.handle == network.simulator.connection("customer")["identifier"]
    assert (account.kind, account.active, account.status) == (JetstreamKind.ACCOUNT, False, "deactivated")
    assert identity.uri is account.uri is None


async def test_what_nobody_can_read_is_passed_over(network: Network) -> None:
    def babble() -> None:
        for feed, _ in network.simulator._state.listeners:
            for message in (b"{", b"\xff", b"[1]", b'{"kind": "commit"}'):
                feed.put(message)
        says(network, "Hello")

    later(network, 5, babble)

    assert words(await gathered(network, network.connect().listening.events(), 1)) == ["Hello"]
    assert len(asked(network)) == 1


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"collections": ("a.b.c",) * 101}, ValueError, "at most"),
    ({"dids": ("did:plc:a",) * 201}, ValueError, "at most"),
    ({"dids": ["shop.example"]}, ValueError, "profile"),
    ({"dids": "did:plc:a"}, TypeError, "list"),
    ({"collections": POST}, TypeError, "list"),
    ({"cursor": "x"}, ValueError, "cursor"),
    ({"cursor": ""}, ValueError, "cursor"),
    ({"cursor": "9" * 5_000}, ValueError, "is not one that this stream gave"),
    ({"cursor": "9" * 20 + "~a"}, ValueError, "is not one that this stream gave"),
    ({"since": datetime(2026, 3, 2)}, ValueError, "time zone"),  # noqa: DTZ001 - that is the mistake
]


@pytest.mark.parametrize(("more", "kind", "words"), WRONG)
async def test_what_cannot_be_is_refused_unsent(
    network: Network, more: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await take(network.connect().listening.events(**more), 1)

    assert network.sent == []


@pytest.mark.parametrize("collection", ["posts", "app.bsky.feed.*.post", "*"])
async def test_a_refusal_ends_the_stream(network: Network, collection: str) -> None:
    stream = network.connect().listening.events(collections=[collection])
    with pytest.raises(BadRequestError) as caught:
        await take(stream, 1)

    assert (caught.value.operation, caught.value.platform) == ("listening.events", "bluesky")
    assert caught.value.message == "too many wanted collections, or an invalid one"
    assert stream.closed
    assert len(asked(network)) == 1


async def test_the_inbox_has_no_stream_and_says_what_to_do(network: Network) -> None:
    with pytest.raises(NotSupportedError) as caught:
        await take(network.connect().inbox.stream(), 1)

    assert "inbox.iterate" in str(caught.value)
    assert network.sent == []


def test_a_blocking_stream_on_which_nothing_comes_gives_up_in_the_sandbox() -> None:
    with Sandbox(seed=3) as world, world.connect("bluesky") as client:
        stream = client.listening.events()
        with pytest.raises(RuntimeError, match="silent"):
            next(stream)
        assert stream.closed
        world.clock.at(
            world.clock.now() + timedelta(hours=40), lambda: world.receive("bluesky", text="Hello")
        )

        assert next(client.listening.events()).collection == POST


async def test_closing_hangs_up(network: Network) -> None:
    later(network, 5, lambda: says(network, "Hello"))
    stream = network.connect().listening.events()
    await gathered(network, stream, 1)
    ((feed, _),) = network.simulator._state.listeners
    assert not feed.closed
    await settle(stream.close())

    assert feed.closed


# Where it goes -------------------------------------------------------------------------------


async def test_events_come_from_their_own_server_and_without_credentials(network: Network) -> None:
    says(network, "Hello")
    mine = "wss://jetstream.example/"
    for address in (None, mine):
        client = network.connect(jetstream=address)
        await settle(client.account.me())  # logged in, so there is a token that could go along
        await gathered(network, client.listening.events(cursor="0"), 1)
    lines = network.calls_to("/subscribe")

    assert [one.url for one in lines] == [f"{JETSTREAM}/subscribe", "wss://jetstream.example/subscribe"]
    assert [dict(one.headers) for one in lines] == [{}, {}]
    assert not any(one.signed for one in lines)


@pytest.mark.parametrize(
    ("given", "base_url", "address"),
    [
        (None, "https://bsky.social/", JETSTREAM),
        (None, "https://localhost.example", JETSTREAM),
        (None, "http://127.0.0.1:4000/bluesky/", "ws://127.0.0.1:4000/bluesky"),
        (None, "https://localhost:4000", "wss://localhost:4000"),
        (None, "HTTP://[::1]:4000", "ws://[::1]:4000"),
        ("ws://localhost:6008", "https://bsky.social", "ws://localhost:6008"),
        ("wss://jet.example/a/", "http://127.0.0.1:4000", "wss://jet.example/a"),
    ],
)
def test_the_server_is_the_one_given_or_follows_from_the_login(
    given: str | None, base_url: str, address: str
) -> None:
    assert address_of(given, base_url) == address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "jet.example",
        "https://jet.example",
        "wss://",
        "wss://user:hidden@jet.example",
        "wss://jet.example?cursor=0",
        "wss://jet.example#x",
        "wss://jet.example:0",
        "wss://jet.example:x",
        "wss://jet .example",
        "wss://[jet",
    ],
)
def test_an_address_that_cannot_be_is_refused_at_once(given: str) -> None:
    with pytest.raises(ConfigurationError, match="jetstream") as caught:
        Bluesky(identifier="shop.example", password="not-a-real-password", jetstream=given)

    assert "hidden" not in str(caught.value)


# Cursors -------------------------------------------------------------------------------------


def event(number: int) -> JetstreamEvent:
    commit = {"operation": "create", "collection": POST, "rkey": f"r{number}", "rev": f"3k{number}"}
    told = {"did": "did:plc:ada", "time_us": START + number // 3, "kind": "commit", "commit": commit}
    read = to_event(json.dumps(told).encode())
    assert read is not None
    return read


@settings(deadline=None)
@given(numbers=st.lists(st.integers(0, 30), max_size=40), stop=st.integers(0, 40))
def test_a_cursor_never_loses_and_never_repeats(numbers: list[int], stop: int) -> None:
    known = [event(number) for number in sorted(set(numbers))]
    seen = _Seen(START)
    first = [one for one in known[:stop] if seen.add(one)]
    again = _Seen.of(seen.cursor())
    rest = [one for one in known if again.add(one)]

    assert first + rest == known


def test_a_cursor_goes_by_the_servers_clock_once_that_is_known() -> None:
    """Ours may be ahead: a server takes a cursor of the future for none, and what was missed is lost."""
    seen = _Seen(START + 3_600_000_000)
    first, second = event(3), event(6)

    assert seen.add(first)
    assert _Seen.of(seen.cursor()).time_us == first.time_us
    assert seen.add(second)
    assert not seen.add(first)
    assert _Seen.of(seen.cursor()).time_us == second.time_us
