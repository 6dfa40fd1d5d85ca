"""Credentials stay with the server they were made for, and nothing is written twice on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.auth import query_token
from socialkit.operations import finish
from socialkit.transport import Pipeline, Request, Response, Secret
from tests.security.support import (
    ACCESS,
    GIF,
    ME,
    OPERATIONS,
    close,
    connect,
    echoed,
    first_lines,
    haste,
    outcome,
    reading,
)
from tests.transport.loopback import Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

READS = sorted(
    name for name in OPERATIONS if name.split(".")[1].split()[0] in {"me", "get", "iterate", "search"}
)
WRITES = ("posts.publish", "posts.edit", "posts.delete", "posts.reschedule", "inbox.reply", "inbox.like")


def moved(where: str, status: int = 302) -> bytes:
    return http(b"", status, f"Location: {where}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", READS)
async def test_a_read_that_is_sent_elsewhere_goes_without_the_token(
    blocking: bool, serve: Serve, name: str, status: int
) -> None:
    stranger = serve(lambda _: http(b"[]"))
    server = serve(lambda request: moved(f"{stranger.url}/x?access_token=1", status))
    client = connect(blocking, server.url)
    await outcome(OPERATIONS[name], client)
    await close(client)

    assert ACCESS.encode() in server.requests[0]
    assert stranger.requests
    assert not any(b"PLANTED" in request or b"uthorization" in request for request in stranger.requests)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_write_is_never_sent_elsewhere(blocking: bool, serve: Serve, name: str, status: int) -> None:
    stranger = serve(lambda _: http())

    def reply(request: bytes) -> bytes:
        return reading(request) if request.startswith(b"GET") else moved(f"{stranger.url}/x", status)

    server = serve(reply)
    client = connect(blocking, server.url)
    result = await outcome(OPERATIONS[name], client)
    await close(client)

    assert isinstance(result, sk.OutcomeUnknownError), result
    assert stranger.requests == []
    assert len([line for line in first_lines(server) if not line.startswith("GET")]) == 1


@pytest.mark.parametrize("name", ["posts.publish", "inbox.like"])
async def test_a_write_is_not_repeated_by_a_redirect_at_home(blocking: bool, serve: Serve, name: str) -> None:
    server = serve(
        lambda request: reading(request) if request.startswith(b"GET") else moved("/elsewhere", 307)
    )
    client = connect(blocking, server.url)
    await outcome(OPERATIONS[name], client)
    await close(client)

    assert not [line for line in first_lines(server) if "elsewhere" in line]


async def test_a_read_that_is_sent_on_at_home_keeps_the_token(blocking: bool, serve: Serve) -> None:
    server = serve(lambda request: ME if b"/moved" in request else moved("/moved?x=1"))
    client = connect(blocking, server.url)
    profile = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(profile, sk.Profile)
    assert first_lines(server)[1] == "GET /moved?x=1"
    assert ACCESS.encode() in server.requests[1]


@pytest.mark.parametrize(
    "where",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/x",
        "javascript:alert(1)",
        "data:text/plain,x",
        "//",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:notaport/",
    ],
)
async def test_a_redirect_that_leads_nowhere_is_an_error(blocking: bool, serve: Serve, where: str) -> None:
    server = serve(lambda _: moved(where))
    client = connect(blocking, server.url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.SocialKitError)
    assert len(server.requests) <= 6


async def test_redirects_in_a_circle_end(blocking: bool, serve: Serve) -> None:
    server = serve(lambda request: moved("/b" if b"/a" in request else "/a"))
    client = connect(blocking, server.url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.UnexpectedResponseError)
    assert len(server.requests) == 6


def shape(where: str, own: str, other: str) -> str:
    return where.replace("OWN", own.removeprefix("http://")).replace("OTHER", other.removeprefix("http://"))


@pytest.mark.parametrize(
    "where",
    [
        "http://OTHER/",
        "//OTHER/",
        "http://OWN@OTHER/",
        "http://OWN\\@OTHER/",
        "http://OWN;@OTHER/",
        "http://OWN%2f@OTHER/",
        "http://OTHER#@OWN/",
        "http://OTHER?@OWN/",
        "http://OTHER\\.OWN/",
        "HTTP://OTHER/",
        "\thttp://OTHER/",
        "\\\\OTHER\\",
        "/\\OTHER/",
    ],
)
async def test_no_spelling_of_another_host_gets_the_token(blocking: bool, serve: Serve, where: str) -> None:
    stranger = serve(lambda _: http(b"[]"))
    own: list[str] = []
    server = serve(lambda _: moved(shape(where, own[0], stranger.url)))
    own.append(server.url)
    client = connect(blocking, server.url)
    await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert not any(b"PLANTED" in request for request in stranger.requests)


def _moved_to(where: str, _request: bytes) -> bytes:
    return moved(where)


async def test_a_token_in_the_query_does_not_travel_in_the_new_address(blocking: bool, serve: Serve) -> None:
    stranger = serve(lambda _: http(b"{}"))
    paths = (
        "/x?access_token=PLANTED%2Btoken&size=big&t=PLANTED+token&u=aPLANTED%252Btokenb",
        "/PLANTED+token",
    )
    for path in paths:
        server = serve(partial(_moved_to, f"{stranger.url}{path}"))
        transport = haste(blocking)
        request = query_token(
            Request(method="GET", url=f"{server.url}/me"), "access_token", Secret("PLANTED+token")
        )
        call = transport.send(request)
        response = finish(call) if blocking else await call
        closing = transport.close()
        finish(closing) if blocking else await closing
        assert isinstance(response, Response)

    assert first_lines(stranger) == ["GET /x?size=big"]


@pytest.mark.parametrize("name", ["posts.iterate", "inbox.iterate", "posts.iterate_scheduled"])
async def test_a_link_to_another_host_is_asked_for_at_home(blocking: bool, serve: Serve, name: str) -> None:
    stranger = serve(lambda _: http(b"[]"))

    def reply(request: bytes) -> bytes:
        if b"verify_credentials" in request:
            return ME
        link = f'Link: <{stranger.url}/api/v1/x?max_id=5>; rel="next"'
        return http(b"[]") if b"max_id=5" in request else http(b"[]", 200, link)

    server = serve(reply)
    client = connect(blocking, server.url)
    items = await outcome(OPERATIONS[name], client)
    await close(client)

    assert items == []
    assert stranger.requests == []
    assert any("max_id=5" in line for line in first_lines(server))


def _resumed(name: str, cursor: str, client: Any) -> Any:
    return getattr(client, name).iterate(cursor=cursor)


@pytest.mark.parametrize("name", ["posts", "inbox"])
async def test_a_stored_cursor_leads_to_no_other_host(blocking: bool, serve: Serve, name: str) -> None:
    stranger = serve(lambda _: http(b"[]"))
    server = serve(lambda request: ME if b"verify_credentials" in request else http(b"[]"))
    client = connect(blocking, server.url)
    cursors = [f"{stranger.url}/api?max_id=5", f"//{stranger.url[7:]}/x?a=b", "../../oauth/token?x=y"]
    for cursor in cursors:
        await outcome(partial(_resumed, name, cursor), client)
    await close(client)

    assert stranger.requests == []
    paths = {line.partition("?")[0] for line in first_lines(server)}
    assert paths <= {
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v1/accounts/9/statuses",
        "GET /api/v1/notifications",
    }


async def test_a_signed_request_to_another_host_is_refused(blocking: bool, serve: Serve) -> None:
    stranger = serve(lambda _: http())
    server = serve(lambda _: http())
    client = connect(blocking, server.url)
    pipeline: Pipeline = client._core.pipeline
    addresses = [
        f"{stranger.url}/x",
        f"{server.url}@{stranger.url[7:]}/x",
        f"{server.url}.evil.example/x",
        f"{server.url}1/x",
        stranger.url.upper(),
    ]
    results = [await outcome(partial(_sent, blocking, pipeline, to), client) for to in addresses]
    await close(client)

    assert [type(result) for result in results] == [sk.ConfigurationError] * len(addresses)
    assert stranger.requests == server.requests == []


def _sent(blocking: bool, pipeline: Pipeline, url: str, _client: object) -> object:
    call = pipeline.send(Request(method="GET", url=url))
    return finish(call) if blocking else call


# Files behind addresses -----------------------------------------------------------------------


def upload_from(url: str) -> Callable[[object], object]:
    media = sk.Media.from_url(url, alt_text="A jacket", internal=True)
    return lambda client: client.media.upload(media)  # type: ignore[attr-defined]


async def test_a_file_is_fetched_without_the_token(blocking: bool, serve: Serve) -> None:
    files = serve(lambda request: http(GIF) if b"/there" in request else moved("/there.gif"))
    server = serve(lambda _: http(b'{"id": "1", "type": "image", "url": "https://x.example/1"}'))
    client = connect(blocking, server.url)
    found = await outcome(upload_from(f"{files.url}/dot.gif"), client)
    await close(client)

    assert isinstance(found, sk.PostMedia)
    assert GIF in server.requests[0]
    assert not any(b"PLANTED" in request for request in files.requests)


@pytest.mark.parametrize(
    "answer",
    [http(b"no", 404), http(b"no", 500), http(b"", 401), moved("file:///etc/passwd"), moved("/round")],
    ids=["404", "500", "401", "file", "circle"],
)
async def test_a_file_that_cannot_be_fetched_is_named(blocking: bool, serve: Serve, answer: bytes) -> None:
    files = serve(lambda _: answer)
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(upload_from(f"{files.url}/dot.gif"), client)
    await close(client)

    assert isinstance(result, sk.MediaProcessingError)
    assert "dot.gif could not be fetched" in str(result)
    assert not result.written
    assert server.requests == []


@pytest.mark.parametrize("content", [b"<html>a page</html>", b"", GIF[:5]], ids=["page", "empty", "cut"])
async def test_a_fetched_file_that_is_no_media_is_refused(
    blocking: bool, serve: Serve, content: bytes
) -> None:
    files = serve(lambda _: http(content))
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(upload_from(f"{files.url}/dot.gif"), client)
    await close(client)

    assert isinstance(result, sk.InvalidDraftError)
    assert "dot.gif" in str(result)
    assert server.requests == []


async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    blocking: bool, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialkit.platforms.mastodon._statuses.FETCH_LIMIT", 20)
    files = serve(lambda _: http(GIF))
    client = connect(blocking, serve(lambda _: ME).url)
    result = await outcome(upload_from(f"{files.url}/dot.gif"), client)
    await close(client)

    assert isinstance(result, sk.MediaProcessingError)
    assert "longer than 20 bytes" in str(result)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.example/a.gif",
        "shop.example/a.gif",
        "http://",
        "",
        "http://[::1/a.gif",
    ],
)
def test_a_file_is_taken_from_the_web_alone(url: str) -> None:
    with pytest.raises(sk.InvalidDraftError, match="not a plain http or https address"):
        sk.Media.from_url(url)


def test_a_file_on_disk_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"jacket\.jpg"):
        sk.Media.open(tmp_path / "jacket.jpg")


# Cookies --------------------------------------------------------------------------------------


async def test_cookies_are_sent_back_by_nobody(blocking: bool, serve: Serve) -> None:
    def reply(request: bytes) -> bytes:
        assert echoed(request)
        return http(b'{"id": "9", "acct": "shop"}', 200, "Set-Cookie: session=first; Path=/; Max-Age=9999")

    server = serve(reply)
    first, second = connect(blocking, server.url), connect(blocking, server.url, access_token="another-token")
    for client in (first, first, second):
        await outcome(OPERATIONS["account.me"], client)
    await close(first)
    await close(second)

    assert len(server.requests) == 3
    assert not any(b"cookie" in request.lower() for request in server.requests)
