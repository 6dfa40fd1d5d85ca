"""Posts that are known by the id of their video: until Facebook tells another, and after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError, NotFoundError, OutcomeUnknownError
from socialkit.models import Draft, FoundState
from socialkit.platforms.facebook import FacebookOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import picture, video
from tests.platforms.facebook.scripted import Told
from tests.platforms.facebook.test_colleagues import decided
from tests.support import collect, settle
from tests.transport.fakes import json_answer

HOUR = timedelta(hours=1)


@pytest.fixture(params=[timedelta(), HOUR], ids=["told at once", "told late"])
def late(request: pytest.FixtureRequest, meta: FacebookSimulator) -> timedelta:
    meta.set_posts_told(after=request.param)
    delay: timedelta = request.param
    return delay


async def released(page: Any, *, at: Any = None, **given: Any) -> str:
    """Publish a reel, and return the id of its video."""
    options = [FacebookOptions(kind="reel", scheduled_at=at)]
    post = await settle(page.posts.publish(Draft(text="A film", media=[video()], options=options, **given)))
    assert post.incomplete == ()
    return str(post.media[0].id)


@pytest.mark.usefixtures("late")
async def test_a_post_is_read_edited_answered_and_deleted_by_its_video(
    page: Any, meta: FacebookSimulator
) -> None:
    film = await released(page, first_comment="The shop")

    assert (await settle(page.posts.edit(film, "Corrected"))).text == "Corrected"
    assert (meta.posts()[0].text, (await settle(page.posts.get(film))).text) == ("Corrected", "Corrected")
    (post,) = meta.posts()
    assert [one.message for one in meta.answers(post.id)] == ["The shop"]
    meta.receive(text="Nice", reply_to=post.id)
    assert [one.text for one in await collect(page.inbox.comments(film))] == ["Nice"]
    await settle(page.posts.delete(film))
    assert meta.posts() == []
    with pytest.raises(NotFoundError):
        await settle(page.posts.get(film))


@pytest.mark.usefixtures("late")
async def test_a_post_that_waits_is_moved_by_its_video(
    page: Any, world: Sandbox, meta: FacebookSimulator
) -> None:
    at = world.clock.now() + timedelta(days=1)
    film = await released(page, at=at)

    moved = await settle(page.posts.reschedule(film, at + HOUR))

    assert (moved.scheduled_at, meta.posts()[0].scheduled_at) == (at + HOUR, at + HOUR)


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT])
@pytest.mark.parametrize("act", ["edit", "reschedule", "delete"])
async def test_a_lost_change_by_a_video_is_found(page: Any, world: Sandbox, act: str, fault: Fault) -> None:
    at = world.clock.now() + timedelta(days=1)
    film = await released(page, at=at)
    given = {"edit": ("Corrected",), "reschedule": (at + HOUR,), "delete": ()}[act]
    for call in ("post_post", "post_video", "delete_node"):
        world.fail("facebook", call, fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(getattr(page.posts, act)(film, *given))

    found = await decided(world, page, caught.value.attempt)

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)


async def test_files_are_put_into_no_post_that_is_not_told(page: Any, meta: FacebookSimulator) -> None:
    meta.set_posts_told(after=HOUR)
    film = await released(page)

    with pytest.raises(InvalidDraftError, match="does not tell the post of this video yet"):
        await settle(page.posts.edit(film, Draft(text="Corrected", media=[picture()])))
    assert meta.posts()[0].text == "A film"


@pytest.mark.parametrize("read", [{"id": "555", "description": "A film"}, None], ids=["old", "unread"])
async def test_an_edit_that_nobody_can_read_back_is_no_success(told: Told, read: Any) -> None:
    def answer(sent: Any) -> Any:
        if sent.method == "POST":
            written.append(sent)
            return json_answer({"success": True})
        if written and read is None:
            return json_answer({"error": {"message": "Kaputt", "code": 1, "fbtrace_id": "A"}}, 500)
        return json_answer({"id": "555", "description": "A film"})

    written: list[Any] = []
    page = told({"555": answer})

    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(page.posts.edit("555", "Corrected"))

    assert [dict(one.form)["description"] for one in written] == ["Corrected"]
    assert caught.value.attempt.target == "555"
