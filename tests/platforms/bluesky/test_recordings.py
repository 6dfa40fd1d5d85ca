"""Answers of a real server are read: those that the network's own tests recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from socialkit.models import AccountRef, MediaKind, MessageKind, Raw
from socialkit.platforms import Bluesky
from socialkit.platforms.bluesky._map import post_message, to_message, to_post, to_profile
from socialkit.platforms.bluesky._session import pds_of
from socialkit.platforms.bluesky._wire import (
    WireFeed,
    WireNotification,
    WirePost,
    WireProfile,
    WireStored,
    WireThread,
)
from tests.platforms.bluesky.test_sessions import Hosts, session, token
from tests.support import corpus
from tests.transport.fakes import SteppedTransport, json_answer

ME = AccountRef(platform="bluesky", id="user(0)", handle="alice.test")


def recorded(*parts: str) -> list[tuple[str, Any]]:
    """Return all recordings of a kind."""
    folder = corpus("bluesky", *parts)
    files = sorted(folder.glob("*.json"))
    assert files, f"no recordings in {folder}"
    return [(path.name, json.loads(path.read_text())) for path in files]


def found(value: Any, fits: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return everything in a document that fits, however deep it lies."""
    if isinstance(value, list):
        parts: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [one for part in parts for one in found(part, fits)]
    if not isinstance(value, dict):
        return []
    fields = cast("dict[str, Any]", value)
    own = [fields] if fits(fields) else []
    return own + [one for part in fields.values() for one in found(part, fits)]


def raw(value: Any) -> Raw:
    return Raw.of(json.dumps(value).encode())


def is_post(value: dict[str, Any]) -> bool:
    record: Any = value.get("record")
    kind = cast("dict[str, Any]", record).get("$type") if isinstance(record, dict) else None
    noted = "reason" in value or "isRead" in value
    return {"uri", "cid", "author", "indexedAt"} <= set(value) and not noted and kind == "app.bsky.feed.post"


def every() -> list[Any]:
    folder = corpus("bluesky", "server-snapshots")
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def test_every_recorded_post_is_read_whole() -> None:
    posts = [one for document in every() for one in found(document, is_post)]
    assert len(posts) > 200
    kinds: set[MediaKind] = set()
    for document in posts:
        post = to_post(WirePost.model_validate_json(json.dumps(document)), raw(document), ME)
        record = document["record"]

        assert (post.id, post.text) == (document["uri"], record["text"])
        assert post.author is not None
        assert (post.author.id, post.author.handle) == (
            document["author"]["did"],
            document["author"]["handle"],
        )
        assert post.like_count == document.get("likeCount")
        assert post.share_count == document.get("repostCount")
        assert post.reply_count == document.get("replyCount")
        assert post.quote_count == document.get("quoteCount")
        assert post.published_at is not None
        assert post.reply_to == record.get("reply", {}).get("parent", {}).get("uri")
        assert post.raw["cid"] == document["cid"]
        kinds |= {one.kind for one in post.media}
        assert len(post.media) == pictures(record.get("embed") or {})
    assert kinds >= {MediaKind.IMAGE, MediaKind.VIDEO}


def pictures(embed: dict[str, Any]) -> int:
    inner = embed.get("media") or embed
    return len(inner.get("images") or inner.get("items") or []) + ("video" in inner)


def test_every_recorded_notification_is_read() -> None:
    notes = [
        note
        for document in every()
        for note in found(document, lambda value: {"reason", "isRead", "author"} <= set(value))
    ]
    assert len(notes) > 40
    for document in notes:
        message = to_message(WireNotification.model_validate_json(json.dumps(document)), raw(document), ME)

        assert message.id == document["uri"]
        if document["reason"] in {"mention", "reply", "quote"}:
            assert message.text == document["record"]["text"]
            assert message.kind is not MessageKind.NOTICE
        else:
            assert message.kind is MessageKind.NOTICE
            assert message.post_id == document.get("reasonSubject")


