"""Plays a case: worker after worker, until nothing more happens.

Those that are killed have a process of their own, and so have those whose code is changed on purpose. All
others begin anew too, with a client and a journal that are opened for them, and share nothing else.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from socialkit.models import Draft
from socialkit.platforms._registry import find
from socialkit.publishing import Delivery, DeliveryState, Freeze, Publisher, Scope
from socialkit.sandbox import Fault, Sandbox, SimPost
from tests.chaos.cases import STEP, TROUBLED, Case
from tests.chaos.cast import PLATFORMS, Act, Shape, written
from tests.chaos.judge import Truth, judged, over
from tests.chaos.line import Answered, Exchange, Message, Remote
from tests.chaos.worker import KILLED, Job, Running, Stop, journal_at, work

__all__ = ["Played", "play", "warm"]

ROUNDS: Final = 14
"""After so many rounds, most of them without trouble, everything must have ended."""
APART: Final = timedelta(minutes=3)
"""Between workers that have their turn while another one stands still: longer than a write may be late."""
OPEN: Final = "SELECT count(*) FROM steps WHERE writes AND state = 'started'"


_warmed: Final[set[tuple[str, str]]] = set()


def warm(platform: str, kind: str, folder: Path) -> None:
    """Do it once in this process, so that what is built when first used is there in every worker."""
    if (platform, kind) in _warmed:
        return
    _warmed.add((platform, kind))
    one = PLATFORMS[platform]
    what = one.kinds[kind]
    folder.mkdir()
    with Sandbox() as world, one.client(world) as client, journal_at(folder / "journal.db") as journal:
        one.set_up(world)
        publisher = Publisher(client, journal)
        for round_ in range(2):
            thing = what.prepare(world, client) if isinstance(what, Act) else what.draft(world, "warm")
            if round_:
                for operation in ("publish", "reply", "hide", "unhide", "delete"):
                    if operation in world.simulator(one.name).orderable():
                        world.fail(one.name, operation, Fault.DROP_AFTER_COMMIT)
            if isinstance(what, Act):
                what.do(publisher, thing)
            else:
                publisher.plan(thing, to=one.name)
            publisher.run_due()
            world.clock.advance(STEP)
            publisher.reconcile()
            world.forget_faults()


@dataclass
class Played:
    """What a case came to."""

    complaints: list[str] = field(default_factory=list[str])
    deliveries: tuple[Delivery, ...] = ()
    calls: list[str] = field(default_factory=list[str])
    """What the first worker asked of the platform, in order."""
    reads: frozenset[str] = frozenset()
    """Those of them that only read."""
    writes: int = 0
    """How often the first worker wrote to the journal."""
    hurts: int = 0
    """How often something went wrong."""


def play(case: Case, folder: Path, spoil: Callable[[], object] | None = None) -> Played:
    """Play a case to its end in a world of its own, and judge it after every round.

    Args:
        case: What happens.
        folder: Where the journal lies meanwhile.
        spoil: Breaks the code under test, in the workers alone.
    """
    folder.mkdir(parents=True)
    try:
        warm(case.platform, case.kind, folder / "warm")
        with Sandbox(seed=case.seed) as world:
            return _Play(case, world, folder / "journal.db", spoil).whole()
    finally:
        shutil.rmtree(folder)


class _Play:
    """One case as it is played."""

    def __init__(self, case: Case, world: Sandbox, path: Path, spoil: Callable[[], object] | None) -> None:
        self._case = case
        self._world = world
        self._path = path
        self._spoil = spoil
        self._platform = PLATFORMS[case.platform]
        self._kind = self._platform.kinds[case.kind]
        self._exchange = Exchange(world)
        self._played = Played()
        self._platform.set_up(world)
        self._client = self._platform.client(world)
        self._journal = journal_at(path)
        self._publisher = Publisher(self._client, self._journal)
        self._draft: Draft | None = None
        self._thing: Any = None
        self._before: frozenset[str] = frozenset()
        self._freeze: Freeze | None = None
        self._most = 0

    def whole(self) -> Played:
        """Play it."""
        self._begin()
        for number in range(ROUNDS):
            if number == TROUBLED:
                self._end_trouble()
            self._round(number)
            if number >= self._busy() and all(over(one) for one in self._played.deliveries):
                break
        self._end()
        self._client.close()
        self._journal.close()
        return self._played

    def _busy(self) -> int:
        case = self._case
        rounds = len(case.stops)
        return TROUBLED if case.freeze is not None or case.change is not None else rounds

    # Before and after --------------------------------------------------------------------------------

    def _begin(self) -> None:
        case, world, kind = self._case, self._world, self._kind
        if isinstance(kind, Act):
            self._thing = kind.prepare(world, self._client)
        else:
            self._draft = kind.draft(world, "of a kind")
            plan = partial(self._publisher.plan, self._draft, to=self._platform.name)
            self._before = frozenset(one.id for one in world.posts(self._platform.name))
            plan(not_after=timedelta(days=2))
            if case.twins:
                plan(at=world.clock.now() + timedelta(minutes=1), not_after=timedelta(days=2))
        world.clock.advance(1)  # what is there is older than what comes
        for one in case.troubles:
            if isinstance(one.fault, Fault):
                late = timedelta(seconds=one.late)
                self._exchange.faults.order(
                    self._platform.name, one.call, one.fault, one.times, one.after, delay=late
                )
            else:
                self._exchange.doubles.order(self._platform.name, one.call, Fault.SLOW, one.times, one.after)

    @property
    def _undecidable(self) -> bool:
        kind = self._kind
        return self._platform.undecidable or (isinstance(kind, Shape) and kind.undecidable)

    def _end_trouble(self) -> None:
        self._exchange.faults.clear()
        self._exchange.doubles.clear()
        if self._freeze is not None:
            self._publisher.thaw(self._freeze, backlog="reschedule")
            self._freeze = None

    def _end(self) -> None:
        played, allowed = self._played, self._undecidable or self._case.change is not None
        played.complaints.extend(self._journal.verify())
        played.hurts += self._exchange.hurt
        undecided = [one for one in played.deliveries if one.state is DeliveryState.NEEDS_DECISION]
        for one in undecided:
            if not allowed:
                played.complaints.append(f"it needs a decision: {one.because}")
        if len(undecided) > played.hurts + (self._case.change is not None):
            played.complaints.append(f"{len(undecided)} decisions are needed after {played.hurts} faults")
        for one in played.deliveries:
            if not over(one):
                played.complaints.append(f"it ended as {one.state.value}: {one.because}")
            if one.state is DeliveryState.REFUSED and not played.hurts and self._case.freeze is None:
                played.complaints.append(f"refused without any trouble: {one.because}")

    # Rounds ------------------------------------------------------------------------------------------

    def _round(self, number: int) -> None:
        case = self._case
        stop = case.stops[number] if number < len(case.stops) else None
        freezes = number == case.freeze
        if freezes and (stop is None or stop.pause is None):
            self._stand()
        self._work(stop, first=number == 0, freezes=freezes)
        if number == 0 and case.change == "media":
            self._spoil_media()
        self._world.clock.advance(case.steps[number] if number < len(case.steps) else STEP)
        self._played.deliveries = tuple(self._journal.deliveries())
        self._played.complaints.extend(f"round {number}: {one}" for one in self._flaws())

    def _work(self, stop: Stop | None, *, first: bool = False, freezes: bool = False) -> None:
        kind = self._kind
        act = partial(_done, kind, self._thing) if first and isinstance(kind, Act) else None
        job = Job(
            partial(journal_at, self._path),
            self._opened,
            self._platform.name,
            self._case.asynchronous,
            stop,
            act,
            partial(self._in_worker, first),
            self._case.seed,
        )

        def paused() -> None:
            self._played.hurts += 1
            if freezes:
                self._stand()
            if stop is not None and stop.pause is not None:
                self._world.clock.advance(stop.pause)
            for _ in range(
                3
            ):  # one finds what the other left, the next looks for it again, the last sends it
                self._work(None)
                self._world.clock.advance(APART)

        ended, writes = self._alone(job, paused) if self._needs_process(stop) else self._here(job, paused)
        self._played.hurts += ended == KILLED
        if first:
            self._played.calls, self._played.writes = list(self._exchange.seen), writes
            self._played.reads = frozenset(self._exchange.reads)
        if ended not in {0, KILLED} or (ended == KILLED and stop is None):
            self._played.complaints.append(f"a worker ended with {ended}")

    def _needs_process(self, stop: Stop | None) -> bool:
        killed = stop is not None and stop.pause is None
        changed = self._spoil is not None or self._platform.in_worker is not None
        return killed or changed or self._case.change == "flow"

    def _alone(self, job: Job, paused: Callable[[], object]) -> tuple[int, int]:
        worker = Running(job, self._world.clock.now())
        self._exchange.serve(worker.line, paused)
        return worker.ended()

    def _here(self, job: Job, paused: Callable[[], object]) -> tuple[int, int]:
        def ask(message: Message) -> Answered:
            return self._exchange.answer(message, paused)

        remote = Remote(job.platform, ask, self._world.clock.now(), asynchronous=job.asynchronous)
        return 0, work(job, remote)

    def _opened(self, remote: Remote) -> Any:
        return self._platform.client(self._world, remote, asynchronous=self._case.asynchronous)

    def _in_worker(self, first: bool) -> None:
        if self._platform.in_worker is not None:
            self._platform.in_worker()
        if self._case.change == "flow" and not first:
            registered = find(self._platform.name)
            for kind in (registered.load_client(), registered.load_async_client()):
                kind.facts = replace(kind.facts, flow_version=99)
        if self._spoil is not None:
            self._spoil()

    def _spoil_media(self) -> None:
        for kept in self._path.with_name(f"{self._path.name}.media").glob("??/*"):
            kept.write_bytes(b"another picture")

    def _stand(self) -> None:
        """Freeze everything, and take note of what may still land."""
        if self._freeze is None:
            self._freeze = self._publisher.freeze(Scope(replies=True), reason="a bad day")
            with self._journal.database.reading() as session:
                self._most = self._happened() + int(session.run(OPEN)[0][0])

    # Looking -----------------------------------------------------------------------------------------

    def _posts(self) -> list[SimPost]:
        if self._draft is None:
            return []
        wanted = [part.text for part in self._draft.parts] + [self._draft.first_comment]
        every = written(self._world, self._platform.name)
        return [one for one in every if one.id not in self._before and one.text in wanted]

    def _happened(self) -> int:
        if isinstance(self._kind, Act):
            return self._kind.done(self._world, self._thing)
        return len(self._posts())

    def _flaws(self) -> Iterator[str]:
        posts, deliveries = self._posts(), self._played.deliveries
        if self._freeze is not None and self._happened() > self._most:
            yield f"frozen, and {self._happened()} are out after {self._most}"
        for text, count in Counter(one.text for one in posts).items():
            if count > len(deliveries):
                yield f"{text!r} is out {count} times"
        if not deliveries and self._happened():
            yield "it happened, and the journal knows nothing of it"
        mine = _shared_out(posts, deliveries)
        yield from _nobodys(posts, deliveries, mine)
        for delivery in deliveries:
            done = self._happened() if self._draft is None else 0
            yield from judged(delivery, Truth(mine.get(delivery.id, ()), done), self._draft)


def _done(kind: Act, thing: Any, publisher: Any) -> Any:
    return kind.do(publisher, thing)


def _shared_out(posts: list[SimPost], deliveries: tuple[Delivery, ...]) -> dict[str, list[SimPost]]:
    """Return which posts are whose: of two equal deliveries each has those that it names, and those below."""
    if len(deliveries) < 2:
        return {one.id: posts for one in deliveries}
    return {one.id: _below(posts, named[0]) for one in deliveries if (named := _named(one))}


def _nobodys(
    posts: list[SimPost], deliveries: tuple[Delivery, ...], mine: dict[str, list[SimPost]]
) -> Iterator[str]:
    """Find posts that two deliveries name, and those that none does when all have ended."""
    counted = Counter(one.id for some in mine.values() for one in some)
    yield from (f"{one} is taken for {count} deliveries' post" for one, count in counted.items() if count > 1)
    known = {DeliveryState.CONFIRMED, DeliveryState.REFUSED}
    if all(one.state in known for one in deliveries):
        lost = [(one.id, one.text) for one in posts if one.id not in counted]
        if lost:
            yield f"nobody's, and out: {lost}"


def _named(delivery: Delivery) -> list[str]:
    first = [] if delivery.post is None else [delivery.post.id]
    return first or [one.id for one in delivery.published]


def _below(posts: list[SimPost], first: str) -> list[SimPost]:
    found, wanted = list[SimPost](), first
    for one in posts:
        if one.id == wanted or (found and one.reply_to == found[-1].id):
            found.append(one)
    return found
