"""A run with faults and kills ends in the same report as one in which all went well."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.publishing import DeliveryState
from tests.publishing.stage import Killed, Stage
from tests.reports.support import MARCH, objective, strategy

PLATFORMS: Final = ("mastodon", "bluesky")
POSTS: Final = (("craft", "liked"), ("team", "liked"), ("craft", None))
ROUNDS: Final = 12
FAULTS: Final = [one for one in sk.Fault if one is not sk.Fault.SLOW]

Trouble = tuple[str, sk.Fault, int]
Kill = tuple[int, int, bool]
"""In which round the process dies, at which of its writes, before or after the disk has it."""


def played(folder: Path, troubles: Sequence[Trouble] = (), kills: Sequence[Kill] = ()) -> str:
    """Return the report of a month in which something went wrong."""
    with sk.Sandbox(seed=5) as world:
        stage = Stage(world, folder, blocking=True)
        publisher = stage.acme(*PLATFORMS)
        start = world.clock.now()
        for number, (pillar, key) in enumerate(POSTS):
            draft = sk.Draft(
                text=f"About {pillar}, {number}", purpose=sk.Purpose(pillar=pillar, objective=key)
            )
            when = start + timedelta(minutes=number)
            publisher.plan(draft, to=list(PLATFORMS), at=when, not_after=timedelta(days=2))
        for platform, fault, after in troubles:
            world.fail(platform, "publish", fault, after=after)
        for number in range(ROUNDS):
            stage.pass_time()
            for _, write, before in (kill for kill in kills if kill[0] == number):
                stage.database.die(write, before=before)
            with suppress(Killed):
                publisher.run_due()
                publisher.reconcile()
            stage.restart()
            publisher = stage.acme(*PLATFORMS)
        return reported(stage, world)


def reported(stage: Stage, world: sk.Sandbox) -> str:
    deliveries = list(stage.journal.deliveries())
    assert {one.state for one in deliveries} == {DeliveryState.CONFIRMED}
    for one in deliveries:
        assert one.post is not None
        for fan in range(len(one.post.text) % 5):
            world.receive(one.account.platform, kind="like", reply_to=one.post.id, author=f"fan{fan}")
    workspace = stage.machine(acme=list(PLATFORMS)).workspace
    table = sk.metrics.Table(sk.collect.observations(workspace, stage.journal).observations)
    aims = strategy(objective("liked", "engagement"))
    brand = workspace.brand("acme")
    report = sk.Report(
        brand, MARCH, reader="marketing director", table=table, strategy=aims, journal=stage.journal
    )
    stage.journal.close()
    return str(report) + report._repr_html_()


troubles = st.lists(
    st.tuples(st.sampled_from(PLATFORMS), st.sampled_from(FAULTS), st.integers(0, 2)), max_size=3
)
kills = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12), st.booleans()), max_size=3)


@settings(max_examples=12, deadline=None)
@given(troubles, kills)
def test_faults_and_kills_change_nothing_in_the_report(wrong: list[Trouble], dead: list[Kill]) -> None:
    with tempfile.TemporaryDirectory() as calm, tempfile.TemporaryDirectory() as rough:
        assert played(Path(rough), wrong, dead) == played(Path(calm))
