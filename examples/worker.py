"""A worker: sends what is due and looks for what is unknown, until it is told to stop.

Without a file it works in a simulator, where one answer is lost, and nothing leaves this process:

    python examples/worker.py

With one it works for the accounts in it, from the journal in it:

    SOCIALKIT_MASTODON_TOKEN=... python examples/worker.py worker.toml

    journal = "sqlite:///journal.db"
    every = 15

    [brands.acme.mastodon]
    base_url = "https://mastodon.example"
    access_token = "$SOCIALKIT_MASTODON_TOKEN"

    [brands.acme."bluesky/shop"]
    identifier = "shop.example"
    password = "$SOCIALKIT_BLUESKY_PASSWORD"

What begins with a dollar sign is read from the environment. Ctrl-C or SIGTERM lets the delivery in hand end.
With --once it does one round, for cron. Any number of workers may run from one journal.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import socialkit as sk
from socialkit.publishing import work


@dataclass
class Setup:
    """What a file says."""

    workspace: sk.Workspace
    journal: str
    every: timedelta


def load(path: Path) -> Setup:
    """Read a file; of a secret it holds only the name."""
    said = tomllib.loads(path.read_text("utf-8"))
    brands = [
        sk.Brand(key, *(account(name, login) for name, login in accounts.items()))
        for key, accounts in said["brands"].items()
    ]
    return Setup(sk.Workspace(*brands), said["journal"], timedelta(seconds=said.get("every", 15)))


def account(place: str, login: Mapping[str, str]) -> sk.Account:
    """Return an account, such as `mastodon` or `mastodon/fr`, with the secrets of the environment."""
    platform, _, name = place.partition("/")
    opened: Any = sk.Account  # which arguments a platform takes stands in the file
    given = {key: secret(value[1:]) if value.startswith("$") else value for key, value in login.items()}
    made: sk.Account = opened(platform, name=name or "main", **given)
    return made


def secret(name: str) -> str:
    """Return what a variable of the environment holds."""
    if name not in os.environ:
        sys.exit(f"{name} is not set, and an account needs it")
    return os.environ[name]


def tell(delivery: sk.Delivery) -> None:
    """Say what became of a delivery."""
    why = f": {delivery.because}" if delivery.because else ""
    print(f"{delivery.account.key} {delivery.state}{why}", flush=True)


# --8<-- [start:signals]
def stop_on_signals(stop: threading.Event) -> None:
    """Have Ctrl-C and SIGTERM set an event."""

    def end() -> None:
        stop.set()
        print("stopping after the delivery in hand", flush=True)

    def told(number: int, frame: object) -> None:
        del number, frame
        # From another thread: this one may hold the event's lock at this moment.
        threading.Thread(target=end).start()

    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)


# --8<-- [end:signals]


def serve(setup: Setup, *, once: bool) -> None:
    """Work for real."""
    with setup.workspace as workspace, sk.Journal.open(setup.journal) as journal:
        publisher = sk.Publisher(workspace, journal, actor="worker")
        if once:
            publisher.run_due(progress=tell)
            publisher.reconcile(progress=tell)
            return
        stop = threading.Event()
        stop_on_signals(stop)
        work(publisher, stop=stop, every=setup.every, progress=tell)


class SimulatedRest(threading.Event):
    """Rests by moving the clock of a simulated world, as often as it is told."""

    def __init__(self, world: sk.Sandbox, rounds: int) -> None:
        super().__init__()
        self._world = world
        self._rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        """Let simulated time pass."""
        self._world.clock.advance(timeout or 0)
        self._rounds -= 1
        if self._rounds <= 0:
            self.set()
        return self.is_set()


def play() -> None:
    """Work in a simulator: three posts, one of whose answers is lost."""
    with sk.Sandbox(seed=7) as world, sk.Journal.open("sqlite://") as journal:
        publisher = sk.Publisher(world.workspace(acme=["mastodon"]), journal, actor="maria")
        for number, text in enumerate(("Roasted today", "Ground today", "Poured today")):
            at = world.clock.now() + timedelta(minutes=number)
            publisher.plan(text, to="acme/mastodon/main", at=at)
        world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT, after=1)
        work(publisher, stop=SimulatedRest(world, 12), progress=tell)
        print(f"The platform has {len(world.posts('mastodon'))} posts.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script, and return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, help="the accounts and the journal, as TOML")
    parser.add_argument("--once", action="store_true", help="do one round and end, for cron")
    chosen = parser.parse_args(arguments)
    if chosen.file is None:
        play()
    else:
        serve(load(chosen.file), once=chosen.once)
    return 0


if __name__ == "__main__":
    sys.exit(main())
