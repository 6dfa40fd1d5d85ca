"""Every recorded answer of an operation that we offer is read, and every recorded refusal is understood."""

from __future__ import annotations

from collections import Counter

import pytest

from socialkit.errors import APIError, AuthenticationError, BadRequestError, NotFoundError
from tests.support import settle
from tests.transport.fakes import json_answer
from tests.truth.cases import CASES, ID, KIN, Case, Kin
from tests.truth.recordings import Connect, Recording, connector, recordings

CLASSES = {400: BadRequestError, 401: AuthenticationError, 404: NotFoundError, 422: BadRequestError}
UNRECORDED = {"media.get GET /api/v1/media/:id", "listening.profile GET /api/v1/accounts/lookup"}
"""What nobody recorded under its own path; the same things stand in other answers."""


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = [one for one in recordings() if case.takes(one)]
    for one in mine:
        await case.call(connect, one)

    assert bool(mine) != (str(case) in UNRECORDED)


@pytest.mark.parametrize("kin", KIN, ids=str)
async def test_the_same_things_are_read_in_other_answers(connect: Connect, kin: Kin) -> None:
    mine = [one.of(thing) for one in recordings() if kin.takes(one) for thing in kin.things(one.json)]
    for one in mine:
        await kin.read(connect, one)

    assert mine


def refusals() -> list[Recording]:
    return [one for one in recordings() if one.status >= 400]


async def test_recorded_refusals_become_errors(connect: Connect) -> None:
    for one in refusals():
        client = connect(("GET", f"/api/v1/statuses/{ID}", one.response), origin=one.origin)
        with pytest.raises(APIError) as caught:
            await settle(client.posts.get("1"))

        error = caught.value
        assert type(error) is CLASSES[one.status]
        assert error.status == one.status
        assert error.message == (
            one.json["error"] if one.body else "the platform answered with an empty body"
        )
        assert error.request_id == one.headers.get("x-request-id")
        assert error.body == one.body


async def test_a_recorded_refusal_of_a_write_says_that_nothing_was_written(connect: Connect) -> None:
    mine = [one for one in refusals() if (one.method, one.path) == ("POST", "/api/v1/statuses")]
    for one in mine:
        client = connect(("POST", "/api/v1/statuses", one.response), origin=one.origin)
        with pytest.raises(AuthenticationError) as caught:
            await settle(client.posts.publish("Hello"))

        assert (caught.value.written, caught.value.operation) == (False, "posts.publish")

    assert mine


@pytest.mark.parametrize(
    "words", ["Das Zugriffstoken ist ungültig", "Jeton invalide", "アクセストークンが無効です", ""]
)
async def test_the_words_of_a_refusal_do_not_matter(connect: Connect, words: str) -> None:
    client = connect(("GET", f"/api/v1/statuses/{ID}", json_answer({"error": words}, 401)))

    with pytest.raises(AuthenticationError):
        await settle(client.posts.get("1"))


def test_every_recorded_answer_of_a_call_that_we_make_is_replayed() -> None:
    called = [one for one in recordings() if one.status < 400 and any(case.covers(one) for case in CASES)]
    missed = Counter((one.method, one.path) for one in called if not any(case.takes(one) for case in CASES))

    assert missed == {}
    assert len(called) > 300
