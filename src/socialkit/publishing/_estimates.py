"""What a plan takes of what platforms allow, and when it would be done: computed, no platform is asked."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from socialkit.models import AccountRef, AwareTime, Draft, Model, OpenEnum
from socialkit.platforms.base import Quota

__all__ = ["Conflict", "ConflictKind", "Estimate", "Item", "Need", "estimated", "reach"]

CLOSE: Final = timedelta(hours=1)
"""Posts of an account that are less apart are told."""


class ConflictKind(OpenEnum):
    """In what planned posts are in each other's way."""

    SAME_CONTENT = "same content"
    """An account would say the same twice."""
    SAME_HOUR = "same hour"
    """Less than an hour lies between two posts of an account."""
    OVER_LIMIT = "over a limit"
    """It has to wait for what others take."""
    MISSED = "missed"
    """It has to wait so long that it would not leave by itself any more."""


class Need(Model):
    """What a plan takes of one allowance at least."""

    platform: str
    account: str | None = None
    """The account's key; None where all accounts share the allowance."""
    quota: str
    unit: str
    """What is counted: `requests`, `posts`, `files`, `points`, `credits`."""
    needed: int
    """By all of the plan."""
    most: int
    """What is taken in the busiest stretch that holds some of the plan, by what is in the journal as well."""
    limit: int
    """What the platform allows in a stretch."""
    per: timedelta
    """How long a stretch is."""


class Conflict(Model):
    """Planned posts that are in each other's way.

    Example:
        >>> from socialkit import Journal, Publisher, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = Publisher(world.connect("mastodon"), journal)
        ...     twice = [publisher.plan("Autumn is here", to="mastodon")[0] for _ in range(2)]
        ...     [conflict.kind.value for conflict in publisher.estimate(twice).conflicts]
        ['same content', 'same hour']
    """

    kind: ConflictKind
    account: str
    posts: tuple[str, ...]
    """Keys of slots or ids of deliveries, the earlier one first; at least one is the plan's, unless the plan
    has others wait."""
    because: str
    until: AwareTime | None = None
    """When the last of them would leave, where it has to wait."""


class Estimate(Model):
    """What a plan takes, when it would be done, and what is in the way.

    Example:
        >>> from socialkit import Journal, Publisher, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = Publisher(world.connect("mastodon"), journal)
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        ...     publisher.estimate([delivery]).done_at == delivery.at
        True
    """

    posts: int
    needs: tuple[Need, ...]
    conflicts: tuple[Conflict, ...]
    done_at: AwareTime | None = None
    """When the last of the plan would leave if nothing else spends what the platforms allow; None if there
    is none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One post, of a plan or of what was planned beside it."""

    key: str
    account: AccountRef
    at: datetime
    latest: datetime
    draft: Draft
    quotas: tuple[Quota, ...]


