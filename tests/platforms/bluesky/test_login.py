"""Logging in by consent: pushed requests, codes bound to the program, tokens bound to a key."""

from __future__ import annotations

import importlib.util
import json
import sys
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

import socialkit as sk
from socialkit.auth import LOGIN_LIFE, Credentials, LoginState, MemoryTokenStore, ProofKey, Stored
from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.operations import Sync
from socialkit.platforms._login import Login
from socialkit.platforms.bluesky._session import move
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response, Secret, default_transport, reveal

needs_key = pytest.mark.skipif(
    importlib.util.find_spec("cryptography") is None, reason="the extra `auth` is not installed"
)
CLIENT = "https://shop.example/client.json"
BACK = "https://shop.example/back"


def proof(request: Request) -> dict[str, Any]:
    body = reveal(request.headers["DPoP"]).split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


class Consent:
    """A world, and what was sent in it."""

    def __init__(self, world: Sandbox) -> None:
        self.world = world
        with world.install():
            self.transport = RecordingTransport(default_transport(Sync, "bluesky"))
        self.base_url = world.address("bluesky")

    def login(self, **more: Any) -> Login:
        given: dict[str, Any] = {
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "transport": self.transport,
        } | more
        return Login("bluesky", base_url=self.base_url, **given)

    def consent(self, url: str) -> str:
        """Do what somebody's browser does; return where it ends."""
        parts = urlsplit(url)
        request = SimRequest.of("GET", f"{parts.path}?{parts.query}", headers={}, body=b"")
        return self.world.simulator("bluesky").handle(request).headers["location"]

    def credentials(self) -> Credentials:
        login = self.login()
        url, state = login.start()
        return login.finish(self.consent(url), LoginState.loads(state.dumps()))

    def connect(self, credentials: Credentials | None, **more: Any) -> Any:
        return sk.connect("bluesky", credentials, base_url=self.base_url, transport=self.transport, **more)

    def calls(self, end: str) -> list[Request]:
        return [one for one in self.transport.requests if one.url.endswith(end)]


@pytest.fixture
def consent() -> Any:
    with Sandbox(seed=5) as world:
        yield Consent(world)


@needs_key
def test_what_is_asked_for_is_pushed_and_not_shown_in_the_address(consent: Consent) -> None:
    url, state = consent.login().start()

    first, second = consent.calls("/oauth/par")
    form = dict(second.form)
    assert set(urlsplit(url).query.split("=")[0:1]) == {"client_id"}
    assert "code_challenge" not in url
    assert (form["code_challenge_method"], form["scope"].split()[0]) == ("S256", "atproto")  # type: ignore[union-attr]
    assert "nonce" not in proof(first)
    assert proof(second)["nonce"]
    assert (proof(second)["htm"], proof(second)["htu"]) == ("POST", f"{consent.base_url}/oauth/par")
    assert state.proof_key is not None
    assert "not a key" not in repr(state)
    assert "PRIVATE" not in repr(state)


@needs_key
def test_tokens_are_bound_to_a_key_and_go_with_proofs(consent: Consent) -> None:
    credentials = consent.credentials()
    client = consent.connect(credentials)
    post = client.posts.publish("Hello")

    request = consent.calls("putRecord")[-1]
    assert credentials.account_id == client.ref.id
    assert reveal(request.headers["Authorization"]).startswith("DPoP ")
    assert proof(request)["ath"]
    assert proof(request)["htu"] == request.url
    assert [one.id for one in consent.world.posts("bluesky")] == [post.id]
    assert len({proof(one)["jti"] for one in consent.transport.requests if "DPoP" in one.headers}) > 3


@needs_key
def test_a_nonce_that_is_too_old_costs_one_more_call_and_no_refresh(consent: Consent) -> None:
    client = consent.connect(consent.credentials())
    client.posts.publish("One")
    consent.world.clock.advance(timedelta(minutes=20))
    client.posts.publish("Two")

    assert len(consent.calls("/oauth/token")) == 2  # the code, once without a nonce and once with one
    assert [one.text for one in consent.world.posts("bluesky")] == ["One", "Two"]


