"""Recorded answers of Instagram: which operation reads each file, how, and what must come out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from socialkit.auth import Pushed
from socialkit.models import AccountRef, Draft, Media, MessageKind
from socialkit.operations import finish
from socialkit.platforms.instagram import PUSHES, AsyncInstagram, Instagram
from tests.support import collect, settle
from tests.transport.fakes import NOON
from tests.truth.graph import as_object
from tests.truth.recorded import Answers, Recorded, answering, logged_in

AnyInstagram = Instagram | AsyncInstagram

OWNER = "17841400000000001"
POST = "17900000000000001"
PAGE: dict[str, Any] = {"id": "19", "instagram_business_account": {"id": OWNER}}
ME: dict[str, Any] = {"id": OWNER, "username": "shop", "followers_count": 120}


Connect = Callable[..., AnyInstagram]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets recorded answers."""

    def connect(answers: Answers, login: Any = "facebook") -> AnyInstagram:
        known = {"v26.0/me": PAGE, f"v26.0/{OWNER}": ME, **answers}

        kind = AsyncInstagram if mode == "async" else Instagram
        return kind(access_token="made-up-token", login=login, transport=answering(known, mode))

    return connect


RECORDED = Recorded("instagram", "published-recordings")
CASES = RECORDED.cases
case = RECORDED.case


def things(body: Any) -> Iterator[Any]:
    """Yield what an answer holds, whether it is one thing, a list, a page or a mapping by id."""
    if isinstance(body, list):
        yield from body
    elif isinstance(body.get("data"), list):
        yield from body["data"]
    elif "id" in body:
        yield body
    else:
        yield from body.values()


@case("account.me", r"(published-recordings/account|models/ig_user|airbyte-2025-(bodies|records)/users)")
async def _me(connect: Connect, body: Any) -> None:
    for wire in things(body):
        link = {"id": "19", "instagram_business_account": {"id": wire["id"]}}
        client = connect({"v26.0/me": link, f"v26.0/{wire['id']}": wire})
        profile = await settle(client.account.me())

        assert (profile.id, profile.handle, profile.name) == (wire["id"], wire["username"], wire["name"])
        assert (profile.follower_count, profile.post_count) == (
            wire["followers_count"],
            wire["media_count"],
        )
        assert profile.raw == wire


@case("account.me", r"(basic-display/.*user_info|social-core-oauth/.*user_data_body)")
async def _own(connect: Connect, body: Any) -> None:
    profile = await settle(connect({"v26.0/me": body}, "instagram").account.me())

    assert (profile.id, profile.handle) == (body["id"], body["username"])
    assert profile.follower_count is None


@case("account.accounts", r"airbyte-2025-bodies/api")
async def _accounts(connect: Connect, body: Any) -> None:
    found: Any = await settle(connect({"me/accounts": body}).account.accounts())
    linked = [one["instagram_business_account"]["id"] for one in body["data"] if len(one) > 1]

    assert [one.id for one, _ in found] == linked


@case("account.publishing_limit", r"(content_publish_limit|publish_limit_resp)")
async def _limit(connect: Connect, body: Any) -> None:
    limit: Any = await settle(connect({"content_publishing_limit": body}).account.publishing_limit())

    assert (limit.used, limit.total, limit.left) == (0, 25, 25)
    assert limit.per.total_seconds() == 86_400


@case(
    "posts.get",
    r"(models/ig_media|models/ig_story|story_info|stories_info|media_default|medias_fields|medias_info|"
    r"media_info|media_children_for|airbyte-2025-records/media)",
)
async def _get(connect: Connect, body: Any) -> None:
    for wire in things(body):
        post: Any = await settle(connect({wire["id"]: wire}).posts.get(wire["id"]))

        assert (post.id, post.text, post.url) == (
            wire["id"],
            wire.get("caption", ""),
            wire.get("permalink"),
        )
        assert (post.like_count, post.reply_count) == (wire.get("like_count"), wire.get("comments_count"))
        files = as_object(wire.get("children")) or {"data": [wire]}
        assert len(post.media) == len(files["data"])
        assert (post.published_at is None) == ("timestamp" not in wire)
        assert post.raw == wire


@case(
    "posts.iterate",
    r"(published-recordings/media-page|airbyte-(2025-)?bodies/media(_for_[a-z0-9_]+)?\.json|user_medias_p2)",
)
async def _iterate(connect: Connect, body: Any) -> None:
    listing: Any = connect({f"{OWNER}/media": body}).posts.iterate(limit=len(body["data"]))
    posts = await collect(listing)

    assert [one.id for one in posts] == [str(one.get("id", "")) for one in body["data"]]
    assert "access_token" not in str(listing.cursor)


