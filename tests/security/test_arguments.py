"""What is refused before anything is sent shows no secret that was given."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

import pytest

import socialkit as sk
from socialkit.auth import (
    Credentials,
)
from socialkit.operations import finish
from socialkit.platforms.bluesky import AsyncBluesky, Bluesky
from socialkit.transport import (
    BlockingTransport,
    Pipeline,
    Request,
    Secret,
)
from tests.security.support import (
    ACCESS,
    CLIENT_SECRET,
    MARK,
    NOON,
    OPERATIONS,
    PASSWORD,
    REFRESH,
    Serve,
    close,
    connect,
    haste,
    leaks,
    logged,
    outcome,
    raised,
)
from tests.transport.loopback import http


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


TELLING = [
    "https://shop:PLANTED@social.example",
    "https://PLANTED@social.example",
    "https://shop:PLANTED@social.example:99999",
    "https://shop:PLANTED@[social.example",
    "shop:PLANTED@social.example",
    "https:shop:PLANTED@social.example",
    "https:///shop:PLANTED@social.example",
    "https://social.example/?access_token=PLANTED",
    "https://social.example/?anything=PLANTED",
    "https://social.example/#PLANTED",
]


def openings(blocking: bool, base_url: str) -> dict[str, Callable[[], object]]:
    """All that takes the address of a server."""
    make: Any = sk.connect if blocking else sk.connect_async
    bluesky: Any = Bluesky if blocking else AsyncBluesky
    transport = haste(blocking)
    login: Any = {"base_url": base_url, "redirect_uri": "https://shop.example/back", "transport": transport}
    return {
        "connect to Mastodon": lambda: make("mastodon", base_url=base_url, access_token=ACCESS),
        "connect to Bluesky": lambda: make("bluesky", base_url=base_url, identifier="x", password=PASSWORD),
        "Mastodon": lambda: connect(blocking, base_url),
        "Bluesky": lambda: bluesky(Credentials(access_token=ACCESS), base_url=base_url),
        "Login to Mastodon": lambda: sk.Login("mastodon", client_id="x", **login).start(),
        "Login to Bluesky": lambda: sk.Login("bluesky", client_id="https://shop.example", **login).start(),
        "Pipeline": lambda: Pipeline(transport, platform="pixelwall", base_url=base_url),
    }


@pytest.mark.parametrize("url", TELLING)
@pytest.mark.parametrize("opening", openings(blocking=True, base_url=""))
def test_a_secret_in_the_address_of_a_server_is_refused_unseen(
    blocking: bool, opening: str, url: str
) -> None:
    error = raised(openings(blocking, url)[opening])

    assert isinstance(error, sk.ConfigurationError)
    assert "base_url must look like https://social.example/api, not one with a user name" in str(error)
    assert leaks(error) == []


NO_TEXTS: list[Any] = [b"PLANTED", bytearray(b"PLANTED"), ["PLANTED"], Secret(cast("str", b"PLANTED"))]


@pytest.mark.parametrize("token", NO_TEXTS, ids=lambda one: type(one).__name__)
def test_a_token_that_is_no_text_is_refused_unseen(blocking: bool, token: Any) -> None:
    make: Any = sk.connect if blocking else sk.connect_async
    login: Any = {"base_url": "https://social.example", "redirect_uri": "https://shop.example/back"}
    begun = sk.LoginState.begin(
        platform="mastodon",
        client_id="x",
        redirect_uri=login["redirect_uri"],
        base_url=login["base_url"],
        now=NOON,
    )
    calls: dict[str, Callable[[], object]] = {
        "access_token": lambda: make("mastodon", base_url="https://social.example", access_token=token),
        "refresh_token": lambda: Credentials(refresh_token=token),
        "client_secret": lambda: Credentials(client_secret=token),
        "password": lambda: make("bluesky", identifier="shop.example", password=token),
        "client_secret ": lambda: sk.Login("mastodon", client_secret=token, **login),
        "callback": lambda: sk.Login("mastodon", client_id="x", **login).finish(token, begun),
    }
    for name, call in calls.items():
        error = raised(call)

        assert isinstance(error, sk.ConfigurationError)
        assert f"{name.strip()} must be a text, not of type " in str(error)
        assert leaks(error) == []


@pytest.mark.parametrize("token", [f"{ACCESS}\nX-Evil: 1", f"{ACCESS}\0", f"{ACCESS}é"])
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


def test_half_a_character_in_a_token_is_refused_unseen_when_it_is_given(blocking: bool) -> None:
    with pytest.raises(sk.ConfigurationError, match="half a character") as caught:
        connect(blocking, "https://mastodon.example", access_token=f"{ACCESS}\ud800")

    assert leaks(caught.value) == []


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


async def test_a_signed_address_of_a_file_shows_its_signature_to_nobody(
    blocking: bool, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    files = serve(lambda _: http(b"", 403))
    server = serve(lambda _: http(b'{"id": "9", "acct": "shop"}'))
    signed = f"{files.url}/jacket.jpg?X-Amz-Signature=PLANTED&X-Amz-Credential=PLANTED&hdnts=PLANTED"
    client = connect(blocking, server.url)
    media = sk.Media.from_url(signed, internal=True)
    result = await outcome(lambda c: c.media.upload(media), client)
    await close(client)

    assert isinstance(result, sk.MediaProcessingError)
    assert b"X-Amz-Signature=PLANTED" in files.requests[0]
    cause = result.__cause__
    assert isinstance(cause, sk.APIError)
    assert str(cause.request) == f"GET {files.url}/jacket.jpg?***"
    assert [leak for leak in (str(result), str(cause), caplog.text) if MARK in leak.lower()] == []
