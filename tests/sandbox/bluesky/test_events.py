"""The simulated Jetstream tells what happened to repositories, once, in order and in the real one's form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from socialkit.sandbox import SimRequest
from socialkit.sandbox._feed import Feed
from tests.sandbox.bluesky.support import FOLLOW, KEY, LIKE, POST, Caller
from tests.truth.lexicon import record_problems

START = 1_772_442_000_000_000


def follow(caller: Caller, query: str = "cursor=0") -> Feed:
    response = caller.network.handle(SimRequest.of("GET", f"/subscribe?{query}"))
    assert (response.status, response.body) == (101, b"")
    assert response.feed is not None
    return response.feed


def told(feed: Feed) -> list[dict[str, Any]]:
    """Return the events that wait to be taken."""
    return [json.loads(frame) for frame in iter(feed.take, None)]


def doings(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["commit"]["operation"], one["commit"]["collection"]) for one in events]


def test_writes_are_told_as_they_happen(main: Caller) -> None:
    feed = follow(main, "")
    main.put(KEY, {"text": "Hello"})
    main.put(KEY, {"text": "Hello again"})
    main.put(KEY, {"text": "Hello again"})  # changes nothing
    main.delete(f"at://{main.did}/{POST}/{KEY}")
    made, changed, gone = told(feed)

    assert doings([made, changed, gone]) == [("create", POST), ("update", POST), ("delete", POST)]
    assert [one["time_us"] for one in (made, changed, gone)] == [START, START + 1, START + 2]
    assert {(one["did"], one["kind"]) for one in (made, changed, gone)} == {(main.did, "commit")}
    assert made["commit"]["record"]["text"] == "Hello"
    assert made["commit"]["cid"] != changed["commit"]["cid"]
    assert made["commit"]["rev"] < changed["commit"]["rev"] < gone["commit"]["rev"]
    assert set(gone["commit"]) == {"rev", "operation", "collection", "rkey"}
    assert record_problems(POST, made["commit"]["record"]) == []


def test_a_batch_is_one_state_and_several_events(main: Caller) -> None:
    writes = [
        {"$type": "com.atproto.repo.applyWrites#create", "collection": "com.example.thing", "value": {"n": n}}
        for n in range(3)
    ]
    main.post("com.atproto.repo.applyWrites", repo=main.did, writes=writes)
    events = told(follow(main))

    assert [one["commit"]["record"]["n"] for one in events] == [0, 1, 2]
    assert len({one["commit"]["rev"] for one in events}) == 1
    assert len({one["time_us"] for one in events}) == 3


def test_a_like_that_takes_anothers_place_is_told_with_its_end(main: Caller, friend: Caller) -> None:
    post = friend.publish("Hello")
    for _ in range(2):
        main.written({"subject": post}, LIKE)

    assert doings(told(follow(main, f"cursor=0&wantedDids={main.did}"))) == [
        ("create", LIKE),
        ("delete", LIKE),
        ("create", LIKE),
    ]


def test_what_was_refused_is_not_told(main: Caller) -> None:
    main.create({"text": "x" * 301})
    main.delete(f"at://{main.did}/{POST}/{KEY}")

    assert told(follow(main)) == []


def test_a_cursor_reaches_back_to_its_own_event(main: Caller, friend: Caller) -> None:
    for text in ("One", "Two", "Three"):
        main.publish(text)
    friend.written({"subject": main.did}, FOLLOW)

    assert doings(told(follow(main, f"cursor={START + 2}"))) == [("create", POST), ("create", FOLLOW)]
    assert told(follow(main, f"cursor={START + 99_000_000}")) == []
    assert told(follow(main, "")) == []
    assert doings(told(follow(main, "cursor=0&wantedCollections=app.bsky.graph.*"))) == [("create", FOLLOW)]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=now",
        "wantedCollections=posts",
        "wantedDids=main.example",
        "&".join(f"wantedCollections=com.example.a{n}" for n in range(101)),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_words(main: Caller, query: str) -> None:
    answer = main.send("GET", f"/subscribe?{query}")

    assert (answer.status, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert answer.response.body.startswith((b"invalid", b"too many"))
    assert answer.response.feed is None