def test_every_recorded_profile_is_read() -> None:
    profiles = [
        one
        for document in every()
        for one in found(document, lambda value: {"did", "handle", "followersCount"} <= set(value))
    ]
    assert len(profiles) > 5
    for document in profiles:
        profile = to_profile(WireProfile.model_validate_json(json.dumps(document)), raw(document), ME)

        assert (profile.id, profile.handle) == (document["did"], document["handle"])
        assert profile.follower_count == document["followersCount"]
        assert profile.bio == document.get("description", "")


@pytest.mark.parametrize("kind", ["bsky-views-thread", "bsky-views-blocks", "bsky-views-threadgating"])
def test_recorded_threads_give_their_comments(kind: str) -> None:
    for name, document in recorded("server-snapshots", kind):
        if not isinstance(document, dict):
            continue
        thread: Any = cast("dict[str, Any]", document).get("thread", document)
        if not str(thread.get("$type", "")).endswith("threadViewPost"):
            continue
        WireThread.model_validate({"thread": thread})
        below = [one["post"] for one in found(thread.get("replies", []), lambda value: "post" in value)]
        comments = comments_of(thread)

        assert sorted(one.id for one in comments) == sorted(
            one["uri"] for one in below if one["author"]["did"] != "did:plc:shop"
        ), name


def comments_of(thread: Any) -> list[Any]:
    hosts = Hosts(session() | {"accessJwt": token(exp=4_000_000_000)})

    def answer(request: Any) -> Any:
        return json_answer({"thread": thread}) if "Thread" in request.url else hosts(request)

    client = Bluesky(identifier="a", password="not-a-real-password", transport=SteppedTransport(answer))
    return list(client.inbox.comments("at://did:plc:shop/app.bsky.feed.post/3jzfcijpj2z2a"))


def test_a_recorded_document_names_the_server_of_its_account() -> None:
    document = json.loads(corpus("bluesky", "marshalx-test-data", "did_doc.json").read_text())

    pds = pds_of(document["didDoc"], document["did"], "https://bsky.social")
    assert pds == document["didDoc"]["service"][0]["serviceEndpoint"]


@pytest.mark.parametrize("name", ["post_record", "extended_post_record"])
def test_a_recorded_record_is_read(name: str) -> None:
    path: Path = corpus("bluesky", "marshalx-test-data", f"{name}.json")
    document = json.loads(path.read_text())
    wire = WireStored.model_validate(document)

    assert wire.value is not None
    assert (wire.uri, wire.value.text) == (document["uri"], document["value"]["text"])


def test_a_quote_with_pictures_is_both() -> None:
    path = corpus("bluesky", "marshalx-test-data", "thread_view_post_with_embed_media.json")
    document = json.loads(path.read_text())["thread"]["post"]
    post = to_post(WirePost.model_validate(document), raw(document), None)
    embed = document["record"]["embed"]

    assert post.quotes == embed["record"]["record"]["uri"]
    assert [one.id for one in post.media] == [embed["media"]["images"][0]["image"]["ref"]["$link"]]
    assert post.media[0].url == document["embed"]["media"]["images"][0]["fullsize"]


def test_recorded_feeds_tell_our_own_posts_from_repeated_ones() -> None:
    for name, document in recorded("server-snapshots", "bsky-views-author-feed"):
        feed = cast("list[Any]", document if isinstance(document, list) else document.get("feed", []))
        wire = WireFeed.model_validate({"feed": feed})

        told = [item.get("reason") is not None for item in cast("list[dict[str, object]]", feed)]
        assert [item.reason is not None for item in wire.feed] == told, name


def test_messages_of_posts_are_dated_by_when_they_were_seen_if_they_claim_to_be_newer() -> None:
    author = {"did": "did:plc:a", "handle": "a.example"}
    record = {"text": "x", "createdAt": "2999-01-01T00:00:00Z"}
    wire = WirePost.model_validate(
        {
            "uri": "at://a/b/c",
            "cid": "c",
            "author": author,
            "record": record,
            "indexedAt": "2026-03-01T12:00:00Z",
        }
    )

    assert to_post(wire, raw({}), None).published_at.year == 2026  # type: ignore[union-attr]
    assert post_message(wire, raw({}), None, MessageKind.COMMENT, None).created_at.year == 2026
