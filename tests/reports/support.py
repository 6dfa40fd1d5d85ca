"""A brand's month, played in a world, and journals of deliveries that are given outright."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import socialkit as sk
from socialkit.models import AccountRef
from socialkit.publishing import Delivery, DeliveryState, Freeze

START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARCH: Final = sk.Period.month(2026, 3, zone="Europe/Paris")
END: Final = date(2026, 3, 31)
ACME: Final = "acme/mastodon/main"


def objective(key: str, metric: str = "likes", **kpi: Any) -> sk.Objective:
    given: dict[str, Any] = {"target": 40, "baseline": 10, "by": END} | kpi
    return sk.Objective(key=key, goal=f"goal of {key}", kpi=sk.KPI(metric=metric, **given))


def strategy(*objectives: sk.Objective, brand: str = "acme") -> sk.Strategy:
    pillars = [sk.Pillar(key="craft", share=0.6), sk.Pillar(key="team", share=0.4)]
    given = objectives or (objective("liked"), objective("traffic", "clicks"))
    return sk.Strategy(brand=brand, objectives=given, pillars=pillars)


def delivery(post: str | None, *, brand: str | None = "acme", **given: Any) -> Delivery:
    ref = AccountRef(
        platform="mastodon", brand=brand, name=None if brand is None else "main", host="m.example"
    )
    at = given.pop("at", START)
    text = given.pop("text", "Autumn is here")
    out = None if post is None else sk.Post(id=post, account=ref, text=text, published_at=at)
    defaults: dict[str, Any] = {
        "id": f"{brand}-{post}-{given.get('state')}-{at}",
        "account": ref,
        "state": DeliveryState.CONFIRMED,
        "at": at,
        "not_after": at + timedelta(hours=1),
        "draft": sk.Draft(text=text),
        "post": out,
    }
    return Delivery(**defaults | given)


@dataclass
class Given:
    """A journal that holds what it is given."""

    entries: list[Delivery]
    frozen: tuple[Freeze, ...] = ()

    def freezes(self) -> tuple[Freeze, ...]:
        return self.frozen

    def deliveries(self) -> Iterable[Delivery]:
        return iter(self.entries)


def journal(*entries: Delivery, frozen: Iterable[Freeze] = ()) -> sk.Journal:
    return cast("sk.Journal", Given(list(entries), tuple(frozen)))


def observation(metric: str, value: float | None, subject: str = "1", **given: Any) -> sk.Observation:
    defaults: dict[str, Any] = {
        "subject_kind": sk.SubjectKind.POST,
        "brand": "acme",
        "platform": "mastodon",
        "account": ACME,
        "unit": "count",
        "observed_at": START + timedelta(days=1),
        "missing": None if value is not None else sk.Missing.NOT_OFFERED,
        "native": metric,
    }
    return sk.Observation(metric=metric, value=value, subject=subject, **defaults | given)


def report(brand: str = "acme", **given: Any) -> sk.Report:
    given.setdefault("reader", "marketing director")
    return sk.Report(sk.Brand(brand), given.pop("period", MARCH), **given)
