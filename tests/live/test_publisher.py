"""Through the journal to the real network: whatever is lost on the way, each post is out exactly once.

The line is cut after the server has done its work, at every call; workers are killed at every write to the
journal. The server's own records are the judge.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest

from socialkit.models import AccountRef, Draft
from socialkit.platforms import Bluesky
from socialkit.platforms.bluesky._records import POST
from socialkit.publishing import Delivery, DeliveryState, Journal, Publisher
from socialkit.sandbox import Fault
from socialkit.testing import RecordingTransport, picture
from socialkit.transport import BlockingTransport, Request, Response
from tests.chaos.line import Exchange, Remote
from tests.chaos.worker import KILLED, Job, Running, Stop, journal_at
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork
from tests.live.world import LiveWorld, timed

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

REF: Final = AccountRef(platform="bluesky", brand="acme", name="main")
STEP: Final = timedelta(minutes=31)
"""Between a worker that died and the next: longer than any lease."""
ROUNDS: Final = 4
"""Workers after the first that it may take."""


class OverTheLine(RecordingTransport):
    """Carries a worker's requests over the network, by the time that the test tells."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(BlockingTransport())
        self._remote = remote

    async def send(self, request: Request, /) -> Response:
        return timed(await super().send(request), self.now())

    async def sleep(self, seconds: float, /) -> None:
        await self._remote.sleep(seconds)

    def now(self) -> datetime:
        return self._remote.now()

    def steady(self) -> float:
        return self._remote.steady()


class Post:
    """A thread that is on its way to the network.

    Args:
        world: The network.
        line: What leads there.
        path: Where the journal lies.
    """

    def __init__(self, world: LiveWorld, line: Line, path: Path) -> None:
        self._world = world
        self._line = line
        self._path = path
        self._login: dict[str, Any] = world.connection()
        self._exchange = Exchange(cast("Any", world))
        self.calls: list[str] = []
        """What the first worker asked of the server."""
        self.writes = 0
        """How often it wrote to the journal."""

    def publish(self, text: str, stop: Stop | None = None) -> Delivery:
        """Plan it, and let one worker after the other carry it until it has ended."""
        two = Draft(text=f"two {text}")
        draft = Draft(text=f"one {text}", media=[picture(alt_text="A dot")], thread=[two])
        with ExitStack() as stack:
            journal = stack.enter_context(journal_at(self._path / f"{text}.db"))
            alone = Remote("bluesky", cast("Any", None), self._now())  # planning sends nothing
            client = stack.enter_context(self._client(alone))
            Publisher(client, journal).plan(draft, to="bluesky", not_after=timedelta(days=2))
            self._work(text, stop, first=True)
            (delivery,) = journal.deliveries()
            for _ in range(ROUNDS):
                if delivery.state is DeliveryState.CONFIRMED:
                    break
                self._world.clock.advance(STEP)
                self._work(text)
                (delivery,) = journal.deliveries()
            assert list(journal.verify()) == []
        return delivery

    def out(self, text: str) -> list[tuple[str, str]]:
        """Return what the server keeps: addresses and texts, in order."""
        records = [(one["uri"], one["value"]["text"]) for one in self._world.records("main", POST)]
        return [(uri, words) for uri, words in records if words.endswith(f" {text}")]

    def _work(self, text: str, stop: Stop | None = None, *, first: bool = False) -> None:
        def open_() -> Journal:
            return journal_at(self._path / f"{text}.db")

        worker = Running(Job(open_, self._client, "bluesky", stop=stop), self._now())
        self._exchange.serve(worker.line, int)
        ended, writes = worker.ended()
        assert ended == (KILLED if stop is not None else 0)
        if first:
            self.calls, self.writes = list(self._line.seen), writes

    def _client(self, remote: Remote) -> Bluesky:
        return Bluesky(base_url=self._line.url, transport=OverTheLine(remote), account=REF, **self._login)

    def _now(self) -> datetime:
        return self._world.clock.now()


@pytest.fixture
def post(network: BlueskyNetwork, line: Line, tmp_path: Path) -> Post:
    world = LiveWorld(network, line, lambda _operation: None)
    return Post(world, line, tmp_path)


def judge(post: Post, delivery: Delivery, text: str) -> None:
    assert delivery.state is DeliveryState.CONFIRMED, delivery.because
    assert delivery.post is not None
    ids = [delivery.post.id, *(one.id for one in delivery.post.thread)]
    assert post.out(text) == list(zip(ids, [f"one {text}", f"two {text}"], strict=True))
    assert not delivery.differences


def test_a_line_that_is_cut_after_the_server_has_acted_at_every_call(post: Post, line: Line) -> None:
    judge(post, post.publish("smooth"), "smooth")
    calls = post.calls

    assert calls.count("com.atproto.repo.putRecord") == 2
    for place, call in enumerate(calls):
        line.forget()
        line.fail([call], Fault.DROP_AFTER_COMMIT, after=calls[:place].count(call))
        judge(post, post.publish(f"cut-{place}"), f"cut-{place}")


def test_a_worker_that_is_killed_at_every_write_to_its_journal(post: Post) -> None:
    judge(post, post.publish("smooth"), "smooth")

    assert post.writes > 10
    for write in range(1, post.writes + 1):
        delivery = post.publish(f"killed-{write}", Stop(write, before=True))
        judge(post, delivery, f"killed-{write}")


def test_a_journal_that_was_restored_from_a_copy_sends_nothing_again(
    network: BlueskyNetwork, line: Line, tmp_path: Path
) -> None:
    world = LiveWorld(network, line, lambda _operation: None)
    path, draft = tmp_path / "journal.db", Draft(text="one restored", thread=[Draft(text="two restored")])
    sent, login = list[Delivery](), cast("dict[str, Any]", world.connection())
    with Bluesky(base_url=line.url, account=REF, **login) as client:
        with journal_at(path) as journal:
            Publisher(client, journal).plan(draft, to="bluesky")
        copy = path.read_bytes()
        for _ in "ab":
            for left in tmp_path.glob("journal.db*"):
                left.unlink()
            path.write_bytes(copy)
            with journal_at(path) as journal:
                publisher = Publisher(client, journal)
                for _ in range(ROUNDS):
                    publisher.run_due()
                    publisher.reconcile()
                sent += journal.deliveries()
    records = [one["value"]["text"] for one in world.records("main", POST)]

    assert [text for text in records if text.endswith(" restored")] == ["one restored", "two restored"]
    assert [one.state for one in sent] == [DeliveryState.CONFIRMED] * 2
    assert [one.differences for one in sent] == [()] * 2
