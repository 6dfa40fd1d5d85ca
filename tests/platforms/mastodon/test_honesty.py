"""What Mastodon cannot do with a draft is said, and never dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.platforms import MastodonOptions
from tests.support import settle


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (sk.Draft(text="New", visibility=sk.Visibility.UNLISTED), ["visibility"]),
        (sk.Draft(text="New", quotes="1", reply_to="2"), ["quotes", "reply_to"]),
        (sk.Draft(text="New", thread=[sk.Draft(text="More")], first_comment="Shop"), ["first_comment", "thread"]),
    ],
)
async def test_an_edit_names_what_it_cannot_change(
    socialkit_world: sk.Sandbox, draft: sk.Draft, fields: list[str]
) -> None:
    client = socialkit_world.connect_async("mastodon")
    post = await settle(client.posts.publish("Old"))

    with pytest.raises(sk.InvalidDraftError) as caught:
        await settle(client.posts.edit(post, draft))

    assert [problem.field for problem in caught.value.problems] == fields
    assert [one.text for one in socialkit_world.posts("mastodon")] == ["Old"]


def test_an_edit_cannot_move_a_post_in_time(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    post = client.posts.publish("Old")
    later = MastodonOptions(scheduled_at=socialkit_world.clock.now() + timedelta(days=1))

    with pytest.raises(sk.InvalidDraftError) as caught:
        client.posts.edit(post, sk.Draft(text="New", options=[later]))

    assert [problem.field for problem in caught.value.problems] == ["options.scheduled_at"]


def test_a_client_checks_a_schedule_by_its_clock_and_a_check_without_one_does_not(
    socialkit_world: sk.Sandbox,
) -> None:
    soon = MastodonOptions(scheduled_at=socialkit_world.clock.now() + timedelta(minutes=4))
    draft = sk.Draft(text="Soon", options=[soon])

    problems = socialkit_world.connect("mastodon").posts.check(draft)

    assert [problem.field for problem in problems] == ["options.scheduled_at"]
    assert sk.check(draft, "mastodon") == {"mastodon": ()}


def test_numbers_are_read_one_by_one_where_the_server_passes_ids_over(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    posts = [client.posts.publish(text) for text in ("One", "Two")]
    socialkit_world.fail("mastodon", "get_statuses", sk.Fault.SERVER_ERROR, times=4)

    rows = list(client.insights.posts(posts))

    likes = [row for row in rows if row.metric == "likes"]
    assert [(row.subject, row.value) for row in likes] == [(post.id, 0.0) for post in posts]


def test_an_answer_to_a_circle_that_cannot_be_named_keeps_out_of_public_listings(
    socialkit_world: sk.Sandbox,
) -> None:
    client = socialkit_world.connect("mastodon")
    socialkit_world.receive("mastodon", text="Hello")
    message = next(client.inbox.iterate()).model_copy(update={"visibility": sk.Visibility("local")})

    answer = client.inbox.reply(message, "Welcome")

    assert answer.visibility is sk.Visibility.UNLISTED
