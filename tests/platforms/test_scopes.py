"""What a token's scopes open on each platform: known before anything is sent, or told by the platform."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NamedTuple

import pytest

import socialkit as sk
from socialkit.auth import Credentials, Stored
from socialkit.models import AccountRef, Draft, Media
from socialkit.platforms._registry import find
from socialkit.transport import Secret
from tests.support import collect, settle
from tests.transport.fakes import NOON, SteppedTransport, json_answer

DRAFT: Final = Draft(text="Autumn", media=[Media.from_url("https://shop.example/dot.jpg", alt_text="A dot")])


class Place(NamedTuple):
    """A platform, and one of its logins."""

    platform: str
    reads: tuple[str, ...]
    """Scopes that open reading, and no writing."""
    writes: str
    """The scope that opens publishing."""
    answers: str
    """The scope that opens answering, the own post too."""
    more: dict[str, Any]


READS: Final = ("threads_basic",)
PLACES: Final = [
    Place("x", ("tweet.read", "users.read"), "tweet.write", "tweet.write", {}),
    Place("facebook", ("pages_read_engagement",), "pages_manage_posts", "pages_manage_engagement", {}),
    Place("instagram", ("instagram_basic",), "instagram_content_publish", "instagram_manage_comments", {}),
    Place(
        "instagram",
        ("instagram_business_basic",),
        "instagram_business_content_publish",
        "instagram_business_manage_comments",
        {"login": "instagram"},
    ),
    Place("threads", ("threads_basic",), "threads_content_publish", "threads_manage_replies", {}),
]


@pytest.fixture(params=PLACES, ids=lambda one: "-".join([one.platform, *one.more.values()]))
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.param
    return found


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def opened(place: Place, blocking: bool, transport: Any, **given: Any) -> Any:
    registered = find(place.platform)
    kind: Any = registered.load_client() if blocking else registered.load_async_client()
    account = AccountRef(platform=place.platform, brand="acme", name="main")
    return kind(transport=transport, account=account, **place.more, **given)


async def refused_unsent(client: Any, transport: SteppedTransport, place: Place) -> None:
    with pytest.raises(sk.MissingScopeError) as caught:
        await settle(client.posts.publish(DRAFT))

    assert isinstance(caught.value, sk.NotSupportedError)
    assert (caught.value.scopes, caught.value.status) == ((place.writes,), 0)
    assert f"allow {place.writes}" in str(caught.value)
    assert "status" not in str(caught.value)
    assert not client.can(sk.Capability.PUBLISH)
    assert transport.sent == []


async def test_a_first_comment_without_its_scope_is_found_before_anything_is_sent(
    place: Place, blocking: bool
) -> None:
    transport = SteppedTransport(json_answer({}), suspends=not blocking)
    draft = DRAFT.model_copy(update={"first_comment": "Shop"})

    def fields(*more: str) -> list[str]:
        scopes = (*place.reads, place.writes, *more)
        client = opened(place, blocking, transport, credentials=Credentials(access_token="x", scopes=scopes))
        problems = client.posts.check(draft)
        assert all(place.answers in one.message for one in problems if one.field == "first_comment")
        return [one.field for one in problems if one.severity is sk.Severity.ERROR]

    silent = opened(place, blocking, transport, access_token="made-up")
    assert [one for one in silent.posts.check(draft) if one.field == "first_comment"] == []
    assert fields(place.answers) == []
    if place.answers == place.writes:
        return
    assert fields() == ["first_comment"]
    few = Credentials(access_token="x", scopes=(*place.reads, place.writes))
    with pytest.raises(sk.InvalidDraftError, match=place.answers):
        await settle(opened(place, blocking, transport, credentials=few).posts.publish(draft))
    assert transport.sent == []


async def test_a_scope_that_is_known_to_be_missing_is_named_before_anything_is_sent(
    place: Place, blocking: bool
) -> None:
    transport = SteppedTransport(json_answer({}), suspends=not blocking)
    credentials = Credentials(access_token="made-up", scopes=place.reads)

    await refused_unsent(opened(place, blocking, transport, credentials=credentials), transport, place)


async def test_a_token_that_is_kept_opens_what_its_own_scopes_open(place: Place, blocking: bool) -> None:
    transport = SteppedTransport(json_answer({}), suspends=not blocking)
    store = sk.MemoryTokenStore()
    kept = Stored(access_token=Secret("made-up"), scopes=place.reads)
    store.swap(f"acme/{place.platform}/main", None, kept)
    client = opened(place, blocking, transport, tokens=store)

    assert client.can(sk.Capability.PUBLISH) is not blocking  # who awaits has read nothing yet
    await refused_unsent(client, transport, place)


def test_what_needs_two_scopes_is_open_with_both_alone() -> None:
    def can(*scopes: str) -> bool:
        credentials = Credentials(access_token="made-up", scopes=["threads_basic", *scopes])
        client = opened(PLACES[-1], True, SteppedTransport(json_answer({})), credentials=credentials)
        core = client._core
        lacked = core.lacking(core.scopes).get(sk.Capability.REPLY, ())
        assert bool(lacked) is not client.can(sk.Capability.REPLY)
        assert not set(lacked) & set(scopes)
        return bool(client.can(sk.Capability.REPLY))

    assert can("threads_manage_replies", "threads_content_publish")
    assert not can("threads_manage_replies")
    assert not can("threads_content_publish")
    assert not can()


def test_a_store_that_cannot_be_read_leaves_open_what_a_token_may() -> None:
    class Broken:
        def load(self, key: str, /) -> Stored | None:
            raise sk.TokenStoreError(key)

        def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
            raise sk.TokenStoreError(key)

    client = opened(PLACES[0], True, SteppedTransport(json_answer({})), tokens=Broken())

    assert client.can(sk.Capability.PUBLISH)
    with pytest.raises(sk.TokenStoreError):
        client.posts.publish("Autumn")


async def test_a_renewed_token_opens_what_it_says_and_no_more_what_the_old_one_did(blocking: bool) -> None:
    renewed = {"access_token": "newer", "refresh_token": "next", "scope": "tweet.read users.read"}
    transport = SteppedTransport(
        json_answer({**renewed, "token_type": "bearer", "expires_in": 7200}),
        json_answer({"data": {"id": "7", "name": "Shop", "username": "shop"}}),
        suspends=not blocking,
    )
    credentials = Credentials(
        access_token="old",
        refresh_token="once",
        client_id="shop",
        scopes=["tweet.read", "users.read", "tweet.write", "offline.access"],
        expires_at=NOON - timedelta(hours=1),
    )
    client = opened(PLACES[0], blocking, transport, credentials=credentials)
    assert client.can(sk.Capability.PUBLISH)

    await settle(client.account.me())

    assert not client.can(sk.Capability.PUBLISH)
    with pytest.raises(sk.MissingScopeError):
        await settle(client.posts.publish("Autumn"))
    assert len(transport.sent) == 2


async def test_a_scope_of_which_nobody_knew_is_named_once_the_platform_refuses(
    place: Place, blocking: bool
) -> None:
    with sk.Sandbox() as world:
        simulator: Any = world.simulator(place.platform)
        if place.more:
            simulator.login = place.more["login"]
        inside = world.connect(place.platform) if blocking else world.connect_async(place.platform)
        token = simulator.issue_token(scopes=place.reads)
        address = {"base_url": world.address(place.platform)}
        client = opened(place, blocking, inside._core.transport, access_token=token, **address)
        draft = DRAFT if place.platform == "instagram" else "Autumn"

        with pytest.raises(sk.MissingScopeError) as caught:
            await settle(client.posts.publish(draft))

        assert place.writes in caught.value.scopes
        assert caught.value.status in {400, 403}
        assert world.posts(place.platform) == []


OTHERS = {"scope": "pages_manage_posts", "target_ids": ["18"]}


@pytest.mark.parametrize("platform", ["facebook", "threads"])
@pytest.mark.parametrize(
    ("told", "can"),
    [
        ({"scopes": []}, False),
        ({}, True),
        ({"scopes": None}, True),
        ({"scopes": ["threads_basic", "pages_manage_posts"], "granular_scopes": [OTHERS]}, False),
    ],
    ids=["nothing", "untold", "null", "of others"],
)
async def test_nothing_granted_is_told_from_nobody_said(
    platform: str, told: dict[str, Any], can: bool, blocking: bool
) -> None:
    answer = json_answer({"data": {"is_valid": True, **told}})
    transport = SteppedTransport(answer, suspends=not blocking)
    registered = find(platform)
    kind: Any = registered.load_client() if blocking else registered.load_async_client()
    account = AccountRef(platform=platform, brand="acme", name="main", id="17")
    app = {"client_id": "1", "app_secret": "made-up"} if platform == "facebook" else {}
    client = kind(access_token="made-up", account=account, transport=transport, **app)

    report = await settle(client.account.inspect())

    assert report.valid
    assert client.can(sk.Capability.PUBLISH) is can
    if not can:
        with pytest.raises(sk.MissingScopeError):
            await settle(client.posts.publish("Autumn"))
        assert len(transport.sent) == 1


async def test_a_new_login_opens_what_it_allows_to_a_client_that_was_told_no(
    place: Place, blocking: bool
) -> None:
    transport = SteppedTransport(json_answer({}), suspends=not blocking)
    store, key = sk.MemoryTokenStore(), f"acme/{place.platform}/main"
    old = Stored(access_token=Secret("made-up"), scopes=place.reads)
    store.swap(key, None, old)
    client = opened(place, blocking, transport, tokens=store)
    await refused_unsent(client, transport, place)
    everything = tuple({scope for scopes in client._core.facts.scopes.values() for scope in scopes})
    assert store.swap(key, store.load(key), Stored(access_token=Secret("newer"), scopes=everything))

    if blocking:
        assert client.can(sk.Capability.PUBLISH)
    else:
        await client._core.require(sk.Capability.PUBLISH)
    assert client.can(sk.Capability.PUBLISH)
    assert client._core.pipeline.authenticator.token() == Secret("newer")


@pytest.mark.parametrize("healthy_first", [True, False])
async def test_what_was_planned_goes_out_after_a_new_login_and_the_account_is_well(
    blocking: bool, healthy_first: bool
) -> None:
    async def health_of() -> sk.HealthState:
        (one,) = workspace.health() if blocking else await workspace.health_async()
        return one.state

    with sk.Sandbox() as world:
        simulator: Any = world.simulator("threads")
        store, key = sk.MemoryTokenStore(), "acme/threads/main"
        told: Any = {"account_id": world.connect("threads").account.me().id}
        narrow = Stored(access_token=Secret(simulator.issue_token(scopes=READS)), scopes=READS, **told)
        store.swap(key, None, narrow)
        account = sk.Account("threads", id=told["account_id"], base_url=world.address("threads"))
        workspace = sk.Workspace(
            sk.Brand("acme", account), tokens=store, clock=world.clock.now, transports=world._carry
        )
        kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
        publisher = kind(workspace, sk.Journal.open("sqlite://"), actor="maria")
        seen = [await health_of()]
        everything = (
            *READS,
            *{scope for one in find("threads").load_facts().scopes.values() for scope in one},
        )
        wide = Stored(access_token=Secret(simulator.issue_token()), scopes=everything, **told)
        assert store.swap(key, store.load(key), wide)
        seen += [await health_of()] if healthy_first else []
        await settle(publisher.plan("Autumn", to=key))
        (delivery,) = await settle(publisher.run_due())
        seen.append(await health_of())

    assert (seen[0], {*seen[1:]}) == (sk.HealthState.MISSING_SCOPE, {sk.HealthState.VALID})
    assert delivery.state is sk.DeliveryState.CONFIRMED


@pytest.mark.parametrize("writes", [True, False])
async def test_an_account_that_may_not_be_read_says_why_and_names_the_scope(
    blocking: bool, writes: bool
) -> None:
    denied = {"error": {"message": "(#10) no", "type": "OAuthException", "code": 10, "fbtrace_id": "A"}}
    transport = SteppedTransport(lambda _request: json_answer(denied, 400), suspends=not blocking)
    client = opened(PLACES[2], blocking, transport, access_token="made-up")
    with pytest.raises(sk.MissingScopeError, match="whose account this is is not known") as caught:
        await (settle(client.posts.publish(DRAFT)) if writes else collect(client.inbox.iterate()))

    assert caught.value.scopes == ("instagram_basic",)
    assert "allow instagram_basic, or give account= with the id" in str(caught.value)
    assert isinstance(caught.value.__cause__, sk.MissingScopeError)
    assert "(#10) no" in str(caught.value.__cause__)
