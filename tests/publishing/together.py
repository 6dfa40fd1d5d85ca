"""Several who do something to one journal at the same moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from socialkit.publishing import Journal
from tests.support import settle

__all__ = ["AT_ONCE", "ROUNDS", "alone", "sound", "together"]

T = TypeVar("T")

AT_ONCE: Final = 4
ROUNDS: Final = 15
"""Enough that some of them meet."""


def together(*calls: Callable[[], T]) -> list[T]:
    """Begin calls at the same moment, and return what they gave."""
    gate = threading.Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def alone(call: Callable[[], Any]) -> Callable[[], Any]:
    """Return an operation of either mode as something that a thread runs to its end."""

    async def settled() -> Any:
        return await settle(call())

    return lambda: asyncio.run(settled())


def sound(journal: Journal) -> bool:
    """Return whether nothing is wrong with a journal, and each delivery was planned once."""
    planned = [event.delivery for event in journal.events() if event.what == "planned"]
    known = [delivery.id for delivery in journal.deliveries()]
    return list(journal.verify()) == [] and sorted(planned) == sorted(known)
