"""What became of writes, where X has no key that would tell."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import ConflictError, OutcomeUnknownError
from socialkit.models import Attempt, Draft, Found, FoundState
from socialkit.sandbox import Fault
from socialkit.testing import collect, picture, settle
from socialkit.transport import Request, Response
from tests.platforms.x.conftest import Place


async def lost(
    place: Place, client: Any, draft: Draft | str, fault: Fault = Fault.DROP_AFTER_COMMIT
) -> Attempt:
    place.world.fail("x", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(draft))
    assert caught.value.attempt is not None
    return Attempt.model_validate_json(caught.value.attempt.model_dump_json())


class Twice:
    """A line on which something repeats each new post, and gives the second answer."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, request: Request, /) -> Response:
        if request.method == "POST" and request.url.endswith("/2/tweets"):
            await self._inner.send(request)
        answer: Response = await self._inner.send(request)
        return answer


async def test_a_duplicate_that_is_this_very_post_is_it(place: Place) -> None:
    client = place.client(transport=Twice(place.transport()))
    post = await settle(client.posts.publish("Autumn is here"))

    (truth,) = place.x.posts()
    assert (post.id, post.text) == (truth.id, "Autumn is here")


async def test_a_duplicate_of_an_older_post_is_refused_and_nothing_is_written(place: Place) -> None:
    client = place.client()
    await settle(client.posts.publish("Autumn is here"))
    with pytest.raises(ConflictError, match="duplicate content") as caught:
        await settle(client.posts.publish("Autumn is here"))

    assert (caught.value.written, caught.value.code) == (False, "duplicate")
    assert len(place.x.posts()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "See https://shop.example/a?b=c&d=e and shop.com/x",
        "Fish & chips <b>now</b> &amp; later",
        "Cafe\u0301 au lait",
        "https://shop.example/",
    ],
)
async def test_a_lost_post_is_found_whatever_x_did_to_its_text(place: Place, text: str) -> None:
    client = place.client()
    found: Found = await settle(client.posts.find(await lost(place, client, text)))

    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert client.posts.differences(found.post, text) == ()


async def test_of_two_equal_posts_each_attempt_finds_its_own(place: Place) -> None:
    client = place.client()
    drafts = [Draft(text="Look", media=[picture(alt_text=name)]) for name in ("One", "Two")]
    attempts = [await lost(place, client, draft) for draft in drafts]
    found = [(await settle(client.posts.find(one))).post for one in attempts]

    assert [one.media[0].alt_text for one in found] == ["One", "Two"]


async def test_a_post_that_is_anothers_is_not_taken(place: Place) -> None:
    client = place.client()
    attempt = await lost(place, client, "Autumn is here")
    (truth,) = place.x.posts()
    taken = attempt.model_copy(update={"taken": (truth.id,)})

    assert (await settle(client.posts.find(taken))).state is not FoundState.PUBLISHED


async def test_an_answer_that_is_lost_is_found_with_the_name_that_x_put_before_it(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Where is my order?")
    (message,) = await collect(client.inbox.iterate())
    place.world.fail("x", "reply", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, "It is on its way"))
    found = await settle(client.posts.find(caught.value.attempt))

    (answer,) = place.x.posts()
    assert answer.text == "@customer It is on its way"
    assert (found.state, found.post.id) == (FoundState.PUBLISHED, answer.id)


async def test_a_private_answer_from_before_is_not_taken_for_the_lost_one(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Hello", private=True)
    (message,) = await collect(client.inbox.iterate())
    await settle(client.inbox.reply(message, "Thank you"))
    for fault, state in (
        (Fault.DROP_BEFORE_COMMIT, FoundState.ABSENT),
        (Fault.DROP_AFTER_COMMIT, FoundState.PUBLISHED),
    ):
        place.world.fail("x", "reply", fault)
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(client.inbox.reply(message, "Thank you"))
        place.world.clock.advance(600)

        assert (await settle(client.posts.find(caught.value.attempt))).state is state


async def test_what_was_there_before_decides_and_without_it_nobody_does(place: Place) -> None:
    client = place.client()
    attempt = await lost(place, client, "Autumn is here")
    bare = attempt.model_copy(update={"results": {}})

    assert (await settle(client.posts.find(bare))).state is FoundState.UNDECIDED
