"""A table of 100,000 observations: labelled and added up in plain Python, and in polars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from benchmarks.figures import Figure
from benchmarks.timing import race
from socialkit.metrics import Table
from socialkit.models import Missing, Observation, Purpose, SubjectKind

__all__ = ["ACCOUNT", "NOON", "PILLARS", "ROWS", "measure", "observations"]

ROWS: Final = 100_000
METRICS: Final = ("likes", "replies", "shares", "quotes", "impressions")
ACCOUNT: Final = "acme/mastodon/main"
NOON: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
PILLARS: Final = ("craft", "team", "shop", None)


def measure() -> list[Figure]:
    """Return the processor time of both."""
    plain = Table(observations())
    polars = plain.on("polars")
    purposes = {(ACCOUNT, str(post)): Purpose(pillar=PILLARS[post % 4]) for post in range(ROWS // 5)}
    labels = race(
        {"plain": lambda: plain.label(purposes), "polars": lambda: polars.label(purposes)}, rounds=5, calls=1
    )
    plain, polars = plain.label(purposes), polars.label(purposes)
    sums = race(
        {
            "plain": lambda: plain.total("engagement", by=["pillar"]),
            "polars": lambda: polars.total("engagement", by=["pillar"]),
        },
        rounds=5,
        calls=1,
    )
    latest = race({"plain": plain.latest, "polars": polars.latest}, rounds=5, calls=1)
    return [
        Figure(f"{what} {ROWS:,} observations, {where}", course.seconds(where) * 1e3, "ms")
        for what, course in (("label", labels), ("engagement by pillar of", sums), ("newest of", latest))
        for where in ("plain", "polars")
    ]


def observations() -> list[Observation]:
    return [
        Observation(
            metric=metric,
            subject_kind=SubjectKind.POST,
            subject=str(post),
            brand="acme",
            platform="mastodon",
            account=ACCOUNT,
            value=None if metric == "impressions" else float(post % 97),
            missing=Missing.NOT_OFFERED if metric == "impressions" else None,
            unit="count",
            observed_at=NOON,
            native=metric,
        )
        for post in range(ROWS // len(METRICS))
        for metric in METRICS
    ]
