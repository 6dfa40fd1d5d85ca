"""Logging in and refreshing show neither codes, tokens nor secrets of applications."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.auth import (
    TOKEN_SECRET,
    Credentials,
    LoginState,
    OAuth1,
    Refreshing,
    Stored,
    basic,
    query_token,
    read_token,
    refresh_request,
)
from socialkit.operations import Async, Sync, finish
from socialkit.platforms.base import LoginPlan, ThreeLegged
from socialkit.transport import (
    Pipeline,
    Request,
    Safety,
    Secret,
    Transport,
)
from tests.security.support import (
    ACCESS,
    CLIENT_SECRET,
    CODE,
    FAULTS,
    NOON,
    ONCE,
    PASSWORD,
    REFRESH,
    VERIFIER,
    Serve,
    connect,
    echo,
    echoed,
    haste,
    leaks,
    logged,
    outcome,
    raised,
)
from tests.transport.loopback import Reply, Sent, http

# Logging in -----------------------------------------------------------------------------------


def login_at(url: str, *, transport: Transport | None = None) -> sk.Login:
    return sk.Login(
        "mastodon",
        base_url=url,
        client_id="shop",
        client_secret=CLIENT_SECRET,
        redirect_uri="https://shop.example/back",
        transport=transport,
    )


async def finished(blocking: bool, url: str) -> object:
    transport = haste(blocking)
    login = login_at(url, transport=transport)
    _, begun = login_at(url).start()
    state = replace(begun, code_verifier=Secret(VERIFIER), nonce=Secret("PLANTEDnonce"))
    back = f"https://shop.example/back?code={CODE.replace('+', '%2B')}&state=PLANTEDnonce"
    call = login.finish if blocking else login.finish_async
    result = await outcome(lambda _: call(back, state), connect(True, url))
    await carried(blocking, transport.close(), transport)
    return result


def new_token(request: bytes) -> bytes:
    del request
    return http(json.dumps({"access_token": ["PLANTEDnew"], "created_at": "PLANTEDnew"}).encode())


def oauth_error(status: int, code: str) -> Reply:
    def reply(request: bytes) -> bytes:
        body = {"error": code, "error_description": f"{code} {echoed(request)} {CODE} {CLIENT_SECRET}"}
        return http(json.dumps(body).encode(), status)

    return reply


LOGIN_FAULTS: Final[dict[str, Reply]] = {
    **FAULTS,
    "new token": new_token,
    "bomb": lambda _: http(b"[" * 100_000),
    "invalid_grant": oauth_error(400, "invalid_grant"),
    "invalid_client": oauth_error(401, "invalid_client"),
    "error in 200": oauth_error(200, "odd"),
}


@pytest.mark.parametrize("fault", LOGIN_FAULTS)
async def test_a_login_shows_neither_code_nor_verifier_nor_secret(
    blocking: bool, serve: Serve, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(LOGIN_FAULTS[fault])
    result = await finished(blocking, server.url)

    assert isinstance(result, sk.SocialKitError), result
    assert leaks(result) == logged(caplog.records) == []
    assert b"PLANTED-verifier" in server.requests[0]
    assert b"PLANTEDclient" in server.requests[0]


def test_a_login_without_a_server_shows_no_secret() -> None:
    error = raised(
        lambda: sk.Login("mastodon", client_secret=CLIENT_SECRET, redirect_uri="https://shop.example/back")
    )
    unknown = raised(lambda: sk.Login("mastodn", client_secret=CLIENT_SECRET, redirect_uri="x"))

    assert leaks(error) == leaks(unknown) == []


def test_a_callback_of_another_login_shows_no_code() -> None:
    login = login_at("https://social.example")
    _, state = login.start()
    back = f"https://shop.example/back?code={CODE}&state=PLANTEDother"
    error = raised(lambda: login.finish(back, state))

    assert isinstance(error, sk.ConfigurationError)
    assert leaks(error) == leaks(state) == leaks(login) == []


async def test_registering_an_app_shows_no_secret_of_a_strange_answer(blocking: bool, serve: Serve) -> None:
    server = serve(lambda _: http(b'{"client_id": null, "client_secret": "PLANTEDsecret"}'))
    login = sk.Login("mastodon", base_url=server.url, redirect_uri="https://shop.example/back")
    result = await outcome(
        lambda _: login.start() if blocking else login.start_async(), connect(True, server.url)
    )

    assert isinstance(result, sk.SocialKitError)
    assert leaks(result) == []


def test_a_saved_login_that_cannot_be_read_shows_nothing() -> None:
    error = raised(lambda: LoginState.loads('{"client_secret": "PLANTED", "nonce": "PLANTED"'))
    stored = raised(lambda: Stored.loads('{"access_token": "PLANTED", "refresh_token": 5}'))

    assert leaks(error) == leaks(stored) == []


# OAuth 1.0a -----------------------------------------------------------------------------------

OLD_WALL: Final = ThreeLegged(platform="oldwall", home="https://oldwall.example")


def parts_alone(request: bytes) -> bytes:
    """An error that repeats what was signed with, bare."""
    del request
    return http(json.dumps({"error": f"neither {CODE} nor {ACCESS} is known here"}).encode(), 400)


OLD_FAULTS: Final[dict[str, Reply]] = {**FAULTS, "parts alone": parts_alone}


@pytest.mark.parametrize(
    ("fault", "step"),
    [*product(FAULTS, ["start", "finish", "call"]), ("parts alone", "finish")],  # it alone sends a code
)
async def test_oauth_1_shows_no_part_of_what_it_signs_with(
    blocking: bool, serve: Serve, fault: str, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(OLD_FAULTS[fault])
    transport = haste(blocking)
    keys: dict[str, Any] = {"client_id": "shop", "client_secret": Secret(CLIENT_SECRET)}
    signer = OAuth1(
        Credentials(**keys, access_token=ACCESS, extra={TOKEN_SECRET: Secret(REFRESH)}),
        key="acme/oldwall/main",
        mode=Sync if blocking else Async,
    )
    pipeline = Pipeline(transport, platform="oldwall", base_url=server.url, authenticator=signer, retry=ONCE)
    back = "https://shop.example/back"
    state = LoginState(
        platform="oldwall",
        redirect_uri=back,
        nonce=Secret(ACCESS),
        token_secret=Secret(REFRESH),
        created_at=NOON,
        **keys,
    )
    steps: dict[str, Any] = {
        "start": lambda: OLD_WALL.start(LoginPlan(redirect_uri=back, **keys), pipeline, NOON),
        "finish": lambda: OLD_WALL.finish(Secret(CODE), state, pipeline),
        "call": lambda: pipeline.call(Request(method="POST", url="x", form=(("text", "Hello"),)), int),
    }
    result = await carried(blocking, steps[step](), transport)

    assert isinstance(result, sk.SocialKitError)
    assert leaks(result) == leaks(signer) == leaks(state) == logged(caplog.records) == []
    assert b"oauth_signature=" in server.requests[0]


# Refreshing -----------------------------------------------------------------------------------


def platform_with(
    blocking: bool, url: str, *, tokens: Any = None, in_query: bool = False
) -> tuple[Pipeline, Transport, Refreshing]:
    """A made-up platform whose tokens are renewed, in the query or in a header."""
    transport: Transport = haste(blocking)
    endpoint = Pipeline(transport, platform="pixelwall", base_url=url, retry=ONCE)

    async def refresh(stored: Stored, _transport: Transport, /) -> Stored:
        assert stored.refresh_token is not None
        request = refresh_request(
            endpoint.resolve("token"),
            stored.refresh_token,
            client_id="shop",
            client_secret=Secret(CLIENT_SECRET),
        )
        answer = await endpoint.send(request)
        return read_token(answer, request, platform="pixelwall").to_stored(NOON)

    def in_address(request: Request, token: Secret) -> Request:
        return query_token(request, "access_token", token)

    more: dict[str, Any] = {"put": in_address} if in_query else {}
    renewing = Refreshing(
        Credentials(access_token=ACCESS, refresh_token=REFRESH, client_secret=CLIENT_SECRET),
        refresh=refresh,
        key="acme/pixelwall/main",
        mode=Sync if blocking else Async,
        tokens=tokens,
        platform="pixelwall",
        **more,
    )
    signed = Pipeline(transport, platform="pixelwall", base_url=url, authenticator=renewing, retry=ONCE)
    return signed, transport, renewing


async def carried(blocking: bool, call: Any, transport: Transport) -> object:
    try:
        return finish(call) if blocking else await call
    except Exception as error:  # noqa: BLE001 - whatever comes out is looked through
        return error
    finally:
        closing = transport.close()
        finish(closing) if blocking else await closing


@pytest.mark.parametrize("in_query", [True, False], ids=["query", "header"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_refresh_shows_no_token(
    blocking: bool, serve: Serve, fault: str, in_query: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def reply(request: bytes) -> Sent:
        return FAULTS[fault](request) if request.startswith(b"POST /token") else echo(401)(request)

    server = serve(reply)
    pipeline, transport, renewing = platform_with(blocking, server.url, in_query=in_query)
    result = await carried(blocking, pipeline.send(Request(method="GET", url="me")), transport)

    assert isinstance(result, sk.SocialKitError)
    assert len(server.requests) == 2
    assert b"PLANTEDrefresh" in server.requests[1]
    assert leaks(result) == leaks(renewing) == logged(caplog.records) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("where", ["form", "json", "header", "query"])
async def test_secrets_anywhere_in_a_request_stay_hidden(
    blocking: bool, serve: Serve, fault: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(FAULTS[fault])
    pipeline, transport, _ = platform_with(blocking, server.url)
    pairs = (("password", Secret(PASSWORD)),)
    request = {
        "form": Request(method="POST", url="x", form=pairs, safety=Safety.WRITE, signed=False),
        "json": Request(method="POST", url="x", json={"x": 1}, safety=Safety.WRITE, signed=True),
        "header": basic(Request(method="GET", url="x", signed=False), "shop", PASSWORD),
        "query": Request(method="GET", url="x", params=pairs, signed=False),
    }[where]
    result = await carried(blocking, pipeline.call(request, int), transport)

    assert isinstance(result, sk.SocialKitError)
    assert leaks(result) == leaks(request) == logged(caplog.records) == []
    if where == "header":
        secret = base64.b64encode(f"shop:{PASSWORD}".encode())
        assert secret in server.requests[0]


class BrokenStore:
    """Fails with the tokens in its hands."""

    def __init__(self, *, fails_at: str) -> None:
        self.fails_at = fails_at

    def load(self, key: str, /) -> Stored | None:
        if self.fails_at == "load":
            raise OSError(28, f"no space left for {key}")
        return None

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        if self.fails_at == "swap" or old is not None:
            raise OSError(28, f"no space left for {key}: {old!r} {new!r}")
        return True


@pytest.mark.parametrize("fails_at", ["load", "swap", "claim"])
async def test_a_store_that_fails_shows_no_token(
    blocking: bool, serve: Serve, fails_at: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(echo(401))
    store = BrokenStore(fails_at=fails_at)
    pipeline, transport, _ = platform_with(blocking, server.url, tokens=store)
    result = await carried(blocking, pipeline.send(Request(method="GET", url="me")), transport)

    assert isinstance(result, OSError)
    assert leaks(result) == logged(caplog.records) == []
