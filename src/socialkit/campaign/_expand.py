"""From a campaign, a mix and accounts to slots: without chance and without a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from socialkit.campaign._agreed import HOUR, Agreed, Allotment, week_of
from socialkit.campaign._sharing import counts, exact, in_turn
from socialkit.errors import ConfigurationError, WrongAccountError
from socialkit.models import AccountRef, Slot, WallTime
from socialkit.strategy import Mix, MixPart

__all__ = ["expanded"]


def expanded(
    campaign: Agreed, mix: Mix, accounts: Sequence[AccountRef], zone: str
) -> tuple[list[Allotment], list[Slot]]:
    """Return what each account is to get, and the empty slots of all."""
    moments = campaign.moments(zone)
    allotments = _allotments(campaign, mix, accounts, len(moments))
    taken = [
        (allotment.account, at)
        for number, allotment in enumerate(allotments)
        for at in _chosen(moments, allotment, campaign, Fraction(2 * number + 1, 2 * len(allotments)))
    ]
    # By account first, so that no account gets one pillar alone where accounts and pillars take turns.
    pillars = _pillars(campaign, len(taken))
    slots = [
        Slot(
            account=account,
            at=at,
            key=f"{campaign.key} {account.key} {at}",
            purpose=campaign.purpose(pillar),
        )
        for (account, at), pillar in zip(taken, pillars, strict=True)
    ]
    slots.sort(key=lambda slot: slot.instant())
    return allotments, slots


def _allotments(campaign: Agreed, mix: Mix, accounts: Sequence[AccountRef], moments: int) -> list[Allotment]:
    chosen = list(_weighed(campaign, mix, accounts))
    posts = counts([weight for _, weight, _ in chosen], moments if campaign.posts is None else campaign.posts)
    return [
        Allotment(account=account, posts=number, most_per_week=part.most_per_week)
        for (account, _, part), number in zip(chosen, posts, strict=True)
    ]


def _weighed(
    campaign: Agreed, mix: Mix, accounts: Sequence[AccountRef]
) -> Iterator[tuple[AccountRef, Fraction, MixPart]]:
    brand = campaign.strategy.brand
    for account in accounts:
        if account.brand not in {None, brand}:
            message = f"{account.key} is not an account of {brand}, whose strategy this is"
            raise WrongAccountError(message)
    for part in mix.parts:
        meant = [one for one in accounts if part.target in {one.platform, one.key}]
        if not meant:
            message = f"the mix names {part.target!r}, and none of the accounts is meant by it"
            raise ConfigurationError(message)
        for account in meant:
            yield account, exact(part.share) / len(meant), part


def _pillars(campaign: Agreed, number: int) -> list[str | None]:
    pillars = [(one.key, exact(one.share)) for one in campaign.strategy.pillars if one.share is not None]
    if not pillars:
        return [None] * number
    return [pillars[place][0] for place in in_turn(counts([share for _, share in pillars], number))]


def _chosen(
    moments: Sequence[WallTime], allotment: Allotment, campaign: Agreed, phase: Fraction
) -> list[WallTime]:
    """Return the times of an account: the free ones that are nearest to an even spread."""
    taken = _spread(_Taking(moments, campaign, allotment), allotment.posts, phase)
    if 0 < len(taken) < allotment.posts:
        # As many as fit, spread over the whole period instead of crowded at its start.
        again = _spread(_Taking(moments, campaign, allotment), len(taken), phase)
        taken = max(again, taken, key=len)
    return [moments[place] for place in sorted(taken)]


def _spread(taking: _Taking, posts: int, phase: Fraction) -> set[int]:
    for number in range(posts):
        if not taking.take_near(int((number + phase) * len(taking) / posts)):
            break  # caps only tighten
    return taking.taken


class _Taking:
    """The times that an account has taken, and which others its caps leave."""

    def __init__(self, moments: Sequence[WallTime], campaign: Agreed, allotment: Allotment) -> None:
        self.taken: set[int] = set()
        self._instants = [at.instant() for at in moments]
        self._days = [at.wall.date() for at in moments]
        self._per_day = campaign.most_per_day
        self._per_week = allotment.cap(campaign.most_per_week)
        self._on: Counter[date | tuple[int, int]] = Counter()

    def __len__(self) -> int:
        return len(self._days)

    def take_near(self, ideal: int) -> bool:
        """Take the free time nearest to a place, the earlier of two; tell whether there was one."""
        for distance in range(len(self)):
            for place in (ideal - distance, ideal + distance):
                if 0 <= place < len(self) and self._is_free(place):
                    self.taken.add(place)
                    self._on.update((self._days[place], week_of(self._days[place])))
                    return True
        return False

    def _is_free(self, place: int) -> bool:
        day = self._days[place]
        return (
            place not in self.taken
            and (self._per_day is None or self._on[day] < self._per_day)
            and (self._per_week is None or self._on[week_of(day)] < self._per_week)
            and not self._is_close(place)
        )

    def _is_close(self, place: int) -> bool:
        return any(
            other in self.taken and abs(self._instants[other] - self._instants[place]) < HOUR
            for other in self._around(place)
        )

    def _around(self, place: int) -> Iterator[int]:
        """Yield the places whose times are within the hour."""
        for step in (-1, 1):
            other = place + step
            while 0 <= other < len(self._instants) and _near(self._instants, other, place):
                yield other
                other += step


def _near(instants: Sequence[datetime], one: int, other: int) -> bool:
    return abs(instants[one] - instants[other]) < HOUR
