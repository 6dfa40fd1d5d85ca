"""Every recorded answer of an operation that we offer is read, and every recorded refusal is understood."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import (
    APIError,
    BadRequestError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TokenExpiredError,
)
from tests.support import settle
from tests.transport.fakes import json_answer
from tests.truth.facebook.recordings import CASES, RECORDED, Connect, connector
from tests.truth.recorded import Case

KINDS: dict[tuple[int, int | None], type[APIError]] = {
    (1, None): ServerError,
    (1, 99): ServerError,
    (1, 2853001): PermissionDeniedError,
    (2, None): ServerError,
    (100, None): BadRequestError,
    (100, 33): NotFoundError,
    (190, 458): TokenExpiredError,
    (190, 463): TokenExpiredError,
    (200, None): MissingScopeError,
    (80000, 2446079): RateLimitedError,
}


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = case.mine()
    for one in mine:
        await case.call(connect, one.body)

    assert mine


async def test_recorded_refusals_become_errors_whatever_language_they_are_in(connect: Connect) -> None:
    for one in RECORDED.refusals():
        told: dict[str, Any] = one.body["error"]
        client = connect({"1_1": json_answer(one.body, 400)})
        with pytest.raises(APIError) as caught:
            await settle(client.posts.get("1_1"))

        assert type(caught.value) is KINDS[told["code"], told.get("error_subcode")]
        assert caught.value.request_id == told.get("fbtrace_id")
        assert caught.value.platform == "facebook"
    assert len(RECORDED.refusals()) > 10
