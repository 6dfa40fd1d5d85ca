"""Tokens that only a store holds: made longer before they end, as those that the application gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.auth import Stored
from socialkit.models import AccountRef
from socialkit.operations import finish
from socialkit.platforms.base import login_of
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET
from socialkit.sandbox.facebook._state import SCOPES as PAGE_SCOPES
from socialkit.sandbox.instagram._state import INSTAGRAM, OWN_SCOPES
from socialkit.sandbox.threads._state import SCOPES as THREADS_SCOPES
from socialkit.transport import Secret
from tests.support import settle

LIFE: Final = timedelta(days=3)
APP: Final = {"client_id": APP_ID, "app_secret": APP_SECRET}


def on_facebook(simulator: Any) -> Any:
    return simulator._state.issue(simulator._page("main"), "SYSTEM_USER", PAGE_SCOPES, LIFE)


def on_instagram(simulator: Any) -> Any:
    return simulator._state.issue(simulator._ours("main").id, INSTAGRAM, OWN_SCOPES, LIFE)


def on_threads(simulator: Any) -> Any:
    return simulator._state.issue(simulator._user("main"), THREADS_SCOPES, LIFE)


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def keeping(platform: str, stored: Stored) -> sk.MemoryTokenStore:
    store = sk.MemoryTokenStore()
    store.swap(f"acme/{platform}/main", None, stored)
    return store


def opened(world: sk.Sandbox, platform: str, blocking: bool, store: sk.MemoryTokenStore, **given: Any) -> Any:
    """Return a client to which nothing is given but where its token is kept."""
    inside = world.connect(platform) if blocking else world.connect_async(platform)
    kind: Any = type(inside)
    account = AccountRef(platform=platform, brand="acme", name="main")
    address = world.address(platform)
    return kind(base_url=address, transport=inside._core.transport, account=account, tokens=store, **given)


@pytest.mark.parametrize(
    ("platform", "issue", "given"),
    [
        ("facebook", on_facebook, APP),
        ("instagram", on_instagram, {"login": "instagram"}),
        ("threads", on_threads, {}),
    ],
)
async def test_a_kept_token_is_made_longer_before_its_end(
    socialkit_world: sk.Sandbox,
    blocking: bool,
    platform: str,
    issue: Callable[[Any], Any],
    given: dict[str, Any],
) -> None:
    token = issue(socialkit_world.simulator(platform))
    socialkit_world.clock.advance(timedelta(days=1, minutes=1))
    stored = Stored(access_token=Secret(token.value), expires_at=token.expires_at, scopes=token.scopes)
    store = keeping(platform, stored)

    await settle(opened(socialkit_world, platform, blocking, store, **given).account.me())
    kept = store.load(f"acme/{platform}/main")

    assert kept is not None
    assert kept.expires_at == socialkit_world.clock.now() + timedelta(days=60)
    assert kept.access_token != stored.access_token
    assert kept.scopes == stored.scopes


@pytest.mark.parametrize("platform", ["facebook", "instagram", "threads"])
async def test_a_kept_token_without_an_end_is_sent_as_it_is_and_nobody_says_that_it_renews_itself(
    socialkit_world: sk.Sandbox, blocking: bool, platform: str
) -> None:
    given: dict[str, Any] = dict(socialkit_world.simulator(platform).connection())
    stored = Stored(access_token=Secret(given.pop("access_token")))
    store = keeping(platform, stored)
    client = opened(socialkit_world, platform, blocking, store, **given)

    await settle(client.account.me())
    kept = store.load(f"acme/{platform}/main")
    found = await settle(login_of(client) if not blocking else finish(login_of(client)))

    assert kept is not None
    assert kept.access_token == stored.access_token
    assert (found.renews, found.ends_at) == (False, None)
