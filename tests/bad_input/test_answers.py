"""Whatever a server answers, an operation gives data or raises one of our errors."""

from __future__ import annotations

import gzip
import json
import pickle
import zlib
from collections.abc import Callable
from typing import cast

import pytest

import socialkit as sk
from socialkit.models import Attempt
from tests.security.support import ME, OFFLINE, OPERATIONS, TWICE, Cut, close, connect, outcome, reading
from tests.transport.loopback import Act, Loopback, Reply, Sent, http

Serve = Callable[[Reply], Loopback]

WRITING = frozenset(
    {"posts.publish", "posts.publish thread", "posts.publish scheduled", "posts.edit", "posts.delete"}
    | {"inbox.reply", "posts.reschedule"}
)
"""Operations that write something people see."""


def chunked(*chunks: bytes, end: bool = True) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + (b"0\r\n\r\n" if end else b"")


def coded(name: str, body: bytes, status: int = 200) -> bytes:
    return http(body, status, f"Content-Encoding: {name}", "Content-Type: application/json")


def lying(length: int, body: bytes) -> Cut:
    return Cut(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + body)


BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n",
    "null": b"null",
    "true": b"true",
    "number": b"1",
    "text": b'"text"',
    "nothing in it": b"{}",
    "list of nulls": b"[null]",
    "list of lists": b"[[]]",
    "html": b"<!doctype html><title>One moment</title>",
    "truncated": b'{"id": "1", "created_at": "2026-03-',
    "two documents": b'{"id": "1"}{"id": "2"}',
    "half a character": b'{"id": "\\ud800"}',
    "no utf-8": b'{"id": "\xff\xfe"}',
    "utf-16": '{"id": "1"}'.encode("utf-16"),
    "mark of order": b'\xef\xbb\xbf{"id": "1"}',
    "zero bytes": b"\0" * 1_000,
    "nan": b'{"id": NaN, "followers_count": Infinity}',
    "bomb of lists": b"[" * 200_000,
    "bomb of objects": b'{"id":' * 200_000,
    "bomb that ends": b"[" * 100_000 + b"]" * 100_000,
    "long number": b'{"id": ' + b"9" * 10_000 + b"}",
    "numbers": b'{"id": 1e999, "acct": -1, "created_at": 99999999999999999999}',
    "times": b'{"id": "1", "created_at": "0001-01-01T00:00:00+14:00", "account": {"id": "1"}}',
    "later": b'{"id": "1", "created_at": "9999-12-31T23:59:59-14:00", "account": {"id": "1"}}',
    "letters": b'{"id": "1", "created_at": "Thu, 99 Foo 20000000 99:99:99 +9999", "account": {"id": "1"}}',
    "odd ids": b'{"id": "../../oauth/token", "acct": "..", "username": ".."}',
    "no ids": b'{"id": "", "acct": "", "url": ""}',
    "same names": b'{"id": "1", "id": 2, "id": null}',
}
SHAPES = ("empty", "null", "list of lists", "html", "truncated", "no utf-8", "bomb of lists", "odd ids")
STATUSES = (201, 202, 203, 205, 206, 226, 300, 399, 402, 451, 599, 600, 999)


def fixed(answer: bytes) -> Reply:
    return lambda _: answer


