"""From a client's files to twenty posts that wait for their time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import socialkit as sk
from examples.agency_quarter.office import FILES, Office
from examples.agency_quarter.telling import say
from socialkit.testing import picture

__all__ = ["Brief", "approve", "brief_of", "hasty", "plan", "rows_of"]

DAY = timedelta(days=1)


# --8<-- [start:brief]
@dataclass(frozen=True)
class Brief:
    """What stands in the files of a client."""

    brand: sk.Brand
    strategy: sk.Strategy
    campaign: sk.Campaign
    mix: sk.Mix
    ledger: sk.CostLedger
    orders: sk.metrics.Conversions


def brief_of(brand: sk.Brand) -> Brief:
    """Read the files of a client; a mistake in one is told with its place."""
    folder = FILES / brand.key
    strategy = sk.Strategy.load(folder / "strategy.toml")
    return Brief(
        brand,
        strategy,
        sk.Campaign.load(folder / "campaign.toml", strategy=strategy),
        sk.Mix.load(folder / "mix.toml"),
        sk.CostLedger.load(folder / "costs.csv", brand=brand.key),
        sk.metrics.Conversions.read(folder / "orders.csv"),
    )


# --8<-- [end:brief]


def rows_of(file: str) -> list[dict[str, str]]:
    """Return the lines of a table among the files."""
    with (FILES / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# --8<-- [start:calendar]
def drafts_of(brand: str, pillar: str | None) -> Iterator[sk.Draft]:
    """Yield what was written for a pillar; links say what brought a visit."""
    for row in rows_of(f"{brand}/posts.csv"):
        if row["pillar"] == pillar:
            text, shown = row["text"], row["alt_text"]
            media = [picture(alt_text=shown)] if shown else []
            yield sk.Draft(text=text, media=media, language="en", utm=sk.UTM())


def calendar_of(brief: Brief) -> sk.Calendar:
    """Return the slots of the campaign, each with a draft of its pillar."""
    brand = brief.brand
    accounts, zone = brand.accounts(), brand.zone
    calendar = brief.campaign.calendar(brief.mix, accounts=accounts, zone=zone)
    written: dict[tuple[str, str | None], Iterator[sk.Draft]] = {}
    for slot in calendar.slots:
        pillar = slot.purpose.pillar if slot.purpose else None
        place = slot.account.key, pillar
        drafts = written.setdefault(place, drafts_of(brand.key, pillar))
        calendar = calendar.fill(slot, next(drafts))
    return calendar


# --8<-- [end:calendar]


def show_plan(brief: Brief, calendar: sk.Calendar) -> None:
    """Print what the client wants, and what becomes of it."""
    campaign, slots = brief.campaign, calendar.slots
    say(f"{brief.brand.key}: campaign {campaign.key}, {campaign.budget}, {len(slots)} posts", 2)
    for objective in brief.strategy.objectives:
        kpi = objective.kpi
        say(f"{objective.key}: {objective.goal}: {kpi.target:g} {kpi.metric} by {kpi.by}", 4)
    for slot in (slots[0], slots[1], slots[-1]):
        pillar = slot.purpose.pillar if slot.purpose else None
        say(f"{slot.at}  {slot.account.platform:8}  {pillar}", 6)


def hasty(brief: Brief) -> None:
    """Print how a draft is read against the editorial line, before anybody else sees it."""
    draft = sk.Draft(text="The best coffee of the spring", media=[picture(alt_text=None)])
    say(f"{brief.brand.key}, a hasty draft: {draft.text!r}", 2)
    for problem in brief.strategy.lint(draft):
        say(f"x {problem}", 4)


# --8<-- [start:plan]
def plan(office: Office, brief: Brief) -> None:
    """Have Maria plan the month; a calendar with a problem is not planned."""
    calendar = calendar_of(brief)
    show_plan(brief, calendar)
    if problems := calendar.check():
        raise sk.InvalidDraftError("nothing is planned", problems=problems)
    office.maria.plan_calendar(calendar, not_after=DAY)


def approve(office: Office) -> int:
    """Have Robin approve what waits for a second person, and count it."""
    waiting = list(office.robin.deliveries(state=sk.DeliveryState.PROPOSED))
    for delivery in waiting:
        office.robin.approve(delivery)
    return len(waiting)


# --8<-- [end:plan]
