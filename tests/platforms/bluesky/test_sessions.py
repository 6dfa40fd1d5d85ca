"""Sessions: logged in once, refreshed, and carried to the account's own server."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from socialkit.auth import Credentials, MemoryTokenStore, Stored
from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    TokenExpiredError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.platforms import Bluesky
from socialkit.platforms.bluesky._session import pds_of
from socialkit.transport import Request, Response, reveal
from tests.platforms.bluesky.conftest import Network
from tests.support import settle
from tests.transport.fakes import SteppedTransport, json_answer

LOGIN = "com.atproto.server.createSession"
REFRESH = "com.atproto.server.refreshSession"
DID = "did:plc:shop"


async def test_a_client_logs_in_once(network: Network) -> None:
    client = network.connect()
    await settle(client.posts.publish("One"))
    await settle(client.posts.publish("Two"))

    assert len(network.calls(LOGIN)) == 1
    assert network.calls(REFRESH) == []


async def test_a_store_saves_the_login_of_the_next_client_and_never_holds_the_password(
    network: Network,
) -> None:
    store = MemoryTokenStore()
    await settle(network.connect(tokens=store).posts.publish("One"))
    await settle(network.connect(tokens=store).posts.publish("Two"))

    password = network.simulator.connection()["password"]
    kept = [stored.dumps() for stored in store._kept.values()]
    assert len(network.calls(LOGIN)) == 1
    assert len(kept) == 1
    assert password not in kept[0]


async def test_a_session_that_expired_is_refreshed_and_not_begun_anew(network: Network) -> None:
    store = MemoryTokenStore()
    client = network.connect(tokens=store)
    await settle(client.posts.publish("One"))
    (before,) = store._kept.values()
    network.world.clock.advance(timedelta(hours=3))
    await settle(client.posts.publish("Two"))
    (after,) = store._kept.values()

    assert len(network.calls(LOGIN)) == 1
    assert len(network.calls(REFRESH)) == 1
    assert before.refresh_token != after.refresh_token
    assert before.expires_at is not None
    assert after.expires_at == before.expires_at + timedelta(hours=3)


async def test_a_token_that_the_server_calls_expired_is_refreshed(network: Network) -> None:
    client = network.connect()
    await settle(client.posts.publish("One"))
    network.simulator.expire_session()
    await settle(client.posts.publish("Two"))

    assert len(network.calls(REFRESH)) == 1
    assert [post.text for post in network.world.posts("bluesky")] == ["One", "Two"]


async def test_a_dead_refresh_token_leads_to_one_login_where_there_is_a_password(network: Network) -> None:
    client = network.connect()
    await settle(client.posts.publish("One"))
    network.simulator.expire_session(refresh=True)
    await settle(client.posts.publish("Two"))
    await settle(client.posts.publish("Three"))

    assert len(network.calls(LOGIN)) == 2


async def test_a_dead_refresh_token_without_a_password_says_what_to_do(network: Network) -> None:
    store = MemoryTokenStore()
    await settle(network.connect(tokens=store).posts.publish("One"))
    (stored,) = store._kept.values()
    network.simulator.expire_session(refresh=True)
    kept = MemoryTokenStore()
    kept.swap("bluesky://bluesky.sandbox.example", None, stored)
    client = network.connect(tokens=kept, login=False)

    with pytest.raises(TokenExpiredError, match="app password") as caught:
        await settle(client.posts.publish("Two"))
    assert caught.value.code == "ExpiredToken"
    assert len(network.calls(LOGIN)) == 1


async def test_a_wrong_password_is_said_in_the_servers_words_and_not_tried_again(network: Network) -> None:
    client = network.connect(password="not-the-password")
    for _ in range(2):
        with pytest.raises(AuthenticationError, match="Invalid identifier or password"):
            await settle(client.posts.publish("One"))

    assert len(network.calls(LOGIN)) == 1


def test_nothing_to_log_in_with_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError, match="identifier= and password= are missing"):
        Bluesky()
    with pytest.raises(ConfigurationError, match="identifier= is missing"):
        Bluesky(password="not-a-real-password")


# The account's own server ---------------------------------------------------------------------


def token(**claims: object) -> str:
    def part(value: object) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({})}.{part(claims)}.signature"


def document(endpoint: object, *, did: str = DID, name: str = "#atproto_pds") -> dict[str, Any]:
    service = {"id": name, "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}
    return {"id": did, "service": [{"id": "#other"}, service]}


def session(did: str = DID, **more: object) -> dict[str, object]:
    tokens = {"accessJwt": token(exp=4_000_000_000), "refreshJwt": token(exp=4_000_000_000, n=1)}
    return {**tokens, "did": did, "handle": "shop.example", **more}


class Hosts:
    """Answers a login with a session, and everything else with a profile."""

    def __init__(self, answer: dict[str, object]) -> None:
        self.answer = answer
        self.sent: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.sent.append(request)
        if "Session" in request.url:
            return json_answer(self.answer)
        return json_answer({"did": DID, "handle": "shop.example", "followersCount": 2})


def client_of(hosts: Hosts, **more: Any) -> Bluesky:
    login: dict[str, Any] = {"identifier": "@shop.example", "password": " not-a-real-password\n"} | more
    return Bluesky(transport=SteppedTransport(hosts), **login)


def test_requests_go_to_the_server_that_the_accounts_document_names() -> None:
    hosts = Hosts(session(didDoc=document("https://pds.example/")))
    profile = client_of(hosts).account.me()

    login, call = hosts.sent
    assert login.url == "https://bsky.social/xrpc/com.atproto.server.createSession"
    assert login.json == {"identifier": "shop.example", "password": "not-a-real-password"}
    assert call.target() == "https://pds.example/xrpc/app.bsky.actor.getProfile?actor=did%3Aplc%3Ashop"
    assert reveal(call.headers["Authorization"]) == f"Bearer {hosts.answer['accessJwt']}"
    assert (profile.id, profile.follower_count) == (DID, 2)


@pytest.mark.parametrize(
    "doc", [None, "text", {}, document(7), document("https://pds.example", did="did:plc:x")]
)
def test_a_server_that_keeps_its_accounts_itself_is_asked_itself(doc: object) -> None:
    hosts = Hosts(session(didDoc=doc))
    client_of(hosts, base_url="https://pds.shop.example").account.me()

    assert {one.url.partition("/xrpc/")[0] for one in hosts.sent} == {"https://pds.shop.example"}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://pds.example",
        "https://name:word@pds.example",
        "https://pds.example?x=1",
        "https://pds.example#x",
        "https://pds.example\\@evil.example",
        "https://pds.example:0",
        "https://",
        "ftp://pds.example",
        "javascript:alert(1)",
        "http://127.0.0.1:2583",
        "http://[::1]:2583",
        "http://localhost:2583",
        "https://localhost",
    ],
)
def test_a_document_cannot_lead_tokens_astray(endpoint: str) -> None:
    assert pds_of(document(endpoint), DID, "https://bsky.social") is None


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:2583", "http://[::1]:2583", "http://localhost:2583"])
def test_a_login_on_this_machine_may_lead_to_a_server_on_it(endpoint: str) -> None:
    assert pds_of(document(endpoint), DID, "http://127.0.0.1:2583") == endpoint


def test_a_full_service_name_is_the_same_service() -> None:
    named = document("https://pds.example", name=f"{DID}#atproto_pds")

    assert pds_of(named, DID, "https://bsky.social") == "https://pds.example"


def test_a_store_that_was_written_by_others_cannot_lead_tokens_astray() -> None:
    store = MemoryTokenStore()
    planted = Stored(
        access_token=Credentials(access_token="not-a-real-token").access_token,
        account_id=DID,
        extra={"pds": "http://evil.example", "handle": "shop.example"},
    )
    store.swap("bluesky://bsky.social", None, planted)
    hosts = Hosts(session())
    client = Bluesky(transport=SteppedTransport(hosts), tokens=store)

    with pytest.raises(ConfigurationError, match=r"evil\.example"):
        client.account.me()
    assert hosts.sent == []


def test_a_renewed_session_of_another_account_is_refused() -> None:
    hosts = Hosts(session("did:plc:other"))
    credentials = Credentials(
        access_token=token(exp=1), refresh_token="not-a-real-token", expires_at=None, account_id=DID
    )
    store = MemoryTokenStore()
    store.swap("bluesky://bsky.social", None, Stored(refresh_token=credentials.refresh_token, account_id=DID))
    client = Bluesky(transport=SteppedTransport(hosts), tokens=store)

    with pytest.raises(WrongAccountError, match="another account"):
        client.account.me()


def test_an_answer_without_a_session_keeps_no_tokens_in_its_error() -> None:
    hosts = Hosts({"accessJwt": "a-secret-token", "did": DID})

    with pytest.raises(UnexpectedResponseError, match="holds no session") as caught:
        client_of(hosts).account.me()
    assert caught.value.body == b""


def test_a_code_by_mail_is_explained() -> None:
    refusal = json_answer({"error": "AuthFactorTokenRequired", "message": "A sign in code was sent"}, 401)

    with pytest.raises(AuthenticationError, match="app password"):
        Bluesky(
            identifier="shop.example", password="not-a-real-password", transport=SteppedTransport(refusal)
        ).account.me()
