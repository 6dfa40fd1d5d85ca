"""Recorded answers of the Graph API: which operation reads each file, how, and what must come out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from socialkit.auth import Pushed
from socialkit.models import AccountRef, Author, Message, MessageKind
from socialkit.platforms.facebook import PUSHES, AsyncFacebook, Facebook
from tests.support import collect, settle
from tests.transport.fakes import NOON
from tests.truth.graph import as_object
from tests.truth.recorded import Answers, Recorded, answering, logged_in

AnyFacebook = Facebook | AsyncFacebook

ME: dict[str, Any] = {"id": "19292868552", "name": "The Page", "followers_count": 120}
POST = "19292868552_1"


Connect = Callable[[Answers], AnyFacebook]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets recorded answers."""

    def connect(answers: Answers) -> AnyFacebook:
        known = {"v26.0/me": ME, **answers}

        kind = AsyncFacebook if mode == "async" else Facebook
        return kind(
            access_token="made-up-token",
            app_secret="made-up-secret",
            client_id="1",
            transport=answering(known, mode),
        )

    return connect


RECORDED = Recorded("facebook", "graph-base")
CASES = RECORDED.cases
case = RECORDED.case


def things(body: Any) -> Iterator[Any]:
    """Yield what an answer holds, whether it is one thing, a page or a mapping by id."""
    if "data" in body and isinstance(body["data"], list):
        yield from body["data"]
    elif "id" in body:
        yield body
    else:
        yield from body.values()


@case("account.me", r"(pages/|models/page|object_d|objects_default|facebook-pages-initial)")
async def _me(connect: Connect, body: Any) -> None:
    for wire in things(body):
        profile = await settle(connect({"v26.0/me": wire}).account.me())

        assert (profile.id, profile.name) == (wire["id"], wire.get("name", ""))
        assert profile.follower_count == wire.get("followers_count")
        assert profile.raw == wire


@case("posts.get", r"posts/(multi|single)")
async def _get(connect: Connect, body: Any) -> None:
    for wire in things(body):
        post = await settle(connect({wire["id"]: wire}).posts.get(wire["id"]))

        assert (post.id, post.text) == (wire["id"], wire.get("message", ""))
        assert post.published_at is not None
        assert post.reply_count == wire.get("comments", {}).get("summary", {}).get("total_count")
        assert post.raw == wire


@case("posts.iterate", r"(posts/feed|full_connecions)")
async def _iterate(connect: Connect, body: Any) -> None:
    listing: Any = connect({"published_posts": body}).posts.iterate(limit=len(body["data"]))
    posts = await collect(listing)

    assert [one.id for one in posts] == [one["id"] for one in body["data"]]
    assert [one.text for one in posts] == [one.get("message", "") for one in body["data"]]
    assert "access_token" not in str(listing.cursor)


@case("inbox.comments", r"(comments/comments_|models/comment)")
async def _comments(connect: Connect, body: Any) -> None:
    wires = [one | {"id": one.get("id", "1_2")} for one in things(body)]
    client = connect({"comments": {"data": wires}})
    messages = await collect(client.inbox.comments(POST))

    assert [one.text for one in messages] == [one.get("message", "") for one in wires]
    shown = [one["attachment"]["target"]["id"] for one in wires if "attachment" in one]
    assert [file.id for one in messages for file in one.media] == shown
    assert {one.post_id for one in messages} == {POST}


@case("inbox.reply", r"comments/create_resp")
async def _reply(connect: Connect, body: Any) -> None:
    asked = Message(
        id="1_2", kind=MessageKind.COMMENT, author=Author(id="7", handle="ada"), text="?", created_at=NOON
    )
    client = connect({"comments": {"data": [], **body}})
    post = await settle(client.inbox.reply(asked, "Thanks"))

    assert (post.id, post.text) == (body["id"], body["message"])


@case("inbox.iterate", r"(messages/|models/message)")
async def _messages(connect: Connect, body: Any) -> None:
    wires = list(things(body))
    thread = {"id": "t_1", "messages": {"data": wires}}
    messages = await collect(connect({"conversations": {"data": [thread]}}).inbox.iterate())

    assert {one.text for one in messages} == {
        one.get("message", "") for one in wires if "created_time" in one
    }
    assert {one.kind for one in messages} <= {MessageKind.DIRECT_MESSAGE}
    sent = {
        (file["id"], file.get("image_data", file.get("video_data"))["url"])
        for one in wires
        if "created_time" in one
        for file in one.get("attachments", {}).get("data", [])
    }
    assert {(file.id, file.url) for one in messages for file in one.media} == sent


@case("inbox.iterate", r"(conversations/|models/conversation)")
async def _threads(connect: Connect, body: Any) -> None:
    client = connect({"conversations": {"data": list(things(body))}})

    assert await collect(client.inbox.iterate()) == []


