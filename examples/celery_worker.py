"""Workers on any number of machines, for teams that run Celery already.

Run from the folder above this one, with the accounts in a file such as `examples/agency.toml`, and a journal
that all workers reach. `examples/README.md` tells how to start Redis.

    export SOCIALKIT_WORKSPACE=agency.toml SOCIALKIT_JOURNAL=sqlite:///journal.db
    export SOCIALKIT_BROKER=redis://localhost:6379/0
    python -m celery --app=examples.celery_worker worker
    python -m celery --app=examples.celery_worker beat

Celery loses jobs when a worker is killed, and may run one twice. Neither does harm: the journal knows what
was sent, and each sweep offers again what is still due.
"""

from __future__ import annotations

import os
from functools import cache

from celery import Celery

import socialkit as sk

EVERY = float(os.environ.get("SOCIALKIT_EVERY", "15"))
"""Seconds between two sweeps. A job that nobody took by then expires, so that none pile up."""

app = Celery("socialkit", broker=os.environ.get("SOCIALKIT_BROKER", "redis://localhost:6379/0"))
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    beat_scheduler="celery.beat:Scheduler",  # without a file: a sweep that is missed is followed by another
    beat_schedule={"sweep": {"task": "socialkit.sweep", "schedule": EVERY, "options": {"expires": EVERY}}},
)


@cache
def workspace() -> sk.Workspace:
    """Return the accounts."""
    return sk.Workspace.load(os.environ["SOCIALKIT_WORKSPACE"])


@cache
def publisher() -> sk.Publisher:
    """Return the publisher of this process; opened after the worker has forked."""
    journal = sk.Journal.open(os.environ["SOCIALKIT_JOURNAL"])
    return sk.Publisher(workspace(), journal, actor="worker")


@app.task(name="socialkit.carry")
def carry(delivery: str) -> None:
    """Take one delivery on: look for what is unknown of it, send what is due."""
    publisher().reconcile(only=delivery)
    publisher().run_due(only=delivery)


@app.task(name="socialkit.sweep")
def sweep() -> None:
    """Offer what is due."""
    for delivery in publisher().due():
        carry.apply_async((delivery.id,), expires=EVERY)
