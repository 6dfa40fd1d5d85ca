"""A scheduled post that was moved while the answer got lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.platforms import MastodonOptions


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (sk.Fault.DROP_AFTER_COMMIT, sk.FoundState.PUBLISHED),
        (sk.Fault.DROP_BEFORE_COMMIT, sk.FoundState.ABSENT),
    ],
)
def test_a_lost_move_is_found_out(socialkit_world: sk.Sandbox, fault: sk.Fault, state: sk.FoundState) -> None:
    client, now = socialkit_world.connect("mastodon"), socialkit_world.clock.now()
    options = MastodonOptions(scheduled_at=now + timedelta(days=1))
    post = client.posts.publish(sk.Draft(text="Later", options=[options]))
    socialkit_world.fail("mastodon", "reschedule", fault, times=4)  # it may be repeated, and is

    with pytest.raises(sk.OutcomeUnknownError) as caught:
        client.posts.reschedule(post, now + timedelta(days=2))
    attempt = sk.Attempt.model_validate_json(caught.value.attempt.model_dump_json())
    socialkit_world.clock.advance(timedelta(minutes=5))

    assert attempt.kind == "reschedule"
    assert client.posts.find(attempt).state is state
