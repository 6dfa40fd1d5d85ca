"""Every request of a Facebook client, and every answer of the simulator to it, fits the specifications."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.truth.facebook.recordings import RECORDED
from tests.truth.facebook.repertoire import Stage, play
from tests.truth.facebook.specification import EXTRAS, UPLOADS, of, problems, specification
from tests.truth.operations import offered


@pytest.fixture(params=["blocking", "async"])
async def stage(request: pytest.FixtureRequest) -> Stage:
    played = Stage(request.param)
    await play(played)
    return played


def found(stage: Stage) -> list[str]:
    return [
        problem for one in stage.exchanges for problem in problems(specification(of(stage.kinds, one)), one)
    ]


async def test_requests_and_answers_fit_the_specifications(stage: Stage) -> None:
    assert found(stage) == []


async def test_the_repertoire_holds_every_operation_that_the_platform_offers(stage: Stage) -> None:
    done = {one.operation for one in stage.exchanges}

    assert offered("facebook", stage.connect()) - done == {"account.refresh_limits"}


async def test_every_request_proves_that_the_app_sent_it_but_for_those_that_have_no_token(
    stage: Stage,
) -> None:
    signed = [one for one in stage.exchanges if "authorization" in one.request.headers]
    without = Counter(
        one.operation
        for one in signed
        if "appsecret_proof" not in dict(one.request.query) and UPLOADS not in one.request.path
    )

    assert set(without) == {"account.pages", "ads.insights"}  # their clients were given no secret


@pytest.mark.parametrize("where", EXTRAS, ids=str)
async def test_each_difference_from_the_specification_is_still_one(where: tuple[str, str | None]) -> None:
    stage = Stage("blocking")
    await play(stage)
    kept = {name: extra for name, extra in EXTRAS.items() if name != where}

    lacking = [
        problem
        for one in stage.exchanges
        for problem in problems(replace(specification(of(stage.kinds, one)), extras=kept), one)
    ]
    assert lacking != []


def test_tasks_of_a_page_were_recorded() -> None:
    (one,) = [one for one in RECORDED.all() if "user_accounts_token" in one.name]

    assert "CREATE_CONTENT" in one.body["data"][0]["tasks"]
