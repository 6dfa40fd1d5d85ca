"""Recorded answers of Threads: which operation reads each file, and what must come out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import MediaProcessingError
from socialkit.models import Draft
from socialkit.platforms.threads import AsyncThreads, Threads
from tests.support import collect, settle
from tests.transport.fakes import NOON
from tests.truth.recorded import Answers, Recorded, answering, logged_in

AnyThreads = Threads | AsyncThreads

ME: dict[str, Any] = {"id": "27173231028946699", "username": "shop"}


Connect = Callable[[Answers], AnyThreads]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets recorded answers."""

    def connect(answers: Answers) -> AnyThreads:
        known = {**answers, "v1.0/me": answers.get("v1.0/me", ME)}

        kind = AsyncThreads if mode == "async" else Threads
        return kind(access_token="made-up-token", transport=answering(known, mode))

    return connect


RECORDED = Recorded("threads", "published-recordings")
CASES = RECORDED.cases
case = RECORDED.case


@case("account.me", r"me-2026")
async def _me(connect: Connect, body: Any) -> None:
    profile = await settle(connect({"v1.0/me": body}).account.me())

    assert (profile.id, profile.handle, profile.name) == (body["id"], body["username"], body["name"])
    assert (profile.bio, profile.avatar_url) == (
        body["threads_biography"],
        body["threads_profile_picture_url"],
    )
    assert profile.raw == body


@case("posts.iterate", r"(me-threads|user-threads-2026|threads_with_options)")
async def _iterate(connect: Connect, body: Any) -> None:
    listing: Any = connect({"me/threads": body}).posts.iterate(limit=len(body["data"]))
    posts = await collect(listing)

    assert [one.id for one in posts] == [one["id"] for one in body["data"]]
    # What only repeats another post has no text at all.
    assert [one.text for one in posts] == [one.get("text", "") for one in body["data"]]
    assert [len(one.media) for one in posts] == [one.get("media_type") == "IMAGE" for one in body["data"]]
    assert [one.published_at is None for one in posts] == ["timestamp" not in one for one in body["data"]]
    assert [one.raw for one in posts] == body["data"]


@case("posts.iterate_replies", r"user-replies-2026", proves=False)
async def _replies(connect: Connect, body: Any) -> None:
    # Whoever recorded it did not ask for the ids, which socialkit does.
    wires = [{**one, "id": str(number)} for number, one in enumerate(body["data"])]
    posts = await collect(connect({"me/replies": {"data": wires}}).posts.iterate_replies())

    assert [(one.text, one.url) for one in posts] == [(one["text"], one["permalink"]) for one in wires]


@case("inbox.comments", r"conversation")
async def _comments(connect: Connect, body: Any) -> None:
    top = body["data"][0]["root_post"]["id"]
    messages = await collect(connect({"conversation": body}).inbox.comments(top))

    assert [one.text for one in messages] == [one["text"] for one in body["data"]]
    assert {one.post_id for one in messages} == {top}
    assert {one.kind.value for one in messages} == {"comment"}


@case("inbox.iterate", r"mentions-empty")
async def _mentions(connect: Connect, body: Any) -> None:
    assert await collect(connect({"me/mentions": body}).inbox.iterate()) == body["data"]


@case("listening.posts_of", r"profile-posts")
async def _posts_of(connect: Connect, body: Any) -> None:
    (post,) = await collect(connect({"profile_posts": body}).listening.posts_of("meta"))
    (wire,) = body["data"]

    assert (post.id, post.text, post.author and post.author.handle) == (wire["id"], wire["text"], "meta")


@case("insights.posts", r"media-insights-japanese")
async def _insights(connect: Connect, body: Any) -> None:
    told = {one["name"]: one["values"][0]["value"] for one in body["data"]}
    rows = await collect(connect({"17/insights": body}).insights.posts(["17"]))

    assert {row.native: row.value for row in rows} == told


@case("insights.account", r"user-insights-|user_insights_(multiple|single)")
async def _account_insights(connect: Connect, body: Any) -> None:
    rows = await settle(connect({"threads_insights": body}).insights.account())
    found = {row.native: row for row in rows if row.value is not None}

    assert set(found) == {one["name"] for one in body["data"]}
    for one in body["data"]:
        row = found[one["name"]]
        links = [link["value"] for link in one.get("link_total_values", [])]
        total = one.get("total_value", {}).get("value")
        last = one.get("values", [{}])[-1]
        assert row.value == (total if total is not None else sum(links) if links else last["value"])
        assert row.end is not None
        assert "end_time" not in last or row.end.strftime("%Y-%m-%dT%H:%M:%S+0000") == last["end_time"]


@case("insights.audience", r"follower_demographics")
async def _audience(connect: Connect, body: Any) -> None:
    rows = await settle(connect({"threads_insights": body}).insights.audience())
    (breakdown,) = body["data"][0]["total_value"]["breakdowns"]
    told = {f"age={one['dimension_values'][0]}": one["value"] for one in breakdown["results"]}

    assert {row.breakdown: row.value for row in rows if row.breakdown.startswith("age=")} == told


@case("account.quotas", r"publishing_limit")
async def _quotas(connect: Connect, body: Any) -> None:
    posts, replies, deletions, _ = await settle(connect({"threads_publishing_limit": body}).account.quotas())
    (wire,) = body["data"]

    assert (posts.used, posts.limit) == (wire["quota_usage"], wire["config"]["quota_total"])
    assert (replies.used, replies.limit) == (wire["reply_quota_usage"], wire["reply_config"]["quota_total"])
    assert (deletions.used, deletions.left) == (None, None)


@case("posts.publish", r"container_status")
async def _container(connect: Connect, body: Any) -> None:
    made = {"id": body["id"]}
    client = connect(
        {
            r"me/threads_publish": {"id": "18"},
            r"v1.0/18": {"id": "18", "text": "Hi"},
            rf"v1.0/{body['id']}": body,
            r"me/threads": {**made, "data": []},
        }
    )
    if body["status"] == "FINISHED":
        assert (await settle(client.posts.publish(Draft(text="Hi")))).id == "18"
        return
    with pytest.raises(MediaProcessingError, match=body["error_message"]):
        await settle(client.posts.publish(Draft(text="Hi")))


@case("login.finish", r"long_lived_token")
async def _login(connect: Connect, body: Any) -> None:
    short = {"access_token": "made-up-short-token", "user_id": 27_173_231_028_946_699}
    client = connect({"access_token": body, "oauth/access_token": short})
    credentials = await logged_in(client, "threads")

    assert credentials.access_token is not None
    assert credentials.access_token.reveal() == body["access_token"]
    assert credentials.expires_at == NOON + timedelta(seconds=5_183_944)
    assert credentials.account_id == "27173231028946699"


NOT_OFFERED: dict[str, str] = {}
"""Which files hold what no operation asks for, and what that is: so far none."""
