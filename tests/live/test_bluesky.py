"""What the servers behind Bluesky do that no simulator settles: lines that break, tokens, limits of calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from socialkit.auth import Credentials, MemoryTokenStore, Stored
from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    InvalidDraftError,
    NoSuchCallError,
    OutcomeUnknownError,
    RateLimitedError,
    TokenExpiredError,
)
from socialkit.models import Draft, Found, FoundState, MessageKind, NoticeKind
from socialkit.platforms import AsyncBluesky, Bluesky, BlueskyOptions
from socialkit.platforms.bluesky._records import POST, THREADGATE
from socialkit.platforms.bluesky._session import claims
from socialkit.sandbox import Fault
from socialkit.testing import picture
from socialkit.transport import Retry, Secret
from tests.live.conftest import Prove
from tests.live.line import Line, Trouble
from tests.live.servers.bluesky import BlueskyNetwork, bluesky
from tests.live.world import APPLY, PUT, LiveWorld
from tests.support import collect, settle
from tests.truth.operations import offered

pytestmark = pytest.mark.live

AnyBluesky = Bluesky | AsyncBluesky
Connect = Callable[..., AnyBluesky]
SECONDS: Final = timedelta(seconds=5)
"""Servers tell the time in whole seconds."""
"""Makes a client of somebody: of `main` if nobody is named."""

PROVEN: Final = {
    "account.me",
    "inbox.comments",
    "inbox.hide",
    "inbox.iterate",
    "inbox.like",
    "inbox.reply",
    "inbox.unhide",
    "insights.account",
    "insights.posts",
    "listening.profile",
    "listening.search",
    "login.finish",
    "login.start",
    "media.get",
    "media.upload",
    "posts.delete",
    "posts.find",
    "posts.get",
    "posts.iterate",
    "posts.publish",
}
"""Operations that the servers answered well: here, in the common suite, or at the login."""

LACKING: Final[Mapping[str, str]] = {
    "account.refresh_limits": "the network tells no limits, so nothing is asked",
    "listening.events": "there is no Jetstream among them",
    "listening.trends": "it has no service that finds trends",
}
"""Operations that these servers cannot prove, and why."""

LOGIN, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
LOGINS: Final = 30
"""How often somebody may log in within five minutes."""
TRIES: Final = 3
LAG: Final = 20.0
"""Seconds within which the network's view hears of a post by itself."""


@pytest.fixture
async def world(network: BlueskyNetwork, line: Line, prove: Prove) -> AsyncIterator[LiveWorld]:
    world = LiveWorld(network, line, prove)
    yield world
    await world.close()


@pytest.fixture(params=[Bluesky, AsyncBluesky], ids=["blocking", "async"])
async def connect(request: pytest.FixtureRequest, world: LiveWorld) -> AsyncIterator[Connect]:
    """Make clients of a mode, on the world's clock and noted as proof."""
    made: list[AnyBluesky] = []

    def make(account: str = "main", **more: Any) -> AnyBluesky:
        who = {} if more.keys() & {"credentials", "password"} else world.connection(account)
        with world.install():
            made.append(
                request.param(base_url=world.line.url, **{"retry": Retry(attempts=TRIES), **who, **more})
            )
        return made[-1]

    yield make
    for client in made:
        closed = client.close()
        if isinstance(closed, Awaitable):
            await closed


class Kept(MemoryTokenStore):
    """Tells what it keeps."""

    latest: Stored

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        self.latest = new
        return super().swap(key, old, new)


async def test_every_operation_is_shown_or_known_to_be_lacking(connect: Connect) -> None:
    assert PROVEN.isdisjoint(LACKING)
    assert PROVEN | set(LACKING) == offered("bluesky", connect())


# Lines that break ------------------------------------------------------------------------------


async def test_a_post_whose_answer_is_lost_once_is_written_once(world: LiveWorld, connect: Connect) -> None:
    client = connect()
    world.line.fail({PUT}, Fault.DROP_AFTER_COMMIT)
    post = await settle(client.posts.publish("Is it out?"))

    assert world.line.seen.count(PUT) == 2
    assert [one.id for one in world.posts("bluesky")] == [post.id]


