"""Whatever people and machines do, in any order: nothing is out twice, and the journal tells the truth."""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import socialkit as sk
from socialkit.errors import FrozenError, JournalError
from socialkit.models import Draft
from socialkit.publishing import Delivery, DeliveryState, Freeze, Permission, Scope
from socialkit.publishing._models import ACTIVE, TRANSITIONS
from socialkit.sandbox import Fault
from tests.publishing.stage import HOURS, SETTLED, Killed, Rules, Stage
from tests.support import settle

State = DeliveryState
PLATFORMS = ("mastodon", "bluesky")
CALLS = {
    "mastodon": ("post_status", "account_statuses", "status_source"),
    "bluesky": ("put_record", "get_record"),
}
LATEST = timedelta(minutes=3, seconds=39)
"""When the last of late writes lands: as late as Mastodon is declared to be, after all have given up."""
OPEN = frozenset({State.SENDING, State.UNKNOWN, State.INCOMPLETE, State.NEEDS_DECISION})
ASK = Rules({("intern", "publish"): Permission.ASK})
WEEKS = timedelta(weeks=9)


class End(NamedTuple):
    """Where a worker ends: before or after one of its writes, killed or told that the disk is full."""

    write: int
    before: bool
    full: bool


class Break(NamedTuple):
    """What a platform does wrong."""

    call: tuple[str, str]
    fault: Fault
    times: int
    after: int
    delay: timedelta
    """How late what is late lands, by the platform's clock, whatever that of the machine shows."""


ends = st.none() | st.builds(End, st.integers(1, 14), st.booleans(), st.booleans())
breaks = st.none() | st.builds(
    Break,
    st.sampled_from([(platform, call) for platform in PLATFORMS for call in CALLS[platform]]),
    st.sampled_from(Fault),
    st.integers(1, 3),
    st.integers(0, 2),
    st.sampled_from([timedelta(seconds=30), LATEST]),
)


