"""Logins, tokens, scopes and what access an app has."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

import socialkit as sk
from socialkit.auth import Credentials, MemoryTokenStore
from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidDraftError,
    MissingScopeError,
    NotSupportedError,
    OutcomeUnknownError,
    ServerError,
    TokenExpiredError,
)
from socialkit.models import AccountRef, Attempt, Capability, Draft, FoundState
from socialkit.platforms import X_OAUTH1_LOGIN, X
from socialkit.platforms._login import Login
from socialkit.sandbox import Fault, SimRequest
from socialkit.testing import collect, picture, settle
from socialkit.transport import Request, Response, reveal
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer

BACK = "https://shop.example/back"


async def logged_in(
    place: Place, *, flow: Any = None, secret: bool = True, scopes: tuple[str, ...] = ()
) -> Any:
    app = place.x.app()
    given: dict[str, Any] = dict(app) if secret else {"client_id": app["client_id"]}
    address, transport = place.world.address("x"), place.transport()
    login = Login(
        "x", redirect_uri=BACK, base_url=address, flow=flow, scopes=scopes, transport=transport, **given
    )
    url, state = login.start() if place.blocking else await login.start_async()
    parts = urlsplit(url)
    answer = place.x.handle(SimRequest.of("GET", f"{parts.path}?{parts.query}"))
    back = answer.headers["location"]
    return login.finish(back, state) if place.blocking else await login.finish_async(back, state)


async def test_people_consent_on_the_site_and_not_on_the_api() -> None:
    url, state = Login("x", client_id="shop", redirect_uri=BACK).start()
    query = parse_qs(urlsplit(url).query)

    assert url.startswith("https://x.com/i/oauth2/authorize?")
    assert query["code_challenge_method"] == ["S256"]
    assert {"offline.access", "media.write", "tweet.moderate.write"} <= set(query["scope"][0].split())
    assert reveal(state.nonce) == query["state"][0]


@pytest.mark.parametrize("secret", [True, False], ids=["confidential", "public"])
async def test_a_token_is_renewed_before_its_end_and_each_refresh_token_works_once(
    place: Place, secret: bool
) -> None:
    credentials = await logged_in(place, secret=secret)
    store = MemoryTokenStore()
    account = AccountRef(platform="x", brand="acme", name="main")
    client = place.client(credentials=credentials, account=account, tokens=store)
    await settle(client.account.me())
    place.world.clock.advance(timedelta(hours=3))
    await settle(client.account.me())
    place.world.clock.advance(timedelta(hours=3))
    again = place.client(credentials=credentials, account=account, tokens=store)  # as after a new start
    await settle(again.account.me())

    renewals = [
        one for seat in (client, again) for one in seat.sent.requests if one.url.endswith("/oauth2/token")
    ]
    assert len(renewals) == 2
    assert [("Authorization" in one.headers) for one in renewals] == [secret, secret]
    assert all("client_secret" not in dict(one.form) for one in renewals)
    with pytest.raises(TokenExpiredError):
        await settle(place.client(credentials=credentials).account.me())


TOKENS = "/oauth2/token"
OUTAGE = {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}


class Gateway:
    """A transport that lets a gateway answer renewals until it is open."""

    def __init__(self, inner: Any, status: int, body: object) -> None:
        self._inner, self._status = inner, status
        self._body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, request: Request, /) -> Response:
        if self.open or not request.url.endswith(TOKENS):
            return cast("Response", await self._inner.send(request))
        return Response(self._status, {}, self._body, url=request.url)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, OUTAGE, ServerError),
        (400, b"<html>gateway", ServerError),
        (400, {"error": "invalid_request", "error_description": "Missing parameter [x]."}, ServerError),
        (401, {"error": "unauthorized_client", "error_description": "No header"}, ConfigurationError),
        (400, {"error": "invalid_grant"}, TokenExpiredError),
    ],
    ids=["outage", "page", "parameter", "app", "void"],
)
async def test_only_a_refusal_that_says_that_the_login_is_over_ends_it(
    place: Place, status: int, body: object, kind: type[Exception]
) -> None:
    credentials = await logged_in(place)
    gateway = Gateway(place.transport(), status, body)
    client = place.client(credentials=credentials, transport=gateway)
    await settle(client.account.me())
    place.world.clock.advance(timedelta(hours=3))
    gateway.open = False
    with pytest.raises(kind):
        await settle(client.posts.publish("Autumn is here"))
    gateway.open = True

    if kind is TokenExpiredError:
        with pytest.raises(kind):
            await settle(client.posts.publish("Autumn is here"))
    else:
        await settle(client.posts.publish("Autumn is here"))
    assert len(place.x.posts()) == (kind is not TokenExpiredError)


async def test_without_offline_access_there_is_nothing_to_renew_with(place: Place) -> None:
    credentials = await logged_in(place, scopes=("tweet.read", "users.read"))

    assert credentials.refresh_token is None
    client = place.client(credentials=credentials)
    place.world.clock.advance(timedelta(hours=3))
    with pytest.raises(AuthenticationError):
        await settle(client.account.me())


async def test_requests_are_signed_by_the_older_oauth_with_keys_from_the_console(place: Place) -> None:
    client = place.client(**place.x.issue_keys())
    post = await settle(client.posts.publish(Draft(text="Signed & sent", media=[picture()])))
    found = await collect(client.posts.iterate(limit=6))

    assert [one.id for one in found] == [post.id]
    wrong = place.x.issue_keys() | {"client_secret": "another-one"}
    with pytest.raises(AuthenticationError):
        await settle(place.client(**wrong).account.me())


async def test_people_log_in_by_the_older_oauth_too(place: Place) -> None:
    credentials = await logged_in(place, flow=X_OAUTH1_LOGIN)
    client = place.client(credentials=credentials)
    me = await settle(client.account.me())

    assert (credentials.account_id, credentials.token_type) == (me.id, "OAuth")
    assert (await settle(client.posts.publish("Hello"))).author.id == me.id


async def test_a_kept_token_is_used_by_the_login_that_it_came_from(place: Place) -> None:
    store, account = MemoryTokenStore(), AccountRef(platform="x", brand="acme", name="main")
    for flow in (None, X_OAUTH1_LOGIN):
        credentials = await logged_in(place, flow=flow)
        first = place.client(credentials=credentials, tokens=store, account=account)
        me = await settle(first.account.me())
        app = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        again = place.client(**app, tokens=store, account=account)

        assert (await settle(again.account.me())).id == me.id
        kept = store.load(account.key)
        assert kept is not None
        assert kept.access_token == credentials.access_token
    with pytest.raises(ConfigurationError, match="client_id="):
        await settle(place.client(tokens=store, account=account).account.me())


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "access_token="),
        ({"access_token": "t", "access_token_secret": "s"}, "client_id="),
        ({"access_token": "t", "credentials": Credentials(access_token="u")}, "both given"),
        ({"access_token": "t", "tokens": MemoryTokenStore()}, "account="),
        ({"access_token": "t", "tier": "gold"}, "tier='gold' is none of self-serve, enterprise"),
        ({"access_token": "t", "vocabulary": "toot"}, "vocabulary='toot' is none of tweet, post"),
    ],
)
def test_a_client_says_what_it_lacks(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing):
        X(given.pop("credentials", None), **given)


async def test_a_refresh_token_without_the_app_says_what_is_missing(place: Place) -> None:
    bare = Credentials(access_token="over", refresh_token="r", expires_at=place.world.clock.now())
    with pytest.raises(ConfigurationError, match="client_id= is missing"):
        await settle(place.client(credentials=bare).account.me())


@pytest.mark.parametrize(
    ("lacks", "wanted"),
    [("media.write", ("media.write",)), ("tweet.write", ("tweet.write", "tweet.read", "users.read"))],
)
async def test_a_scope_that_is_missing_is_named(place: Place, lacks: str, wanted: tuple[str, ...]) -> None:
    scopes = {"tweet.read", "tweet.write", "users.read", "media.write"} - {lacks}
    client = place.client(access_token=place.x.issue_token(scopes=tuple(scopes)))
    with pytest.raises(MissingScopeError) as caught:
        await settle(client.posts.publish(Draft(text="Look", media=[picture()])))

    assert (caught.value.scopes, caught.value.code) == (wanted, "forbidden")
    assert place.x.posts() == []


async def test_known_scopes_decide_what_a_client_can_do(place: Place) -> None:
    value = place.x.issue_token(scopes=("tweet.read", "users.read"))
    credentials = Credentials(access_token=value, scopes="tweet.read users.read")
    client = place.client(credentials=credentials)

    assert (client.can(Capability.PUBLISH), client.can(Capability.SEARCH)) == (False, True)
    assert not client.can(Capability.DIRECT_MESSAGES)
    place.x.receive(text="In private", private=True)
    place.x.receive(text="In public")
    assert [one.text for one in await collect(client.inbox.iterate())] == ["@main In public"]


async def test_an_inbox_without_access_to_private_messages_is_the_rest_of_it(place: Place) -> None:
    client = place.client(access_token=place.x.issue_token(scopes=("tweet.read", "users.read")))
    place.x.receive(text="In private", private=True)
    place.x.receive(text="In public")

    assert [one.text for one in await collect(client.inbox.iterate())] == ["@main In public"]
    with pytest.raises(MissingScopeError) as caught:
        await collect(client.inbox.iterate(kinds=["direct message"]))
    assert caught.value.scopes == ("dm.read", "tweet.read", "users.read")


READING = "tweet.read users.read offline.access"


@pytest.mark.parametrize(
    ("granted", "wanted"),
    [
        (f"{READING} tweet.write", "media.write"),
        (READING, "tweet.write"),
        ("tweet.read tweet.write media.write", "users.read"),
    ],
    ids=["no files", "no posts", "no accounts"],
)
async def test_a_post_whose_files_the_token_may_not_upload_is_refused_before_anything_is_sent(
    place: Place, granted: str, wanted: str
) -> None:
    client = place.client(credentials=Credentials(access_token="not-a-real-token", scopes=granted))
    thread = Draft(text="First", thread=[Draft(text="Second"), Draft(text="Third", media=[picture()])])
    for draft in (Draft(text="Look", media=[picture()]), thread):
        with pytest.raises(MissingScopeError) as caught:
            await settle(client.posts.publish(draft))

        assert caught.value.scopes == (wanted,)
    assert client.sent.requests == []


async def test_private_messages_that_the_token_may_not_read_cost_nothing(place: Place) -> None:
    client = place.client(credentials=Credentials(access_token="not-a-real-token", scopes=READING))
    with pytest.raises(MissingScopeError) as caught:
        await collect(client.inbox.iterate(kinds=["direct message"]))

    assert caught.value.scopes == ("dm.read",)
    assert client.sent.requests == []


def test_a_token_that_only_reads_writes_nothing_in_any_shape() -> None:
    client = X(Credentials(access_token="t", scopes=READING), tier="enterprise", premium=True)
    able = {one for one in Capability if client.can(one)}

    assert able == {
        Capability.MENTIONS,
        Capability.COMMENTS,
        Capability.SEARCH,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
        Capability.PROFILES,
    }


async def test_what_self_serve_apps_lost_is_refused_before_anything_is_sent(place: Place) -> None:
    other = place.x.receive(text="We like you")
    client = place.client()
    message = (await collect(client.inbox.iterate()))[0]
    before = len(client.sent.requests)

    assert not client.can(Capability.LIKE)
    with pytest.raises(NotSupportedError, match="like") as refused:
        await settle(client.inbox.like(message))
    assert "enterprise" in (refused.value.instead or "")
    with pytest.raises(InvalidDraftError, match="self-serve"):
        await settle(client.posts.publish(Draft(text="Look", quotes=other)))
    assert len(client.sent.requests) == before


async def test_an_app_with_a_contract_quotes_and_likes(place: Place) -> None:
    place.x.set_tier(self_serve=False)
    other = place.x.receive(text="We like you")
    client = place.client()
    message = (await collect(client.inbox.iterate()))[0]
    for _ in range(2):
        await settle(client.inbox.like(message))
    post = await settle(client.posts.publish(Draft(text="Look", quotes=other)))
    again = await settle(client.posts.get(post))

    assert client.can(Capability.LIKE)
    liked = next(one for one in place.x.posts(None) if one.id == other)
    assert liked.raw["public_metrics"]["like_count"] == 1
    assert (again.quotes, again.text, client.posts.differences(again, Draft(text="Look", quotes=other))) == (
        other,
        "Look",
        (),
    )


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_like_whose_answer_is_lost_is_found_among_what_the_account_likes(
    place: Place, fault: Fault
) -> None:
    place.x.set_tier(self_serve=False)
    place.x.receive(text="We like you")
    client = place.client()
    message = (await collect(client.inbox.iterate()))[0]
    place.world.fail("x", "like", fault)
    with pytest.raises(Exception, match="no answer decided") as caught:
        await settle(client.inbox.like(message))
    attempt: Any = caught.value
    found = await settle(client.posts.find(attempt.attempt))
    if found.ask_again is not None:
        place.world.clock.advance(found.ask_again - place.world.clock.now())
        found = await settle(client.posts.find(attempt.attempt))

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)


@pytest.mark.parametrize("told", [{"resource_id": True}, {}], ids=["by its id", "without an id"])
async def test_a_like_that_x_could_not_show_is_undecided(place: Place, told: dict[str, bool]) -> None:
    place.x.set_tier(self_serve=False)
    other = place.x.receive(text="We like you")
    client = place.client()
    message = (await collect(client.inbox.iterate()))[0]
    place.world.fail("x", "like", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.like(message))
    attempt = Attempt.model_validate(caught.value.attempt)
    problem = dict.fromkeys(told, other) | {"type": "about:blank", "title": "", "detail": ""}
    page = {"data": [{"id": "9", "text": ""}], "meta": {"result_count": 1}, "errors": [problem]}
    me = {"data": {"id": "7", "username": "shop", "name": "Shop"}}
    carrier = SteppedTransport(json_answer(me), json_answer(page), suspends=not place.blocking)
    asking = place.client(access_token="not-a-real-token", transport=carrier)
    nobodys = attempt.account.model_copy(update={"id": None, "host": None})
    found = await settle(asking.posts.find(attempt.model_copy(update={"account": nobodys})))

    assert (found.state, "could not show" in (found.because or "")) == (FoundState.UNDECIDED, True)


async def test_an_account_that_pays_may_write_longer_posts() -> None:
    long = "a" * 281

    assert [one.field for one in X(access_token="t").posts.check(long)] == ["text"]
    assert X(access_token="t", premium=True).posts.check(long) == ()


def test_a_file_can_say_which_access_an_app_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_X", "not-a-real-token")
    file = tmp_path / "shop.toml"
    account = (
        '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "x"\naccess_token = "env:SHOP_X"\n'
    )
    file.write_text(f'{account}tier = "enterprise"\npremium = true\n')
    with sk.Workspace.load(file) as workspace:
        client = workspace.brand("acme").client("x")

        assert client.can(Capability.LIKE)
        assert client.limits.text == 25_000
    file.write_text(f'{account}tier = "gold"\n')
    with pytest.raises(InvalidDraftError, match="tier"):
        sk.Workspace.load(file)
