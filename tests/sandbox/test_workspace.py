"""A workspace whose accounts live in a world: whose account is which, and what time it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

import socialkit as sk
from tests.support import settle
from tests.workspace.support import client_for

PLATFORMS = ["mastodon", "bluesky"]


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def world(socialkit_world: sk.Sandbox) -> sk.Sandbox:
    return socialkit_world


def texts(world: sk.Sandbox, platform: str, account: str | sk.AccountRef | None) -> list[str]:
    return [post.text for post in world.posts(platform, account)]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_single_brand_is_the_worlds_main_account(
    world: sk.Sandbox, blocking: bool, platform: str
) -> None:
    workspace = world.workspace(acme=[platform])
    await settle(
        client_for(workspace, blocking, workspace.brand("acme").account(platform)).posts.publish("One")
    )

    assert texts(world, platform, "main") == ["One"]
    assert len(world.posts(platform)) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_account_of_every_brand_is_its_own(
    world: sk.Sandbox, blocking: bool, platform: str
) -> None:
    entries = [platform, f"{platform}/fr"]
    workspace = world.workspace(acme=entries, other=entries)
    refs = [ref for brand in workspace.brands for ref in brand.accounts()]
    for ref in refs:
        await settle(client_for(workspace, blocking, ref).posts.publish(ref.key))

    assert [texts(world, platform, ref) for ref in refs] == [[ref.key] for ref in refs]
    assert [texts(world, platform, ref.key) for ref in refs] == [[ref.key] for ref in refs]
    assert texts(world, platform, "main") == [f"acme/{platform}/main"]
    assert sorted(texts(world, platform, None)) == sorted(ref.key for ref in refs)


def test_names_that_look_alike_are_different_accounts(world: sk.Sandbox) -> None:
    brands = {"a": ["mastodon/bc"], "ab": ["mastodon/c"], "main": ["mastodon/x"], "mainx": ["mastodon"]}
    brands |= {"A B": ["mastodon/c"], "日本": ["mastodon/fr"], "ma": ["mastodon/in"], "zz": ["mastodon"]}
    workspace = world.workspace(**brands)
    results = workspace.map(handle, each="account", concurrency=1)

    handles = list(results.succeeded().values())
    assert results.failed() == {}
    assert len(set(handles)) == len(brands)
    assert results.succeeded()["mainx/mastodon/main"] == "main"


def handle(client: sk.Client) -> str:
    assert isinstance(client, sk.HasAccount)
    return client.account.me().handle


def test_two_workspaces_of_a_world_share_their_accounts(world: sk.Sandbox) -> None:
    brands = {"other": ["mastodon"], "acme": ["mastodon"]}
    first, second = world.workspace(**brands), world.workspace(acme=["mastodon"])
    first.brand("acme").client("mastodon").posts.publish("From the first")
    second.brand("acme").client("mastodon").posts.publish("From the second")

    acme = second.brand("acme").account("mastodon")
    assert texts(world, "mastodon", acme) == ["From the first", "From the second"]
    assert texts(world, "mastodon", "main") == []


async def test_people_write_to_the_account_that_is_named(world: sk.Sandbox, blocking: bool) -> None:
    workspace = world.workspace(acme=["mastodon"], other=["mastodon"])
    acme, other = (brand.account("mastodon") for brand in workspace.brands)
    world.receive("mastodon", text="To the other", account=other)

    inboxes = [
        [one.text async for one in client.inbox.iterate()]
        for client in (workspace.client_async_for(acme), workspace.client_async_for(other))
        if isinstance(client, sk.AsyncHasInbox)
    ]
    assert [len(inbox) for inbox in inboxes] == [0, 1]


def test_an_account_of_no_workspace_is_refused(world: sk.Sandbox) -> None:
    workspace = world.workspace(acme=["mastodon"])
    stranger = sk.AccountRef(platform="mastodon", brand="stranger", name="main")

    for account in (stranger, stranger.key, "acme/mastodon/fr", world.connect("mastodon").ref):
        with pytest.raises(sk.ConfigurationError, match="no workspace of this world has an account"):
            world.posts("mastodon", account)
    with pytest.raises(sk.ConfigurationError, match="no workspace of this world has an account"):
        world.receive("mastodon", text="Hello", account=stranger)
    with pytest.raises(sk.ConfigurationError, match="no workspace of this world has an account"):
        world.posts("bluesky", workspace.brand("acme").account("mastodon"))


def test_a_platform_without_a_simulator_is_refused(world: sk.Sandbox) -> None:
    with pytest.raises(sk.ConfigurationError, match="no platform 'mastodn': did you mean"):
        world.workspace(acme=["mastodn"])


def test_the_worlds_clock_is_the_workspaces(world: sk.Sandbox) -> None:
    workspace = world.workspace(acme=["mastodon"])
    before = workspace.now()
    world.clock.advance(timedelta(hours=3))

    assert workspace.now() - before == timedelta(hours=3)
    assert workspace.brand("acme").now() == world.clock.now()


async def test_a_workspace_of_a_world_loses_answers_as_ordered(world: sk.Sandbox, blocking: bool) -> None:
    workspace = world.workspace(acme=["mastodon"])
    client = client_for(workspace, blocking, workspace.brand("acme").account("mastodon"))
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)

    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(client.posts.publish("Once"))
    found = await settle(client.posts.find(caught.value.attempt))
    assert found.state is sk.FoundState.PUBLISHED
    assert caught.value.attempt.account.key == "acme/mastodon/main"
    assert len(world.posts("mastodon")) == 1
