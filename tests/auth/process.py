"""A process that acts for an account on a served simulator: `python -m tests.auth.process`, a job as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import keyring

import socialkit as sk
from socialkit.auth import Stored, TokenStore
from socialkit.operations import finish
from socialkit.publishing import JournalTokenStore
from socialkit.testing import settle
from socialkit.transport import AsyncTransport, BlockingTransport
from tests.auth.keyrings import FileKeyring
from tests.auth.places import opened

__all__ = ["HANDLE", "KEY", "Hurried", "Job", "client_of"]

HANDLE = "main.bluesky.sandbox.example"
ACCOUNT = sk.AccountRef(platform="bluesky", brand="acme", name="main")
KEY = f"{ACCOUNT.key}/{HANDLE}"
"""Under which the session is kept."""


@dataclass(frozen=True)
class Job:
    """What a process is to do."""

    kind: str
    """Of the store."""
    place: str
    key: str
    url: str
    """Where the simulator is served."""
    now: str
    """The time, which stands still."""
    asynchronous: bool = False
    dies: str = ""
    """When it is killed: `unkept`, with new tokens that it has not kept; `writing`, while it writes."""

    def dumps(self) -> str:
        """Return it as one argument."""
        return json.dumps(asdict(self))


class Deadly:
    """A store whose process is killed when it is about to keep new tokens."""

    def __init__(self, inner: TokenStore) -> None:
        self._inner = inner

    def load(self, key: str, /) -> Stored | None:
        return self._inner.load(key)

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        if old is not None and old.refresh_token != new.refresh_token:
            kill()
        return self._inner.swap(key, old, new)


def kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def transport_at(now: datetime, *, asynchronous: bool) -> AsyncTransport | BlockingTransport:
    """Return a transport whose clock stands still, and which tells when it waits for somebody else."""

    class Awaited(AsyncTransport):
        def now(self) -> datetime:
            return now

        async def sleep(self, seconds: float, /) -> None:
            say("waits")
            await super().sleep(seconds)

    class Blocking(BlockingTransport):
        def now(self) -> datetime:
            return now

        async def sleep(self, seconds: float, /) -> None:
            say("waits")
            await super().sleep(seconds)

    return Awaited() if asynchronous else Blocking()


class Hurried(BlockingTransport):
    """Waits for nobody: its clocks move instead."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._began = self._now = now

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return (self._now - self._began).total_seconds()

    async def sleep(self, seconds: float, /) -> None:
        self._now += timedelta(seconds=seconds)


def client_of(job: Job, store: TokenStore, password: str | None = None, transport: Any = None) -> Any:
    """Open the client of the job's account; without a password it has what the store holds."""
    if transport is None:
        transport = transport_at(datetime.fromisoformat(job.now), asynchronous=job.asynchronous)
    open_client: Any = sk.connect_async if job.asynchronous else sk.connect
    return open_client(
        "bluesky",
        base_url=job.url,
        account=ACCOUNT,
        identifier=HANDLE,
        password=password,
        transport=transport,
        tokens=store,
    )


async def act(job: Job, store: TokenStore) -> None:
    client = client_of(job, store)
    profile = await settle(client.account.me())
    await settle(client.posts.publish("Hello"))
    await settle(client.close())
    say(f"done {profile.handle}")


def main() -> None:
    """Wait for a line, and act."""
    job = Job(**json.loads(sys.argv[1]))
    if job.kind == "keyring":
        keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]  # the library's base
    kept = store = opened(job.kind, job.place, job.key)
    if job.dies == "unkept":
        store = Deadly(store)
    if job.dies == "writing":
        os.fsync = kill  # type: ignore[assignment]  # it never comes back
    say("ready")
    sys.stdin.readline()
    if job.asynchronous:
        asyncio.run(act(job, store))
    else:
        finish(act(job, store))
    if isinstance(kept, JournalTokenStore):
        kept._database.close()


if __name__ == "__main__":
    main()
