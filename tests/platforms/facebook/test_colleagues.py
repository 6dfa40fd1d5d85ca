"""What becomes of a lost write while somebody else acts on the same Page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Draft, Found, FoundState
from socialkit.platforms.facebook import FacebookOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.sandbox.facebook._records import Photo, Post
from socialkit.testing import picture
from tests.platforms.facebook.scripted import NOW, attempt, looked
from tests.support import collect, settle

Act = Callable[[FacebookSimulator, Sequence[Post]], object]
LATER = timedelta(hours=5)
HOUR = timedelta(hours=1)
LINK = "https://shop.example"


async def decided(world: Sandbox, page: Any, lost: Any) -> Found:
    """Look for a write as often as the answers say."""
    found = await settle(page.posts.find(lost))
    while found.ask_again is not None:
        world.clock.advance(found.ask_again - world.clock.now())
        found = await settle(page.posts.find(lost))
    assert isinstance(found, Found)
    return found


async def lose(world: Sandbox, page: Any, draft: Draft | str, fault: Fault) -> Any:
    world.fail("facebook", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(page.posts.publish(draft))
    return caught.value.attempt


def for_later(world: Sandbox, **given: Any) -> Draft:
    return Draft(options=[FacebookOptions(scheduled_at=world.clock.now() + LATER)], **given)


def edit(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    posts[0].message, posts[0].updated = "Hello world", meta._state.now


def edit_after_a_comment(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    edit(meta, posts)
    meta.receive(text="Nice", reply_to=posts[0].id)


def add_picture(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    meta._state.photos["9"] = Photo("9", posts[0].owner)
    posts[0].photos = [*posts[0].photos, "9"]
    posts[0].updated = meta._state.now


def add_picture_and_edit(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    add_picture(meta, posts)
    edit(meta, posts)


def take_picture_and_edit(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    posts[0].photos = posts[0].photos[1:]
    edit(meta, posts)


def move(_meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    assert posts[0].scheduled is not None
    posts[0].scheduled += LATER


def let_out(meta: FacebookSimulator, posts: Sequence[Post]) -> None:
    posts[0].scheduled, posts[0].created = None, meta._state.now


PICTURES = [picture(width=1), picture(width=2)]
DONE: list[tuple[Callable[[Sandbox], Draft], Act, FoundState]] = [
    (lambda _: Draft(text="Helo"), edit_after_a_comment, FoundState.UNDECIDED),
    (lambda _: Draft(text="Helo"), add_picture, FoundState.UNDECIDED),
    (lambda _: Draft(text="Helo", media=PICTURES), take_picture_and_edit, FoundState.PUBLISHED),
    (lambda _: Draft(text="Helo", media=PICTURES), add_picture_and_edit, FoundState.PUBLISHED),
    (lambda world: for_later(world, text="Helo"), move, FoundState.UNDECIDED),
    (lambda world: for_later(world, text="Helo"), let_out, FoundState.UNDECIDED),
    (lambda world: for_later(world, text="Helo", media=PICTURES), let_out, FoundState.PUBLISHED),
]


@pytest.mark.parametrize(("draft", "act", "state"), DONE, ids=[one[1].__name__ for one in DONE])
async def test_a_post_that_somebody_changed_is_never_said_to_be_absent(
    page: Any,
    world: Sandbox,
    meta: FacebookSimulator,
    draft: Callable[[Sandbox], Draft],
    act: Act,
    state: FoundState,
) -> None:
    lost = await lose(world, page, draft(world), Fault.DROP_AFTER_COMMIT)
    world.clock.advance(timedelta(minutes=1))
    act(meta, [*meta._state.posts.values()])

    found = await decided(world, page, lost)

    assert found.state is state
    assert found.post is None or found.post.id == meta.posts()[0].id


def by_hand(meta: FacebookSimulator, text: str, *, app: str | None = None, media: int = 0) -> None:
    made = meta._state.publish(meta._page("main").id, text)
    made.app, made.photos = app, [str(number) for number in range(media)]


def an_hour_later(world: Sandbox, meta: FacebookSimulator) -> None:
    world.clock.advance(HOUR)
    by_hand(meta, "Ten")


OTHERS: list[tuple[Draft, Callable[[Sandbox, FacebookSimulator], object], FoundState]] = [
    (Draft(text="Ten"), an_hour_later, FoundState.ABSENT),
    (Draft(text="Ten"), lambda _, meta: by_hand(meta, "Ten", app="77"), FoundState.ABSENT),
    (Draft(text="Ten"), lambda _, meta: by_hand(meta, "Ten"), FoundState.PUBLISHED),
    (
        Draft(text="", options=[FacebookOptions(link=LINK)]),
        lambda _, meta: by_hand(meta, "", media=1),
        FoundState.ABSENT,
    ),
]


@pytest.mark.parametrize(("draft", "act", "state"), OTHERS)
async def test_what_somebody_else_published_is_not_taken_for_a_lost_post(
    page: Any,
    world: Sandbox,
    meta: FacebookSimulator,
    draft: Draft,
    act: Callable[[Sandbox, FacebookSimulator], object],
    state: FoundState,
) -> None:
    lost = await lose(world, page, draft, Fault.DROP_BEFORE_COMMIT)
    act(world, meta)

    assert (await decided(world, page, lost)).state is state


@pytest.mark.parametrize("keeps", [True, False], ids=["keeps its id", "gets another"])
async def test_what_waited_before_and_goes_out_is_not_taken_for_a_lost_post(
    page: Any, world: Sandbox, meta: FacebookSimulator, keeps: bool
) -> None:
    await settle(page.posts.publish(for_later(world, text="Ten")))
    world.clock.advance(LATER - timedelta(seconds=10))
    lost = await lose(world, page, "Ten", Fault.DROP_BEFORE_COMMIT)
    world.clock.advance(timedelta(minutes=1))
    meta.tick()
    if not keeps:
        (out,) = meta._state.posts.values()
        out.id += "1"
        meta._state.posts = {out.id: out}

    assert (await decided(world, page, lost)).state is (FoundState.ABSENT if keeps else FoundState.UNDECIDED)


async def test_what_waits_on_makes_no_doubt_of_a_post_that_is_out(page: Any, world: Sandbox) -> None:
    await settle(page.posts.publish(for_later(world, text="Ten")))
    lost = await lose(world, page, "Ten", Fault.DROP_AFTER_COMMIT)

    assert (await decided(world, page, lost)).state is FoundState.PUBLISHED


@pytest.mark.parametrize("known", [True, False], ids=["by its clock", "by ours alone"])
@pytest.mark.parametrize("seconds", [-1_200, -90, 0, 1_200])
async def test_a_post_is_not_older_than_its_write_nor_much_younger(
    told: Callable[[dict[str, Any]], Any], seconds: int, known: bool
) -> None:
    at = NOW + timedelta(seconds=seconds)
    post = {"id": "19_2", "message": "Ten", "created_time": at.isoformat()}
    page = told({"me/published_posts": {"data": [post]}})

    lost = attempt("publish", draft=Draft(text="Ten"), results={"part 1 anchor": ""})
    lost = lost.model_copy(update={"platform_time": NOW if known else None})

    another = FoundState.ABSENT if known else FoundState.UNDECIDED
    assert (await looked(page, lost)).state is (FoundState.PUBLISHED if abs(seconds) < 100 else another)


async def lose_answer(
    page: Any, world: Sandbox, meta: FacebookSimulator, fault: Fault, *, first: bool
) -> tuple[str, Any]:
    """Lose a first comment or an answer; return under what it stands, and the attempt."""
    if first:
        world.fail("facebook", "publish", fault, after=1)
        post = await settle(page.posts.publish(Draft(text="We open", first_comment="At tne")))
        return post.id, post.incomplete[0].attempt
    post = await settle(page.posts.publish("We open"))
    above = meta.receive(text="When?", reply_to=post.id)
    (question,) = await collect(page.inbox.comments(post))
    world.fail("facebook", "reply", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(page.inbox.reply(question, "At tne"))
    return above, caught.value.attempt


def answer(meta: FacebookSimulator, above: str, text: str, app: str | None = None) -> None:
    meta._state.comment(above, meta._page("main").id, text).app = app


def correct(_world: Sandbox, meta: FacebookSimulator, above: str) -> None:
    (written,) = meta.answers(above)
    written.message = "At ten"


def a_day_later(world: Sandbox, meta: FacebookSimulator, above: str) -> None:
    world.clock.advance(timedelta(days=1))
    answer(meta, above, "At tne")


AnswerAct = Callable[[Sandbox, FacebookSimulator, str], object]
ANSWERED: list[tuple[Fault, AnswerAct, FoundState]] = [
    (Fault.DROP_AFTER_COMMIT, correct, FoundState.UNDECIDED),
    (Fault.DROP_BEFORE_COMMIT, a_day_later, FoundState.ABSENT),
    (Fault.DROP_BEFORE_COMMIT, lambda _, meta, above: answer(meta, above, "Soon"), FoundState.UNDECIDED),
    (Fault.DROP_BEFORE_COMMIT, lambda _, meta, above: answer(meta, above, "Soon", "77"), FoundState.ABSENT),
]


@pytest.mark.parametrize(("fault", "act", "state"), ANSWERED)
@pytest.mark.parametrize("first", [False, True], ids=["answer", "first comment"])
async def test_an_answer_is_looked_for_among_those_of_its_time(
    page: Any,
    world: Sandbox,
    meta: FacebookSimulator,
    fault: Fault,
    act: AnswerAct,
    state: FoundState,
    first: bool,
) -> None:
    above, lost = await lose_answer(page, world, meta, fault, first=first)
    act(world, meta, above)

    assert (await decided(world, page, lost)).state is state
