"""A client of a server that answers what a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from socialkit.models import AccountRef
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.testing import settle
from socialkit.transport import Retry


@pytest.fixture(params=[Mastodon, AsyncMastodon], ids=["blocking", "async"])
async def mastodon(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    client = request.param(
        base_url="https://mastodon.example",
        access_token="made-up-token",
        account=AccountRef(platform="mastodon", id="7", handle="shop"),
        retry=Retry(attempts=1),
    )
    yield client
    await settle(client.close())
