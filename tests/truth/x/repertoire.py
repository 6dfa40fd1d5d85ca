"""Everything that an X client can be asked for, done once in a simulated world and watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

import pytest

from socialkit.errors import ConflictError, OutcomeUnknownError
from socialkit.models import Attempt, Draft, FoundState, Media, MessageKind, Post
from socialkit.operations import Async, Sync
from socialkit.platforms import X_OAUTH1_LOGIN, AsyncX, X, XOptions, XPoll
from socialkit.platforms._login import Login
from socialkit.sandbox import Fault, Sandbox, SimRequest
from socialkit.sandbox.x import XSimulator
from socialkit.testing import gif, picture, video
from socialkit.transport import default_transport
from tests.support import collect, settle
from tests.truth.operations import LOGIN
from tests.truth.repertoire import BACK, Forward, Watch
from tests.truth.specification import Exchange
from tests.truth.x.recordings import AnyX

UNSEEN: Final = LOGIN | {"account.refresh_limits"}
"""What the document only names, and what needs no request."""


class Stage:
    """A world, its clients in one mode and vocabulary, and what passed between them."""

    def __init__(
        self, mode: str, vocabulary: Literal["tweet", "post"] = "tweet", forward: Forward | None = None
    ) -> None:
        self.world = Sandbox(seed=7)
        self.exchanges: list[Exchange] = []
        self.blocking = mode == "blocking"
        self._forward = forward
        self.simulator.set_vocabulary(vocabulary)

    @property
    def simulator(self) -> XSimulator:
        return cast("XSimulator", self.world.simulator("x"))

    def transport(self, label: str = "") -> Watch:
        with self.world.install():
            inner = default_transport(Sync if self.blocking else Async, "x")
        return Watch(inner, self.exchanges, label, self._forward)

    def client(self, account: str = "main", **given: Any) -> AnyX:
        kind = X if self.blocking else AsyncX
        login: dict[str, Any] = given or {**self.simulator.connection(account)}
        return kind(base_url=self.world.address("x"), transport=self.transport(), **login)


async def play(stage: Stage) -> None:
    """Do everything once, as an app that anybody can have and as one with a contract."""
    await _log_in(stage)
    client = stage.client()
    await settle(client.account.me())
    await settle(client.account.refresh_limits())
    first = await _publish(client)
    await _upload(client)
    await _read(stage, client, first)
    await _answer(stage, client, first)
    await _listen(client)
    await _find(stage, client)
    await settle(client.posts.delete(first))
    await _for_the_app(stage.client(**stage.simulator.issue_keys()), client)
    await _edit(stage)
    stage.simulator.set_tier(self_serve=False)
    await _by_contract(stage, stage.client())


async def _log_in(stage: Stage) -> None:
    app, address = stage.simulator.app(), stage.world.address("x")
    for flow in (None, X_OAUTH1_LOGIN):
        login = Login(
            "x",
            redirect_uri=BACK,
            base_url=address,
            flow=flow,
            transport=stage.transport("login.start"),
            **app,
        )
        url, state = login.start() if stage.blocking else await login.start_async()
        parts = urlsplit(url)
        answer = stage.simulator.handle(SimRequest.of("GET", f"{parts.path}?{parts.query}"))
        back = answer.headers["location"]
        if stage.blocking:
            login.finish(back, state)
        else:
            await login.finish_async(back, state)


async def _publish(client: AnyX) -> Post:
    first = await settle(
        client.posts.publish(
            Draft(text="One https://shop.example", thread=[Draft(text="Two")], first_comment="Three")
        )
    )
    several = Draft(text="Look", media=[picture(alt_text=f"Dot {number}") for number in range(4)])
    moving = Draft(media=[Media.from_bytes(gif(frames=2), filename="dot.gif", alt_text="A dot")])
    asked = XOptions(poll=XPoll(choices=["Tea", "Coffee"], duration=timedelta(hours=1)), replies="following")
    disclosed = XOptions(made_with_ai=True, paid_partnership=True, place="df51dec6f4ee2b2c", community="7")
    tagged = XOptions(tagged_users=["7"])
    for draft in (
        several,
        moving,
        Draft(text="Film", media=[video()]),
        Draft(text="Which?", options=[asked]),
        Draft(text="Disclosed", options=[disclosed]),
        Draft(text="Tagged", media=[picture()], options=[tagged]),
    ):
        await settle(client.posts.publish(draft))
    return first


async def _upload(client: AnyX) -> None:
    film = await settle(client.media.upload(video()))
    await settle(client.media.get(film))


async def _read(stage: Stage, client: AnyX, first: Post) -> None:
    await settle(client.posts.get(first))
    await collect(client.posts.iterate(since=stage.world.clock.now() - timedelta(days=1), limit=7))
    await collect(client.posts.iterate(limit=6))
    await collect(client.insights.posts([first, "1"]))
    await collect(client.insights.private([first]))
    await settle(client.insights.account())


async def _answer(stage: Stage, client: AnyX, first: Post) -> None:
    stage.world.receive("x", text="Do you ship?", reply_to=first.id)
    stage.world.receive("x", text="My order is lost", private=True)
    for message in await collect(client.inbox.iterate()):
        await settle(client.inbox.reply(message, f"Yes, {message.kind.value}"))
    await collect(client.inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE], limit=1))
    comment = (await collect(client.inbox.comments(first)))[0]
    await settle(client.inbox.reply(comment, "For you alone", private=True))
    await settle(client.inbox.hide(comment))
    await settle(client.inbox.unhide(comment))


async def _listen(client: AnyX) -> None:
    await collect(client.listening.search("#tea", limit=3))
    await settle(client.listening.volume("tea", granularity="day"))
    await settle(client.listening.profile("@customer"))


async def _find(stage: Stage, client: AnyX) -> None:
    for draft in (Draft(text="Lost"), Draft(text="Lost too", media=[picture()])):
        await _lose(stage, client, "publish", partial(client.posts.publish, draft))
    stage.world.receive("x", text="Hello?")
    stage.world.receive("x", text="Hello in private?", private=True)
    for message in await collect(client.inbox.iterate(limit=2)):
        await _lose(stage, client, "reply", partial(client.inbox.reply, message, f"Here, {message.id}"))
    post = await settle(client.posts.publish("Kept"))
    with pytest.raises(ConflictError):
        await settle(client.posts.publish("Kept"))
    await _lose(stage, client, "delete", lambda: client.posts.delete(post))


async def _for_the_app(client: AnyX, person: AnyX) -> None:
    """Ask what the app alone may, and subscribe as a person: the mock takes no signatures of OAuth 1.0a."""
    await settle(client.account.usage(days=90))
    await settle(client.listening.volume("tea"))
    hook = await settle(client.account.register_webhook("https://shop.example/x"))
    await settle(client.account.webhooks())
    for one in await settle(person.account.subscribe(hook)):
        await settle(client.account.unsubscribe(one))
    await settle(client.account.subscriptions())
    await settle(client.account.remove_webhook(hook))


async def _edit(stage: Stage) -> None:
    stage.simulator.set_premium(pays=True)
    client = stage.client(premium=True, **stage.simulator.connection())
    post = await settle(client.posts.publish("Open on Sunday"))
    edited = await settle(client.posts.edit(post, "Open on Monday " * 30))
    await settle(client.posts.get(edited))
    await _lose(stage, client, "edit", partial(client.posts.edit, post, "Open on Tuesday"))
    stage.simulator.set_premium(pays=False)


async def _by_contract(stage: Stage, client: AnyX) -> None:
    identity = stage.world.receive("x", text="We like you")
    message = next(one for one in await collect(client.inbox.iterate()) if one.id == identity)
    await settle(client.posts.publish(Draft(text="They like us", quotes=message.id)))
    await settle(client.inbox.like(message))
    await _lose(stage, client, "like", lambda: client.inbox.like(message))


async def _lose(stage: Stage, client: AnyX, name: str, call: Callable[[], Awaitable[Any] | Any]) -> None:
    """Lose the answer of a write, and find out."""
    stage.world.fail("x", name, Fault.DROP_AFTER_COMMIT)
    attempt: Attempt | None = None
    try:
        await settle(call())
    except OutcomeUnknownError as error:
        attempt = error.attempt
    assert attempt is not None
    found = await settle(client.posts.find(attempt))
    assert found.state is FoundState.PUBLISHED, found
