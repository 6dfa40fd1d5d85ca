"""Which operation reads which recorded answer, how it is called, and what must come out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from socialkit.models import AccountRef, Attempt, Author, Draft, FoundState, Message, MessageKind
from socialkit.testing import take
from tests.support import collect, settle
from tests.transport.fakes import NOON
from tests.truth.bluesky import reading
from tests.truth.bluesky.recordings import (
    EVENTS,
    FEED,
    ME,
    NOTES,
    POSTS,
    PROFILE,
    RECORD,
    THREAD,
    Connect,
    Recording,
    of,
    sent,
)

WRITE = "com.atproto.repo.putRecord"
WRITTEN = {"uri": f"at://{ME}/app.bsky.feed.like/3k", "cid": "bafyrei"}

Call = Callable[[Connect, Recording], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One operation on one kind of recorded answer."""

    operation: str
    nsid: str
    call: Call
    """Hands the recording to a client, calls the operation, and checks what comes out."""
    fits: Callable[[Recording], bool]

    def recordings(self) -> list[Recording]:
        return [one for one in of(self.nsid) if self.fits(one)]

    def __str__(self) -> str:
        return f"{self.operation} {self.nsid}"


CASES: list[Case] = []


def always(_one: Recording) -> bool:
    return True


def case(operation: str, nsid: str, fits: Callable[[Recording], bool] = always) -> Callable[[Call], Call]:
    """Enter a function in the table."""

    def enter(call: Call) -> Call:
        CASES.append(Case(operation, nsid, call, fits))
        return call

    return enter


def is_post(one: Recording) -> bool:
    return "text" in one.body["value"]


def is_like(one: Recording) -> bool:
    return not is_post(one)


# Account and insights ----------------------------------------------------------------------


@case("account.me", PROFILE)
async def read_me(connect: Connect, one: Recording) -> None:
    profile = await settle(connect({PROFILE: one.body}, one.body["did"]).account.me())

    reading.check_profile(profile, one.body)


@case("listening.profile", PROFILE)
async def read_profile(connect: Connect, one: Recording) -> None:
    client = connect({PROFILE: one.body})

    reading.check_profile(await settle(client.listening.profile(one.body["handle"])), one.body)
    assert ("actor", one.body["handle"]) in sent(client)[-1].params


@case("insights.account", PROFILE)
async def read_account_insights(connect: Connect, one: Recording) -> None:
    rows = await settle(connect({PROFILE: one.body}, one.body["did"]).insights.account())

    reading.check_observations(rows, one.body["did"], one.body, reading.AUDIENCE)


@case("insights.posts", POSTS)
async def read_post_insights(connect: Connect, one: Recording) -> None:
    wires = one.body["posts"]
    rows = await collect(connect({POSTS: one.body}).insights.posts([wire["uri"] for wire in wires]))

    assert {row.subject for row in rows} == {wire["uri"] for wire in wires}
    for wire in wires:
        reading.check_observations(rows, wire["uri"], wire, reading.COUNTS)


# Posts -------------------------------------------------------------------------------------


@case("posts.get", POSTS)
async def read_post(connect: Connect, one: Recording) -> None:
    for wire in one.body["posts"]:
        client = connect({POSTS: {"posts": [wire]}})

        reading.check_post(await settle(client.posts.get(wire["uri"])), wire)


@case("posts.get", RECORD, is_post)
async def read_stored(connect: Connect, one: Recording) -> None:
    client = connect({POSTS: {"posts": []}, RECORD: one.body})

    reading.check_stored(await settle(client.posts.get(one.body["uri"])), one.body)


@case("posts.iterate", FEED)
async def read_feed(connect: Connect, one: Recording) -> None:
    items = one.body["feed"]
    for owner in {item["post"]["author"]["did"] for item in items}:
        posts = await collect(connect({FEED: one.body}, owner).posts.iterate())
        wanted = [
            item["post"] for item in items if "reason" not in item and item["post"]["author"]["did"] == owner
        ]

        assert [post.id for post in posts] == [wire["uri"] for wire in wanted]
        for post, wire in zip(posts, wanted, strict=True):
            reading.check_post(post, wire)


