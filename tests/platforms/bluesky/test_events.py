"""Events of the network are read in both of their forms, and nothing of them is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from socialkit.platforms.bluesky import JetstreamAction, JetstreamKind
from socialkit.platforms.bluesky._events import to_event
from tests.support import corpus

START = 1_772_442_000_000_000
"""The first moment of a sandbox, in microseconds."""


def post() -> dict[str, Any]:
    """A new post, as the server tells of it."""
    commit = {
        "rev": "3k1",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "r1",
        "record": {"$type": "app.bsky.feed.post", "text": "Hello"},
        "cid": "bafy1",
    }
    return {"did": "did:plc:ada", "time_us": START, "kind": "commit", "commit": commit}


def recorded() -> list[Any]:
    folder = corpus("bluesky", "jetstream-events")
    return [json.loads(path.read_text())["body"] for path in sorted(folder.glob("*.json"))]


def test_every_recorded_event_is_read() -> None:
    bodies = recorded()
    events = [to_event(json.dumps(body).encode()) for body in bodies]

    assert len(events) >= 6
    for body, event in zip(bodies, events, strict=True):
        assert event is not None
        assert (event.did, event.time_us, dict(event.raw)) == (body["did"], body["time_us"], body)
        assert event.kind.known
        if "commit" in body:
            assert event.action is not None
            assert event.action.known
            assert event.record == body["commit"].get("record")
            uri = f"at://{body['did']}/{body['commit']['collection']}/{body['commit']['rkey']}"
            assert event.uri == uri
        else:
            assert (event.uri, event.active) == (None, True)


def test_the_old_form_says_the_same_as_the_new_one() -> None:
    new = post()
    old = json.loads(json.dumps(new))
    old["type"] = {"commit": "com"}[old.pop("kind")]
    old["commit"]["type"] = {"create": "c"}[old["commit"].pop("operation")]
    read = [to_event(json.dumps(one).encode()) for one in (new, old)]

    assert read[0] is not None
    assert read[1] is not None
    assert read[0].model_dump(exclude={"raw"}) == read[1].model_dump(exclude={"raw"})


def test_a_deletion_has_neither_record_nor_hash() -> None:
    told = post()
    told["commit"]["operation"] = "delete"
    del told["commit"]["record"], told["commit"]["cid"]
    event = to_event(json.dumps(told).encode())

    assert event is not None
    assert (event.action, event.record, event.cid) == (JetstreamAction.DELETE, None, None)
    assert event.uri == "at://did:plc:ada/app.bsky.feed.post/r1"


def test_identities_and_accounts_are_read() -> None:
    identity = {"did": "did:plc:a", "time_us": 1, "kind": "identity", "identity": {"handle": "a.example"}}
    account = {
        "did": "did:plc:a",
        "time_us": START,
        "kind": "account",
        "account": {"active": False, "status": "deleted", "seq": 3},
    }
    one, two = (to_event(json.dumps(event).encode()) for event in (identity, account))

    assert one is not None
    assert two is not None
    assert (one.kind, one.handle, one.uri) == (JetstreamKind.IDENTITY, "a.example", None)
    assert (two.kind, two.active, two.status, two.seq) == (JetstreamKind.ACCOUNT, False, "deleted", 3)
    assert two.at == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"did":"x","time_us":1,"kind":"commit"}',
        b'{"did":"x","time_us":-1,"kind":"weather"}',
        b'{"did":"x","time_us":253402300800000000,"kind":"weather"}',
    ],
)
def test_what_nobody_can_read_is_no_event(content: bytes) -> None:
    assert to_event(content) is None


def test_kinds_of_tomorrow_are_kept() -> None:
    event = to_event(b'{"did": "did:plc:a", "time_us": 1, "kind": "weather", "weather": {"sun": true}}')

    assert event is not None
    assert (event.kind.value, event.kind.known, event.raw["weather"]) == ("weather", False, {"sun": True})
