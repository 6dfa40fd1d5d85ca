"""Posts of accounts that pay, changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError, NotSupportedError, OutcomeUnknownError
from socialkit.models import Attempt, Capability, Draft, FoundState
from socialkit.platforms import XOptions, XPoll
from socialkit.sandbox import Fault
from socialkit.testing import collect, picture, settle
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer


@pytest.fixture
def client(place: Place) -> Any:
    place.x.set_premium(pays=True)
    return place.client(premium=True)


async def test_an_edit_is_a_new_version_and_the_one_before_stands_in_no_list(
    place: Place, client: Any
) -> None:
    post = await settle(client.posts.publish("Open on Sunday https://shop.example"))
    place.world.clock.advance(60)
    edited = await settle(client.posts.edit(post, "Open on Monday https://shop.example"))
    again = await settle(
        client.posts.edit(post, "Open on Tuesday")
    )  # after the newest version, whoever names which

    assert len({post.id, edited.id, again.id}) == 3
    assert again.edited_at == place.world.clock.now()
    assert [(one.id, one.text) for one in await collect(client.posts.iterate())] == [
        (again.id, "Open on Tuesday")
    ]
    assert (
        client.posts.differences(
            await settle(client.posts.get(edited)), "Open on Monday https://shop.example"
        )
        == ()
    )
    await settle(client.posts.delete(post))
    assert place.x.posts() == []


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_an_edit_whose_answer_is_lost_is_found_among_the_versions(
    place: Place, client: Any, fault: Fault
) -> None:
    post = await settle(client.posts.publish("Open on Sunday"))
    place.world.fail("x", "edit", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.edit(post, "Open on Monday, see https://shop.example"))
    attempt: Any = caught.value.attempt
    found = await settle(client.posts.find(attempt))
    if found.ask_again is not None:
        place.world.clock.advance(found.ask_again - place.world.clock.now())
        found = await settle(client.posts.find(attempt))

    (truth,) = place.x.posts()
    if fault.commits:
        assert (found.state, found.post.id) == (FoundState.PUBLISHED, truth.id)
    else:
        assert (found.state, truth.id) == (FoundState.ABSENT, post.id)
    bare = attempt.model_copy(update={"results": {}})
    assert (await settle(client.posts.find(bare))).state is FoundState.UNDECIDED


@pytest.mark.parametrize("told", [{}, {"edit_history_tweet_ids": []}, {"edit_history_tweet_ids": "9"}])
async def test_an_edit_of_which_x_tells_no_versions_is_undecided(
    place: Place, client: Any, told: dict[str, Any]
) -> None:
    post = await settle(client.posts.publish("Open on Sunday"))
    place.world.fail("x", "edit", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.edit(post, "Open on Monday"))
    attempt = Attempt.model_validate(caught.value.attempt)
    nobodys = attempt.account.model_copy(update={"id": None, "host": None})
    me = {"data": {"id": "7", "username": "shop", "name": "Shop"}}
    answer = {"data": {"id": post.id, "text": "Open on Sunday"} | told}
    carrier = SteppedTransport(json_answer(me), json_answer(answer), suspends=not place.blocking)
    asking = place.client(access_token="not-a-real-token", transport=carrier, premium=True)
    found = await settle(asking.posts.find(attempt.model_copy(update={"account": nobodys})))

    assert (found.state, "versions" in (found.because or "")) == (FoundState.UNDECIDED, True)


async def test_an_edit_that_names_somebody_else_is_not_the_lost_one(place: Place, client: Any) -> None:
    post = await settle(client.posts.publish("@ada Yes"))
    place.world.fail("x", "edit", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.edit(post, "@bob No"))
    attempt: Any = caught.value.attempt
    await settle(client.posts.edit(post, "@cyd No"))
    place.world.clock.advance(600)

    assert (await settle(client.posts.find(attempt))).state is FoundState.ABSENT


POLL = XOptions(poll=XPoll(choices=["Tea", "Coffee"], duration=timedelta(hours=1)))


@pytest.mark.parametrize(
    "draft", [Draft(text="Which?", options=[POLL]), Draft(text="Look", media=[picture()])]
)
async def test_what_an_edit_would_lose_is_not_edited(place: Place, client: Any, draft: Draft) -> None:
    post = await settle(client.posts.publish(draft))
    with pytest.raises(NotSupportedError, match="files or a poll") as caught:
        await settle(client.posts.edit(post.id, "Another"))

    assert "publish it anew" in (caught.value.instead or "")
    assert [one.text for one in place.x.posts()] == [draft.text]


async def test_a_post_is_edited_as_long_and_as_often_as_x_says(place: Place, client: Any) -> None:
    often = await settle(client.posts.publish("0"))
    late = await settle(client.posts.publish("Late"))
    for number in range(1, 6):
        await settle(client.posts.edit(often, str(number)))
    with pytest.raises(NotSupportedError, match="as often"):
        await settle(client.posts.edit(often, "6"))
    place.world.clock.advance(3_600)
    with pytest.raises(NotSupportedError, match="X let it until"):
        await settle(client.posts.edit(late, "Later"))

    assert sorted(one.text for one in place.x.posts()) == ["5", "Late"]


class Fast:
    """A machine whose clock is three hours ahead."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def now(self) -> datetime:
        now: datetime = self._inner.now()
        return now + timedelta(hours=3)


async def test_how_long_a_post_is_edited_goes_by_the_clock_of_x(place: Place) -> None:
    place.x.set_premium(pays=True)
    client = place.client(premium=True, transport=Fast(place.transport()))
    post = await settle(client.posts.publish("Open on Sunday"))
    await settle(client.posts.edit(post, "Open on Monday"))

    assert [one.text for one in place.x.posts()] == ["Open on Monday"]


async def test_only_the_text_is_edited_and_only_of_accounts_that_pay(place: Place, client: Any) -> None:
    post = await settle(client.posts.publish("Open on Sunday"))
    before = len(client.sent.requests)
    for draft in (
        Draft(text="a", media=[picture()]),
        Draft(text="a", options=[XOptions(replies="verified")]),
    ):
        with pytest.raises(InvalidDraftError, match="changes less"):
            await settle(client.posts.edit(post, draft))
    assert len(client.sent.requests) == before
    other = place.client()
    with pytest.raises(NotSupportedError, match="edit") as caught:
        await settle(other.posts.edit(post, "Another"))

    assert (client.can(Capability.EDIT), other.can(Capability.EDIT)) == (True, False)
    assert "premium=True" in (caught.value.instead or "")
    assert other.sent.requests == []