@case("posts.iterate_stories", r"(stories_default|stories_fields|airbyte-2025-bodies/stories)")
async def _stories(connect: Connect, body: Any) -> None:
    stories: Any = connect({"stories": body}).posts.iterate_stories(limit=len(body["data"]))

    assert [one.id for one in await collect(stories)] == [one["id"] for one in body["data"]]
    assert "access_token" not in str(stories.cursor)


@case("posts.publish", r"publish/(create_|publish_container)")
async def _publish(connect: Connect, body: Any) -> None:
    state = {"id": body["id"], "status_code": "FINISHED"}
    made: dict[str, Any] = {**body, "data": []}  # before it the newest post is asked for
    client = connect({f"{OWNER}/media": made, body["id"]: state, "media_publish": body})
    draft = Draft(text="Autumn", media=[Media.from_url("https://shop.example/a.jpg")])
    post: Any = await settle(client.posts.publish(draft))

    assert post.id == body["id"]


@case("posts.publish", r"(container_info|containers_info|models/ig_container)")
async def _containers(connect: Connect, body: Any) -> None:
    for wire in things(body):
        made = {"id": wire["id"], "data": list[Any]()}
        client = connect({f"{OWNER}/media": made, wire["id"]: wire, "media_publish": {"id": POST}})
        draft = Draft(text="Autumn", media=[Media.from_url("https://shop.example/a.jpg")])

        assert (await settle(client.posts.publish(draft))).id == POST


@case(
    "inbox.comments", r"(comments/comments_fields|comments/comment_fields|medias/comments_p|models/ig_reply)"
)
async def _comments(connect: Connect, body: Any) -> None:
    wires = list(things(body))
    messages: Any = await collect(connect({"comments": {"data": wires}}).inbox.comments(POST))

    assert {one.text for one in messages} == {one["text"] for one in wires}
    assert [one.created_at for one in messages] == sorted(one.created_at for one in messages)
    assert {one.post_id for one in messages} == {POST}


@case("inbox.iterate", r"comments/replies")
async def _replies(connect: Connect, body: Any) -> None:
    comment = {"id": "17", "text": "?", "timestamp": "2020-01-01T00:00:00+0000", "replies": body}
    posts = {"data": [{"id": POST, "comments": {"data": [comment]}}]}
    messages: Any = await collect(connect({f"{OWNER}/media": posts}).inbox.iterate())

    answers = [one for one in messages if one.kind is MessageKind.REPLY]
    assert [one.text for one in answers] == [one["text"] for one in body["data"]]
    assert {one.reply_to for one in answers} == {"17"}


@case("inbox.iterate", r"tagged_medias")
async def _tagged(connect: Connect, body: Any) -> None:
    messages: Any = await collect(connect({"tags": body}).inbox.iterate())

    assert {one.text for one in messages} == {one.get("caption", "") for one in body["data"]}
    assert {one.kind for one in messages} == {MessageKind.MENTION}


@case("webhooks", r"mentioned_(comment|media)")
async def _mentions(connect: Connect, body: Any) -> None:
    client = connect({f"v26.0/{OWNER}": {**ME, **body}})
    name = "17 18" if "mentioned_comment" in body else "17"
    assert PUSHES.fetch is not None
    fetching = PUSHES.fetch(client._core, name)
    found: Any = finish(fetching) if isinstance(client, Instagram) else await fetching

    assert found.kind is MessageKind.MENTION
    assert found.text in {"@ikroskun good", "@ikroskun hey"}
    assert found.post_id == ("17" if "mentioned_comment" in body else body["mentioned_media"]["id"])


@case("insights.posts", r"(insights-views|media_insights_for|medias/insights\.|unit/instagram-records)")
async def _insights(connect: Connect, body: Any) -> None:
    told = {one["name"]: one["values"][0]["value"] for one in body["data"]}
    client = connect({POST: {"id": POST, "media_product_type": "REELS"}, "insights": body})
    rows = {one.native: one.value for one in await collect(client.insights.posts([POST])) if one.native}

    for name in ("views", "reach", "saved", "shares"):
        assert rows[name] == told.get(name)


@case("insights.account", r"user_insights_new")
async def _account(connect: Connect, body: Any) -> None:
    rows: Any = await settle(connect({"insights": body}).insights.account())
    found = {one.metric: one for one in rows}

    assert (found["reach"].value, found["followers"].value) == (14_516_883, 120)
    assert found["impressions"].value is None


@case("insights.audience", r"airbyte-2025-bodies/user_lifetime")
async def _audience(connect: Connect, body: Any) -> None:
    rows: Any = await settle(connect({"insights": body}).insights.audience())

    assert {"city=London, England", "age=London, England"} <= {one.breakdown for one in rows}
    assert {one.value for one in rows if one.breakdown == "city=London, England"} == {7.0}


