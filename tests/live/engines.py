"""Workers of engines in processes of their own, as their examples say to start them, and what kills them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import socialkit as sk
from socialkit.sandbox import Clock, LineDropped, MastodonSimulator, SimRequest, SimResponse, serve
from tests.live.servers.process import running, wait_for
from tests.support import ROOT

__all__ = ["LATER", "Office", "Started", "documented", "environment", "shell"]

ACCOUNT: Final = "acme/mastodon/main"
LATER: Final = timedelta(minutes=31)
"""Between workers that were killed and the next: longer than any lease."""
LATER_TIME: Final = Path(__file__).with_name("later")
"""What has a program go by a later time, whatever its command line."""
FILE: Final = """
[brands.acme]
zone = "UTC"

[[brands.acme.accounts]]
platform = "mastodon"
base_url = "{url}"
access_token = "env:SOCIALKIT_MASTODON_TOKEN"
"""


class Ahead(Clock):
    """The machine's time and a bit more."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Fatal(MastodonSimulator):
    """A platform that knows no keys, and in the middle of a post has whoever sends it killed.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, random.Random(7))
        self.set_idempotency(known=False)
        self.struck = threading.Event()
        self._guard = threading.Lock()
        self._blow: tuple[int, bool, Callable[[], object]] | None = None

    def strike(self, after: int, *, lands: bool, kill: Callable[[], object]) -> None:
        """Have a call made in the middle of a post.

        Args:
            after: So many posts come before.
            lands: Whether that post comes to be.
            kill: What is called, before anybody gets an answer.
        """
        self.struck.clear()
        with self._guard:
            self._blow = (after, lands, kill)

    def handle(self, request: SimRequest) -> SimResponse:
        posts = (request.method, request.path) == ("POST", "/api/v1/statuses")
        blow = self._due() if posts else None
        if blow is None:
            return super().handle(request)
        lands, kill = blow
        if lands:
            super().handle(request)
        kill()
        self.struck.set()
        raise LineDropped(sent=True)

    def _due(self) -> tuple[bool, Callable[[], object]] | None:
        with self._guard:
            if self._blow is None:
                return None
            after, lands, kill = self._blow
            self._blow = (after - 1, lands, kill) if after else None
            return None if after else (lands, kill)


def documented(example: str, word: str) -> str:
    """Return the command line in an example's docstring that has a word in it."""
    text = (ROOT / "examples" / f"{example}.py").read_text("utf-8").split('"""')[1]
    (line,) = (one.strip() for one in text.splitlines() if "python -m" in one and f" {word}" in one)
    return line


def environment(**more: str) -> dict[str, str]:
    """Return what is set for a reader's shell: this Python is found first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONUNBUFFERED": "1", **more}


def shell(line: str) -> tuple[str, ...]:
    """Return the command that runs a line as a shell does."""
    return ("bash", "-euo", "pipefail", "-c", line)


@dataclass(frozen=True)
class Started:
    """A process that works, with the processes that it started."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Kill all of them at once, as a loss of power would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Office:
    """A platform, a journal, and workers who come and go.

    Args:
        folder: Where everything lies.
        journal: The journal's address.
        settings: What else is set for workers.
    """

    folder: Path
    journal: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    clock: Ahead = field(default_factory=Ahead)

    def __post_init__(self) -> None:
        self.platform = Fatal(self.clock)
        self._stack = ExitStack()
        self._numbers = iter(range(1_000))
        self._book = sk.Journal.open(self.journal)

    def __enter__(self) -> Office:
        self._stack.callback(self._book.close)
        server = self._stack.enter_context(serve({"mastodon": self.platform}))
        self._url = server.url("mastodon")
        (self.folder / "agency.toml").write_text(FILE.format(url=self._url), "utf-8")
        self.settings = environment(
            SOCIALKIT_WORKSPACE=str(self.folder / "agency.toml"),
            SOCIALKIT_JOURNAL=self.journal,
            SOCIALKIT_EVERY="1",
            SOCIALKIT_MASTODON_TOKEN=self.platform.connection("main")["access_token"],
            **self.settings,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def publisher(self) -> Generator[sk.Publisher]:
        """Open a publisher, as somebody does who plans."""
        account = sk.Account(
            "mastodon",
            base_url=self._url,
            access_token=self.settings["SOCIALKIT_MASTODON_TOKEN"],
        )
        with (
            sk.Workspace(sk.Brand("acme", account)) as workspace,
            sk.Journal.open(self.journal) as journal,
        ):
            yield sk.Publisher(workspace, journal, actor="maria")

    def plan(self, count: int) -> None:
        """Plan posts that are due."""
        with self.publisher() as publisher:
            for number in range(count):
                publisher.plan(f"post {number}", to=ACCOUNT, not_after=timedelta(days=1))

    def run(self, line: str) -> None:
        """Run a command to its end."""
        subprocess.run(
            shell(line), cwd=ROOT, env={**os.environ, **self.settings}, check=True, capture_output=True
        )

    def start(self, line: str) -> Started:
        """Start a command; it is killed at the end, if it was not before."""
        log = self.folder / f"{next(self._numbers)}.log"
        env = {**self.settings, **self._time()}
        process = self._stack.enter_context(running(shell(f"exec {line}"), log, env=env, cwd=ROOT))
        started = Started(process, log)
        self._stack.callback(started.kill)
        return started

    def _time(self) -> Mapping[str, str]:
        if not self.clock.ahead:
            return {}
        path = os.pathsep.join(filter(None, (str(LATER_TIME), os.environ.get("PYTHONPATH"))))
        return {"PYTHONPATH": path, "SOCIALKIT_TESTS_AHEAD": str(self.clock.ahead.total_seconds())}

    def states(self) -> Counter[str]:
        """Return how the deliveries stand."""
        return Counter(one.state.value for one in self._book.deliveries())

    def looks(self) -> Counter[str]:
        """Return how often workers have looked for each post and could not tell what became of it."""
        return Counter(event.delivery for event in self._book.events() if event.what == "undecided")

    def has_ended(self, looked: Counter[str]) -> bool:
        """Return whether each post is confirmed, or was looked for in vain once more.

        Args:
            looked: How often each was looked for before.
        """
        looks = self.looks()
        return all(
            one.state.value == "confirmed" or looks[one.id] > looked[one.id]
            for one in self._book.deliveries()
        )

    def texts(self) -> list[str]:
        """Return what is out, by the platform's own count."""
        return [one.text for one in self.platform.posts("main")]

    def until(self, started: Started, done: Callable[[], bool]) -> None:
        """Wait until something is so, while a worker works."""
        wait_for(started.process, started.log, done)

    def flaws(self, count: int) -> Iterator[str]:
        """Find what is not as it must be in the end."""
        wanted = Counter(f"post {number}" for number in range(count))
        if (found := Counter(self.texts())) != wanted:
            yield f"lost: {wanted - found}, doubled: {found - wanted}"
        yield from self._book.verify()
        named = [None if one.post is None else one.post.id for one in self._book.deliveries()]
        if sorted(map(str, named)) != sorted(one.id for one in self.platform.posts("main")):
            yield "the journal names other posts than there are"
