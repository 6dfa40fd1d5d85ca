"""Reading and writing a token in each store, beside 1,000 others, and beside memory."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.databases import POSTGRES, SQLITE, postgres, sqlite
from benchmarks.figures import Figure
from benchmarks.timing import race
from socialkit.auth import (
    EnvironmentTokenStore,
    FileTokenStore,
    MemoryTokenStore,
    SecretRef,
    Stored,
    TokenStore,
)
from socialkit.publishing import Journal, JournalTokenStore
from socialkit.transport import Secret

__all__ = ["measure"]

ACCOUNTS: Final = 1_000
KEY: Final = "brand 500/pixelwall/main"
NAME: Final = "SOCIALKIT_BENCHMARK_TOKEN"
MEMORY: Final = "memory"
STORED: Final = Stored(
    access_token=Secret("a" * 400),
    refresh_token=Secret("r" * 400),
    expires_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    scopes=("read", "write"),
    account_id="7",
)


def measure() -> list[Figure]:
    """Return the processor time of a read, and of a write, in each store that holds 1,000 accounts."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stores = dict(_stores(Path(folder), stack))
        reads = race({name: partial(one.load, KEY) for name, one in stores.items()}, rounds=9, calls=20)
        written = {name: one for name, one in stores.items() if not isinstance(one, EnvironmentTokenStore)}
        writes = race(
            {name: partial(one.swap, KEY, STORED, STORED) for name, one in written.items()}, rounds=9, calls=5
        )
        figures = [Figure(f"{name}: read a token", reads.seconds(name) * 1e6, "µs") for name in stores]
        figures += [
            Figure(f"{name}: read a token, to reading one in memory", reads.ratio(name, MEMORY), "x")
            for name in stores
            if name != MEMORY
        ]
        return figures + [
            Figure(f"{name}: write a token", writes.seconds(name) * 1e6, "µs") for name in written
        ]


def _stores(folder: Path, stack: ExitStack) -> Iterator[tuple[str, TokenStore]]:
    key = secrets.token_urlsafe(32)
    yield MEMORY, _filled(MemoryTokenStore())
    os.environ[NAME] = STORED.dumps()
    stack.callback(os.environ.pop, NAME)
    yield "environment", EnvironmentTokenStore({KEY: SecretRef(f"env:{NAME}")})
    yield "file", _filled_file(folder / "tokens", key)
    for name, place in ((SQLITE, sqlite()), (POSTGRES, postgres())):
        url = stack.enter_context(place)  # a server runs until everything was measured
        if url is not None:
            journal = stack.enter_context(Journal.open(url))
            yield name, _filled(JournalTokenStore(journal, key=key))


def _names() -> Iterator[str]:
    return (f"brand {number}/pixelwall/main" for number in range(ACCOUNTS))


def _filled(store: TokenStore) -> TokenStore:
    for name in _names():
        store.swap(name, None, STORED)
    return store


def _filled_file(path: Path, key: str) -> TokenStore:
    store = FileTokenStore(path, key=key)
    # At once: each swap writes the whole file and waits for the disk.
    lines = "\n".join(f"{json.dumps(name)}\n{STORED.dumps()}" for name in _names())
    store._write(Secret(lines))  # pyright: ignore[reportPrivateUsage]
    return store
