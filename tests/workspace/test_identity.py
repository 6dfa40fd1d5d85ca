"""Nothing is written with another account's credentials: whose they are is asked before, and again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import socialkit as sk
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.sandbox.mastodon import MastodonSimulator
from socialkit.testing import png
from socialkit.transport import Secret
from tests.support import collect, settle

MINE, THEIRS = "main", "somebody"
CALLERS = 12
KEY = "acme/mastodon/main"


@pytest.fixture
def server(socialkit_world: sk.Sandbox) -> MastodonSimulator:
    simulator = socialkit_world.simulator("mastodon")
    assert isinstance(simulator, MastodonSimulator)
    return simulator


def opened(
    world: sk.Sandbox,
    token: str | None,
    blocking: bool,
    tokens: sk.TokenStore | None = None,
    account_id: str | None = None,
) -> Any:
    """Return a client of `acme/mastodon/main`; without a token, of the one that the store holds."""
    connect: Any = sk.connect if blocking else sk.connect_async
    ref = sk.AccountRef(platform="mastodon", brand="acme", name="main", id=account_id)
    with world.install():
        return connect(
            "mastodon", base_url=world.address("mastodon"), access_token=token, account=ref, tokens=tokens
        )


def questions(server: MastodonSimulator) -> list[str]:
    """Return a list that grows with each question whose a token is."""
    asked: list[str] = []
    handle = server.handle

    def noted(request: Any) -> Any:
        if request.path.endswith("verify_credentials"):
            asked.append(request.path)
        return handle(request)

    server.handle = noted  # type: ignore[method-assign]
    return asked


def holding(token: str) -> sk.MemoryTokenStore:
    store = sk.MemoryTokenStore()
    store.swap(KEY, None, sk.Stored(access_token=Secret(token)))
    return store


def swapped(store: sk.TokenStore, token: str) -> None:
    """Let another process put a token into the account's place."""
    assert store.swap(KEY, store.load(KEY), sk.Stored(access_token=Secret(token)))


async def id_of(world: sk.Sandbox, token: str) -> str:
    return str((await settle(opened(world, token, True).account.me())).id)


