"""An X that speaks of posts, and knows no tweets any more, passes the suite where names matter."""

from __future__ import annotations

from typing import Any, cast

import pytest

from socialkit.errors import BadRequestError
from socialkit.operations import Async, Sync
from socialkit.sandbox import Sandbox
from socialkit.sandbox.x import XSimulator
from socialkit.testing import settle
from socialkit.testing._conformance._inbox import InboxSuite
from socialkit.testing._conformance._insights import InsightsSuite
from socialkit.testing._conformance._suite import Bench
from tests.platforms.x.conftest import Place


class TestNewNames(InsightsSuite, InboxSuite):
    platform = "x"
    notices = False
    server_limits = False

    @pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
    def bench(self, request: pytest.FixtureRequest, socialkit_world: Sandbox) -> Bench:
        cast("XSimulator", socialkit_world.simulator("x")).set_vocabulary("post")
        return Bench(socialkit_world, self.platform, request.param)


async def test_rows_have_the_names_that_x_was_asked_by(place: Place) -> None:
    names: dict[str, set[str]] = {}
    for vocabulary in ("tweet", "post"):
        place.x.set_vocabulary(vocabulary)
        client = place.client()
        await settle(client.posts.publish(f"Asked by {vocabulary}"))
        names[vocabulary] = {row.native for row in await settle(client.insights.account())}

    assert names["tweet"] - names["post"] == {"tweet_count"}
    assert names["post"] - names["tweet"] == {"post_count"}


async def test_names_that_x_does_not_know_are_refused_and_not_taken_for_nothing(place: Place) -> None:
    place.x.set_vocabulary("post")
    client: Any = place.client(vocabulary="tweet")
    with pytest.raises(BadRequestError, match="invalid") as caught:
        await settle(client.posts.get("9"))

    assert caught.value.code == "invalid-request"