class _Stretch:
    """An allowance that fills up: never more than the limit in any stretch."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self._spent: deque[tuple[datetime, int]] = deque()
        self._sum = 0

    def free_from(self, at: datetime, amount: int) -> datetime:
        """Return from when on an amount fits, behind those before it; one that never fits goes alone."""
        when = max(at, self._spent[-1][0]) if self._spent else at
        self._forget(when)
        left = self._sum
        for time, spent in self._spent:
            if left + amount <= self.quota.limit:
                break
            left, when = left - spent, time + self.quota.per
        return when

    def spend(self, at: datetime, amount: int) -> None:
        self._forget(at)
        self._spent.append((at, amount))
        self._sum += amount

    def _forget(self, now: datetime) -> None:
        while self._spent and self._spent[0][0] + self.quota.per <= now:
            self._sum -= self._spent.popleft()[1]


def estimated(items: Iterable[Item], beside: Iterable[Item] = ()) -> Estimate:
    """Return what the posts of a plan take, sent in their order.

    Args:
        items: The plan's.
        beside: What the journal holds of the same accounts: it takes its part, and is none of the plan.
    """
    own, others = sorted(items, key=_time), sorted(beside, key=_time)
    ordered, mine = sorted([*own, *others], key=_time), {item.key for item in own}
    leaving = _sent(ordered)
    alone = {item.key: when for item, when, _ in _sent(others)}
    late = [
        _waiting(item, when, narrow)
        for item, when, narrow in leaving
        if when > (item.at if item.key in mine else alone[item.key])
    ]
    meeting = [*_same(ordered), *_close(ordered)]
    return Estimate(
        posts=len(own),
        needs=tuple(_needs(ordered, mine)),
        conflicts=(*(one for one in meeting if not mine.isdisjoint(one.posts)), *late),
        done_at=max((when for item, when, _ in leaving if item.key in mine), default=None),
    )


def reach(items: Sequence[Item]) -> tuple[datetime, datetime]:
    """Return between which times other posts of the accounts may be in the way of some."""
    longest = max((quota.per for item in items for quota in item.quotas), default=CLOSE)
    first, last = min(item.at for item in items), max(max(item.at, item.latest) for item in items)
    return first - max(longest, CLOSE), last + CLOSE


def _time(item: Item) -> datetime:
    return item.at


def _place(item: Item, quota: Quota) -> tuple[str, str | None, Quota]:
    return item.account.platform, None if quota.shared else item.account.key, quota


def _sent(items: Sequence[Item]) -> list[tuple[Item, datetime, Quota | None]]:
    """Return when posts would leave, and for what each waits longest."""
    stretches: dict[tuple[str, str | None, Quota], _Stretch] = {}
    leaving: list[tuple[Item, datetime, Quota | None]] = []
    for item in items:
        needs = [
            (stretches.setdefault(_place(item, quota), _Stretch(quota)), need)
            for quota in item.quotas
            if (need := quota.need(item.draft))
        ]
        when, narrow = _first(needs, item.at)
        for stretch, need in needs:
            stretch.spend(when, need)
        leaving.append((item, when, narrow))
    return leaving


def _first(needs: Sequence[tuple[_Stretch, int]], at: datetime) -> tuple[datetime, Quota | None]:
    """Return from when on there is room for all, and what it waits for longest."""
    when, narrow = at, None
    while True:
        before = when
        for stretch, need in needs:
            free = stretch.free_from(when, need)
            if free > when:
                when, narrow = free, stretch.quota
        if when == before:
            return when, narrow


def _waiting(item: Item, until: datetime, quota: Quota | None) -> Conflict:
    kind = ConflictKind.MISSED if until > item.latest else ConflictKind.OVER_LIMIT
    assert quota is not None, "nothing else is waited for"
    why = f"the platform allows {quota.limit:,} {quota.unit} in {quota.per} ({quota.name})"
    return Conflict(kind=kind, account=item.account.key, posts=(item.key,), because=why, until=until)


def _needs(items: Sequence[Item], mine: Container[str]) -> Iterator[Need]:
    taken: dict[tuple[str, str | None, Quota], list[_Taken]] = defaultdict(list)
    for item in items:
        for quota in item.quotas:
            if need := quota.need(item.draft):
                taken[_place(item, quota)].append(_Taken(item.at, need, item.key in mine))
    for (platform, account, quota), needs in taken.items():
        if any(one.own for one in needs):
            yield Need(
                platform=platform,
                account=account,
                quota=quota.name,
                unit=quota.unit,
                needed=sum(one.need for one in needs if one.own),
                most=_busiest(needs, quota.per),
                limit=quota.limit,
                per=quota.per,
            )


class _Taken(NamedTuple):
    """What one post takes of an allowance."""

    at: datetime
    need: int
    own: bool
    """Whether it is the plan's."""


def _busiest(needs: Sequence[_Taken], per: timedelta) -> int:
    """Return what is taken in the busiest stretch that holds some of the plan."""
    most, sum_, own, start = 0, 0, 0, 0
    for one in needs:
        sum_, own = sum_ + one.need, own + one.own
        while needs[start].at + per <= one.at:
            sum_, own = sum_ - needs[start].need, own - needs[start].own
            start += 1
        most = max(most, sum_) if own else most
    return most


def _content(draft: Draft) -> tuple[object, ...]:
    return tuple(
        (" ".join(part.text.split()), tuple(media.url or media.sha256() for media in part.media))
        for part in draft.parts
    )


def _same(items: Sequence[Item]) -> Iterator[Conflict]:
    known: dict[tuple[object, ...], Item] = {}
    for item in items:
        first = known.setdefault((item.account.key, _content(item.draft)), item)
        if first is not item:
            yield Conflict(
                kind=ConflictKind.SAME_CONTENT,
                account=item.account.key,
                posts=(first.key, item.key),
                because="they say the same, with the same files",
            )


def _close(items: Sequence[Item]) -> Iterator[Conflict]:
    by_account: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_account[item.account.key].append(item)
    for key, theirs in by_account.items():
        for one, two in pairwise(theirs):
            if two.at - one.at < CLOSE:
                yield Conflict(
                    kind=ConflictKind.SAME_HOUR,
                    account=key,
                    posts=(one.key, two.key),
                    because=f"only {two.at - one.at} lies between them",
                )