@case("listening.search_top", r"hashtags/hashtag_top")
async def _top(connect: Connect, body: Any) -> None:
    client = connect({"ig_hashtag_search": {"data": [{"id": "17"}]}, "17/top_media": body})
    listing: Any = client.listening.search_top("#coke", limit=len(body["data"]))

    assert [one.id for one in await collect(listing)] == [one["id"] for one in body["data"]]
    assert "access_token" not in str(listing.cursor)


@case("listening.search", r"hashtags/hashtag_recent")
async def _search(connect: Connect, body: Any) -> None:
    client = connect({"ig_hashtag_search": {"data": [{"id": "17"}]}, "17/recent_media": body})
    listing: Any = client.listening.search("#coke", limit=len(body["data"]))
    posts = await collect(listing)

    assert [one.like_count for one in posts] == [one.get("like_count") for one in body["data"]]
    assert "access_token" not in str(listing.cursor)


@case("listening.search", r"(hashtag_search|hashtags_info|models/ig_hashtag)")
async def _hashtag(connect: Connect, body: Any) -> None:
    found = list(things(body))
    media = {"data": [{"id": POST}]}
    client = connect({"ig_hashtag_search": {"data": found}, f"{found[0]['id']}/recent_media": media})

    assert [one.id for one in await collect(client.listening.search("coke"))] == [POST]


@case("listening.profile", r"discovery/user_fields")
async def _discovery(connect: Connect, body: Any) -> None:
    client = connect({f"v26.0/{OWNER}": {**ME, **body}})
    profile = await settle(client.listening.profile("facebookfordevelopers"))

    assert (profile.id, profile.follower_count) == ("17841407673135339", 64_976)
    assert profile.raw == body["business_discovery"]


@case("webhooks", r"webhook-comments")
async def _webhook(_connect: Connect, recorded: Any) -> None:
    body = copy.deepcopy(recorded)
    entry = body["entry"][0]
    (thing,) = PUSHES.read(Pushed.read("POST", "", {}, json.dumps(body).encode()))
    found: Any = thing.make(AccountRef(platform="instagram", id=entry["id"]))

    assert thing.accounts == (entry["id"],)
    assert (found.text, found.kind, found.post_id) == ("LINK", MessageKind.COMMENT, "18050310947722369")
    entry["changes"][0]["field"] = "live_comments"  # of the same shape, by the reference
    (live,) = PUSHES.read(Pushed.read("POST", "", {}, json.dumps(body).encode()))
    assert live.key == thing.key
    name = entry["changes"][0]["value"]["from"]["username"]
    ours = AccountRef(platform="instagram", id=entry["id"], handle=name)
    assert thing.make(ours) is None  # its own words, under an id of another space than its own


@case("login.finish", r"InstagramOAuth2Test\.access_token_body")
async def _login(connect: Connect, body: Any) -> None:
    long = {"access_token": "made-up-long-token", "expires_in": 5_184_000}
    client = connect({"access_token": long, "oauth/access_token": body})
    credentials = await logged_in(client, "instagram", "instagram_business_basic")
    line: Any = client._core.pipeline.transport
    changed: Any = [dict(one.params).get("access_token") for one in line.sent if one.method == "GET"]

    assert [one.reveal() for one in changed] == [body["access_token"]]
    assert credentials.access_token is not None
    assert credentials.access_token.reveal() == "made-up-long-token"
    assert credentials.expires_at == NOON + timedelta(days=60)


ROWS = "rows that another program made of answers"
NOT_OFFERED = {
    r"airbyte-2025-records/(Api|user_lifetime_insights)\.json": ROWS,
    r"fivetran-seeds/.*\.csv": ROWS,
    r"published-recordings/insights-three-kinds-table\.json": "a table that somebody made of answers",
    r"airbyte-bodies/user_insights_for_lifetime\.json": "how many followers are there at which hour",
    r"basic-display/apidata/media/media_children\.json": "files of a post alone: posts name theirs",
    r"sns-sdks-python-facebook/apidata/medias/insights_new\.json": "what people did after a visit",
    r"sns-sdks-python-facebook/models/ig_insight\.json": "impressions of the account by day, which ended",
    r"sns-sdks-python-facebook/apidata/medias/product_tags\.json": "shops",
    r"sns-sdks-python-facebook/apidata/users/(available_catalogs|catalog_product_search)\.json": "shops",
    r"sns-sdks-python-facebook/apidata/users/live_medias\.json": "live videos",
}
"""Which files hold what no operation asks for, and what that is."""
