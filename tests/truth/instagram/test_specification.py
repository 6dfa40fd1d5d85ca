"""Every request of an Instagram client, and every answer of the simulator to it, fits the specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.truth.graph import Extra
from tests.truth.instagram.recordings import RECORDED
from tests.truth.instagram.repertoire import Stage, play
from tests.truth.instagram.specification import EXTRAS, UPLOADS, of, problems, specification
from tests.truth.operations import offered

LOGINS = ("facebook", "instagram")


@pytest.fixture(params=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def played(mode: str, login: str) -> Stage:
    stage = Stage(mode, login)
    await play(stage)
    return stage


def found(stage: Stage, extras: Mapping[tuple[str, str | None], Extra] = EXTRAS) -> list[str]:
    return [
        problem
        for one in stage.exchanges
        for problem in problems(replace(specification(of(stage.kinds, one), stage.login), extras=extras), one)
    ]


@pytest.mark.parametrize("login", LOGINS)
async def test_requests_and_answers_fit_the_specifications(mode: str, login: str) -> None:
    stage = await played(mode, login)
    done = {one.operation for one in stage.exchanges}
    missing = offered("instagram", stage.connect()) - done

    assert found(stage) == []
    only_here = {
        "account.accounts",
        "account.inspect",
        "listening.search",
        "listening.search_top",
        "listening.profile",
    }
    assert missing == {"account.refresh_limits"} | (only_here if login == "instagram" else set())


async def test_requests_with_facebook_s_login_prove_that_the_app_sent_them() -> None:
    facebook, instagram = await played("blocking", "facebook"), await played("blocking", "instagram")

    def proven(stage: Stage) -> set[bool]:
        signed = [one.request for one in stage.exchanges if "authorization" in one.request.headers]
        with_token = [one for one in signed if UPLOADS not in one.path and "accounts" not in one.path]
        return {"appsecret_proof" in dict(one.query) for one in with_token}

    assert proven(facebook) == {True}
    assert proven(instagram) == {False}


async def test_each_difference_from_the_specification_is_still_one() -> None:
    stages = [await played("blocking", login) for login in LOGINS]
    for where in EXTRAS:
        kept = {name: extra for name, extra in EXTRAS.items() if name != where}

        assert [one for stage in stages for one in found(stage, kept)] != [], where


def test_the_two_fields_of_a_container_were_recorded() -> None:
    (one,) = [one for one in RECORDED.all() if "container_info" in one.name]

    assert set(one.body) == {"id", "status", "status_code"}
