"""Everything that a Bluesky client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, cast

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Media, Message, MessageKind, Post
from socialkit.operations import Async, Sync
from socialkit.platforms import AsyncBluesky, Bluesky, BlueskyOptions, LinkCard
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.testing import gif, picture, video
from socialkit.transport import Retry, default_transport
from tests.support import collect, settle
from tests.truth.operations import LOGIN
from tests.truth.repertoire import Watch
from tests.truth.specification import Exchange

AnyBluesky = Bluesky | AsyncBluesky

UNSEEN: Final = LOGIN | {"account.refresh_limits", "listening.events"}
"""What no lexicon speaks of: a consent goes by the rules of OAuth, limits need no request, and Jetstream is a
service of its own."""

PATIENCE: Final = Retry().attempts


class Stage:
    """A world, its clients in one mode, and what passed between them."""

    def __init__(self, mode: str) -> None:
        self.world = Sandbox(seed=7)
        self.exchanges: list[Exchange] = []
        self._mode = mode

    @property
    def network(self) -> BlueskySimulator:
        return cast("BlueskySimulator", self.world.simulator("bluesky"))

    def connect(self, account: str = "main") -> AnyBluesky:
        asynchronous = self._mode == "async"
        with self.world.install():
            inner = default_transport(Async if asynchronous else Sync, "bluesky")
        kind = AsyncBluesky if asynchronous else Bluesky
        watch = Watch(inner, self.exchanges, "", None)
        login: dict[str, Any] = {**self.network.connection(account)}
        return kind(base_url=self.world.address("bluesky"), transport=watch, **login)


async def play(stage: Stage) -> None:
    """Do everything once."""
    client = stage.connect()
    await settle(client.account.me())
    first = await _publish(stage, client)
    await _upload(stage, client)
    await _read(stage, client, first)
    await _answer(stage, client, first)
    await _listen(stage, client)
    await _find(stage, client)
    await settle(client.posts.delete(first))
    stage.world.clock.advance(timedelta(hours=3))  # the session runs out and is refreshed
    await settle(client.account.me())


async def _publish(stage: Stage, client: AnyBluesky) -> Post:
    friend = stage.connect("friend")
    theirs = await settle(friend.posts.publish("Hello from a friend"))
    stage.network.did("ada.test")  # makes her an account
    first = await settle(client.posts.publish("Hello @ada.test #tea https://shop.example/tea"))
    jackets = [picture(), picture(alt_text=None), Media.from_bytes(gif(), filename="drawn.gif")]
    card = LinkCard(uri="https://shop.example", title="Shop", description="Jackets", thumb=picture())
    strict = BlueskyOptions(
        card=card,
        langs=["en", "de"],
        labels=["nudity", "!no-unauthenticated"],
        tags=["autumn"],
        replies=["mentioned", "followers", "following", "at://did:plc:abc/app.bsky.graph.list/3mg2vbwr32222"],
        quotable=False,
    )
    for draft in (
        Draft(text="Jackets", media=jackets, language="en"),
        Draft(text="A film", media=[video()]),
        Draft(
            text="One", thread=[Draft(text="Two", media=[picture()])], first_comment="https://shop.example"
        ),
        Draft(text="Strict", options=[strict]),
        Draft(text="To nobody", options=[BlueskyOptions(replies=[])]),
        Draft(text="Look at this", quotes=theirs.id),
        Draft(text="And at this", quotes=theirs.id, media=[picture()]),
        Draft(text="Well said", reply_to=theirs.id),
        Draft(text="And well said by me", reply_to=first.id),
    ):
        await settle(client.posts.publish(draft))
    return first


async def _upload(stage: Stage, client: AnyBluesky) -> None:
    await settle(client.media.upload(video()))
    kept = await settle(client.media.upload(picture()))
    await settle(client.posts.publish(Draft(text="Kept", media=[picture()])))
    await settle(stage.connect().media.get(kept.id))  # one that has not uploaded it must ask


async def _read(stage: Stage, client: AnyBluesky, first: Post) -> None:
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(since=stage.world.clock.now() - timedelta(days=1), limit=100))
    page = await _first_page(client.posts.iterate(limit=1))
    await collect(client.posts.iterate(cursor=page.next_cursor, limit=1))
    gone = first.id[:-1] + ("a" if first.id[-1] != "a" else "b")
    await collect(client.insights.posts([first, gone]))
    await settle(client.insights.account())


async def _answer(stage: Stage, client: AnyBluesky, first: Post) -> None:
    world = stage.world
    world.receive("bluesky", text="Do you ship?", reply_to=first.id)
    world.receive("bluesky", text="Look at that", kind="quote", reply_to=first.id)
    world.receive("bluesky", text="My order is lost", private=True)
    for kind in ("follow", "like", "share"):
        world.receive("bluesky", text="", kind=kind)
    messages: list[Message] = await collect(client.inbox.iterate(notices=True))
    await collect(client.inbox.iterate())
    page = await _first_page(client.inbox.iterate(limit=1))
    await collect(client.inbox.iterate(cursor=page.next_cursor, limit=1))
    for message in messages:
        if message.kind is not MessageKind.NOTICE:
            await settle(client.inbox.reply(message, "Yes: https://shop.example"))
    comment = (await collect(client.inbox.comments(first)))[0]
    await settle(client.inbox.reply(comment, "For you alone", private=True))
    await settle(client.inbox.like(comment))
    await settle(client.inbox.hide(comment))
    await settle(client.inbox.unhide(comment))


async def _listen(stage: Stage, client: AnyBluesky) -> None:
    await collect(client.listening.search("hello"))
    page = await _first_page(client.listening.search("hello", limit=1))
    await collect(client.listening.search("hello", cursor=page.next_cursor, limit=1))
    await collect(client.listening.trends(limit=30))
    await settle(client.listening.profile(stage.network.connection("friend")["identifier"]))


async def _first_page(listing: Any) -> Any:
    pages = listing.pages()
    return await (anext(pages) if hasattr(pages, "__anext__") else settle(next(pages)))


async def _find(stage: Stage, client: AnyBluesky) -> None:
    strict = Draft(text="Lost under rules", options=[BlueskyOptions(replies=[])])
    post = await settle(client.posts.publish("Kept"))
    stage.world.clock.advance(60)
    stage.world.receive("bluesky", text="Hello?", private=True)
    stage.world.receive("bluesky", text="Hello?")
    newest: list[Message] = await collect(client.inbox.iterate(limit=2))
    private, public = sorted(newest, key=lambda message: not message.private)
    for name, times, call in (
        ("publish", 1, lambda: client.posts.publish(strict)),
        ("publish", PATIENCE, lambda: client.posts.publish("Lost")),
        ("send_message", 1, lambda: client.inbox.reply(private, "Here")),
        ("reply", PATIENCE, lambda: client.inbox.reply(public, "Here")),
        ("like", PATIENCE, lambda: client.inbox.like(public)),
        ("delete", PATIENCE, lambda: client.posts.delete(post)),
    ):
        attempt = await _lose(stage, name, call, times)
        found = await settle(client.posts.find(attempt))
        assert found.state is FoundState.PUBLISHED, (name, found)


async def _lose(stage: Stage, name: str, call: Callable[[], Awaitable[Any] | Any], times: int) -> Attempt:
    """Lose the answer of a write, as often as it is sent."""
    stage.world.fail("bluesky", name, Fault.DROP_AFTER_COMMIT, times=times)
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        lost = error.attempt
    else:
        raise AssertionError(f"{name} was not lost")
    assert lost is not None
    return lost
