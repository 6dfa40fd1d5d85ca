from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.transport import (
    LocalLimit,
    RateBudget,
    RateHeaders,
    RateReading,
    Request,
    Response,
    parse_reset,
)
from tests.transport.fakes import NOON

NAMES = RateHeaders(remaining="X-Left", reset="X-Reset", limit="X-Limit")
SECOND = timedelta(seconds=1)
times = st.timedeltas(timedelta(0), timedelta(days=12_000)).map(
    lambda passed: datetime(2020, 1, 1, tzinfo=UTC) + passed
)


def told(**headers: str) -> Response:
    return Response(200, {f"x-{name}": value for name, value in headers.items()}, b"")


def after(response: Response, now: datetime = NOON) -> RateBudget:
    budget = RateBudget(NAMES)
    budget.update(response, now)
    return budget


def test_a_spent_budget_waits_until_its_reset() -> None:
    budget = after(told(left="0", reset="90"))

    assert budget.delay(NOON) == 90 * SECOND
    assert budget.delay(NOON + 60 * SECOND) == 30 * SECOND
    assert budget.take(NOON + 90 * SECOND) == timedelta(0)


def test_calls_are_counted_down_between_answers() -> None:
    budget = after(told(left="2", reset="90"))

    assert [budget.take(NOON) for _ in range(3)] == [timedelta(0), timedelta(0), 90 * SECOND]


def test_looking_takes_nothing() -> None:
    budget = after(told(left="1", reset="90"))

    assert [budget.delay(NOON) for _ in range(3)] == [timedelta(0)] * 3


def test_silence_changes_nothing() -> None:
    budget = after(told(left="0", reset="90"))

    budget.update(told(), NOON)

    assert budget.delay(NOON) == 90 * SECOND
    assert RateBudget().take(NOON) == timedelta(0)


def test_a_reading_tells_what_is_left() -> None:
    budget = after(told(left="7", reset="90", limit="300"))

    assert budget.reading(NOON) == RateReading(7, NOON + 90 * SECOND, 300)
    assert budget.reading(NOON + 91 * SECOND) == RateReading(None, None, 300)


def test_buckets_are_counted_apart() -> None:
    budget = RateBudget(NAMES, bucket=lambda request: request.url.split("/")[0])
    search = budget.bucket(Request(method="GET", url="search/pins"))
    budget.update(told(left="0", reset="90"), NOON, search)

    assert budget.take(NOON, search) == 90 * SECOND
    assert budget.take(NOON, budget.bucket(Request(method="GET", url="pins/1"))) == timedelta(0)


def test_a_hold_lets_nothing_pass_until_its_end() -> None:
    budget = RateBudget()
    budget.hold(NOON + 5 * SECOND)

    assert budget.take(NOON) == 5 * SECOND
    assert budget.take(NOON + 5 * SECOND) == timedelta(0)


def test_a_hold_stands_whatever_was_on_its_way() -> None:
    budget = RateBudget()
    budget.hold(NOON + 60 * SECOND)
    budget.hold(NOON + 30 * SECOND)
    budget.learn(RateReading(200, NOON + 300 * SECOND, 300))

    assert budget.take(NOON + SECOND) == budget.delay(NOON + SECOND) == 59 * SECOND
    assert budget.take(NOON + 60 * SECOND) == timedelta(0)
    assert budget.reading(NOON + 60 * SECOND).remaining == 199


@given(now=times, left=st.integers(1, 3_000_000))
def test_the_same_reset_gives_the_same_delay_in_every_format(now: datetime, left: int) -> None:
    now = now.replace(microsecond=0)
    reset = now + left * SECOND if left <= 2_500_000 else now
    epoch = int(reset.timestamp())
    texts = [
        reset.isoformat(),
        reset.isoformat().replace("+00:00", "Z"),
        reset.replace(tzinfo=None).isoformat(),
        str(epoch),
        f"{epoch}.0",
        str(epoch * 1000),
        str(int((reset - now).total_seconds())),
        str((reset - now).total_seconds()),
    ]

    delays = {after(told(left="0", reset=text), now).delay(now) for text in texts}

    assert delays == {reset - now}


@given(now=times, later=st.timedeltas(timedelta(0), timedelta(days=60)), left=st.text(), reset=st.text())
def test_garbage_never_raises_and_never_waits_backwards(
    now: datetime, later: timedelta, left: str, reset: str
) -> None:
    budget = after(told(left=left, reset=reset, limit=reset), now)

    assert budget.take(now + later) >= timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "soon", "nan", "inf", "-inf", "1e400", "9" * 5_000, "-9e99", "0x10", "2026-13-01", "1e15"]
)
def test_a_reset_that_means_nothing_is_ignored(text: str) -> None:
    assert parse_reset(text, NOON) is None
    assert after(told(left="0", reset=text)).delay(NOON) == timedelta(0)


@given(
    reset=st.integers(1, 100_000),
    left=st.integers(-5, 5),
    steps=st.lists(st.integers(0, 50_000), max_size=20),
    calls=st.integers(1, 5),
)
def test_a_delay_is_never_negative_and_never_beyond_the_reset(
    reset: int, left: int, steps: list[int], calls: int
) -> None:
    per = timedelta(seconds=30)
    budget = RateBudget(NAMES, local=LocalLimit(calls, per))
    budget.update(told(left=str(left), reset=str(reset)), NOON)
    now, ends = NOON, NOON + reset * SECOND
    for step in steps:
        now += step * SECOND
        wait = budget.take(now)

        assert timedelta(0) <= wait <= max(ends - now, per)


@given(calls=st.integers(1, 6), gaps=st.lists(st.integers(0, 12), max_size=60))
def test_a_local_limit_holds_in_every_stretch(calls: int, gaps: list[int]) -> None:
    per, now = 10 * SECOND, NOON
    budget, taken = RateBudget(local=LocalLimit(calls, per)), list[datetime]()
    for gap in gaps:
        now += gap * SECOND
        if not budget.take(now):
            taken.append(now)
        else:
            assert len([time for time in taken if time > now - per]) == calls

    assert all(len([t for t in taken if start <= t < start + per]) <= calls for start in taken)


def test_waiting_as_told_is_enough_under_a_local_limit() -> None:
    budget, now = RateBudget(local=LocalLimit(2, 10 * SECOND)), NOON
    for _ in range(10):
        now += budget.take(now) or timedelta(0)

        assert budget.delay(now) <= 10 * SECOND


@pytest.mark.parametrize(("calls", "per"), [(0, SECOND), (1, timedelta(0))])
def test_a_limit_that_lets_nothing_through_is_refused(calls: int, per: timedelta) -> None:
    with pytest.raises(ValueError, match="lets nothing through"):
        LocalLimit(calls, per)


def test_threads_never_take_more_than_there_is() -> None:
    budget, got = RateBudget(local=LocalLimit(100, timedelta(days=1))), list[int]()

    def work() -> None:
        got.append(sum(not budget.take(NOON) for _ in range(50)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(got) == 100
