"""Records, files and what the simulated Bluesky takes in."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.sandbox.bluesky import BlueskySimulator
from tests.sandbox.bluesky.support import FOLLOW, GATE, KEY, LIKE, POST, WHEN, Caller, image, quote
from tests.sandbox.support import PICTURE
from tests.truth.lexicon import record_problems

REPO = "com.atproto.repo."
FACET = "app.bsky.richtext.facet"


def place(who: Caller, key: str = KEY) -> dict[str, str]:
    return {"repo": who.did, "collection": POST, "rkey": key}


def test_what_was_written_is_there_at_once(main: Caller, anybody: Caller) -> None:
    written = main.put(KEY, {"text": "Hello"}).json
    found = anybody.get(f"{REPO}getRecord", **place(main)).json

    assert written["uri"] == found["uri"] == f"at://{main.did}/{POST}/{KEY}"
    assert written["cid"] == found["cid"]
    assert found["value"] == {"$type": POST, "text": "Hello", "createdAt": WHEN}


def test_content_identifiers_are_those_of_real_servers(main: Caller) -> None:
    record = {"text": "hi", "createdAt": "2026-01-01T00:00:00.000Z"}
    blob = main.upload(b"hello", "text/plain").json["blob"]

    assert main.create(record).json["cid"] == "bafyreigq3exe2m23sojzoachuyucow4vu7eyatati4uy6scr4ixt6xwlhi"
    assert blob["ref"]["$link"] == "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"


def test_putting_the_same_again_changes_nothing(main: Caller, network: BlueskySimulator) -> None:
    first, again = main.put(KEY, {"text": "Once"}).json, main.put(KEY, {"text": "Once"}).json

    assert first["cid"] == again["cid"]
    assert "commit" in first
    assert "commit" not in again
    assert [one.text for one in network.posts()] == ["Once"]


def test_creating_under_a_taken_key_breaks_the_server_and_changes_nothing(
    main: Caller, network: BlueskySimulator
) -> None:
    main.create({"text": "First"}, rkey=KEY)
    answer = main.create({"text": "Second"}, rkey=KEY)

    assert (answer.status, answer.json["error"]) == (500, "InternalServerError")
    assert [one.text for one in network.posts()] == ["First"]


def test_a_swap_happens_only_if_the_record_was_what_the_caller_says(main: Caller) -> None:
    first = main.put(KEY, {"text": "First"}, swapRecord=None).json
    refused = main.put(KEY, {"text": "Second"}, swapRecord=None)
    second = main.put(KEY, {"text": "Second"}, swapRecord=first["cid"])
    stale = main.put(KEY, {"text": "Third"}, swapRecord=first["cid"])
    other = main.put(KEY, {"text": "Third"}, swapCommit=first["cid"])

    assert (refused.status, refused.json["error"]) == (400, "InvalidSwap")
    assert refused.json["message"] == f"Record was at {first['cid']}"
    assert second.status == 200
    assert stale.json["error"] == other.json["error"] == "InvalidSwap"


def test_deleting_twice_is_no_error(main: Caller, network: BlueskySimulator) -> None:
    uri = main.publish("Gone soon")["uri"]
    first, again = main.delete(uri), main.delete(uri)

    assert (first.status, again.status, again.json) == (200, 200, {})
    assert network.posts() == []
    assert main.get(f"{REPO}getRecord", **place(main)).json["error"] == "RecordNotFound"


def test_a_batch_happens_whole_or_not_at_all(main: Caller, network: BlueskySimulator) -> None:
    create = f"{REPO}applyWrites#create"
    post = {"$type": POST, "text": "Gated", "createdAt": WHEN}
    gate: dict[str, Any] = {
        "$type": GATE,
        "post": f"at://{main.did}/{POST}/{KEY}",
        "createdAt": WHEN,
        "allow": [],
    }
    writes = [
        {"$type": create, "collection": POST, "rkey": KEY, "value": post},
        {"$type": create, "collection": GATE, "rkey": KEY, "value": gate},
    ]
    bad = [writes[0], {**writes[1], "value": {**gate, "createdAt": "soon"}}]

    assert main.post(f"{REPO}applyWrites", repo=main.did, writes=bad).status == 400
    assert network.posts() == []
    done = main.post(f"{REPO}applyWrites", repo=main.did, writes=writes)
    assert [one["validationStatus"] for one in done.json["results"]] == ["valid", "valid"]
    assert main.post(f"{REPO}applyWrites", repo=main.did, writes=writes).status == 500
    assert [one.text for one in network.posts()] == ["Gated"]


def test_liking_twice_leaves_one_like(main: Caller, friend: Caller) -> None:
    post = main.publish("Hello")
    for _ in range(2):
        friend.written({"subject": post}, LIKE)
        friend.written({"subject": main.did}, FOLLOW)

    likes = friend.get(f"{REPO}listRecords", repo=friend.did, collection=LIKE).json["records"]
    shown = main.get("app.bsky.feed.getPosts", uris=[post["uri"]]).json["posts"][0]
    profile = main.get("app.bsky.actor.getProfile", actor=main.did).json
    assert len(likes) == shown["likeCount"] == profile["followersCount"] == 1


def test_records_are_listed_by_key(main: Caller) -> None:
    keys = [f"3mg2vbwr3222{last}" for last in "234567"]
    for key in keys:
        main.put(key, {"text": key})
    asked = {"repo": main.did, "collection": POST, "limit": 4}
    first = main.get(f"{REPO}listRecords", **asked).json
    second = main.get(f"{REPO}listRecords", **asked, cursor=first["cursor"]).json
    third = main.get(f"{REPO}listRecords", **asked, cursor=second["cursor"]).json
    forward = main.get(f"{REPO}listRecords", **asked, reverse="true").json

    found = [one["uri"].rpartition("/")[2] for one in first["records"] + second["records"]]
    assert found == keys[::-1]
    assert third == {"records": []}
    assert [one["value"]["text"] for one in forward["records"]] == keys[:4]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"text": "x" * 301}, "grapheme too big (maximum 300, got 301) at $.record.text"),
    ({"text": "é" * 1501}, "string too big (maximum 3000, got 3002) at $.record.text"),
    ({"text": 5}, "Expected string value type (got 5) at $.record.text"),
    ({}, 'Missing required key "text" at $.record'),
    ({"text": "x", "createdAt": "2026-03-02"}, 'Invalid datetime (got "2026-03-02")'),
    ({"text": "x", "langs": ["en", "fr", "de", "it"]}, "array too big (maximum 3, got 4)"),
    ({"text": "x", "langs": ["e"]}, 'Invalid language (got "e") at $.record.langs[0]'),
    ({"text": "x", "tags": ["y" * 65]}, "grapheme too big (maximum 64, got 65)"),
    ({"text": "x", "reply": {"root": {"uri": "at://x/y/z"}}}, 'Invalid at-uri (got "at://x/y/z")'),
    ({"text": "x", "labels": {"values": []}}, "Expected an object which includes"),
    ({"text": "x", "facets": [{"index": {"byteStart": 0}, "features": []}]}, 'key "byteEnd"'),
    ({"text": "x", "facets": [{"index": {"byteStart": -1, "byteEnd": 1}, "features": []}]}, "too small"),
    (
        {
            "text": "x",
            "facets": [
                {
                    "index": {"byteStart": 0, "byteEnd": 1},
                    "features": [{"$type": f"{FACET}#mention", "did": "nobody"}],
                }
            ],
        },
        'Invalid DID (got "nobody") at $.record.facets[0].features[0].did',
    ),
]


@pytest.mark.parametrize(("record", "message"), REFUSED)
def test_a_post_that_is_none_is_refused(main: Caller, record: dict[str, Any], message: str) -> None:
    answer = main.create(record)

    assert (answer.status, answer.json["error"]) == (400, "InvalidRequest")
    assert message in answer.json["message"]


def test_the_networks_lexicon_refuses_the_same() -> None:
    passed = [
        record
        for record, _ in REFUSED
        if not record_problems(POST, {"$type": POST, "createdAt": WHEN, **record})
    ]

    assert passed == []


def test_what_real_servers_do_not_check_passes(main: Caller) -> None:
    nothing = {"uri": f"at://{main.did}/{POST}/{KEY}", "cid": main.publish("x")["cid"]}
    tag = {"$type": f"{FACET}#tag", "tag": "tea"}
    beyond = {"index": {"byteStart": 90, "byteEnd": 10}, "features": [tag]}

    assert main.create({"text": "x", "reply": {"root": nothing, "parent": nothing}}).status == 200
    assert main.create({"text": "x", "facets": [beyond]}).status == 200
    assert main.create({"text": "x", "embed": {"$type": "app.bsky.embed.unheard"}}).status == 200
    assert main.create({"text": "x", "colour": "blue"}).status == 200
    assert main.create({"text": "👩‍👩‍👧‍👦" * 100}).status == 200
    assert main.create({"text": "x" * 301}, validate=False).status == 200


def test_numbers_with_fractions_have_no_place_in_records(main: Caller) -> None:
    answer = main.create({"text": "x", "price": 1.5})

    assert (answer.status, answer.json["error"]) == (400, "InvalidRequest")
    assert "at $.record.price" in answer.json["message"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("a key", 'Invalid record key (got "a key") at $.rkey'),
        ("mine", f"Invalid record key for {POST}: Invalid TID string"),
    ],
)
def test_keys_of_posts_are_made_from_time(main: Caller, key: str, message: str) -> None:
    answer = main.put(key, {"text": "x"})

    assert answer.status == 400
    assert message in answer.json["message"]


def test_nobody_writes_into_another_repository(main: Caller, friend: Caller) -> None:
    record = {"$type": POST, "text": "x", "createdAt": WHEN}
    body = {"collection": POST, "record": record}

    assert main.post(f"{REPO}createRecord", repo=friend.did, **body).status == 401
    assert main.post(f"{REPO}createRecord", repo="nobody.example", **body).status == 403


def test_files_are_uploaded_before_a_record_refers_to_them(main: Caller, friend: Caller) -> None:
    blob = main.upload().json["blob"]
    elsewhere = friend.create({"text": "x", "embed": image(blob)})
    wrong = main.create({"text": "x", "embed": image({**blob, "size": 5})})
    kind = main.create({"text": "x", "embed": image({**blob, "mimeType": "image/webp"})})
    kept = main.get("com.atproto.sync.getBlob", did=main.did, cid=blob["ref"]["$link"])

    assert blob["size"] == len(PICTURE)
    assert (elsewhere.status, elsewhere.json["error"]) == (400, "BlobNotFound")
    assert (wrong.json["error"], kind.json["error"]) == ("InvalidSize", "InvalidMimeType")
    assert kept.json["message"] == "Blob not found"

    assert main.create({"text": "x", "embed": image(blob)}).status == 200
    kept = main.get("com.atproto.sync.getBlob", did=main.did, cid=blob["ref"]["$link"])
    assert (kept.response.body, kept.headers["content-type"]) == (PICTURE, "image/png")


def test_the_same_file_is_the_same_blob_of_the_kind_that_its_bytes_have(main: Caller) -> None:
    first, second = main.upload().json, main.upload(kind="image/jpeg").json

    assert first == second
    assert first["blob"]["mimeType"] == "image/png"


def test_pictures_have_a_limit_that_depends_on_the_servers_age(
    main: Caller, network: BlueskySimulator
) -> None:
    blob = main.upload(PICTURE + b"\x00" * 1_000_000).json["blob"]
    network.set_image_size(1_000_000)
    old = main.create({"text": "x", "embed": image(blob)})
    network.set_image_size(1_000_000, named=True)
    oldest = main.create({"text": "x", "embed": image(blob)})
    network.set_image_size(2_000_000)
    large = main.create({"text": "x", "embed": image({**blob, "size": 2_000_001})})

    assert f"blob too big (maximum 1000000, got {blob['size']})" in old.json["message"]
    assert (oldest.status, oldest.json["error"]) == (400, "BlobTooLarge")
    assert oldest.json["message"] == (
        "This file is too large. It is 976.59KB but the maximum size is 976.56KB."
    )
    assert "blob too big (maximum 2000000, got 2000001)" in large.json["message"]
    assert main.create({"text": "x", "embed": image(blob)}).status == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": [{"alt": "x"}] * 5}, "array too big (maximum 4, got 5)"),
        ({"images": [{"image": "picture", "alt": "x"}]}, 'Expected blob value type (got "picture")'),
        ({"images": [{"alt": "x"}]}, 'Missing required key "image"'),
    ],
)
def test_embeds_that_are_none_are_refused(main: Caller, change: dict[str, Any], message: str) -> None:
    answer = main.create({"text": "x", "embed": {"$type": "app.bsky.embed.images", **change}})

    assert answer.status == 400
    assert message in answer.json["message"]


def test_bodies_are_told_what_is_wrong_with_them(main: Caller) -> None:
    target = f"/xrpc/{REPO}createRecord"
    broken = main.send("POST", target, headers={"Content-Type": "application/json"}, body=b"{")
    plain = main.send("POST", target, headers={"Content-Type": "text/plain"}, body=b"{}")
    large = main.create({"text": "x", "more": "y" * 1_000_000})

    assert (broken.status, plain.status, large.status) == (400, 400, 413)
    assert large.json["error"] == "PayloadTooLarge"
    assert (
        main.post(f"{REPO}putRecord", repo=main.did).json["message"]
        == 'Missing required key "collection" at $'
    )


def test_limits_of_lists_are_kept(main: Caller) -> None:
    asked = {"repo": main.did, "collection": POST}

    high = main.get(f"{REPO}listRecords", **asked, limit=101)
    low = main.get(f"{REPO}listRecords", **asked, limit=0)
    none = main.get(f"{REPO}listRecords", repo=main.did)

    start = f"Invalid {REPO}listRecords params:"
    assert high.json["message"] == f"{start} integer too big (maximum 100, got 101)"
    assert low.json["message"] == f"{start} integer too small (minimum 1, got 0)"
    assert none.json["message"] == f'{start} Missing required key "collection"'


def test_a_quote_refers_to_a_record(main: Caller, friend: Caller) -> None:
    post = main.publish("Hello")
    quoted = friend.publish("See", embed=quote(post))
    shown = main.get("app.bsky.feed.getPosts", uris=[quoted["uri"], post["uri"]]).json["posts"]

    assert shown[0]["embed"]["record"]["value"]["text"] == "Hello"
    assert shown[1]["quoteCount"] == 1
