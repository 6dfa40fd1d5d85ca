"""Campaigns, and the calendars that they become."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field

from socialkit.campaign._agreed import Allotment
from socialkit.campaign._checks import Plan, problems
from socialkit.campaign._cost import Cost
from socialkit.campaign._costs import CostLedger
from socialkit.campaign._expand import expanded
from socialkit.errors import ConfigurationError
from socialkit.models import (
    AccountRef,
    Document,
    Draft,
    Money,
    Period,
    Problem,
    Purpose,
    Recurrence,
    Slot,
    WallTime,
)
from socialkit.models._document import named
from socialkit.models._names import Key, instead, repeated
from socialkit.models._shared import Several
from socialkit.models._slots import TimesOfDay
from socialkit.strategy import Mix, Strategy

__all__ = ["Calendar", "Campaign"]

FINER: Final = re.compile(r"HOURLY|BYHOUR|BYMINUTE")
NOON: Final = time(12)
"""No clock skips it, so a rule for days runs by it."""


def _brand(strategy: Strategy) -> str:
    return strategy.brand


class Campaign(Document):
    """Posts with one objective, one period and one budget, and the rhythm in which they come.

    In a file `strategy` is the brand's key alone: `Campaign.load(path, strategy=strategy)` wants the strategy
    beside it, and refuses another brand's.

    Example:
        >>> from datetime import date
        >>> from socialkit.strategy import KPI, MixPart, Objective
        >>> clicks = KPI(metric="clicks", target=5000, baseline=3100, by=date(2026, 12, 31))
        >>> strategy = Strategy(
        ...     brand="acme", objectives=[Objective(key="traffic", goal="visits", kpi=clicks)]
        ... )
        >>> campaign = Campaign(
        ...     key="autumn",
        ...     strategy=strategy,
        ...     objective="traffic",
        ...     period=Period.month(2026, 10, zone="Europe/Paris"),
        ...     budget=Money(4000, "EUR"),
        ...     posts=2,
        ... )
        >>> shop = AccountRef(platform="bluesky", brand="acme", name="main")
        >>> mix = Mix(parts=[MixPart(target="bluesky", share=1, reason="our readers are there")])
        >>> for slot in campaign.calendar(mix, accounts=[shop]).slots:
        ...     print(slot.at, slot.purpose.objective)
        2026-10-08 09:00 Europe/Paris traffic
        2026-10-23 09:00 Europe/Paris traffic
    """

    key: Key
    """What posts name it by, in their purpose and in the UTM parameters of their links."""
    strategy: Annotated[Strategy, *named("strategy", _brand)]
    """The strategy that it serves."""
    objective: Key
    """The key of one of the strategy's objectives."""
    period: Period
    budget: Money
    posts: int | None = Field(default=None, ge=1)
    """How many posts it has, on all accounts together; None: one for each time of the rhythm."""
    rhythm: str = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    """On which days: a rule of repetition (RRULE) that begins with the period; see `Recurrence`."""
    times: Annotated[TimesOfDay, Field(min_length=1)] = ("09:00",)
    """At which times on these days. One that a clock change skips is an hour later; of one that comes twice
    it is the first."""
    quiet_days: Several[date] = ()
    """Days without posts, whatever the rhythm says."""
    most_per_day: int | None = Field(default=None, ge=1)
    """The most posts of an account on a day; None when nothing bounds it."""
    most_per_week: int | None = Field(default=None, ge=1)
    """The most posts of an account from Monday to Sunday; None when nothing bounds it."""

    @classmethod
    def load(cls, path: str | os.PathLike[str], /, *, strategy: Strategy | None = None) -> Self:
        """Return what a file says of a campaign, with the strategy that it names.

        Args:
            path: A file that ends in `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8.
            strategy: The strategy of the brand that the file names.

        Raises:
            InvalidDraftError: The file holds what it may not, or names another brand than the strategy's;
                `problems` has every problem with its place.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        return cls._load(Path(path), strategy=strategy)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        known = [objective.key for objective in self.strategy.objectives]
        if self.objective not in known:
            yield "objective", f"is none of the strategy's{instead(self.objective, known)}"
        if self.budget.amount < 0:
            yield "budget", "is below zero"
        if FINER.search(self.rhythm.upper()):
            yield "rhythm", "is for days; at which times is said by times"
            return
        try:
            self._days(self.period.zone)
        except ValueError as error:
            yield "rhythm", f"cannot be used: {error}"

    def calendar(self, mix: Mix, *, accounts: Sequence[AccountRef], zone: str | None = None) -> Calendar:
        """Return the campaign's slots, all empty: so many on each account, spread evenly over the period.

        The same campaign, mix, accounts and zone give the same slots with the same keys. Where fewer slots
        fit than the mix asks for, `Calendar.check()` says so.

        Args:
            mix: How the posts are shared out. What it does not name gets none.
            accounts: The accounts that there are, such as `brand.accounts()`.
            zone: Whose clock the rhythm means, such as `brand.zone`; the period's if not given.

        Raises:
            ConfigurationError: The mix names a platform or an account that is not among the accounts.
            WrongAccountError: An account is of another brand than the strategy.
        """
        allotments, slots = expanded(self, mix, accounts, zone or self.period.zone)
        return Calendar(campaign=self, allotments=allotments, slots=slots)

    def remaining(self, ledger: CostLedger) -> Money:
        """Return what the campaign's costs leave of its budget; below zero when it is overspent.

        Another brand's campaign may have the same key: what was spent on that one does not count here.

        Args:
            ledger: The costs, of this campaign and of others.

        Raises:
            ValueError: The campaign has costs in another currency than its budget, or a cost says no brand
                and another brand has costs under the same key.
        """
        currency = self.budget.currency
        spent = CostLedger(entries=self._own(ledger)).total()
        others = sorted(spent.keys() - {currency})
        if others:
            message = f"{self.key} has costs in {', '.join(others)}, and its budget is in {currency}"
            raise ValueError(message)
        return self.budget - spent.get(currency, Money(0, currency))

    def _own(self, ledger: CostLedger) -> list[Cost]:
        brand = self.strategy.brand
        costs = [cost for cost in ledger if cost.campaign == self.key]
        others = sorted({cost.brand for cost in costs if cost.brand is not None and cost.brand != brand})
        if others and any(cost.brand is None for cost in costs):
            message = f"a cost of {self.key} does not say whose it is: {brand}'s, or {' or '.join(others)}'s"
            raise ValueError(message)
        return [cost for cost in costs if cost.brand in {None, brand}]

    def purpose(self, pillar: str | None = None) -> Purpose:
        """Return the purpose of a post of this campaign.

        Args:
            pillar: The key of a content pillar.
        """
        return Purpose(objective=self.objective, campaign=self.key, pillar=pillar)

    def moments(self, zone: str) -> list[WallTime]:
        """Return the times of the rhythm in the period, in order, each instant once.

        Args:
            zone: Whose clock.
        """
        found: dict[datetime, WallTime] = {}
        for day in self._days(zone):
            for clock in self.times:
                wall = datetime.combine(day, time.fromisoformat(clock))
                at = WallTime(wall, zone=zone, gap="later", overlap="first")
                if self.period.contains(at.instant()):
                    found.setdefault(at.instant(), at)
        return [found[instant] for instant in sorted(found)]

    def _days(self, zone: str) -> list[date]:
        start = WallTime(datetime.combine(self.period.first, NOON), zone=zone, gap="later", overlap="first")
        # The last day of the period may end a day later elsewhere.
        end = self.period.end + timedelta(days=2)
        days = (at.wall.date() for at in Recurrence(self.rhythm, start=start).between(start.instant(), end))
        return [day for day in days if day not in self.quiet_days]


def _key(campaign: Campaign) -> str:
    return campaign.key


class Calendar(Document):
    """The slots of a campaign, in the order of their times, empty or with a draft.

    A calendar is frozen: `fill()` returns another one. `publisher.plan_calendar()` plans all of its filled
    slots. In a file `campaign` is its key alone: `Calendar.load(path, campaign=campaign)` wants it beside.

    Example:
        >>> from datetime import UTC, date
        >>> from socialkit.strategy import KPI, Objective
        >>> clicks = KPI(metric="clicks", target=5000, by=date(2026, 12, 31))
        >>> objective = Objective(key="traffic", goal="visits", kpi=clicks)
        >>> campaign = Campaign(
        ...     key="autumn",
        ...     strategy=Strategy(brand="acme", objectives=[objective]),
        ...     objective="traffic",
        ...     period=Period.month(2026, 10, zone="UTC"),
        ...     budget=Money(4000, "EUR"),
        ... )
        >>> shop = AccountRef(platform="x", brand="acme", name="main")
        >>> slot = Slot(key="first", account=shop, at=datetime(2026, 10, 1, 9, tzinfo=UTC))
        >>> calendar = Calendar(campaign=campaign, slots=[slot])
        >>> for problem in calendar.check():
        ...     print(problem)
        slots[0] is empty (warning)
        >>> draft = Draft(text="Autumn is here", purpose=campaign.purpose())
        >>> calendar.fill(slot, draft).check()
        ()
    """

    campaign: Annotated[Campaign, *named("campaign", _key)]
    allotments: Several[Allotment] = ()
    slots: Several[Slot] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str], /, *, campaign: Campaign | None = None) -> Self:
        """Return what a file says of a calendar, with the campaign that it names.

        Args:
            path: A file that ends in `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8.
            campaign: The campaign that the file names.

        Raises:
            InvalidDraftError: The file holds what it may not, or names another campaign; `problems` has
                every problem with its place.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        return cls._load(Path(path), campaign=campaign)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        yield from repeated("allotments", (one.account.key for one in self.allotments), "account")
        yield from repeated("slots", (slot.key for slot in self.slots))
        brand = self.campaign.strategy.brand
        for number, slot in enumerate(self.slots):
            if slot.account.brand not in {None, brand}:
                yield f"slots[{number}].account", f"is not an account of {brand}, whose strategy this is"

    def fill(self, slot: Slot, draft: Draft) -> Calendar:
        """Return the calendar with a draft in one of its slots, in place of what was there.

        Args:
            slot: The slot, or what it was before it was filled: its key says which is meant.
            draft: The draft; it gets the slot's purpose unless it has its own.

        Raises:
            ConfigurationError: The calendar has no such slot.
        """
        number = self._number(slot)
        own = self.slots[number]
        if draft.purpose is None and own.purpose is not None:
            draft = draft.model_copy(update={"purpose": own.purpose})
        filled = own.model_copy(update={"draft": draft})
        slots = (*self.slots[:number], filled, *self.slots[number + 1 :])
        return self.model_copy(update={"slots": slots})

    def _number(self, slot: Slot) -> int:
        for number, own in enumerate(self.slots):
            if (own.key, own.account.key) == (slot.key, slot.account.key):
                return number
        message = f"the calendar of {self.campaign.key} has no slot {slot.key!r}"
        raise ConfigurationError(message)

    def check(self) -> tuple[Problem, ...]:
        """Return what is not as the campaign and the strategy want it, offline.

        Errors are slots outside the period, on quiet days or over a cap, and drafts that leave the editorial
        line. Warnings are empty slots, slots that are missing, two posts of an account within an hour, and
        pillars that miss their share by more than one slot.
        """
        return tuple(problems(Plan(self.campaign, self.allotments, self.slots)))
