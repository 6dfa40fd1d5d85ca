"""Everything that an Instagram client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Media, Post
from socialkit.platforms._login import Login
from socialkit.platforms.instagram import (
    INSTAGRAM_SCOPES,
    AsyncInstagram,
    Instagram,
    InstagramOptions,
    ProductTag,
    UserTag,
)
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.testing import video
from tests.support import collect, settle
from tests.truth.repertoire import Watch
from tests.truth.specification import Exchange

AnyInstagram = Instagram | AsyncInstagram

BACK = "https://shop.example/back"
STORY = InstagramOptions(kind="story", tags=[UserTag(username="ada")])
TAGGED = InstagramOptions(
    location="17",
    tags=[UserTag(username="ada", x=0.5, y=0.25)],
    collaborators=["ada"],
    ai_generated=True,
    paid_partnership=True,
    sponsors=["18"],
)
REEL = InstagramOptions(
    cover_url="https://shop.example/cover.jpg",
    audio_name="Leaves",
    share_to_feed=True,
    trial="performance",
)


def dot(alt_text: str | None = "A dot") -> Media:
    return Media.from_url("https://shop.example/dot.jpg", alt_text=alt_text)


def film() -> Media:
    return Media.from_url("https://shop.example/film.mp4")


class Stage:
    """A world of one login, its clients in one mode, and what passed between them."""

    def __init__(self, mode: str, login: str) -> None:
        self.world = Sandbox(seed=7)
        self.login = login
        self.simulator.login = login
        self.exchanges: list[Exchange] = []
        self.kinds: dict[str, str] = {"me": "Page" if login == "facebook" else "IGUser"}
        """Of what kind each node was when it was asked."""
        self._mode = mode

    @property
    def simulator(self) -> InstagramSimulator:
        simulator = self.world.simulator("instagram")
        assert isinstance(simulator, InstagramSimulator)
        return simulator

    def connect(self, label: str = "") -> AnyInstagram:
        client = (self.world.connect_async if self._mode == "async" else self.world.connect)("instagram")
        assert isinstance(client, Instagram | AsyncInstagram)
        watch = Watch(client._core.transport, self.exchanges, label, self._note)
        client._core.pipeline.transport = watch
        return client

    def _note(self, _operation: str, request: SimRequest) -> None:
        _, _, path = request.path.lstrip("/").partition("/")
        node = path.partition("/")[0]
        kind = self.simulator._state.kind_of(node)
        if kind is not None:
            self.kinds[node] = kind


async def play(stage: Stage) -> None:
    """Do everything once."""
    client = stage.connect()
    await _log_in(stage)
    await settle(client.account.me())
    await settle(client.account.refresh_limits())
    await settle(client.account.subscribe())
    first = await _publish(client)
    await settle(client.account.publishing_limit())
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(limit=2))
    assert len(await collect(client.posts.iterate_stories())) == 2
    await settle(client.posts.switch_comments(first, on=True))
    await collect(client.insights.posts([one.id for one in await collect(client.posts.iterate())]))
    await collect(client.insights.posts(await collect(client.posts.iterate_stories())))
    await settle(client.insights.account())
    await settle(client.insights.audience())
    await _answer(stage, client, first)
    if stage.login == "facebook":
        await settle(client.account.inspect())
        await collect(client.listening.search("#autumn"))
        await collect(client.listening.search_top("#autumn"))
        await settle(client.listening.profile("main"))
        opened = stage.connect()
        given: dict[str, Any] = {**stage.simulator.connection(), "deletes": True}
        deleting: Any = type(client)(
            base_url=stage.world.address("instagram"),
            transport=opened._core.pipeline.transport,
            **given,
        )
        await settle(deleting.posts.delete(first))
    for draft in (Draft(text="Lost", media=[dot()]), Draft(text="", media=[dot()], options=[STORY])):
        await _lose(stage, client, "publish", partial(client.posts.publish, draft))


async def _log_in(stage: Stage) -> None:
    client = stage.connect(label="login.start")
    url, state = await _called(stage, client, "start")
    parts = urlsplit(str(url))
    request = SimRequest.of("GET", f"{parts.path}?{parts.query}")
    answer = stage.simulator.handle(request)
    stage.exchanges.append(Exchange("login.start", request, answer))
    finishing = stage.connect(label="login.finish")
    credentials = await _called(stage, finishing, "finish", answer.headers["location"], state)
    assert credentials.account_id is not None
    if stage.login == "facebook":
        person = stage.simulator._state.issue(
            stage.simulator._state.user("Somebody").id, "USER", state.scopes, timedelta(days=60)
        )
        opened: Any = type(client)(
            base_url=stage.world.address("instagram"),
            access_token=person.value,
            transport=stage.connect(label="account.accounts")._core.pipeline.transport,
        )
        await settle(opened.account.accounts())


async def _called(stage: Stage, client: AnyInstagram, name: str, *arguments: Any) -> Any:
    login = Login(
        "instagram",
        client_id="1234567890",
        client_secret="sandbox-app-secret",
        base_url=stage.world.address("instagram"),
        redirect_uri=BACK,
        scopes=INSTAGRAM_SCOPES if stage.login == "instagram" else (),
        transport=client._core.pipeline.transport,
    )
    suspends = isinstance(client, AsyncInstagram)
    return await settle(getattr(login, f"{name}_async" if suspends else name)(*arguments))


async def _publish(client: AnyInstagram) -> Post:
    first: Post = await settle(
        client.posts.publish(Draft(text="Hello #autumn", media=[dot()], first_comment="Shop"))
    )
    goods = (ProductTag(product_id="19", x=0.5, y=0.75),) if client.login == "facebook" else ()
    for draft in (
        Draft(text="Tagged", media=[dot()], options=[TAGGED.model_copy(update={"products": goods})]),
        Draft(text="Several", media=[dot(), dot(None), film()]),
        Draft(text="A reel", media=[film()], options=[REEL]),
        Draft(text="A film", media=[video()], options=[InstagramOptions(cover_at=timedelta(seconds=1))]),
        Draft(text="", media=[dot()], options=[STORY]),
        Draft(text="", media=[video()], options=[STORY]),
    ):
        await settle(client.posts.publish(draft))
    return first


async def _answer(stage: Stage, client: AnyInstagram, first: Post) -> None:
    stage.world.receive("instagram", text="Do you ship?", reply_to=first.id)
    stage.world.receive("instagram", text="My order is lost", private=True)
    stage.world.receive("instagram", text="The best shop")
    for message in await collect(client.inbox.iterate()):
        await settle(client.inbox.reply(message, "Thank you"))
    comment = next(iter(await collect(client.inbox.comments(first))))
    await settle(client.inbox.reply(comment, "For you alone", private=True))
    await settle(client.inbox.hide(comment))
    await settle(client.inbox.unhide(comment))
    await _lose(stage, client, "reply", lambda: client.inbox.reply(comment, "Here"))
    await _lose(stage, client, "hide", lambda: client.inbox.hide(comment))
    await _lose(stage, client, "delete", lambda: client.inbox.delete(comment))
    stage.world.receive("instagram", text="Spam", reply_to=first.id)
    await settle(client.inbox.delete((await collect(client.inbox.comments(first)))[-1]))


async def _lose(
    stage: Stage, client: AnyInstagram, name: str, call: Callable[[], Awaitable[Any] | Any]
) -> None:
    """Lose the answer of a write, and find out."""
    stage.world.fail("instagram", name, Fault.DROP_AFTER_COMMIT)
    attempt: Attempt | None = None
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        attempt = error.attempt
    assert attempt is not None
    found = await settle(client.posts.find(attempt))
    assert found.state is FoundState.PUBLISHED, found
