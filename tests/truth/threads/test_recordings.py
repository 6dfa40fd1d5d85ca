"""Every recorded answer of an operation that we offer is read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import collect
from tests.truth.recorded import Case
from tests.truth.threads.recordings import CASES, RECORDED, Connect, connector


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = case.mine()
    for one in mine:
        await case.call(connect, one.body)

    assert mine


async def test_a_cursor_holds_no_token_though_the_address_of_the_next_page_does(connect: Connect) -> None:
    (one,) = [one for one in RECORDED.all() if "user_insights_single" in one.name]
    neighbour = f"{one.body['paging']['next']}&after=QV"
    page = {"data": [{"id": "1"}, {"id": "2"}], "paging": {"next": neighbour}}
    listing: Any = connect({"me/threads": page}).posts.iterate(limit=1)
    await collect(listing)

    assert "sometoken" in neighbour
    assert listing.cursor is None or "sometoken" not in listing.cursor
