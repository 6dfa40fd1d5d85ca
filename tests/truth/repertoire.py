"""Everything that a Mastodon client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Media, Post, Visibility
from socialkit.platforms import Mastodon, MastodonOptions, Poll
from socialkit.platforms._login import Login
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._world._carrier import to_sim_request
from socialkit.testing import gif, picture, video
from socialkit.transport import OpenAnswer, Request, Response, Transport
from tests.support import collect, settle
from tests.truth.recordings import AnyMastodon
from tests.truth.specification import Exchange

T = TypeVar("T")

BACK = "https://shop.example/back"

Forward = Callable[[str, SimRequest], None]
"""Gets each request before it is answered, with the operation behind it."""


class Watch:
    """Carries requests into the world and notes every exchange."""

    def __init__(self, inner: Transport, seen: list[Exchange], label: str, forward: Forward | None) -> None:
        self._inner = inner
        self._seen = seen
        self._label = label
        self._forward = forward

    async def send(self, request: Request, /) -> Response:
        operation, sent = request.operation or self._label, to_sim_request(request)
        if self._forward is not None:
            self._forward(operation, sent)
        answer = await self._inner.send(request)
        self._seen.append(
            Exchange(operation, sent, SimResponse(answer.status, answer.headers, answer.content))
        )
        return answer

    async def stream(self, request: Request, /) -> OpenAnswer:
        operation, sent = request.operation or self._label, to_sim_request(request)
        if self._forward is not None:
            self._forward(operation, sent)
        answer = await self._inner.stream(request)
        head = answer.response
        self._seen.append(Exchange(operation, sent, SimResponse(head.status, head.headers, head.content)))
        return answer

    async def sleep(self, seconds: float, /) -> None:
        await self._inner.sleep(seconds)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        return self._inner.lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return await self._inner.gather(*calls)

    async def offload(self, call: Any, /, *args: Any) -> Any:
        return await self._inner.offload(call, *args)

    def now(self) -> datetime:
        return self._inner.now()

    def steady(self) -> float:
        return self._inner.steady()

    async def close(self) -> None:
        await self._inner.close()


class Stage:
    """A world, its clients in one mode, and what passed between them."""

    def __init__(self, mode: str, forward: Forward | None = None) -> None:
        self.world = Sandbox(seed=7)
        self.exchanges: list[Exchange] = []
        self._mode = mode
        self._forward = forward

    def connect(self, account: str = "main", label: str = "") -> AnyMastodon:
        connect = self.world.connect_async if self._mode == "async" else self.world.connect
        client = connect("mastodon", account)
        watch = Watch(client._core.transport, self.exchanges, label, self._forward)
        client._core.pipeline.transport = watch
        return client

    def note(self, operation: str, request: SimRequest, response: SimResponse) -> None:
        """Note what somebody else than a client sent, such as a browser."""
        if self._forward is not None:
            self._forward(operation, request)
        self.exchanges.append(Exchange(operation, request, response))


async def play(stage: Stage) -> None:
    """Do everything once."""
    client = stage.connect()
    await _log_in(stage)
    await settle(client.account.me())
    await settle(client.account.refresh_limits())
    first = await _publish(stage, client)
    await _schedule(stage, client)
    await _upload(client)
    await _read(stage, client, first)
    await _answer(stage, client, first)
    await _listen(client)
    await _find(stage, client)
    await settle(client.posts.edit(first, Draft(text="Hello again #tea", media=[picture()])))
    await settle(client.posts.delete(first))


async def _log_in(stage: Stage) -> None:
    client = stage.connect(label="login.start")
    login = _login(stage, client)
    url, state = login.start() if isinstance(client, Mastodon) else await login.start_async()
    code = _agree(stage, url)
    back = stage.connect(label="login.finish")
    login = _login(stage, back)
    if isinstance(client, Mastodon):
        login.finish(code, state)
    else:
        await login.finish_async(code, state)


def _login(stage: Stage, client: AnyMastodon) -> Login:
    return Login(
        "mastodon",
        base_url=stage.world.address("mastodon"),
        redirect_uri=BACK,
        transport=client._core.transport,
    )


def _agree(stage: Stage, url: str) -> str:
    """Do what a person does in a browser, and return the address that they come back to."""
    parts = urlsplit(url)
    request = SimRequest.of("GET", f"{parts.path}?{parts.query}")
    answer = stage.world.simulator("mastodon").handle(request)
    back = answer.headers["location"]
    assert parse_qs(urlsplit(back).query)["code"]
    # The document knows the page that asks; the simulated person has agreed at once.
    stage.note("login.start", request, SimResponse.html("<title>Agree?</title>"))
    return back


async def _publish(stage: Stage, client: AnyMastodon) -> Post:
    first = await settle(client.posts.publish("Hello #tea https://shop.example/tea"))
    jacket = Draft(
        text="A jacket",
        media=[picture().model_copy(update={"focus": (0.0, 0.5)}), picture(alt_text=None)],
        language="en",
        visibility=Visibility.UNLISTED,
    )
    drawn = Media.from_bytes(gif(), filename="drawn.gif")
    thread = Draft(
        text="One", thread=[Draft(text="Two", media=[drawn])], first_comment="https://shop.example"
    )
    poll = MastodonOptions(
        content_warning="Food",
        sensitive=True,
        quote_policy="followers",
        poll=Poll(choices=["Tea", "Coffee"], duration=timedelta(hours=1), multiple=True, hide_totals=True),
    )
    for draft in (
        jacket,
        thread,
        Draft(text="Which?", options=[poll]),
        Draft(text="Look at this", quotes=first.id),
        Draft(text="And this", reply_to=first.id, visibility=Visibility.FOLLOWERS),
    ):
        await settle(client.posts.publish(draft))
    asked = await settle(client.posts.publish(Draft(text="Which?", options=[poll])))
    await settle(client.posts.edit(asked, "Which one?"))
    return first


async def _schedule(stage: Stage, client: AnyMastodon) -> None:
    at = stage.world.clock.now() + timedelta(days=1)
    later = Draft(text="Later", media=[picture()], options=[MastodonOptions(scheduled_at=at)])
    planned = await settle(client.posts.publish(later))
    await settle(client.posts.reschedule(planned, at + timedelta(hours=1)))
    assert [one.id for one in await collect(client.posts.iterate_scheduled())] == [planned.id]
    await collect(client.posts.iterate_scheduled(cursor=f"limit=1&max_id={planned.id}"))
    await settle(client.posts.delete(planned))


async def _upload(client: AnyMastodon) -> None:
    film = await settle(client.media.upload(video()))
    await settle(client.media.get(film))


async def _read(stage: Stage, client: AnyMastodon, first: Post) -> None:
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(since=stage.world.clock.now() - timedelta(days=1), limit=100))
    await collect(client.posts.iterate(cursor="limit=1&max_id=9"))
    await collect(client.insights.posts([first, "1"]))
    await settle(client.insights.account())


async def _answer(stage: Stage, client: AnyMastodon, first: Post) -> None:
    stage.world.receive("mastodon", text="Do you ship?", reply_to=first.id)
    stage.world.receive("mastodon", text="My order is lost", private=True)
    stage.world.receive("mastodon", kind="follow")
    messages = await collect(client.inbox.iterate(notices=True))
    await collect(client.inbox.iterate(cursor="limit=1&max_id=1"))
    await collect(client.inbox.stream(cursor="0", limit=1))
    for message in messages:
        if message.text:
            await settle(client.inbox.reply(message, "Yes"))
    comment = (await collect(client.inbox.comments(first)))[0]
    await settle(client.inbox.reply(comment, "For you alone", private=True))
    await settle(client.inbox.like(comment))


async def _listen(client: AnyMastodon) -> None:
    await collect(client.listening.search("#tea"))
    await collect(client.listening.search("#tea", cursor="limit=1&max_id=1"))
    await collect(client.listening.search("jacket"))
    await collect(client.listening.trends(limit=30))
    await settle(client.listening.profile("@customer"))


async def _find(stage: Stage, client: AnyMastodon) -> None:
    at = stage.world.clock.now() + timedelta(days=1)
    scheduled = Draft(text="Lost later", options=[MastodonOptions(scheduled_at=at)])
    for draft in (Draft(text="Lost"), Draft(text="Lost too", media=[picture()]), scheduled):
        await _lose(stage, client, "publish", partial(client.posts.publish, draft))
    post = await settle(client.posts.publish("Kept"))
    await _lose(stage, client, "edit", lambda: client.posts.edit(post, "Changed"))
    stage.world.receive("mastodon", text="Hello?")
    message = (await collect(client.inbox.iterate(limit=1)))[0]
    await _lose(stage, client, "reply", lambda: client.inbox.reply(message, "Here"))
    await _lose(stage, client, "delete", lambda: client.posts.delete(post))


async def _lose(
    stage: Stage, client: AnyMastodon, name: str, call: Callable[[], Awaitable[Any] | Any]
) -> None:
    """Lose the answer of a write, and find out."""
    stage.world.fail("mastodon", name, Fault.DROP_AFTER_COMMIT)
    attempt: Attempt | None = None
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        attempt = error.attempt
    assert attempt is not None
    found = await settle(client.posts.find(attempt))
    assert found.state is FoundState.PUBLISHED, found