async def test_a_post_whose_answers_are_all_lost_is_found(world: LiveWorld, connect: Connect) -> None:
    client = connect()
    world.line.fail({PUT}, Fault.DROP_AFTER_COMMIT, times=100)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish("Is it out?"))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    assert world.line.seen.count(PUT) == TRIES
    (truth,) = world.posts("bluesky")
    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert (found.post.id, found.post.text) == (truth.id, "Is it out?")


async def test_a_post_that_never_arrived_is_absent_and_can_be_published_again(
    world: LiveWorld, connect: Connect
) -> None:
    client = connect()
    await settle(client.account.me())  # an answer that tells the server's time
    world.line.fail({PUT}, Fault.DROP_BEFORE_COMMIT, times=TRIES)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish("Is it out?"))
    attempt = caught.value.attempt
    world.clock.advance(attempt.deadline - world.clock.now() + SECONDS)
    found: Found = await settle(client.posts.find(attempt))
    absent = world.posts("bluesky") == []
    await settle(client.posts.publish("Is it out?"))

    assert found.state is FoundState.ABSENT
    assert absent
    assert len(world.posts("bluesky")) == 1


async def test_a_reply_whose_answers_are_all_lost_is_found(world: LiveWorld, connect: Connect) -> None:
    client = connect()
    post = await settle(client.posts.publish("Ask us anything"))
    comment = world.receive("bluesky", text="How much?", reply_to=post.id)
    (message,) = await collect(client.inbox.comments(post))
    world.line.fail({PUT}, Fault.DROP_AFTER_COMMIT, times=100)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, "Nine"))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    answers = [one for one in world.posts("bluesky") if one.reply_to == comment]
    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert [(one.id, one.text) for one in answers] == [(found.post.id, "Nine")]


GATED: Final = Draft(text="Only for friends", options=[BlueskyOptions(replies=["following"])])


@pytest.mark.parametrize("trouble", [Fault.DROP_AFTER_COMMIT, Trouble.TWICE])
async def test_a_post_with_rules_is_sent_once_and_found_with_them(
    world: LiveWorld, connect: Connect, trouble: Fault | Trouble
) -> None:
    client = connect()
    world.line.fail({APPLY}, trouble)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(GATED))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    # Handed over twice, the second is refused with status 500: its keys are taken.
    assert world.line.seen.count(APPLY) == (2 if trouble is Trouble.TWICE else 1)
    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert [one.id for one in world.posts("bluesky")] == [found.post.id]
    (gate,) = world.records("main", THREADGATE)
    assert gate["value"]["post"] == found.post.id


async def test_a_post_that_is_handed_over_twice_is_one(world: LiveWorld, connect: Connect) -> None:
    client = connect()
    world.line.fail({PUT}, Trouble.TWICE)
    post = await settle(client.posts.publish("Once"))

    assert world.line.seen.count(PUT) == 2
    assert [one.id for one in world.posts("bluesky")] == [post.id]


async def test_a_record_key_that_exists_is_never_created_again(world: LiveWorld, connect: Connect) -> None:
    post = await settle(connect().posts.publish("First"))
    record = {"$type": POST, "text": "Second", "createdAt": "2026-01-01T00:00:00.000Z"}
    member = world.member("main")
    body = {"repo": member.did, "collection": POST, "rkey": post.id.rpartition("/")[2], "record": record}

    with pytest.raises(AssertionError, match="500"):
        world.network.call("com.atproto.repo.createRecord", body, member)
    assert [one.text for one in world.posts("bluesky")] == ["First"]


# Tokens ----------------------------------------------------------------------------------------


async def test_a_session_that_ended_is_renewed_by_a_token_that_rotates(
    world: LiveWorld, connect: Connect
) -> None:
    session, store = opened(world), Kept()
    client = connect(credentials=session, tokens=store)
    me = await settle(client.account.me())
    await settle(client.posts.publish("Still here"))

    assert me.id == world.member("main").did
    assert (world.line.seen.count(REFRESH), world.line.seen.count(LOGIN)) == (1, 0)
    assert claim(store.latest.refresh_token, "jti") != claim(session.refresh_token, "jti")
    assert len(world.posts("bluesky")) == 1


