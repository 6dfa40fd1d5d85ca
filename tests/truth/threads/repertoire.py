"""Everything that a Threads client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Post
from socialkit.platforms._login import Login
from socialkit.platforms.threads import AsyncThreads, Threads, ThreadsOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.testing import picture, video
from tests.support import collect, settle
from tests.truth.repertoire import Watch
from tests.truth.specification import Exchange

AnyThreads = Threads | AsyncThreads

BACK = "https://shop.example/back"
OPTIONS = ThreadsOptions(
    link="https://shop.example/a",
    topic="Jackets",
    reply_control="accounts_you_follow",
    approve_replies=True,
    gif="17",
    attachment="A longer text",
    place="18",
    countries=["FR", "BE"],
)


class Stage:
    """A world, its clients in one mode, and what passed between them."""

    def __init__(self, mode: str) -> None:
        self.world = Sandbox(seed=7)
        self.exchanges: list[Exchange] = []
        self._mode = mode

    @property
    def simulator(self) -> ThreadsSimulator:
        simulator = self.world.simulator("threads")
        assert isinstance(simulator, ThreadsSimulator)
        return simulator

    def connect(self, label: str = "") -> AnyThreads:
        client = (self.world.connect_async if self._mode == "async" else self.world.connect)("threads")
        assert isinstance(client, Threads | AsyncThreads)
        client._core.pipeline.transport = Watch(client._core.transport, self.exchanges, label, None)
        return client


async def play(stage: Stage) -> None:
    """Do everything once."""
    client = stage.connect()
    await _log_in(stage)
    await settle(client.account.me())
    await settle(client.account.refresh_limits())
    await settle(client.account.inspect())
    await settle(client.account.quotas())
    first = await _publish(client)
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(limit=2))
    await collect(client.posts.iterate_replies(limit=2))
    await collect(client.posts.iterate_ghosts(limit=2))
    await collect(client.insights.posts([first]))
    await settle(client.insights.account())
    await settle(client.insights.audience())
    await _listen(stage, client)
    await _answer(stage, client, first)
    await _approve(stage, client)
    await _find(stage, client)
    await settle(client.posts.delete(first))


async def _log_in(stage: Stage) -> None:
    start, finish = stage.connect(label="login.start"), stage.connect(label="login.finish")
    url, state = await _called(stage, start, "start")
    parts = urlsplit(str(url))
    request = SimRequest.of("GET", f"{parts.path}?{parts.query}")
    answer = stage.simulator.handle(request)
    stage.exchanges.append(Exchange("login.start", request, answer))
    credentials = await _called(stage, finish, "finish", answer.headers["location"], state)
    stage.world.clock.advance(timedelta(days=59, hours=23))
    renewed: Any = type(start)(
        credentials,
        base_url=stage.world.address("threads"),
        transport=stage.connect(label="login.renew")._core.pipeline.transport,
    )
    await settle(renewed.account.me())
    stage.simulator._connections.clear()  # tokens of two months ago do not count any more
    client = stage.connect(label="account.me")
    await settle(client.account.me())


async def _called(stage: Stage, client: AnyThreads, name: str, *arguments: Any) -> Any:
    login = Login(
        "threads",
        client_id="9876543210",
        client_secret="sandbox-threads-secret",
        base_url=stage.world.address("threads"),
        redirect_uri=BACK,
        transport=client._core.pipeline.transport,
    )
    suspends = isinstance(client, AsyncThreads)
    return await settle(getattr(login, f"{name}_async" if suspends else name)(*arguments))


async def _publish(client: AnyThreads) -> Post:
    draft = Draft(text="Hello #tea", thread=[Draft(text="Two")], first_comment="Shop")
    first: Post = await settle(client.posts.publish(draft))
    for one in (
        Draft(text="All", quotes=first.id, options=[OPTIONS]),
        Draft(text="Which?", options=[ThreadsOptions(poll=["Tea", "Coffee"])]),
        Draft(text="Boo", options=[ThreadsOptions(ghost=True)]),
        Draft(text="A jacket", media=[picture()], options=[ThreadsOptions(spoiler=True)]),
        Draft(text="A film", media=[video()]),
        Draft(text="Both", media=[picture(), video()]),
        Draft(text="Below", reply_to=first.id),
    ):
        await settle(client.posts.publish(one))
    return first


async def _listen(stage: Stage, client: AnyThreads) -> None:
    stage.world.receive("threads", text="The best shop", author="ada")
    assert await collect(client.listening.search("#tea"))
    assert await collect(client.listening.search("best shop"))
    assert await collect(client.listening.posts_of("ada"))
    assert await settle(client.listening.places("Menlo Park"))


async def _answer(stage: Stage, client: AnyThreads, first: Post) -> None:
    stage.world.receive("threads", text="Do you ship?", reply_to=first.id)
    for message in await collect(client.inbox.iterate()):
        await settle(client.inbox.reply(message, "Thank you"))
    comment = next(iter(await collect(client.inbox.comments(first))))
    await settle(client.inbox.hide(comment))
    await settle(client.inbox.unhide(comment))
    await _lose(stage, client, "reply", lambda: client.inbox.reply(comment, "Here"))
    await _lose(stage, client, "hide", lambda: client.inbox.hide(comment))


async def _approve(stage: Stage, client: AnyThreads) -> None:
    asks = Draft(text="Ask us", options=[ThreadsOptions(approve_replies=True)])
    post = await settle(client.posts.publish(asks))
    for number in range(4):
        stage.world.receive("threads", text=f"Question {number}", reply_to=post.id)
    first, second, third, fourth = await collect(client.inbox.iterate_pending(post, limit=4))
    await settle(client.inbox.approve(first))
    await settle(client.inbox.ignore(second))
    await _lose(stage, client, "approve", lambda: client.inbox.approve(third))
    await _lose(stage, client, "ignore", lambda: client.inbox.ignore(fourth))


async def _find(stage: Stage, client: AnyThreads) -> None:
    for draft in (
        Draft(text="Lost"),
        Draft(text="Lost too", media=[picture()]),
        Draft(text="Lost and gone", options=[ThreadsOptions(ghost=True)]),
        Draft(text="Lost both", media=[picture(), picture()]),
    ):
        await _lose(stage, client, "publish", partial(client.posts.publish, draft))
    post: Post = await settle(client.posts.publish("Kept"))
    await settle(client.posts.repost(post))
    await _lose(stage, client, "repost", lambda: client.posts.repost(post))
    await _lose(stage, client, "delete", lambda: client.posts.delete(post))


async def _lose(
    stage: Stage, client: AnyThreads, name: str, call: Callable[[], Awaitable[Any] | Any]
) -> None:
    """Lose the answer of a write, and find out."""
    stage.world.fail("threads", name, Fault.DROP_AFTER_COMMIT)
    attempt: Attempt | None = None
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        attempt = error.attempt
    assert attempt is not None
    found = await settle(client.posts.find(attempt))
    assert found.state is FoundState.PUBLISHED, found
