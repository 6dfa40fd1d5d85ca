"""Secrets that go in never come out: not in errors, traces with their locals, logs or pickles."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.auth import (
    Credentials,
    LoginState,
    Refreshing,
    Stored,
    basic,
    query_token,
    read_token,
    refresh_request,
)
from socialkit.operations import Async, Sync, finish
from socialkit.transport import (
    BlockingTransport,
    Pipeline,
    Request,
    Safety,
    Secret,
    Transport,
)
from tests.security.support import (
    ACCESS,
    MARK,
    NOON,
    OFFLINE,
    ONCE,
    OPERATIONS,
    TWICE,
    Cut,
    close,
    connect,
    echo,
    echoed,
    haste,
    leaks,
    logged,
    outcome,
    reading,
    token_of,
)
from tests.transport.loopback import Act, Loopback, Reply, closed_port, http

Serve = Callable[[Reply], Loopback]

CLIENT_SECRET: Final = "PLANTEDclient/PLANTED+secret"
CODE: Final = "PLANTEDcode/PLANTED+code"
VERIFIER: Final = "PLANTED-verifier-" + "PLANTED" * 5
REFRESH: Final = "PLANTEDrefresh/PLANTED+token"
PASSWORD: Final = 'PLANTEDpassword&<PLANTED>"é'


def misfit(request: bytes) -> bytes:
    """An answer of the wrong shape that repeats what came."""
    text = echoed(request)
    return http(json.dumps([{"id": {"token": text}, "created_at": text, text: text}]).encode())


def misfit_object(request: bytes) -> bytes:
    text = echoed(request)
    return http(json.dumps({"id": "1", "created_at": text, "account": text, "url": [text]}).encode())


def page(request: bytes) -> bytes:
    return http(f"<html>{echoed(request)}</html>".encode(), 200, "Content-Type: text/html")


def truncated(request: bytes) -> bytes:
    return http(json.dumps({"id": "1", "echo": echoed(request)}).encode()[:-2])


def cut(request: bytes) -> bytes:
    return Cut(http(json.dumps({"id": "1", "echo": echoed(request)}).encode())[:-5])


def no_http(request: bytes) -> bytes:
    return Cut(request + b"\r\n\r\n")


def away(request: bytes) -> bytes:
    token = token_of(request) or ""
    where = f"Location: http://localhost:1/?access_token={token}&x={token}"
    return http(echoed(request).encode(), 302, where)


FAULTS: Final[dict[str, Reply]] = {
    **{str(status): echo(status) for status in (400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503, 999)},
    "304": lambda request: http(b"", 304, f"X-Request-Id: {token_of(request)}"),
    "page": page,
    "page 500": lambda request: page(request).replace(b" 200 ", b" 500 ", 1),
    "truncated": truncated,
    "cut": cut,
    "list": misfit,
    "object": misfit_object,
    "not http": no_http,
    "away": away,
    "drop": lambda _: Act.DROP,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_operation_shows_the_token_whatever_the_server_does(
    blocking: bool, serve: Serve, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(FAULTS[fault])
    client = connect(blocking, server.url, retry=TWICE)
    results = {name: await outcome(call, client) for name, call in OPERATIONS.items()}
    await close(client)

    # What is no error is data, and keeps whatever the platform sent.
    errors = {name: result for name, result in results.items() if isinstance(result, BaseException)}
    assert len(errors) >= len(OFFLINE)
    assert {name: found for name, error in errors.items() if (found := leaks(error))} == {}
    assert [name for name, error in errors.items() if not isinstance(error, sk.SocialKitError)] == []
    assert logged(caplog.records) == []
    assert leaks(client) == []
    assert any(record.name.startswith("httpcore") for record in caplog.records)  # the search covers it
    assert all(ACCESS.encode() in request for request in server.requests)


async def test_a_silent_server_shows_no_token(
    blocking: bool, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = connect(blocking, serve(lambda _: Act.HANG).url, timeout=0.05)
    names = ("account.me", "posts.publish", "media.upload")
    results = [await outcome(OPERATIONS[name], client) for name in names]
    await close(client)

    assert [type(result) for result in results] == [
        sk.RequestTimeoutError,
        sk.RequestTimeoutError,  # asking whose account it is comes first, and only reads
        sk.MediaProcessingError,
    ]
    assert [leaks(result) for result in results] == [[], [], []]
    assert logged(caplog.records) == []


async def test_a_server_that_nobody_reaches_shows_no_token(
    blocking: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = connect(blocking, f"http://127.0.0.1:{closed_port()}")
    results = {name: await outcome(call, client) for name, call in OPERATIONS.items() if name not in OFFLINE}
    await close(client)

    assert {name for name, one in results.items() if not isinstance(one, sk.SocialKitError)} == set()
    assert {name: found for name, one in results.items() if (found := leaks(one))} == {}
    assert logged(caplog.records) == []


async def test_a_host_without_an_address_shows_no_token(
    blocking: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    client = connect(blocking, "http://nowhere.localhost")
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.ConnectionFailedError)
    assert not result.sent
    assert leaks(result) == logged(caplog.records) == []


async def test_an_unknown_outcome_shows_no_token_and_keeps_the_draft(
    blocking: bool, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def reply(request: bytes) -> bytes:
        return echo(500)(request) if request.startswith(b"POST") else reading(request)

    client = connect(blocking, serve(reply).url)
    result = await outcome(OPERATIONS["posts.publish"], client)
    await close(client)

    assert isinstance(result, sk.OutcomeUnknownError)
    assert result.attempt.draft is not None
    assert result.attempt.draft.text == "Hello"
    assert leaks(result) == leaks(result.attempt) == logged(caplog.records) == []


@pytest.mark.parametrize("fault", list(sk.Fault))
async def test_the_sandbox_shows_no_token(
    blocking: bool, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with sk.Sandbox(seed=7) as world, world.install():
        client = connect(blocking, "https://social.example", transport=None)
        await outcome(OPERATIONS["account.me"], client)
        world.fail("mastodon", "publish", fault, times=3)
        result = await outcome(OPERATIONS["posts.publish"], client)
        await close(client)

    # The client itself is not looked into: the simulated server lives there, with its own truth.
    assert leaks(result) == leaks(repr(client)) == logged(caplog.records) == []


# Before anything is sent ----------------------------------------------------------------------


def raised(call: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is looked through
        call()
    return caught.value


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"base_url": "social.example"},
        {"base_url": "https://social.example?x=1"},
        {"base_url": "https://[social.example"},
        {"base_url": "https://social.example:99999"},
        {"base_url": "https://social.example", "colour": "red"},
    ],
    ids=str,
)
@pytest.mark.parametrize("platform", ["mastodon", "mastodn"])
def test_arguments_that_are_refused_show_no_token(
    blocking: bool, platform: str, arguments: dict[str, str]
) -> None:
    make: Any = sk.connect if blocking else sk.connect_async
    error = raised(lambda: make(platform, access_token=ACCESS, **arguments))

    assert isinstance(error, sk.ConfigurationError | TypeError)
    assert leaks(error) == []


@pytest.mark.parametrize("token", [f"{ACCESS}\nX-Evil: 1", f"{ACCESS}\0", f"{ACCESS}é", f"{ACCESS}\ud800"])
async def test_a_token_that_no_header_carries_is_refused_unseen(
    blocking: bool, serve: Serve, token: str
) -> None:
    server = serve(lambda _: http())
    client = connect(blocking, server.url, access_token=token)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.ConfigurationError)
    assert leaks(result) == []
    assert server.requests == []


@pytest.mark.parametrize("value", [f" {PASSWORD}", f"{PASSWORD} ", f"{PASSWORD}\x01", f"{PASSWORD}\r\nX: 1"])
def test_a_secret_header_that_cannot_be_sent_is_refused_unseen(
    serve: Serve, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(lambda _: http())
    transport = BlockingTransport()
    request = Request(method="GET", url=server.url, headers={"X-Key": Secret(value)})
    error = raised(lambda: finish(transport.send(request)))
    finish(transport.close())

    assert isinstance(error, sk.ConfigurationError)
    assert "X-Key" in str(error)
    assert leaks(error) == logged(caplog.records) == []
    assert server.requests == []


def test_credentials_show_nothing() -> None:
    credentials = Credentials(
        access_token=ACCESS,
        refresh_token=REFRESH,
        client_secret=CLIENT_SECRET,
        extra={"app_password": Secret(PASSWORD)},
    )

    assert leaks(credentials) == leaks(credentials.to_stored()) == leaks(credentials.secrets()) == []


def test_credentials_that_are_refused_show_nothing() -> None:
    naive = NOON.replace(tzinfo=None)
    error = raised(lambda: Credentials(access_token=ACCESS, refresh_token=REFRESH, expires_at=naive))
    empty = raised(lambda: Credentials(access_token=ACCESS, refresh_token=REFRESH, client_secret=" \n"))

    assert isinstance(error, ValueError)
    assert isinstance(empty, sk.ConfigurationError)
    assert leaks(error) == leaks(empty) == []


def test_an_address_with_a_password_shows_it_to_nobody() -> None:
    error = raised(lambda: sk.Media.from_url("https://shop:PLANTED@shop.example/jacket.jpg"))

    assert isinstance(error, sk.InvalidDraftError)
    assert "shop.example/jacket.jpg" in str(error)
    assert leaks(error) == []


async def test_a_signed_address_of_a_file_shows_its_signature_to_nobody(blocking: bool, serve: Serve) -> None:
    files = serve(lambda _: http(b"", 403))
    server = serve(lambda _: http(b'{"id": "9", "acct": "shop"}'))
    signed = f"{files.url}/jacket.jpg?X-Amz-Signature=PLANTED&X-Amz-Security-Token=PLANTED&sig=PLANTED"
    client = connect(blocking, server.url)
    result = await outcome(lambda c: c.media.upload(sk.Media.from_url(signed)), client)
    await close(client)

    assert isinstance(result, sk.MediaProcessingError)
    assert b"X-Amz-Signature=PLANTED" in files.requests[0]
    assert [leak for leak in (str(result), str(result.__cause__)) if MARK in leak.lower()] == []


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

    def reply(request: bytes) -> bytes | Act:
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


async def test_what_a_user_gets_wrong_shows_no_token(blocking: bool) -> None:
    client = connect(blocking, "https://social.example")
    mistakes: list[Callable[[Any], Any]] = [
        lambda c: c.posts.publish(sk.Draft.model_validate({"text": 5})),
        lambda c: c.posts.publish(""),
        lambda c: c.posts.get(".."),
        lambda c: c.inbox.iterate(since=NOON.replace(tzinfo=None)),
        lambda c: c.listening.search(""),
    ]
    results = [await outcome(call, client) for call in mistakes]
    await close(client)

    assert all(isinstance(result, ValueError | sk.SocialKitError) for result in results)
    assert [leaks(result) for result in results] == [[]] * len(mistakes)


async def test_time_is_kept_short_when_a_page_is_full_of_words(blocking: bool, serve: Serve) -> None:
    server = serve(lambda _: http(b"token" * 200_000, 400))
    client = connect(blocking, server.url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.BadRequestError)
    assert len(result.body) <= 2_000


async def test_a_client_shows_nothing_and_cannot_be_pickled(blocking: bool) -> None:
    client = connect(blocking, "https://social.example")
    error = raised(lambda: pickle.dumps(client))
    await close(client)

    assert isinstance(error, TypeError)
    assert leaks(client) == leaks(error) == []
