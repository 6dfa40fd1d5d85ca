"""Every request of a client, and every answer of the simulator to it, fits the OpenAPI document."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace

import pytest

from socialkit.sandbox._http import SimRequest, SimResponse
from tests.support import corpus
from tests.truth.operations import offered
from tests.truth.recordings import recordings
from tests.truth.repertoire import Stage, play
from tests.truth.specification import (
    DISAGREEMENTS,
    Disagreement,
    Document,
    Exchange,
    corrected,
    document,
    problems,
)


@pytest.fixture
def spec() -> Document:
    return document()


@pytest.fixture(params=["blocking", "async"])
async def stage(request: pytest.FixtureRequest) -> Stage:
    played = Stage(request.param)
    await play(played)
    return played


async def test_requests_and_answers_fit_the_document(spec: Document, stage: Stage) -> None:
    assert [problem for one in stage.exchanges for problem in problems(spec, one)] == []


async def test_the_repertoire_holds_every_operation_that_the_platform_offers(stage: Stage) -> None:
    client = stage.connect()

    assert {one.operation for one in stage.exchanges} == offered("mastodon", client)


GOOD = SimRequest.of("GET", "/api/v1/statuses/1", headers={"Authorization": "Bearer not-a-real-token"})
REFUSED = SimResponse.json({"error": "Record not found"}, 404)


@pytest.mark.parametrize(
    ("request_", "response", "found"),
    [
        (replace(GOOD, path="/api/v1/posts/1"), REFUSED, "the document has no such call"),
        (replace(GOOD, query=(("depth", "2"),)), REFUSED, "the parameter 'depth' is unknown"),
        (replace(GOOD, path="/api/v2/search"), REFUSED, "the parameter 'q' is missing"),
        (replace(GOOD, path="/api/v2/search", query=(("q", "tea"), ("limit", "all"))), REFUSED, "limit: $"),
        (replace(GOOD, headers={}), REFUSED, "it needs a token and has none"),
        (
            replace(GOOD, headers={**GOOD.headers, "content-type": "application/json"}, body=b"{}"),
            REFUSED,
            "a body of type 'application/json' is unknown",
        ),
        (
            SimRequest.of(
                "PUT",
                "/api/v1/statuses/1",
                headers={**GOOD.headers, "content-type": "application/json"},
                body=b'{"status": 1, "mood": "good"}',
            ),
            REFUSED,
            "the field 'mood' is unknown",
        ),
        (GOOD, SimResponse.json({"error": "I am a teapot"}, 418), "the status is not one that"),
        (GOOD, SimResponse.json({"id": "1"}), "'content' is a required property"),
        (GOOD, SimResponse.json({"message": "no"}, 404), "'error' is a required property"),
    ],
)
def test_the_checker_finds_what_is_wrong(
    spec: Document, request_: SimRequest, response: SimResponse, found: str
) -> None:
    assert problems(spec, Exchange("posts.get", GOOD, REFUSED)) == []
    assert found in " ".join(problems(spec, Exchange("posts.get", request_, response)))


@pytest.mark.parametrize("one", [one for one in DISAGREEMENTS if one.shows], ids=lambda one: one.where)
def test_each_disagreement_was_recorded(one: Disagreement) -> None:
    name = re.search(r"\((test_\w+)\)", one.seen)
    assert one.shows is not None
    assert name is not None

    found = [seen for seen in recordings() if f"/{name[1]}[" in seen.name]

    assert [seen.name for seen in found if seen.body and one.shows(seen)] != []


@pytest.mark.parametrize("one", DISAGREEMENTS, ids=lambda one: one.where)
async def test_each_disagreement_is_still_one(one: Disagreement) -> None:
    path = corpus("mastodon", "spec", "mastodon-openapi.json.gz")
    if not path.is_file():
        pytest.skip(f"the OpenAPI document is not at {path}")
    unrepaired = corrected(json.loads(gzip.decompress(path.read_bytes())), without=one.where)
    stage = Stage("blocking")
    await play(stage)

    assert [problem for seen in stage.exchanges for problem in problems(unrepaired, seen)] != []
