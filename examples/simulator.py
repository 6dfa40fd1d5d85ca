"""A simulated Mastodon that listens on this machine, for trying out workers without an account.

    python examples/simulator.py settings.env

It writes what a worker has to know into the file, for `source settings.env`, and prints each post that comes.
Ctrl-C or SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from socialkit.sandbox import Clock, MastodonSimulator, serve

TICK = 0.2
"""Seconds between two looks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script, and return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="where to write the address and the token")
    chosen = parser.parse_args(arguments)
    stop = threading.Event()

    def told(number: int, frame: object) -> None:
        del number, frame
        threading.Thread(target=stop.set).start()  # this thread may hold the event's lock at this moment

    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)
    listen(chosen.file, stop)
    return 0


def listen(file: Path, stop: threading.Event) -> None:
    """Serve until told to stop."""
    simulator = MastodonSimulator(Clock(datetime.now(UTC)), random.Random())
    token = simulator.connection("main")["access_token"]
    told = 0
    with serve({"mastodon": simulator}) as server:
        file.write_text(
            f"export SOCIALKIT_MASTODON_URL={server.url('mastodon')} SOCIALKIT_MASTODON_TOKEN={token}\n",
            "utf-8",
        )
        while not stop.wait(TICK):
            simulator.clock.advance(TICK)
            posts = simulator.posts("main")
            for post in posts[told:]:
                print(f"posted: {post.text}", flush=True)
            told = len(posts)


if __name__ == "__main__":
    sys.exit(main())