async def test_a_token_that_was_used_gives_the_same_successor(world: LiveWorld, connect: Connect) -> None:
    session, stores = opened(world), (Kept(), Kept())
    for store in stores:
        await settle(connect(credentials=session, tokens=store).account.me())

    one, two = (claim(store.latest.refresh_token, "jti") for store in stores)
    assert one == two


async def test_a_renewal_whose_answer_is_lost_is_asked_for_again(world: LiveWorld, connect: Connect) -> None:
    client = connect(credentials=opened(world))
    world.line.fail({REFRESH}, Fault.DROP_AFTER_COMMIT)
    me = await settle(client.account.me())

    assert me.id == world.member("main").did
    assert world.line.seen.count(REFRESH) == 2


async def test_an_ended_session_is_opened_again_with_the_password(world: LiveWorld, connect: Connect) -> None:
    session = opened(world)
    assert session.refresh_token is not None
    world.network.close_session(session.refresh_token.reveal())
    client = connect(credentials=session, **world.connection())
    me = await settle(client.account.me())

    assert me.id == world.member("main").did
    assert (world.line.seen.count(REFRESH), world.line.seen.count(LOGIN)) == (1, 1)


@pytest.mark.parametrize("kind", ["ended", "forged"])
async def test_a_token_that_is_no_good_is_an_authentication_error(
    world: LiveWorld, connect: Connect, kind: str
) -> None:
    member = world.member("main")
    ended = world.network.token(member, ends=datetime.now(UTC) - timedelta(hours=1))
    token = ended if kind == "ended" else f"{member.access[:-8]}AAAAAAAA"
    client = connect(credentials=Credentials(access_token=token, account_id=member.did))

    with pytest.raises(TokenExpiredError if kind == "ended" else AuthenticationError) as caught:
        await settle(client.posts.publish("Never"))
    assert caught.value.written is False
    assert token not in str(caught.value)
    assert world.posts("bluesky") == []


async def test_a_wrong_password_is_an_authentication_error(world: LiveWorld, connect: Connect) -> None:
    client = connect(identifier=world.member("main").handle, password="not-a-real-password")
    with pytest.raises(AuthenticationError) as caught:
        await settle(client.account.me())

    assert (caught.value.status, caught.value.written) == (401, False)
    assert world.line.seen.count(LOGIN) == 1


# Calls that the servers count --------------------------------------------------------------------


@pytest.fixture(scope="module")
def counting(folder: Path) -> Iterator[BlueskyNetwork]:
    """A network whose limits of calls are on."""
    data = folder / "counting"
    data.mkdir()
    with bluesky(data, rate_limits=True) as running:
        yield running


@pytest.mark.parametrize("kind", [Bluesky, AsyncBluesky], ids=["blocking", "async"])
async def test_the_login_after_the_last_one_says_when_to_try_again(
    counting: BlueskyNetwork, kind: type[AnyBluesky]
) -> None:
    member = counting.join("main")
    who: dict[str, Any] = {"identifier": member.handle, "password": member.password}
    for _ in range(LOGINS):
        counting.call("com.atproto.server.createSession", who)
    client = kind(base_url=counting.url, retry=Retry(on_limit="raise"), **who)
    with pytest.raises(RateLimitedError) as caught:
        await settle(client.account.me())
    closed = client.close()
    if isinstance(closed, Awaitable):
        await closed

    error = caught.value
    assert (error.status, error.code, error.written) == (429, "RateLimitExceeded", False)
    assert error.retry_after is not None
    assert timedelta() < error.retry_after <= timedelta(minutes=5)
    assert error.resets_at is not None
    assert abs(error.resets_at - datetime.now(UTC) - error.retry_after) < timedelta(seconds=10)


# What the network answers by itself --------------------------------------------------------------


