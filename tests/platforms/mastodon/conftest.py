"""A client of a server that answers what a test says, and a world of simulated ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import respx

from socialkit.models import AccountRef
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.sandbox import Sandbox
from socialkit.testing import settle
from socialkit.transport import Retry
from tests.platforms.mastodon.answers import ACCOUNT


@pytest.fixture(params=[Mastodon, AsyncMastodon], ids=["blocking", "async"])
async def mastodon(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    client = request.param(
        base_url="https://mastodon.example",
        access_token="made-up-token",
        account=AccountRef(platform="mastodon", id="7", handle="shop"),
        retry=Retry(attempts=1),
    )
    with respx.mock(base_url="https://mastodon.example") as router:  # so that no test's answers hold it
        router.get("/api/v1/accounts/verify_credentials").respond(json=ACCOUNT)
        await settle(client.account.me())
    yield client
    await settle(client.close())


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as world:
        yield world


@pytest.fixture(params=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)