@case("posts.find", RECORD, is_post)
async def find_post(connect: Connect, one: Recording) -> None:
    _, _, owner, _, key = one.body["uri"].split("/")
    chosen = {"key": {"rkey": key, "created_at": one.body["value"]["createdAt"]}}
    attempt = _attempt("publish", "post", owner, results=chosen, draft=Draft(text="One"))
    found = await settle(connect({RECORD: one.body}, owner).posts.find(attempt))

    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    reading.check_stored(found.post, one.body)


@case("posts.find", RECORD, is_like)
async def find_like(connect: Connect, one: Recording) -> None:
    owner, target = one.body["uri"].split("/")[2], one.body["value"]["subject"]["uri"]
    attempt = _attempt("like", "like", owner, target=target)
    found = await settle(connect({RECORD: one.body}, owner).posts.find(attempt))

    assert found.state is FoundState.PUBLISHED


def _attempt(kind: str, step: str, owner: str, **more: Any) -> Attempt:
    account = AccountRef(platform="bluesky", id=owner)
    times: dict[str, Any] = {"started_at": NOON, "deadline": NOON}
    return Attempt(platform="bluesky", account=account, kind=kind, step=step, key="k", **times, **more)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# Inbox -------------------------------------------------------------------------------------


@case("inbox.iterate", NOTES)
async def read_inbox(connect: Connect, one: Recording) -> None:
    wires = one.body["notifications"]
    answered = {wire["record"]["reply"]["parent"]["uri"] for wire in wires if "reply" in wire["record"]}
    for me in {ME, *(uri.split("/")[2] for uri in answered)}:
        messages = await collect(connect({NOTES: one.body}, me).inbox.iterate(notices=True))

        assert [message.id for message in messages] == [wire["uri"] for wire in wires]
        for message, wire in zip(messages, wires, strict=True):
            reading.check_message(message, wire, me)


@case("inbox.comments", THREAD)
async def read_comments(connect: Connect, one: Recording) -> None:
    thread = one.body["thread"]
    post = f"at://{ME}/app.bsky.feed.post/3jzfcijpj2z2a"
    authors = {wire["author"]["did"] for wire, _ in reading.below(thread)}
    for me in {ME, *authors}:
        messages = await collect(connect({THREAD: one.body}, me).inbox.comments(post))

        reading.check_comments(messages, thread, post, me)


@case("inbox.like", POSTS)
async def like(connect: Connect, one: Recording) -> None:
    for wire in one.body["posts"]:
        client = connect({POSTS: {"posts": [wire]}, WRITE: WRITTEN})
        await settle(client.inbox.like(_message(wire)))

        bodies = [cast("Any", request.json) for request in sent(client) if request.url.endswith(WRITE)]
        subjects = [body["record"]["subject"] for body in bodies]
        liked = "like" in wire.get("viewer", {})
        assert subjects == ([] if liked else [{"uri": wire["uri"], "cid": wire["cid"]}])


def _message(wire: Any) -> Message:
    author = Author(id=wire["author"]["did"], handle=wire["author"]["handle"])
    return Message(id=wire["uri"], kind=MessageKind.MENTION, author=author, created_at=NOON)


@case("inbox.reply", POSTS)
async def reply(connect: Connect, one: Recording) -> None:
    for wire in one.body["posts"]:
        client = connect({POSTS: {"posts": [wire]}, WRITE: WRITTEN})
        answer = await settle(client.inbox.reply(_message(wire), "Thank you"))

        (body,) = [cast("Any", request.json) for request in sent(client) if request.url.endswith(WRITE)]
        parent = {"uri": wire["uri"], "cid": wire["cid"]}
        root = wire["record"].get("reply", {}).get("root", parent)
        assert body["record"]["reply"] == {"root": root, "parent": parent}
        assert answer.reply_to == wire["uri"]


# Listening ---------------------------------------------------------------------------------


@case("listening.events", EVENTS)
async def read_event(connect: Connect, one: Recording) -> None:
    stream = connect({EVENTS: one.body}).listening.events(cursor="0")
    (event,) = await take(stream, 1)
    await settle(stream.close())

    reading.check_event(event, one.body)
