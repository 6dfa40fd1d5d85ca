"""Every request of a Bluesky client, and every answer of the simulator to it, fits the lexicons."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from socialkit.platforms import Bluesky
from socialkit.sandbox._http import SimRequest, SimResponse
from tests.truth.bluesky.lexicons import DISAGREEMENTS, Disagreement, nsid_of, problems, records_of
from tests.truth.bluesky.repertoire import UNSEEN, Stage, play
from tests.truth.lexicon import output_problems
from tests.truth.operations import offered
from tests.truth.specification import Exchange


@pytest.fixture(params=["blocking", "async"])
async def stage(request: pytest.FixtureRequest) -> Stage:
    played = Stage(request.param)
    await play(played)
    return played


async def test_requests_and_answers_fit_the_lexicons(stage: Stage) -> None:
    assert [problem for one in stage.exchanges for problem in problems(one)] == []


async def test_the_repertoire_holds_every_operation_that_the_platform_offers(stage: Stage) -> None:
    client = stage.connect()

    assert {one.operation for one in stage.exchanges} == offered("bluesky", client) - UNSEEN


async def test_the_repertoire_makes_every_call_and_writes_every_kind_of_record(stage: Stage) -> None:
    written = {
        collection
        for one in stage.exchanges
        if one.request.headers.get("content-type") == "application/json"
        for collection, _, _ in records_of(nsid_of(one) or "", json.loads(one.request.body))
    }

    assert {nsid_of(one) for one in stage.exchanges} == CALLS
    assert written == {f"app.bsky.feed.{kind}" for kind in ("post", "like", "threadgate", "postgate")}


def test_a_consent_and_limits_ask_for_nothing_that_lexicons_know() -> None:
    stage = Stage("blocking")
    client = stage.connect()
    assert isinstance(client, Bluesky)
    client.account.refresh_limits()

    assert stage.exchanges == []


CALLS = {
    *(f"com.atproto.server.{one}" for one in ("createSession", "refreshSession", "describeServer")),
    "com.atproto.server.getServiceAuth",
    "com.atproto.identity.resolveHandle",
    *(f"com.atproto.repo.{one}" for one in ("applyWrites", "deleteRecord", "getRecord", "putRecord")),
    "com.atproto.repo.uploadBlob",
    "com.atproto.sync.getBlob",
    "app.bsky.actor.getProfile",
    *(f"app.bsky.feed.{one}" for one in ("getAuthorFeed", "getPostThread", "getPosts", "searchPosts")),
    "app.bsky.notification.listNotifications",
    "app.bsky.unspecced.getTrends",
    *(f"app.bsky.video.{one}" for one in ("getJobStatus", "uploadVideo")),
    *(f"chat.bsky.convo.{one}" for one in ("getConvoForMembers", "getMessages", "listConvos", "sendMessage")),
}
"""All that the client's code names, but for `getSession`: it asks for that where a login says too little."""

RECORD = {"$type": "app.bsky.feed.post", "text": "Hello", "createdAt": "2026-03-01T12:00:00.000Z"}
WRITE = {"repo": "did:plc:shop", "collection": "app.bsky.feed.post", "rkey": "3mg2vbwr32222"}
READ = SimRequest.of("GET", "/xrpc/app.bsky.feed.getPosts?uris=at://did:plc:shop/app.bsky.feed.post/3k")
NONE = SimResponse.json({"posts": []})
DONE = SimResponse.json({"uri": "at://did:plc:shop/app.bsky.feed.post/3k", "cid": "b" + "a" * 58})


def put(record: dict[str, Any], **more: object) -> SimRequest:
    body = json.dumps({**WRITE, "record": RECORD | record, **more}).encode()
    headers = {"content-type": "application/json"}
    return SimRequest.of("POST", "/xrpc/com.atproto.repo.putRecord", headers=headers, body=body)


@pytest.mark.parametrize(
    ("request_", "response", "found"),
    [
        (replace(READ, path="/xrpc/app.bsky.feed.getNothing"), NONE, "there is no such method"),
        (replace(READ, path="/api/v1/posts"), NONE, "there is no such method"),
        (replace(READ, method="POST"), NONE, "POST for a query"),
        (replace(READ, query=(*READ.query, ("depth", "2"))), NONE, "parameters: $: depth is in no lexicon"),
        (replace(READ, query=()), NONE, "parameters: $: uris is missing"),
        (replace(READ, query=(("uris", "3k"),)), NONE, "'3k' is no at-uri"),
        (replace(READ, query=READ.query * 26), NONE, "26 is not between"),
        (replace(READ, body=b"{}"), NONE, "a body where the lexicon has none"),
        (READ, SimResponse.json({"posts": [{"cid": "c"}]}), "answer: $.posts[0]: uri is missing"),
        (READ, SimResponse.json({"message": "no"}, 400), "it has no name and no message"),
        (put({"text": "x" * 301}), DONE, "$.record.text: 301 is not between"),
        (put({"mood": "good"}), DONE, "app.bsky.feed.post: $: mood is in no lexicon"),
        (put({"$type": "app.bsky.feed.like"}), DONE, "app.bsky.feed.like is no record of app.bsky.feed.post"),
        (put({"$type": None}), DONE, "None is no record of"),
        (put({}, rkey="self"), DONE, "the key 'self' is no tid"),
        (put({}, swapRecord="old"), DONE, "'old' is no cid"),
        (replace(put({}), headers={}), DONE, "a body of type ''"),
        (put({}), SimResponse.json({"uri": "at://did:plc:shop"}), "answer: $: cid is missing"),
    ],
)
def test_the_checker_finds_what_is_wrong(request_: SimRequest, response: SimResponse, found: str) -> None:
    assert problems(Exchange("posts.get", READ, NONE)) == []
    assert problems(Exchange("posts.publish", put({}), DONE)) == []
    assert found in " ".join(problems(Exchange("posts.get", request_, response)))


async def test_what_uploads_of_videos_answer_bare_is_a_job(stage: Stage) -> None:
    name = "app.bsky.video.uploadVideo"
    jobs = [json.loads(one.response.body) for one in stage.exchanges if nsid_of(one) == name]

    assert jobs
    assert [problem for job in jobs for problem in output_problems(name, {"jobStatus": job})] == []


@pytest.mark.parametrize("one", [one for one in DISAGREEMENTS if not one.recorded], ids=lambda one: one.where)
async def test_each_disagreement_with_what_we_send_is_still_one(one: Disagreement) -> None:
    stage = Stage("blocking")
    await play(stage)

    assert [problem for seen in stage.exchanges for problem in problems(seen, without=one)] != []
