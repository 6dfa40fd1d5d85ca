"""Every recorded answer of a call that we make is read, and fits the lexicons or stands in the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from socialkit.models import Author, Message, MessageKind
from tests.support import collect, settle
from tests.transport.fakes import NOON
from tests.truth.bluesky import reading
from tests.truth.bluesky.cases import CASES, WRITE, Case
from tests.truth.bluesky.lexicons import DISAGREEMENTS, Disagreement, decided
from tests.truth.bluesky.recordings import (
    EVENTS,
    POSTS,
    PROFILE,
    RECORD,
    Connect,
    Recording,
    connector,
    found,
    of,
    recordings,
    sent,
)
from tests.truth.lexicon import output_problems, part_problems, record_problems

SEARCH = "app.bsky.feed.searchPosts"


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = case.recordings()
    for one in mine:
        await case.call(connect, one)

    assert mine


def is_post(value: dict[str, Any]) -> bool:
    """Whether a value is a post as readers get it; a notification and a quoted post have other fields."""
    record: Any = value.get("record")
    return {"uri", "author", "likeCount"} <= set(value) and isinstance(record, dict) and "text" in record


def is_profile(value: dict[str, Any]) -> bool:
    return {"did", "handle", "followersCount"} <= set(value)


def is_gate(value: dict[str, Any]) -> bool:
    return value.get("$type") == "app.bsky.feed.threadgate"


def elsewhere(fits: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return what lies in answers to calls that we do not make."""
    return [thing for one in recordings() if one.nsid is None for thing in found(one.body, fits)]


async def test_posts_in_other_answers_are_read(connect: Connect) -> None:
    posts = elsewhere(is_post)
    for wire in posts:
        client = connect({POSTS: {"posts": [wire]}, SEARCH: {"posts": [wire], "cursor": "2"}})
        reading.check_post(await settle(client.posts.get(wire["uri"])), wire)
        reading.check_post((await collect(client.listening.search("x", limit=1)))[0], wire)

        assert part_problems("app.bsky.feed.defs", "postView", wire) == []

    assert len(posts) > 60


async def test_profiles_in_other_answers_are_read(connect: Connect) -> None:
    profiles = elsewhere(is_profile)
    for wire in profiles:
        client = connect({PROFILE: wire}, wire["did"])
        reading.check_profile(await settle(client.account.me()), wire)

        assert part_problems("app.bsky.actor.defs", "profileViewDetailed", wire) == []

    assert len(profiles) >= 9


async def test_recorded_rules_of_threads_are_kept_when_an_answer_is_hidden(connect: Connect) -> None:
    gates = elsewhere(is_gate)
    for gate in gates:
        owner = gate["post"].split("/")[2]
        answer = {"uri": f"at://{owner}/app.bsky.feed.post/3mg2vbwr32222", "cid": "bafyrei"}
        post = {"$type": "app.bsky.feed.post", "text": "x", "createdAt": gate["createdAt"]}
        views = [{**answer, "author": {"did": "did:plc:other", "handle": "x.example"}, "record": post}]
        kept = {"uri": gate["post"], "cid": "bafyreigate", "value": gate}
        client = connect({POSTS: {"posts": views}, RECORD: {**kept}, WRITE: answer}, owner)
        message = Message(
            id="at://did:plc:other/app.bsky.feed.post/3mg2vbwr32222",
            kind=MessageKind.COMMENT,
            author=Author(id="did:plc:other", handle="x.example"),
            created_at=NOON,
        )
        views[0]["record"] = {**post, "reply": {"root": {**answer, "uri": gate["post"]}, "parent": answer}}
        await settle(client.inbox.hide(message))

        body: Any = sent(client)[-1].json
        assert body["record"] == {**gate, "hiddenReplies": [message.id]}
        assert body["swapRecord"] == "bafyreigate"
        assert record_problems(body["collection"], body["record"]) == []

    assert len(gates) >= 5


# Lexicons ----------------------------------------------------------------------------------


def misfits(one: Recording) -> list[str]:
    assert one.nsid is not None
    return [f"{one.nsid}: answer: {problem}" for problem in output_problems(one.nsid, one.body)]


def test_recorded_answers_fit_the_lexicons() -> None:
    mine = [one for one in recordings() if one.nsid not in {None, EVENTS}]

    assert [problem for one in mine for problem in decided(iter(misfits(one)))] == []
    assert len(mine) > 60


def test_records_of_recorded_events_fit_the_lexicons() -> None:
    commits = [one.body["commit"] for one in of(EVENTS) if "commit" in one.body]
    written = [commit for commit in commits if "record" in commit]

    assert [record_problems(one["collection"], one["record"]) for one in written] == [[]] * len(written)
    assert len(written) >= 4


@pytest.mark.parametrize("one", [one for one in DISAGREEMENTS if one.recorded], ids=lambda one: one.where)
def test_each_disagreement_was_recorded(one: Disagreement) -> None:
    names = re.findall(r"\((\w+)\)", one.seen)
    shown = [
        recording.name.rpartition("/")[2]
        for recording in of(RECORD)
        if decided(iter(misfits(recording)), without=one)
    ]

    assert names
    assert set(names) <= set(shown)


def test_every_recorded_answer_of_a_call_that_we_make_is_replayed() -> None:
    replayed = {one.name for case in CASES for one in case.recordings()}

    assert {one.name for one in recordings() if one.nsid is not None} - replayed == set()
