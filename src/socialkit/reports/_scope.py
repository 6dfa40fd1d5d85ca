"""What a report may look at: one brand, one period, and whatever it was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from socialkit.campaign import Campaign, CostLedger
from socialkit.desk import Case
from socialkit.metrics import Table
from socialkit.metrics._table import lines_of, picked
from socialkit.models import Period, SubjectKind
from socialkit.publishing import Delivery, Freeze
from socialkit.reports._costs import own_costs
from socialkit.reports._owned import PUBLISH, Key, Owned, out_at, owned
from socialkit.strategy import Strategy

__all__ = ["Inputs", "Scope", "scoped"]

POST, ORDER = SubjectKind.POST.value, SubjectKind.ORDER.value


@dataclass(frozen=True)
class Inputs:
    """What a report was given, of any brand and time; None was not given."""

    now: datetime | None
    strategy: Strategy | None
    campaigns: tuple[Campaign, ...]
    deliveries: tuple[Delivery, ...] | None
    freezes: tuple[Freeze, ...]
    table: Table | None
    ledger: CostLedger | None
    cases: tuple[Case, ...] | None


@dataclass(frozen=True)
class Scope:
    """Inputs of which another brand's parts, and other periods', are left out; None was not given."""

    brand: str
    zone: str
    """The brand's time zone."""
    period: Period
    now: datetime | None
    """The time to go by; None where nothing tells one."""
    strategy: Strategy | None
    campaigns: tuple[Campaign, ...]
    deliveries: tuple[Delivery, ...] | None
    """Planned for the period, in the order of their times."""
    freezes: tuple[Freeze, ...]
    """Begun in the period."""
    posts: Mapping[Key, Owned] | None
    """Published, and out in the period; parts of threads too."""
    readings: Table | None
    """All readings, of the brand and the period, labelled."""
    costs: CostLedger | None
    """The brand's costs of all times."""
    cases: tuple[Case, ...] | None
    """Opened in the period, in that order."""

    unknown: int
    """How many posts have values and are none that the journal knows to be out."""
    nobodys: int
    """How many rows of the table say no brand: they may be anybody's."""
    unowned: int
    """How many costs of the period say no brand, and no campaign that is this brand's alone."""

    @cached_property
    def table(self) -> Table | None:
        """The newest of the readings."""
        return None if self.readings is None else self.readings.latest()

    @cached_property
    def ledger(self) -> CostLedger | None:
        """The costs of the period."""
        if self.costs is None:
            return None
        return CostLedger(entries=[one for one in self.costs.entries if _spent_in(self.period, one.day)])

    @property
    def first_parts(self) -> tuple[Owned, ...]:
        """The posts, each thread once."""
        posts = () if self.posts is None else self.posts.values()
        seen: dict[str, Owned] = {}
        for one in posts:
            main = one.delivery.post
            if one.delivery.id not in seen or (main is not None and main.id == one.post.id):
                seen[one.delivery.id] = one
        return tuple(seen.values())


def scoped(brand: str, zone: str, period: Period, given: Inputs) -> Scope:
    """Return what belongs to a brand and a period."""
    own = None if given.deliveries is None else [one for one in given.deliveries if _of(brand, one)]
    known = None if own is None else owned(own, brand)
    posts = None if known is None else {key: one for key, one in known.items() if _counts(one, period)}
    rows = None if given.table is None else given.table.where("brand", brand)
    inbox = None if given.cases is None else [one for one in given.cases if _of(brand, one)]
    costs, unowned = own_costs(given.ledger, brand, given.deliveries or (), given.table, given.campaigns)
    return Scope(
        brand=brand,
        zone=zone,
        period=period,
        now=_newest(rows, own or (), inbox or (), period) if given.now is None else given.now,
        strategy=given.strategy,
        campaigns=given.campaigns,
        deliveries=None if own is None else _planned(own, period),
        freezes=tuple(one for one in given.freezes if one.scope.brand == brand and period.contains(one.at)),
        posts=posts,
        readings=None if rows is None else _labelled(_of_period(rows, period, posts), posts),
        costs=costs,
        cases=None if inbox is None else _opened(inbox, period),
        unknown=0 if known is None or rows is None else len(_posts_in(rows) - known.keys()),
        nobodys=0 if given.table is None else len(given.table.where("brand", None)),
        unowned=sum(_spent_in(period, one.day) for one in unowned),
    )


def _of(brand: str, one: Delivery | Case) -> bool:
    return one.account.brand == brand


def _posts_in(rows: Table) -> set[Key]:
    posts = rows.where("subject_kind", POST)
    return {(account or "", subject) for account, subject in lines_of(posts, "account", "subject")}


def _counts(one: Owned, period: Period) -> bool:
    return one.delivery.kind == PUBLISH and period.contains(out_at(one.delivery))


def _planned(own: Iterable[Delivery], period: Period) -> tuple[Delivery, ...]:
    inside = (one for one in own if period.contains(out_at(one)))
    return tuple(sorted(inside, key=lambda one: (out_at(one), one.account.key, one.kind, _words(one))))


def _words(one: Delivery) -> str:
    return "" if one.draft is None else one.draft.text


def _opened(inbox: Iterable[Case], period: Period) -> tuple[Case, ...]:
    inside = (one for one in inbox if period.contains(one.opened_at))
    return tuple(sorted(inside, key=lambda one: (one.opened_at, one.account.key, one.message.text)))


def _spent_in(period: Period, day: date) -> bool:
    return period.first <= day <= period.last


def _labelled(rows: Table, posts: Mapping[Key, Owned] | None) -> Table:
    return rows if posts is None else rows.label({key: one.purpose for key, one in posts.items()})


def _orders_in(rows: Table, first: datetime, last: datetime) -> set[tuple[str, str]]:
    of_orders = rows.where("subject_kind", ORDER).where("metric", "orders", "revenue")
    return {
        (platform, subject)
        for platform, subject, start in lines_of(of_orders, "platform", "subject", "start")
        if start is not None and first <= start < last
    }


def _of_period(rows: Table, period: Period, posts: Mapping[Key, Owned] | None) -> Table:
    first, last = period.start, period.end
    orders = _orders_in(rows, first, last)

    def inside(
        kind: str,
        platform: str,
        account: str | None,
        subject: str,
        start: datetime | None,
        end: datetime | None,
        read: datetime,
    ) -> bool:
        if kind == ORDER:
            return (platform, subject) in orders  # with visits from before it
        if start is not None and end is not None:
            return first <= start and end <= last
        if kind == POST and posts is not None:
            return (account or "", subject) in posts  # as last read, whenever that was
        return first <= read < last

    names = ("subject_kind", "platform", "account", "subject", "start", "end", "observed_at")
    return picked(rows, (inside(*line) for line in lines_of(rows, *names)))


def _newest(
    rows: Table | None, own: Iterable[Delivery], inbox: Iterable[Case], period: Period
) -> datetime | None:
    found = [] if rows is None else [when for (when,) in lines_of(rows, "observed_at")]
    found += [one.post.published_at for one in own if one.post and one.post.published_at]
    found += [when for one in inbox for when in (one.opened_at, one.answered_at) if when]
    return min(max(found), period.end) if found else None
