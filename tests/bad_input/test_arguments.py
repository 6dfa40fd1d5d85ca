"""What a caller gets wrong is named before anything is sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest

import socialkit as sk
from socialkit.auth import Credentials, LoginState, Stored
from socialkit.models import Attempt, Found, require_aware
from socialkit.platforms.mastodon import MastodonOptions
from socialkit.transport import Secret, segment
from tests.bad_input.support import refused
from tests.security.support import (
    ACCESS,
    FAR,
    ME,
    NOON,
    OPERATIONS,
    Client,
    Serve,
    close,
    connect,
    first_lines,
    outcome,
)
from tests.transport.loopback import http

NAIVE = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - that is the mistake


# Times ----------------------------------------------------------------------------------------


NAIVE_TIMES: list[Callable[[Any], Any]] = [
    lambda c: c.posts.iterate(since=NAIVE),
    lambda c: c.inbox.iterate(since=NAIVE),
    lambda c: c.listening.search("jackets", since=NAIVE),
    lambda c: c.posts.reschedule("1", NAIVE),
    lambda _: Credentials(access_token="x", expires_at=NAIVE),
    lambda _: Stored(expires_at=NAIVE),
    lambda _: Stored(refresh_expires_at=NAIVE),
    lambda _: MastodonOptions(scheduled_at=NAIVE),
    lambda _: Found.undecided("later", ask_again=NAIVE),
    lambda _: Found(state=sk.FoundState.UNDECIDED, because="x", ask_again=NAIVE),
    lambda _: LoginState.begin(platform="x", client_id="x", redirect_uri="x", now=NAIVE),
    lambda _: sk.Observation(
        metric="likes",
        subject_kind=sk.SubjectKind.POST,
        subject="1",
        platform="x",
        value=1,
        unit="count",
        native="x",
        observed_at=NAIVE,
    ),
]


@pytest.mark.parametrize("call", NAIVE_TIMES)
async def test_a_time_without_a_zone_is_refused(
    blocking: bool, serve: Serve, call: Callable[[Any], Any]
) -> None:
    result = await refused(blocking, serve, call)

    assert isinstance(result, ValueError)
    assert "no time zone" in str(result)


@pytest.mark.parametrize(("year", "hours"), [(1, 14), (9999, -12)])
def test_a_time_at_the_end_of_the_calendar_is_a_wrong_value(year: int, hours: int) -> None:
    day = (1, 1) if year == 1 else (12, 31)
    zone = timezone(timedelta(hours=hours))
    edge = datetime(year, *day, 0 if year == 1 else 23, tzinfo=zone)

    with pytest.raises(ValueError, match="calendar"):
        require_aware(edge, "since")


# Names, addresses, credentials ----------------------------------------------------------------


NEAREST = "did you mean 'mastodon'"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mastodn", NEAREST), ("Mastodon", NEAREST), ("zzz", "there are: "), ("", "there are: ")],
)
def test_a_platform_that_does_not_exist_names_the_nearest(name: str, hint: str) -> None:
    makers: list[Callable[[], object]] = [
        lambda: sk.connect(name, Credentials(access_token="x")),
        lambda: sk.connect_async(name, Credentials(access_token="x")),
        lambda: sk.check("x", name),
        lambda: sk.measure("x", name),
        lambda: sk.Login(name, redirect_uri="x"),
    ]
    for make in makers:
        with pytest.raises(sk.ConfigurationError, match=hint):
            make()


def test_missing_arguments_are_named() -> None:
    connecting: Any = sk.connect
    with pytest.raises(sk.ConfigurationError, match="base_url= is missing"):
        connecting("mastodon", access_token="x")
    with pytest.raises(sk.ConfigurationError, match="access_token= is missing"):
        connecting("mastodon", base_url="https://social.example")
    with pytest.raises(sk.ConfigurationError, match="base_url= is missing"):
        sk.Login("mastodon", redirect_uri="https://shop.example/back")


@pytest.mark.parametrize("token", ["", " ", "\n"])
def test_an_empty_token_is_named(blocking: bool, token: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="access_token is empty"):
        connect(blocking, "https://social.example", access_token=token)
    with pytest.raises(sk.ConfigurationError, match="access_token is empty"):
        connect(blocking, "https://social.example", access_token=Secret(""))


async def test_a_line_break_after_a_token_is_not_sent(blocking: bool, serve: Serve) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url, access_token="not-a-real-token\r\n")
    await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert b"Bearer not-a-real-token\r\n" in server.requests[0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "social.example",
        "//social.example",
        "/api",
        "ftp://social.example",
        "file:///etc/passwd",
        "https://",
        "https:///api",
        "https://shop:secret@social.example",
        "https://social.example?x=1",
        "https://social.example#x",
        "https://[social.example",
        "https://social.example:99999",
        "https://social.example:port",
        "https://social.example:-1",
        " https://social.example",
        "https://social.example\n",
        "https://social .example",
        "https://social\\.example",
        "https://social.example\\@evil.example",
    ],
)
def test_an_address_that_is_none_is_refused_at_once(blocking: bool, url: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="base_url must look like") as caught:
        connect(blocking, url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("tail", ["", "/", "//", "/folder", "/folder/"])
async def test_an_address_may_end_in_a_path(blocking: bool, serve: Serve, tail: str) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url + tail)
    profile = await outcome(OPERATIONS["account.me"], client)
    await close(client)
    folder = "/folder" if "folder" in tail else ""

    assert isinstance(profile, sk.Profile)
    assert first_lines(server) == [f"GET {folder}/api/v1/accounts/verify_credentials"]


async def test_tls_to_a_plain_port_is_a_failed_connection(blocking: bool) -> None:
    got: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            got.append(connection.recv(65_536))
            connection.sendall(http(b"", 400))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        client = connect(blocking, f"https://127.0.0.1:{listener.getsockname()[1]}")
        result = await outcome(OPERATIONS["posts.publish"], client)
        await close(client)
        thread.join()

    assert isinstance(result, sk.ConnectionFailedError)
    assert not result.sent
    assert b"PLANTED" not in got[0]


# Ids and cursors ------------------------------------------------------------------------------

BY_ID: dict[str, Callable[[Any, str], Any]] = {
    "posts.get": lambda c, one: c.posts.get(one),
    "posts.get scheduled": lambda c, one: c.posts.get(sk.Post(id=one, scheduled_at=FAR)),
    "posts.edit": lambda c, one: c.posts.edit(one, "Hello"),
    "posts.delete": lambda c, one: c.posts.delete(one),
    "posts.delete scheduled": lambda c, one: c.posts.delete(sk.Post(id=one, scheduled_at=FAR)),
    "posts.reschedule": lambda c, one: c.posts.reschedule(one, FAR),
    "media.get": lambda c, one: c.media.get(one),
    "inbox.comments": lambda c, one: c.inbox.comments(one),
    "inbox.like": lambda c, one: c.inbox.like(sk.Post(id=one)),
    "find delete": lambda c, one: c.posts.find(attempt("delete", one)),
    "find like": lambda c, one: c.posts.find(attempt("like", one)),
}


def attempt(kind: Any, target: str) -> Attempt:
    ref = sk.AccountRef(platform="mastodon")
    return Attempt(
        platform="mastodon",
        account=ref,
        kind=kind,
        step="x",
        key="k",
        started_at=NOON,
        deadline=NOON,
        target=target,
        draft=sk.Draft(text="Hello"),
    )


@pytest.mark.parametrize("name", BY_ID)
@pytest.mark.parametrize(
    "one",
    ["", ".", "..", "../../oauth/token", "1/../../oauth", "..\\..\\oauth", "a/..", "./a", "\ud800"],
)
async def test_an_id_that_would_lead_elsewhere_is_refused(
    blocking: bool, serve: Serve, name: str, one: str
) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(lambda c: BY_ID[name](c, one), client)
    await close(client)

    assert isinstance(result, sk.ConfigurationError), result
    assert "id" in str(result)
    assert set(first_lines(server)) <= {"GET /api/v1/accounts/verify_credentials"}


ODD_IDS = [
    "1?x=1",
    "1#x",
    "1 2",
    "1\r\nX: 1",
    "1%2F..%2F2",
    "%2e%2e",
    "a/b",
    "é🍂",
    "1;x=1",
    "1&y",
    "\0",
    "http://evil.example/",
    "@evil.example",
    ":80",
]


def _by_id(name: str, one: str, client: Any) -> Any:
    return BY_ID[name](client, one)


@pytest.mark.parametrize("name", BY_ID)
async def test_an_id_stays_one_segment_of_the_path(blocking: bool, serve: Serve, name: str) -> None:
    server = serve(lambda request: ME if b"verify_credentials" in request else http(b"{}", 404))
    client = connect(blocking, server.url)
    await outcome(lambda c: BY_ID[name](c, "PLAIN"), client)
    expected = [line for line in first_lines(server) if "PLAIN" in line]
    assert expected
    for one in ODD_IDS:
        before = len(server.requests)
        await outcome(partial(_by_id, name, one), client)
        sent = [line for line in first_lines(server)[before:] if "verify_credentials" not in line]
        assert sent == [line.replace("PLAIN", segment(one)) for line in expected]
        assert not {"/", "?", "#", "\n", " ", "\\"} & set(segment(one))
    await close(client)

    assert not any(b"\r\nX: 1" in request for request in server.requests)


@pytest.mark.parametrize("handle", ["a b", "a&limit=1", "a#b", "a/../b", "é", "a\r\nX: 1", "@@a", "a?b=c"])
async def test_a_handle_stays_one_parameter(blocking: bool, serve: Serve, handle: str) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    await outcome(lambda c: c.listening.profile(handle), client)
    await close(client)
    line = first_lines(server)[0]

    assert line.startswith("GET /api/v1/accounts/lookup?acct=")
    assert not {"&", "#", " ", "\n"} & set(line.partition("?acct=")[2])


@pytest.mark.parametrize("handle", ["", "@", " ", "@ "])
async def test_no_handle_is_refused(blocking: bool, serve: Serve, handle: str) -> None:
    result = await refused(blocking, serve, lambda c: c.listening.profile(handle))

    assert isinstance(result, ValueError)
    assert "handle is empty" in str(result)


@pytest.mark.parametrize("query", ["#..", "#.", "#", "", " "])
async def test_a_search_for_nothing_is_refused(blocking: bool, serve: Serve, query: str) -> None:
    result = await refused(blocking, serve, lambda c: c.listening.search(query))

    assert isinstance(result, ValueError | sk.ConfigurationError)


ALONE: list[tuple[Callable[[Any], Any], str]] = [
    (lambda c: c.insights.posts("179"), "posts"),
    (lambda c: c.insights.posts(sk.Post(id="179")), "posts"),
    (lambda c: c.inbox.iterate(kinds="mention"), "kinds"),
]


@pytest.mark.parametrize(("call", "named"), ALONE)
async def test_one_alone_where_several_belong_is_refused(
    blocking: bool, serve: Serve, call: Callable[[Any], Any], named: str
) -> None:
    result = await refused(blocking, serve, call)

    assert isinstance(result, TypeError), result
    assert f"{named} must be several, as in [one]" in str(result)


Listed = Callable[[Any], Callable[..., Any]]
LISTINGS: dict[str, Listed] = {
    "posts": lambda c: c.posts.iterate,
    "scheduled": lambda c: c.posts.iterate_scheduled,
    "inbox": lambda c: c.inbox.iterate,
    "insights": lambda c: partial(c.insights.posts, ["1"]),
    "words": lambda c: partial(c.listening.search, "jackets"),
    "hashtag": lambda c: partial(c.listening.search, "#jackets"),
    "trends": lambda c: c.listening.trends,
}


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize(
    "cursor",
    ["garbage", "", "-1", "1e3", "../../oauth/token:0", "tags:x", "tags:-1", "tags", "\u0661", "9" * 5_000],
)
async def test_a_cursor_of_another_listing_is_refused(
    blocking: bool, serve: Serve, name: str, cursor: str
) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(lambda c: LISTINGS[name](c)(cursor=cursor), client)
    await close(client)

    assert isinstance(result, ValueError)
    assert "is not one that this listing gave" in str(result)
    assert set(first_lines(server)) <= {"GET /api/v1/accounts/verify_credentials"}


@pytest.mark.parametrize("name", LISTINGS)
async def test_a_negative_limit_is_refused(blocking: bool, serve: Serve, name: str) -> None:
    result = await refused(blocking, serve, lambda c: LISTINGS[name](c)(limit=-1))

    assert isinstance(result, ValueError)
    assert "limit=-1 is negative" in str(result)


@pytest.mark.parametrize("name", LISTINGS)
async def test_a_limit_of_nothing_asks_for_nothing(blocking: bool, serve: Serve, name: str) -> None:
    assert await refused(blocking, serve, lambda c: LISTINGS[name](c)(limit=0)) == []


async def test_a_closed_client_says_so(blocking: bool, serve: Serve) -> None:
    server = serve(lambda _: ME)
    client: Client = connect(blocking, server.url)
    await close(client)
    await close(client)
    result = await outcome(OPERATIONS["account.me"], client)

    assert isinstance(result, sk.ConfigurationError)
    assert "closed" in str(result)
    assert server.requests == []


def test_a_listing_that_nobody_reads_asks_for_nothing(serve: Serve) -> None:
    server = serve(lambda _: ME)
    with sk.connect("mastodon", base_url=server.url, access_token=ACCESS) as client:
        client.posts.iterate()

    assert server.requests == []
