"""What the parts of the suite share: the world, the clients in it, and what differs between platforms."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, cast

import pytest

from socialkit.errors import SocialKitError
from socialkit.models import Capability, Draft, Media, Message, PlatformOptions, Post
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms import find
from socialkit.platforms.base import PlatformFacts
from socialkit.sandbox import Sandbox, SimPost
from socialkit.testing._builders import picture
from socialkit.testing._helpers import collect, settle
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Retry, Transport, default_transport

__all__ = ["PATIENT", "Bench", "Seat", "Suite", "failure"]

PATIENT: Final = Retry(longest_wait=timedelta(days=1))
"""Waits as long as a platform asks: the clock is simulated."""


@dataclass(frozen=True)
class Seat:
    """One account's client, and all that it sends."""

    client: Any
    """Of either mode; take results with `settle` and `collect`."""
    sent: RecordingTransport


class Bench:
    """A world with clients of one platform in it, all of one mode."""

    def __init__(self, world: Sandbox, platform: str, mode: type[Mode]) -> None:
        self.world = world
        self.platform = platform
        self.mode = mode
        self.facts: PlatformFacts = find(platform).load_facts()
        self._main: Seat | None = None

    @property
    def main(self) -> Seat:
        """The seat of the account `main`, patient with limits."""
        if self._main is None:
            self._main = self.seat()
        return self._main

    @property
    def client(self) -> Any:
        """The client of the account `main`."""
        return self.main.client

    def seat(
        self,
        account: str = "main",
        *,
        retry: Retry = PATIENT,
        around: Callable[[Transport], Transport] | None = None,
    ) -> Seat:
        """Return another client of an account, with its own transport."""
        registration = find(self.platform)
        with self.world.install():
            network = default_transport(self.mode, self.platform)
        sent = RecordingTransport(network if around is None else around(network))
        kind: Any = registration.load_async_client() if self.mode is Async else registration.load_client()
        arguments: dict[str, Any] = {**self.world.simulator(self.platform).connection(account)}
        base_url = self.world.address(self.platform)
        arguments |= self.world.hosting(kind)
        return Seat(kind(base_url=base_url, transport=sent, retry=retry, **arguments), sent)

    def posts(self) -> list[SimPost]:
        """Return what the account `main` has published: the simulator's own truth."""
        return self.world.posts(self.platform)

    def needs(self, *capabilities: Capability) -> None:
        """Skip the test where the platform does not declare a capability."""
        for capability in capabilities:
            if capability not in self.facts.capabilities:
                pytest.skip(f"{self.platform} does not declare: {capability.value}")


class Suite:
    """What differs between platforms, and the fixtures of every test."""

    platform: ClassVar[str]
    """The name under which it is registered."""
    repeatable: ClassVar[frozenset[str]] = frozenset()
    """Writes that the platform guarantees to do once, however often they are sent: they never end unknown."""
    enums: ClassVar[frozenset[str]] = frozenset()
    """Fields of its answers whose values are one of a list."""
    options: ClassVar[tuple[PlatformOptions, ...]] = ()
    """Options of drafts that together give each field once: they are kept as JSON, and read back the same."""
    many: ClassVar[int] = 45
    """More posts than one page holds."""
    processing: ClassVar[bool] = True
    """Whether videos are processed after their upload."""
    notices: ClassVar[bool] = True
    """Whether likes stand in the inbox when asked for."""
    first_comments: ClassVar[bool] = True
    """Whether a first comment is a post of the account like any other."""
    alt_texts_told: ClassVar[bool] = True
    """Whether a post that is read tells the alt texts of its files."""
    server_limits: ClassVar[bool] = True
    """Whether the server itself tells its limits."""
    uploads: ClassVar[bool] = True
    """Whether a file can be uploaded by itself, before there is a post for it."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Mark what is awaited, so that the suite runs in every mode of pytest-asyncio."""
        super().__init_subclass__(**arguments)
        for name, value in vars(cls).copy().items():
            if name.startswith("test_") and inspect.iscoroutinefunction(value):
                setattr(cls, name, pytest.mark.asyncio(value))

    @pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
    def bench(self, request: pytest.FixtureRequest, socialkit_world: Sandbox) -> Bench:
        """A new world and the mode of its clients."""
        return Bench(socialkit_world, self.platform, request.param)

    # What a platform may override ------------------------------------------------------------

    def draft(self, text: str = "Autumn is here") -> Draft:
        """Return the smallest draft that the platform takes."""
        return Draft(text=text)

    def picture(self, *, alt_text: str | None = "A black dot") -> Media:
        """Return a picture that the platform takes from a client without a media host."""
        return picture(alt_text=alt_text)

    def revoke(self, world: Sandbox) -> None:
        """Have the platform revoke the tokens of the account `main`."""
        cast("Any", world.simulator(self.platform)).revoke_token()

    def expire(self, world: Sandbox) -> None:
        """Let the tokens of the account `main` run out."""
        cast("Any", world.simulator(self.platform)).expire_token()

    def fail_processing(self, world: Sandbox) -> None:
        """Have the platform fail to process the next video."""
        cast("Any", world.simulator(self.platform)).fail_processing()

    def replies(self, world: Sandbox, message: str) -> list[SimPost]:
        """Return the answers of the account `main` to a message: the simulator's own truth."""
        return [one for one in world.posts(self.platform) if one.reply_to == message]

    def likes(self, world: Sandbox, message: str) -> int:
        """Return how often a message is liked: the simulator's own truth."""
        raise NotImplementedError

    def hidden(self, world: Sandbox, message: str) -> bool:
        """Return whether a message is hidden: the simulator's own truth."""
        raise NotImplementedError

    def deleted(self, world: Sandbox, message: str) -> bool:
        """Return whether a comment is gone: the simulator's own truth."""
        raise NotImplementedError

    # What tests use ------------------------------------------------------------------------------

    async def published(self, bench: Bench, text: str = "Autumn is here") -> Post:
        """Publish a post from the account `main`."""
        post: Post = await settle(bench.client.posts.publish(self.draft(text)))
        return post

    def needs_unknown(self, write: str) -> None:
        """Skip where a write never ends unknown."""
        if write in self.repeatable:
            pytest.skip(f"{self.platform} does {write} once, however often it is sent")

    async def commented(self, bench: Bench, text: str = "Where is my order?") -> Message:
        """Have a customer write under a post of the account `main`; return the message."""
        bench.needs(Capability.PUBLISH, Capability.COMMENTS)
        above = await self.published(bench)
        wanted = bench.world.receive(self.platform, text=text, reply_to=above.id)
        messages: list[Message] = await collect(bench.client.inbox.comments(above))
        return next(one for one in messages if one.id == wanted)

    async def received(
        self, bench: Bench, text: str = "Where is my order?", *, private: bool = False
    ) -> Message:
        """Have a customer write, under a post where the platform knows no other way; return the message."""
        capable = bench.facts.capabilities
        above = None
        if Capability.MENTIONS not in capable and not private:
            bench.needs(Capability.COMMENTS)
            above = (await self.published(bench)).id
        wanted = bench.world.receive(self.platform, text=text, private=private, reply_to=above)
        messages: list[Message] = await collect(bench.client.inbox.iterate())
        return next(one for one in messages if one.id == wanted)


async def failure(result: Any) -> SocialKitError | None:
    """Return the error that an operation of an async client ends with, if any."""
    try:
        await settle(result)
    except SocialKitError as error:
        return error
    return None
