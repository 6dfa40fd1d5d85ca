"""What a type checker sees of the public face: mypy and pyright check this module, pytest runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, assert_type

import pytest
from pydantic import JsonValue

import socialkit as sk
from socialkit.operations import Async, Sync
from socialkit.platforms import (
    AsyncBluesky,
    AsyncFacebook,
    AsyncInstagram,
    AsyncMastodon,
    AsyncThreads,
    AsyncX,
    Bluesky,
    Facebook,
    Instagram,
    JetstreamAction,
    JetstreamEvent,
    JetstreamKind,
    Mastodon,
    Threads,
    X,
)
from socialkit.platforms.base import Inbox, Posts

HOST = "https://mastodon.example"


@pytest.fixture
def client(socialkit_world: sk.Sandbox) -> Mastodon:
    return socialkit_world.connect("mastodon")


@pytest.fixture
def async_client(socialkit_world: sk.Sandbox) -> AsyncMastodon:
    return socialkit_world.connect_async("mastodon")


def test_connect_takes_where_events_come_from() -> None:
    where = "wss://jetstream.example"
    blocking = sk.connect("bluesky", identifier="shop.example", password="made-up", jetstream=where)
    awaited = sk.connect_async("bluesky", identifier="shop.example", password="made-up", jetstream=where)

    assert_type(blocking, Bluesky)
    assert_type(awaited, AsyncBluesky)


def test_connect_takes_the_secret_and_the_version_of_facebook() -> None:
    blocking = sk.connect("facebook", access_token="made-up", app_secret="made-up", api_version="v26.0")
    awaited = sk.connect_async("facebook", access_token="made-up")

    assert_type(blocking, Facebook)
    assert_type(awaited, AsyncFacebook)
    day = date(2026, 10, 1)
    assert_type(blocking.ads.insights("17", since=day, until=day), sk.Listing[sk.AdDay])
    days = assert_type(awaited.ads.insights("17", since=day, until=day), sk.AsyncListing[sk.AdDay])
    assert days.cursor is None


def test_connect_takes_the_version_of_threads() -> None:
    blocking = sk.connect("threads", access_token="made-up", api_version="v1.0")
    awaited = sk.connect_async("threads", access_token="made-up", api_version="v1.0")

    assert_type(blocking, Threads)
    assert_type(awaited, AsyncThreads)


def test_connect_takes_the_login_of_instagram() -> None:
    blocking = sk.connect("instagram", access_token="made-up", login="instagram")
    awaited = sk.connect_async("instagram", access_token="made-up", login="facebook", deletes=True)

    assert_type(blocking, Instagram)
    assert_type(awaited, AsyncInstagram)


def test_connect_takes_where_threads_fetches_files() -> None:
    with sk.Sandbox() as world:
        blocking = sk.connect("threads", access_token="made-up", media_host=world.media_host)
        awaited = sk.connect_async("threads", access_token="made-up", media_host=world.media_host)

    assert_type(blocking, Threads)
    assert_type(awaited, AsyncThreads)


def thank(client: sk.Client, message: sk.Message) -> bool:
    """Thank in private, on any platform that can, third-party ones too."""
    if isinstance(client, sk.HasInbox) and client.can(sk.Capability.REPLY_PRIVATELY):
        assert_type(client.inbox.reply(message, "Thank you!", private=True), sk.Post)
        return True
    return False


async def thank_async(client: sk.AsyncClient, message: sk.Message) -> bool:
    """Thank in private, awaited."""
    if isinstance(client, sk.AsyncHasInbox) and client.can(sk.Capability.REPLY_PRIVATELY):
        assert_type(await client.inbox.reply(message, "Thank you!", private=True), sk.Post)
        return True
    return False


def test_connect_gives_the_platforms_own_class() -> None:
    blocking = sk.connect("mastodon", base_url=HOST, access_token="made-up-token")
    awaited = sk.connect_async("mastodon", base_url=HOST, access_token="made-up-token")
    by_credentials = sk.connect("mastodon", sk.Credentials(access_token="made-up-token"), base_url=HOST)
    name = "".join(["masto", "don"])
    other = sk.connect(name, sk.Credentials(access_token="made-up-token"), base_url=HOST)

    assert_type(blocking, Mastodon)
    assert_type(awaited, AsyncMastodon)
    assert_type(sk.connect("x", access_token="made-up-token", tier="enterprise"), X)
    assert_type(sk.connect_async("x", access_token="made-up-token", vocabulary="post"), AsyncX)
    assert_type(by_credentials, Mastodon)
    assert_type(other, sk.Client)
    assert isinstance(other, Mastodon)
    with blocking as entered:
        assert_type(entered, Mastodon)


def test_blocking_operations_give_results(client: Mastodon, socialkit_world: sk.Sandbox) -> None:
    draft = sk.Draft(text="Autumn is here")
    post = client.posts.publish(draft)
    socialkit_world.receive("mastodon", text="Hello")

    assert_type(client.posts.check(draft), tuple[sk.Problem, ...])
    assert_type(post, sk.Post)
    assert_type(client.posts.publish("Autumn"), sk.Post)
    assert_type(client.posts.get(post), sk.Post)
    assert_type(client.posts.get("1" if TYPE_CHECKING else post.id), sk.Post)
    assert_type(client.posts.edit(post, "Winter"), sk.Post)
    assert_type(client.posts.iterate(limit=2), sk.Listing[sk.Post])
    assert_type(client.posts.iterate().cursor, str | None)
    assert_type(client.account.me(), sk.Profile)
    assert_type(client.account.ref, sk.AccountRef)
    assert_type(client.account.refresh_limits(), sk.Limits)
    assert_type(client.inbox.iterate(notices=True), sk.Listing[sk.Message])
    assert_type(client.inbox.comments(post), sk.Listing[sk.Message])
    stream = assert_type(client.inbox.stream(notices=True, cursor="0", limit=1), sk.Stream[sk.Message])
    assert_type(stream.cursor, str | None)
    with stream as arriving:
        assert_type(arriving, sk.Stream[sk.Message])
        assert_type(next(arriving), sk.Message)
    assert_type(client.insights.posts([post, post.id]), sk.Listing[sk.Observation])
    assert_type(client.insights.account(), tuple[sk.Observation, ...])
    assert_type(client.listening.search("autumn"), sk.Listing[sk.Post])
    assert_type(client.listening.trends(), sk.Listing[sk.Trend])
    assert_type(client.listening.profile("main"), sk.Profile)
    for message in client.inbox.iterate():
        assert_type(message, sk.Message)
        assert_type(client.inbox.reply(message, "Thank you!"), sk.Post)
        assert thank(client, message)
    for page in client.posts.iterate().pages():
        assert_type(page.items, tuple[sk.Post, ...])
    assert_type(client.can(sk.Capability.PUBLISH), bool)
    assert len(list(client.posts.iterate())) == 4


async def test_async_operations_are_awaited(async_client: AsyncMastodon, socialkit_world: sk.Sandbox) -> None:
    client, draft = async_client, sk.Draft(text="Autumn is here")
    post = await client.posts.publish(draft)
    socialkit_world.receive("mastodon", text="Hello")

    assert_type(client.posts.check(draft), tuple[sk.Problem, ...])
    assert_type(post, sk.Post)
    assert_type(await client.posts.get(post), sk.Post)
    posts = assert_type(client.posts.iterate(limit=2), sk.AsyncListing[sk.Post])
    assert_type(await posts, list[sk.Post])
    assert_type(await client.posts.iterate(limit=2), list[sk.Post])
    assert_type(await client.account.me(), sk.Profile)
    messages = assert_type(client.inbox.iterate(), sk.AsyncListing[sk.Message])
    stream = assert_type(client.inbox.stream(cursor="0", limit=1), sk.AsyncStream[sk.Message])
    async with stream as arriving:
        assert_type(arriving, sk.AsyncStream[sk.Message])
        assert_type(await anext(arriving), sk.Message)
    rows = assert_type(client.insights.posts([post]), sk.AsyncListing[sk.Observation])
    assert_type(await rows, list[sk.Observation])
    assert_type(await client.insights.account(), tuple[sk.Observation, ...])
    async for message in messages:
        assert_type(message, sk.Message)
        assert await thank_async(client, message)
    async for page in client.posts.iterate().pages():
        assert_type(page.items, tuple[sk.Post, ...])


def test_events_of_bluesky_are_a_stream(socialkit_world: sk.Sandbox) -> None:
    socialkit_world.receive("bluesky", text="Hello")
    client = socialkit_world.connect("bluesky")
    stream = assert_type(
        client.listening.events(collections=["app.bsky.feed.post"], cursor="0", limit=1),
        sk.Stream[JetstreamEvent],
    )
    event = assert_type(next(stream), JetstreamEvent)

    assert_type(event.kind, JetstreamKind)
    assert_type(event.action, JetstreamAction | None)
    assert_type(event.record, dict[str, JsonValue] | None)
    assert_type(event.at, datetime)


async def test_events_of_bluesky_are_an_async_stream(socialkit_world: sk.Sandbox) -> None:
    socialkit_world.receive("bluesky", text="Hello")
    client = socialkit_world.connect_async("bluesky")
    stream = assert_type(client.listening.events(cursor="0", limit=1), sk.AsyncStream[JetstreamEvent])

    async for event in stream:
        assert_type(event, JetstreamEvent)


def spaces(client: sk.Client) -> list[str]:
    """Name what a client of any platform has."""
    found: list[str] = []
    if isinstance(client, sk.HasPosts):
        assert_type(client.posts, Posts[Sync])
        found.append("posts")
    if isinstance(client, sk.HasInbox):
        assert_type(client.inbox, Inbox[Sync])
        found.append("inbox")
    return found


def spaces_async(client: sk.AsyncClient | sk.Client) -> list[str]:
    """Name what an async client of any platform has."""
    if isinstance(client, sk.AsyncHasPosts):
        assert_type(client.posts, Posts[Async])
        return ["posts"]
    return []


def test_a_client_of_any_platform_is_narrowed_by_what_it_has(
    client: Mastodon, async_client: AsyncMastodon
) -> None:
    assert spaces(client) == ["posts", "inbox"]
    assert spaces_async(async_client) == ["posts"]
    assert spaces_async(client) == []


def test_the_lost_write_has_types(client: Mastodon, socialkit_world: sk.Sandbox) -> None:
    socialkit_world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        client.posts.publish("Autumn")
    assert_type(caught.value.attempt, sk.Attempt)
    found = client.posts.find(caught.value.attempt)

    assert_type(found, sk.Found)
    assert_type(found.post, sk.Post | None)


def test_what_is_known_without_an_account_has_types() -> None:
    assert_type(sk.catalogue(), tuple[sk.CatalogueEntry, ...])
    assert_type(sk.check("Autumn", "mastodon"), dict[str, tuple[sk.Problem, ...]])
    assert_type(sk.measure("Autumn", "mastodon"), sk.Measure)
    assert_type(sk.Draft(text="Autumn").for_("mastodon"), sk.Draft)
    nine = sk.WallTime("2026-07-01 09:00", zone="Europe/Paris", gap="later")
    assert_type(nine.instant(), datetime)
    assert_type(sk.Recurrence("FREQ=DAILY", start=nine).next_after(nine.instant()), sk.WallTime | None)
    hours = sk.PostingSchedule(account=sk.AccountRef(platform="x"), zone="UTC", week={"MO": ["09:00"]})
    assert_type(hours.next_free(nine.instant()), sk.Slot)
    assert_type(sk.Media.from_url("https://shop.example/a.png"), sk.Media)


def misuse(client: Mastodon, async_client: AsyncMastodon, message: sk.Message) -> Iterator[object]:
    """Each line is a mistake that a checker tells: an ignore that is not needed any more is an error."""
    yield sk.connect("mastodon", base_url=HOST, acess_token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.connect("mastodon", access_token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.connect("mastodon", base_url=HOST, access_token="x", colour="red")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.connect("pixelwall", token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.connect_async("mastodon", acess_token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield client.posts.publish(text="Autumn")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield client.posts.publish(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield client.posts.iterate(10)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    yield client.inbox.reply(message, "Hello", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield client.inbox.reply(message.id, "Hello")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield client.inbox.iterate(notice=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield async_client.posts.publish("Autumn").id  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    yield sk.Draft(txt="Autumn")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.WallTime("2026-07-01 09:00")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.WallTime("2026-07-01 09:00", zone="UTC", gap="skip")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield sk.Draft(text="Autumn", overflow="burst")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_misuse_fails_when_it_runs_too() -> None:
    connect: Any = sk.connect

    for mistake in ({"acess_token": "x"}, {"access_token": "x", "colour": "red"}):
        with pytest.raises((TypeError, sk.ConfigurationError)):
            connect("mastodon", base_url=HOST, **mistake)