@pytest.mark.parametrize("kind", [Bluesky, AsyncBluesky], ids=["blocking", "async"])
async def test_a_day_on_the_network_as_it_is(
    network: BlueskyNetwork, prove: Prove, kind: type[AnyBluesky]
) -> None:
    shop, robin = network.join("shop"), network.join("robin")
    clients = [
        kind(base_url=network.url, identifier=one.handle, password=network.app_password(one))
        for one in (shop, robin)
    ]
    brand, customer = clients
    draft = Draft(text="Autumn is here \U0001f342 #tea", language="en", media=[picture(alt_text="A cup")])
    post = await settle(brand.posts.publish(draft))
    read = await settle(brand.posts.get(post))
    await heard(lambda: collect(brand.posts.iterate()))
    words = Draft(text=f"Lovely, @{shop.handle}!", reply_to=post.id)
    await settle(customer.posts.publish(words))
    (message,) = await heard(lambda: collect(brand.inbox.iterate(kinds=[MessageKind.COMMENT])))
    await settle(brand.inbox.like(message))
    answer = await settle(brand.inbox.reply(message, "Thank you!"))
    (back,) = await heard(lambda: collect(customer.inbox.iterate(kinds=[MessageKind.COMMENT])))
    (liked,) = await heard(lambda: collect(customer.inbox.iterate(kinds=[MessageKind.NOTICE])))
    rows = await collect(brand.insights.posts([post]))
    await settle(brand.posts.delete(answer))
    for client in clients:
        closed = client.close()
        if isinstance(closed, Awaitable):
            await closed

    assert (read.id, read.text, [one.alt_text for one in read.media]) == (post.id, draft.text, ["A cup"])
    assert (message.text, message.author.handle, message.post_id) == (words.text, robin.handle, post.id)
    assert (back.id, back.text) == (answer.id, "Thank you!")
    assert (liked.notice, liked.post_id) == (NoticeKind.LIKE, message.id)
    assert {row.metric: row.value for row in rows}["replies"] == 1


async def test_a_file_is_read_by_another_client(connect: Connect) -> None:
    post = await settle(connect().posts.publish(Draft(text="A dot", media=[picture()])))
    (file,) = post.media
    again = await settle(connect().media.get(file.id))

    assert (again.id, again.kind) == (file.id, file.kind)


async def test_a_mention_of_somebody_reaches_them_and_one_of_nobody_is_refused(
    world: LiveWorld, connect: Connect
) -> None:
    client, other = connect(), connect("other")
    post = await settle(client.posts.publish(f"Hello @{world.member('other').handle}"))
    with pytest.raises(InvalidDraftError, match="nobody has that handle"):
        await settle(client.posts.publish("Hello @nobody-at-all.test"))
    (message,) = await collect(other.inbox.iterate())

    assert (message.id, message.kind) == (post.id, MessageKind.MENTION)
    assert [one.id for one in world.posts("bluesky")] == [post.id]


async def test_what_the_network_has_no_service_for_is_an_error_that_says_so(connect: Connect) -> None:
    with pytest.raises(NoSuchCallError) as caught:
        await collect(connect().listening.trends())

    assert (caught.value.status, caught.value.code) == (501, "MethodNotImplemented")


# What the tests share ------------------------------------------------------------------------------


def opened(world: LiveWorld) -> Credentials:
    """Open a session, and return it with an access token that has ended."""
    session = world.network.call(LOGIN, world.connection())
    ended = world.network.token(world.member("main"), ends=datetime.now(UTC) - timedelta(hours=1))
    return Credentials(
        access_token=ended, refresh_token=session["refreshJwt"], account_id=world.member("main").did
    )


def claim(token: Secret | None, name: str) -> object:
    """Return what a token says of itself."""
    return claims(token)[name]


async def heard(ask: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
    """Ask until the network's view has heard."""
    end = time.monotonic() + LAG
    while True:
        found: list[Any] = []
        with suppress(BadRequestError):  # it has not heard of the account itself
            found = await ask()
        if found or time.monotonic() > end:
            return found
        await asyncio.sleep(0.1)
