"""How an application's own tests use socialkit's simulators: no network, no mocks of ours.

Run it with `pytest examples/test_your_application.py`. The fixture `socialkit_world` comes with socialkit;
nothing needs to be imported or configured.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

import socialkit as sk

# The application ---------------------------------------------------------------------------


def announce(text: str) -> str:
    """Publish a text, and return what the shop's staff should read. It knows nothing of any test."""
    with sk.connect(
        "mastodon", base_url="https://mastodon.example", access_token="not-a-real-token"
    ) as client:
        try:
            return f"out: {client.posts.publish(text).url}"
        except sk.InvalidDraftError as error:
            return "; ".join(str(problem) for problem in error.problems)
        except sk.OutcomeUnknownError as error:
            return f"{client.posts.find(error.attempt).state.value}, after a broken line"


async def thank_everybody() -> int:
    """Thank for every mention, and return how many there were."""
    answered = 0
    async with sk.connect_async(
        "mastodon", base_url="https://mastodon.example", access_token="not-a-real-token"
    ) as client:
        async for message in client.inbox.iterate():
            await client.inbox.reply(message, "Thank you!")
            answered += 1
    return answered


# Its tests ---------------------------------------------------------------------------------


@pytest.fixture
def world(socialkit_world: sk.Sandbox) -> Generator[sk.Sandbox]:
    """Let every client that the application opens live in the simulated world."""
    with socialkit_world.install():
        yield socialkit_world


def test_an_announcement_is_published(world: sk.Sandbox) -> None:
    """The simulator's own posts are the truth, not what the client believes."""
    assert announce("Open on Sunday").startswith("out: https://")
    assert [post.text for post in world.posts("mastodon")] == ["Open on Sunday"]


def test_a_text_that_is_too_long_is_never_sent(world: sk.Sandbox) -> None:
    """The simulator has the limits of the platform."""
    assert announce("!" * 501) == "text is too long: 501, at most 500 graphemes"
    assert world.posts("mastodon") == []


def test_a_lost_answer_does_not_publish_twice(world: sk.Sandbox) -> None:
    """The platform commits, then the line breaks."""
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)

    assert announce("Open on Sunday") == "published, after a broken line"
    assert len(world.posts("mastodon")) == 1


def test_after_a_rate_limit_the_next_try_succeeds(world: sk.Sandbox) -> None:
    """The clock of the world stands still until a test moves it, so waiting costs no time."""
    world.fail("mastodon", "publish", sk.Fault.RATE_LIMITED)
    with pytest.raises(sk.RateLimitedError) as caught:
        announce("Open on Sunday")
    assert caught.value.retry_after is not None
    world.clock.advance(caught.value.retry_after)

    assert announce("Open on Sunday").startswith("out: ")


async def test_a_mention_is_answered(world: sk.Sandbox) -> None:
    """The same world serves async clients."""
    world.receive("mastodon", text="Lovely shop!", author="robin")

    assert await thank_everybody() == 1
    assert world.posts("mastodon")[0].text == "@robin Thank you!"
