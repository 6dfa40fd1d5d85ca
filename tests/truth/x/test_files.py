"""Every file with answers of X is read, becomes an error, or is of something that is not offered."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from socialkit.auth import Pushed
from socialkit.models import AccountRef, MessageKind, Missing
from socialkit.platforms import find
from socialkit.testing import settle
from tests.support import collect, corpus
from tests.transport.fakes import json_answer
from tests.truth.x.cases import CASES, check_post
from tests.truth.x.recordings import (
    MAPPED,
    ME,
    NOT_OFFERED,
    READ,
    Connect,
    bare,
    connector,
    files,
    kinds_of,
    recordings,
    shown,
)
from tests.truth.x.things import things


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


def test_every_file_is_read_mapped_or_of_something_that_is_not_offered() -> None:
    assert {file: kinds_of(file) for file in files() if len(kinds_of(file)) != 1} == {}
    patterns = [*READ, *MAPPED, *NOT_OFFERED]
    assert [one for one in patterns if not any(re.fullmatch(one, file) for file in files())] == []


def test_every_call_that_we_make_is_read_from_every_file_that_has_its_answer() -> None:
    everything = (*recordings(), *shown())
    taken = {one.file for one in everything if any(case.takes(one) for case in CASES)}

    assert taken == {file for file in files() if how(file) == "a call"}


def how(file: str) -> str | None:
    return next((reader for pattern, reader in READ.items() if re.fullmatch(pattern, file)), None)


Reader = Callable[[Connect, Any], Awaitable[None]]
READERS: Final[dict[str, Reader]] = {}


def reader(name: str) -> Callable[[Reader], Reader]:
    def enter(read: Reader) -> Reader:
        READERS[name] = read
        return read

    return enter


@pytest.mark.parametrize("name", sorted(set(READ.values()) - {"a call"}))
async def test_files_of_other_shapes_are_read(connect: Connect, name: str) -> None:
    mine = [file for file in files() if how(file) == name]
    for file in mine:
        text = corpus("x").joinpath(file).read_text()
        await READERS[name](connect, bare(json.loads(text)) if file.endswith(".json") else text)

    assert mine


@reader("posts")
async def read_posts(connect: Connect, text: str) -> None:
    wires = [wire for line in text.splitlines() for wire in streamed(line)]
    for wire in wires[:5]:
        client = connect(("GET", "/2/tweets/[0-9]+", json_answer({"data": wire})))
        check_post(await settle(client.posts.get(wire["id"])), wire)
    assert wires


def streamed(line: str) -> list[Any]:
    """Return the post of a line; none of the last one, in which the stream broke off."""
    try:
        document = json.loads(line or "{}")
    except ValueError:
        return []
    found = document.get("data", document)
    return [found] if "text" in found else []


@reader("files")
async def read_files(connect: Connect, body: Any) -> None:
    listed = body.get("media", [body])
    keys = [one["media_key"] for one in listed]
    post = {"id": "9", "text": "Look", "attachments": {"media_keys": keys}}
    answer = json_answer({"data": post, "includes": {"media": listed}})
    found = await settle(connect(("GET", "/2/tweets/9", answer)).posts.get("9"))

    kinds = {"video": "video", "animated_gif": "animation", "photo": "image"}
    assert [(one.id, one.kind.value, one.url) for one in found.media] == [
        (one["media_key"].partition("_")[2], kinds[one["type"]], one.get("preview_image_url"))
        for one in listed
    ]


@reader("counts")
async def read_counts(connect: Connect, body: Any) -> None:
    wires: list[Any] = body["data"] if isinstance(body["data"], list) else [body["data"]]
    answer = json_answer({"data": wires, "includes": body.get("includes", {})})
    counts: dict[str, dict[str, int]] = {one["id"]: one.get("public_metrics", {}) for one in wires}
    rows = await collect(connect(("GET", "/2/tweets", answer)).insights.posts(counts))

    assert {row.subject for row in rows} == set(counts)
    assert Missing.NOT_FOUND not in {row.missing for row in rows}
    told = {(row.subject, row.native): row.value for row in rows}
    for film in body.get("includes", {}).get("media", ()):
        assert told[wires[0]["id"], "view_count"] == film["public_metrics"]["view_count"]
    assert {told[post, name] for post, found in counts.items() for name in found} == {
        value for found in counts.values() for value in found.values()
    }


@reader("messages")
async def read_message(connect: Connect, body: Any) -> None:
    page = {"data": [body], "meta": {"result_count": 1}}
    client = connect(("GET", "/2/dm_events", json_answer(page)))
    (message,) = await collect(client.inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE]))

    assert (message.id, message.text, message.author.id) == (body["id"], body["text"], body["sender_id"])


@reader("webhooks")
async def read_webhooks(connect: Connect, body: Any) -> None:
    told = body["data"]
    if "deleted" in told:
        await settle(connect(("DELETE", "/2/webhooks/7", json_answer(body))).account.remove_webhook("7"))
        return
    page: Any = body if isinstance(told, list) else {"data": [told], "meta": {"result_count": 1}}
    found = await settle(connect(("GET", "/2/webhooks", json_answer(page))).account.webhooks())
    assert [(one.id, one.url, one.valid) for one in found] == [
        (one["id"], one["url"], one["valid"]) for one in page["data"]
    ]


@reader("subscriptions")
async def read_subscriptions(connect: Connect, body: Any) -> None:
    told, place = body["data"], "/2/activity/subscriptions"
    if "deleted" in told:
        await settle(connect(("DELETE", f"{place}/7", json_answer(body))).account.unsubscribe("7"))
        return
    page: Any = body if isinstance(told, list) else {"data": [told]}
    found = await settle(connect(("GET", place, json_answer(page))).account.subscriptions())
    assert [one.id for one in found] == [one["subscription_id"] for one in page["data"]]


@reader("a push")
async def read_push(_connect: Connect, body: Any) -> None:
    told = pushed(body)
    assert [thing.make(AccountRef(platform="x", id=thing.accounts[0])) is not None for thing in told] == [
        True
    ]


@reader("older posts")
async def read_older_posts(_connect: Connect, body: Any) -> None:
    posts = [one for one in things(body, is_older_post) if "retweeted_status" not in one]
    for post in posts:
        (thing,) = pushed({"for_user_id": ME, "tweet_create_events": [post]})
        message: Any = thing.make(AccountRef(platform="x", id=ME))
        assert (message.id, message.author.handle) == (post["id_str"], post["user"]["screen_name"])
    assert posts


def is_older_post(value: dict[str, Any]) -> bool:
    named = {"id_str", "user"} <= set(value) and ("text" in value or "full_text" in value)
    return named and "screen_name" in value["user"]


def pushed(body: Any) -> list[Any]:
    return list(find("x").load_pushes().read(Pushed.read("POST", "", {}, json.dumps(body).encode())))