@needs_key
def test_tokens_are_refreshed_with_a_proof_and_kept(consent: Consent) -> None:
    store = MemoryTokenStore()
    client = consent.connect(consent.credentials(), tokens=store)
    client.posts.publish("One")
    consent.world.clock.advance(timedelta(hours=2))
    client.posts.publish("Two")
    again = consent.connect(None, tokens=store)
    again.posts.publish("Three")

    grants = [dict(one.form)["grant_type"] for one in consent.calls("/oauth/token")]
    assert grants.count("refresh_token") in {1, 2}  # twice where the nonce was too old
    assert len(consent.world.posts("bluesky")) == 3


@needs_key
def test_a_login_that_was_taken_back_says_what_to_do(consent: Consent) -> None:
    client = consent.connect(consent.credentials())
    client.posts.publish("One")
    consent.world.simulator("bluesky").revoke()  # type: ignore[attr-defined]

    with pytest.raises(AuthenticationError, match="log in again"):
        client.posts.publish("Two")


@needs_key
@pytest.mark.parametrize(
    ("trusted", "words"),
    [
        (["https://other.example"], "trusts https://other.example"),
        ([], "trusts nobody"),
    ],
)
def test_a_server_that_may_not_speak_for_the_account_is_refused(
    consent: Consent, trusted: list[str], words: str
) -> None:
    login = consent.login()
    url, state = login.start()
    back = consent.consent(url)
    inner = consent.transport._inner.send

    async def send(request: Request, /) -> Response:
        answer = await inner(request)
        if not request.url.endswith("oauth-protected-resource"):
            return answer
        return Response(200, answer.headers, json.dumps({"authorization_servers": trusted}).encode())

    consent.transport._inner.send = send  # type: ignore[method-assign]
    with pytest.raises(WrongAccountError, match=words):
        login.finish(back, state)


@needs_key
@pytest.mark.parametrize("mode", ["blocking", "async"])
@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("https://evil.example", r"comes from https://evil\.example, but"),
        (None, "does not say that it comes"),
    ],
)
async def test_a_code_of_another_server_goes_nowhere(
    consent: Consent, mode: str, named: str | None, words: str
) -> None:
    login = consent.login()
    url, state = login.start()
    parts = urlsplit(consent.consent(url))
    query = dict(parse_qsl(parts.query))
    assert query.pop("iss") == consent.base_url
    query |= {} if named is None else {"iss": named}
    back = f"{BACK}?{urlencode(query)}"

    with pytest.raises(AuthenticationError, match=words):
        _ = login.finish(back, state) if mode == "blocking" else await login.finish_async(back, state)

    assert consent.calls("/oauth/token") == []


@needs_key
@pytest.mark.parametrize("mode", ["blocking", "async"])
async def test_a_login_that_was_begun_long_ago_goes_nowhere(consent: Consent, mode: str) -> None:
    login = consent.login()
    url, state = login.start()
    back, kept = consent.consent(url), LoginState.loads(state.dumps())
    consent.world.clock.advance(LOGIN_LIFE + timedelta(seconds=1))

    with pytest.raises(AuthenticationError, match="start it again"):
        _ = login.finish(back, kept) if mode == "blocking" else await login.finish_async(back, kept)

    assert consent.calls("/oauth/token") == []


@needs_key
@pytest.mark.parametrize("address", ["http://evil.example", "https://[", "https://[evil.example]:x/"])
@pytest.mark.parametrize("field", ["token_endpoint", "pushed_authorization_request_endpoint"])
def test_secrets_go_to_no_address_without_encryption(consent: Consent, field: str, address: str) -> None:
    inner = consent.transport._inner.send

    async def send(request: Request, /) -> Response:
        answer = await inner(request)
        if not request.url.endswith("oauth-authorization-server"):
            return answer
        document: Any = answer.json()
        return Response(200, answer.headers, json.dumps(document | {field: address}).encode())

    consent.transport._inner.send = send  # type: ignore[method-assign]
    with pytest.raises(ConfigurationError, match=r"may not go to: (evil\.example|what is no address)"):
        consent.login().start()


