"""Answers that are less, or other, than the simulator gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from socialkit.errors import (
    ConfigurationError,
    ContentRejectedError,
    OutcomeUnknownError,
    RateLimitedError,
    UnexpectedResponseError,
)
from socialkit.models import (
    Capability,
    Draft,
    MessageKind,
)
from socialkit.platforms.facebook import FacebookOptions
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import mp4, picture, video
from socialkit.transport import FileBody, Request, Response
from tests.platforms.facebook.scripted import NOW, TOLD
from tests.support import collect, settle
from tests.transport.fakes import json_answer

REEL = FacebookOptions(kind="reel")


async def test_a_write_that_answers_its_id_alone_gives_what_was_sent(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    page = told({"me/photos": {"id": "7"}, "me/feed": {"id": "19_1"}})

    post = await settle(page.posts.publish(Draft(text="Autumn", media=[picture(alt_text="A dot")])))

    assert (post.id, post.text, post.published_at) == ("19_1", "Autumn", None)
    assert [(one.id, one.alt_text) for one in post.media] == [("7", "A dot")]


@pytest.mark.parametrize("name", ["1", "19_1"])
async def test_the_post_of_a_video_is_read_by_its_whole_id(
    told: Callable[[dict[str, Any]], Any], name: str
) -> None:
    page = told({"555": {"id": "555", "post_id": name}, "19_1": {"id": "19_1", "message": "A film"}})
    await settle(page.account.me())

    assert (await settle(page.posts.get("555"))).text == "A film"


async def test_what_has_no_time_or_author_breaks_no_inbox(told: Callable[[dict[str, Any]], Any]) -> None:
    comment = {"id": "1_2", "message": "Hi", "created_time": "2026-03-02T09:00:00+0000"}
    inbox = {"data": [{"id": "19_1", "comments": {"data": [comment, {"id": "1_3", "message": "When?"}]}}]}
    page = told({"me/published_posts": inbox})

    (message,) = await collect(page.inbox.iterate())

    assert (message.text, message.author.id) == ("Hi", "")


async def test_comments_under_older_posts_are_read_in_parts_as_large_as_facebook_gives(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    def posts(sent: Request) -> Any:
        params: dict[str, Any] = dict(sent.params)
        if int(params["limit"]) > 25:
            return json_answer({"error": {"message": "Weniger", "code": 1, "fbtrace_id": "A"}}, 500)
        place = int(params.get("after", 0))
        asked.append(place)
        comment = {"id": f"{place}_2", "message": f"Question {place}", "created_time": TOLD}
        following = f"https://graph.facebook.com/v26.0/me/published_posts?after={place + 1}"
        post = {"id": f"19_{place}", "comments": {"data": [comment]}}
        return {"data": [post], "paging": {"next": following} if place < 30 else {}}

    asked: list[int] = []
    page = told({"me/published_posts": posts})

    found = await collect(page.inbox.iterate(kinds={MessageKind.COMMENT}))

    assert {one.text for one in found} == {f"Question {place}" for place in range(20)}
    assert asked == list(range(20))  # five hundred posts


def paged(path: str, size: int, things: list[Any], asked: list[int]) -> Callable[[Request], dict[str, Any]]:
    """Answers page by page, the first of which stands in another answer for things inside others."""

    def answer(sent: Request) -> dict[str, Any]:
        start = int(str(dict(sent.params).get("after", 0)))
        asked.append(start)
        return edge(path, size, things, start)

    return answer


def edge(path: str, size: int, things: list[Any], start: int = 0) -> dict[str, Any]:
    following = f"https://graph.facebook.com/v26.0/{path}?after={start + size}"
    paging = {"next": following} if start + size < len(things) else {}
    return {"data": things[start : start + size], "paging": paging}


def said(number: int) -> dict[str, Any]:
    time = (NOW - timedelta(minutes=number)).isoformat()
    return {"id": f"1_{1000 - number}", "message": str(number), "created_time": time}


TOLD_BY: dict[str, tuple[MessageKind, int, Callable[[list[Any], list[int]], dict[str, Any]]]] = {
    "comments": (
        MessageKind.COMMENT,
        500,
        lambda all_, asked: {
            "me/published_posts": {"data": [{"id": "19_1", "comments": edge("19_1/comments", 100, all_)}]},
            "19_1/comments": paged("19_1/comments", 100, all_, asked),
        },
    ),
    "mentions": (
        MessageKind.MENTION,
        500,
        lambda all_, asked: {"me/tagged": paged("me/tagged", 100, all_, asked)},
    ),
    "messages": (
        MessageKind.DIRECT_MESSAGE,
        125,
        lambda all_, asked: {
            "me/conversations": {"data": [{"id": "t_1", "messages": edge("t_1/messages", 25, all_)}]},
            "t_1/messages": paged("t_1/messages", 25, all_, asked),
        },
    ),
    "conversations": (
        MessageKind.DIRECT_MESSAGE,
        125,
        lambda all_, asked: {
            "me/conversations": paged(
                "me/conversations",
                25,
                [
                    {"id": f"t_{one['id']}", "updated_time": one["created_time"], "messages": {"data": [one]}}
                    for one in all_
                ],
                asked,
            )
        },
    ),
}


@pytest.mark.parametrize("name", TOLD_BY)
async def test_no_message_is_lost_behind_the_first_page_of_a_listing(
    told: Callable[[dict[str, Any]], Any], name: str
) -> None:
    kind, most, answers = TOLD_BY[name]
    asked: list[int] = []
    again: list[int] = []
    all_ = [said(number) for number in range(most + 20)]

    found = await collect(told(answers(all_, asked)).inbox.iterate(kinds={kind}))
    newest = await collect(told(answers(all_, again)).inbox.iterate(kinds={kind}, limit=5))

    assert [one.text for one in found] == [str(number) for number in range(most)]
    assert max(asked) == most - (25 if most == 125 else 100)
    assert [one.text for one in newest] == ["0", "1", "2", "3", "4"]
    assert set(again) <= {0}  # what is older than all of them stays unread


@pytest.mark.parametrize(
    ("path", "edge", "kind"),
    [
        ("me/published_posts", "comments", MessageKind.COMMENT),
        ("me/conversations", "messages", MessageKind.DIRECT_MESSAGE),
    ],
)
async def test_a_thing_that_cannot_be_read_is_an_error_and_no_silence(
    told: Callable[[dict[str, Any]], Any], path: str, edge: str, kind: MessageKind
) -> None:
    thing = {"id": "1_2", "message": None, "created_time": TOLD}

    def page(**more: Any) -> Any:
        return told({path: {"data": [{"id": "19_1", edge: {"data": [thing, {**thing, **more}]}}]}})

    assert [one.text for one in await collect(page(id="1_3").inbox.iterate(kinds={kind}))] == ["", ""]
    with pytest.raises(UnexpectedResponseError):
        await collect(page(id=None).inbox.iterate(kinds={kind}))


async def test_a_name_that_is_null_loses_nothing_else(told: Callable[[dict[str, Any]], Any]) -> None:
    us, them = ({"id": name, "name": None} for name in ("19", "7"))
    comments = [{"id": f"1_{one['id']}", "created_time": TOLD, "from": one} for one in (us, them)]
    rows = [{"campaign_id": one, "campaign_name": None, "date_start": "2026-03-01"} for one in ("1", "2")]
    page = told(
        {
            "me": us,
            "19_1/comments": {"data": comments},
            "me/accounts": {"data": [{**us, "access_token": "made-up"}]},
            "act_1/insights": {"data": rows},
        }
    )
    day = date(2026, 3, 1)

    assert (await settle(page.account.me())).id == "19"
    assert [one.id for one in await collect(page.inbox.comments("19_1"))] == ["1_7"]
    assert [one.id for one, _ in await settle(page.account.pages())] == ["19"]
    days = await collect(page.ads.insights("1", since=day, until=day))
    assert [(one.campaign_id, one.campaign) for one in days] == [("1", ""), ("2", "")]


async def test_an_answer_that_nothing_was_done_is_no_success(told: Callable[[dict[str, Any]], Any]) -> None:
    page = told({"19_1": {"success": False}})

    with pytest.raises(OutcomeUnknownError):
        await settle(page.posts.delete("19_1"))


async def test_of_a_reel_only_what_did_not_arrive_is_sent_again(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    def take(sent: Request) -> Any:
        assert isinstance(sent.content, FileBody)
        with sent.content.open() as file:
            taken.append((sent.headers["offset"], file.read()))
        partial = {"debug_info": {"retriable": True, "type": "PartialRequestError"}}
        return {"success": True} if len(taken) > 1 else json_answer(partial, 400)

    def look(_sent: Request) -> Any:
        if len(taken) < 2:
            return {"id": "555", "status": {"video_status": "uploading", "uploading_phase": there}}
        return {"id": "555", "status": {"video_status": "ready"}, "post_id": "19_1"}

    taken: list[tuple[object, bytes]] = []
    there = {"status": "in_progress", "bytes_transfered": 10}
    place = "/video-upload/v26.0/555"
    started = {"video_id": "555", "upload_url": f"https://rupload.facebook.com{place}", "success": True}
    page = told({"me/video_reels": started, place: take, "555": look, "19_1": {"id": "19_1"}})

    post = await settle(page.posts.publish(Draft(text="x", media=[video()], options=[REEL])))

    assert post.id == "19_1"
    assert taken == [("0", mp4()), ("10", mp4()[10:])]


# Pages and advertisements -----------------------------------------------------------------------


def owned(name: str) -> dict[str, Any]:
    return {"id": name, "name": f"Page {name}", "access_token": f"token-{name}"}


@pytest.mark.parametrize("granted", [True, False])
async def test_pages_are_read_to_the_last_and_those_of_businesses_too(
    told: Callable[[dict[str, Any]], Any], granted: bool
) -> None:
    def accounts(sent: Request) -> dict[str, Any]:
        following = {"next": "https://graph.facebook.com/v26.0/7/accounts?access_token=x&after=QVFI"}
        first = "after" not in dict(sent.params)
        return {"data": [owned("1" if first else "2")], **({"paging": following} if first else {})}

    refusal = {"error": {"message": "No", "code": 200, "fbtrace_id": "A"}}
    businesses = {"data": [{"id": "77"}]} if granted else json_answer(refusal, 403)
    shared = {"data": [owned("2"), owned("3")]}
    page = told({"me/accounts": accounts, "me/businesses": businesses, "77/owned_pages": shared})

    found = await settle(page.account.pages())

    assert [one.id for one, _ in found] == (["1", "2", "3"] if granted else ["1", "2"])


@pytest.mark.parametrize("page_alone", [True, False])
async def test_a_field_that_is_none_any_more_makes_no_page_a_person(
    told: Callable[[dict[str, Any]], Any], page_alone: bool
) -> None:
    def me(sent: Request) -> Any:
        gone = {"fan_count"} if page_alone else {"fan_count", "category"}
        if gone & {*str(dict(sent.params)["fields"]).split(",")}:
            return json_answer({"error": {"message": "Nein", "code": 100}}, 400)
        return {"id": "19", "name": "The shop"}

    page = told({"me": me})

    if page_alone:
        profile = await settle(page.account.me())
        assert (profile.id, profile.name, profile.follower_count) == ("19", "The shop", None)
    else:
        with pytest.raises(ConfigurationError, match=r"account.pages\(\)"):
            await settle(page.account.me())


async def test_what_was_allowed_for_other_pages_is_not_allowed_for_this_one(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    granular: list[dict[str, Any]] = [
        {"scope": "pages_manage_posts", "target_ids": ["20"]},
        {"scope": "pages_messaging", "target_ids": ["19", "20"]},
        {"scope": "business_management", "target_ids": ["77"]},
        {"scope": "pages_show_list"},
    ]
    scopes = [one["scope"] for one in granular]
    page = told({"debug_token": {"data": {"is_valid": True, "scopes": scopes, "granular_scopes": granular}}})
    await settle(page.account.me())

    report = await settle(page.account.inspect())

    assert report.scopes == ("pages_messaging", "business_management", "pages_show_list")
    assert [page.can(one) for one in (Capability.PUBLISH, Capability.DIRECT_MESSAGES)] == [False, True]


@pytest.mark.parametrize(("kind", "open_"), [("PAGE", True), ("USER", False), ("SYSTEM_USER", False)])
async def test_a_person_s_token_opens_nothing_of_a_page(
    told: Callable[[dict[str, Any]], Any], kind: str, open_: bool
) -> None:
    scopes = ["pages_show_list", "pages_manage_posts", "read_insights"]
    page = told({"debug_token": {"data": {"is_valid": True, "type": kind, "scopes": scopes}}})

    report = await settle(page.account.inspect())

    assert (report.kind, report.scopes) == (kind, tuple(scopes))
    assert [page.can(one) for one in (Capability.PUBLISH, Capability.POST_INSIGHTS)] == [open_, open_]


async def test_a_day_that_cannot_be_read_is_an_unexpected_answer(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    page = told({"act_1/insights": {"data": [{"campaign_id": "1", "date_start": "yesterday"}]}})
    day = date(2026, 3, 1)

    with pytest.raises(UnexpectedResponseError):
        await collect(page.ads.insights("1", since=day, until=day))
    for account, since, told_why in (
        ("1", NOW, "days, not times"),
        ("1", "2026-03-01", "datetime.date"),
        (1, day, "in quotes"),
    ):
        with pytest.raises(TypeError, match=told_why):
            await collect(page.ads.insights(account, since=since, until=day))


async def test_the_simulator_tells_long_threads_page_by_page_too(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish("Autumn"))
    for number in range(105):
        meta.receive(text=f"comment {number}", reply_to=post.id)
    for number in range(30):
        meta.receive(text=f"message {number}", private=True)

    comments = await collect(page.inbox.iterate(kinds={MessageKind.COMMENT}))
    messages = await collect(page.inbox.iterate(kinds={MessageKind.DIRECT_MESSAGE}))

    assert {one.text for one in comments} == {f"comment {number}" for number in range(105)}
    assert {one.text for one in messages} == {f"message {number}" for number in range(30)}


async def test_a_block_for_posting_too_fast_is_told_and_not_tried_again(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    asked: list[Request] = []

    def blocked(sent: Request) -> Any:
        asked.append(sent)
        return json_answer({"error": {"message": "Langsam", "code": 368, "error_subcode": 1390008}}, 400)

    with pytest.raises(ContentRejectedError):
        await settle(told({"me/feed": blocked}).posts.publish("Autumn"))
    assert len(asked) == 1


async def test_a_spent_ad_account_stops_no_other_and_no_page(told: Callable[[dict[str, Any]], Any]) -> None:
    usage = '{"17": [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 9}]}'
    spent = Response(200, {"x-business-use-case-usage": usage}, b'{"data": []}')
    page, day = told({"act_17/insights": spent}), date(2026, 3, 1)
    await collect(page.ads.insights("17", since=day, until=day))

    assert await collect(page.ads.insights("18", since=day, until=day)) == []
    assert (await settle(page.account.me())).id == "19"
    with pytest.raises(RateLimitedError):
        await collect(page.ads.insights("17", since=day, until=day))
