"""The clock of a simulated world."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from socialkit.sandbox import Clock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_clock_starts_at_its_documented_instant_and_stands_still() -> None:
    clock = Clock()

    assert clock.now() == clock.now() == START


def test_the_clock_moves_by_durations_and_by_seconds() -> None:
    clock = Clock()

    clock.advance(timedelta(hours=1))
    clock.advance(0.5)

    assert clock.now() == START + timedelta(hours=1, milliseconds=500)


def test_the_clock_never_goes_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)


def test_a_clock_needs_an_aware_start() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_an_alarm_needs_an_aware_moment() -> None:
    clock = Clock()
    rung: list[str] = []

    with pytest.raises(ValueError, match="moment=2026-03-02T10:00:00 has no time zone"):
        clock.at(datetime(2026, 3, 2, 10), lambda: rung.append("naive"))  # noqa: DTZ001 - the mistake under test
    clock.advance(timedelta(days=1))  # and it is not in the way of what comes

    assert rung == []


def test_alarms_ring_in_order_at_their_own_time() -> None:
    clock, rung = Clock(), list[tuple[str, datetime]]()
    clock.at(START + timedelta(seconds=20), lambda: rung.append(("second", clock.now())))
    clock.at(START + timedelta(seconds=10), lambda: rung.append(("first", clock.now())))
    clock.at(START + timedelta(seconds=99), lambda: rung.append(("later", clock.now())))

    clock.advance(30)

    assert rung == [("first", START + timedelta(seconds=10)), ("second", START + timedelta(seconds=20))]
    assert clock.now() == START + timedelta(seconds=30)


def test_threads_can_move_one_clock() -> None:
    clock = Clock()
    threads = [threading.Thread(target=lambda: [clock.advance(1) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() == START + timedelta(seconds=200)
