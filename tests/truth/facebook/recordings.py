"""Recorded answers of the Graph API: which operation reads each file, how, and what must come out."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialkit.auth import Pushed
from socialkit.models import AccountRef, Author, Message, MessageKind
from socialkit.platforms.facebook import PUSHES, AsyncFacebook, Facebook
from socialkit.transport import Request, Response
from tests.support import collect, corpus, settle
from tests.transport.fakes import NOON, SteppedTransport, json_answer
from tests.truth.graph import as_object

AnyFacebook = Facebook | AsyncFacebook

ME: dict[str, Any] = {"id": "19292868552", "name": "The Page", "followers_count": 120}
POST = "19292868552_1"


@dataclass(frozen=True)
class Recording:
    """One recorded body."""

    name: str
    body: Any

    def __str__(self) -> str:
        return self.name


def recordings() -> tuple[Recording, ...]:
    """Return every recorded body; skips the test where there is none."""
    folder = corpus("facebook")
    if not (folder / "graph-base").is_dir():
        pytest.skip(f"no recordings at {folder}")
    return _recordings(folder)


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    files = [one for one in sorted(folder.glob("**/*.json")) if one.parent.name != "spec"]
    return tuple(Recording(str(one.relative_to(folder)), _body(json.loads(one.read_text()))) for one in files)


def _body(document: Any) -> Any:
    """Return what the platform sent, without what its keepers wrote around it."""
    kept = as_object(document) or {}
    return kept.get("body", kept.get("records", document)) if "source" in kept else document


Answers = dict[str, Any]
"""By the end of a path what is answered there."""
Connect = Callable[[Answers], AnyFacebook]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets recorded answers."""

    def connect(answers: Answers) -> AnyFacebook:
        known = {"v26.0/me": ME, **answers}

        def answer(request: Request) -> Response:
            path = urlsplit(request.url).path
            for pattern, body in known.items():
                if re.search(f"/{pattern}$", path):
                    return body if isinstance(body, Response) else json_answer(body)
            return json_answer({"data": []})

        transport = SteppedTransport(answer, suspends=mode == "async")
        kind = AsyncFacebook if mode == "async" else Facebook
        return kind(
            access_token="made-up-token",
            app_secret="made-up-secret",
            client_id="1",
            transport=transport,
        )

    return connect


Call = Callable[[Connect, Any], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One operation on one kind of recorded body."""

    operation: str
    files: str
    """Files that it reads, as a pattern."""
    call: Call

    def mine(self) -> list[Recording]:
        return [one for one in recordings() if re.search(self.files, one.name)]

    def __str__(self) -> str:
        return f"{self.operation} {self.files}"


CASES: list[Case] = []


def case(operation: str, files: str) -> Callable[[Call], Call]:
    """Enter a function in the table."""

    def enter(call: Call) -> Call:
        CASES.append(Case(operation, files, call))
        return call

    return enter


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


@case("ads.days", r"ads_insights")
async def _ads(connect: Connect, body: Any) -> None:
    rows: list[Any] = (as_object(body) or {}).get("data", body)
    whole = [one for one in rows if "campaign_id" in one]
    client = connect({"insights": {"data": whole}})
    days = await collect(client.ads.days("1", since=date(2020, 1, 1), until=date(2020, 1, 2)))

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


ERRORS = r"(-error|error-)"
NOT_OFFERED = (
    r"(users/|models/user|groups/|albums/|business|live_video|pictures/|videos/|koala-|discovery_medias|"
    r"marketing-(ad_|ads_|ad_sets|ads\.|campaigns|activities|custom|images|videos|client|test_client|"
    r"test_async|ad_creatives)|marketing-ads?[._]|social-core|long_term_token)"
)
"""Files of what the client does not ask for, and of what is read elsewhere: the login's own tests."""
