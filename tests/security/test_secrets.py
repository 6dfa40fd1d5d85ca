"""Secrets that go in never come out: not in errors, traces with their locals, logs or pickles."""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Callable
from typing import Any

import pytest

import socialkit as sk
from tests.security.support import (
    ACCESS,
    FAULTS,
    NOON,
    OFFLINE,
    OPERATIONS,
    TWICE,
    Serve,
    close,
    connect,
    echo,
    leaks,
    logged,
    outcome,
    raised,
    reading,
)
from tests.transport.loopback import Act, closed_port, http


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
