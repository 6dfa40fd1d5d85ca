"""A desk in either mode, over a journal that can break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.routing import CaseSeverity, Stance
from tests.publishing.stage import Machine, Stage

ACME = ("mastodon",)


def rules() -> sk.Router:
    """Five rules, the gravest first, and a default that promises an answer."""
    return sk.Router(
        rules=[
            sk.RoutingRule(
                key="crisis",
                any_of=["poisoned"],
                department="direction",
                severity=CaseSeverity.CRITICAL,
                escalate=True,
                freeze=True,
            ),
            sk.RoutingRule(
                key="complaint",
                any_of=["broken", "never arrived"],
                department="customer service",
                stance=Stance.PRIVATE,
                first_response=timedelta(hours=2),
            ),
            sk.RoutingRule(
                key="prices", any_of=["price", "how much"], department="sales", suggested_reply="From 90 €."
            ),
            sk.RoutingRule(key="press", any_of=["journalist"], department="press"),
        ],
        default=sk.RoutingRule(
            key="common",
            department="manager",
            first_response=timedelta(hours=8),
            suggested_reply="Thank you!",
        ),
    )


class Office:
    """Desks of one mode on one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.world = stage.world

    def desk(self, machine: Machine | None = None, brand: str | None = None, **given: Any) -> Any:
        """Return a desk of the test's mode, on a machine of its own if none is given."""
        workspace = (machine or self.stage.machine()).workspace
        accounts = workspace if brand is None else workspace.brand(brand)
        kind: Any = sk.Desk if self.stage.blocking else sk.AsyncDesk
        return kind(accounts, self.stage.journal, **{"router": rules(), "actor": "maria", **given})

    def answers(self, platform: str = "mastodon") -> list[str]:
        """Return what the account has said, by the simulator's own count."""
        return [post.text for post in self.world.posts(platform)]


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def office(request: pytest.FixtureRequest, socialkit_world: sk.Sandbox, tmp_path: Path) -> Iterator[Office]:
    stage = Stage(socialkit_world, tmp_path, blocking=bool(request.param))
    yield Office(stage)
    stage.journal.close()
