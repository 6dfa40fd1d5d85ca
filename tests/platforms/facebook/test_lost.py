"""What became of writes whose answers were lost, where Facebook tells less than the simulator does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from socialkit.errors import ConflictError, OutcomeUnknownError
from socialkit.models import Draft, FoundState, MessageKind
from socialkit.platforms.facebook import FacebookOptions
from socialkit.testing import picture, video
from socialkit.transport import Request
from tests.platforms.facebook.scripted import NOW, TOLD, Told, attempt, looked, message
from tests.support import settle
from tests.transport.fakes import json_answer

LATER = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"video_status": "processing", "publishing_phase": {"status": "not_started"}}, FoundState.UNDECIDED),
        ({"video_status": "ready", "publishing_phase": {"status": "in_progress"}}, FoundState.UNDECIDED),
        (
            {"video_status": "ready", "publishing_phase": {"publish_status": "published"}},
            FoundState.PUBLISHED,
        ),
        (
            {"video_status": "upload_complete", "publishing_phase": {"status": "not_started"}},
            FoundState.ABSENT,
        ),
        ({"video_status": "error"}, FoundState.ABSENT),
    ],
)
async def test_a_reel_that_is_still_worked_on_may_yet_come_out(
    told: Callable[[dict[str, Any]], Any], status: dict[str, Any], state: FoundState
) -> None:
    page = told({"555": {"id": "555", "published": False, "status": status}})
    draft = Draft(text="A reel", media=[video()], options=[FacebookOptions(kind="reel")])
    lost = attempt("publish", draft=draft, results={"part 1 media 1": "555"})

    found = await looked(page, lost)

    assert found.state is state
    assert (found.ask_again is not None) is (state is FoundState.UNDECIDED)


async def test_a_reel_whose_post_somebody_deleted_since_was_published(told: Told) -> None:
    def gone(_sent: Request) -> Any:
        refusal = {"message": "Weg", "code": 100, "error_subcode": 33, "fbtrace_id": "A"}
        return json_answer({"error": refusal}, 400)

    released = {"id": "555", "published": True, "post_id": "19_7"}
    page = told({"555": released, "19_7": gone})
    draft = Draft(text="A reel", media=[video()], options=[FacebookOptions(kind="reel")])

    found = await looked(page, attempt("publish", draft=draft, results={"part 1 media 1": "555"}))

    assert (found.state, found.post and found.post.id) == (FoundState.PUBLISHED, "19_7")


def card(url: str, text: str = "") -> dict[str, Any]:
    wrapped = "https://l.facebook.com/l.php?" + urlencode({"u": url, "h": "AT1"})
    shown = {"media_type": "link", "type": "share", "url": wrapped, "target": {"url": wrapped}}
    return {"id": "19_1", "message": text, "created_time": TOLD, "attachments": {"data": [shown]}}


@pytest.mark.parametrize(
    ("post", "state"),
    [
        (card("https://shop.example/"), FoundState.PUBLISHED),
        (card("https://other.example"), FoundState.UNDECIDED),
        (card("https://shop.example", "Other words"), FoundState.ABSENT),
        ({"id": "19_1", "created_time": TOLD}, FoundState.UNDECIDED),
    ],
)
async def test_a_lost_card_is_the_one_that_leads_to_the_same_place(
    told: Callable[[dict[str, Any]], Any], post: dict[str, Any], state: FoundState
) -> None:
    page = told({"me/published_posts": {"data": [post]}})
    draft = Draft(text="", options=[FacebookOptions(link="https://shop.example")])

    found = await looked(page, attempt("publish", draft=draft, results={"part 1 anchor": ""}))

    assert found.state is state


async def test_white_space_that_facebook_changes_hides_no_lost_post(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    post = {"id": "19_1", "message": "One\ntwo", "created_time": TOLD}
    page = told({"me/published_posts": {"data": [post]}})

    lost = attempt("publish", draft=Draft(text="One\n\n two"), results={"part 1 anchor": ""})

    assert (await looked(page, lost)).state is FoundState.PUBLISHED


async def test_an_answer_to_an_answer_is_found_beside_it(told: Callable[[dict[str, Any]], Any]) -> None:
    own = {"id": "1_9", "message": "At ten", "created_time": TOLD, "from": {"id": "19", "name": "The shop"}}
    page = told({"1_2/comments": {"data": [own]}})
    asked = message(MessageKind.REPLY, "1_3", reply_to="1_2", post_id="19_1")
    lost = attempt("reply", draft=Draft(text="At ten"), message=asked, results={"anchor": ""})

    found = await looked(page, lost)

    assert found.post is not None
    assert found.post.id == "1_9"


@pytest.mark.parametrize("private", [False, True])
async def test_answers_that_cannot_all_be_read_leave_a_lost_one_undecided(
    told: Callable[[dict[str, Any]], Any], private: bool
) -> None:
    cut: dict[str, Any] = {"data": [], "paging": {"next": "https://graph.facebook.com/v26.0/x?after=QVFI"}}
    page = told({"1_2/comments": cut, "me/conversations": {"data": [{"id": "t_1", "messages": cut}]}})
    kind = MessageKind.DIRECT_MESSAGE if private else MessageKind.COMMENT
    asked = message(kind, "1_2", private=private)
    lost = attempt("reply", draft=Draft(text="Ten"), message=asked, private=private, results={"anchor": ""})

    assert (await looked(page, lost)).state is FoundState.UNDECIDED


async def test_an_edit_of_files_is_found_by_the_files(told: Callable[[dict[str, Any]], Any]) -> None:
    def post(photo: str) -> dict[str, Any]:
        shown = {"media_type": "photo", "type": "photo", "target": {"id": photo}}
        return {"id": "19_1", "message": "Autumn", "created_time": TOLD, "attachments": {"data": [shown]}}

    draft = Draft(text="Autumn", media=[picture()])
    lost = attempt("edit", draft=draft, target="19_1", results={"media 1": "8"})

    states = [(await looked(told({"19_1": post(one)}), lost)).state for one in ("7", "8")]
    assert states == [FoundState.ABSENT, FoundState.PUBLISHED]


# Posts ------------------------------------------------------------------------------------------


def written(name: str, text: str = "Autumn", **more: Any) -> dict[str, Any]:
    return {"id": name, "message": text, "created_time": TOLD, **more}


def waiting(name: str) -> dict[str, Any]:
    at = int(LATER.timestamp())
    return written(name, is_published=False, scheduled_publish_time=at)


@pytest.mark.parametrize("code", [{"code": 506}, {"code": 100, "error_subcode": 1366051}])
@pytest.mark.parametrize(
    ("since", "outcome"),
    [
        ([written("19_2"), written("19_1")], "19_2"),
        ([written("19_1")], ConflictError),
        ([written("19_2", "Autumnal", updated_time="2026-03-02T10:00:00+0000")], OutcomeUnknownError),
    ],
)
async def test_a_duplicate_is_looked_for_before_anything_is_said_of_it(
    told: Callable[[dict[str, Any]], Any], code: dict[str, int], since: list[Any], outcome: Any
) -> None:
    def posts(_sent: Request) -> dict[str, Any]:
        return {"data": since if refused else [written("19_1")]}

    def refuse(_sent: Request) -> Any:
        refused.append(True)
        return json_answer({"error": {"message": "Doppelt", "fbtrace_id": "A", **code}}, 400)

    refused: list[bool] = []
    page = told({"me/published_posts": posts, "me/feed": refuse})

    if isinstance(outcome, str):
        assert (await settle(page.posts.publish("Autumn"))).id == outcome
        return
    with pytest.raises(outcome) as caught:
        await settle(page.posts.publish("Autumn"))
    assert caught.value.written is (False if outcome is ConflictError else None)


def shown(**more: Any) -> dict[str, Any]:
    return {"attachments": {"data": [{"media_type": "photo", "type": "photo", **more}]}}


@pytest.mark.parametrize(
    ("post", "state"),
    [
        (written("19_2"), FoundState.UNDECIDED),
        (written("19_2", **shown()), FoundState.UNDECIDED),
        (written("19_2", **shown(target={"id": "7"})), FoundState.PUBLISHED),
        (written("19_2", **shown(target={"id": "8"})), FoundState.UNDECIDED),
        (written("19_2", "Other words"), FoundState.ABSENT),
    ],
)
async def test_a_post_whose_files_are_not_told_may_be_the_lost_one(
    told: Callable[[dict[str, Any]], Any], post: dict[str, Any], state: FoundState
) -> None:
    page = told({"me/published_posts": {"data": [post]}})
    results = {"part 1 anchor": "", "part 1 media 1": "7"}
    lost = attempt("publish", draft=Draft(text="Autumn", media=[picture()]), results=results)

    assert (await looked(page, lost)).state is state


@pytest.mark.parametrize("after", [[], [waiting("19_2")]], ids=["absent", "there"])
async def test_a_post_that_waited_before_is_not_the_lost_one(
    told: Callable[[dict[str, Any]], Any], after: list[dict[str, Any]]
) -> None:
    def lose(_sent: Request) -> Any:
        listed.extend(after)
        return json_answer({"error": {"message": "Kaputt", "code": 1, "fbtrace_id": "A"}}, 500)

    listed = [waiting("19_1"), written("19_0", "Other words")]
    page = told({"me/scheduled_posts": {"data": listed}, "me/feed": lose})
    page._core.transport.clock = NOW

    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(page.posts.publish(Draft(text="Autumn", options=[FacebookOptions(scheduled_at=LATER)])))
    found = await looked(page, caught.value.attempt)

    assert (found.state, found.post and found.post.id) == (
        (FoundState.PUBLISHED, "19_2") if after else (FoundState.ABSENT, None)
    )


# Answers and first comments ---------------------------------------------------------------------

OURS = {"from": {"id": "19", "name": "The shop"}}
THEIRS = {"from": {"id": "7", "name": "Ada"}}
SINCE = {"created_time": "2026-03-02T09:02:00+0000"}


@pytest.mark.parametrize("private", [False, True], ids=["comment", "message"])
@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({**SINCE, **OURS}, FoundState.PUBLISHED),
        (SINCE, FoundState.UNDECIDED),
        (OURS, FoundState.UNDECIDED),
        ({}, FoundState.UNDECIDED),
        ({**SINCE, **THEIRS}, FoundState.ABSENT),
        ({"created_time": "2026-03-02T08:00:00+0000"}, FoundState.ABSENT),
        ({**SINCE, "message": "At nine"}, FoundState.ABSENT),
    ],
)
async def test_an_answer_of_nobody_knows_whom_or_when_may_be_the_lost_one(
    told: Callable[[dict[str, Any]], Any], private: bool, more: dict[str, Any], state: FoundState
) -> None:
    before = {"id": "1_8", "message": "At ten", "created_time": TOLD, **OURS}
    there = {"data": [{"id": "1_9", "message": "At ten", **more}, before]}
    page = told({"1_2/comments": there, "me/conversations": {"data": [{"id": "t_1", "messages": there}]}})
    asked = message(MessageKind.DIRECT_MESSAGE if private else MessageKind.COMMENT, "1_2", private=private)
    results = {"anchor": "1_8"}
    lost = attempt("reply", draft=Draft(text="At ten"), message=asked, private=private, results=results)

    assert (await looked(page, lost)).state is state


@pytest.mark.parametrize(
    ("more", "state"),
    [(OURS, FoundState.PUBLISHED), ({}, FoundState.UNDECIDED), (THEIRS, FoundState.ABSENT)],
)
async def test_a_first_comment_of_nobody_knows_whom_may_be_the_lost_one(
    told: Callable[[dict[str, Any]], Any], more: dict[str, Any], state: FoundState
) -> None:
    page = told(
        {"19_1/comments": {"data": [{"id": "1_9", "message": "First", "created_time": TOLD, **more}]}}
    )
    draft = Draft(text="Autumn", first_comment="First")
    lost = attempt("publish", draft=draft, results={"part 1 post": {"id": "19_1"}})
    lost = lost.model_copy(update={"step": "first comment"})

    assert (await looked(page, lost)).state is state