@case("media.get", r"(photos/|models/photo)")
async def _photo(connect: Connect, body: Any) -> None:
    for wire in things(body):
        media = await settle(connect({wire["id"]: wire}).media.get(wire["id"]))

        assert (media.id, media.url) == (wire["id"], wire.get("link"))


@case("insights.posts", r"post-insights")
async def _insights(connect: Connect, body: Any) -> None:
    told = {one["name"]: one["values"][0]["value"] for one in body["data"]}
    client = connect({POST: {"id": POST}, "insights": body})
    rows = {one.native: one.value for one in await collect(client.insights.posts([POST])) if one.native}

    for name in ("post_media_view", "post_total_media_view_unique", "post_clicks"):
        assert rows[name] == told.get(name)


@case("account.inspect", r"token_info")
async def _inspect(connect: Connect, body: Any) -> None:
    client = connect({"debug_token": body})
    report = await settle(client.account.inspect())

    assert report.scopes == tuple(body["data"]["scopes"])
    assert report.data_access_ends_at is not None


@case("account.pages", r"(user_accounts_token|application_accounts)")
async def _pages(connect: Connect, body: Any) -> None:
    client = connect({"me/accounts": body})
    pages: Any = await settle(client.account.pages())

    assert [page.id for page, _ in pages] == [one["id"] for one in body["data"] if "access_token" in one]


@case("ads.insights", r"ads_insights")
async def _ads(connect: Connect, body: Any) -> None:
    rows: list[Any] = (as_object(body) or {}).get("data", body)
    whole = [one for one in rows if "campaign_id" in one]
    client = connect({"insights": {"data": whole}})
    days = await collect(client.ads.insights("1", since=date(2020, 1, 1), until=date(2020, 1, 2)))

    assert [str(one.day) for one in days] == [one["date_start"] for one in whole]
    assert [one.reach for one in days] == [_whole(one.get("reach")) for one in whole]
    assert [one.spend is None for one in days] == ["spend" not in one for one in whole]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


@case("webhooks", r"webhook-page")
async def _webhook(_connect: Connect, recorded: Any) -> None:
    body = copy.deepcopy(recorded)
    entry = body["entry"][0]
    account = AccountRef(platform="facebook", id=entry["id"])

    assert list(PUSHES.read(Pushed.read("POST", "", {}, json.dumps(body).encode()))) == []  # its own words
    entry["changes"][0]["value"]["from"] = {"id": "7", "name": "Ada"}
    (thing,) = PUSHES.read(Pushed.read("POST", "", {}, json.dumps(body).encode()))
    message = thing.make(account)

    assert thing.accounts == (entry["id"],)
    assert isinstance(message, Message)
    assert (message.text, message.kind) == ("meow 2", MessageKind.REPLY)
    assert message.post_id == "448242228374517_122131676912594941"


@case("login.finish", r"(long_term_token|FacebookOAuth2Test\.access_token_body)", proves=False)
async def _login(connect: Connect, body: Any) -> None:
    credentials = await logged_in(connect({"oauth/access_token": body}), "facebook")
    seconds = body.get("expires_in")

    assert credentials.access_token is not None
    assert credentials.access_token.reveal() == body["access_token"]
    assert credentials.expires_at == (None if seconds is None else NOON + timedelta(seconds=seconds))


MAKING = "what advertisements are made of: ads.days() reads what became of them"
NOT_OFFERED = {
    r"airbyte-2025-(bodies|records)/facebook-marketing-(activities|ad_account|ad_creatives|ad_sets|campaigns|"
    r"images)\.json": MAKING,
    r"airbyte-2025-records/facebook-marketing-custom_conversions\.json": MAKING,
    r"airbyte-2025-records/facebook-marketing-customcustom_insight_stream\.json": "counts by gender",
    r"airbyte-2025-bodies/unit/facebook-marketing-test_client-\d+-body\.json": MAKING,
    r"airbyte-2025-bodies/unit/facebook-marketing-test_async_job-\d+-body\.json": "how far a report is",
    r"fivetran-seeds/.*\.csv": "rows that another program made of answers",
    r"graph-base/discovery_medias_p1\.json": "an answer of Instagram: posts of somebody else, whose profile "
    "alone is read",
    r"koala-cassettes/friend_list_next_page\.json": "the friends of a person",
    r"sns-sdks-python-facebook/apidata/albums/.*": "albums",
    r"sns-sdks-python-facebook/(apidata/business/.*|models/business\.json)": "businesses",
    r"sns-sdks-python-facebook/apidata/groups/.*": "groups",
    r"sns-sdks-python-facebook/(apidata/live_videos/.*|models/live_video\.json)": "live videos",
    r"sns-sdks-python-facebook/apidata/pictures/.*": "a picture of a profile by itself",
    r"sns-sdks-python-facebook/(apidata/users/.*|models/user\.json)": "people, and their businesses",
    r"sns-sdks-python-facebook/apidata/videos/.*": "videos by themselves: posts name theirs",
}
"""Which files hold what no operation asks for, and what that is."""
