"""A worker: sends what is due and looks for what is unknown, until it is told to stop.

Without a file it works in a simulator, where one answer is lost, and nothing leaves this process:

    python examples/worker.py

With one it works for the accounts in it, such as those of `agency.toml` beside this script:

    python examples/worker.py agency.toml --journal sqlite:///journal.db

Ctrl-C or SIGTERM lets the delivery in hand end. With --once it does one round, for cron. Any number of
workers may run from one journal.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import socialkit as sk
from socialkit.publishing import work


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


def serve(file: Path, url: str, *, every: timedelta, once: bool) -> None:
    """Work for real."""
    with sk.Workspace.load(file) as workspace, sk.Journal.open(url) as journal:
        publisher = sk.Publisher(workspace, journal, actor="worker")
        if once:
            publisher.run_due(progress=tell)
            publisher.reconcile(progress=tell)
            return
        stop = threading.Event()
        stop_on_signals(stop)
        work(publisher, stop=stop, every=every, progress=tell)


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
    parser.add_argument("file", nargs="?", type=Path, help="the brands and their accounts")
    parser.add_argument("--journal", default="sqlite:///journal.db", help="the journal's address")
    parser.add_argument("--every", type=float, default=15, help="seconds between two rounds")
    parser.add_argument("--once", action="store_true", help="do one round and end, for cron")
    chosen = parser.parse_args(arguments)
    if chosen.file is None:
        play()
        return 0
    try:
        serve(chosen.file, chosen.journal, every=timedelta(seconds=chosen.every), once=chosen.once)
    except (sk.ConfigurationError, sk.InvalidDraftError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
