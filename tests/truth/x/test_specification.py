"""Every request of a client, and every answer of the simulator to it, fits X's OpenAPI document."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from socialkit.sandbox import SimRequest, SimResponse
from tests.truth.operations import offered
from tests.truth.specification import Exchange
from tests.truth.x.repertoire import UNSEEN, Stage, play
from tests.truth.x.specification import DISAGREEMENTS, document, problems, renamed

Vocabulary = Literal["tweet", "post"]


@pytest.mark.parametrize(
    ("mode", "vocabulary"),
    [("blocking", "post"), ("async", "post"), ("blocking", "tweet"), ("async", "tweet")],
)
async def test_requests_and_answers_fit_the_document(mode: str, vocabulary: Vocabulary) -> None:
    spec, stage = document(), Stage(mode, vocabulary)
    await play(stage)
    seen = [renamed(one) for one in stage.exchanges] if vocabulary == "tweet" else stage.exchanges

    assert [problem for one in seen for problem in problems(spec, one)] == []
    played = {one.operation for one in stage.exchanges} | UNSEEN
    assert offered("x", stage.client()) <= played


async def test_the_older_names_are_not_those_of_the_document() -> None:
    spec, stage = document(), Stage("blocking", "tweet")
    await play(stage)
    found = {problem for one in stage.exchanges for problem in problems(spec, one)}

    assert any("'tweet.fields' is unknown" in one for one in found)


GOOD = SimRequest.of("GET", "/2/tweets/1", headers={"Authorization": "Bearer not-a-real-token"})
REFUSED = SimResponse.json(
    {"title": "Forbidden", "detail": "Forbidden", "type": "about:blank", "status": 403}, 403
)
JSON = {**GOOD.headers, "content-type": "application/json"}


@pytest.mark.parametrize(
    ("request_", "response", "found"),
    [
        (replace(GOOD, path="/2/posts/1"), REFUSED, "the document has no such call"),
        (replace(GOOD, path="/2/tweets/abc"), REFUSED, "does not match"),
        (GOOD, SimResponse.json({"surprise": 1}), "$: the field 'surprise' is unknown"),
        (
            GOOD,
            SimResponse.json({"data": {"id": "1", "text": "x", "public_metrics": {"moods": 1}}}),
            "$.data.public_metrics: the field 'moods' is unknown",
        ),
        (replace(GOOD, query=(("tweet.fields", "id"),)), REFUSED, "the parameter 'tweet.fields' is unknown"),
        (replace(GOOD, query=(("post.fields", "id,mood"),)), REFUSED, "'mood' is not one of"),
        (replace(GOOD, path="/2/tweets/search/recent"), REFUSED, "the parameter 'query' is missing"),
        (
            replace(GOOD, path="/2/tweets/search/recent", query=(("query", "x"), ("max_results", "5"))),
            REFUSED,
            "less than the minimum of 10",
        ),
        (replace(GOOD, headers={}), REFUSED, "it needs a token and has none"),
        (
            replace(GOOD, path="/2/tweets/counts/recent", headers={"authorization": "OAuth oauth_token=x"}),
            REFUSED,
            "a token of the scheme OAuth is not taken here",
        ),
        (SimRequest.of("POST", "/2/tweets", headers=JSON, body=b'{"mood": 1}'), REFUSED, "'mood' is unknown"),
        (
            SimRequest.of("POST", "/2/tweets", headers=JSON, body=b'{"poll": {"options": ["a"]}}'),
            REFUSED,
            "'duration_minutes' is a required property",
        ),
        (GOOD, SimResponse.json({"data": {"id": 1}}), "1 is not of type 'string'"),
        (GOOD, SimResponse.json({}, 418), "answer"),
    ],
)
def test_the_checker_finds_what_is_wrong(request_: SimRequest, response: SimResponse, found: str) -> None:
    spec = document()

    assert problems(spec, Exchange("posts.get", GOOD, REFUSED)) == []
    assert found in " ".join(problems(spec, Exchange("posts.get", request_, response)))


async def test_each_disagreement_is_still_one() -> None:
    stage = Stage("blocking", "post")
    await play(stage)
    for one in DISAGREEMENTS:
        spec = document(without=one.where)

        assert [problem for seen in stage.exchanges for problem in problems(spec, seen)] != []
