"""An office whose desk answers for two brands, and whose journal is to let go of some of it."""

from __future__ import annotations

import io
from typing import Any, Final

import socialkit as sk
from socialkit.desk import Sweep
from socialkit.publishing import Journal, LetGo
from socialkit.routing import Stance
from tests.publishing.stage import HOURS
from tests.support import settle

__all__ = ["DAYS", "POLICY", "Office"]

DAYS: Final = 24 * HOURS
POLICY: Final = sk.Retention(
    rules=[
        sk.RetentionRule(kinds=[sk.Kept.MESSAGES], longest=30 * DAYS, because="contract", brands=["acme"]),
        sk.RetentionRule(kinds=[sk.Kept.RAW], longest=10 * DAYS, because="our policy", brands=["acme"]),
    ]
)
TABLES: Final = (
    "deliveries",
    "steps",
    "cases",
    "case_messages",
    "case_events",
    "approvals",
    "freezes",
    "posts",
)
"""All that is not chained."""


class Office:
    """Two brands on a platform, whose desk answers."""

    def __init__(self, world: sk.Sandbox, journal: Journal, platform: str, *, blocking: bool) -> None:
        self.world = world
        self.journal = journal
        self.platform = platform
        self.blocking = blocking
        self.workspace = world.workspace(acme=[platform], other=[platform])
        rules = [sk.RoutingRule(key="secret", any_of=["secret"], department="shop", stance=Stance.PRIVATE)]
        self.router = sk.Router(rules=rules, default=sk.RoutingRule(key="rest", department="shop"))

    def desk(self) -> Any:
        kind: Any = sk.Desk if self.blocking else sk.AsyncDesk
        return kind(self.workspace, self.journal, router=self.router, actor="maria")

    def publisher(self) -> Any:
        kind: Any = sk.Publisher if self.blocking else sk.AsyncPublisher
        return kind(self.workspace, self.journal, actor="maria")

    def receive(self, text: str, author: str, brand: str = "acme", **given: Any) -> str:
        account = self.workspace.brand(brand).account(self.platform)
        return self.world.receive(self.platform, text=text, author=author, account=account, **given)

    async def swept(self) -> list[sk.Case]:
        sweep: Sweep = await settle(self.desk().sweep())
        assert sweep.failed() == {}
        return list(sweep.cases)

    async def let_go(self, **given: Any) -> dict[str, LetGo]:
        call: Any = self.workspace.let_go if self.blocking else self.workspace.let_go_async
        results = await settle(call(self.journal, **{"retention": POLICY, "actor": "maria", **given}))
        assert results.failed() == {}
        return dict(results.succeeded())

    async def forget(self, author: sk.Author | str, **given: Any) -> dict[str, LetGo]:
        call: Any = self.workspace.forget if self.blocking else self.workspace.forget_async
        given = {"platform": self.platform, "journal": self.journal, "actor": "maria", **given}
        results = await settle(call(author, **given))
        assert results.failed() == {}
        return dict(results.succeeded())

    def kept(self) -> str:
        """Return all that lies in the tables, but for the history."""
        with self.journal.database.reading() as session:
            return "\n".join(repr(session.run(f"SELECT * FROM {table} ORDER BY 1, 2")) for table in TABLES)

    def export(self) -> list[str]:
        file = io.StringIO()
        self.journal.export(file)
        return file.getvalue().splitlines()
