"""Everything that a Facebook client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Post
from socialkit.platforms._login import Login
from socialkit.platforms.facebook import AsyncFacebook, Facebook, FacebookOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import picture, video
from tests.support import collect, settle
from tests.truth.repertoire import Watch
from tests.truth.specification import Exchange

AnyFacebook = Facebook | AsyncFacebook

BACK = "https://shop.example/back"


class Stage:
    """A world, its clients in one mode, and what passed between them."""

    def __init__(self, mode: str) -> None:
        self.world = Sandbox(seed=7)
        self.exchanges: list[Exchange] = []
        self.kinds: dict[str, str] = {}
        """Of what kind each node was when it was asked."""
        self._mode = mode

    @property
    def simulator(self) -> FacebookSimulator:
        simulator = self.world.simulator("facebook")
        assert isinstance(simulator, FacebookSimulator)
        return simulator

    def connect(self, label: str = "") -> AnyFacebook:
        client = (self.world.connect_async if self._mode == "async" else self.world.connect)("facebook")
        assert isinstance(client, Facebook | AsyncFacebook)
        watch = Watch(client._core.transport, self.exchanges, label, self._note)
        client._core.pipeline.transport = watch
        return client

    def _note(self, _operation: str, request: SimRequest) -> None:
        node = request.path.split("/")[2]
        kind = self.simulator._state.kind_of(node)
        if kind is not None:
            self.kinds[node] = kind


async def play(stage: Stage) -> None:
    """Do everything once."""
    client = stage.connect()
    await _log_in(stage)
    await settle(client.account.me())
    await settle(client.account.refresh_limits())
    await settle(client.account.inspect())
    await settle(client.account.subscribe())
    first = await _publish(client)
    await _schedule(stage, client)
    await settle(client.media.get(await settle(client.media.upload(video()))))
    await settle(client.media.get(await settle(client.media.upload(picture()))))
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(limit=2))
    films = [one for one in await collect(client.posts.iterate()) if one.text == "A film"]
    await collect(client.insights.posts([first, *films]))
    await settle(client.insights.account())
    await _advertise(stage)
    await _answer(stage, client, first)
    await _find(stage, client)
    await _change_by_video(stage, client)
    await settle(client.posts.edit(first, Draft(text="Hello again", media=[picture()])))
    await settle(client.posts.delete(first))


async def _log_in(stage: Stage) -> None:
    client = stage.connect(label="login.start")
    url, state = await _called(stage, client, "start")
    parts = urlsplit(str(url))
    request = SimRequest.of("GET", f"{parts.path}?{parts.query}")
    answer = stage.simulator.handle(request)
    stage.exchanges.append(Exchange("login.start", request, answer))
    back = answer.headers["location"]
    assert parse_qs(urlsplit(back).query)["code"]
    finishing = stage.connect(label="login.finish")
    credentials = await _called(stage, finishing, "finish", back, state)
    assert credentials.account_id is not None
    person: Any = type(client)(
        base_url=stage.world.address("facebook"),
        access_token=credentials.access_token,
        transport=stage.connect(label="account.pages")._core.pipeline.transport,
    )
    await settle(person.account.pages())


def _login(stage: Stage, client: AnyFacebook) -> Login:
    return Login(
        "facebook",
        client_id="1234567890",
        client_secret="sandbox-app-secret",
        base_url=stage.world.address("facebook"),
        redirect_uri=BACK,
        transport=client._core.pipeline.transport,
    )


async def _called(stage: Stage, client: AnyFacebook, name: str, *arguments: Any) -> Any:
    suspends = isinstance(client, AsyncFacebook)
    login = _login(stage, client)
    return await settle(getattr(login, f"{name}_async" if suspends else name)(*arguments))


async def _publish(client: AnyFacebook) -> Post:
    first: Post = await settle(
        client.posts.publish(Draft(text="Hello https://shop.example/tea", first_comment="Shop"))
    )
    for draft in (
        Draft(text="A jacket", media=[picture(), picture(alt_text=None)]),
        Draft(text="A card", options=[FacebookOptions(link="https://shop.example", place="17", tags=["18"])]),
        Draft(text="A film", media=[video()], options=[FacebookOptions(title="Autumn")]),
        Draft(text="A reel", media=[video()], options=[FacebookOptions(kind="reel", title="Autumn")]),
        Draft(text="", media=[video()], options=[FacebookOptions(kind="story")]),
        Draft(text="", media=[picture()], options=[FacebookOptions(kind="story")]),
    ):
        await settle(client.posts.publish(draft))
    return first


async def _schedule(stage: Stage, client: AnyFacebook) -> None:
    at = stage.world.clock.now() + timedelta(days=1)
    for draft in (
        Draft(text="Later", media=[picture()], options=[FacebookOptions(scheduled_at=at)]),
        Draft(text="Later", media=[video()], options=[FacebookOptions(scheduled_at=at)]),
        Draft(text="Later", media=[video()], options=[FacebookOptions(kind="reel", scheduled_at=at)]),
    ):
        planned: Post = await settle(client.posts.publish(draft))
        await settle(client.posts.reschedule(planned, at + timedelta(hours=1)))
        assert [one.id for one in await collect(client.posts.iterate_scheduled())] == [planned.id]
        await settle(client.posts.delete(planned))


async def _advertise(stage: Stage) -> None:
    token = stage.simulator.issue_token("main", scopes=("ads_read",))
    watch = stage.connect()._core.pipeline.transport
    kind = AsyncFacebook if stage._mode == "async" else Facebook
    buyer = kind(base_url=stage.world.address("facebook"), access_token=token, transport=watch)
    days = await collect(buyer.ads.insights("17", since=date(2026, 3, 1), until=date(2026, 3, 2)))
    assert len(days) == 4


async def _answer(stage: Stage, client: AnyFacebook, first: Post) -> None:
    for text, private in (("Do you ship?", False), ("My order is lost", True)):
        above = None if private else first.id
        stage.world.receive("facebook", text=text, private=private, reply_to=above)
    stage.world.receive("facebook", text="The best shop")
    for message in await collect(client.inbox.iterate()):
        await settle(client.inbox.reply(message, "Thank you"))
    comment = next(iter(await collect(client.inbox.comments(first))))
    await settle(client.inbox.reply(comment, "For you alone", private=True))
    await settle(client.inbox.like(comment))
    await settle(client.inbox.hide(comment))
    await settle(client.inbox.unhide(comment))
    await _lose(stage, client, "reply", lambda: client.inbox.reply(comment, "Here"))
    await _lose(stage, client, "like", lambda: client.inbox.like(comment))
    await _lose(stage, client, "hide", lambda: client.inbox.hide(comment))
    await _lose(stage, client, "delete", lambda: client.inbox.delete(comment))
    stage.world.receive("facebook", text="Spam", reply_to=first.id)
    await settle(client.inbox.delete((await collect(client.inbox.comments(first)))[-1]))


async def _find(stage: Stage, client: AnyFacebook) -> None:
    at = stage.world.clock.now() + timedelta(days=1)
    for draft in (
        Draft(text="Lost"),
        Draft(text="Lost too", media=[picture()]),
        Draft(text="Lost film", media=[video()]),
        Draft(text="Lost later", options=[FacebookOptions(scheduled_at=at)]),
        Draft(text="", media=[picture()], options=[FacebookOptions(kind="story")]),
    ):
        await _lose(stage, client, "publish", partial(client.posts.publish, draft))
    post: Post = await settle(client.posts.publish("Kept"))
    await _lose(stage, client, "edit", lambda: client.posts.edit(post, "Changed"))
    await _lose(stage, client, "delete", lambda: client.posts.delete(post))


async def _change_by_video(stage: Stage, client: AnyFacebook) -> None:
    """Do what is done to a post while its video alone is known."""
    at = stage.world.clock.now() + timedelta(days=1)
    stage.simulator.set_posts_told(after=timedelta(hours=1))
    draft = Draft(text="Late", media=[video()], options=[FacebookOptions(kind="reel", scheduled_at=at)])
    film = (await settle(client.posts.publish(draft))).media[0].id
    await settle(client.posts.edit(film, "Later"))
    await settle(client.posts.reschedule(film, at + timedelta(hours=1)))
    await collect(client.inbox.comments(film))
    await settle(client.posts.delete(film))


async def _lose(
    stage: Stage, client: AnyFacebook, name: str, call: Callable[[], Awaitable[Any] | Any]
) -> None:
    """Lose the answer of a write, and find out."""
    stage.world.fail("facebook", name, Fault.DROP_AFTER_COMMIT)
    attempt: Attempt | None = None
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        attempt = error.attempt
    assert attempt is not None
    found = await settle(client.posts.find(attempt))
    assert found.state is FoundState.PUBLISHED, found
