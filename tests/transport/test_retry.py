from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    SocialKitError,
    UnexpectedResponseError,
)
from socialkit.transport import Request, Retry, Safety

EVERY = set(Safety)
HARMLESS = {Safety.READ, Safety.REPEATABLE}
NONE = set[Safety]()
SECONDS = timedelta(seconds=1)


def garbled() -> UnexpectedResponseError:
    error = UnexpectedResponseError("garbled")
    error.repeatable = True
    return error


def asked(safety: Safety) -> Request:
    return Request(method="POST", url="pins", safety=safety)


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (ConnectionFailedError("", sent=False), EVERY),
        (RequestTimeoutError("", sent=False), EVERY),
        (RateLimitedError("", status=429), EVERY),
        (ConnectionFailedError("", sent=True), HARMLESS),
        (RequestTimeoutError("", sent=True), HARMLESS),
        (ServerError("", status=502), HARMLESS),
        (garbled(), HARMLESS),
        (UnexpectedResponseError("a field is missing"), NONE),
        (BadRequestError("", status=400), NONE),
        (AuthenticationError("", status=401), NONE),
        (OutcomeUnknownError(""), NONE),
        (ConfigurationError(""), NONE),
        (ZeroDivisionError(), NONE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_only_what_does_no_harm_is_repeated(error: Exception, repeated: set[Safety]) -> None:
    decided = {safety for safety in Safety if Retry().delay(error, asked(safety), 1) is not None}

    assert decided == repeated


def test_waits_double_below_a_random_draw() -> None:
    retry = Retry(attempts=9, random=lambda: 1.0, longest_wait=3 * SECONDS)
    waits = [retry.delay(ServerError("", status=500), asked(Safety.READ), n) for n in range(1, 6)]

    assert waits == [0.5 * SECONDS, 1 * SECONDS, 2 * SECONDS, 3 * SECONDS, 3 * SECONDS]


@given(draw=st.floats(0, 1), attempt=st.integers(1, 1_000))
def test_a_wait_is_never_negative_and_never_too_long(draw: float, attempt: int) -> None:
    retry = Retry(attempts=10_000, random=lambda: draw)
    wait = retry.delay(ServerError("", status=500), asked(Safety.READ), attempt)

    assert wait is not None
    assert timedelta(0) <= wait <= retry.longest_wait


@pytest.mark.parametrize("kind", [RateLimitedError, ServerError])
def test_the_wait_that_is_asked_for_is_honoured_up_to_the_longest(
    kind: type[RateLimitedError | ServerError],
) -> None:
    retry = Retry(longest_wait=10 * SECONDS)

    def wait(seconds: int) -> timedelta | None:
        return retry.delay(kind("", status=503, retry_after=seconds * SECONDS), asked(Safety.READ), 1)

    assert wait(10) == 10 * SECONDS
    assert wait(11) is None


def test_patience_ends_after_the_last_attempt() -> None:
    error = ServerError("", status=500)

    assert Retry(attempts=3).delay(error, asked(Safety.READ), 2) is not None
    assert Retry(attempts=3).delay(error, asked(Safety.READ), 3) is None
    assert Retry(attempts=1).delay(error, asked(Safety.READ), 1) is None


def test_a_limit_is_raised_where_the_caller_wants_that() -> None:
    error: SocialKitError = RateLimitedError("", status=429, retry_after=SECONDS)

    assert Retry(on_limit="raise").delay(error, asked(Safety.READ), 1) is None
