"""Edits: Mastodon empties what an edit does not repeat, so socialkit repeats what a draft leaves out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import respx

from socialkit.errors import InvalidDraftError, OutcomeUnknownError
from socialkit.models import Draft, FoundState, Post
from socialkit.platforms import Mastodon, MastodonOptions, Poll
from socialkit.sandbox import Fault, Sandbox
from socialkit.testing import picture, settle
from tests.platforms.mastodon.answers import HOST, attachment, body, status

POLL = MastodonOptions(poll=Poll(choices=["Red", "Blue"], duration=timedelta(hours=2), multiple=True))


@pytest.fixture
def client(socialkit_world: Sandbox) -> Mastodon:
    return socialkit_world.connect("mastodon")


def truth(world: Sandbox) -> dict[str, Any]:
    return dict(world.posts("mastodon")[0].raw)


@pytest.mark.respx(base_url=HOST)
async def test_what_is_left_out_is_sent_again(mastodon: Any, respx_mock: respx.MockRouter) -> None:
    before = status(spoiler_text="Spiders", sensitive=True, media_attachments=[attachment()])
    respx_mock.get("/api/v1/statuses/9").respond(json=before)
    route = respx_mock.put("/api/v1/statuses/9").respond(json=before)
    await settle(mastodon.posts.edit("9", "A new text"))

    assert body(route.calls.last.request) == {
        "status": "A new text",
        "media_ids": ["m1"],
        "spoiler_text": "Spiders",
        "sensitive": True,
    }
    assert "idempotency-key" not in route.calls.last.request.headers


@pytest.mark.respx(base_url=HOST)
async def test_what_is_given_empty_is_removed(mastodon: Any, respx_mock: respx.MockRouter) -> None:
    before = status(spoiler_text="Spiders", sensitive=True, media_attachments=[attachment()])
    respx_mock.get("/api/v1/statuses/9").respond(json=before)
    route = respx_mock.put("/api/v1/statuses/9").respond(json=before)
    options = MastodonOptions(content_warning=None, sensitive=None)
    await settle(mastodon.posts.edit("9", Draft(text="A new text", media=[], options=[options])))

    assert body(route.calls.last.request) == {"status": "A new text", "media_ids": []}


@pytest.mark.respx(base_url=HOST)
async def test_a_new_file_takes_the_place_of_the_old_ones(
    mastodon: Any, respx_mock: respx.MockRouter
) -> None:
    respx_mock.get("/api/v1/statuses/9").respond(json=status(media_attachments=[attachment("old")]))
    respx_mock.post("/api/v2/media").respond(json=attachment("new"))
    route = respx_mock.put("/api/v1/statuses/9").respond(json=status())
    await settle(mastodon.posts.edit("9", Draft(text="A new text", media=[picture()])))

    assert body(route.calls.last.request)["media_ids"] == ["new"]


def test_a_poll_stays_with_its_votes_and_its_end(socialkit_world: Sandbox, client: Mastodon) -> None:
    post = client.posts.publish(Draft(text="Which?", options=[POLL]))
    ends = truth(socialkit_world)["poll"]["expires_at"]
    socialkit_world.clock.advance(3_600)
    client.posts.edit(post, "Which one?")
    poll = truth(socialkit_world)["poll"]

    assert ([one["title"] for one in poll["options"]], poll["multiple"]) == (["Red", "Blue"], True)
    assert poll["expires_at"] == ends


def test_hidden_totals_stay_hidden(socialkit_world: Sandbox, client: Mastodon) -> None:
    poll = Poll(choices=["Red", "Blue"], duration=timedelta(hours=2), hide_totals=True)
    post = client.posts.publish(Draft(text="Which?", options=[MastodonOptions(poll=poll)]))
    client.posts.edit(post, "Which one?")

    assert [one["votes_count"] for one in truth(socialkit_world)["poll"]["options"]] == [None, None]


def test_a_poll_is_removed_when_it_is_given_empty(socialkit_world: Sandbox, client: Mastodon) -> None:
    post = client.posts.publish(Draft(text="Which?", options=[POLL]))
    client.posts.edit(post, Draft(text="None", options=[MastodonOptions(poll=None)]))

    assert truth(socialkit_world)["poll"] is None


def test_a_poll_can_be_replaced(socialkit_world: Sandbox, client: Mastodon) -> None:
    post = client.posts.publish(Draft(text="Which?", options=[POLL]))
    other = Poll(choices=["Green", "Grey"], duration=timedelta(hours=1))
    client.posts.edit(post, Draft(text="Which?", options=[MastodonOptions(poll=other)]))

    assert [one["title"] for one in truth(socialkit_world)["poll"]["options"]] == ["Green", "Grey"]


@pytest.mark.parametrize(
    ("waited", "draft"),
    [
        (timedelta(hours=3), Draft(text="New")),
        (timedelta(minutes=116), Draft(text="New")),
        (timedelta(), Draft(text="New", media=[picture()])),
    ],
)
def test_a_poll_that_cannot_be_kept_is_not_lost_silently(
    socialkit_world: Sandbox, client: Mastodon, waited: timedelta, draft: Draft
) -> None:
    post = client.posts.publish(Draft(text="Which?", options=[POLL]))
    socialkit_world.clock.advance(waited)

    with pytest.raises(InvalidDraftError) as caught:
        client.posts.edit(post, draft)
    assert [one.field for one in caught.value.problems] == ["options.poll"]
    assert "poll=None" in caught.value.problems[0].message
    assert truth(socialkit_world)["poll"] is not None


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT])
@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="Same", media=[]),
        Draft(text="Same", media=[picture(alt_text="Another")]),
        Draft(text="Same", options=[MastodonOptions(content_warning="Bees")]),
        Draft(text="@friend@other.example and https://shop.example/a/long/way/to/a/jacket"),
    ],
)
def test_find_tells_an_edit_of_anything(
    socialkit_world: Sandbox, client: Mastodon, fault: Fault, draft: Draft
) -> None:
    post = client.posts.publish(Draft(text="Same", media=[picture()]))
    socialkit_world.fail("mastodon", "edit", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        client.posts.edit(post, draft)
    socialkit_world.clock.advance(3_600)
    found = client.posts.find(caught.value.attempt)

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT, Fault.LATE])
def test_find_tells_the_deletion_of_a_scheduled_post(
    socialkit_world: Sandbox, client: Mastodon, fault: Fault
) -> None:
    at = datetime(2026, 3, 9, 9, tzinfo=UTC)
    post: Post = client.posts.publish(Draft(text="Later", options=[MastodonOptions(scheduled_at=at)]))
    socialkit_world.fail("mastodon", "delete", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        client.posts.delete(post)
    early = client.posts.find(caught.value.attempt)
    socialkit_world.clock.advance(3_600)
    found = client.posts.find(caught.value.attempt)

    assert early.state is (FoundState.PUBLISHED if fault is Fault.DROP_AFTER_COMMIT else FoundState.UNDECIDED)
    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert bool(socialkit_world.posts("mastodon")) != fault.commits
