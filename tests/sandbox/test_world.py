"""The world that users see: platforms, their clock, faults, and clients that live in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import socialkit as sk
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.transport import Retry


@pytest.fixture
def world(socialkit_world: sk.Sandbox) -> sk.Sandbox:
    return socialkit_world


def application(text: str, token: str = "a-real-looking-token") -> str:
    """Publish, as an application would that knows nothing of sandboxes."""
    with sk.connect("mastodon", base_url="https://mastodon.example", access_token=token) as client:
        return client.posts.publish(text).id


def test_two_worlds_know_nothing_of_each_other() -> None:
    with sk.Sandbox(seed=7) as one, sk.Sandbox(seed=7) as other:
        one.connect("mastodon").posts.publish("Here")

        assert len(one.posts("mastodon")) == 1
        assert other.posts("mastodon") == []


def test_a_seed_makes_a_world_repeatable() -> None:
    def ids(seed: int) -> list[str]:
        with sk.Sandbox(seed=seed) as world:
            client = world.connect("mastodon")
            for number in range(3):
                client.posts.publish(f"Post {number}")
            return [one.id for one in world.posts("mastodon")]

    assert ids(7) == ids(7)
    assert ids(7) != ids(8)


def test_accounts_are_made_when_first_named(world: sk.Sandbox) -> None:
    shop, other = world.connect("mastodon", "shop"), world.connect("mastodon", "other")
    shop.posts.publish("From the shop")
    other.posts.publish("From elsewhere")

    assert (shop.account.me().handle, other.account.me().handle) == ("shop", "other")
    assert [one.text for one in world.posts("mastodon", "shop")] == ["From the shop"]
    assert len(world.posts("mastodon", None)) == 2
    assert world.posts("mastodon") == []


async def test_clients_of_both_modes_live_in_the_same_world(world: sk.Sandbox) -> None:
    blocking, awaited = world.connect("mastodon"), world.connect_async("mastodon")
    post = blocking.posts.publish("Here")
    again = await awaited.posts.get(post)

    assert isinstance(blocking, Mastodon)
    assert isinstance(awaited, AsyncMastodon)
    assert again == post.model_copy(update={"account": again.account})


def test_an_application_is_moved_into_the_world_unchanged(world: sk.Sandbox) -> None:
    with world.install():
        first, second = application("One"), application("Two")
        world.receive("mastodon", text="Hello")
        application("Three", token="another-token")

    assert [one.id for one in world.posts("mastodon")] == [first, second]
    assert [one.text for one in world.posts("mastodon", "account2")] == ["Three"]


async def test_an_async_application_is_moved_too(world: sk.Sandbox) -> None:
    with world.install():
        async with sk.connect_async(
            "mastodon", base_url="https://mastodon.example", access_token="a-real-looking-token"
        ) as client:
            await client.posts.publish("One")

    assert [one.text for one in world.posts("mastodon")] == ["One"]


def test_the_inner_of_two_worlds_is_where_clients_live() -> None:
    with sk.Sandbox() as outer, sk.Sandbox() as inner, outer.install():
        with inner.install():
            application("Inside")
        application("Outside")

        assert [one.text for one in inner.posts("mastodon")] == ["Inside"]
        assert [one.text for one in outer.posts("mastodon")] == ["Outside"]


def test_waiting_moves_the_clock_and_nothing_else_does(world: sk.Sandbox) -> None:
    started = world.clock.now()
    client = world.connect("mastodon")
    client.posts.publish("Here")
    before = world.clock.now()
    world.fail("mastodon", "get", sk.Fault.SLOW)
    client.posts.get(world.posts("mastodon")[0].id)

    assert before == started
    assert world.clock.now() - before >= timedelta(seconds=30)


def test_a_platform_tells_the_time_as_servers_do_wherever_the_caller_is(world: sk.Sandbox) -> None:
    noon, client = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Paris")), world.connect("mastodon")
    world.clock.at(noon, lambda: client.posts.publish("Lunch"))

    world.clock.advance(timedelta(hours=4))

    (post,) = world.posts("mastodon")
    assert post.published_at == noon


def test_a_fault_happens_as_often_as_ordered_and_after_what_was_ordered(world: sk.Sandbox) -> None:
    client = world.connect("mastodon")
    world.fail("mastodon", "publish", sk.Fault.DROP_BEFORE_COMMIT, times=2, after=1)
    outcomes: list[bool] = []
    for number in range(4):
        try:
            client.posts.publish(f"Post {number}")
            outcomes.append(True)
        except sk.OutcomeUnknownError:
            outcomes.append(False)

    assert outcomes == [True, False, False, True]
    assert len(world.posts("mastodon")) == 2


def test_a_fault_can_be_ordered_by_the_platforms_own_call(world: sk.Sandbox) -> None:
    client = world.connect("mastodon")
    world.fail("mastodon", "account_statuses", sk.Fault.SERVER_ERROR, times=9)
    with pytest.raises(sk.ServerError):
        list(client.posts.iterate())


def test_a_fault_of_one_operation_leaves_others_alone(world: sk.Sandbox) -> None:
    client = world.connect("mastodon")
    world.fail("mastodon", "iterate", sk.Fault.SERVER_ERROR, times=9)
    client.posts.publish("Here")

    assert len(world.posts("mastodon")) == 1
    with pytest.raises(sk.ServerError):
        list(client.posts.iterate())


def test_a_late_write_lands_when_it_was_ordered_to(world: sk.Sandbox) -> None:
    client = world.connect("mastodon")
    world.fail("mastodon", "publish", sk.Fault.LATE, delay=timedelta(seconds=50))
    with pytest.raises(sk.OutcomeUnknownError):
        client.posts.publish("Here")
    world.clock.advance(49)
    before = world.posts("mastodon")
    world.clock.advance(1)

    assert before == []
    assert [one.text for one in world.posts("mastodon")] == ["Here"]


def test_a_caller_with_little_patience_times_out_sooner(world: sk.Sandbox) -> None:
    with world.install():
        client = sk.connect(
            "mastodon",
            base_url="https://mastodon.example",
            access_token="a-real-looking-token",
            timeout=5,
            retry=Retry(attempts=1),
        )
    started = world.clock.now()
    world.fail("mastodon", "me", sk.Fault.SLOW)
    with pytest.raises(sk.RequestTimeoutError):
        client.account.me()

    assert world.clock.now() - started == timedelta(seconds=5)


def test_unknown_platforms_are_refused_by_name(world: sk.Sandbox) -> None:
    for call in (world.connect, world.simulator, world.posts):
        with pytest.raises(sk.ConfigurationError, match="did you mean 'mastodon'"):
            call("mastodn")
    with pytest.raises(sk.ConfigurationError, match="did you mean 'mastodon'"):
        world.fail("mastodn", "publish", sk.Fault.SLOW)


def test_no_address_of_a_world_can_be_reached(world: sk.Sandbox) -> None:
    assert world.address("mastodon").endswith(".example")


def test_a_world_serves_itself_on_this_machine_and_stops_when_it_ends() -> None:
    with sk.Sandbox() as world:
        server = world.serve(platforms=("mastodon",))
        token = world.simulator("mastodon").connection()["access_token"]
        with sk.connect("mastodon", base_url=server.url("mastodon"), access_token=token) as client:
            client.posts.publish("Over the wire")

        assert [one.text for one in world.posts("mastodon")] == ["Over the wire"]
    assert server.closed.is_set()
