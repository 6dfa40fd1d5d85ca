"""Insights: what one group of metrics lacks costs no other its values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import UnexpectedResponseError
from socialkit.models import Draft, Missing
from socialkit.platforms import AsyncX, X
from socialkit.testing import collect, settle, video
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer

OLD = timedelta(days=31)


async def values(listing: Any) -> dict[str, Any]:
    rows = await collect(listing)
    return {
        f"{row.metric} {row.breakdown}".strip(): row.value if row.missing is None else row.missing
        for row in rows
    }


async def test_what_everybody_sees_and_the_clicks_come_in_one_call(place: Place) -> None:
    client = place.client()
    post = await settle(client.posts.publish("Autumn is here"))
    place.x.receive(text="", kind="like")
    before = len(client.sent.requests)
    found = await values(client.insights.posts([post]))

    assert len(client.sent.requests) == before + 1
    assert found == {
        "likes": 1,
        "shares": 0,
        "replies": 0,
        "quotes": 0,
        "saves": 0,
        "impressions": 0,
        "reach": Missing.NOT_OFFERED,
        "clicks": 0,
        "video_views": Missing.NOT_OFFERED,
    }


VIEWS = {"media_key": "13_5", "type": "video", "public_metrics": {"view_count": 7}}
MORE = {"media_key": "13_6", "type": "video", "public_metrics": {"view_count": 5}}
UNTOLD = {"media_key": "13_6", "type": "video"}
PICTURE = {"media_key": "3_6", "type": "photo"}


@pytest.mark.parametrize(
    ("files", "views"),
    [([VIEWS, PICTURE], 7), ([VIEWS, MORE], 12), ([VIEWS, UNTOLD], None), ([PICTURE], None)],
)
@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_the_views_of_a_post_are_those_of_all_its_films_and_never_of_a_part(
    files: list[Any], views: int | None, blocking: bool
) -> None:
    wire = {"id": "9", "text": "", "attachments": {"media_keys": [one["media_key"] for one in files]}}
    carrier = SteppedTransport(
        json_answer({"data": {"id": "7", "username": "shop", "name": "Shop"}}),
        json_answer({"data": [wire], "includes": {"media": files}}),
        suspends=not blocking,
    )
    client: Any = (X if blocking else AsyncX)(access_token="not-a-real-token", transport=carrier)
    rows = {row.metric: row for row in await collect(client.insights.posts(["9"]))}

    assert rows["video_views"].value == views
    assert rows["video_views"].native == "view_count"
    assert ("media.fields", "media_key,public_metrics,type") in carrier.sent[-1].params


FIELD = {"title": "", "detail": "", "resource_type": "tweet"}


@pytest.mark.parametrize(
    ("problem", "clicks"),
    [
        ({"type": "https://api.twitter.com/2/problems/not-authorized-for-field", "resource_id": "9"}, True),
        ({"type": "https://api.x.com/2/problems/field-unauthorized"}, True),
        ({"type": "https://api.x.com/2/problems/not-authorized-for-field", "resource_id": "8"}, False),
    ],
)
@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_a_field_that_x_may_not_tell_of_a_post_it_shows_is_not_permitted(
    problem: dict[str, str], clicks: bool, blocking: bool
) -> None:
    wire = {"id": "9", "text": "", "public_metrics": {"like_count": 3}}
    private = [
        FIELD | problem | {"field": one} for one in ("non_public_metrics", "organic_metrics.like_count")
    ]
    carrier = SteppedTransport(
        json_answer({"data": {"id": "7", "username": "shop", "name": "Shop"}}),
        *[json_answer({"data": [wire], "errors": private})] * 2,
        suspends=not blocking,
    )
    client: Any = (X if blocking else AsyncX)(access_token="not-a-real-token", transport=carrier)
    common = await values(client.insights.posts(["9"]))
    told = set((await values(client.insights.private(["9"]))).values())
    missing = Missing.NOT_PERMITTED if clicks else Missing.NOT_OFFERED

    assert (common["likes"], common["clicks"], told) == (3, missing, {missing})


async def test_views_of_a_film_come_in_the_same_call_and_outlive_the_clicks(place: Place) -> None:
    client = place.client()
    post = await settle(client.posts.publish(Draft(text="Look", media=[video()])))
    before = len(client.sent.requests)
    new = await values(client.insights.posts([post]))
    calls = len(client.sent.requests) - before
    place.world.clock.advance(OLD)
    old = await values(client.insights.posts([post]))

    assert (new["video_views"], new["clicks"], calls) == (0, 0, 1)
    assert (old["video_views"], old["clicks"]) == (0, Missing.NOT_PERMITTED)


async def test_after_thirty_days_the_rest_is_still_told(place: Place) -> None:
    client = place.client()
    old = await settle(client.posts.publish("Old"))
    place.world.clock.advance(OLD)
    new = await settle(client.posts.publish("New"))
    rows = await collect(client.insights.posts([old, new]))

    clicks = {
        row.subject: row.value if row.missing is None else row.missing
        for row in rows
        if row.metric == "clicks"
    }
    likes = {row.subject: row.value for row in rows if row.metric == "likes"}
    assert clicks == {old.id: Missing.NOT_PERMITTED, new.id: 0}
    assert likes == {old.id: 0, new.id: 0}
    private = await values(client.insights.private([old]))
    assert set(private.values()) == {Missing.NOT_PERMITTED}


@pytest.mark.parametrize("dead", ["non_public_metrics", "organic_metrics"])
async def test_a_name_that_x_does_not_know_any_more_loses_no_other(place: Place, dead: str) -> None:
    client = place.client()
    post = await settle(client.posts.publish("Autumn is here"))
    place.x.receive(text="", kind="like")
    place.x.forget_field(dead)
    common, private = (
        await values(client.insights.posts([post])),
        await values(client.insights.private([post])),
    )

    assert common["likes"] == 1
    assert common["clicks"] == (Missing.NOT_OFFERED if dead == "non_public_metrics" else 0)
    groups = {name: dead.startswith(name) for name in ("non_public", "organic")}
    for name, gone in groups.items():
        told = [value for key, value in private.items() if key.endswith(f"metrics={name}")]
        assert (Missing.NOT_OFFERED in told) == gone
        assert len(told) >= 4


async def test_posts_of_others_have_no_clicks_and_those_that_are_gone_nothing(place: Place) -> None:
    client = place.client()
    own = await settle(client.posts.publish("Gone"))
    await settle(client.posts.delete(own))
    other = place.x.receive(text="Ours")
    rows = await collect(client.insights.posts([own.id, other]))

    told = {(row.subject, row.metric): row.missing for row in rows}
    assert told[other, "clicks"] is Missing.NOT_PERMITTED
    assert told[other, "likes"] is None
    assert {why for (post, _), why in told.items() if post == own.id} == {Missing.NOT_FOUND}


async def test_more_posts_than_one_call_takes_come_in_pages(place: Place) -> None:
    client = place.client()
    ids = [place.x.receive(text=f"Number {number}") for number in range(101)]
    listing = client.insights.posts(ids)
    pages = await collect(listing.pages())

    assert [len({row.subject for row in page.items}) for page in pages] == [100, 1]


async def test_what_everybody_sees_may_die_and_the_clicks_are_still_told(place: Place) -> None:
    client = place.client()
    post = await settle(client.posts.publish("Autumn is here"))
    place.x.forget_field("public_metrics")
    found = await values(client.insights.posts([post, "1"]))
    rows = await collect(client.insights.posts([post]))

    assert {row.metric: row.value for row in rows if row.missing is None} == {"clicks": 0}
    assert {row.missing for row in rows if row.metric != "clicks"} == {Missing.NOT_OFFERED}
    assert found["likes"] is Missing.NOT_FOUND  # of the last post, which is not there


@pytest.mark.parametrize("body", [{}, {"meta": {}}, {"data": []}])
async def test_an_answer_that_tells_nothing_at_all_is_no_answer(place: Place, body: Any) -> None:
    carrier = SteppedTransport(json_answer(body), suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    with pytest.raises(UnexpectedResponseError):
        await collect(client.insights.posts(["9"]))
    with pytest.raises(UnexpectedResponseError):
        await settle(client.listening.volume("tea"))


async def test_no_posts_at_all_are_told_as_none(place: Place) -> None:
    carrier = SteppedTransport(json_answer({"meta": {"total_tweet_count": 0}}), suspends=not place.blocking)

    client = place.client(access_token="not-a-real-token", transport=carrier)
    assert await settle(client.listening.volume("tea")) == ()
