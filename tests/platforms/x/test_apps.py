"""What X tells an app alone: what was read, and where it pushes."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import (
    APIError,
    ConfigurationError,
    MissingScopeError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
)
from socialkit.platforms.x._app import WireUsage, to_usage
from socialkit.sandbox import Fault
from socialkit.testing import collect, settle
from socialkit.transport import reveal
from tests.platforms.x.conftest import Place

ADDRESS = "https://shop.example/x"


@pytest.fixture
def client(place: Place) -> Any:
    return place.client(**place.x.issue_keys())


async def test_what_was_read_is_told_by_day_and_each_post_counts_once_a_day(
    place: Place, client: Any
) -> None:
    post = await settle(client.posts.publish("Autumn is here"))
    for _ in range(3):
        await settle(client.posts.get(post))
    place.world.clock.advance(86_400)
    await settle(client.posts.get(post))
    found = await settle(client.account.usage())

    assert (found.posts, [one.posts for one in found.days]) == (2, [1, 1])
    assert found.days[-1].day == place.world.clock.now().date()
    assert len((await settle(client.account.usage(days=1))).days) == 1
    for days in (0, 91):
        with pytest.raises(ValueError, match="1 to 90"):
            await settle(client.account.usage(days=days))


async def test_a_client_with_keys_counts_posts_by_the_apps_own_token(place: Place, client: Any) -> None:
    place.x.receive(text="A cup of tea")
    found = await settle(client.listening.volume("tea"))
    (asked,) = [one for one in client.sent.requests if "counts" in one.url]

    assert sum(one.posts for one in found) == 1
    assert reveal(asked.headers["Authorization"]).startswith("Bearer ")


async def test_a_spent_cap_is_told_and_what_is_left_is_seen_before(place: Place, client: Any) -> None:
    post = await settle(client.posts.publish("Autumn is here"))
    await settle(client.posts.get(post))
    place.x.set_cap(1)
    with pytest.raises(RateLimitedError) as caught:
        await collect(client.posts.iterate())
    found = await settle(client.account.usage())

    assert caught.value.code == "usage-capped"
    assert (found.posts, found.cap) == (1, 1)


def test_what_is_not_told_of_reading_is_not_zero() -> None:
    found = to_usage(WireUsage.model_validate({"data": {"project_usage": "-"}}).data)

    assert (found.posts, found.cap, found.reset_day, found.days) == (None, None, None, ())


@pytest.mark.parametrize("call", ["usage", "webhooks"])
async def test_a_persons_token_is_not_the_apps_and_its_own_is(place: Place, call: str) -> None:
    with pytest.raises(ConfigurationError, match="four keys"):
        await settle(getattr(place.client().account, call)())
    keys = place.x.issue_keys()
    asking = place.client(**keys)
    await settle(getattr(asking.account, call)())
    (token,) = [one for one in asking.sent.requests if one.url.endswith("/oauth2/token")]
    (asked,) = [one for one in asking.sent.requests if "/2/" in one.url]
    bearer = reveal(asked.headers["Authorization"]).removeprefix("Bearer ")

    assert reveal(token.headers["Authorization"]).startswith("Basic ")
    assert bearer not in f"{asked} {asking.account} {asking!r}"
    await settle(getattr(place.client(access_token=bearer).account, call)())
    wrong = place.client(**keys | {"client_secret": "another-one"})
    with pytest.raises((APIError, ConfigurationError)):
        await settle(getattr(wrong.account, call)())


async def test_an_address_is_registered_once_whatever_answer_is_lost(place: Place, client: Any) -> None:
    place.world.fail("x", "register_webhook", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError):
        await settle(client.account.register_webhook(ADDRESS))
    hook = await settle(client.account.register_webhook(ADDRESS))

    assert await settle(client.account.webhooks()) == (hook,)
    assert (hook.url, hook.valid) == (ADDRESS, False)
    await settle(client.account.remove_webhook(hook))
    assert await settle(client.account.webhooks()) == ()
    with pytest.raises(NotFoundError):
        await settle(client.account.remove_webhook(hook.id))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/x",
        "https://shop.example:8443/x",
        "shop.example",
        "https://shop.example/" + "a" * 200,
    ],
)
async def test_an_address_that_x_does_not_push_to_is_refused_before_anything_is_sent(
    client: Any, url: str
) -> None:
    with pytest.raises(ValueError, match="without a port"):
        await settle(client.account.register_webhook(url))

    assert client.sent.requests == []


async def test_one_name_instead_of_a_list_is_refused_before_anything_is_sent(client: Any) -> None:
    for ask, given in (
        (client.account.subscribe, ("1", "follow.follow")),
        (client.account.subscribe, ("1", [5])),
        (client.account.register_webhook, (5,)),
    ):
        with pytest.raises(TypeError, match=r"(events|url) must be"):
            await settle(ask(*given))

    assert client.sent.requests == []


async def test_each_kind_of_activity_is_subscribed_to_once(place: Place, client: Any) -> None:
    hook = await settle(client.account.register_webhook(ADDRESS))
    place.world.fail("x", "subscribe", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError):
        await settle(client.account.subscribe(hook, ["post.mention.create"]))
    made = await settle(client.account.subscribe(hook))
    known = await settle(client.account.subscriptions())

    assert {one.id for one in known} == {one.id for one in made}
    assert [one.event for one in made] == ["post.mention.create", "follow.follow", "dm.received"]
    assert {(one.user_id, one.webhook_id) for one in made} == {(client.ref.id, hook.id)}
    await settle(client.account.unsubscribe(made[0]))
    assert len(await settle(client.account.subscriptions())) == 2


async def test_a_persons_token_subscribes_to_what_its_scopes_open(place: Place, client: Any) -> None:
    hook = await settle(client.account.register_webhook(ADDRESS))
    scopes = ("tweet.read", "users.read", "like.read")
    person = place.client(access_token=place.x.issue_token(scopes=scopes))
    await settle(person.account.subscribe(hook, ["post.mention.create", "like.create"]))
    with pytest.raises(MissingScopeError) as caught:
        await settle(person.account.subscribe(hook, ["dm.received"]))

    assert "dm.read" in caught.value.scopes
    assert len(await settle(client.account.subscriptions())) == 2


@pytest.mark.parametrize("call", ["app_token", "usage"])
async def test_what_only_reads_is_asked_again_when_an_answer_is_lost(
    place: Place, client: Any, call: str
) -> None:
    place.world.fail("x", call, Fault.DROP_AFTER_COMMIT)

    assert (await settle(client.account.usage())).posts == 0
