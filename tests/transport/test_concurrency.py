from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable

import pytest

from socialkit.errors import NotFoundError
from socialkit.operations import finish
from socialkit.transport import AsyncTransport, BlockingTransport
from tests.transport.conftest import Drive


async def give(value: int) -> int:
    return value


async def fail(text: str) -> int:
    raise NotFoundError(text, status=404)


def test_gather_returns_results_in_order(drive: Drive) -> None:
    transport = drive.transport()

    assert drive.run(transport.gather(give(1), give(2), give(3))) == [1, 2, 3]
    assert drive.run(transport.gather(*list[Awaitable[int]]())) == []


def test_gather_raises_the_first_failure_by_itself(drive: Drive) -> None:
    with pytest.raises(NotFoundError, match="first") as caught:
        drive.run(drive.transport().gather(give(1), fail("first"), fail("second")))

    assert caught.value.__context__ is None


def test_gather_runs_together_and_cancels_the_rest() -> None:
    seen: list[str] = []

    async def wait(began: asyncio.Event) -> int:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cancelled")
        return 0

    async def story() -> None:
        began = asyncio.Event()

        async def late() -> int:
            await began.wait()
            return await fail("late")

        with pytest.raises(NotFoundError):
            await AsyncTransport().gather(wait(began), late())

    asyncio.run(story())

    assert seen == ["cancelled"]


def test_gather_in_turn_begins_nothing_after_a_failure() -> None:
    seen: list[int] = []

    async def note(number: int) -> int:
        seen.append(number)
        return number

    with pytest.raises(NotFoundError):
        finish(BlockingTransport().gather(note(1), fail("no"), note(2)))

    assert seen == [1]


def test_a_lock_lets_one_thread_in_at_a_time() -> None:
    inside, most = [0], [0]
    gate = threading.Barrier(8)

    async def enter(transport: BlockingTransport) -> None:
        for _ in range(50):
            async with transport.lock("token acme/x"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    def work() -> None:
        gate.wait()
        finish(enter(BlockingTransport()))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]


def test_a_lock_lets_one_task_in_at_a_time() -> None:
    inside, most = [0], [0]

    async def enter() -> None:
        async with AsyncTransport().lock("token acme/x"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            await asyncio.sleep(0)
            inside[0] -= 1

    async def story() -> None:
        await asyncio.gather(*(enter() for _ in range(20)))

    asyncio.run(story())
    asyncio.run(story())

    assert most == [1]


def test_locks_of_other_names_do_not_wait(drive: Drive) -> None:
    transport = drive.transport()

    async def both() -> bool:
        async with transport.lock("one"), transport.lock("other"):
            return True

    assert drive.run(both())


def test_a_lock_is_open_again_after_a_failure(drive: Drive) -> None:
    transport = drive.transport()

    async def broken() -> int:
        async with transport.lock("one"):
            return await fail("no")

    async def again() -> int:
        async with transport.lock("one"):
            return 1

    with pytest.raises(NotFoundError):
        drive.run(broken())

    assert drive.run(again()) == 1


def test_offloading_leaves_the_loop_free(drive: Drive) -> None:
    here = threading.get_ident()

    there = drive.run(drive.transport().offload(threading.get_ident))

    assert (there == here) is drive.blocking
