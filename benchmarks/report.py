"""A report and a trace over 100,000 observations of 20,000 posts that a journal knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, cast

from benchmarks.figures import Figure
from benchmarks.metrics import ACCOUNT, NOON, PILLARS, ROWS, observations
from benchmarks.timing import race
from socialkit.metrics import Table
from socialkit.models import AccountRef, Period, Purpose
from socialkit.models import Post as PublishedPost
from socialkit.publishing import Delivery, DeliveryState, Freeze, Journal
from socialkit.reports import Report, Trace
from socialkit.strategy import KPI, Objective, Pillar, Strategy
from socialkit.workspace import Brand

__all__ = ["measure"]

POSTS: Final = ROWS // 5
AUTUMN: Final = Period.quarter(2026, 4, zone="UTC")
KPI_OF: Final = KPI(metric="likes", target=1_000_000, baseline=0, by=date(2026, 12, 31))
STRATEGY: Final = Strategy(
    brand="acme",
    objectives=[Objective(key="liked", goal="be liked", kpi=KPI_OF)],
    pillars=[Pillar(key=one) for one in PILLARS if one is not None],
)


class _Kept:
    """A journal that has its deliveries at hand: reading them from a database is measured elsewhere."""

    def __init__(self) -> None:
        self._all = [_delivery(number) for number in range(POSTS)]

    def deliveries(self) -> Iterator[Delivery]:
        return iter(self._all)

    def freezes(self) -> tuple[Freeze, ...]:
        return ()


def _delivery(number: int) -> Delivery:
    brand, platform, name = ACCOUNT.split("/")
    account, at = AccountRef(platform=platform, brand=brand, name=name), NOON + timedelta(minutes=number)
    return Delivery(
        id=f"{number:032x}",
        account=account,
        state=DeliveryState.CONFIRMED,
        at=at,
        not_after=at,
        purpose=Purpose(objective="liked", pillar=PILLARS[number % 4]),
        post=PublishedPost(id=str(number), account=account, text=f"Post {number}", published_at=at),
    )


def measure() -> list[Figure]:
    """Return the processor time of each."""
    table, journal = Table(observations()), cast("Journal", _Kept())
    trace = Trace(STRATEGY, journal, table)
    brand = Brand("acme")
    course = race(
        {
            "report": lambda: str(
                Report(
                    brand,
                    AUTUMN,
                    reader="general management",
                    table=table,
                    strategy=STRATEGY,
                    journal=journal,
                )
            ),
            "trace": lambda: Trace(STRATEGY, journal, table),
            "down": lambda: trace.observations_of("liked"),
            "orphans": trace.orphans,
        },
        rounds=3,
        calls=1,
    )
    names = {
        "report": f"report over {ROWS:,} observations of {POSTS:,} posts",
        "trace": f"trace of {ROWS:,} observations",
        "down": f"from an objective down to {ROWS:,} observations",
        "orphans": f"orphans among {ROWS:,} observations",
    }
    return [Figure(name, course.seconds(key), "s") for key, name in names.items()]
