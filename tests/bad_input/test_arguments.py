"""What a caller gets wrong is named before anything is sent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest

import socialkit as sk
from socialkit.auth import Credentials, LoginState, Stored
from socialkit.models import Attempt, Found, require_aware
from socialkit.platforms.mastodon import MastodonOptions, Poll
from socialkit.transport import Secret, segment
from tests.security.support import (
    ACCESS,
    FAR,
    GIF,
    ME,
    NOON,
    OPERATIONS,
    Client,
    close,
    connect,
    first_lines,
    message,
    outcome,
    reading,
)
from tests.transport.loopback import Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

NAIVE = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - that is the mistake


async def refused(blocking: bool, serve: Serve, call: Callable[[Any], Any], **given: Any) -> object:
    """Return what a call raises, and be sure that nothing was sent."""
    server = serve(lambda _: ME)
    client = connect(blocking, server.url, **given)
    result = await outcome(call, client)
    await close(client)
    assert server.requests == []
    return result


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


# Drafts ---------------------------------------------------------------------------------------


def problems(result: object) -> list[str]:
    assert isinstance(result, sk.InvalidDraftError), result
    return [problem.field for problem in result.problems]


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u3000", "\xa0"])
async def test_a_draft_of_blanks_is_empty(blocking: bool, serve: Serve, text: str) -> None:
    assert problems(await refused(blocking, serve, lambda c: c.posts.publish(text))) == ["text"]
    assert problems(await refused(blocking, serve, lambda c: c.inbox.reply(message(), text))) == ["text"]


def warned(overflow: Literal["thread", "truncate"]) -> sk.Draft:
    """A draft whose content warning leaves no room for its text."""
    return sk.Draft(text="x", options=[MastodonOptions(content_warning="w" * 600)], overflow=overflow)


LONG = "x" * 501
EMPTY_POLL = MastodonOptions(poll=Poll(choices=[" "], duration=timedelta(days=-1)))
TALKATIVE = sk.Media.from_bytes(GIF, filename="a.gif", alt_text="x" * 1_501)
WRONG_DRAFTS = [
    (sk.Draft(text=LONG), ["text"]),
    (sk.Draft(text="x", first_comment=" "), ["first_comment"]),
    (sk.Draft(text="x", thread=[sk.Draft(), sk.Draft(text=LONG)]), ["thread[0].text", "thread[1].text"]),
    (sk.Draft(text=LONG, overflow="thread"), ["text"]),
    (warned("thread"), ["text"]),
    (warned("truncate"), ["text"]),
    (
        sk.Draft(text="x", options=[EMPTY_POLL]),
        ["options.poll.choices", "options.poll.choices[0]", "options.poll.duration"],
    ),
    (sk.Draft(text="x", media=[TALKATIVE]), ["media[0].alt_text"]),
    (sk.Draft(text="x", visibility=sk.Visibility("friends")), ["visibility"]),
]


@pytest.mark.parametrize(("draft", "fields"), WRONG_DRAFTS)
async def test_every_problem_of_a_draft_is_named(
    blocking: bool, serve: Serve, draft: sk.Draft, fields: list[str]
) -> None:
    assert problems(await refused(blocking, serve, lambda c: c.posts.publish(draft))) == fields


async def test_a_time_that_is_past_is_refused_before_anything_is_written(
    blocking: bool, serve: Serve
) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    late = sk.Draft(text="x", options=[MastodonOptions(scheduled_at=NOON)])
    result = await outcome(lambda c: c.posts.publish(late), client)
    await close(client)

    assert problems(result) == ["options.scheduled_at"]
    assert not [line for line in first_lines(server) if line.startswith("POST")]


@pytest.mark.parametrize("text", ["a\ud800", "\udfff"])
async def test_half_a_character_is_no_text(blocking: bool, serve: Serve, text: str) -> None:
    result = await refused(blocking, serve, lambda c: c.posts.publish(sk.Draft(text=text)))

    assert problems(result) == ["text"]
    assert "half a character" in str(result)


@pytest.mark.parametrize("name", ["search", "profile", "get", "cursor", "hashtag"])
async def test_half_a_character_goes_nowhere(blocking: bool, serve: Serve, name: str) -> None:
    calls: dict[str, Callable[[Any], Any]] = {
        "search": lambda c: c.listening.search("a\ud800"),
        "hashtag": lambda c: c.listening.search("#a\ud800"),
        "profile": lambda c: c.listening.profile("a\ud800"),
        "get": lambda c: c.posts.get("\ud800"),
        "cursor": lambda c: c.inbox.iterate(cursor="max_id=\ud800"),
    }
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(calls[name], client)
    await close(client)

    assert isinstance(result, sk.ConfigurationError), result
    assert not [line for line in first_lines(server) if "verify_credentials" not in line]


ODD_TEXTS = [
    "🍂" * 250,
    "👨‍👩‍👧‍👦",
    "\u202eright to left",
    "a\0b",
    "\u200b\u200d\ufeff",
    "e" + "\u0301" * 400,
    "\x1b[31m",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_odd_characters_arrive_as_they_are(blocking: bool, serve: Serve, text: str) -> None:
    server = serve(lambda request: reading(request) if request.startswith(b"GET") else http(b"{}", 422))
    client = connect(blocking, server.url)
    await outcome(lambda c: c.posts.publish(text), client)
    await close(client)
    sent = next(one for one in server.requests if one.startswith(b"POST"))

    assert json.loads(sent.partition(b"\r\n\r\n")[2])["status"] == text


def test_checking_ten_thousand_parts_finishes() -> None:
    thread = [sk.Draft(text=f"Part {number} https://shop.example/{number}") for number in range(9_999)]
    client = sk.connect("mastodon", base_url="https://social.example", access_token=ACCESS)
    found = client.posts.check(sk.Draft(text="One", thread=[*thread, sk.Draft(text="")]))
    client.close()

    assert [problem.field for problem in found] == ["thread[9999].text"]


def test_checking_a_long_text_finishes() -> None:
    client = sk.connect("mastodon", base_url="https://social.example", access_token=ACCESS)
    found = client.posts.check(sk.Draft(text="word " * 100_000, overflow="thread"))
    client.close()

    assert found == ()


# Media ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"<html>", b"%!PS", b"MZ\x90", b"PK\x03\x04", b"\xff\xd8", GIF[:3], b"RIFFxxxxWEBPx"],
)
def test_a_file_of_no_kind_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "jacket.jpg"
    path.write_bytes(content)

    with pytest.raises(sk.InvalidDraftError, match=r"jacket\.jpg"):
        sk.Media.from_bytes(content, filename="jacket.jpg")
    with pytest.raises(sk.InvalidDraftError, match=r"jacket\.jpg"):
        sk.Media.open(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        sk.Media.open(tmp_path)


@pytest.mark.parametrize("change", ["gone", "longer"])
async def test_a_file_that_changed_since_is_refused(
    blocking: bool, serve: Serve, change: str, tmp_path: Path
) -> None:
    path = tmp_path / "dot.gif"
    path.write_bytes(GIF)
    media = sk.Media.open(path)
    path.unlink() if change == "gone" else path.write_bytes(GIF + b"x")
    result = await refused(blocking, serve, lambda c: c.media.upload(media))

    assert isinstance(result, sk.InvalidDraftError)
    assert "dot.gif" in str(result)


@pytest.mark.parametrize(
    "name", ['a"b.gif', "a\r\nX-Evil: 1.gif", "../../etc/passwd", "é🍂.gif", "a;b=c.gif", "a\0b"]
)
async def test_a_file_name_changes_nothing_else(blocking: bool, serve: Serve, name: str) -> None:
    server = serve(lambda _: http(b'{"id": "1", "url": "https://x.example"}'))
    client = connect(blocking, server.url)
    media = sk.Media.from_bytes(GIF, filename=name, alt_text='"\r\nX-Evil: 2\r\n')
    result = await outcome(lambda c: c.media.upload(media), client)
    await close(client)
    body = server.requests[0].partition(b"\r\n\r\n")[2]
    heads = [part.partition(b"\r\n\r\n")[0] for part in body.split(b"\r\n--")]

    assert isinstance(result, sk.PostMedia)
    assert not any(line.startswith(b"X-Evil") for head in heads for line in head.split(b"\r\n"))
    assert body.count(b'name="file"') == 1


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