@needs_key
def test_a_kept_login_whose_endpoint_was_changed_sends_its_code_nowhere(consent: Consent) -> None:
    login = consent.login()
    url, state = login.start()
    changed = replace(state, extra={"token_endpoint": "http://evil.example/token"})

    with pytest.raises(ConfigurationError, match=r"evil\.example"):
        login.finish(consent.consent(url), changed)
    assert not any("evil" in one.url for one in consent.transport.requests)


@needs_key
def test_a_program_on_somebodys_machine_needs_no_document(consent: Consent) -> None:
    login = consent.login(client_id=None, redirect_uri="http://127.0.0.1:8765/back", scopes=["atproto"])
    _, state = login.start()

    assert state.client_id == ("http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=atproto")
    with pytest.raises(ConfigurationError, match="client_id= is missing"):
        consent.login(client_id=None, redirect_uri="http://127.0.0.1.evil.example/").start()


@pytest.mark.parametrize("body", [b"[]", b"{", b"<html>", b'"urn:x"'])
def test_an_answer_of_another_kind_to_what_is_pushed_is_told(consent: Consent, body: bytes) -> None:
    inner = consent.transport._inner.send

    async def send(request: Request, /) -> Response:
        answer = await inner(request)
        return Response(200, answer.headers, body) if request.url.endswith("/par") else answer

    consent.transport._inner.send = send  # type: ignore[method-assign]
    with pytest.raises(UnexpectedResponseError, match="profile of OAuth"):
        consent.login().start()


@pytest.mark.parametrize(
    ("login", "address", "strange"),
    [
        ("https://bsky.example", "https://pds.example", True),
        ("https://bsky.example", "https://10.0.0.7", True),
        ("https://bsky.example", "https://bsky.example/xrpc", False),
        ("http://localhost:2583", "http://localhost:2584", False),
    ],
)
def test_what_a_document_names_lies_on_the_public_internet(login: str, address: str, strange: bool) -> None:
    request = Request(method="GET", url=f"{login}/xrpc/x")
    moved = move(request, Stored(extra={"pds": address}), login)

    assert moved.url.startswith(address)
    assert moved.public_only is strange


@needs_key
def test_the_servers_that_others_name_are_asked_on_the_public_internet_alone(consent: Consent) -> None:
    inner, named = consent.transport._inner.send, "https://pds.elsewhere.example"

    async def send(request: Request, /) -> Response:
        here = request.replace(url=request.url.replace(named, consent.base_url))
        answer = await inner(here)
        if "/did:plc:" not in request.url:
            return answer
        document: Any = answer.json()
        document["service"][0]["serviceEndpoint"] = named
        return Response(200, answer.headers, json.dumps(document).encode())

    consent.transport._inner.send = send  # type: ignore[method-assign]
    consent.credentials()
    strange = [one for one in consent.transport.requests if not one.url.startswith(consent.base_url)]

    assert [one.url.partition("/.well-known")[0] for one in strange][-1] == named
    assert all(one.public_only for one in strange)
    assert not any(one.public_only for one in consent.transport.requests if one not in strange)


@needs_key
def test_an_application_without_an_address_is_refused(consent: Consent) -> None:
    with pytest.raises(ConfigurationError, match="client_id= is missing"):
        consent.login(client_id=None).start()
    with pytest.raises(ConfigurationError, match="invalid_client"):
        consent.login(client_id="shop").start()


@needs_key
def test_a_key_survives_being_kept() -> None:
    key = ProofKey.generate()

    assert ProofKey(key.dumps()).dumps() == key.dumps()
    with pytest.raises(ConfigurationError, match="log in again"):
        ProofKey(Secret("not a key"))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch, consent: Consent) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)

    with pytest.raises(ConfigurationError, match=r"socialkit\[auth\]"):
        consent.login().start()
