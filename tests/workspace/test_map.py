"""The same call for every brand or account; one failure stops nobody."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

import pytest

import socialkit as sk
from tests.workspace.support import mastodon


@pytest.fixture
def workspace(socialkit_world: sk.Sandbox) -> sk.Workspace:
    return socialkit_world.workspace(
        acme=["mastodon", "mastodon/fr"], other=["mastodon", "mastodon/de"], third=[]
    )


def name_of(brand: sk.Brand) -> str:
    if brand.key == "other":
        raise ValueError(brand.key)
    return brand.key.upper()


async def name_of_async(brand: sk.Brand) -> str:
    await asyncio.sleep(0)
    return name_of(brand)


def whose(client: sk.Client) -> str:
    assert isinstance(client, sk.HasAccount)
    return client.account.me().handle


async def whose_async(client: sk.AsyncClient) -> str:
    assert isinstance(client, sk.AsyncHasAccount)
    return (await client.account.me()).handle


async def run(workspace: sk.Workspace, blocking: bool, **given: Any) -> Any:
    if blocking:
        return workspace.map(name_of, **given)
    return await workspace.map_async(name_of_async, **given)


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_one_failure_stops_nobody(workspace: sk.Workspace, blocking: bool, concurrency: int) -> None:
    results = await run(workspace, blocking, concurrency=concurrency)

    assert results.succeeded() == {"acme": "ACME", "third": "THIRD"}
    assert {key: type(error) for key, error in results.failed().items()} == {"other": ValueError}
    assert repr(results) == "Results(2 succeeded, failed: other)"


async def test_each_account_gets_its_own_client(workspace: sk.Workspace, blocking: bool) -> None:
    results = (
        workspace.map(whose, each="account")
        if blocking
        else await workspace.map_async(whose_async, each="account")
    )

    assert results.failed() == {}
    assert results.succeeded() == {
        "acme/mastodon/main": "main",
        "acme/mastodon/fr": "acmefr",
        "other/mastodon/main": "other",
        "other/mastodon/de": "otherde",
    }


async def test_a_login_that_is_missing_fails_its_account_alone(blocking: bool) -> None:
    bare = sk.Account("mastodon", name="bare", base_url="https://mastodon.example")
    workspace = sk.Workspace(sk.Brand("acme", mastodon(), bare))

    def key(client: sk.Client) -> str:
        return client.ref.key

    async def key_async(client: sk.AsyncClient) -> str:
        return client.ref.key

    results = (
        workspace.map(key, each="account")
        if blocking
        else await workspace.map_async(key_async, each="account")
    )
    assert list(results.succeeded()) == ["acme/mastodon/main"]
    assert isinstance(results.failed()["acme/mastodon/bare"], sk.ConfigurationError)


def test_calls_run_at_once_in_threads(workspace: sk.Workspace) -> None:
    together = threading.Barrier(3, timeout=10)

    assert len(workspace.map(lambda _: together.wait(), concurrency=3).succeeded()) == 3


async def test_no_more_tasks_run_at_once_than_allowed(workspace: sk.Workspace) -> None:
    running, most = 0, 0

    async def call(_brand: sk.Brand) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0)
        running -= 1

    await workspace.map_async(call, concurrency=2)
    assert most == 2


def test_an_interruption_is_no_result(workspace: sk.Workspace) -> None:
    def stop(_brand: sk.Brand) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.map(stop, concurrency=1)


async def test_wrong_arguments_are_refused_before_any_call(workspace: sk.Workspace, blocking: bool) -> None:
    with pytest.raises(sk.ConfigurationError, match="concurrency=0"):
        await run(workspace, blocking, concurrency=0)
    with pytest.raises(sk.ConfigurationError, match="each='team'"):
        await run(workspace, blocking, each=cast("Any", "team"))
