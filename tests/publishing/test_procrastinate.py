"""Deliveries as jobs of an engine that loses, doubles and delays them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from procrastinate import App
from procrastinate.testing import InMemoryConnector

import socialkit as sk
from socialkit.publishing.procrastinate import blueprint

State = sk.DeliveryState
ACCOUNT = "acme/mastodon/main"


@pytest.fixture
def world() -> Iterator[sk.Sandbox]:
    with sk.Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def publisher(world: sk.Sandbox) -> Iterator[sk.AsyncPublisher]:
    with sk.Journal.open("sqlite://") as journal:
        yield sk.AsyncPublisher(world.workspace(acme=["mastodon"]), journal)


@pytest.fixture
def engine() -> InMemoryConnector:
    return InMemoryConnector()


@pytest.fixture
async def app(publisher: sk.AsyncPublisher, engine: InMemoryConnector) -> App:
    app = App(connector=engine)
    app.add_tasks_from(blueprint(publisher), namespace="socialkit")
    registered(app).clear()  # sweeps come when a test says so
    return app


def task(app: App, name: str) -> Any:
    return cast("Any", app).tasks[f"socialkit:{name}"]


def registered(app: App) -> dict[Any, Any]:
    """Return the tasks that the engine's clock starts."""
    found: dict[Any, Any] = cast("Any", app).periodic_registry.periodic_tasks
    return found


async def sweep(app: App) -> None:
    """Offer what is due, and work until no job is left."""
    await task(app, "sweep").defer_async(timestamp=0)
    await work(app)


async def work(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            wait=False, queues=["socialkit"], install_signal_handlers=False, listen_notify=False
        )


def carried(engine: InMemoryConnector) -> list[tuple[object, str]]:
    """Return the deliveries that there are or were jobs for, and how these stand."""
    return [
        (job["args"]["delivery"], job["status"])
        for job in engine.jobs.values()
        if job["task_name"] == "socialkit:carry"
    ]


def texts(world: sk.Sandbox) -> list[str]:
    return [post.text for post in world.posts("mastodon")]


async def states(publisher: sk.AsyncPublisher) -> list[State]:
    return [one.state async for one in publisher.deliveries()]


async def test_a_sweep_has_what_is_due_sent_and_leaves_the_rest(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App
) -> None:
    await publisher.plan("now", to=ACCOUNT)
    await publisher.plan("later", to=ACCOUNT, at=world.clock.now() + timedelta(hours=1))
    await sweep(app)

    assert texts(world) == ["now"]
    assert await states(publisher) == [State.CONFIRMED, State.PLANNED]


async def test_an_unknown_outcome_is_found_by_a_later_sweep(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App
) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_BEFORE_COMMIT)
    await publisher.plan("once", to=ACCOUNT)
    for _ in range(5):
        await sweep(app)
        world.clock.advance(timedelta(minutes=1))

    assert texts(world) == ["once"]
    assert await states(publisher) == [State.CONFIRMED]


async def test_two_sweeps_in_a_row_offer_a_delivery_once(
    publisher: sk.AsyncPublisher, app: App, engine: InMemoryConnector
) -> None:
    (delivery,) = await publisher.plan("once", to=ACCOUNT)
    async with app.open_async():
        await task(app, "sweep")(timestamp=0)
        await task(app, "sweep")(timestamp=15)

    assert carried(engine) == [(delivery.id, "todo")]


async def test_a_job_that_the_engine_lost_is_offered_again(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App, engine: InMemoryConnector
) -> None:
    await publisher.plan("lost by the engine", to=ACCOUNT)
    async with app.open_async():
        await task(app, "sweep")(timestamp=0)
    engine.jobs.clear()
    await sweep(app)

    assert texts(world) == ["lost by the engine"]


async def test_a_job_whose_worker_died_does_not_keep_its_delivery_back(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App, engine: InMemoryConnector
) -> None:
    await publisher.plan("left behind", to=ACCOUNT)
    async with app.open_async():
        await task(app, "sweep")(timestamp=0)
    for job in engine.jobs.values():
        job["status"] = "doing"
    await sweep(app)

    assert texts(world) == ["left behind"]


async def test_a_job_that_runs_twice_sends_once(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App, engine: InMemoryConnector
) -> None:
    (delivery,) = await publisher.plan("once", to=ACCOUNT)
    for _ in range(3):
        await task(app, "carry").defer_async(delivery=delivery.id)
    await work(app)

    assert texts(world) == ["once"]
    assert [status for _, status in carried(engine)] == ["succeeded"] * 3


async def test_a_job_that_comes_after_its_delivery_was_put_off_sends_nothing(
    world: sk.Sandbox, publisher: sk.AsyncPublisher, app: App
) -> None:
    (delivery,) = await publisher.plan("not yet", to=ACCOUNT)
    async with app.open_async():
        await task(app, "sweep")(timestamp=0)
    await publisher.reschedule(delivery, world.clock.now() + timedelta(hours=1))
    await work(app)

    assert texts(world) == []
    assert await states(publisher) == [State.PLANNED]


def test_a_sweep_is_due_every_fifteen_seconds(publisher: sk.AsyncPublisher) -> None:
    app = App(connector=InMemoryConnector())
    app.add_tasks_from(blueprint(publisher), namespace="socialkit")
    (periodic,) = registered(app).values()

    assert periodic.task.name == "socialkit:sweep"
    assert periodic.croniter.get_next(float, start_time=100.0) == 105.0


def test_without_the_engine_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['procrastinate'] = None\n"
        "import socialkit.publishing\n"
        "try:\n    import socialkit.publishing.procrastinate\n"
        "except socialkit.errors.ConfigurationError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'socialkit[procrastinate]'" in done.stdout, done.stderr
