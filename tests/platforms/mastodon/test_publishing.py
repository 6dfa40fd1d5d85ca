"""What is sent when something is published, and what the options of Mastodon do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from socialkit.errors import InvalidDraftError, MediaProcessingError
from socialkit.models import Draft, Media, Visibility
from socialkit.platforms import MastodonOptions, Poll
from socialkit.sandbox import Sandbox
from socialkit.testing import mp4, picture, settle
from tests.platforms.mastodon.answers import HOST, attachment, body, requests, status

pytestmark = pytest.mark.respx(base_url=HOST, assert_all_called=False)
FAR = datetime(2999, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def published(respx_mock: respx.MockRouter) -> respx.Route:
    """A server with no posts so far, that takes one."""
    respx_mock.get("/api/v1/accounts/7/statuses").respond(json=[])
    return respx_mock.post("/api/v1/statuses").respond(json=status())


async def test_a_text_is_sent_as_json_with_a_key(mastodon: Any, published: respx.Route) -> None:
    await settle(mastodon.posts.publish("Autumn is here"))
    await settle(mastodon.posts.publish("Autumn is here"))
    sent = requests(published)

    assert [body(one) for one in sent] == [{"status": "Autumn is here", "media_ids": []}] * 2
    assert sent[0].headers["authorization"] == "Bearer made-up-token"
    assert len({one.headers["idempotency-key"] for one in sent}) == 2


async def test_everything_that_a_draft_says_is_sent(mastodon: Any, published: respx.Route) -> None:
    options = MastodonOptions(content_warning="Spiders", sensitive=True, quote_policy="nobody")
    draft = Draft(
        text="Look",
        language="en",
        visibility=Visibility.FOLLOWERS,
        reply_to="5",
        quotes="6",
        options=[options],
    )
    await settle(mastodon.posts.publish(draft))

    assert body(published.calls.last.request) == {
        "status": "Look",
        "media_ids": [],
        "language": "en",
        "visibility": "private",
        "in_reply_to_id": "5",
        "quoted_status_id": "6",
        "spoiler_text": "Spiders",
        "sensitive": True,
        "quote_approval_policy": "nobody",
    }


async def test_a_poll_is_sent_in_seconds(mastodon: Any, published: respx.Route) -> None:
    poll = Poll(choices=["Red", "Blue"], duration=timedelta(hours=2), multiple=True)
    await settle(mastodon.posts.publish(Draft(text="Which?", options=[MastodonOptions(poll=poll)])))

    assert body(published.calls.last.request)["poll"] == {
        "options": ["Red", "Blue"],
        "expires_in": 7200,
        "multiple": True,
        "hide_totals": False,
    }


async def test_a_file_is_uploaded_before_it_is_attached(
    mastodon: Any, published: respx.Route, respx_mock: respx.MockRouter
) -> None:
    upload = respx_mock.post("/api/v2/media").respond(json=attachment())
    media = Media.from_bytes(picture().stream().read(), filename="dot.png", alt_text="A dot", focus=(0.5, -1))
    await settle(mastodon.posts.publish(Draft(text="Look", media=[media])))
    sent = upload.calls.last.request

    assert body(published.calls.last.request)["media_ids"] == ["m1"]
    assert sent.headers["content-type"].startswith("multipart/form-data")
    assert b'name="file"; filename="dot.png"' in sent.content
    assert b'name="description"\r\n\r\nA dot' in sent.content
    assert b'name="focus"\r\n\r\n0.500,-1.000' in sent.content


async def test_a_file_behind_a_url_is_fetched_without_the_token(
    mastodon: Any, published: respx.Route, respx_mock: respx.MockRouter
) -> None:
    shop = respx_mock.get("https://shop.example/dot.png").respond(content=picture().stream().read())
    upload = respx_mock.post("/api/v2/media").respond(json=attachment())
    await settle(mastodon.posts.publish(Draft(media=[Media.from_url("https://shop.example/dot.png")])))

    assert "authorization" not in shop.calls.last.request.headers
    assert picture().stream().read() in upload.calls.last.request.content
    assert published.called


async def test_a_server_that_refuses_a_file_while_it_processes_it_publishes_nothing(
    mastodon: Any, published: respx.Route, respx_mock: respx.MockRouter
) -> None:
    respx_mock.post("/api/v2/media").respond(500, json={"error": "Error processing thumbnail"})

    with pytest.raises(MediaProcessingError, match="nothing was published"):
        await settle(mastodon.posts.publish(Draft(text="Look", media=[picture()])))
    assert not published.called


async def test_a_scheduled_post_is_not_out(mastodon: Any, respx_mock: respx.MockRouter) -> None:
    planned = {"id": "3", "scheduled_at": "2999-05-01T09:00:00.000Z", "params": {"text": "Look"}}
    before = respx_mock.get("/api/v1/scheduled_statuses").respond(json=[])
    route = respx_mock.post("/api/v1/statuses").respond(json=planned)
    draft = Draft(text="Look", options=[MastodonOptions(scheduled_at=FAR)])
    post = await settle(mastodon.posts.publish(draft))

    assert body(route.calls.last.request)["scheduled_at"] == "2999-05-01T09:00:00+00:00"
    assert (post.id, post.published_at, post.scheduled_at) == ("3", None, FAR)
    assert before.called


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(), timedelta(minutes=4, seconds=59)])
async def test_a_time_that_is_past_or_too_near_is_refused_before_anything_is_written(
    socialkit_world: Sandbox, ahead: timedelta
) -> None:
    options = MastodonOptions(scheduled_at=socialkit_world.clock.now() + ahead)
    with socialkit_world.connect("mastodon") as client:
        with pytest.raises(InvalidDraftError) as caught:
            client.posts.publish(Draft(text="Look", options=[options]))
        exact = MastodonOptions(scheduled_at=socialkit_world.clock.now() + timedelta(minutes=5))
        client.posts.publish(Draft(text="In time", options=[exact]))

    assert [one.field for one in caught.value.problems] == ["options.scheduled_at"]
    assert [one.text for one in socialkit_world.posts("mastodon")] == ["In time"]


async def test_a_scheduled_post_is_moved_and_deleted_at_its_own_address(
    mastodon: Any, respx_mock: respx.MockRouter
) -> None:
    planned = {"id": "3", "scheduled_at": "2999-05-01T09:00:00.000Z", "params": {"text": "Look"}}
    listing = respx_mock.get("/api/v1/scheduled_statuses").respond(json=[planned])
    moving = respx_mock.put("/api/v1/scheduled_statuses/3").respond(json=planned)
    deleting = respx_mock.delete("/api/v1/scheduled_statuses/3").respond(json={})
    post = await settle(mastodon.posts.reschedule("3", FAR))
    await settle(mastodon.posts.delete(post))

    assert body(moving.calls.last.request) == {"scheduled_at": "2999-05-01T09:00:00+00:00"}
    assert deleting.called
    assert not listing.called


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (MastodonOptions(poll=Poll(choices=["One"], duration=timedelta(hours=1))), "options.poll.choices"),
        (
            MastodonOptions(poll=Poll(choices=list("abcde"), duration=timedelta(hours=1))),
            "options.poll.choices",
        ),
        (
            MastodonOptions(poll=Poll(choices=["a", "a"], duration=timedelta(hours=1))),
            "options.poll.choices",
        ),
        (
            MastodonOptions(poll=Poll(choices=["a", " "], duration=timedelta(hours=1))),
            "options.poll.choices[1]",
        ),
        (
            MastodonOptions(poll=Poll(choices=["a", "b" * 51], duration=timedelta(hours=1))),
            "options.poll.choices[1]",
        ),
        (
            MastodonOptions(poll=Poll(choices=["a", "b"], duration=timedelta(seconds=299))),
            "options.poll.duration",
        ),
        (
            MastodonOptions(poll=Poll(choices=["a", "b"], duration=timedelta(days=31))),
            "options.poll.duration",
        ),
        (MastodonOptions(content_warning="w" * 500), "text"),
    ],
)
def test_options_that_the_server_would_refuse_are_found(
    mastodon: Any, options: MastodonOptions, field: str
) -> None:
    assert [one.field for one in mastodon.posts.check(Draft(text="Which?", options=[options]))] == [field]


def test_what_cannot_stand_together_is_found(mastodon: Any) -> None:
    poll = MastodonOptions(poll=Poll(choices=["a", "b"], duration=timedelta(hours=1)))
    planned = MastodonOptions(scheduled_at=FAR)
    film = Media.from_bytes(mp4(), filename="a.mp4", alt_text="A film")

    def fields(draft: Draft) -> list[str]:
        return [one.field for one in mastodon.posts.check(draft)]

    assert fields(Draft(text="x", media=[picture()], options=[poll])) == ["options.poll"]
    assert fields(Draft(text="x", media=[picture(), film])) == ["media"]
    assert fields(Draft(text="x", thread=[Draft(text="y")], options=[planned])) == ["options.scheduled_at"]
    assert fields(Draft(text="x", first_comment="y", options=[planned])) == ["options.scheduled_at"]


def test_a_warning_that_fills_the_limit_leaves_no_room_to_cut_into(mastodon: Any) -> None:
    options = MastodonOptions(content_warning="w" * 500)
    for overflow in ("truncate", "thread"):
        draft = Draft(text="word " * 10, options=[options]).model_copy(update={"overflow": overflow})
        (problem,) = mastodon.posts.check(draft)

        assert (problem.field, problem.limit) == ("text", 500)
        assert "no room" in problem.message


def test_a_word_that_cannot_be_split_is_found_beside_the_rest(mastodon: Any) -> None:
    draft = Draft(text="a" * 501, overflow="thread", media=[picture()] * 5, first_comment=" ")
    problems = mastodon.posts.check(draft)

    assert [one.field for one in problems] == ["text", "media", "first_comment"]
    assert (problems[0].limit, problems[0].actual) == (500, 501)
    assert "does not fit in one post" in problems[0].message


def test_what_belongs_to_the_first_part_is_found_in_a_later_one(mastodon: Any) -> None:
    later = Draft(text="Two", first_comment="x", reply_to="5")
    problems = mastodon.posts.check(Draft(text="One", thread=[later]))

    assert [one.field for one in problems] == ["thread[0].first_comment", "thread[0].reply_to"]


async def test_a_long_text_with_a_warning_keeps_it_on_each_part_and_the_poll_on_the_first(
    mastodon: Any, respx_mock: respx.MockRouter
) -> None:
    respx_mock.get("/api/v1/accounts/7/statuses").respond(json=[])
    answers = [httpx.Response(200, json=status(number)) for number in ("11", "12")]
    route = respx_mock.post("/api/v1/statuses").mock(side_effect=answers)
    poll = Poll(choices=["a", "b"], duration=timedelta(hours=1))
    options = MastodonOptions(content_warning="Spiders", poll=poll)
    await settle(
        mastodon.posts.publish(
            Draft(text="word " * 180, overflow="thread", visibility=Visibility.UNLISTED, options=[options])
        )
    )
    bodies = [body(one) for one in requests(route)]

    assert [one["spoiler_text"] for one in bodies] == ["Spiders"] * 2
    assert [one["visibility"] for one in bodies] == ["unlisted"] * 2
    assert ["poll" in one for one in bodies] == [True, False]
    assert [one.get("in_reply_to_id") for one in bodies] == [None, "11"]


async def test_a_reply_names_whom_it_answers_once(socialkit_world: Sandbox) -> None:
    world = socialkit_world
    with world.connect("mastodon") as client:
        world.receive("mastodon", text="Where is it?", author="anna")
        (message,) = client.inbox.iterate()
        plain, named = client.inbox.reply(message, "Soon"), client.inbox.reply(message, "@Anna Soon")

    assert (plain.reply_to, named.reply_to) == (message.id, message.id)
    assert [one.text for one in world.posts("mastodon")] == ["@anna Soon", "@Anna Soon"]
