"""Every request of a Threads client, and every answer of the simulator to it, fits Meta's collection."""

from __future__ import annotations

import json

import pytest

from socialkit.sandbox._http import SimRequest, SimResponse
from tests.truth.operations import offered
from tests.truth.specification import Exchange
from tests.truth.threads.repertoire import Stage, play
from tests.truth.threads.specification import EXTRAS, Key, collection, problems

LATER = frozenset({"account.refresh_limits"})
"""What asks nothing of Threads."""


@pytest.fixture(scope="module", params=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def played(mode: str) -> Stage:
    stage = Stage(mode)
    await play(stage)
    return stage


async def test_requests_and_answers_fit_the_collection_and_every_operation_is_among_them(mode: str) -> None:
    stage = await played(mode)
    spec = collection()

    assert [problem for one in stage.exchanges for problem in problems(spec, one)] == []
    done = {one.operation for one in stage.exchanges}
    assert offered("threads", stage.connect()) - done == LATER


async def test_each_difference_from_the_collection_is_still_one() -> None:
    stage = await played("blocking")

    def lacking(where: Key) -> list[str]:
        spec = collection({key: extra for key, extra in EXTRAS.items() if key != where})
        return [problem for one in stage.exchanges for problem in problems(spec, one)]

    assert [where for where in EXTRAS if not lacking(where)] == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("media_type=TEXT&text=Boo&is_ghost_post=true", []),
        ("media_type=IMAGE&image_url=a&is_ghost_post=true", ["the parameter 'is_ghost_post' is unknown"]),
        ("media_type=TEXT&text=Boo&is_spoiler_media=true", ["the parameter 'is_spoiler_media' is unknown"]),
        ("media_type=STORY&image_url=a", ["there is no such call"]),
    ],
)
def test_the_validator_tells_containers_of_words_from_those_of_files(query: str, wrong: list[str]) -> None:
    request = SimRequest.of("POST", f"/v1.0/me/threads?{query}")
    exchange = Exchange("posts.publish", request, SimResponse(200, {}, b'{"id": "7"}'))

    assert [one.rpartition(": ")[2] for one in problems(collection(), exchange)] == wrong


@pytest.mark.parametrize(
    ("target", "body", "wrong"),
    [
        ("/v1.0/me/threads?fields=id,likes", {}, "the fields ['likes'] are unknown"),
        ("/v1.0/me/threads?page=2", {}, "the parameter 'page' is unknown"),
        ("/v1.0/me/friends", {}, "there is no such call"),
        ("/v1.0/17/insights?metric=reach", {}, "no metric 'reach'"),
        ("/v1.0/me", {"id": 7}, "id is '7', and was seen as ['str']"),
        ("/v1.0/me", {"id": "7", "friends": 1}, "an answer has no 'friends'"),
    ],
)
def test_the_validator_finds_what_is_not_in_the_collection(target: str, body: object, wrong: str) -> None:
    answer = SimResponse(200, {}, json.dumps(body).encode())
    exchange = Exchange("posts.iterate", SimRequest.of("GET", target), answer)

    assert [one.rpartition(": ")[2] for one in problems(collection(), exchange)] == [wrong]
