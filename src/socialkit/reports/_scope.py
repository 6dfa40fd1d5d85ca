"""What a report may look at: one brand, one period, and whatever it was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from socialkit.campaign import CostLedger
from socialkit.desk import Case
from socialkit.metrics import Row, Table
from socialkit.models import Period, SubjectKind
from socialkit.publishing import Delivery
from socialkit.reports._owned import PUBLISH, Key, Owned, out_at, owned
from socialkit.strategy import Strategy

__all__ = ["Scope", "scoped"]


@dataclass(frozen=True)
class Scope:
    """Inputs of which another brand's parts, and other periods', are left out; None was not given."""

    brand: str
    period: Period
    now: datetime | None
    """The time to go by; None where nothing tells one."""
    strategy: Strategy | None
    deliveries: tuple[Delivery, ...] | None
    """Planned for the period, in the order of their times."""
    posts: Mapping[Key, Owned] | None
    """Published, and out in the period; parts of threads too."""
    everything: Table | None
    """As it was given."""
    rows: tuple[Row, ...]
    """Of the brand and the period."""
    ledger: CostLedger | None
    cases: tuple[Case, ...] | None
    """Opened in the period, in that order."""

    unknown: int
    """How many posts have values and are none that the journal knows to be out."""

    @cached_property
    def table(self) -> Table | None:
        """The newest of the rows, labelled."""
        if self.everything is None:
            return None
        table = Table(self.rows, definitions=self.everything.definitions.values()).latest()
        if self.posts is None:
            return table
        return table.label({key: one.purpose for key, one in self.posts.items()})

    @property
    def nobodys(self) -> int:
        """How many rows say no brand: they may be anybody's."""
        return 0 if self.everything is None else len(self.everything.where("brand", None))

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


def scoped(
    brand: str,
    period: Period,
    *,
    now: datetime | None,
    strategy: Strategy | None,
    deliveries: Iterable[Delivery] | None,
    table: Table | None,
    ledger: CostLedger | None,
    cases: Iterable[Case] | None,
) -> Scope:
    """Return what belongs to a brand and a period."""
    own = None if deliveries is None else [one for one in deliveries if one.account.brand == brand]
    known = None if own is None else owned(own, brand)
    posts = None if known is None else {key: one for key, one in known.items() if _counts(one, period)}
    rows = () if table is None else table.where("brand", brand).rows()
    inbox = None if cases is None else [one for one in cases if one.account.brand == brand]
    return Scope(
        brand=brand,
        period=period,
        now=_newest(rows, own or (), inbox or (), period) if now is None else now,
        strategy=strategy,
        deliveries=None if own is None else _planned(own, period),
        posts=posts,
        everything=table,
        rows=_of_period(rows, period, posts),
        ledger=_of_brand(ledger, brand, period),
        cases=None if inbox is None else _opened(inbox, period),
        unknown=0 if known is None else len(_posts_in(rows) - known.keys()),
    )


def _posts_in(rows: Iterable[Row]) -> set[Key]:
    return {(row.account or "", row.subject) for row in rows if row.subject_kind is SubjectKind.POST}


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


def _of_brand(ledger: CostLedger | None, brand: str, period: Period) -> CostLedger | None:
    if ledger is None:
        return None
    inside = (one for one in ledger.entries if period.first <= one.day <= period.last)
    entries = [one for one in inside if one.account is None or one.account.split("/")[0] == brand]
    return CostLedger(entries=entries)


def _of_period(rows: Iterable[Row], period: Period, posts: Mapping[Key, Owned] | None) -> tuple[Row, ...]:
    orders = {
        (row.platform, row.subject)
        for row in rows
        if row.subject_kind is SubjectKind.ORDER and row.metric in {"orders", "revenue"}
        if row.start is not None and period.contains(row.start)
    }
    return tuple(row for row in rows if _inside(row, period, posts, orders))


def _inside(
    row: Row, period: Period, posts: Mapping[Key, Owned] | None, orders: set[tuple[str, str]]
) -> bool:
    if row.subject_kind is SubjectKind.ORDER:
        return (row.platform, row.subject) in orders  # with visits from before it
    if row.start is not None and row.end is not None:
        return period.start <= row.start and row.end <= period.end
    if row.subject_kind is SubjectKind.POST and posts is not None:
        return (row.account or "", row.subject) in posts  # as last read, whenever that was
    return period.contains(row.observed_at)


def _newest(
    rows: Iterable[Row], own: Iterable[Delivery], inbox: Iterable[Case], period: Period
) -> datetime | None:
    found = [row.observed_at for row in rows]
    found += [one.post.published_at for one in own if one.post and one.post.published_at]
    found += [when for one in inbox for when in (one.opened_at, one.answered_at) if when]
    return min(max(found), period.end) if found else None
