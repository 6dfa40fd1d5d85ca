"""Recorded answers of Threads: which operation reads each file, and what must come out."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialkit.errors import MediaProcessingError
from socialkit.models import Draft
from socialkit.platforms.threads import AsyncThreads, Threads
from socialkit.transport import Request, Response
from tests.support import collect, corpus, settle
from tests.transport.fakes import SteppedTransport, json_answer

AnyThreads = Threads | AsyncThreads

ME: dict[str, Any] = {"id": "27173231028946699", "username": "shop"}


@dataclass(frozen=True)
class Recording:
    """One recorded body."""

    name: str
    body: Any

    def __str__(self) -> str:
        return self.name


def recordings() -> tuple[Recording, ...]:
    """Return every recorded body; skips the test where there is none."""
    folder = corpus("threads")
    if not (folder / "published-recordings").is_dir():
        pytest.skip(f"no recordings at {folder}")
    return _recordings(folder)


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    files = [one for one in sorted(folder.glob("**/*.json")) if one.parent.name != "spec"]
    return tuple(Recording(str(one.relative_to(folder)), _body(json.loads(one.read_text()))) for one in files)


def _body(document: Any) -> Any:
    """Return what the platform sent, without what its keepers wrote around it."""
    return document.get("body", document)


Answers = dict[str, Any]
"""By the end of a path what is answered there."""
Connect = Callable[[Answers], AnyThreads]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets recorded answers."""

    def connect(answers: Answers) -> AnyThreads:
        known = {**answers, "v1.0/me": answers.get("v1.0/me", ME)}

        def answer(request: Request) -> Response:
            path = urlsplit(request.url).path
            for pattern, body in known.items():
                if re.search(f"/{pattern}$", path):
                    return body if isinstance(body, Response) else json_answer(body)
            return json_answer({"data": []})

        transport = SteppedTransport(answer, suspends=mode == "async")
        kind = AsyncThreads if mode == "async" else Threads
        return kind(access_token="made-up-token", transport=transport)

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


@case("posts.iterate_replies", r"user-replies-2026")
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


READ_ELSEWHERE = r"long_lived_token"
"""What no operation of a client reads: the tests of the login do."""
