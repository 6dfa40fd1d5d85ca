"""A kept token goes to the server that it was used with, whatever address a client is opened with later."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import pytest

import socialkit as sk
from socialkit.auth import MemoryTokenStore, Stored
from socialkit.errors import ConfigurationError, ConnectionFailedError
from socialkit.operations import Async, Mode
from socialkit.sandbox.mastodon import MastodonSimulator
from socialkit.testing import settle
from socialkit.testing._transports import SilentTransport, _Around
from socialkit.transport import Request, Response, Secret, default_transport
from tests.auth.support import shown

KEPT = Stored(access_token=Secret("PLANTED-access"), refresh_token=Secret("PLANTED-refresh"), account_id="7")


def opened(mode: type[Mode], platform: str, **given: Any) -> Any:
    account = sk.AccountRef(platform=platform, brand="acme", name="main")
    connect: Any = sk.connect_async if mode is Async else sk.connect
    return connect(platform, account=account, **given)


@pytest.mark.parametrize("platform", ["mastodon", "bluesky", "facebook", "instagram", "threads", "x"])
async def test_a_token_goes_to_no_other_server_than_its_own(mode: type[Mode], platform: str) -> None:
    store, key = MemoryTokenStore(), f"acme/{platform}/main"
    store.swap(key, None, Stored.loads(KEPT.dumps()[:-1] + ', "host": "good.example"}'))
    silent = SilentTransport(default_transport(mode, platform))
    client = opened(mode, platform, base_url="https://other.example", tokens=store, transport=silent)

    with pytest.raises(
        ConfigurationError, match=rf"{key} is for good\.example, .* leads to other\.example"
    ) as caught:
        await settle(client.account.me())
    assert "PLANTED" not in shown(caught.value)
    await settle(client.close())


@pytest.mark.parametrize("given", [True, False], ids=["given", "kept before"])
async def test_the_server_is_kept_with_the_first_use(mode: type[Mode], given: bool) -> None:
    with sk.Sandbox(seed=7) as world, world.install():
        store, address = MemoryTokenStore(), world.address("mastodon")
        token = cast("MastodonSimulator", world.simulator("mastodon")).issue_token("main")
        who = {"access_token": token} if given else {}
        if not given:
            store.swap("acme/mastodon/main", None, Stored(access_token=Secret(token)))
        client = opened(mode, "mastodon", base_url=address, tokens=store, **who)
        await settle(client.account.me())
        await settle(client.close())

    kept = store.load("acme/mastodon/main")
    assert kept is not None
    assert kept.host == urlsplit(address).netloc
    assert kept.account_id is not None


async def test_a_new_login_takes_the_place_of_another_servers_token(mode: type[Mode]) -> None:
    with sk.Sandbox(seed=7) as world, world.install():
        store, address = MemoryTokenStore(), world.address("mastodon")
        token = cast("MastodonSimulator", world.simulator("mastodon")).issue_token("main")
        store.swap(
            "acme/mastodon/main", None, Stored(access_token=Secret("PLANTED-access"), host="good.example")
        )
        client = opened(mode, "mastodon", base_url=address, tokens=store, access_token=token)

        assert (await settle(client.account.me())).handle == "main"
        await settle(client.close())


class Nowhere(_Around):
    """There is no such host."""

    async def send(self, request: Request, /) -> Response:
        del request
        message = "no such host"
        raise ConnectionFailedError(message, sent=False)


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
async def test_what_is_given_at_a_mistyped_address_does_not_stay_there(
    mode: type[Mode], platform: str
) -> None:
    with sk.Sandbox(seed=7) as world, world.install():
        store, login = MemoryTokenStore(), world.simulator(platform).connection("main")
        nowhere = Nowhere(default_transport(mode, platform))
        address = "https://mistyped.example"
        wrong = opened(mode, platform, base_url=address, tokens=store, transport=nowhere, **login)
        with pytest.raises(sk.SocialKitError):
            await settle(wrong.account.me())
        await settle(wrong.close())
        client = opened(mode, platform, base_url=world.address(platform), tokens=store, **login)
        me = await settle(client.account.me())
        await settle(client.close())

    kept = store.load(
        "/".join(("acme", platform, "main", *([login["identifier"]] if "identifier" in login else [])))
    )
    assert kept is not None
    assert (kept.account_id, kept.host) == (me.id, urlsplit(world.address(platform)).netloc)
