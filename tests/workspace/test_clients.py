"""One client of each account: opened once, shared, closed together, and bound to its account."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.platforms import AsyncBluesky, AsyncMastodon, Bluesky, Mastodon
from tests.support import settle
from tests.workspace.support import HOST, TOKEN, client_for, client_of, mastodon


@pytest.fixture
def workspace(socialkit_world: sk.Sandbox) -> sk.Workspace:
    return socialkit_world.workspace(acme=["mastodon", "mastodon/fr", "bluesky"], other=["mastodon"])


def test_clients_are_of_their_platforms_class(workspace: sk.Workspace) -> None:
    acme = workspace.brand("acme")

    assert isinstance(acme.client("mastodon", "fr"), Mastodon)
    assert isinstance(acme.client("bluesky"), Bluesky)
    assert isinstance(acme.client_async("mastodon", "fr"), AsyncMastodon)
    assert isinstance(acme.client_async("bluesky"), AsyncBluesky)


def test_each_account_has_one_client_in_each_mode(workspace: sk.Workspace, blocking: bool) -> None:
    acme = workspace.brand("acme")
    client = client_of(acme, blocking, "mastodon", "fr")

    assert client_of(workspace.brand("acme"), blocking, "mastodon", "fr") is client
    assert client_for(workspace, blocking, acme.account("mastodon", "fr")) is client
    assert client_of(acme, blocking, "mastodon", "main") is not client
    assert client_of(acme, not blocking, "mastodon", "fr") is not client
    assert client_of(workspace.brand("other"), blocking, "mastodon") is not client


def test_threads_that_ask_at_once_get_the_same_client(workspace: sk.Workspace, blocking: bool) -> None:
    ready = threading.Barrier(16)

    def ask(_number: int) -> Any:
        ready.wait()
        return client_of(workspace.brand("acme"), blocking, "bluesky")

    with ThreadPoolExecutor(16) as pool:
        assert len({id(client) for client in pool.map(ask, range(16))}) == 1


async def test_posts_say_whose_they_are_and_others_refuse_them(
    workspace: sk.Workspace, blocking: bool
) -> None:
    acme, other = workspace.brand("acme"), workspace.brand("other")
    post = await settle(client_of(acme, blocking, "mastodon", "fr").posts.publish("Bonjour"))

    assert (post.account.brand, post.account.name, post.account.key) == ("acme", "fr", "acme/mastodon/fr")
    for client in (client_of(acme, blocking, "mastodon", "main"), client_of(other, blocking, "mastodon")):
        with pytest.raises(sk.WrongAccountError):
            await settle(client.posts.delete(post))
    assert client_for(workspace, blocking, post.account) is client_of(acme, blocking, "mastodon", "fr")


async def test_a_ref_that_disagrees_with_what_the_platform_said_opens_nothing(
    workspace: sk.Workspace, blocking: bool
) -> None:
    acme = workspace.brand("acme")
    await settle(client_of(acme, blocking, "bluesky").account.me())

    with pytest.raises(sk.WrongAccountError, match="did:plc:somebody"):
        client_for(workspace, blocking, acme.account("bluesky").model_copy(update={"id": "did:plc:somebody"}))


async def test_credentials_of_another_account_are_refused(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    login: dict[str, Any] = socialkit_world.simulator("mastodon").connection("somebody")
    account = mastodon(base_url=socialkit_world.address("mastodon"), id="1", **login)

    with socialkit_world.install():
        client = client_of(sk.Workspace(sk.Brand("acme", account)).brand("acme"), blocking, "mastodon")
        with pytest.raises(sk.WrongAccountError, match="not of '1'"):
            await settle(client.account.me())
    assert client.ref.id == "1"


async def test_a_client_that_somebody_closed_is_replaced(workspace: sk.Workspace, blocking: bool) -> None:
    acme = workspace.brand("acme")
    first = client_of(acme, blocking, "bluesky")
    await settle(first.close())
    second = client_of(acme, blocking, "bluesky")

    assert first.closed
    assert second is not first
    assert not second.closed
    assert (await settle(second.posts.publish("Again"))).text == "Again"


async def test_a_closed_workspace_opens_nothing(workspace: sk.Workspace, blocking: bool) -> None:
    acme = workspace.brand("acme")
    client = client_of(acme, blocking, "bluesky")
    if blocking:
        with workspace:
            pass
    else:
        async with workspace:
            pass

    assert client.closed
    with pytest.raises(sk.ConfigurationError, match="the workspace is closed"):
        client_of(acme, blocking, "bluesky")
    with pytest.raises(sk.ConfigurationError, match="closed"):
        await settle(client.posts.publish("Too late"))


async def test_leaving_an_async_block_closes_blocking_clients_too(workspace: sk.Workspace) -> None:
    async with workspace:
        clients: list[sk.Client | sk.AsyncClient] = [
            workspace.brand("other").client("mastodon"),
            workspace.brand("other").client_async("mastodon"),
        ]

    assert [client.closed for client in clients] == [True, True]


def test_a_client_that_fails_to_close_leaves_no_other_open(
    workspace: sk.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = workspace.brand("acme")
    first, *others = [acme.client_for(ref) for ref in acme.accounts()]

    def fail() -> None:
        raise OSError("the line is gone")

    monkeypatch.setattr(first, "close", fail)
    with pytest.raises(OSError, match="the line is gone"):
        workspace.close()

    assert [client.closed for client in others] == [True, True]


def test_an_async_client_serves_one_event_loop_after_another(workspace: sk.Workspace) -> None:
    async def publish(text: str) -> str:
        return (await workspace.brand("acme").client_async("bluesky").posts.publish(text)).text

    assert [asyncio.run(publish(text)) for text in ("One", "Two")] == ["One", "Two"]


async def test_both_modes_log_in_once(socialkit_world: sk.Sandbox, workspace: sk.Workspace) -> None:
    acme = workspace.brand("acme")
    acme.client("bluesky").account.me()
    socialkit_world.fail("bluesky", "create_session", sk.Fault.SERVER_ERROR, times=9)

    profile = await acme.client_async("bluesky").account.me()
    assert profile.account is not None
    assert profile.account.key == "acme/bluesky/main"


class AwaitedStore:
    """A token store whose methods are awaited."""

    def __init__(self) -> None:
        self.kept: dict[str, sk.Stored] = {}

    async def load(self, key: str, /) -> sk.Stored | None:
        return self.kept.get(key)

    async def swap(self, key: str, old: sk.Stored | None, new: sk.Stored, /) -> bool:
        if self.kept.get(key) != old:
            return False
        self.kept[key] = new
        return True


async def test_a_store_keeps_each_accounts_token_under_its_own_key(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    def account(name: str) -> sk.Account:
        login: dict[str, Any] = socialkit_world.simulator("mastodon").connection(name)
        return mastodon(name, base_url=socialkit_world.address("mastodon"), **login)

    class Watched(sk.MemoryTokenStore):
        def swap(self, key: str, old: sk.Stored | None, new: sk.Stored, /) -> bool:
            keys.append(key)
            return super().swap(key, old, new)

    keys: list[str] = []
    brands = [sk.Brand(key, account("main"), account("fr")) for key in ("acme", "other")]
    with socialkit_world.install():
        workspace = sk.Workspace(*brands, tokens=Watched())
        for ref in [ref for brand in workspace.brands for ref in brand.accounts()]:
            await settle(client_for(workspace, blocking, ref).account.me())

    assert sorted(set(keys)) == [
        f"{brand}/mastodon/{name}" for brand in ("acme", "other") for name in ("fr", "main")
    ]


async def test_an_awaited_store_serves_async_clients_alone(socialkit_world: sk.Sandbox) -> None:
    login: dict[str, Any] = socialkit_world.simulator("mastodon").connection("main")
    store = AwaitedStore()
    account = mastodon(base_url=socialkit_world.address("mastodon"), **login)

    with socialkit_world.install():
        acme = sk.Workspace(sk.Brand("acme", account), tokens=store).brand("acme")
        await acme.client_async("mastodon").account.me()
        with pytest.raises(sk.ConfigurationError, match="the token store is asynchronous"):
            acme.client("mastodon")
    assert list(store.kept) == ["acme/mastodon/main"]


def test_a_login_that_nobody_gave_is_missed_when_the_client_is_opened(blocking: bool) -> None:
    bare = sk.Account("mastodon", base_url=HOST)
    acme = sk.Workspace(sk.Brand("acme", bare)).brand("acme")
    kept = sk.Workspace(sk.Brand("acme", bare), tokens=sk.MemoryTokenStore()).brand("acme")

    with pytest.raises(sk.ConfigurationError, match="access_token= is missing"):
        client_of(acme, blocking, "mastodon")
    assert client_of(kept, blocking, "mastodon").ref.key == "acme/mastodon/main"


def test_a_clock_that_tells_no_time_zone_is_refused() -> None:
    brand = sk.Brand("acme", mastodon(access_token=TOKEN))
    workspace = sk.Workspace(brand, clock=lambda: datetime(2026, 3, 1, 12))  # noqa: DTZ001 - it is what is refused

    for asked in (workspace, workspace.brand("acme")):
        with pytest.raises(ValueError, match="clock=2026-03-01T12:00:00 has no time zone"):
            asked.now()


def test_time_is_told_by_the_workspaces_clock() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    workspace = sk.Workspace(sk.Brand("acme", mastodon(access_token=TOKEN)), clock=lambda: noon)

    assert (workspace.now(), workspace.brand("acme").now()) == (noon, noon)
    assert sk.Workspace().now().utcoffset() == timedelta()