async def test_another_accounts_token_publishes_nothing_where_the_id_is_said(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    client = opened(socialkit_world, server.issue_token(THEIRS), blocking, account_id=mine)

    with pytest.raises(sk.WrongAccountError, match=f"not of '{mine}'"):
        await settle(client.posts.publish("For whom?"))
    assert server.posts(None) == []


@pytest.mark.parametrize("change", ["edit", "delete", "upload"])
async def test_no_other_write_goes_out_for_another_account_either(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool, change: str
) -> None:
    theirs = server.issue_token(THEIRS)
    post = await settle(opened(socialkit_world, theirs, blocking).posts.publish("Theirs"))
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    client = opened(socialkit_world, theirs, blocking, account_id=mine)
    calls = {
        "edit": lambda: client.posts.edit(post.id, "Ours"),
        "delete": lambda: client.posts.delete(post.id),
        "upload": lambda: client.media.upload(sk.Media.from_bytes(png(2, 2), filename="a.png")),
    }

    with pytest.raises(sk.WrongAccountError):
        await settle(calls[change]())
    assert [one.text for one in server.posts(None)] == ["Theirs"]


async def test_another_accounts_messages_are_not_read_as_ours(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    server.receive(text="Between us", private=True, account=THEIRS)
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    client = opened(socialkit_world, server.issue_token(THEIRS), blocking, account_id=mine)

    with pytest.raises(sk.WrongAccountError):
        await collect(client.inbox.iterate())


async def test_a_token_that_another_process_put_there_is_compared_before_it_writes(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    store = holding(server.issue_token(MINE))
    client = opened(socialkit_world, None, blocking, store)
    await settle(client.posts.publish("Ours"))
    swapped(store, server.issue_token(THEIRS))
    server.revoke_token(MINE)

    with pytest.raises(sk.WrongAccountError):
        await settle(client.posts.publish("For whom?"))
    assert [one.text for one in server.posts(None)] == ["Ours"]


async def test_a_new_token_of_the_same_account_goes_on(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    store = holding(server.issue_token(MINE))
    client = opened(socialkit_world, None, blocking, store)
    await settle(client.posts.publish("One"))
    server.revoke_token(MINE)
    swapped(store, server.issue_token(MINE))

    await settle(client.posts.publish("Two"))
    assert [one.text for one in server.posts(MINE)] == ["One", "Two"]


async def test_whose_the_token_is_is_kept_beside_it_and_compared_at_the_next_start(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    store = sk.MemoryTokenStore()
    first = opened(socialkit_world, server.issue_token(MINE), blocking, store)
    mine = (await settle(first.account.me())).id
    kept = store.load(KEY)
    next_start = opened(socialkit_world, server.issue_token(THEIRS), blocking, store)

    assert kept is not None
    assert kept.account_id == mine
    with pytest.raises(sk.WrongAccountError, match=f"until now {KEY} was '{mine}'"):
        await settle(next_start.posts.publish("For whom?"))
    assert server.posts(None) == []


async def test_who_says_the_new_id_may_put_another_account_in_the_place(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    store, theirs = sk.MemoryTokenStore(), server.issue_token(THEIRS)
    await settle(opened(socialkit_world, server.issue_token(MINE), blocking, store).account.me())
    new = await id_of(socialkit_world, theirs)

    await settle(opened(socialkit_world, theirs, blocking, store, account_id=new).posts.publish("Moved"))
    kept = store.load(KEY)
    assert [one.text for one in server.posts(THEIRS)] == ["Moved"]
    assert kept is not None
    assert kept.account_id == new


async def test_whose_a_token_is_is_asked_once(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    token = server.issue_token(MINE)
    client = opened(socialkit_world, token, blocking, sk.MemoryTokenStore(), account_id=mine)
    await settle(client.posts.publish("One"))
    socialkit_world.fail("mastodon", "verify_credentials", sk.Fault.SERVER_ERROR, times=99)

    await settle(client.posts.publish("Two"))
    assert [one.text for one in server.posts(MINE)] == ["One", "Two"]


async def test_many_callers_at_once_ask_once(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    client = opened(socialkit_world, server.issue_token(MINE), blocking, account_id=mine)
    asked = questions(server)
    if blocking:
        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(client.posts.publish, map(str, range(CALLERS))))
    else:
        await asyncio.gather(*(client.posts.publish(str(number)) for number in range(CALLERS)))

    assert len(server.posts(MINE)) == CALLERS
    assert len(asked) == 1


async def test_where_nobody_said_whose_a_token_is_an_upload_costs_no_question(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    client = opened(socialkit_world, server.issue_token(MINE), blocking)
    asked = questions(server)
    await settle(client.media.upload(sk.Media.from_bytes(png(2, 2), filename="a.png")))

    assert asked == []


async def test_a_planned_post_is_refused_for_good_with_another_accounts_token(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    mine = await id_of(socialkit_world, server.issue_token(MINE))
    client = opened(socialkit_world, server.issue_token(THEIRS), blocking, account_id=mine)
    kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
    with sk.Journal.open("sqlite://") as journal:
        publisher = kind(client, journal)
        (planned,) = await settle(publisher.plan("For whom?", to="mastodon"))
        delivery = await settle(publisher.deliver(planned))

    assert delivery.state is sk.DeliveryState.REFUSED
    assert f"not of '{mine}'" in (delivery.because or "")
    assert server.posts(None) == []


async def test_nothing_is_written_while_nobody_can_say_whose_a_token_is(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    client = opened(socialkit_world, server.issue_token(MINE), blocking, account_id="1")
    socialkit_world.fail("mastodon", "verify_credentials", sk.Fault.SERVER_ERROR, times=99)

    with pytest.raises(sk.ServerError):
        await settle(client.posts.publish("For whom?"))
    assert server.posts(None) == []


async def test_a_line_that_breaks_while_it_is_asked_leaves_no_write_in_doubt(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    store = holding(server.issue_token(MINE))
    client = opened(socialkit_world, None, blocking, store)
    await settle(client.posts.publish("One"))
    server.revoke_token(MINE)
    swapped(store, server.issue_token(MINE))
    socialkit_world.fail("mastodon", "verify_credentials", sk.Fault.DROP_AFTER_COMMIT, times=99)

    with pytest.raises(sk.ConnectionFailedError, match="whose account the credentials are") as caught:
        await settle(client.posts.publish("Two"))
    assert caught.value.written is False
    assert [one.text for one in server.posts(None)] == ["One"]


async def test_a_handle_that_became_somebody_elses_logs_nobody_in(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    simulator = socialkit_world.simulator("bluesky")
    assert isinstance(simulator, BlueskySimulator)
    store, login = sk.MemoryTokenStore(), simulator.connection(MINE)
    connect: Any = sk.connect if blocking else sk.connect_async
    with socialkit_world.install():
        client = connect(
            "bluesky",
            base_url=socialkit_world.address("bluesky"),
            tokens=store,
            account=sk.AccountRef(platform="bluesky", brand="acme", name="main", id="did:plc:once"),
            **login,
        )
        with pytest.raises(sk.WrongAccountError, match="did:plc:once"):
            await settle(client.posts.publish("For whom?"))
        key = f"acme/bluesky/main/{login['identifier']}"
        began = store.load(key)
        assert began is not None
        over = sk.Stored(account_id="did:plc:once", refresh_token=Secret("one-that-is-over"))
        assert store.swap(key, began, over)
        again = connect(
            "bluesky",
            base_url=socialkit_world.address("bluesky"),
            tokens=store,
            account=sk.AccountRef(platform="bluesky", brand="acme", name="main"),
            **login,
        )
        with pytest.raises(sk.WrongAccountError, match="a session of another account"):
            await settle(again.posts.publish("For whom?"))

    assert simulator.posts(None) == []
