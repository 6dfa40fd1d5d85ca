"""What is not as a campaign and its strategy want it, in a calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from socialkit.campaign._agreed import HOUR, Agreed, Allotment, week_of
from socialkit.campaign._sharing import exact
from socialkit.models import Basis, Problem, Severity, Slot, WallTime

__all__ = ["Plan", "problems"]


@dataclass(frozen=True)
class Timed:
    """A slot with its place in the calendar and its time."""

    place: str
    slot: Slot
    instant: datetime
    day: date
    """As its own clock shows it."""


@dataclass(frozen=True)
class Plan:
    """A calendar, for a module that stands below it."""

    campaign: Agreed
    allotments: Sequence[Allotment]
    slots: Sequence[Slot]


def problems(calendar: Plan) -> Iterator[Problem]:
    """Yield everything that is wrong with a calendar."""
    timed: list[Timed] = []
    for number, slot in enumerate(calendar.slots):
        place = f"slots[{number}]"
        try:
            timed.append(_timed(calendar, place, slot))
        except ValueError as error:
            yield _problem(f"{place}.at", f"cannot be used: {error}")
    yield from _drafts(calendar)
    yield from _days(calendar, timed)
    yield from _caps(calendar, timed)
    yield from _close(timed)
    yield from _missing(calendar)
    yield from _pillars(calendar)


def _timed(calendar: Plan, place: str, slot: Slot) -> Timed:
    instant = slot.instant()
    zone = slot.at.zone if isinstance(slot.at, WallTime) else calendar.campaign.period.zone
    return Timed(place, slot, instant, instant.astimezone(ZoneInfo(zone)).date())


def _problem(field: str, message: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(field=field, message=message, severity=severity, basis=Basis.PLAN)


def _drafts(calendar: Plan) -> Iterator[Problem]:
    for number, slot in enumerate(calendar.slots):
        if slot.draft is None:
            yield _problem(f"slots[{number}]", "is empty", Severity.WARNING)
            continue
        for problem in calendar.campaign.strategy.lint(slot.draft):
            yield problem.model_copy(update={"field": f"slots[{number}].draft.{problem.field}"})
        purpose = slot.draft.purpose or slot.purpose
        if purpose is None or purpose.campaign != calendar.campaign.key:
            named = None if purpose is None else purpose.campaign
            message = f"names {named!r}, and this is the calendar of {calendar.campaign.key!r}"
            yield _problem(f"slots[{number}].draft.purpose.campaign", message)


def _days(calendar: Plan, timed: list[Timed]) -> Iterator[Problem]:
    campaign = calendar.campaign
    for one in timed:
        if not campaign.period.contains(one.instant):
            yield _problem(f"{one.place}.at", f"lies outside the period, {campaign.period}")
        if one.day in campaign.quiet_days:
            yield _problem(f"{one.place}.at", f"falls on {one.day}, a day without posts")


def _caps(calendar: Plan, timed: list[Timed]) -> Iterator[Problem]:
    campaign = calendar.campaign
    by_account = {one.account.key: one for one in calendar.allotments}
    days: dict[tuple[str, date], list[Timed]] = defaultdict(list)
    weeks: dict[tuple[str, tuple[int, int]], list[Timed]] = defaultdict(list)
    for one in timed:
        days[one.slot.account.key, one.day].append(one)
        weeks[one.slot.account.key, week_of(one.day)].append(one)
    for (key, _), run in days.items():
        yield from _over(run, campaign.most_per_day, f"posts of {key} on this day")
    for (key, _), run in weeks.items():
        allotment = by_account.get(key)
        cap = campaign.most_per_week if allotment is None else allotment.cap(campaign.most_per_week)
        yield from _over(run, cap, f"posts of {key} in this week")


def _over(run: list[Timed], cap: int | None, unit: str) -> Iterator[Problem]:
    """Yield a problem for each slot that is one too many."""
    if cap is None:
        return
    for number, one in enumerate(run[cap:], cap + 1):
        yield Problem(
            field=f"{one.place}.at",
            message="is over the cap",
            limit=cap,
            actual=number,
            unit=unit,
            basis=Basis.PLAN,
        )


def _close(timed: list[Timed]) -> Iterator[Problem]:
    accounts: dict[str, list[Timed]] = defaultdict(list)
    for one in timed:
        accounts[one.slot.account.key].append(one)
    for run in accounts.values():
        for before, after in pairwise(sorted(run, key=lambda one: one.instant)):
            if after.instant - before.instant < HOUR:
                message = f"is less than an hour after {before.place}, on the same account"
                yield _problem(f"{after.place}.at", message, Severity.WARNING)


def _missing(calendar: Plan) -> Iterator[Problem]:
    for number, allotment in enumerate(calendar.allotments):
        has = sum(slot.account.key == allotment.account.key for slot in calendar.slots)
        if has < allotment.posts:
            message = (
                f"has {has} of the {allotment.posts} slots that the mix asks for on {allotment.account.key}"
            )
            yield _problem(f"allotments[{number}]", message, Severity.WARNING)


def _pillars(calendar: Plan) -> Iterator[Problem]:
    purposes = [(slot.draft and slot.draft.purpose) or slot.purpose for slot in calendar.slots]
    for number, pillar in enumerate(calendar.campaign.strategy.pillars):
        if pillar.share is None:
            continue
        wanted = exact(pillar.share) * len(purposes)
        has = sum(purpose is not None and purpose.pillar == pillar.key for purpose in purposes)
        if abs(has - wanted) > 1:
            message = f"has {has} of {len(purposes)} slots, and its share asks for {float(wanted):.4g}"
            yield _problem(f"strategy.pillars[{number}]", message, Severity.WARNING)