class Publishing(RuleBasedStateMachine):
    """A brand with two accounts, people who change their minds, and a worker on a bad machine."""

    blocking = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = sk.Sandbox(seed=7)
        self.stage = Stage(self.world, Path(self.folder.name), blocking=self.blocking)
        self.loop = asyncio.Runner()
        self.machine = self.stage.machine(acme=list(PLATFORMS))
        self.numbers = itertools.count()
        self.wanted: dict[str, list[str]] = {}

    @initialize()
    def nothing_is_planned(self) -> None:
        """Begin with an empty journal."""
        assert self.stage.states() == []

    # What people do -----------------------------------------------------------------------------------

    @rule(
        platform=st.sampled_from(PLATFORMS),
        parts=st.integers(1, 3),
        asked=st.booleans(),
        hours=st.integers(0, 2),
        patient=st.booleans(),
    )
    def plan(self, platform: str, parts: int, asked: bool, hours: int, patient: bool) -> None:
        number = next(self.numbers)
        texts = [f"text {number} part {part}" for part in range(1, parts + 1)]
        draft = Draft(text=texts[0], thread=[Draft(text=text) for text in texts[1:]])
        publisher = self.publisher(actor="intern", authority=ASK) if asked else self.publisher()
        limit = WEEKS if patient else HOURS
        planned = self.tried(
            lambda: publisher.plan(draft, to=platform, at=self.machine.now() + hours * HOURS, not_after=limit)
        )
        for delivery in planned or ():
            self.wanted[delivery.id] = texts

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.command(data, State.PROPOSED, "approve")

    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        self.command(data, State.PROPOSED, "reject")

    @rule(data=st.data(), state=st.sampled_from([*State]))
    def cancel(self, data: st.DataObject, state: State) -> None:
        self.command(data, state, "cancel")

    @rule(data=st.data(), state=st.sampled_from([*State]))
    def deliver(self, data: st.DataObject, state: State) -> None:
        self.command(data, state, "deliver")

    @rule(data=st.data(), state=st.sampled_from([*State]), hours=st.integers(0, 5))
    def reschedule(self, data: st.DataObject, state: State, hours: int) -> None:
        self.command(data, state, "reschedule", self.machine.now() + hours * HOURS)

    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        """A person looks at the platform, and says what is there."""
        found = self.pick(data, State.NEEDS_DECISION)
        if found is not None:
            self.decide(found)

    @rule(platform=st.sampled_from([*PLATFORMS, None]))
    def freeze(self, platform: str | None) -> None:
        self.tried(lambda: self.publisher().freeze(Scope(platform=platform), reason="recall"))

    @rule(backlog=st.sampled_from(["hold", "reschedule", "cancel"]))
    def thaw(self, backlog: str) -> None:
        for freeze in self.run(lambda: self.publisher().freezes())[-1:]:
            self.tried(partial(self.thawed, freeze, backlog))

    # What machines do ---------------------------------------------------------------------------------

    @rule(end=ends, broken=breaks)
    def run_due(self, end: End | None, broken: Break | None) -> None:
        self.troubled(end, broken)
        self.tried(lambda: self.publisher().run_due())

    @rule(end=ends, broken=breaks)
    def reconcile(self, end: End | None, broken: Break | None) -> None:
        self.troubled(end, broken)
        self.tried(lambda: self.publisher().reconcile())

    @rule(platform=st.sampled_from(PLATFORMS), parts=st.integers(1, 3), end=ends, broken=breaks)
    def send_at_once(self, platform: str, parts: int, end: End | None, broken: Break | None) -> None:
        self.plan(platform=platform, parts=parts, asked=False, hours=0, patient=True)
        self.run_due(end=end, broken=broken)

    @rule(step=st.sampled_from([timedelta(minutes=1), SETTLED, 3 * HOURS]))
    def time_passes(self, step: timedelta) -> None:
        self.world.clock.advance(step)

    @rule(hours=st.sampled_from([-2, -1, 0, 0, 1, 2]))
    def the_clock_is_changed(self, hours: int) -> None:
        self.machine.drift = hours * HOURS

    @rule(platform=st.sampled_from(PLATFORMS), delay=st.sampled_from([timedelta(seconds=30), LATEST]))
    def a_write_is_late_while_the_clock_jumps(self, platform: str, delay: timedelta) -> None:
        late = Break((platform, CALLS[platform][0]), Fault.LATE, 3, 0, delay)
        self.send_at_once(platform=platform, parts=1, end=None, broken=late)
        for hours in (0, 2, -2, 1):
            self.machine.drift = hours * HOURS
            self.reconcile(end=None, broken=None)
            self.run_due(end=None, broken=None)

    @rule(broken=breaks, end=ends)
    def trouble_is_ahead(self, end: End | None, broken: Break | None) -> None:
        self.troubled(end, broken)

    @invariant()
    def the_server_forgets(self) -> None:
        """No key that it was sent keeps a server from doubling a post that is sent again."""
        simulator: Any = self.world.simulator("mastodon")
        simulator._state.idempotency.clear()

    # What must always hold ----------------------------------------------------------------------------

    @invariant()
    def nothing_is_out_twice(self) -> None:
        out = self.out()
        assert len(out) == len(set(out)), sorted(out)

    @invariant()
    def the_journal_tells_the_truth(self) -> None:
        out = set(self.out())
        for delivery in self.stage.journal.deliveries():
            wanted = self.wanted.get(delivery.id)
            if wanted is None:  # it died after it was planned
                wanted = self.wanted[delivery.id] = [part.text for part in (delivery.draft or Draft()).parts]
            there = [text for text in wanted if text in out]
            assert there == wanted[: len(there)], "parts are out in their order"
            if delivery.state is State.CONFIRMED:
                assert there == wanted
            elif delivery.state is State.CANCELLED:
                assert list(wanted[: len(delivery.published)]) == [post.text for post in delivery.published]
            elif delivery.state not in OPEN:
                assert there == [], delivery
            assert [post.text for post in delivery.published] == wanted[: len(delivery.published)]
            assert {post.text for post in delivery.published} <= out

    @invariant()
    def the_history_is_whole(self) -> None:
        assert self.stage.flaws() == []
        last: dict[str, State] = {}
        for event in self.stage.journal.events():
            if event.state is None:
                assert " " in event.delivery
                continue
            before = last.get(event.delivery, event.state)
            assert before is event.state or event.state in TRANSITIONS[before]
            last[event.delivery] = event.state

    def teardown(self) -> None:
        """Let everything go well: then all that nobody stopped must end."""
        try:
            self.in_the_end_everything_has_ended()
        finally:
            self.stage.journal.close()
            self.loop.close()
            self.folder.cleanup()

    def in_the_end_everything_has_ended(self) -> None:
        self.world.forget_faults()
        self.stage.database.broken.clear()
        self.machine.drift = timedelta()
        for freeze in self.run(lambda: self.publisher().freezes()):
            self.run(partial(self.thawed, freeze, "reschedule"))
        for _ in range(16):
            self.world.clock.advance(SETTLED)
            self.run(lambda: self.publisher().reconcile())
            self.run(lambda: self.publisher().run_due())
        for delivery in self.stage.journal.deliveries():
            if delivery.state is State.NEEDS_DECISION:
                raise AssertionError(f"nobody can tell: {delivery.because}")
            waits = delivery.state in {State.PROPOSED, State.HELD, State.MISSED, State.PLANNED}
            stuck = delivery.state is State.INCOMPLETE and delivery.next_look is None
            assert waits or stuck or delivery.state not in ACTIVE, delivery
            if delivery.state is State.PLANNED:
                assert delivery.at > self.world.clock.now(), delivery
        self.nothing_is_out_twice()
        self.the_journal_tells_the_truth()
        self.the_history_is_whole()

    def thawed(self, freeze: Freeze, backlog: str) -> Any:
        return self.publisher().thaw(freeze, backlog=backlog)

    # Below --------------------------------------------------------------------------------------------

    def troubled(self, end: End | None, broken: Break | None) -> None:
        """Have the worker end at one of its next writes, and a platform do what it should not."""
        if end is not None:
            error = JournalError("the disk is full") if end.full else None
            self.stage.database.die(end.write, before=end.before, error=error)
        if broken is not None:
            platform, call = broken.call
            times, after = broken.times, broken.after
            self.world.fail(platform, call, broken.fault, times=times, after=after, delay=broken.delay)

    def publisher(self, **given: Any) -> Any:
        return self.stage.publisher(self.machine.workspace.brand("acme"), **given)

    def run(self, call: Callable[[], Any]) -> Any:
        """Return what an operation gives, in either mode."""

        async def awaited() -> Any:
            return await settle(call())

        return self.loop.run(awaited())

    def tried(self, call: Callable[[], Any]) -> Any:
        """Do something that may be refused, or in the middle of which the process may die."""
        try:
            return self.run(call)
        except (JournalError, FrozenError):
            return None
        except Killed:
            self.stage.restart()
            return None

    def command(self, data: st.DataObject, state: State, name: str, *given: Any) -> None:
        found = self.pick(data, state)
        if found is not None:
            self.tried(lambda: getattr(self.publisher(), name)(found, *given))

    def pick(self, data: st.DataObject, state: State) -> Delivery | None:
        found = [delivery for delivery in self.stage.journal.deliveries() if delivery.state is state]
        return data.draw(st.sampled_from(found)) if found else None

    def decide(self, delivery: Delivery) -> None:
        step = delivery.failed_step or "part 1 post"
        text = self.wanted[delivery.id][int(step.split()[1]) - 1]
        posts = self.world.posts(delivery.account.platform)
        post = next((post.id for post in posts if post.text == text), None)
        self.tried(lambda: self.publisher().resolve(delivery, post=post))

    def out(self) -> list[str]:
        return [text for platform in PLATFORMS for text in self.stage.texts(platform)]


class AsyncPublishing(Publishing):
    """The same, awaited."""

    blocking = False


RUNS = int(os.environ.get("SOCIALKIT_MACHINE_RUNS", "12"))


@pytest.mark.parametrize("kind", [Publishing, AsyncPublishing])
def test_nothing_is_lost_or_doubled_whatever_happens(kind: type[Publishing]) -> None:
    case = kind.TestCase
    case.settings = settings(max_examples=RUNS, stateful_step_count=30, deadline=None)
    case("runTest").debug()
