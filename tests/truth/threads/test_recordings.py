"""Every recorded answer of an operation that we offer is read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from socialkit.auth import WireToken
from tests.support import collect
from tests.truth.threads.recordings import CASES, READ_ELSEWHERE, Case, Connect, connector, recordings


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = case.mine()
    for one in mine:
        await case.call(connect, one.body)

    assert mine


def test_every_recorded_file_is_read() -> None:
    read = [one for one in recordings() if any(re.search(case.files, one.name) for case in CASES)]
    rest = [one.name for one in recordings() if one not in read and not re.search(READ_ELSEWHERE, one.name)]

    assert rest == []
    assert len(read) == len(recordings()) - 1


def test_the_recorded_token_lasts_about_sixty_days() -> None:
    (one,) = [one for one in recordings() if re.search(READ_ELSEWHERE, one.name)]
    wire = WireToken.model_validate(one.body)

    assert wire.expires_in == 5_183_944


async def test_a_cursor_holds_no_token_though_the_address_of_the_next_page_does(connect: Connect) -> None:
    (one,) = [one for one in recordings() if "user_insights_single" in one.name]
    neighbour = f"{one.body['paging']['next']}&after=QV"
    page = {"data": [{"id": "1"}, {"id": "2"}], "paging": {"next": neighbour}}
    listing: Any = connect({"me/threads": page}).posts.iterate(limit=1)
    await collect(listing)

    assert "sometoken" in neighbour
    assert listing.cursor is None or "sometoken" not in listing.cursor