ANSWERS: dict[str, Reply] = {
    **{name: fixed(http(body)) for name, body in BODIES.items()},
    **{f"500 {name}": fixed(http(BODIES[name], 500)) for name in SHAPES},
    **{f"422 {name}": fixed(http(BODIES[name], 422)) for name in SHAPES},
    **{f"status {status}": fixed(http(b"", status)) for status in STATUSES},
    "204": lambda _: b"HTTP/1.1 204 No Content\r\n\r\n",
    "304": lambda _: b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "100 then 200": lambda _: b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"{}"),
    "103 then 200": lambda _: b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + http(b"{}"),
    "101": lambda _: Cut(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "status 99": lambda _: Cut(b"HTTP/1.1 099 Odd\r\n\r\n"),
    "status word": lambda _: Cut(b"HTTP/1.1 OK\r\n\r\n"),
    "status long": lambda _: Cut(b"HTTP/1.1 2000 OK\r\n\r\n"),
    "other protocol": lambda _: Cut(b"SSH-2.0-OpenSSH_9\r\n\r\n"),
    "old http": lambda _: Cut(b"HTTP/0.9 200 OK\r\n\r\n{}"),
    "header without name": lambda _: Cut(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n{}"),
    "header of bytes": lambda _: Cut(b"HTTP/1.1 200 OK\r\nX: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}"),
    "header too long": lambda _: Cut(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n{}"),
    "two lengths": lambda _: Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "odd length": lambda _: Cut(b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"),
    "too little": lambda _: lying(500, b'{"id": "1"}'),
    "too much": lambda _: lying(2, b'{}{"id": "1"}'),
    "chunks": lambda _: chunked(b'{"id"', b': "1"}'),
    "chunks cut": lambda _: Cut(chunked(b'{"id": "1"', end=False)),
    "odd chunks": lambda _: Cut(chunked(b"{}").replace(b"2\r\n", b"zz\r\n")),
    "gzip": lambda _: coded("gzip", gzip.compress(b"{}")),
    "gzip cut": lambda _: coded("gzip", gzip.compress(b'{"id": "1"}')[:-12]),
    "gzip of nothing": lambda _: coded("gzip", b""),
    "no gzip": lambda _: coded("gzip", b"{}"),
    "no gzip 500": lambda _: coded("gzip", b"{}", 500),
    "no deflate": lambda _: coded("deflate", b"{}"),
    "deflate": lambda _: coded("deflate", zlib.compress(b"{}")),
    "unknown coding": lambda _: coded("middle-out", b"{}"),
    "two codings": lambda _: coded("gzip, deflate", b"{}"),
    "other letters": lambda _: http(b"{}", 200, "Content-Type: application/json; charset=klingon"),
    "bad link": lambda _: http(b"[]", 200, 'Link: <http://[bad>; rel="next"'),
    "odd link": lambda _: http(b"[]", 200, 'Link: <>; rel="next", <?>; rel=next, <x?&&=>; rel="next"; x'),
    "long link": lambda _: http(b"[]", 200, "Link: " + "<" * 30_000),
    "drop": lambda _: Act.DROP,
    "nothing": lambda _: Cut(b""),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_operation_gives_data_or_our_error(blocking: bool, serve: Serve, answer: str) -> None:
    client = connect(blocking, serve(ANSWERS[answer]).url)
    results = {name: await outcome(call, client) for name, call in OPERATIONS.items()}
    await close(client)
    strange = {name: repr(one) for name, one in results.items() if _is_foreign(one)}

    assert strange == {}
    for error in (one for one in results.values() if isinstance(one, sk.SocialKitError)):
        assert str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def _is_foreign(result: object) -> bool:
    return isinstance(result, BaseException) and not isinstance(result, sk.SocialKitError)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_write_that_no_answer_decided_is_unknown(blocking: bool, serve: Serve, answer: str) -> None:
    def reply(request: bytes) -> Sent:
        return reading(request) if request.startswith(b"GET") else ANSWERS[answer](request)

    server = serve(reply)
    client = connect(blocking, server.url, retry=TWICE)
    results = {name: await outcome(OPERATIONS[name], client) for name in sorted(WRITING)}
    await close(client)

    for name, result in results.items():
        if isinstance(result, BaseException):
            assert isinstance(result, sk.OutcomeUnknownError | sk.APIError), (name, result)
        # A time that was moved is moved again by hand: there is nothing to look for.
        if isinstance(result, sk.OutcomeUnknownError) and name != "posts.reschedule":
            assert Attempt.model_validate_json(result.attempt.model_dump_json()) == result.attempt
    if answer.startswith("422"):
        assert {type(result) for result in results.values()} == {sk.BadRequestError}
    if answer.startswith("500"):
        assert {type(result) for result in results.values()} == {sk.OutcomeUnknownError}


async def test_an_answer_longer_than_it_says_spoils_no_later_one(blocking: bool, serve: Serve) -> None:
    first = [ME + b"and what nobody asked for"]
    server = serve(lambda _: first.pop() if first else ME)
    client = connect(blocking, server.url, retry=TWICE)
    results = [await outcome(OPERATIONS["account.me"], client) for _ in range(3)]
    await close(client)

    assert [one.id for one in results if isinstance(one, sk.Profile)] == ["9", "9", "9"]


async def test_an_answer_that_unfolds_is_not_unfolded_to_its_end(
    blocking: bool, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialkit.transport._pipeline.LONGEST_ANSWER", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)
    client = connect(blocking, serve(lambda _: coded("gzip", bomb)).url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.UnexpectedResponseError)
    assert "longer than 1000000 bytes" in str(result)


@pytest.mark.parametrize("codings", ["gzip, gzip", "gzip,deflate", "br", "zstd", "identity, GZIP , deflate"])
async def test_an_answer_that_unfolds_by_what_nobody_asked_for_is_not_unfolded(
    blocking: bool, serve: Serve, codings: str
) -> None:
    # Two compressions make gigabytes of two thousand bytes before anybody can count them.
    client = connect(blocking, serve(lambda _: coded(codings, gzip.compress(gzip.compress(ME)))).url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.UnexpectedResponseError)
    assert "compressed as nobody asked for" in str(result)


@pytest.mark.parametrize("codings", ["gzip", "GZIP", "identity, gzip", "utf-8, gzip"])
async def test_an_answer_that_was_asked_for_is_unfolded(blocking: bool, serve: Serve, codings: str) -> None:
    body = gzip.compress(b'{"id": "9", "acct": "shop"}')
    client = connect(blocking, serve(lambda _: coded(codings, body)).url)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.Profile)


async def test_what_the_server_says_in_vain_is_described(blocking: bool, serve: Serve) -> None:
    told = {
        b"<html>": "an HTML page",
        b"": "an empty body",
        b'{"id": "1': "a truncated JSON document",
        b"Service Unavailable": "something that is not JSON",
    }
    bodies = list(told)
    server = serve(
        lambda _: http(bodies[(len(server.requests) - 1) // 2], 200 if len(server.requests) % 2 else 500)
    )
    client = connect(blocking, server.url)
    results = [await outcome(OPERATIONS["account.me"], client) for _ in range(2 * len(bodies))]
    await close(client)

    for number, result in enumerate(results):
        kind = sk.UnexpectedResponseError if number % 2 == 0 else sk.ServerError
        assert isinstance(result, kind)
        assert told[bodies[number // 2]] in str(result)


async def test_limits_that_no_server_means_stop_no_check(blocking: bool, serve: Serve) -> None:
    values: list[object] = [-5, 0, 10**300, "many", None, [], True, 1.5]
    documents = [
        {
            "configuration": {
                "statuses": dict.fromkeys(
                    ("max_characters", "max_media_attachments", "characters_reserved_per_url"), v
                ),
                "media_attachments": {
                    "description_limit": v,
                    "supported_mime_types": v,
                    "image_size_limit": v,
                },
                "polls": dict.fromkeys(("max_options", "min_expiration", "max_expiration"), v),
            }
        }
        for v in values
    ]
    answer = [b""]
    client = connect(blocking, serve(lambda _: http(answer[0])).url)
    drafts = [
        sk.Draft(text="word " * 200, overflow="thread"),
        sk.Draft(text="word " * 200, overflow="truncate"),
        sk.Draft(text="See https://shop.example/jackets"),
    ]
    for document in documents:
        answer[0] = json.dumps(document).encode()
        result = await outcome(OPERATIONS["account.refresh_limits"], client)
        assert isinstance(result, sk.Limits | sk.SocialKitError), result
        for draft in drafts:
            assert isinstance(client.posts.check(draft), tuple)
    await close(client)


async def test_counts_that_no_server_means_are_missing_not_wrong(blocking: bool, serve: Serve) -> None:
    body = {"id": "9", "acct": "shop", "followers_count": 10**400, "following_count": -1, "statuses_count": 3}
    client = connect(blocking, serve(lambda _: http(json.dumps(body).encode())).url)
    rows = await outcome(OPERATIONS["insights.account"], client)
    await close(client)

    assert isinstance(rows, tuple), rows
    values = {row.metric: row.value for row in cast("tuple[sk.Observation, ...]", rows)}
    assert (values["followers"], values["following"], values["posts"]) == (None, None, 3.0)


async def test_a_thread_that_breaks_after_an_odd_answer_loses_nothing(blocking: bool, serve: Serve) -> None:
    odd = (
        b'{"id": "1", "created_at": "2026-03-01T12:00:00Z", "account": {"id": "9", "acct": "shop"}, "x": %s}'
    )
    posts: list[bytes | Act] = [
        http(odd % (b"[" * 150 + b"NaN, 1e999, " + b"9" * 4_000 + b"]" * 150)),
        Act.DROP,
    ]

    def reply(request: bytes) -> bytes | Act:
        if request.startswith(b"POST"):
            return posts.pop(0)
        return reading(request)

    client = connect(blocking, serve(reply).url)
    result = await outcome(OPERATIONS["posts.publish thread"], client)
    await close(client)

    assert isinstance(result, sk.OutcomeUnknownError), result
    assert [post.id for post in result.published] == ["1"]
    assert result.attempt.step == "part 2 post"
    assert pickle.loads(pickle.dumps(result)).published[0].id == "1"
    assert Attempt.model_validate_json(result.attempt.model_dump_json()).draft == result.attempt.draft


def test_the_operations_are_all_here() -> None:
    assert set(OPERATIONS) > OFFLINE
    assert set(WRITING) < set(OPERATIONS)
