"""Counted at the server: reads are repeated, writes never, and waits are bounded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

import socialkit as sk
from socialkit.transport import Retry, parse_reset, parse_retry_after
from tests.security.support import (
    FAR,
    NOON,
    OPERATIONS,
    STATUS,
    Cut,
    close,
    connect,
    first_lines,
    haste,
    outcome,
    reading,
)
from tests.transport.loopback import Act, Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

SCHEDULED = json.dumps({"id": "1", "scheduled_at": "2999-01-01T00:00:00Z", "params": {"text": "Later"}})
PATIENT = Retry(attempts=3, base=timedelta(seconds=1), random=lambda: 1.0)
ODD: dict[str, Reply] = {
    "500": lambda _: http(b"{}", 500),
    "502": lambda _: http(b"<html>", 502),
    "503": lambda _: http(b"", 503),
    "504": lambda _: http(b"", 504),
    "999": lambda _: http(b"", 999),
    "drop": lambda _: Act.DROP,
    "page": lambda _: http(b"<html>One moment</html>"),
    "empty": lambda _: http(b""),
    "truncated": lambda _: http(b'{"id": "1", "acc'),
    "cut": lambda _: Cut(http(b'{"id": "1"}')[:-3]),
    "no gzip": lambda _: http(b"not gzip", 200, "Content-Encoding: gzip"),
    "not http": lambda _: Cut(b"SSH-2.0-OpenSSH\r\n\r\n"),
}
WRITES = {
    "posts.publish": "POST /api/v1/statuses",
    "posts.publish scheduled": "POST /api/v1/statuses",
    "posts.edit": "PUT /api/v1/statuses/1",
    "posts.delete": "DELETE /api/v1/statuses/1",
    "inbox.reply": "POST /api/v1/statuses",
}


@pytest.mark.parametrize("fault", ODD)
@pytest.mark.parametrize("name", ["account.me", "posts.get", "listening.profile"])
async def test_a_read_is_repeated(blocking: bool, serve: Serve, name: str, fault: str) -> None:
    server = serve(ODD[fault])
    transport = haste(blocking)
    client = connect(blocking, server.url, retry=PATIENT, transport=transport)
    result = await outcome(OPERATIONS[name], client)
    await close(client)

    assert isinstance(result, sk.SocialKitError)
    assert result.repeatable
    assert len(server.requests) == 3
    assert transport.slept == [1.0, 2.0]


@pytest.mark.parametrize("fault", ODD)
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_is_sent_once(blocking: bool, serve: Serve, name: str, fault: str) -> None:
    server = serve(lambda request: reading(request) if request.startswith(b"GET") else ODD[fault](request))
    client = connect(blocking, server.url, retry=PATIENT)
    result = await outcome(OPERATIONS[name], client)
    await close(client)

    assert isinstance(result, sk.OutcomeUnknownError), result
    assert result.written is None
    assert not result.repeatable
    assert [line for line in first_lines(server) if not line.startswith("GET")] == [WRITES[name]]


@pytest.mark.parametrize("fault", ODD)
async def test_an_upload_is_sent_once_and_publishes_nothing(blocking: bool, serve: Serve, fault: str) -> None:
    server = serve(lambda request: reading(request) if request.startswith(b"GET") else ODD[fault](request))
    client = connect(blocking, server.url, retry=PATIENT)
    result = await outcome(OPERATIONS["posts.publish media"], client)
    await close(client)

    assert isinstance(result, sk.MediaProcessingError), result
    assert [line for line in first_lines(server) if line.startswith("POST")] == ["POST /api/v2/media"]


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_was_refused_for_now_is_sent_again_after_the_wait(
    blocking: bool, serve: Serve, name: str
) -> None:
    done = http((SCHEDULED if name.endswith("scheduled") else STATUS).encode())
    answers = [http(b"{}", 429, "Retry-After: 7"), done]
    server = serve(lambda request: reading(request) if request.startswith(b"GET") else answers.pop(0))
    transport = haste(blocking)
    client = connect(blocking, server.url, retry=PATIENT, transport=transport)
    # The budget holds until the wait is over, and this transport's clock does not move.
    client._core.pipeline.budget.hold = lambda *_: None  # type: ignore[method-assign]
    result = await outcome(OPERATIONS[name], client)
    await close(client)

    assert not isinstance(result, BaseException), result
    assert transport.slept == [7.0]
    assert [line for line in first_lines(server) if not line.startswith("GET")] == [WRITES[name]] * 2


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
async def test_a_write_that_was_refused_is_sent_once(
    blocking: bool, serve: Serve, name: str, status: int
) -> None:
    server = serve(lambda r: reading(r) if r.startswith(b"GET") else http(b'{"error": "No"}', status))
    client = connect(blocking, server.url, retry=PATIENT)
    result = await outcome(OPERATIONS[name], client)
    await close(client)

    assert isinstance(result, sk.APIError)
    assert result.written is False
    assert [line for line in first_lines(server) if not line.startswith("GET")] == [WRITES[name]]


@pytest.mark.parametrize("wait", ["61", "3600", "99999", "2592000"])
async def test_a_long_wait_is_told_and_not_waited(blocking: bool, serve: Serve, wait: str) -> None:
    server = serve(lambda _: http(b"{}", 429, f"Retry-After: {wait}"))
    transport = haste(blocking)
    client = connect(blocking, server.url, retry=PATIENT, transport=transport)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.RateLimitedError)
    assert result.retry_after == timedelta(seconds=float(wait))
    assert transport.slept == []
    assert len(server.requests) == 1


GARBAGE = [
    "soon",
    "",
    "-",
    "NaN",
    "inf",
    "-inf",
    "1e400",
    "1e300",
    "1e15",
    "999999999999",
    "0x10",
    "1;2",
    "9" * 5_000,
    "Sun, 99 Foo 9999 99:99:99 GMT",
    "\u0663\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660",
]


@pytest.mark.parametrize("wait", [one for one in GARBAGE if one.isascii()])
async def test_a_wait_that_means_nothing_is_replaced_by_our_own(
    blocking: bool, serve: Serve, wait: str
) -> None:
    server = serve(lambda _: http(b"{}", 429, f"Retry-After: {wait}"))
    transport = haste(blocking)
    client = connect(blocking, server.url, retry=PATIENT, transport=transport)
    result = await outcome(OPERATIONS["account.me"], client)
    await close(client)

    assert isinstance(result, sk.RateLimitedError)
    assert transport.slept == [1.0, 2.0]


@pytest.mark.parametrize("wait", ["-5", "-1e9", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_wait_that_is_over_is_none(wait: str) -> None:
    assert parse_retry_after(wait, NOON) == timedelta()


@pytest.mark.parametrize("reset", GARBAGE)
def test_a_reset_that_means_nothing_is_ignored(reset: str) -> None:
    found = parse_reset(reset, NOON)

    assert found is None or abs(found - NOON) <= timedelta(days=32)


@pytest.mark.parametrize("remaining", [*(one for one in GARBAGE if one.isascii()), "0", "-5"])
async def test_rate_headers_that_mean_nothing_stop_nobody(
    blocking: bool, serve: Serve, remaining: str
) -> None:
    headers = (
        f"X-RateLimit-Remaining: {remaining}",
        f"X-RateLimit-Limit: {remaining}",
        "X-RateLimit-Reset: never",
    )
    server = serve(lambda _: http(b'{"id": "9", "acct": "shop"}', 200, *headers))
    client = connect(blocking, server.url)
    results = [await outcome(OPERATIONS["account.me"], client) for _ in range(3)]
    await close(client)

    assert all(isinstance(result, sk.Profile) for result in results)


async def test_a_schedule_is_sent_again_because_twice_is_once(blocking: bool, serve: Serve) -> None:
    answers = [http(b"", 500), http(SCHEDULED.encode())]
    server = serve(lambda _: answers.pop(0))
    client = connect(blocking, server.url, retry=PATIENT)
    post = await outcome(lambda c: c.posts.reschedule("1", FAR), client)
    await close(client)

    assert isinstance(post, sk.Post)
    assert post.scheduled_at == datetime(2999, 1, 1, tzinfo=UTC)
    assert len(server.requests) == 2
