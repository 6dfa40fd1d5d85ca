"""The examples for engines: what they register, and that their jobs send."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import socialkit as sk
from socialkit.sandbox import Clock, MastodonSimulator, serve
from tests.support import ROOT

TOKEN = "SOCIALKIT_MASTODON_TOKEN"


@pytest.fixture
def simulator() -> MastodonSimulator:
    return MastodonSimulator(Clock(), random.Random(7))


@pytest.fixture
def file(simulator: MastodonSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a file with one account, on a simulator that listens."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    monkeypatch.setenv(TOKEN, simulator.connection("main")["access_token"])
    monkeypatch.setenv("SOCIALKIT_WORKSPACE", str(tmp_path / "agency.toml"))
    monkeypatch.setenv("SOCIALKIT_JOURNAL", f"sqlite:///{tmp_path / 'journal.db'}")
    monkeypatch.setenv("SOCIALKIT_BROKER", "memory://")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost:1/nothing")
    with serve({"mastodon": simulator}) as server:
        (tmp_path / "agency.toml").write_text(
            '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
            f'base_url = "{server.url("mastodon")}"\naccess_token = "env:{TOKEN}"\n',
            "utf-8",
        )
        yield tmp_path / "agency.toml"


def imported(name: str) -> Any:
    sys.modules.pop(f"examples.{name}", None)
    return importlib.import_module(f"examples.{name}")


def test_a_sweep_of_celery_has_everything_sent_once(file: Path, simulator: MastodonSimulator) -> None:
    celery = imported("celery_worker")
    celery.app.conf.task_always_eager = True
    publisher: sk.Publisher = celery.publisher()
    for text in ("first", "second"):
        publisher.plan(text, to="acme/mastodon/main")
    celery.sweep()
    celery.sweep()

    states = [one.state for one in publisher.deliveries()]
    cast("Any", publisher)._inside.journal.close()
    celery.workspace().close()  # or its connections stay shared with every later client

    assert [post.text for post in simulator.posts("main")] == ["first", "second"]
    assert states == [sk.DeliveryState.CONFIRMED] * 2


def test_the_sweep_of_celery_is_one_that_it_knows(file: Path) -> None:
    celery = imported("celery_worker")
    (entry,) = celery.app.conf.beat_schedule.values()

    assert entry["task"] in celery.app.tasks


def test_the_application_of_procrastinate_has_the_tasks(file: Path) -> None:
    module = imported("procrastinate_worker")
    module.journal.close()
    tasks: dict[str, object] = module.app.tasks

    assert {name for name in tasks if name.startswith("socialkit")} == {"socialkit:carry", "socialkit:sweep"}
