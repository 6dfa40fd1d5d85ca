"""Answers in the shape of Bluesky's lexicons, made up here: a page of an author's feed, and a login.

Field names and nesting follow https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from benchmarks.bodies import WORDS, dumped

__all__ = ["DID", "HANDLE", "feed_body", "job_body", "server_body", "session_body", "token_body"]

Json = dict[str, Any]

DID: Final = "did:plc:ateliermadeup00000000000"
HANDLE: Final = "atelier.example.com"
FIRST: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)
KEYS: Final = "234567abcdefghijklmnopqrstuvwxyz"


def _cid(draw: random.Random) -> str:
    return "bafyrei" + "".join(draw.choices(KEYS, k=52))


def _key(draw: random.Random) -> str:
    return "3l" + "".join(draw.choices(KEYS, k=11))


def _uri(draw: random.Random) -> str:
    return f"at://{DID}/app.bsky.feed.post/{_key(draw)}"


def _time(number: int) -> str:
    return (FIRST - timedelta(hours=number)).isoformat(timespec="milliseconds")[:-6] + "Z"


def _author() -> Json:
    return {
        "did": DID,
        "handle": HANDLE,
        "displayName": "Atelier 🍂",
        "avatar": f"https://cdn.example/img/avatar/plain/{DID}/bafkreiavatarmadeup@jpeg",
        "associated": {
            "chat": {"allowIncoming": "all"},
            "activitySubscription": {"allowSubscriptions": "followers"},
        },
        "viewer": {"muted": False, "blockedBy": False},
        "labels": [],
        "createdAt": "2023-04-24T00:00:00.000Z",
    }


def _text(draw: random.Random) -> tuple[str, list[Json]]:
    """Return a text with a link, a mention and a tag, and where they stand in its bytes."""
    said = " ".join(draw.choices(WORDS, k=draw.randint(8, 24)))
    tag, facets, text = draw.choice(WORDS), list[Json](), said
    for piece, feature in (
        (f"#{tag}", {"$type": "app.bsky.richtext.facet#tag", "tag": tag}),
        (f"@{HANDLE}", {"$type": "app.bsky.richtext.facet#mention", "did": DID}),
        ("shop.example/new", {"$type": "app.bsky.richtext.facet#link", "uri": "https://shop.example/new"}),
    ):
        if draw.random() < 0.5:
            start = len(f"{text} ".encode())
            text = f"{text} {piece}"
            index = {"byteStart": start, "byteEnd": start + len(piece)}
            facets.append({"$type": "app.bsky.richtext.facet", "index": index, "features": [feature]})
    return text, facets


def _blob(draw: random.Random) -> Json:
    link = "bafkrei" + "".join(draw.choices(KEYS, k=52))
    return {
        "$type": "blob",
        "ref": {"$link": link},
        "mimeType": "image/jpeg",
        "size": draw.randint(90_000, 900_000),
    }


def _pictures(draw: random.Random) -> tuple[Json, Json]:
    alt = "A waxed green jacket on a wooden hanger, in front of a white wall"
    shape = {"width": 1920, "height": 1280}
    blobs = [_blob(draw) for _ in range(draw.randint(1, 3))]
    written = [{"alt": alt, "aspectRatio": shape, "image": blob} for blob in blobs]
    place = f"https://cdn.example/img/{{}}/plain/{DID}/{{}}@jpeg"
    shown = [
        {
            "thumb": place.format("feed_thumbnail", blob["ref"]["$link"]),
            "fullsize": place.format("feed_fullsize", blob["ref"]["$link"]),
            "alt": alt,
            "aspectRatio": shape,
        }
        for blob in blobs
    ]
    return (
        {"$type": "app.bsky.embed.images", "images": written},
        {"$type": "app.bsky.embed.images#view", "images": shown},
    )


def _card(draw: random.Random) -> tuple[Json, Json]:
    card = {
        "uri": f"https://shop.example/journal/{draw.randint(1, 9_999)}",
        "title": " ".join(draw.choices(WORDS, k=7)).capitalize(),
        "description": " ".join(draw.choices(WORDS, k=22)).capitalize(),
    }
    thumb = _blob(draw)
    picture = f"https://cdn.example/img/feed_thumbnail/plain/{DID}/{thumb['ref']['$link']}@jpeg"
    return (
        {"$type": "app.bsky.embed.external", "external": {**card, "thumb": thumb}},
        {"$type": "app.bsky.embed.external#view", "external": {**card, "thumb": picture}},
    )


def _item(number: int, draw: random.Random) -> Json:
    text, facets = _text(draw)
    record: Json = {"$type": "app.bsky.feed.post", "createdAt": _time(number), "langs": ["en"], "text": text}
    if facets:
        record["facets"] = facets
    post: Json = {"uri": _uri(draw), "cid": _cid(draw), "author": _author(), "record": record}
    if draw.random() < 0.8:
        record["embed"], post["embed"] = draw.choice((_pictures, _card))(draw)
    item: Json = {"post": post}
    if draw.random() < 0.2:
        record["reply"] = {end: {"uri": _uri(draw), "cid": _cid(draw)} for end in ("root", "parent")}
        item["reply"] = {end: _view(number + 1, draw, **ref) for end, ref in record["reply"].items()}
    post |= _counts(number, draw)
    return item


def _view(number: int, draw: random.Random, *, uri: str, cid: str) -> Json:
    record = {
        "$type": "app.bsky.feed.post",
        "createdAt": _time(number),
        "langs": ["en"],
        "text": _text(draw)[0],
    }
    view = {"$type": "app.bsky.feed.defs#postView", "uri": uri, "cid": cid, "author": _author()}
    return {**view, "record": record, **_counts(number, draw)}


def _counts(number: int, draw: random.Random) -> Json:
    return {
        "bookmarkCount": draw.randint(0, 5),
        "replyCount": draw.randint(0, 20),
        "repostCount": draw.randint(0, 60),
        "likeCount": draw.randint(0, 300),
        "quoteCount": draw.randint(0, 5),
        "indexedAt": _time(number),
        "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False},
        "labels": [],
    }


def feed_body(count: int = 100) -> bytes:
    """Return a page of an author's feed; the same each time."""
    draw = random.Random(7)
    return dumped({"feed": [_item(number, draw) for number in range(count)], "cursor": _time(count)})


def session_body() -> bytes:
    """Return the answer to a login."""
    tokens = {"accessJwt": "not-a-real-token", "refreshJwt": "not-a-real-token-either"}
    return dumped({**tokens, "did": DID, "handle": HANDLE, "active": True})


def server_body() -> bytes:
    """Return what a server tells of itself."""
    return dumped({"did": "did:web:pds.example", "availableUserDomains": [".example.com"]})


def token_body() -> bytes:
    """Return a token for the video service."""
    return dumped({"token": "not-a-real-token"})


def job_body() -> bytes:
    """Return a video's upload that needs no more work."""
    blob = {**_blob(random.Random(7)), "mimeType": "video/mp4"}
    job = {"jobId": "1", "did": DID, "state": "JOB_STATE_COMPLETED", "blob": blob}
    return dumped({"jobStatus": job})
